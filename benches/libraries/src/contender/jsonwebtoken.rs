//! `jsonwebtoken` as its README shows, on both of its back ends.
//!
//! It takes its cryptography from one provider a process; what is installed here asks the thread which back end is meant, at the
//! price of reading one thread-local cell. Its keys are checked for their shape once and parsed by the back end on every call.

use std::{cell::Cell, sync::OnceLock};

use ::jsonwebtoken::{
    Algorithm as Name, DecodingKey, EncodingKey, Header, Validation,
    crypto::{CryptoProvider, JwtSigner, JwtVerifier, aws_lc, rust_crypto},
    dangerous::insecure_decode,
    decode, encode,
    errors::Error,
};
use jwt_gauntlet::{Algorithm, Trust, algorithm::Family};

use super::{Contender, Refused, SetUpError, Signer, Verifier};
use crate::{keys::KeyTexts, raw::Primitive, workload::Claims};

/// On AWS-LC.
pub const AWS_LC_RS: JsonWebToken = JsonWebToken { backend: Backend::AwsLcRs };
/// On the `RustCrypto` crates.
pub const RUST_CRYPTO: JsonWebToken = JsonWebToken { backend: Backend::RustCrypto };

/// The crate on one of its back ends.
pub struct JsonWebToken {
    backend: Backend,
}

#[derive(Clone, Copy)]
enum Backend {
    AwsLcRs,
    RustCrypto,
}

thread_local! {
    static BACKEND: Cell<Backend> = const { Cell::new(Backend::AwsLcRs) };
}

impl Backend {
    /// Makes it the one that this thread is served by.
    fn choose(self) {
        static INSTALLED: OnceLock<CryptoProvider> = OnceLock::new();
        INSTALLED.get_or_init(|| {
            static PROVIDER: OnceLock<CryptoProvider> = OnceLock::new();
            let provider = PROVIDER.get_or_init(|| CryptoProvider {
                signer_factory: signer,
                verifier_factory: verifier,
                key_utils: rust_crypto::DEFAULT_PROVIDER.key_utils.clone(),
            });
            provider.install_default().expect("nobody else in this process installs one");
            provider.clone()
        });
        BACKEND.set(self);
    }

    fn provider(self) -> &'static CryptoProvider {
        match self {
            Self::AwsLcRs => &aws_lc::DEFAULT_PROVIDER,
            Self::RustCrypto => &rust_crypto::DEFAULT_PROVIDER,
        }
    }
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "the signature that the provider asks for")]
fn signer(algorithm: &Name, key: &EncodingKey) -> Result<Box<dyn JwtSigner>, Error> {
    (BACKEND.get().provider().signer_factory)(algorithm, key)
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "the signature that the provider asks for")]
fn verifier(algorithm: &Name, key: &DecodingKey) -> Result<Box<dyn JwtVerifier>, Error> {
    (BACKEND.get().provider().verifier_factory)(algorithm, key)
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
        let key = match keys.algorithm.family() {
            Family::Hmac => Ok(DecodingKey::from_secret(&keys.public)),
            Family::Rsa => DecodingKey::from_rsa_pem(&keys.public),
            Family::Ec => DecodingKey::from_ec_pem(&keys.public),
            Family::Okp => DecodingKey::from_ed_pem(&keys.public),
        };
        let mut validation = Validation::new(name(keys.algorithm)?);
        validation.set_issuer(&[Trust::ISSUER]);
        validation.set_audience(&[Trust::AUDIENCE]);
        validation.set_required_spec_claims(&["exp", "iss", "aud"]);
        Ok(Box::new(Verifying { backend: self.backend, key: key.map_err(SetUpError::key)?, validation }))
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
        self.backend.choose();
        encode(&self.header, claims, &self.key).map_err(Refused::because)
    }
}

struct Verifying {
    backend: Backend,
    key: DecodingKey,
    validation: Validation,
}

impl Verifier for Verifying {
    fn verify(&self, token: &str) -> Result<Claims, Refused> {
        self.backend.choose();
        decode(token, &self.key, &self.validation).map(|data| data.claims).map_err(Refused::because)
    }
}
