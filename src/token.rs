//! Tokens, without loss: [`Token`] is the wire text, [`Draft`] the same bytes taken apart far enough to be edited.
//!
//! An attack lives in what a tidy parser throws away: the second `alg`, the white space, the bits behind the last base64
//! character, bytes that are not UTF-8. So a draft keeps each segment in the most structured form *that prints back to the same
//! bytes*, and falls back to plain bytes or plain text where no such form exists. The price: a draft of a strange token has fewer
//! members to edit.
//!
//! Invariant: `Draft::parse(text).to_string() == text` for every string. Deliberately absent: any opinion on validity.

use std::{fmt, sync::Arc};

use data_encoding::BASE64URL_NOPAD;

/// A token as it travels: any Unicode text, well-formed or not.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Token(pub String);

impl Token {
    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A token taken apart at its dots.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Draft {
    /// The segments in order: header, claims, signature in a JWS; there may be fewer or more.
    pub segments: Vec<Segment>,
}

/// One segment between dots.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Segment {
    /// The base64url of a JSON object, white space and all; shared until it is edited.
    Object(Arc<Vec<Member>>),
    /// The canonical base64url (no padding, unused bits zero) of any other bytes.
    Bytes(Vec<u8>),
    /// Text that is not canonical base64url, verbatim.
    Text(String),
}

/// One member of a JSON object as raw JSON text, white space included; either side may be illegal JSON or no UTF-8.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Member {
    /// The name with its quotes, as written: `"alg"`, or `"\u0061lg"`.
    pub name: Vec<u8>,
    /// The value as written.
    pub value: Vec<u8>,
}

impl Member {
    /// A member from raw JSON texts.
    #[must_use]
    pub fn new(name: impl Into<Vec<u8>>, value: impl Into<Vec<u8>>) -> Self {
        Self { name: name.into(), value: value.into() }
    }

    /// Whether the name, with its escapes resolved, is `name`.
    #[must_use]
    pub fn is(&self, name: &str) -> bool {
        let raw = self.name.trim_ascii();
        match raw.strip_prefix(b"\"").and_then(|r| r.strip_suffix(b"\"")) {
            Some(inner) if !inner.contains(&b'\\') => inner == name.as_bytes(),
            _ => serde_json::from_slice::<String>(raw).is_ok_and(|n| n == name),
        }
    }
}

impl Draft {
    /// Takes any text apart; see the module for what is kept.
    #[must_use]
    pub fn parse(text: &str) -> Self {
        Self { segments: text.split('.').map(Segment::parse).collect() }
    }

    /// The segment at `index`, made empty if there are fewer.
    pub fn segment_mut(&mut self, index: usize) -> &mut Segment {
        while self.segments.len() <= index {
            self.segments.push(Segment::Bytes(Vec::new()));
        }
        &mut self.segments[index]
    }

    /// What a JWS signature covers: the first two segments as they are spelled, with the dot (RFC 7515 section 5.1 step 5).
    #[must_use]
    pub fn signing_input(&self) -> String {
        let mut text = String::new();
        for i in 0..2 {
            if i > 0 {
                text.push('.');
            }
            if let Some(segment) = self.segments.get(i) {
                segment.print(&mut text);
            }
        }
        text
    }

    /// The header's first `alg` as a plain string, if it is one.
    #[must_use]
    pub fn algorithm(&self) -> Option<String> {
        let value = self.segments.first()?.member("alg")?;
        serde_json::from_slice(value.trim_ascii()).ok()
    }
}

impl fmt::Display for Draft {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut text = String::new();
        for (i, segment) in self.segments.iter().enumerate() {
            if i > 0 {
                text.push('.');
            }
            segment.print(&mut text);
        }
        f.write_str(&text)
    }
}

impl Segment {
    /// Reads the text of one segment.
    #[must_use]
    pub fn parse(text: &str) -> Self {
        match BASE64URL_NOPAD.decode(text.as_bytes()) {
            Ok(bytes) => Self::from_bytes(bytes),
            Err(_) => Self::Text(text.to_owned()),
        }
    }

    /// The segment that carries `bytes`.
    #[must_use]
    pub fn from_bytes(bytes: Vec<u8>) -> Self {
        match object_members(&bytes) {
            Some(members) => Self::Object(members.into()),
            None => Self::Bytes(bytes),
        }
    }

    /// The bytes that it carries; `None` for text that is not base64url.
    #[must_use]
    pub fn bytes(&self) -> Option<Vec<u8>> {
        match self {
            Self::Object(members) => Some(print_object(members)),
            Self::Bytes(bytes) => Some(bytes.clone()),
            Self::Text(_) => None,
        }
    }

    /// The members of an object segment.
    #[must_use]
    pub fn members(&self) -> Option<&[Member]> {
        match self {
            Self::Object(members) => Some(members),
            _ => None,
        }
    }

    /// The raw value of the first member called `name`.
    #[must_use]
    pub fn member(&self, name: &str) -> Option<&[u8]> {
        self.members()?.iter().find(|m| m.is(name)).map(|m| m.value.as_slice())
    }

    /// Appends the text to `out`.
    pub fn print(&self, out: &mut String) {
        match self {
            Self::Object(members) => BASE64URL_NOPAD.encode_append(&print_object(members), out),
            Self::Bytes(bytes) => BASE64URL_NOPAD.encode_append(bytes, out),
            Self::Text(text) => out.push_str(text),
        }
    }
}

impl fmt::Display for Segment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut text = String::new();
        self.print(&mut text);
        f.write_str(&text)
    }
}

fn print_object(members: &[Member]) -> Vec<u8> {
    let mut out = Vec::with_capacity(2 + members.iter().map(|m| m.name.len() + m.value.len() + 2).sum::<usize>());
    out.push(b'{');
    for (i, member) in members.iter().enumerate() {
        if i > 0 {
            out.push(b',');
        }
        out.extend_from_slice(&member.name);
        out.push(b':');
        out.extend_from_slice(&member.value);
    }
    out.push(b'}');
    out
}

/// Splits the text of a JSON object into raw members, asking only that brackets and quotes balance: numbers, words and bytes
/// inside may be anything. `None` where that fails, or where the members would not print back to the same bytes.
///
/// Never recurses, so nesting costs no stack.
#[must_use]
pub fn object_members(bytes: &[u8]) -> Option<Vec<Member>> {
    let inner = bytes.strip_prefix(b"{")?.strip_suffix(b"}")?;
    if inner.is_empty() {
        return Some(Vec::new());
    }
    let mut members = Vec::new();
    for piece in split_top_level(inner, b',')? {
        let colon = split_top_level(piece, b':')?.first()?.len();
        let name = &piece[..colon];
        let trimmed = name.trim_ascii();
        if colon == piece.len() || trimmed.len() < 2 || !trimmed.starts_with(b"\"") || !trimmed.ends_with(b"\"") {
            return None;
        }
        members.push(Member::new(name, &piece[colon + 1..]));
    }
    Some(members)
}

/// Splits at every `separator` outside strings and brackets; `None` if those do not balance.
fn split_top_level(bytes: &[u8], separator: u8) -> Option<Vec<&[u8]>> {
    let (mut pieces, mut start, mut depth, mut quoted, mut escaped) = (Vec::new(), 0, 0_usize, false, false);
    for (i, &byte) in bytes.iter().enumerate() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if quoted => escaped = true,
            b'"' => quoted = !quoted,
            _ if quoted => {}
            b'{' | b'[' => depth += 1,
            b'}' | b']' => depth = depth.checked_sub(1)?,
            _ if byte == separator && depth == 0 => {
                pieces.push(&bytes[start..i]);
                start = i + 1;
            }
            _ => {}
        }
    }
    pieces.push(&bytes[start..]);
    (depth == 0 && !quoted).then_some(pieces)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn token_of(header: &str) -> String {
        format!("{}.e30.AAAA", BASE64URL_NOPAD.encode(header.as_bytes()))
    }

    #[test]
    fn duplicates_order_and_white_space_survive() {
        for header in [r#"{"alg":"none","alg":"HS256"}"#, r#"{ "b" : 1 ,"a":[1,{"x":"}"}] }"#, r#"{"a":NaN,"b":01}"#, "{}", "{ }"] {
            let text = token_of(header);
            assert_eq!(Draft::parse(&text).to_string(), text, "{header}");
        }
        let draft = Draft::parse(&token_of(r#"{"alg":"none","\u0061lg":"HS256"}"#));
        let members = draft.segments[0].members().expect("an object");
        assert_eq!(members.len(), 2);
        assert!(members.iter().all(|m| m.is("alg")), "an escaped name is the same name");
        assert_eq!(draft.algorithm().as_deref(), Some("none"));
    }

    #[test]
    fn bytes_that_are_no_utf8_stay_members() {
        let bytes = b"{\"sub\":\"\xff\xfe\"}".to_vec();
        assert_eq!(Segment::from_bytes(bytes.clone()), Segment::Object(vec![Member::new("\"sub\"", &b"\"\xff\xfe\""[..])].into()));
        assert_eq!(Segment::from_bytes(bytes.clone()).bytes(), Some(bytes));
    }

    #[test]
    fn a_hundred_thousand_brackets_cost_no_stack() {
        let deep = format!("{{\"a\":{}{}}}", "[".repeat(100_000), "]".repeat(100_000));
        assert!(matches!(Segment::from_bytes(deep.into_bytes()), Segment::Object(_)));
    }

    proptest! {
        #[test]
        fn any_text_round_trips(text in "(\\PC|[.\\x00-\\x20]){0,80}") {
            prop_assert_eq!(Draft::parse(&text).to_string(), text);
        }

        #[test]
        fn any_bytes_round_trip_through_a_segment(bytes: Vec<u8>) {
            let segment = Segment::from_bytes(bytes.clone());
            prop_assert_eq!(Segment::parse(&segment.to_string()), segment.clone());
            prop_assert_eq!(segment.bytes(), Some(bytes));
        }

        #[test]
        fn json_like_bytes_round_trip(text in "[{}\\[\\]\",:a\\\\ 1\\xff]{0,24}") {
            let bytes = format!("{{{text}}}").into_bytes();
            prop_assert_eq!(Segment::from_bytes(bytes.clone()).bytes(), Some(bytes));
        }
    }
}
