//! What a library is asked to do, and which libraries there are: one file each. Verifying is what `adapters/rust` does, where it has the
//! library; what is here gives it the type of the bench, and signs.
//!
//! Setting up is apart from signing and verifying, because some libraries parse a key once and others on every call, and a
//! service that fetches its keys anew pays for both.

mod biscuit;
#[cfg(feature = "openssl")]
mod josekit;
mod jsonwebtoken;
mod jwt;
mod jwt_compact;
#[cfg(feature = "openssl")]
mod jwt_openssl;
mod jwt_simple;

use jwt_gauntlet::{Algorithm, ConfigureError};

use crate::{keys::KeyTexts, raw::Primitive, workload::Claims};

/// A library, on one of its back ends.
pub trait Contender: Sync {
    /// As tables show it.
    fn name(&self) -> &'static str;

    /// The crate, whose version `Cargo.lock` knows.
    fn package(&self) -> &'static str;

    /// What its cost is compared with: the primitive it rests on.
    fn primitive(&self, algorithm: Algorithm) -> Primitive;

    /// Parses the private key.
    ///
    /// # Errors
    /// If it does not do the algorithm, or refuses the key.
    fn signer(&self, keys: &KeyTexts) -> Result<Box<dyn Signer>, SetUpError>;

    /// Parses the public key, and takes the issuer and the audience to expect.
    ///
    /// # Errors
    /// If it does not do the algorithm, or refuses the key.
    fn verifier(&self, keys: &KeyTexts) -> Result<Box<dyn Verifier>, SetUpError>;

    /// Reads header and claims and checks nothing; `None` if the library has no such door.
    fn decode(&self, token: &str) -> Option<Result<Claims, Refused>>;
}

/// Signs tokens with the key it was set up with.
pub trait Signer {
    /// The token.
    ///
    /// # Errors
    /// If the library would not.
    fn sign(&self, claims: &Claims) -> Result<String, Refused>;
}

/// Verifies tokens with the key it was set up with.
pub trait Verifier {
    /// The claims of a token that is good in every respect.
    ///
    /// # Errors
    /// If it is not.
    fn verify(&self, token: &str) -> Result<Claims, Refused>;
}

/// Why there is no signer or verifier.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SetUpError {
    /// The library does not do the algorithm.
    #[error("not implemented")]
    Unsupported,
    /// The library refused the key.
    #[error("the key was refused: {0}")]
    Key(String),
}

/// A refusal, in the library's words.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct Refused(pub String);

impl Refused {
    /// From any error.
    pub fn because(error: impl std::fmt::Display) -> Self {
        Self(error.to_string())
    }
}

impl SetUpError {
    /// From any error of a key.
    pub fn key(error: impl std::fmt::Display) -> Self {
        Self::Key(error.to_string())
    }

    /// From what an adapter says of an algorithm or a key.
    #[must_use]
    pub fn of(algorithm: Algorithm, error: &ConfigureError) -> Self {
        if *error == jwt_gauntlet_adapters::not_implemented(algorithm) { Self::Unsupported } else { Self::key(error) }
    }
}

/// Everyone, in the order of the tables.
#[must_use]
pub fn all() -> Vec<&'static dyn Contender> {
    vec![
        &jsonwebtoken::AWS_LC_RS,
        &jsonwebtoken::RUST_CRYPTO,
        &jwt_simple::JwtSimple,
        &jwt_compact::JwtCompact,
        &biscuit::Biscuit,
        &jwt::Jwt,
        #[cfg(feature = "openssl")]
        &jwt_openssl::JwtOpenssl,
        #[cfg(feature = "openssl")]
        &josekit::Josekit,
    ]
}

/// The one of that name.
#[must_use]
pub fn find(name: &str) -> Option<&'static dyn Contender> {
    all().into_iter().find(|contender| contender.name() == name)
}
