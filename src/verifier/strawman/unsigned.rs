//! Holes around `none` and unknown algorithms.

use serde_json::Value;

use super::rules::{Jws, Setup};
use crate::{algorithm::Algorithm, token::object_members, verifier::strict};

/// The text that a reader makes of `alg` before comparing it.
type Reading = fn(&str) -> String;

/// Exactly as written.
pub(super) fn none_exact(setup: &Setup, jws: &Jws) -> bool {
    none_as(setup, jws, str::to_owned)
}

/// In lower case.
pub(super) fn none_any_case(setup: &Setup, jws: &Jws) -> bool {
    none_as(setup, jws, str::to_ascii_lowercase)
}

/// Without white space around it, Unicode's included.
pub(super) fn none_trimmed(setup: &Setup, jws: &Jws) -> bool {
    none_as(setup, jws, |alg| alg.trim().to_owned())
}

/// Without control characters around it, as a tokenizer of C strings reads it.
pub(super) fn none_at_nul(setup: &Setup, jws: &Jws) -> bool {
    none_as(setup, jws, |alg| alg.trim_start_matches('\0').split('\0').next().unwrap_or_default().to_owned())
}

/// As Unicode text folded by compatibility: full width, superscripts, look-alikes, what has no width.
pub(super) fn none_normalised(setup: &Setup, jws: &Jws) -> bool {
    none_as(setup, jws, |alg| alg.chars().filter_map(fold).collect::<String>().to_ascii_lowercase())
}

fn none_as(setup: &Setup, jws: &Jws, reading: Reading) -> bool {
    let none = jws.alg().is_some_and(|alg| reading(alg) == "none");
    (none && jws.is_unsigned()) || setup.exact(jws)
}

/// `none` is fine as long as there is some signature, which nobody checks.
pub(super) fn none_with_signature(setup: &Setup, jws: &Jws) -> bool {
    (jws.alg().is_some_and(|alg| alg.eq_ignore_ascii_case("none")) && !jws.is_unsigned()) || setup.exact(jws)
}

/// A character by NFKC, for the few that `none` can be dressed up with; `None` for what a reader cannot see.
fn fold(c: char) -> Option<char> {
    let code = u32::from(c);
    match code {
        // Soft hyphen, zero-width characters, byte order mark, variation selectors, combining marks.
        0xad | 0x200b..=0x200f | 0x2060..=0x2064 | 0xfeff | 0xfe00..=0xfe0f | 0x300..=0x36f => None,
        // Full-width forms.
        0xff01..=0xff5e => char::from_u32(code - 0xfee0),
        // Cyrillic and Greek letters, superscripts and modifier letters.
        0x43e | 0x3bf | 0x1d52 | 0xba | 0x2092 | 0x41e | 0x39f | 0x585 => Some('o'),
        0x43f | 0x207f | 0x1d0e | 0x578 | 0x2099 => Some('n'),
        0x435 | 0x1d49 | 0x2091 | 0x415 => Some('e'),
        // Mathematical alphanumerics: bold, italic, script, fraktur, double-struck, sans-serif, monospace.
        0x1d400..=0x1d6a3 => char::from_u32(0x61 + (code - 0x1d400) % 26),
        // Circled letters.
        0x24d0..=0x24e9 => char::from_u32(0x61 + code - 0x24d0),
        _ => Some(c),
    }
}

/// A falsy `alg`, in the sense of dynamic languages, means that nothing was signed; the third segment is not looked at.
pub(super) fn alg_falsy(setup: &Setup, jws: &Jws) -> bool {
    let falsy = match jws.header.get("alg") {
        None | Some(Value::Null | Value::Bool(false)) => true,
        Some(Value::String(text)) => text.is_empty(),
        Some(Value::Number(number)) => number.as_f64() == Some(0.0),
        _ => false,
    };
    falsy || setup.exact(jws)
}

/// The switch over `alg` compares texts; anything else reaches the branch for unsigned tokens.
pub(super) fn alg_not_text(setup: &Setup, jws: &Jws) -> bool {
    let odd = jws.header.get("alg").is_some_and(|alg| !alg.is_string());
    odd || setup.exact(jws)
}

/// The switch over `alg` has no branch for an unknown name, and falls out of it without an error.
pub(super) fn alg_unknown(setup: &Setup, jws: &Jws) -> bool {
    let unknown = jws.alg().is_some_and(|alg| alg.parse::<Algorithm>().is_err() && !alg.eq_ignore_ascii_case("none"));
    unknown || setup.exact(jws)
}

/// The key callback yields nothing for an unknown `kid`, and without a key there is nothing to verify.
pub(super) fn no_key_unsigned(setup: &Setup, jws: &Jws) -> bool {
    (setup.kid_is_unknown(jws) && jws.is_unsigned()) || setup.exact(jws)
}

/// Policy and verification parse the header apart: one of the `alg` members satisfies the first, another rules the second.
pub(super) fn two_parsers(setup: &Setup, jws: &Jws) -> bool {
    let names = |member: &crate::token::Member| {
        let name: Option<String> = serde_json::from_slice(member.name.trim_ascii()).ok();
        name.is_some_and(|name| name.eq_ignore_ascii_case("alg"))
    };
    let members = object_members(jws.header_bytes.trim_ascii()).unwrap_or_default();
    let values: Vec<String> =
        members.iter().filter(|m| names(m)).filter_map(|m| serde_json::from_slice(m.value.trim_ascii()).ok()).collect();
    let allowed = values.iter().any(|alg| alg == setup.algorithm().name());
    // Who reads `none` does not look at the third segment, empty or not.
    let unsigned = values.iter().any(|alg| alg.eq_ignore_ascii_case("none"));
    (allowed && unsigned) || setup.exact(jws)
}

/// A header with duplicates is read as far as any JSON library would.
pub(super) fn with_duplicates(token: &str) -> Option<Jws> {
    let [header, payload, signature] = strict::split(token).ok()?;
    Jws::lax(strict::decode(header).ok()?, strict::decode(payload).ok()?, signature, format!("{header}.{payload}"))
}

/// A header of any JSON, lone surrogates replaced; what is not an object has no members.
pub(super) fn any_header(token: &str) -> Option<Jws> {
    let mut segments = token.split('.');
    let (header, payload, signature) = (segments.next()?, segments.next()?, segments.next().unwrap_or_default());
    let header_bytes = strict::decode(header).ok()?;
    let text = String::from_utf8_lossy(&header_bytes).replace("\\ud800", "\\ufffd");
    let object = match serde_json::from_str::<Value>(&text).ok()? {
        Value::Object(object) => object,
        _ => serde_json::Map::new(),
    };
    if segments.next().is_some() {
        return None;
    }
    let mut jws = Jws::lax(b"{}".to_vec(), strict::decode(payload).ok()?, signature, format!("{header}.{payload}"))?;
    jws.header = object;
    jws.header_bytes = header_bytes;
    Some(jws)
}

/// `alg` is looked up in the claims if the header lacks it.
pub(super) fn alg_in_claims(setup: &Setup, jws: &Jws) -> bool {
    let claims = jws.claims().unwrap_or_default();
    let none = jws.alg().is_none() && claims.get("alg").and_then(Value::as_str).is_some_and(|a| a.eq_ignore_ascii_case("none"));
    (none && jws.is_unsigned()) || setup.exact(jws)
}
