//! Decoding without trusting: what a token says, byte for byte, and what is odd or risky about it.
//!
//! Nothing is verified here, and nothing recurses: a token may be hundreds of megabytes long or a million brackets deep. Of each
//! segment only the first [`SEEN`] bytes are looked at, which bounds time and memory; a token that is cut so is said to be.

mod claims;
mod clock;
mod header;
mod json;
mod personal;
mod segment;

use serde::Serialize;

pub use self::{
    clock::utc,
    json::pretty,
    segment::{Part, Shown},
};
use crate::verdict::Severity;

/// Decoded bytes of a segment that are looked at. Real headers and payloads are a thousand times smaller.
pub const SEEN: usize = 1 << 20;

/// What a token says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Inspection {
    /// What it is.
    pub kind: Kind,
    /// Its size in bytes.
    pub size: usize,
    /// Its segments.
    pub parts: Vec<Part>,
    /// What is odd or risky, the gravest first.
    pub remarks: Vec<Remark>,
}

/// What a text turns out to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// A signed token in compact form: three segments.
    Jws,
    /// An encrypted token in compact form: five segments.
    Jwe,
    /// A token in JSON serialisation.
    Json,
    /// Something else.
    Unknown,
}

/// Something odd or risky.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Remark {
    /// How much it matters.
    pub severity: Severity,
    /// What it is about: a member, or a property such as `size`.
    pub about: String,
    /// What, and why it matters.
    pub text: String,
}

/// Collects remarks.
#[derive(Default)]
struct Remarks(Vec<Remark>);

impl Remarks {
    fn add(&mut self, severity: Severity, about: &str, text: impl Into<String>) {
        self.0.push(Remark { severity, about: about.to_owned(), text: text.into() });
    }
}

/// Takes `input` apart; `now` is the time in seconds since 1970, against which lifetimes are judged.
#[must_use]
pub fn inspect(input: &[u8], now: i64) -> Inspection {
    let mut remarks = Remarks::default();
    let token = trimmed(input, &mut remarks);
    size(token.len(), &mut remarks);
    let dots = token.split(|b| *b == b'.').count() - 1;
    let kind = match (token.first(), dots) {
        (Some(b'{'), _) => Kind::Json,
        (_, 2) => Kind::Jws,
        (_, 4) => Kind::Jwe,
        _ => Kind::Unknown,
    };
    let parts = match kind {
        Kind::Json => serialised(token, &mut remarks),
        _ => compact(token, kind, &mut remarks),
    };
    shape(kind, dots, token, &mut remarks);
    for part in &parts {
        part.remark(&mut remarks);
        let members = part.members();
        match part.name {
            "header" => header::remark(part, &members, kind, &mut remarks),
            "payload" => claims::remark(part, &members, now, &mut remarks),
            "signature" if kind == Kind::Jws => header::remark_signature(part, parts.first(), &mut remarks),
            _ => {}
        }
    }
    let mut remarks = remarks.0;
    remarks.sort_by_key(|r| std::cmp::Reverse(r.severity));
    Inspection { kind, size: token.len(), parts, remarks }
}

/// What people copy along with a token: white space, quotes, the name of a header.
fn trimmed<'a>(input: &'a [u8], remarks: &mut Remarks) -> &'a [u8] {
    let mut token = input.strip_prefix(b"\xef\xbb\xbf").unwrap_or(input).trim_ascii();
    let mut wrapped = false;
    for prefix in ["authorization:", "bearer ", "jwt ", "\"", "'"] {
        if token.get(..prefix.len()).is_some_and(|start| start.eq_ignore_ascii_case(prefix.as_bytes())) {
            token = token[prefix.len()..].trim_ascii();
            wrapped = true;
        }
    }
    while let Some(rest) = token.strip_suffix(b"\"").or_else(|| token.strip_suffix(b"'")) {
        token = rest;
        wrapped = true;
    }
    if wrapped {
        remarks.add(Severity::Info, "input", "A scheme or quotes around the token were left out.");
    }
    token
}

fn size(size: usize, remarks: &mut Remarks) {
    if size > 8192 {
        let text = format!("{size} bytes: over 8 KB, the limit that most servers and proxies set for all headers together.");
        remarks.add(Severity::Medium, "size", text);
    } else if size > 4096 {
        remarks.add(
            Severity::Low,
            "size",
            format!("{size} bytes: over 4 KB, the limit for a cookie, and half of most header limits."),
        );
    }
}

fn shape(kind: Kind, dots: usize, token: &[u8], remarks: &mut Remarks) {
    match kind {
        Kind::Jwe => remarks.add(Severity::Info, "shape", "Five segments: an encrypted token (JWE). Only its header is readable."),
        Kind::Json => remarks.add(
            Severity::Medium,
            "shape",
            "JSON serialisation: RFC 7519 allows a JWT in compact form only; verifiers that accept both forms can disagree about the token.",
        ),
        Kind::Unknown if token.is_empty() => remarks.add(Severity::High, "shape", "The input is empty."),
        Kind::Unknown => {
            let text = format!("This is not a token: it has {dots} dots, a signed one has two, an encrypted one four.");
            remarks.add(Severity::High, "shape", text);
        }
        Kind::Jws => {}
    }
}

/// The first segments of a compact token, named.
fn compact(token: &[u8], kind: Kind, remarks: &mut Remarks) -> Vec<Part> {
    let names: &[&'static str] = match kind {
        Kind::Jwe => &["header", "encrypted key", "iv", "ciphertext", "tag"],
        _ => &["header", "payload", "signature"],
    };
    if token.is_empty() {
        return Vec::new();
    }
    if let Some(at) = token.iter().position(|b| !b.is_ascii_graphic()) {
        remarks.add(Severity::Medium, "encoding", format!("Byte {at} is not printable ASCII; tokens contain nothing else."));
    }
    names.iter().zip(token.splitn(names.len() + 1, |b| *b == b'.')).map(|(name, text)| Part::of(name, text)).collect()
}

/// The protected header, payload and signature of a flattened JSON serialisation, as far as they are there.
fn serialised(token: &[u8], remarks: &mut Remarks) -> Vec<Part> {
    if token.len() > SEEN {
        let text = format!("The text starts like JSON, but is too large to inspect; the limit is {SEEN} bytes.");
        remarks.add(Severity::High, "shape", text);
        return Vec::new();
    }
    let Some(members) = crate::token::object_members(token) else {
        remarks.add(Severity::High, "shape", "The text starts like JSON, but is not a JSON object.");
        return Vec::new();
    };
    let names = [("protected", "header"), ("payload", "payload"), ("signature", "signature")];
    let text = |name: &str| members.iter().find(|m| m.is(name)).and_then(|m| serde_json::from_slice::<String>(&m.value).ok());
    if members.iter().any(|m| m.is("signatures")) {
        remarks.add(Severity::Info, "signatures", "Several signatures; each has a header of its own, which is not shown.");
    }
    names.into_iter().filter_map(|(member, name)| text(member).map(|text| Part::of(name, text.as_bytes()))).collect()
}

#[cfg(test)]
mod tests;
