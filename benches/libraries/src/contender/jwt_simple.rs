//! `jwt-simple` with its feature `pure-rust`; the default one builds `BoringSSL`, which takes minutes and cmake.
//!
//! It has no door for claims without a verified signature. A token without `exp` is good to it, so the contender asks for one.

use ::jwt_simple::prelude::{
    ECDSAP256KeyPairLike as _, ES256KeyPair, Ed25519KeyPair, EdDSAKeyPairLike as _, HS256Key, JWTClaims, MACLike as _,
    RS256KeyPair, RSAKeyPairLike as _, UnixTimeStamp,
};
use jwt_gauntlet::Algorithm;
use jwt_gauntlet_adapters::jwt_simple::Trusting;
use serde::{Deserialize, Serialize};

use super::{Contender, Refused, SetUpError, Signer, Verifier};
use crate::{keys::KeyTexts, raw::Primitive, workload::Claims};

/// The crate.
pub(super) struct JwtSimple;

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
        Ok(Box::new(Trusting::new(&keys.trust).map_err(|error| SetUpError::of(keys.algorithm, &error))?))
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

impl Verifier for Trusting {
    fn verify(&self, token: &str) -> Result<Claims, Refused> {
        let claims: JWTClaims<Custom> = self.claims(token).map_err(Refused)?;
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
