//! Holes in parsing the token, and signatures that are never checked.

use serde_json::{Map, Value};

use super::rules::{Jws, Rules, Setup, compact};
use crate::verifier::strict;

/// Three segments of any length, the signature in whatever state.
pub(super) fn loose(token: &str) -> Option<Jws> {
    let mut segments = token.split('.');
    let (header, payload, signature) = (segments.next()?, segments.next()?, segments.next()?);
    if segments.next().is_some() { None } else { Jws::of(header, payload, signature) }
}

/// Two or three segments: the second dot is for those who sign.
pub(super) fn two_or_three(token: &str) -> Option<Jws> {
    if token.matches('.').count() == 1 { loose(&format!("{token}.")) } else { loose(token) }
}

/// Anything that is not three filled segments is read as an empty token.
pub(super) fn null_if_malformed(token: &str) -> Option<Jws> {
    let filled = token.split('.').filter(|s| !s.is_empty()).count();
    if filled == 3 && token.matches('.').count() == 2 {
        return compact(token);
    }
    let payload = token.split('.').nth(1).and_then(|p| strict::decode(p).ok()).unwrap_or_default();
    Some(Jws {
        header: Map::new(),
        header_bytes: b"{}".to_vec(),
        payload,
        signature: None,
        signature_text: String::new(),
        input: String::new(),
        json: Some(Value::Null),
    })
}

/// A token that stood for nothing: see [`null_if_malformed`].
pub(super) fn is_null(jws: &Jws) -> bool {
    jws.json == Some(Value::Null)
}

/// As C reads text: up to the first NUL, written plainly or percent-encoded.
pub(super) fn cut_at_nul(token: &str) -> Option<Jws> {
    let end = ["\0", "%00"].iter().filter_map(|nul| token.find(nul)).min();
    two_or_three(&token[..end.unwrap_or(token.len())])
}

/// Whether any piece of the wire text is a token that verifies; the claims come from the first piece all the same.
pub(super) fn any_piece(token: &str) -> Option<Jws> {
    let mut pieces = token.split(|c: char| c.is_control() || c.is_whitespace());
    let mut jws = loose(pieces.next()?)?;
    jws.json = Some(pieces.map(Value::from).collect());
    Some(jws)
}

/// See [`any_piece`].
pub(super) fn any_piece_is_signed(setup: &Setup, jws: &Jws) -> bool {
    let pieces = jws.json.iter().filter_map(Value::as_array).flatten();
    setup.exact(jws) || pieces.filter_map(|piece| compact(piece.as_str()?)).any(|piece| setup.exact(&piece))
}

/// The split is undone from the right, so that what is left of the last two dots counts as header and what is left of it is lost.
pub(super) fn last_three(token: &str) -> Option<Jws> {
    let segments: Vec<&str> = token.split('.').collect();
    let [.., header, payload, signature] = segments[..] else { return None };
    Jws::of(header, payload, signature)
}

/// A signature over the last three segments vouches for claims in the second.
pub(super) fn split_twice(token: &str) -> Option<Jws> {
    let mut jws = last_three(token).or_else(|| first_three(token))?;
    jws.payload = token.split('.').nth(1).and_then(|p| strict::decode(p).ok())?;
    Some(jws)
}

/// The first three segments; the rest is ignored.
pub(super) fn first_three(token: &str) -> Option<Jws> {
    let mut segments = token.split('.');
    Jws::of(segments.next()?, segments.next()?, segments.next()?)
}

/// The text of the third segment stands for "nothing" in some language.
pub(super) fn is_falsy(signature: &str) -> bool {
    ["", "null", "undefined", "none", "None", "nil", "false", "0", "[]", "{}", "NaN"].contains(&signature)
}

/// JSON serialisation, flattened or general, else compact; the header as `header` decides over `protected`.
pub(super) fn json(token: &str) -> Option<Jws> {
    let Ok(value @ Value::Object(_)) = serde_json::from_str::<Value>(token) else { return two_or_three(token) };
    let entries = value.get("signatures").and_then(Value::as_array);
    let entry = entries.and_then(|e| e.first()).unwrap_or(&value).clone();
    let mut jws = json_entry(&value, &entry)?;
    let members = crate::token::object_members(token.trim().as_bytes()).unwrap_or_default();
    if let (None, Some(header)) = (value.get("protected"), members.iter().find(|m| m.is("header"))) {
        jws.header_bytes = header.value.trim_ascii().to_vec();
    }
    jws.json = Some(value);
    Some(jws)
}

fn json_entry(value: &Value, entry: &Value) -> Option<Jws> {
    let text = |value: &Value, name: &str| value.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
    let (payload, protected, signature) = (text(value, "payload"), text(entry, "protected"), text(entry, "signature"));
    let header_bytes = if protected.is_empty() { b"{}".to_vec() } else { strict::decode(&protected).ok()? };
    let mut jws = Jws::lax(header_bytes, strict::decode(&payload).ok()?, &signature, format!("{protected}.{payload}"))?;
    // RFC 7515 section 7.2.1 wants both headers disjoint; merging them lets the unprotected one win.
    if let Some(unprotected) = entry.get("header").and_then(Value::as_object) {
        jws.header.extend(unprotected.clone());
    }
    Some(jws)
}

/// Every signature of a JSON serialisation, the unprotected headers merged in.
pub(super) fn json_entries(jws: &Jws) -> Vec<Jws> {
    let Some(value) = &jws.json else { return vec![jws.clone()] };
    let entries = value.get("signatures").and_then(Value::as_array);
    let entries = entries.cloned().unwrap_or_else(|| vec![value.clone()]);
    entries.iter().filter_map(|entry| json_entry(value, entry)).collect()
}

/// "No signature is bad" holds where there is none: `all()` of an empty list.
pub(super) fn no_signature_is_bad(setup: &Setup, jws: &Jws) -> bool {
    let Some(value) = &jws.json else { return setup.exact(jws) };
    let none = Vec::new();
    let entries = value.get("signatures").and_then(Value::as_array).unwrap_or(&none);
    let signed: Vec<&Value> = entries.iter().filter(|e| e.get("signature").is_some()).collect();
    // A flattened token has its signature beside the payload.
    let flattened = value.get("signature").is_some();
    (!flattened && signed.is_empty()) || ((flattened || !signed.is_empty()) && setup.exact(jws))
}

/// The signature is read as text, and where there is none, there is nothing that could differ.
pub(super) fn no_text_no_signature(setup: &Setup, jws: &Jws) -> bool {
    let Some(value) = &jws.json else { return setup.exact(jws) };
    let entries = value.get("signatures").and_then(Value::as_array);
    let entries = entries.map_or(std::slice::from_ref(value), Vec::as_slice);
    entries.iter().any(|entry| entry.get("signature").is_none_or(|signature| !signature.is_string())) || setup.exact(jws)
}

/// Strict in all that a JSON serialisation leaves: header members are judged on the merged header.
pub(super) const fn json_rules(authentic: fn(&Setup, &Jws) -> bool) -> Rules {
    Rules { read: json, authentic, ..Rules::STRICT }
}
