//! `jwt-simple` with its feature `pure-rust`; the default one builds `BoringSSL`, which takes minutes and cmake.
//!
//! It has no door for claims without a verified signature. A token without `exp` is good to it, so the contender asks for one.

use std::collections::HashSet;

use ::jwt_simple::prelude::{
    ECDSAP256KeyPairLike, ECDSAP256PublicKeyLike, ES256KeyPair, ES256PublicKey, Ed25519KeyPair, Ed25519PublicKey, EdDSAKeyPairLike,
    EdDSAPublicKeyLike, HS256Key, JWTClaims, MACLike, RS256KeyPair, RS256PublicKey, RSAKeyPairLike, RSAPublicKeyLike,
    UnixTimeStamp, VerificationOptions,
};
use jwt_gauntlet::{Algorithm, Trust};
use serde::{Deserialize, Serialize};

use super::{Contender, Refused, SetUpError, Signer, Verifier};
use crate::{keys::KeyTexts, raw::Primitive, workload::Claims};

/// The crate.
pub struct JwtSimple;

#[derive(Serialize, Deserialize)]
struct Custom {
    roles: Vec<String>,
}

enum Private {
    Hs256(HS256Key),
    Rs256(Box<RS256KeyPair>),
    Es256(ES256KeyPair),
    EdDsa(Ed25519KeyPair),
}

enum Public {
    Hs256(HS256Key),
    Rs256(Box<RS256PublicKey>),
    Es256(ES256PublicKey),
    EdDsa(Ed25519PublicKey),
}

impl Contender for JwtSimple {
    fn name(&self) -> &'static str {
        "jwt-simple/pure-rust"
    }

    fn package(&self) -> &'static str {
        "jwt-simple"
    }

    fn primitive(&self, _: Algorithm) -> Primitive {
        Primitive::JwtSimple
    }

    fn signer(&self, keys: &KeyTexts) -> Result<Box<dyn Signer>, SetUpError> {
        let pem = keys.private_pem();
        Ok(Box::new(match keys.algorithm {
            Algorithm::HS256 => Private::Hs256(HS256Key::from_bytes(&keys.private)),
            Algorithm::RS256 => Private::Rs256(Box::new(RS256KeyPair::from_pem(pem).map_err(SetUpError::key)?)),
            Algorithm::ES256 => Private::Es256(ES256KeyPair::from_pem(pem).map_err(SetUpError::key)?),
            Algorithm::EdDSA => Private::EdDsa(Ed25519KeyPair::from_pem(pem).map_err(SetUpError::key)?),
            _ => return Err(SetUpError::Unsupported),
        }))
    }

    fn verifier(&self, keys: &KeyTexts) -> Result<Box<dyn Verifier>, SetUpError> {
        let pem = keys.public_pem();
        let key = match keys.algorithm {
            Algorithm::HS256 => Public::Hs256(HS256Key::from_bytes(&keys.public)),
            Algorithm::RS256 => Public::Rs256(Box::new(RS256PublicKey::from_pem(pem).map_err(SetUpError::key)?)),
            Algorithm::ES256 => Public::Es256(ES256PublicKey::from_pem(pem).map_err(SetUpError::key)?),
            Algorithm::EdDSA => Public::EdDsa(Ed25519PublicKey::from_pem(pem).map_err(SetUpError::key)?),
            _ => return Err(SetUpError::Unsupported),
        };
        let options = VerificationOptions {
            allowed_issuers: Some(HashSet::from([Trust::ISSUER.to_owned()])),
            allowed_audiences: Some(HashSet::from([Trust::AUDIENCE.to_owned()])),
            ..VerificationOptions::default()
        };
        Ok(Box::new(Verifying { key, options }))
    }

    fn decode(&self, _: &str) -> Option<Result<Claims, Refused>> {
        None
    }
}

impl Signer for Private {
    fn sign(&self, claims: &Claims) -> Result<String, Refused> {
        let claims = JWTClaims {
            issued_at: Some(UnixTimeStamp::from_secs(claims.iat)),
            expires_at: Some(UnixTimeStamp::from_secs(claims.exp)),
            invalid_before: None,
            issuer: Some(claims.iss.clone()),
            subject: Some(claims.sub.clone()),
            audiences: Some(claims.aud.as_str().into()),
            jwt_id: Some(claims.jti.clone()),
            nonce: None,
            custom: Custom { roles: claims.roles.clone() },
        };
        let signed = match self {
            Self::Hs256(key) => key.authenticate(claims),
            Self::Rs256(key) => key.sign(claims),
            Self::Es256(key) => key.sign(claims),
            Self::EdDsa(key) => key.sign(claims),
        };
        signed.map_err(Refused::because)
    }
}

struct Verifying {
    key: Public,
    options: VerificationOptions,
}

impl Verifier for Verifying {
    fn verify(&self, token: &str) -> Result<Claims, Refused> {
        // It takes the options by value: every call of an application clones them, too.
        let options = Some(self.options.clone());
        let claims: JWTClaims<Custom> = match &self.key {
            Public::Hs256(key) => key.verify_token(token, options),
            Public::Rs256(key) => key.verify_token(token, options),
            Public::Es256(key) => key.verify_token(token, options),
            Public::EdDsa(key) => key.verify_token(token, options),
        }
        .map_err(Refused::because)?;
        let missing = || Refused("a claim is missing".to_owned());
        Ok(Claims {
            iss: claims.issuer.ok_or_else(missing)?,
            sub: claims.subject.ok_or_else(missing)?,
            aud: claims.audiences.ok_or_else(missing)?.into_string().map_err(Refused::because)?,
            iat: claims.issued_at.ok_or_else(missing)?.as_secs(),
            exp: claims.expires_at.ok_or_else(missing)?.as_secs(),
            jti: claims.jwt_id.ok_or_else(missing)?,
            roles: claims.custom.roles,
        })
    }
}
