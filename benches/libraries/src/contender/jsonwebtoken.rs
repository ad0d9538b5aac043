//! `jsonwebtoken` as its README shows, on both of its back ends.
//!
//! Its cryptography comes from one provider a process, which here asks the thread which back end is meant, at the price of reading one
//! thread-local cell. Its keys are checked for their shape once and parsed by the back end on every call.

use ::jsonwebtoken::{Algorithm as Name, EncodingKey, Header, dangerous::insecure_decode, encode};
use jwt_gauntlet::{
    Algorithm,
    algorithm::Family,
    verifier::jsonwebtoken::{Backend, using},
};
use jwt_gauntlet_adapters::jsonwebtoken::Trusting;

use super::{Contender, Refused, SetUpError, Signer, Verifier};
use crate::{keys::KeyTexts, raw::Primitive, workload::Claims};

/// On AWS-LC.
pub(super) const AWS_LC_RS: JsonWebToken = JsonWebToken { backend: Backend::AwsLcRs };
/// On the `RustCrypto` crates.
pub(super) const RUST_CRYPTO: JsonWebToken = JsonWebToken { backend: Backend::RustCrypto };

/// The crate on one of its back ends.
pub(super) struct JsonWebToken {
    backend: Backend,
}

impl Contender for JsonWebToken {
    fn name(&self) -> &'static str {
        match self.backend {
            Backend::AwsLcRs => "jsonwebtoken/aws-lc-rs",
            Backend::RustCrypto => "jsonwebtoken/rust-crypto",
        }
    }

    fn package(&self) -> &'static str {
        "jsonwebtoken"
    }

    fn primitive(&self, _: Algorithm) -> Primitive {
        match self.backend {
            Backend::AwsLcRs => Primitive::AwsLcRs,
            Backend::RustCrypto => Primitive::RustCrypto,
        }
    }

    fn signer(&self, keys: &KeyTexts) -> Result<Box<dyn Signer>, SetUpError> {
        let key = match keys.algorithm.family() {
            Family::Hmac => Ok(EncodingKey::from_secret(&keys.private)),
            Family::Rsa => EncodingKey::from_rsa_pem(&keys.private),
            Family::Ec => EncodingKey::from_ec_pem(&keys.private),
            Family::Okp => EncodingKey::from_ed_pem(&keys.private),
        };
        let key = key.map_err(SetUpError::key)?;
        Ok(Box::new(Signing { backend: self.backend, header: Header::new(name(keys.algorithm)?), key }))
    }

    fn verifier(&self, keys: &KeyTexts) -> Result<Box<dyn Verifier>, SetUpError> {
        Ok(Box::new(Trusting::new(self.backend, &keys.trust).map_err(|error| SetUpError::of(keys.algorithm, &error))?))
    }

    fn decode(&self, token: &str) -> Option<Result<Claims, Refused>> {
        Some(insecure_decode(token).map(|data| data.claims).map_err(Refused::because))
    }
}

fn name(algorithm: Algorithm) -> Result<Name, SetUpError> {
    algorithm.name().parse().map_err(|_| SetUpError::Unsupported)
}

struct Signing {
    backend: Backend,
    header: Header,
    key: EncodingKey,
}

impl Signer for Signing {
    fn sign(&self, claims: &Claims) -> Result<String, Refused> {
        using(self.backend, || encode(&self.header, claims, &self.key)).map_err(Refused::because)
    }
}

impl Verifier for Trusting {
    fn verify(&self, token: &str) -> Result<Claims, Refused> {
        self.claims(token).map_err(Refused)
    }
}
