//! `biscuit` on ring. It has no `EdDSA`, and reads DER only, so PEM is taken off before it, as its documentation says.

use ::biscuit::{
    ClaimPresenceOptions, ClaimsSet, Empty, JWT, Presence, Validation, ValidationOptions, jwa::SignatureAlgorithm, jws::Secret,
};
use jwt_gauntlet::{
    Algorithm, AskError, ConfigureError, Implementation, Trust, Verdict, Verifier,
    algorithm::Family,
    keys::{KeyText, PublicKey},
};
use serde::{Serialize, de::DeserializeOwned};
use serde_json::{Map, Value};

use crate::{identity, not_implemented, refused, secret, text, verdict};

/// The crate.
pub struct Biscuit;

impl Implementation for Biscuit {
    fn configure(&self, trust: &Trust) -> Result<Box<dyn Verifier>, ConfigureError> {
        Ok(Box::new(Trusting::new(trust)?))
    }

    fn identity(&self) -> Option<(String, String)> {
        identity("biscuit")
    }
}

/// The crate, set up.
pub struct Trusting {
    algorithm: SignatureAlgorithm,
    secret: Secret,
    options: ValidationOptions,
}

/// The crate's name for an algorithm.
///
/// # Errors
/// If it has none.
pub fn name(algorithm: Algorithm) -> Result<SignatureAlgorithm, ConfigureError> {
    match algorithm {
        Algorithm::HS256 => Ok(SignatureAlgorithm::HS256),
        Algorithm::HS384 => Ok(SignatureAlgorithm::HS384),
        Algorithm::HS512 => Ok(SignatureAlgorithm::HS512),
        Algorithm::RS256 => Ok(SignatureAlgorithm::RS256),
        Algorithm::RS384 => Ok(SignatureAlgorithm::RS384),
        Algorithm::RS512 => Ok(SignatureAlgorithm::RS512),
        Algorithm::PS256 => Ok(SignatureAlgorithm::PS256),
        Algorithm::PS384 => Ok(SignatureAlgorithm::PS384),
        Algorithm::PS512 => Ok(SignatureAlgorithm::PS512),
        Algorithm::ES256 => Ok(SignatureAlgorithm::ES256),
        Algorithm::ES384 => Ok(SignatureAlgorithm::ES384),
        other => Err(not_implemented(other)),
    }
}

impl Trusting {
    /// With the key and the policy of `trust`.
    ///
    /// # Errors
    /// If the crate does not do the algorithm.
    pub fn new(trust: &Trust) -> Result<Self, ConfigureError> {
        let algorithm = name(trust.algorithm)?;
        let secret = if trust.algorithm.family() == Family::Hmac {
            Secret::Bytes(secret(trust)?)
        } else {
            let key = PublicKey::from_pem(&text(trust)?).map_err(refused)?;
            // ring's own shapes: PKCS#1 for RSA, the uncompressed point for a curve.
            let bytes = match trust.algorithm.family() {
                Family::Rsa => key.pkcs1_der(),
                _ => KeyText::Uncompressed.render(&key, trust.algorithm),
            };
            Secret::PublicKey(bytes.ok_or_else(|| refused("it is of another kind"))?)
        };
        let options = ValidationOptions {
            issuer: trust.issuer.clone().map_or(Validation::Ignored, Validation::Validate),
            audience: trust.audience.clone().map_or(Validation::Ignored, Validation::Validate),
            claim_presence_options: ClaimPresenceOptions {
                issuer: Presence::Required,
                audience: Presence::Required,
                ..ClaimPresenceOptions::default()
            },
            ..ValidationOptions::default()
        };
        Ok(Self { algorithm, secret, options })
    }

    /// The claims of a good token.
    ///
    /// # Errors
    /// If the crate refuses it, in its words.
    pub fn claims<C: Serialize + DeserializeOwned>(&self, token: &str) -> Result<ClaimsSet<C>, String> {
        let token = JWT::<C, Empty>::new_encoded(token);
        let token = token.into_decoded(&self.secret, self.algorithm).map_err(|error| error.to_string())?;
        // It takes the options by value: every call of an application clones them, too.
        token.validate(self.options.clone()).map_err(|error| error.to_string())?;
        Ok(token.unwrap_decoded().1)
    }
}

impl Verifier for Trusting {
    fn verify(&self, token: &str) -> Result<Verdict, AskError> {
        let claims = self.claims::<Map<String, Value>>(token);
        Ok(verdict(claims.and_then(|claims| serde_json::to_value(claims).map_err(|error| error.to_string()))))
    }
}
