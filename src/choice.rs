//! One value, or in an attack file a list of values that fans out.

use std::{fmt, marker::PhantomData, ops::Deref};

use serde::{
    Deserialize, Deserializer, Serialize, Serializer,
    de::{self, IntoDeserializer, value::MapAccessDeserializer},
};

/// One value of a step's field; in an attack file, a list of alternatives. Dereferences to the first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Choice<T>(Values<T>);

/// Random recipes have single values only, and are made by the hundred thousand: those cost no list.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Values<T> {
    One(T),
    /// Two or more.
    Many(Box<[T]>),
}

impl<T> Choice<T> {
    /// A single value.
    pub fn one(value: T) -> Self {
        Self(Values::One(value))
    }

    /// All alternatives.
    #[must_use]
    pub fn all(&self) -> &[T] {
        match &self.0 {
            Values::One(value) => std::slice::from_ref(value),
            Values::Many(values) => values,
        }
    }
}

impl<T> Deref for Choice<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.all()[0]
    }
}

impl<T> From<T> for Choice<T> {
    fn from(value: T) -> Self {
        Self::one(value)
    }
}

impl From<&str> for Choice<String> {
    fn from(value: &str) -> Self {
        Self::one(value.to_owned())
    }
}

impl<T: Serialize> Serialize for Choice<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.all() {
            [one] => one.serialize(serializer),
            many => many.serialize(serializer),
        }
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Choice<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(OneOrMany(PhantomData))
    }
}

/// Reads a scalar as one value and a list as several, so that an error keeps the place of the value that caused it.
struct OneOrMany<T>(PhantomData<T>);

impl<'de, T: Deserialize<'de>> de::Visitor<'de> for OneOrMany<T> {
    type Value = Choice<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value or a list of values")
    }

    fn visit_seq<A: de::SeqAccess<'de>>(self, mut seq: A) -> Result<Self::Value, A::Error> {
        let mut values = Vec::new();
        while let Some(value) = seq.next_element()? {
            values.push(value);
        }
        match values.len() {
            0 => Err(de::Error::custom("an empty list makes no case; name at least one value")),
            1 => Ok(Choice::one(values.remove(0))),
            _ => Ok(Choice(Values::Many(values.into()))),
        }
    }

    fn visit_str<E: de::Error>(self, value: &str) -> Result<Self::Value, E> {
        T::deserialize(value.into_deserializer()).map(Choice::one)
    }

    fn visit_bool<E: de::Error>(self, value: bool) -> Result<Self::Value, E> {
        T::deserialize(value.into_deserializer()).map(Choice::one)
    }

    fn visit_i64<E: de::Error>(self, value: i64) -> Result<Self::Value, E> {
        T::deserialize(value.into_deserializer()).map(Choice::one)
    }

    fn visit_u64<E: de::Error>(self, value: u64) -> Result<Self::Value, E> {
        T::deserialize(value.into_deserializer()).map(Choice::one)
    }

    fn visit_map<A: de::MapAccess<'de>>(self, map: A) -> Result<Self::Value, A::Error> {
        T::deserialize(MapAccessDeserializer::new(map)).map(Choice::one)
    }
}
