//! `jsonwebtoken`, more careful than `builtin:jsonwebtoken`: claims that are configured are required, and `nbf` is looked at.
//!
//! A process has one provider of its cryptography; it is the built-in target's, which asks the thread for the back end that is meant.

use ::jsonwebtoken::{DecodingKey, Validation, decode};
use jwt_gauntlet::{
    AskError, ConfigureError, Implementation, Trust, Verdict, Verifier,
    algorithm::Family,
    verifier::jsonwebtoken::{Backend, using},
};
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::{identity, not_implemented, refused, secret, verdict};

/// The crate on one of its back ends.
pub struct JsonWebToken {
    /// Which cryptography verifies.
    pub backend: Backend,
}

impl Default for JsonWebToken {
    fn default() -> Self {
        Self { backend: Backend::RustCrypto }
    }
}

impl Implementation for JsonWebToken {
    fn configure(&self, trust: &Trust) -> Result<Box<dyn Verifier>, ConfigureError> {
        Ok(Box::new(Trusting::new(self.backend, trust)?))
    }

    fn identity(&self) -> Option<(String, String)> {
        identity("jsonwebtoken")
    }
}

/// The crate, set up.
pub struct Trusting {
    backend: Backend,
    key: DecodingKey,
    validation: Validation,
}

impl Trusting {
    /// With the key and the policy of `trust`.
    ///
    /// # Errors
    /// If the crate does not do the algorithm, or refuses the key.
    pub fn new(backend: Backend, trust: &Trust) -> Result<Self, ConfigureError> {
        let algorithm = trust.algorithm.name().parse().map_err(|_| not_implemented(trust.algorithm))?;
        let key = match trust.algorithm.family() {
            Family::Hmac => Ok(DecodingKey::from_secret(&secret(trust)?)),
            Family::Rsa => DecodingKey::from_rsa_pem(&trust.configured_bytes()),
            Family::Ec => DecodingKey::from_ec_pem(&trust.configured_bytes()),
            Family::Okp => DecodingKey::from_ed_pem(&trust.configured_bytes()),
        };
        let mut validation = Validation::new(algorithm);
        validation.set_required_spec_claims(&["exp", "iss", "aud"]);
        validation.set_issuer(trust.issuer.as_slice());
        validation.set_audience(trust.audience.as_slice());
        validation.validate_nbf = true;
        Ok(Self { backend, key: key.map_err(refused)?, validation })
    }

    /// The claims of a good token.
    ///
    /// # Errors
    /// If the crate refuses it, in its words.
    pub fn claims<C: DeserializeOwned + Clone>(&self, token: &str) -> Result<C, String> {
        let data = using(self.backend, || decode::<C>(token, &self.key, &self.validation));
        data.map(|data| data.claims).map_err(|error| error.to_string())
    }
}

impl Verifier for Trusting {
    fn verify(&self, token: &str) -> Result<Verdict, AskError> {
        Ok(verdict(self.claims::<Value>(token)))
    }
}
