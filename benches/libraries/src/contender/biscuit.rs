//! `biscuit` on ring. It has no `EdDSA`, and reads DER only.

use std::sync::Arc;

use ::biscuit::{
    ClaimsSet, Empty, JWT, RegisteredClaims, SingleOrMultiple, Timestamp,
    jwa::SignatureAlgorithm,
    jws::{RegisteredHeader, Secret},
};
use jwt_gauntlet::{Algorithm, algorithm::Family};
use jwt_gauntlet_adapters::biscuit::{Trusting, name};
use ring::{
    rand::SystemRandom,
    signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, RsaKeyPair},
};
use rsa::pkcs8::Document;
use serde::{Deserialize, Serialize};

use super::{Contender, Refused, SetUpError, Signer, Verifier};
use crate::{keys::KeyTexts, raw::Primitive, workload::Claims};

/// The crate.
pub(super) struct Biscuit;

#[derive(Clone, Serialize, Deserialize)]
struct Private {
    roles: Vec<String>,
}

impl Contender for Biscuit {
    fn name(&self) -> &'static str {
        "biscuit"
    }

    fn package(&self) -> &'static str {
        "biscuit"
    }

    fn primitive(&self, _: Algorithm) -> Primitive {
        Primitive::Ring
    }

    fn signer(&self, keys: &KeyTexts) -> Result<Box<dyn Signer>, SetUpError> {
        let der = || Document::from_pem(keys.private_pem()).map(|(_, der)| der).map_err(SetUpError::key);
        let secret = match keys.algorithm.family() {
            Family::Hmac => Secret::Bytes(keys.private.clone()),
            Family::Rsa => {
                let key = RsaKeyPair::from_pkcs8(der()?.as_bytes()).map_err(SetUpError::key)?;
                Secret::RsaKeyPair(Arc::new(key))
            }
            Family::Ec => {
                let random = SystemRandom::new();
                let key = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, der()?.as_bytes(), &random);
                Secret::EcdsaKeyPair(Arc::new(key.map_err(SetUpError::key)?))
            }
            Family::Okp => return Err(SetUpError::Unsupported),
        };
        let algorithm = name(keys.algorithm).map_err(|error| SetUpError::of(keys.algorithm, &error))?;
        Ok(Box::new(Signing { algorithm, secret }))
    }

    fn verifier(&self, keys: &KeyTexts) -> Result<Box<dyn Verifier>, SetUpError> {
        Ok(Box::new(Trusting::new(&keys.trust).map_err(|error| SetUpError::of(keys.algorithm, &error))?))
    }

    fn decode(&self, token: &str) -> Option<Result<Claims, Refused>> {
        let token = JWT::<Private, Empty>::new_encoded(token);
        let claims = token.unverified_header().and_then(|_| token.unverified_payload());
        Some(claims.map_err(Refused::because).and_then(ours))
    }
}

struct Signing {
    algorithm: SignatureAlgorithm,
    secret: Secret,
}

impl Signer for Signing {
    fn sign(&self, claims: &Claims) -> Result<String, Refused> {
        let time = |seconds: u64| Some(Timestamp::from(i64::try_from(seconds).unwrap_or(i64::MAX)));
        let registered = RegisteredClaims {
            issuer: Some(claims.iss.clone()),
            subject: Some(claims.sub.clone()),
            audience: Some(SingleOrMultiple::Single(claims.aud.clone())),
            expiry: time(claims.exp),
            not_before: None,
            issued_at: time(claims.iat),
            id: Some(claims.jti.clone()),
        };
        let header = RegisteredHeader { algorithm: self.algorithm, ..RegisteredHeader::default() };
        let set = ClaimsSet { registered, private: Private { roles: claims.roles.clone() } };
        let token = JWT::<Private, Empty>::new_decoded(header.into(), set).into_encoded(&self.secret).map_err(Refused::because)?;
        Ok(token.unwrap_encoded().to_string())
    }
}

impl Verifier for Trusting {
    fn verify(&self, token: &str) -> Result<Claims, Refused> {
        ours(self.claims(token).map_err(Refused)?)
    }
}

fn ours(set: ClaimsSet<Private>) -> Result<Claims, Refused> {
    let missing = || Refused("a claim is missing".to_owned());
    let registered = set.registered;
    let time = |time: Option<Timestamp>| time.and_then(|time| u64::try_from(time.timestamp()).ok()).ok_or_else(missing);
    Ok(Claims {
        iss: registered.issuer.ok_or_else(missing)?,
        sub: registered.subject.ok_or_else(missing)?,
        aud: match registered.audience {
            Some(SingleOrMultiple::Single(audience)) => audience,
            _ => return Err(missing()),
        },
        iat: time(registered.issued_at)?,
        exp: time(registered.expiry)?,
        jti: registered.id.ok_or_else(missing)?,
        roles: set.private.roles,
    })
}
