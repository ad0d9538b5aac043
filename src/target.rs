//! What is attacked: anything that can be set up to trust a key and then decides on tokens.
//!
//! Setting up ([`Implementation`]) is apart from deciding ([`Verifier`]) because several real advisories depend on how the operator's
//! key text looks or which algorithms are allowed, not on the token alone. Closures qualify for both.

pub mod builtin;
#[cfg(unix)]
pub mod exec;
#[cfg(feature = "jsonwebtoken")]
pub mod jsonwebtoken;
pub mod strawman;
pub mod strict;

use std::{
    any::Any,
    panic::{self, AssertUnwindSafe},
    sync::Arc,
};

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use crate::{
    algorithm::{Algorithm, Family},
    keys::{Key, KeyError, PublicKey, PublicMaterial},
    verdict::Verdict,
};

/// Decides whether one token is good. The only trait a user has to implement, and a closure `Fn(&str) -> Verdict` does.
pub trait Verifier: Send + Sync {
    /// Judges `token` exactly as production code would. It is any Unicode text, not only a well-formed JWT.
    ///
    /// # Errors
    /// Only when no answer could be had (dead process, refused connection). A refusal is [`Verdict::Rejected`].
    fn verify(&self, token: &str) -> Result<Verdict, AskError>;

    /// Asks about many tokens and hands over each answer with its index, as it comes. A panic is [`Verdict::Crashed`]. Targets with a
    /// price a round trip overrule this. An index may come again with [`Verdict::Crashed`], where a program turned out to have died of a
    /// question only after it had answered it: the last answer counts.
    ///
    /// # Errors
    /// When the target can no longer be asked; answers that were had before have been handed over.
    fn verify_all(&self, tokens: &[&str], answer: &mut dyn FnMut(usize, Verdict)) -> Result<(), AskError> {
        for (i, token) in tokens.iter().enumerate() {
            let verdict = panic::catch_unwind(AssertUnwindSafe(|| self.verify(token)));
            answer(i, verdict.unwrap_or_else(|panic| Ok(Verdict::Crashed(panic_text(&*panic))))?);
        }
        Ok(())
    }
}

/// Something that can be set up to verify tokens.
pub trait Implementation: Send + Sync {
    /// Sets the implementation up to trust `trust`'s key under its policy, exactly as an operator would.
    ///
    /// # Errors
    /// If it does not support the algorithm or refuses the key, or cannot be reached at all.
    fn configure(&self, trust: &Trust) -> Result<Box<dyn Verifier>, ConfigureError>;

    /// Name and version, where the implementation tells them; a program does in its first answer.
    fn identity(&self) -> Option<(String, String)> {
        None
    }
}

/// No answer could be had.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct AskError(pub String);

/// Why a target was not set up.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ConfigureError {
    /// The target does not do this algorithm, or refuses this key. Not a failure: for a weak key it is the secure answer.
    #[error("unsupported: {0}")]
    Unsupported(String),
    /// The target could not be reached.
    #[error(transparent)]
    Unreachable(#[from] AskError),
}

/// What a verifier is told to trust: one key and the policy around it. Serialises to the members of the protocol's `configure`.
#[derive(Clone, Debug, Serialize, Deserialize)]
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

impl<I: Implementation + ?Sized> Implementation for Arc<I> {
    fn configure(&self, trust: &Trust) -> Result<Box<dyn Verifier>, ConfigureError> {
        (**self).configure(trust)
    }

    fn identity(&self) -> Option<(String, String)> {
        (**self).identity()
    }
}

impl<F: Fn(&str) -> Verdict + Send + Sync> Verifier for F {
    fn verify(&self, token: &str) -> Result<Verdict, AskError> {
        Ok(self(token))
    }
}

impl<F, V> Implementation for F
where
    F: Fn(&Trust) -> Result<V, ConfigureError> + Send + Sync,
    V: Verifier + 'static,
{
    fn configure(&self, trust: &Trust) -> Result<Box<dyn Verifier>, ConfigureError> {
        self(trust).map(|verifier| Box::new(verifier) as Box<dyn Verifier>)
    }
}

/// What a panic said.
pub(crate) fn panic_text(panic: &(dyn Any + Send)) -> String {
    let text = panic.downcast_ref::<&str>().map(|t| (*t).to_owned()).or_else(|| panic.downcast_ref::<String>().cloned());
    format!("panicked: {}", text.unwrap_or_else(|| "no message".to_owned()))
}
