//! What a signature is made with: the algorithms of this crate, and ML-DSA, which only some back ends have and no attack is about yet.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};

use crate::algorithm::{Algorithm, Family, UnknownAlgorithm};

/// A signature scheme as a JOSE header names it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Scheme {
    /// One of the algorithms that this crate attacks.
    Jws(Algorithm),
    /// ML-DSA (FIPS 204), under its JOSE name.
    MlDsa(MlDsa),
}

/// A parameter set of ML-DSA.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum MlDsa {
    /// Category 2.
    MlDsa44,
    /// Category 3.
    MlDsa65,
    /// Category 5.
    MlDsa87,
}

impl Scheme {
    /// All seventeen, in the order of reports.
    #[must_use]
    pub fn all() -> Vec<Self> {
        let ml_dsa = [MlDsa::MlDsa44, MlDsa::MlDsa65, MlDsa::MlDsa87].map(Self::MlDsa);
        Algorithm::ALL.into_iter().map(Self::Jws).chain(ml_dsa).collect()
    }

    /// The `alg` value.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Jws(algorithm) => algorithm.name(),
            Self::MlDsa(MlDsa::MlDsa44) => "ML-DSA-44",
            Self::MlDsa(MlDsa::MlDsa65) => "ML-DSA-65",
            Self::MlDsa(MlDsa::MlDsa87) => "ML-DSA-87",
        }
    }

    /// The algorithm of this crate, if it is one.
    #[must_use]
    pub fn algorithm(self) -> Option<Algorithm> {
        match self {
            Self::Jws(algorithm) => Some(algorithm),
            Self::MlDsa(_) => None,
        }
    }

    /// Whether whoever verifies can also sign.
    #[must_use]
    pub fn is_symmetric(self) -> bool {
        self.algorithm().is_some_and(|algorithm| algorithm.family() == Family::Hmac)
    }
}

impl fmt::Display for Scheme {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

/// A text that names no [`Scheme`].
#[derive(Debug, thiserror::Error)]
#[error("{0}, and for benchmarks ML-DSA-44 ML-DSA-65 ML-DSA-87")]
pub struct UnknownScheme(UnknownAlgorithm);

impl FromStr for Scheme {
    type Err = UnknownScheme;

    fn from_str(text: &str) -> Result<Self, UnknownScheme> {
        let known = Self::all().into_iter().find(|scheme| scheme.name().eq_ignore_ascii_case(text));
        known.ok_or_else(|| UnknownScheme(UnknownAlgorithm(text.to_owned())))
    }
}

impl Serialize for Scheme {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.name())
    }
}

impl<'de> Deserialize<'de> for Scheme {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(D::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_scheme_is_read_back_from_its_name() {
        assert_eq!(Scheme::all().len(), 17);
        for scheme in Scheme::all() {
            assert_eq!(scheme.name().parse::<Scheme>().ok(), Some(scheme));
            assert_eq!(serde_json::to_string(&scheme).ok(), Some(format!("\"{scheme}\"")));
        }
        assert!("RS255".parse::<Scheme>().is_err());
    }
}
