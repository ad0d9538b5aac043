//! The crate `jsonwebtoken`, set up as its README shows: `Validation::new(alg)`, issuer and audience set.
//! The application around it refuses an empty secret, which the library alone would accept.
//!
//! Its cryptography comes from one provider a process. Both back ends are wanted here, side by side in one test, so what is
//! installed is a provider of ours that asks the thread which back end it is verifying for. The price: a process that installed
//! another provider before cannot use this target, and is told so.

use std::{cell::Cell, sync::OnceLock};

use ::jsonwebtoken::{
    Algorithm as Name, DecodingKey, EncodingKey, Validation,
    crypto::{CryptoProvider, JwtSigner, JwtVerifier, rust_crypto},
    decode,
    errors::Error,
};
use serde_json::Value;

use super::{AskError, ConfigureError, Implementation, Trust, Verifier};
use crate::{
    algorithm::{Algorithm, Family},
    verdict::{Claims, Verdict},
};

/// The release that is compiled in; a test compares it with `Cargo.lock`.
pub(crate) const VERSION: &str = "11.1.0";

/// The crate on one of its back ends.
#[derive(Clone, Copy, Debug)]
pub struct JsonWebToken {
    /// Which cryptography verifies.
    pub backend: Backend,
}

/// A cryptographic back end of the crate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Backend {
    /// `rust_crypto`.
    RustCrypto,
    /// `aws_lc_rs`.
    #[cfg(feature = "aws-lc-rs")]
    AwsLcRs,
}

thread_local! {
    static BACKEND: Cell<Backend> = const { Cell::new(Backend::RustCrypto) };
}

impl Backend {
    fn provider(self) -> &'static CryptoProvider {
        match self {
            Self::RustCrypto => &rust_crypto::DEFAULT_PROVIDER,
            #[cfg(feature = "aws-lc-rs")]
            Self::AwsLcRs => &::jsonwebtoken::crypto::aws_lc::DEFAULT_PROVIDER,
        }
    }

    /// Its name behind `jsonwebtoken/`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::RustCrypto => "rust-crypto",
            #[cfg(feature = "aws-lc-rs")]
            Self::AwsLcRs => "aws-lc-rs",
        }
    }
}

/// Installs the provider that asks the thread; false if the process has another one.
fn installed() -> bool {
    static PROVIDER: OnceLock<CryptoProvider> = OnceLock::new();
    static INSTALLED: OnceLock<bool> = OnceLock::new();
    *INSTALLED.get_or_init(|| {
        let provider = PROVIDER.get_or_init(|| CryptoProvider {
            signer_factory: signer,
            verifier_factory: verifier,
            key_utils: rust_crypto::DEFAULT_PROVIDER.key_utils.clone(),
        });
        provider.install_default().is_ok()
    })
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "the signature that the provider asks for")]
fn signer(algorithm: &Name, key: &EncodingKey) -> Result<Box<dyn JwtSigner>, Error> {
    (BACKEND.get().provider().signer_factory)(algorithm, key)
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "the signature that the provider asks for")]
fn verifier(algorithm: &Name, key: &DecodingKey) -> Result<Box<dyn JwtVerifier>, Error> {
    (BACKEND.get().provider().verifier_factory)(algorithm, key)
}

impl Implementation for JsonWebToken {
    fn configure(&self, trust: &Trust) -> Result<Box<dyn Verifier>, ConfigureError> {
        if !installed() {
            let reason = "this process installed another CryptoProvider for jsonwebtoken; attack it from a process of its own";
            return Err(AskError::Unreachable(reason.to_owned()).into());
        }
        let unsupported = || ConfigureError::Unsupported(format!("{} is not implemented", trust.algorithm));
        let mut validation = Validation::new(name(trust.algorithm).ok_or_else(unsupported)?);
        if let Some(allowed) = &trust.algorithms {
            validation.algorithms = allowed.iter().filter_map(|a| name(*a)).collect();
        }
        if let Some(issuer) = &trust.issuer {
            validation.set_issuer(&[issuer]);
        }
        match &trust.audience {
            Some(audience) => validation.set_audience(&[audience]),
            None => validation.validate_aud = false,
        }
        // The library alone would take it. A careful application does not: an empty secret is an unset variable (RFC 8725 section 3.5).
        if trust.algorithm.family() == Family::Hmac && trust.configured_bytes().is_empty() {
            return Err(ConfigureError::Unsupported("the application refuses an empty secret".to_owned()));
        }
        let key = key(trust).map_err(|e| ConfigureError::Unsupported(format!("the key was refused: {e}")))?;
        Ok(Box::new(Configured { backend: self.backend, key, validation }))
    }

    fn identity(&self) -> Option<(String, String)> {
        Some(("jsonwebtoken".to_owned(), VERSION.to_owned()))
    }
}

/// The operator's bytes go to the constructor that the README names for the family.
fn key(trust: &Trust) -> Result<DecodingKey, Error> {
    let bytes = trust.configured_bytes();
    match trust.algorithm.family() {
        Family::Hmac => Ok(DecodingKey::from_secret(&bytes)),
        Family::Rsa => DecodingKey::from_rsa_pem(&bytes),
        Family::Ec => DecodingKey::from_ec_pem(&bytes),
        Family::Okp => DecodingKey::from_ed_pem(&bytes),
    }
}

/// Does `work` on that back end. In a process with another provider it is done by that one: no program of ours is such a process.
pub fn using<T>(backend: Backend, work: impl FnOnce() -> T) -> T {
    installed();
    BACKEND.set(backend);
    work()
}

/// The crate's name for an algorithm; `None` where it has none.
pub(crate) fn name(algorithm: Algorithm) -> Option<Name> {
    algorithm.name().parse().ok()
}

struct Configured {
    backend: Backend,
    key: DecodingKey,
    validation: Validation,
}

impl Verifier for Configured {
    fn verify(&self, token: &str) -> Result<Verdict, AskError> {
        BACKEND.set(self.backend);
        Ok(match decode::<Value>(token, &self.key, &self.validation) {
            Ok(data) => Verdict::Accepted(Some(Claims(data.claims.to_string()))),
            Err(error) => Verdict::Rejected(error.to_string()),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        issuer::Issuer,
        keys::{Key, Role},
    };

    const BACKENDS: &[Backend] = &[
        Backend::RustCrypto,
        #[cfg(feature = "aws-lc-rs")]
        Backend::AwsLcRs,
    ];

    #[test]
    fn both_back_ends_verify_side_by_side() {
        for &backend in BACKENDS {
            for algorithm in Algorithm::ALL {
                let key = Key::of(Role::Trusted, algorithm).expect("a key");
                let trust = Trust::in_key(&key, algorithm);
                let configured = JsonWebToken { backend }.configure(&trust);
                if matches!(algorithm, Algorithm::ES512 | Algorithm::ES256K) {
                    assert!(matches!(configured, Err(ConfigureError::Unsupported(_))), "{algorithm}");
                    continue;
                }
                let verifier = configured.expect("supported");
                let token = Issuer::new(Some(key.clone()), key.public().clone(), trust).genuine().to_string();
                let verdict = verifier.verify(&token).expect("an answer");
                assert!(matches!(verdict, Verdict::Accepted(Some(_))), "{backend:?} {algorithm} {verdict:?}");
                let verdict = verifier.verify(&token[..token.len() - 4]).expect("an answer");
                assert!(matches!(verdict, Verdict::Rejected(_)), "{backend:?} {algorithm}");
            }
        }
    }

    #[test]
    fn the_version_is_the_one_in_the_lock_file() {
        let lock = include_str!("../../Cargo.lock");
        assert!(lock.contains(&format!("name = \"jsonwebtoken\"\nversion = \"{VERSION}\"")), "set VERSION to that of Cargo.lock");
    }
}
