//! JSON to the letter: RFC 8259 syntax in UTF-8, no trailing data, and names unique at every level (RFC 7515 section 4, RFC 7519
//! section 4). Texts are borrowed from the input wherever they hold no escape.
//!
//! Nesting is bounded by `serde_json` at 128 levels, and numbers beyond the range of a double are refused.

use std::{borrow::Cow, collections::HashSet, fmt};

use serde::{
    Deserialize, Deserializer,
    de::{self, MapAccess, SeqAccess, Visitor},
};

/// A JSON value.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Json<'a> {
    /// `null`.
    Null,
    /// `true` or `false`.
    Bool(bool),
    /// Any finite number.
    Number(f64),
    /// A text, escapes resolved.
    Text(Cow<'a, str>),
    /// An array.
    List(Vec<Self>),
    /// An object.
    Object(Object<'a>),
}

/// A JSON object with its members in order, none twice.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Object<'a>(Vec<(Cow<'a, str>, Json<'a>)>);

impl<'a> Object<'a> {
    /// Reads the whole of `bytes` as one object.
    ///
    /// # Errors
    /// If they are anything else.
    pub(crate) fn read(bytes: &'a [u8]) -> Result<Self, serde_json::Error> {
        match serde_json::from_slice(bytes)? {
            Json::Object(object) => Ok(object),
            _ => Err(de::Error::custom("not an object")),
        }
    }

    /// The member of that name.
    #[must_use]
    pub(crate) fn get(&self, name: &str) -> Option<&Json<'a>> {
        self.0.iter().find(|(n, _)| n == name).map(|(_, value)| value)
    }
}

impl Json<'_> {
    /// The text, if it is one.
    #[must_use]
    pub(crate) fn text(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            _ => None,
        }
    }
}

impl<'de> Deserialize<'de> for Json<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(JsonVisitor)
    }
}

struct JsonVisitor;

impl<'de> Visitor<'de> for JsonVisitor {
    type Value = Json<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_unit<E>(self) -> Result<Self::Value, E> {
        Ok(Json::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Self::Value, E> {
        Ok(Json::Bool(value))
    }

    #[expect(clippy::cast_precision_loss, reason = "JSON numbers interoperate as doubles (RFC 8259 section 6)")]
    fn visit_i64<E>(self, value: i64) -> Result<Self::Value, E> {
        Ok(Json::Number(value as f64))
    }

    #[expect(clippy::cast_precision_loss, reason = "JSON numbers interoperate as doubles (RFC 8259 section 6)")]
    fn visit_u64<E>(self, value: u64) -> Result<Self::Value, E> {
        Ok(Json::Number(value as f64))
    }

    fn visit_f64<E>(self, value: f64) -> Result<Self::Value, E> {
        Ok(Json::Number(value))
    }

    fn visit_str<E>(self, value: &str) -> Result<Self::Value, E> {
        Ok(Json::Text(Cow::Owned(value.to_owned())))
    }

    fn visit_borrowed_str<E>(self, value: &'de str) -> Result<Self::Value, E> {
        Ok(Json::Text(Cow::Borrowed(value)))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Self::Value, A::Error> {
        let mut items = Vec::new();
        while let Some(item) = seq.next_element()? {
            items.push(item);
        }
        Ok(Json::List(items))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut members = Vec::with_capacity(8);
        while let Some(Name(name)) = map.next_key()? {
            members.push((name, map.next_value()?));
        }
        if twice(&members) {
            return Err(de::Error::custom("a duplicate name in one object"));
        }
        Ok(Json::Object(Object(members)))
    }
}

/// Headers and claims have a dozen members: comparing pairs beats hashing there, and hashing keeps a hostile object linear.
fn twice(members: &[(Cow<'_, str>, Json<'_>)]) -> bool {
    if members.len() > 32 {
        let mut seen = HashSet::with_capacity(members.len());
        return !members.iter().all(|(name, _)| seen.insert(name));
    }
    members.iter().enumerate().any(|(i, (name, _))| members[..i].iter().any(|(other, _)| other == name))
}

struct Name<'a>(Cow<'a, str>);

impl<'de> Deserialize<'de> for Name<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct NameVisitor;

        impl<'de> Visitor<'de> for NameVisitor {
            type Value = Name<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a member name")
            }

            fn visit_str<E>(self, value: &str) -> Result<Self::Value, E> {
                Ok(Name(Cow::Owned(value.to_owned())))
            }

            fn visit_borrowed_str<E>(self, value: &'de str) -> Result<Self::Value, E> {
                Ok(Name(Cow::Borrowed(value)))
            }
        }

        deserializer.deserialize_str(NameVisitor)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_stands_once_at_every_level() {
        for text in [r#"{"a":1,"a":1}"#, r#"{"a":1,"\u0061":1}"#, r#"{"b":[{"a":1,"a":2}]}"#] {
            assert!(Object::read(text.as_bytes()).is_err(), "{text}");
        }
        let many: Vec<String> = (0..40).chain([7]).map(|i| format!("\"n{i}\":0")).collect();
        assert!(Object::read(format!("{{{}}}", many.join(",")).as_bytes()).is_err());
        assert!(Object::read(format!("{{{}}}", many[..40].join(",")).as_bytes()).is_ok());
    }

    #[test]
    fn anything_but_one_utf8_object_is_refused() {
        let texts: [&[u8]; 14] = [
            b"",
            b"[]",
            b"null",
            b"{} {}",
            b"{}\0",
            b"\xef\xbb\xbf{}",
            b"{\"a\":\"\xff\"}",
            b"{\"a\":\"\\ud800\"}",
            b"{\"a\":NaN}",
            b"{\"a\":01}",
            b"{\"a\":1,}",
            b"{a:1}",
            b"{\"a\":1e400}",
            b"{\"a\":\"\n\"}",
        ];
        for text in texts {
            assert!(Object::read(text).is_err(), "{}", String::from_utf8_lossy(text));
        }
        let deep = format!("{{\"a\":{}{}}}", "[".repeat(200), "]".repeat(200));
        assert!(Object::read(deep.as_bytes()).is_err());
    }

    #[test]
    fn legal_oddities_are_read() {
        let object = Object::read(b" { \"\\u0061lg\" : \"a\\/b\" ,\"n\":1.5e9 } \n").expect("legal");
        assert_eq!(object.get("alg").and_then(Json::text), Some("a/b"));
        assert_eq!(object.get("n"), Some(&Json::Number(1.5e9)));
    }
}
