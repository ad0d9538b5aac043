//! `jwt-compact` on the `RustCrypto` crates. It checks times when asked to; issuer and audience are its user's own claims, and the
//! application's business.

use ::jwt_compact::{
    Algorithm as Jws, AlgorithmExt as _, Claims, TimeOptions, UntrustedToken,
    alg::{Ed25519, Es256, Hs256, Hs256Key, Hs384, Hs384Key, Hs512, Hs512Key, Rsa},
};
use ed25519_dalek::pkcs8::DecodePublicKey as _;
use jwt_gauntlet::{Algorithm, ConfigureError, Implementation, Trust, Verifier};
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use crate::{claims::application, identity, not_implemented, refused, secret, text};

/// The crate.
pub struct JwtCompact;

impl Implementation for JwtCompact {
    fn configure(&self, trust: &Trust) -> Result<Box<dyn Verifier>, ConfigureError> {
        let trusting = Trusting::new(trust)?;
        application(trust, move |token| trusting.claims::<Map<String, Value>>(token))
    }

    fn identity(&self) -> Option<(String, String)> {
        identity("jwt-compact")
    }
}

/// The crate, set up.
pub struct Trusting {
    key: Key,
    time: TimeOptions,
}

enum Key {
    Hs256(Hs256Key),
    Hs384(Hs384Key),
    Hs512(Hs512Key),
    Rsa(Rsa, rsa::RsaPublicKey),
    Es256(p256::ecdsa::VerifyingKey),
    Ed25519(ed25519_dalek::VerifyingKey),
}

impl Trusting {
    /// With the key of `trust`.
    ///
    /// # Errors
    /// If the crate does not do the algorithm, or refuses the key.
    pub fn new(trust: &Trust) -> Result<Self, ConfigureError> {
        let rsa = |algorithm: Rsa| {
            rsa::RsaPublicKey::from_public_key_pem(&text(trust)?).map(|key| Key::Rsa(algorithm, key)).map_err(refused)
        };
        let key = match trust.algorithm {
            Algorithm::HS256 => Key::Hs256(Hs256Key::new(secret(trust)?)),
            Algorithm::HS384 => Key::Hs384(Hs384Key::new(secret(trust)?)),
            Algorithm::HS512 => Key::Hs512(Hs512Key::new(secret(trust)?)),
            Algorithm::RS256 => rsa(Rsa::rs256())?,
            Algorithm::RS384 => rsa(Rsa::rs384())?,
            Algorithm::RS512 => rsa(Rsa::rs512())?,
            Algorithm::PS256 => rsa(Rsa::ps256())?,
            Algorithm::PS384 => rsa(Rsa::ps384())?,
            Algorithm::PS512 => rsa(Rsa::ps512())?,
            Algorithm::ES256 => Key::Es256(p256::ecdsa::VerifyingKey::from_public_key_pem(&text(trust)?).map_err(refused)?),
            Algorithm::EdDSA => Key::Ed25519(ed25519_dalek::VerifyingKey::from_public_key_pem(&text(trust)?).map_err(refused)?),
            other => return Err(not_implemented(other)),
        };
        Ok(Self { key, time: TimeOptions::default() })
    }

    /// The claims of a token with a good signature that is in its time; `exp` and `nbf` may be missing.
    ///
    /// # Errors
    /// If the crate refuses it, in its words.
    pub fn claims<C: DeserializeOwned>(&self, token: &str) -> Result<Claims<C>, String> {
        let token = UntrustedToken::new(token).map_err(|error| error.to_string())?;
        let claims = match &self.key {
            Key::Hs256(key) => signed(&Hs256, key, &token),
            Key::Hs384(key) => signed(&Hs384, key, &token),
            Key::Hs512(key) => signed(&Hs512, key, &token),
            Key::Rsa(algorithm, key) => signed(algorithm, key, &token),
            Key::Es256(key) => signed(&Es256, key, &token),
            Key::Ed25519(key) => signed(&Ed25519, key, &token),
        }?;
        if claims.expiration.is_some() {
            claims.validate_expiration(&self.time).map_err(|error| error.to_string())?;
        }
        if claims.not_before.is_some() {
            claims.validate_maturity(&self.time).map_err(|error| error.to_string())?;
        }
        Ok(claims)
    }
}

fn signed<A: Jws, C: DeserializeOwned>(
    algorithm: &A,
    key: &A::VerifyingKey,
    token: &UntrustedToken<'_>,
) -> Result<Claims<C>, String> {
    let token = algorithm.validator::<C>(key).validate(token).map_err(|error| error.to_string())?;
    Ok(token.into_parts().1)
}
