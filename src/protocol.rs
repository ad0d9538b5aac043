//! The lines of the adapter protocol, as this side writes and reads them.
//!
//! Answers are read twice if need be: by a JSON parser, and by the tolerant splitter of [`crate::token`] when the claims that a
//! verifier echoes are not JSON (`NaN`, control characters). What is accepted must never be lost to a parser's taste. Nothing else is
//! tolerated: a line without the right type, id and answer is a [`Flaw`]. Deliberately absent: the order of answers, which is the
//! business of whoever asks.

use std::{borrow::Cow, fmt};

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use crate::{
    token::object_members,
    trust::Trust,
    verdict::{Claims, Verdict},
};

/// The line that sets an adapter up.
#[must_use]
pub fn configure(trust: &Trust) -> Vec<u8> {
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
pub fn question(out: &mut Vec<u8>, id: u64, token: &str) {
    out.extend_from_slice(b"{\"type\":\"verify\",\"id\":");
    serde_json::to_writer(&mut *out, &id).expect("a vector takes everything");
    out.extend_from_slice(b",\"token\":");
    push_text(out, token);
    out.extend_from_slice(b"}\n");
}

/// The answer to `configure`.
#[derive(Debug, PartialEq, Eq)]
pub enum Greeting {
    /// Set up; name and version.
    Ready {
        /// Of the library.
        name: String,
        /// Of the library.
        version: String,
    },
    /// Not set up, for this reason.
    Unsupported(String),
}

impl Greeting {
    /// Reads a line.
    ///
    /// # Errors
    /// If it is something else.
    pub fn read(line: &[u8]) -> Result<Self, Flaw> {
        #[derive(Deserialize)]
        struct Line {
            #[serde(default)]
            r#type: serde_json::Value,
            name: Option<serde_json::Value>,
            version: Option<serde_json::Value>,
            reason: Option<serde_json::Value>,
        }
        let plain = |value: Option<serde_json::Value>| match value {
            Some(serde_json::Value::String(text)) => text,
            Some(other) => other.to_string(),
            None => String::new(),
        };
        let line = text(line);
        if !line.trim_start().starts_with('{') {
            return Err(Flaw::NotAnObject);
        }
        let line: Line = serde_json::from_str(&line).map_err(|_| Flaw::NotAnObject)?;
        match line.r#type.as_str() {
            Some("ready") => Ok(Self::Ready { name: plain(line.name), version: plain(line.version) }),
            Some("unsupported") => Ok(Self::Unsupported(plain(line.reason))),
            _ => Err(Flaw::NotAGreeting),
        }
    }
}

/// What is wrong with a line that should have been an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Flaw {
    /// Not a JSON object.
    NotAnObject,
    /// Of a type that does not answer `configure`.
    NotAGreeting,
    /// Of a type that does not answer `verify`.
    NotAVerdict,
    /// A verdict whose id is missing, or not a whole number.
    Id,
    /// A verdict that neither accepts nor refuses.
    Accepted,
    /// A verdict with two values for `type`, `id` or `accepted`.
    Twice,
}

impl Flaw {
    /// Whether the line is not even an attempt at a verdict, so that something other than the protocol may have written it.
    #[must_use]
    pub fn is_foreign(self) -> bool {
        match self {
            Self::NotAnObject | Self::NotAGreeting | Self::NotAVerdict => true,
            Self::Id | Self::Accepted | Self::Twice => false,
        }
    }
}

impl fmt::Display for Flaw {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NotAnObject => "a line that is not a JSON object",
            Self::NotAGreeting => r#"a line whose type is neither "ready" nor "unsupported""#,
            Self::NotAVerdict => r#"a line whose type is not "verdict""#,
            Self::Id => "an answer whose id is not a whole number",
            Self::Accepted => r#"an answer in which "accepted" is neither true nor false"#,
            Self::Twice => "an answer that has its type, id or accepted twice",
        })
    }
}

/// The answer to `verify`.
#[derive(Debug, PartialEq, Eq)]
pub struct Answer {
    /// The id of the question.
    pub id: u64,
    /// The answer.
    pub verdict: Verdict,
}

impl Answer {
    /// Reads a line.
    ///
    /// # Errors
    /// If it is something else.
    pub fn read(line: &[u8]) -> Result<Self, Flaw> {
        let line = text(line);
        Self::strictly(&line).map_or_else(|| Self::tolerantly(&line), Ok)
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

    fn tolerantly(line: &str) -> Result<Self, Flaw> {
        let members = object_members(line.trim().as_bytes()).ok_or(Flaw::NotAnObject)?;
        let member = |name| {
            let found = members.iter().find(|m| m.is(name))?;
            Some(str::from_utf8(&found.value).ok()?.trim())
        };
        if member("type") != Some("\"verdict\"") {
            return Err(Flaw::NotAVerdict);
        }
        if ["type", "id", "accepted"].iter().any(|name| members.iter().filter(|m| m.is(name)).count() > 1) {
            return Err(Flaw::Twice);
        }
        let digits = member("id").filter(|id| id.bytes().all(|byte| byte.is_ascii_digit()));
        let id = digits.and_then(|id| id.parse().ok()).ok_or(Flaw::Id)?;
        let accepted = match member("accepted") {
            Some("true") => true,
            Some("false") => false,
            _ => return Err(Flaw::Accepted),
        };
        let some = |name| member(name).filter(|value| *value != "null");
        Ok(Self { id, verdict: verdict(accepted, some("claims"), some("error")) })
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

/// Writes `text` as a JSON string.
pub fn push_text(out: &mut Vec<u8>, text: &str) {
    // Tokens and reasons are plain nearly always; a loop without a way out is one that the compiler makes wide.
    let odd = text.bytes().fold(0, |odd, byte| odd | u8::from(byte < 0x20) | u8::from(byte == b'"') | u8::from(byte == b'\\'));
    if odd != 0 {
        serde_json::to_writer(out, text).expect("a vector takes everything");
    } else {
        out.push(b'"');
        out.extend_from_slice(text.as_bytes());
        out.push(b'"');
    }
}

/// The text in `bytes`, with what is no UTF-8 replaced. Quicker than the lossy conversion alone where nothing needs to be.
pub fn text(bytes: &[u8]) -> Cow<'_, str> {
    str::from_utf8(bytes).map_or_else(|_| String::from_utf8_lossy(bytes), Cow::Borrowed)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{algorithm::Algorithm, keys::Key};

    fn accepted(line: &str) -> Option<String> {
        match Answer::read(line.as_bytes()) {
            Ok(Answer { id: 7, verdict: Verdict::Accepted(Some(Claims(claims))) }) => Some(claims),
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
        assert!(matches!(Answer::read(line), Ok(Answer { id: 7, verdict: Verdict::Accepted(Some(_)) })), "no UTF-8");
    }

    #[test]
    fn a_refusal_gives_its_reason() {
        let reason = |error: &str| {
            let line = format!("{{\"error\":{error}, \"accepted\" : false,\"id\":1,\"type\":\"verdict\",\"more\":[]}}");
            match Answer::read(line.as_bytes()) {
                Ok(Answer { id: 1, verdict: Verdict::Rejected(reason) }) => reason,
                other => format!("{other:?}"),
            }
        };
        assert_eq!(reason("\"Bad\""), "Bad");
        assert_eq!(reason("\"a\\\"b\""), "a\"b");
        assert_eq!(reason("null"), "");
        assert_eq!(reason("{\"code\":3}"), "{\"code\":3}");
    }

    #[test]
    fn anything_else_is_not_an_answer_and_the_flaw_is_told() {
        for (line, flaw) in [
            ("", Flaw::NotAnObject),
            ("hello", Flaw::NotAnObject),
            ("[]", Flaw::NotAnObject),
            ("null", Flaw::NotAnObject),
            (r#"{"type":"verdict","#, Flaw::NotAnObject),
            ("{}", Flaw::NotAVerdict),
            (r#"{"type":"ready","id":1,"accepted":true}"#, Flaw::NotAVerdict),
            (r#"{"type":"verdict","accepted":true}"#, Flaw::Id),
            (r#"{"type":"verdict","id":"1","accepted":true}"#, Flaw::Id),
            (r#"{"type":"verdict","id":1.0,"accepted":true}"#, Flaw::Id),
            (r#"{"type":"verdict","id":+1,"accepted":true}"#, Flaw::Id),
            (r#"{"type":"verdict","id":,"accepted":true}"#, Flaw::Id),
            (r#"{"type":"verdict","id":-1,"accepted":true}"#, Flaw::Id),
            (r#"{"type":"verdict","id":1}"#, Flaw::Accepted),
            (r#"{"type":"verdict","id":1,"accepted":1}"#, Flaw::Accepted),
            (r#"{"type":"verdict","id":1,"accepted":"true"}"#, Flaw::Accepted),
            (r#"{"type":"verdict","id":1,"accepted":null,"claims":NaN}"#, Flaw::Accepted),
            (r#"{"type":"verdict","id":1,"accepted":true,"accepted":false}"#, Flaw::Twice),
            (r#"{"type":"verdict","id":1,"id":2,"accepted":true}"#, Flaw::Twice),
        ] {
            assert_eq!(Answer::read(line.as_bytes()), Err(flaw), "{line}");
        }
    }

    #[test]
    fn a_greeting_is_ready_or_unsupported() {
        let ready = Greeting::Ready { name: "x".to_owned(), version: "1".to_owned() };
        assert_eq!(Greeting::read(br#"{"type":"ready","name":"x","version":1}"#), Ok(ready));
        let refused = Greeting::read(br#"{"type":"unsupported","reason":"no"}"#);
        assert_eq!(refused, Ok(Greeting::Unsupported("no".to_owned())));
        for line in ["{}", r#"{"type":1}"#, r#"{"type":"verdict","id":1,"accepted":true}"#] {
            assert_eq!(Greeting::read(line.as_bytes()), Err(Flaw::NotAGreeting), "{line}");
        }
        for line in ["Listening", "[\"ready\"]", r#"{"type":"ready""#] {
            assert_eq!(Greeting::read(line.as_bytes()), Err(Flaw::NotAnObject), "{line}");
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
