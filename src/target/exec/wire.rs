//! The lines of the adapter protocol, as this side writes and reads them.
//!
//! Answers are read twice if need be: by a JSON parser, and by the tolerant splitter of [`crate::token`] when the claims that a
//! verifier echoes are not JSON (`NaN`, control characters). What is accepted must never be lost to a parser's taste.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use crate::{
    adapter::{push_text, text},
    target::Trust,
    token::object_members,
    verdict::{Claims, Verdict},
};

/// The line that sets an adapter up.
pub(super) fn configure(trust: &Trust) -> Vec<u8> {
    #[derive(Serialize)]
    struct Configure<'a> {
        r#type: &'static str,
        protocol: u8,
        #[serde(flatten)]
        trust: &'a Trust,
    }
    let mut line = serde_json::to_vec(&Configure { r#type: "configure", protocol: 1, trust }).expect("trust is JSON");
    // A line end can only come from white space in the text of a JWK.
    line.iter_mut().filter(|byte| matches!(byte, b'\n' | b'\r')).for_each(|byte| *byte = b' ');
    line.push(b'\n');
    line
}

/// Appends the line that asks about `token`.
pub(super) fn question(out: &mut Vec<u8>, id: u64, token: &str) {
    out.extend_from_slice(b"{\"type\":\"verify\",\"id\":");
    serde_json::to_writer(&mut *out, &id).expect("a vector takes everything");
    out.extend_from_slice(b",\"token\":");
    push_text(out, token);
    out.extend_from_slice(b"}\n");
}

/// The answer to `configure`.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Greeting {
    Ready { name: String, version: String },
    Unsupported(String),
}

impl Greeting {
    /// Reads a line; `None` if it is something else.
    pub(super) fn read(line: &[u8]) -> Option<Self> {
        #[derive(Deserialize)]
        struct Line {
            r#type: String,
            name: Option<serde_json::Value>,
            version: Option<serde_json::Value>,
            reason: Option<serde_json::Value>,
        }
        let plain = |value: Option<serde_json::Value>| match value {
            Some(serde_json::Value::String(text)) => text,
            Some(other) => other.to_string(),
            None => String::new(),
        };
        let line: Line = serde_json::from_str(&text(line)).ok()?;
        match line.r#type.as_str() {
            "ready" => Some(Self::Ready { name: plain(line.name), version: plain(line.version) }),
            "unsupported" => Some(Self::Unsupported(plain(line.reason))),
            _ => None,
        }
    }
}

/// The answer to `verify`.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Answer {
    pub(super) id: u64,
    pub(super) verdict: Verdict,
}

impl Answer {
    /// Reads a line; `None` if it is something else.
    pub(super) fn read(line: &[u8]) -> Option<Self> {
        let line = text(line);
        Self::strictly(&line).or_else(|| Self::tolerantly(&line))
    }

    fn strictly(line: &str) -> Option<Self> {
        #[derive(Deserialize)]
        struct Line<'a> {
            #[serde(borrow)]
            r#type: Cow<'a, str>,
            id: u64,
            accepted: bool,
            #[serde(borrow)]
            claims: Option<&'a RawValue>,
            #[serde(borrow)]
            error: Option<&'a RawValue>,
        }
        let line: Line<'_> = serde_json::from_str(line).ok()?;
        let verdict = verdict(line.accepted, line.claims.map(RawValue::get), line.error.map(RawValue::get));
        (line.r#type == "verdict").then_some(Self { id: line.id, verdict })
    }

    fn tolerantly(line: &str) -> Option<Self> {
        let members = object_members(line.trim().as_bytes())?;
        let member = |name| {
            let found = members.iter().find(|m| m.is(name))?;
            Some(str::from_utf8(&found.value).ok()?.trim())
        };
        let accepted = match (member("type")?, member("accepted")?) {
            ("\"verdict\"", "true") => true,
            ("\"verdict\"", "false") => false,
            _ => return None,
        };
        let some = |name| member(name).filter(|value| *value != "null");
        Some(Self { id: member("id")?.parse().ok()?, verdict: verdict(accepted, some("claims"), some("error")) })
    }
}

fn verdict(accepted: bool, claims: Option<&str>, error: Option<&str>) -> Verdict {
    if accepted {
        return Verdict::Accepted(claims.map(|text| Claims(text.to_owned())));
    }
    let error = error.unwrap_or_default();
    let plain = error.strip_prefix('"').and_then(|e| e.strip_suffix('"'));
    Verdict::Rejected(match plain {
        Some(plain) if !plain.contains('\\') => plain.to_owned(),
        Some(_) => serde_json::from_str(error).unwrap_or_else(|_| error.to_owned()),
        None => error.to_owned(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{algorithm::Algorithm, keys::Key};

    fn accepted(line: &str) -> Option<String> {
        match Answer::read(line.as_bytes()) {
            Some(Answer { id: 7, verdict: Verdict::Accepted(Some(Claims(claims))) }) => Some(claims),
            _ => None,
        }
    }

    #[test]
    fn an_acceptance_is_read_whatever_the_claims_look_like() {
        let nested = format!("{{\"a\":{}{}}}", "[".repeat(20_000), "]".repeat(20_000));
        for claims in
            ["{\"a\":NaN}", "{\"a\":-Infinity}", r#"{"a":"\ud800"}"#, "{\"a\":1e99999}", "{\"a\":01}", "{\"a\":'x'}", &nested]
        {
            let line = format!("{{\"type\":\"verdict\",\"id\":7,\"accepted\":true,\"claims\":{claims}}}");
            assert_eq!(accepted(&line).as_deref(), Some(claims));
        }
        let line = b"{\"type\":\"verdict\",\"id\":7,\"accepted\":true,\"claims\":{\"a\":\"\xff\"}}\r";
        assert!(matches!(Answer::read(line), Some(Answer { id: 7, verdict: Verdict::Accepted(Some(_)) })), "no UTF-8");
    }

    #[test]
    fn a_refusal_gives_its_reason() {
        let reason = |error: &str| {
            let line = format!("{{\"error\":{error}, \"accepted\" : false,\"id\":1,\"type\":\"verdict\",\"more\":[]}}");
            match Answer::read(line.as_bytes()) {
                Some(Answer { id: 1, verdict: Verdict::Rejected(reason) }) => reason,
                other => format!("{other:?}"),
            }
        };
        assert_eq!(reason("\"Bad\""), "Bad");
        assert_eq!(reason("\"a\\\"b\""), "a\"b");
        assert_eq!(reason("null"), "");
        assert_eq!(reason("{\"code\":3}"), "{\"code\":3}");
    }

    #[test]
    fn anything_else_is_no_answer() {
        for line in
            ["", "hello", "{}", "[]", "null", r#"{"type":"verdict","id":1}"#, r#"{"type":"verdict","id":"1","accepted":true}"#]
        {
            assert_eq!(Answer::read(line.as_bytes()), None, "{line}");
        }
        for line in
            [r#"{"type":"ready","id":1,"accepted":true}"#, r#"{"type":"verdict","id":1,"accepted":1}"#, r#"{"type":"verdict","#]
        {
            assert_eq!(Answer::read(line.as_bytes()), None, "{line}");
        }
    }

    #[test]
    fn the_configure_line_has_the_members_of_the_protocol() {
        let key = Key::secret("key-1", b"a secret of the tests");
        let mut trust = Trust::in_key(&key, Algorithm::HS256);
        trust.issuer = None;
        let line = configure(&trust);
        let value: serde_json::Value = serde_json::from_slice(&line).expect("JSON");
        let members: Vec<_> = value.as_object().expect("an object").keys().map(String::as_str).collect();
        assert_eq!(members, ["algorithm", "audience", "issuer", "key", "kid", "protocol", "type"]);
        assert_eq!(value["issuer"], serde_json::Value::Null);
        assert_eq!(line.iter().position(|b| *b == b'\n'), Some(line.len() - 1));
    }

    #[test]
    fn a_question_is_one_line_whatever_the_token() {
        for token in ["a.b.c", "\"\\\n\0\u{2028}😀", ""] {
            let mut line = Vec::new();
            question(&mut line, 3, token);
            let value: serde_json::Value = serde_json::from_slice(&line).expect("JSON");
            assert_eq!(value, serde_json::json!({"type": "verify", "id": 3, "token": token}));
            assert_eq!(line.iter().position(|b| *b == b'\n'), Some(line.len() - 1));
        }
    }
}
