//! `jwt-compact` on the `RustCrypto` crates. It checks times; issuer and audience are the application's own claims, and its business.

use ::jwt_compact::{
    Algorithm as Jws, AlgorithmExt as _, Claims as Set, Header, UntrustedToken,
    alg::{Ed25519, Es256, Hs256, Hs256Key, Rsa},
};
use chrono::{DateTime, Utc};
use ed25519_dalek::pkcs8::DecodePrivateKey as _;
use jwt_gauntlet::Algorithm;
use jwt_gauntlet_adapters::jwt_compact::Trusting;
use serde::{Deserialize, Serialize};

use super::{Contender, Refused, SetUpError, Signer, Verifier};
use crate::{keys::KeyTexts, raw::Primitive, workload::Claims};

/// The crate.
pub(super) struct JwtCompact;

/// What is not a time.
#[derive(Clone, Serialize, Deserialize)]
struct Custom {
    iss: String,
    sub: String,
    aud: String,
    jti: String,
    roles: Vec<String>,
}

impl Contender for JwtCompact {
    fn name(&self) -> &'static str {
        "jwt-compact"
    }

    fn package(&self) -> &'static str {
        "jwt-compact"
    }

    fn primitive(&self, _: Algorithm) -> Primitive {
        Primitive::RustCrypto
    }

    fn signer(&self, keys: &KeyTexts) -> Result<Box<dyn Signer>, SetUpError> {
        let pem = keys.private_pem();
        Ok(match keys.algorithm {
            Algorithm::HS256 => Box::new(With { algorithm: Hs256, key: Hs256Key::new(&keys.private) }),
            Algorithm::RS256 => {
                Box::new(With { algorithm: Rsa::rs256(), key: rsa::RsaPrivateKey::from_pkcs8_pem(pem).map_err(SetUpError::key)? })
            }
            Algorithm::ES256 => {
                Box::new(With { algorithm: Es256, key: p256::ecdsa::SigningKey::from_pkcs8_pem(pem).map_err(SetUpError::key)? })
            }
            Algorithm::EdDSA => {
                Box::new(With { algorithm: Ed25519, key: ed25519_dalek::SigningKey::from_pkcs8_pem(pem).map_err(SetUpError::key)? })
            }
            _ => return Err(SetUpError::Unsupported),
        })
    }

    fn verifier(&self, keys: &KeyTexts) -> Result<Box<dyn Verifier>, SetUpError> {
        Ok(Box::new(Trusting::new(&keys.trust).map_err(|error| SetUpError::of(keys.algorithm, &error))?))
    }

    fn decode(&self, token: &str) -> Option<Result<Claims, Refused>> {
        let claims = UntrustedToken::new(token).map_err(Refused::because).and_then(|token| {
            let claims = token.deserialize_claims_unchecked::<Custom>().map_err(Refused::because)?;
            ours(claims)
        });
        Some(claims)
    }
}

/// An algorithm and a key that signs with it.
struct With<A, K> {
    algorithm: A,
    key: K,
}

impl<A: Jws<SigningKey = K>, K> Signer for With<A, K> {
    fn sign(&self, claims: &Claims) -> Result<String, Refused> {
        let mut set = Set::new(Custom {
            iss: claims.iss.clone(),
            sub: claims.sub.clone(),
            aud: claims.aud.clone(),
            jti: claims.jti.clone(),
            roles: claims.roles.clone(),
        });
        set.issued_at = time(claims.iat);
        set.expiration = time(claims.exp);
        let header = Header::empty().with_token_type("JWT");
        self.algorithm.token(&header, &set, &self.key).map_err(Refused::because)
    }
}

impl Verifier for Trusting {
    fn verify(&self, token: &str) -> Result<Claims, Refused> {
        ours(self.claims(token).map_err(Refused)?)?.directed()
    }
}

fn time(seconds: u64) -> Option<DateTime<Utc>> {
    DateTime::from_timestamp(i64::try_from(seconds).ok()?, 0)
}

fn ours(set: Set<Custom>) -> Result<Claims, Refused> {
    let seconds = |time: Option<DateTime<Utc>>| {
        time.and_then(|time| u64::try_from(time.timestamp()).ok()).ok_or_else(|| Refused("a time is missing".to_owned()))
    };
    let (iat, exp) = (seconds(set.issued_at)?, seconds(set.expiration)?);
    let Custom { iss, sub, aud, jti, roles } = set.custom;
    Ok(Claims { iss, sub, aud, iat, exp, jti, roles })
}
