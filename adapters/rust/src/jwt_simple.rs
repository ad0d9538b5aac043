//! `jwt-simple` with its feature `pure-rust`; the default one builds `BoringSSL`, which takes minutes and cmake. A token without `exp`
//! is good to it.

use std::collections::HashSet;

use ::jwt_simple::prelude::{
    ECDSAP256PublicKeyLike as _, ECDSAP256kPublicKeyLike as _, ECDSAP384PublicKeyLike as _, ES256PublicKey, ES256kPublicKey,
    ES384PublicKey, Ed25519PublicKey, EdDSAPublicKeyLike as _, HS256Key, HS384Key, HS512Key, JWTClaims, MACLike as _,
    PS256PublicKey, PS384PublicKey, PS512PublicKey, RS256PublicKey, RS384PublicKey, RS512PublicKey, RSAPublicKeyLike as _,
    VerificationOptions,
};
use jwt_gauntlet::{Algorithm, AskError, ConfigureError, Implementation, Trust, Verdict, Verifier};
use serde::{Serialize, de::DeserializeOwned};
use serde_json::{Map, Value};

use crate::{identity, not_implemented, refused, secret, text, verdict};

/// The crate.
pub struct JwtSimple;

impl Implementation for JwtSimple {
    fn configure(&self, trust: &Trust) -> Result<Box<dyn Verifier>, ConfigureError> {
        Ok(Box::new(Trusting::new(trust)?))
    }

    fn identity(&self) -> Option<(String, String)> {
        identity("jwt-simple")
    }
}

/// The crate, set up.
pub struct Trusting {
    key: Key,
    options: VerificationOptions,
}

/// Each algorithm has a type of its own; those of RSA are large.
macro_rules! algorithms {
    (secrets { $($secret:ident: $secret_key:ident,)* } publics { $($public:ident: $public_key:ident,)* }) => {
        enum Key {
            $($secret(Box<$secret_key>),)*
            $($public(Box<$public_key>),)*
        }

        impl Key {
            fn new(trust: &Trust) -> Result<Self, ConfigureError> {
                match trust.algorithm {
                    $(Algorithm::$secret => Ok(Self::$secret(Box::new($secret_key::from_bytes(&secret(trust)?)))),)*
                    $(Algorithm::$public => $public_key::from_pem(&text(trust)?).map(Box::new).map(Self::$public).map_err(refused),)*
                    #[allow(unreachable_patterns)]
                    other => Err(not_implemented(other)),
                }
            }

            fn claims<C: Serialize + DeserializeOwned>(
                &self,
                token: &str,
                options: VerificationOptions,
            ) -> Result<JWTClaims<C>, String> {
                let claims = match self {
                    $(Self::$secret(key) => key.verify_token(token, Some(options)),)*
                    $(Self::$public(key) => key.verify_token(token, Some(options)),)*
                };
                claims.map_err(|error| error.to_string())
            }
        }
    };
}

algorithms! {
    secrets {
        HS256: HS256Key,
        HS384: HS384Key,
        HS512: HS512Key,
    }
    publics {
        RS256: RS256PublicKey,
        RS384: RS384PublicKey,
        RS512: RS512PublicKey,
        PS256: PS256PublicKey,
        PS384: PS384PublicKey,
        PS512: PS512PublicKey,
        ES256: ES256PublicKey,
        ES256K: ES256kPublicKey,
        ES384: ES384PublicKey,
        EdDSA: Ed25519PublicKey,
    }
}

impl Trusting {
    /// With the key and the policy of `trust`.
    ///
    /// # Errors
    /// If the crate does not do the algorithm, or refuses the key.
    pub fn new(trust: &Trust) -> Result<Self, ConfigureError> {
        let set = |text: &Option<String>| text.iter().cloned().collect::<HashSet<_>>();
        let options = VerificationOptions {
            allowed_issuers: Some(set(&trust.issuer)),
            allowed_audiences: Some(set(&trust.audience)),
            ..VerificationOptions::default()
        };
        Ok(Self { key: Key::new(trust)?, options })
    }

    /// The claims of a good token.
    ///
    /// # Errors
    /// If the crate refuses it, in its words.
    pub fn claims<C: Serialize + DeserializeOwned>(&self, token: &str) -> Result<JWTClaims<C>, String> {
        // It takes the options by value: every call of an application clones them, too.
        self.key.claims(token, self.options.clone())
    }
}

impl Verifier for Trusting {
    fn verify(&self, token: &str) -> Result<Verdict, AskError> {
        let claims = self.claims::<Map<String, Value>>(token);
        Ok(verdict(claims.and_then(|claims| serde_json::to_value(claims).map_err(|error| error.to_string()))))
    }
}
