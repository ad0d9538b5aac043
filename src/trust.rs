//! What a verifier is told to trust, in the shapes that libraries ask for. Serialises to the members of the protocol's `configure`.
//!
//! Deliberately absent: what varies in that from case to case ([`crate::configuration`]), and the private half of the key.

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use crate::{
    algorithm::{Algorithm, Family},
    keys::{Key, KeyError, PublicKey, PublicMaterial},
};

/// What a verifier is told to trust: one key and the policy around it. Serialises to the members of the protocol's `configure`.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Trust {
    /// The algorithm that the operator expects.
    pub algorithm: Algorithm,
    /// The operator's allow list, where it holds more than the one algorithm (a later member of the protocol; adapters may ignore it).
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub algorithms: Option<Vec<Algorithm>>,
    /// The key.
    pub key: TrustedKey,
    /// The `kid` of the key.
    pub kid: Option<String>,
    /// The issuer that `iss` must name; not checked if `None`.
    pub issuer: Option<String>,
    /// The audience that `aud` must name; not checked if `None`.
    pub audience: Option<String>,
    /// The verifier's own decryption key, for libraries that take encrypted tokens.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub decryption: Option<DecryptionKey>,
}

/// The trusted key in the forms that libraries ask for.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[non_exhaustive]
pub struct TrustedKey {
    /// The JWK; public members only unless `oct`. JSON text, since its exact bytes matter to key confusion.
    pub jwk: Box<RawValue>,
    /// SPKI in PEM, for asymmetric keys.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub pem: Option<String>,
    /// The HMAC secret in base64url, for HMAC.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub secret_base64url: Option<String>,
    /// The exact text that the operator holds, where that is the point of the case; it takes the place of `pem`.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub text: Option<String>,
}

/// A private key to decrypt with.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[non_exhaustive]
pub struct DecryptionKey {
    /// The JWK with its private members.
    pub jwk: Box<RawValue>,
    /// PKCS#8 in PEM.
    pub pem: String,
}

impl Trust {
    /// The issuer of every genuine token.
    pub const ISSUER: &str = "https://issuer.example";
    /// The audience of every genuine token.
    pub const AUDIENCE: &str = "https://api.example";

    /// Trust in `key` for `algorithm`, with issuer and audience required.
    #[must_use]
    pub fn in_key(key: &Key, algorithm: Algorithm) -> Self {
        Self::in_public(key.public(), algorithm)
    }

    /// Trust in a public key or secret, with issuer and audience required.
    ///
    /// # Panics
    /// Never: a JWK that this crate writes is JSON.
    #[must_use]
    pub fn in_public(public: &PublicKey, algorithm: Algorithm) -> Self {
        let secret = match &public.material {
            PublicMaterial::Secret(secret) => Some(data_encoding::BASE64URL_NOPAD.encode(secret)),
            _ => None,
        };
        Self {
            algorithm,
            algorithms: None,
            key: TrustedKey {
                jwk: RawValue::from_string(public.jwk(algorithm)).expect("a JWK is JSON"),
                pem: public.spki_pem(),
                secret_base64url: secret,
                text: None,
            },
            kid: public.kid.clone(),
            issuer: Some(Self::ISSUER.to_owned()),
            audience: Some(Self::AUDIENCE.to_owned()),
            decryption: None,
        }
    }

    /// The trusted key, read from its JWK.
    ///
    /// # Errors
    /// If the JWK is not a key that this crate knows.
    pub fn public_key(&self) -> Result<PublicKey, KeyError> {
        let jwk = serde_json::from_str(self.key.jwk.get()).map_err(|_| KeyError::Member("jwk"))?;
        let mut key = PublicKey::from_jwk(&jwk)?;
        key.kid = self.kid.clone().or(key.kid);
        Ok(key)
    }

    /// What the operator holds, byte for byte: the secret for HMAC, else the key text or the PEM.
    #[must_use]
    pub fn configured_bytes(&self) -> Vec<u8> {
        let secret = self.key.secret_base64url.as_ref().filter(|_| self.algorithm.family() == Family::Hmac);
        match secret {
            Some(secret) => data_encoding::BASE64URL_NOPAD.decode(secret.as_bytes()).unwrap_or_default(),
            None => self.key.text.clone().or_else(|| self.key.pem.clone()).unwrap_or_default().into_bytes(),
        }
    }
}
