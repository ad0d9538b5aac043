//! `jwt` with the keys of the `hmac` crate: without OpenSSL it does HMAC alone. It checks no claims at all; the application does.

use ::jwt::{Claims, Header, Token, VerifyWithKey as _};
use hmac::{Hmac, Mac as _};
use jwt_gauntlet::{Algorithm, ConfigureError, Implementation, Trust, Verifier};
use serde::de::DeserializeOwned;
use sha2::{Sha256, Sha384, Sha512};

use crate::{
    claims::{application, times},
    identity, not_implemented, refused, secret,
};

/// The crate without its feature `openssl`.
pub struct Jwt;

impl Implementation for Jwt {
    fn configure(&self, trust: &Trust) -> Result<Box<dyn Verifier>, ConfigureError> {
        let trusting = Trusting::new(trust)?;
        application(trust, move |token| {
            let claims: Claims = trusting.claims(token)?;
            times(claims.registered.expiration, claims.registered.not_before).map(|()| claims)
        })
    }

    fn identity(&self) -> Option<(String, String)> {
        identity("jwt")
    }
}

/// The crate, set up.
pub struct Trusting(Key);

enum Key {
    Hs256(Hmac<Sha256>),
    Hs384(Hmac<Sha384>),
    Hs512(Hmac<Sha512>),
}

impl Trusting {
    /// With the secret of `trust`.
    ///
    /// # Errors
    /// If the crate does not do the algorithm, or refuses the key.
    pub fn new(trust: &Trust) -> Result<Self, ConfigureError> {
        let key = match trust.algorithm {
            Algorithm::HS256 => Key::Hs256(Hmac::new_from_slice(&secret(trust)?).map_err(refused)?),
            Algorithm::HS384 => Key::Hs384(Hmac::new_from_slice(&secret(trust)?).map_err(refused)?),
            Algorithm::HS512 => Key::Hs512(Hmac::new_from_slice(&secret(trust)?).map_err(refused)?),
            other => return Err(not_implemented(other)),
        };
        Ok(Self(key))
    }

    /// The claims of a token with a good signature, whatever they say.
    ///
    /// # Errors
    /// If the crate refuses it, in its words.
    pub fn claims<C: DeserializeOwned>(&self, token: &str) -> Result<C, String> {
        let token: Result<Token<Header, C, _>, _> = match &self.0 {
            Key::Hs256(key) => token.verify_with_key(key),
            Key::Hs384(key) => token.verify_with_key(key),
            Key::Hs512(key) => token.verify_with_key(key),
        };
        let (_, claims): (Header, C) = token.map_err(|error| error.to_string())?.into();
        Ok(claims)
    }
}
