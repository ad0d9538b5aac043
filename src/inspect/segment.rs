//! One segment: its text, its bytes, and whether the text is the only one for these bytes.

use std::sync::OnceLock;

use data_encoding::{Encoding, Specification};
use serde::Serialize;

use super::{
    Remarks, SEEN,
    json::{pretty, readable},
};
use crate::{
    token::{Member, object_members},
    verdict::Severity,
};

/// One segment of a token.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Part {
    /// `header`, `payload`, `signature`, …
    pub name: &'static str,
    /// Length of its text.
    pub length: usize,
    /// What it holds.
    pub shown: Shown,
    #[serde(skip)]
    bytes: Vec<u8>,
    #[serde(skip)]
    oddities: Vec<&'static str>,
    /// Whether only its beginning was looked at.
    pub cut: bool,
}

/// What a segment holds, for people.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Shown {
    /// A JSON object: names and values as they are written, in order, duplicates kept.
    Members(Vec<(String, String)>),
    /// Other text.
    Text(String),
    /// So many bytes that are not text.
    Bytes(usize),
}

/// Members that are shown.
const MEMBERS: usize = 200;
/// Characters of one value that are shown.
const VALUE: usize = 4000;

impl Part {
    /// Reads a segment, leniently.
    pub(super) fn of(name: &'static str, text: &[u8]) -> Self {
        let (symbols, oddities) = symbols(text);
        let cut = symbols.len() / 4 * 3 > SEEN;
        let end = if cut { SEEN / 3 * 4 } else { symbols.len() };
        let bytes = lenient().decode(&symbols[..end]).unwrap_or_default();
        let mut part = Self { name, length: text.len(), shown: Shown::Bytes(bytes.len()), bytes, oddities, cut };
        part.shown = part.look();
        part
    }

    /// The decoded bytes.
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// The members, if it is an object that was seen whole.
    #[must_use]
    pub fn members(&self) -> Vec<Member> {
        object_members(self.bytes.trim_ascii()).unwrap_or_default()
    }

    /// Whether it should hold a JSON object.
    fn is_json(&self) -> bool {
        matches!(self.name, "header" | "payload")
    }

    fn look(&self) -> Shown {
        if !self.is_json() {
            return Shown::Bytes(self.bytes.len());
        }
        match object_members(self.bytes.trim_ascii()) {
            Some(members) => {
                let show = |bytes: &[u8]| pretty(bytes.trim_ascii(), 2, VALUE);
                let mut shown: Vec<_> = members.iter().take(MEMBERS).map(|m| (show(&m.name), show(&m.value))).collect();
                if members.len() > MEMBERS {
                    shown.push(("…".to_owned(), format!("{} more members", members.len() - MEMBERS)));
                }
                Shown::Members(shown)
            }
            None if self.bytes.starts_with(b"{") || self.bytes.starts_with(b"[") => Shown::Text(pretty(&self.bytes, 2, VALUE)),
            None => Shown::Text(readable(&self.bytes[..self.bytes.len().min(VALUE)])),
        }
    }

    /// Remarks on spelling and JSON.
    pub(super) fn remark(&self, remarks: &mut Remarks) {
        if !self.oddities.is_empty() {
            let text = format!(
                "The {} is not written as base64url without padding ({}); lenient verifiers accept several encodings of one token.",
                self.name,
                self.oddities.join(", ")
            );
            remarks.add(Severity::Medium, "encoding", text);
        }
        if self.cut {
            let text = format!(
                "The {} is {} characters long, too large to decode completely; only its first {SEEN} bytes were inspected.",
                self.name, self.length
            );
            remarks.add(Severity::Medium, "size", text);
            return;
        }
        if self.is_json() {
            self.remark_json(remarks);
        }
    }

    fn remark_json(&self, remarks: &mut Remarks) {
        if let Some(names) = duplicates(&self.members()) {
            let text = format!("The {} names {names} more than once; parsers differ in which one they use.", self.name);
            remarks.add(Severity::High, "duplicate", text);
        }
        let severity = if self.name == "header" { Severity::High } else { Severity::Medium };
        match serde_json::from_slice::<serde::de::IgnoredAny>(&self.bytes) {
            Ok(_) if object_members(self.bytes.trim_ascii()).is_some() => {}
            Ok(_) => remarks.add(severity, "json", format!("The {} is JSON, but not an object.", self.name)),
            Err(error) => remarks.add(severity, "json", format!("The {} is not JSON: {error}.", self.name)),
        }
    }
}

/// Names that occur more than once, escapes resolved.
fn duplicates(members: &[Member]) -> Option<String> {
    let mut names: Vec<String> = members.iter().filter_map(|m| serde_json::from_slice(m.name.trim_ascii()).ok()).collect();
    names.sort_unstable();
    let mut twice: Vec<&str> = names.windows(2).filter(|pair| pair[0] == pair[1]).map(|pair| pair[0].as_str()).collect();
    twice.dedup();
    let more = twice.len().saturating_sub(3);
    let shown: Vec<String> = twice.into_iter().take(3).map(|n| format!("`{}`", n.chars().take(40).collect::<String>())).collect();
    let more = if more > 0 { format!(" and {more} more") } else { String::new() };
    (!shown.is_empty()).then(|| shown.join(", ") + &more)
}

/// The base64url symbols of a text, and what else is in it.
fn symbols(text: &[u8]) -> (Vec<u8>, Vec<&'static str>) {
    let (mut symbols, mut oddities) = (Vec::with_capacity(text.len().min(2 * SEEN)), Vec::new());
    let mut note = |what| {
        if !oddities.contains(&what) {
            oddities.push(what);
        }
    };
    for &byte in text {
        let symbol = match byte {
            b'=' => {
                note("padding");
                continue;
            }
            b'+' => b'-',
            b'/' => b'_',
            _ => byte,
        };
        if symbol != byte {
            note("the alphabet with + and /");
        }
        if symbol.is_ascii_alphanumeric() || symbol == b'-' || symbol == b'_' {
            // A little more than is looked at, so that a cut shows.
            if symbols.len() < 2 * SEEN {
                symbols.push(symbol);
            }
        } else {
            note(if byte.is_ascii_whitespace() { "white space" } else { "invalid characters" });
        }
    }
    if symbols.len() % 4 == 1 {
        note("an impossible length");
        symbols.pop();
    } else if text.len() < 2 * SEEN && lenient().decode(&symbols).is_ok_and(|bytes| lenient().encode(&bytes).as_bytes() != symbols)
    {
        note("unused bits that are not zero");
    }
    (symbols, oddities)
}

fn lenient() -> &'static Encoding {
    static LENIENT: OnceLock<Encoding> = OnceLock::new();
    LENIENT.get_or_init(|| {
        let mut spec = Specification::new();
        spec.symbols.push_str("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_");
        spec.check_trailing_bits = false;
        spec.encoding().expect("a valid specification")
    })
}
