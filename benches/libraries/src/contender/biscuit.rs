//! `biscuit` on ring. It has no `EdDSA`, and reads DER only, so PEM is taken off before it, as its documentation says.

use std::sync::Arc;

use ::biscuit::{
    ClaimPresenceOptions, ClaimsSet, Empty, JWT, Presence, RegisteredClaims, SingleOrMultiple, Timestamp, Validation,
    ValidationOptions,
    jwa::SignatureAlgorithm,
    jws::{RegisteredHeader, Secret},
};
use jwt_gauntlet::{
    Algorithm, Trust,
    algorithm::Family,
    keys::{PublicKey, PublicMaterial},
};
use ring::{
    rand::SystemRandom,
    signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, RsaKeyPair},
};
use rsa::pkcs8::Document;
use serde::{Deserialize, Serialize};

use super::{Contender, Refused, SetUpError, Signer, Verifier};
use crate::{keys::KeyTexts, raw::Primitive, workload::Claims};

/// The crate.
pub struct Biscuit;

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
        Ok(Box::new(Keyed { algorithm: name(keys.algorithm)?, secret, options: ValidationOptions::default() }))
    }

    fn verifier(&self, keys: &KeyTexts) -> Result<Box<dyn Verifier>, SetUpError> {
        let secret = if keys.algorithm.family() == Family::Hmac {
            Secret::Bytes(keys.public.clone())
        } else {
            let key = PublicKey::from_pem(keys.public_pem()).map_err(SetUpError::key)?;
            // ring's own shapes: PKCS#1 for RSA, the uncompressed point for a curve.
            Secret::PublicKey(match &key.material {
                PublicMaterial::Rsa { .. } => key.pkcs1_der().ok_or(SetUpError::Unsupported)?,
                PublicMaterial::Ec { x, y, .. } => [&[4], x.as_slice(), y].concat(),
                _ => return Err(SetUpError::Unsupported),
            })
        };
        let required = Presence::Required;
        let options = ValidationOptions {
            claim_presence_options: ClaimPresenceOptions {
                expiry: required,
                issuer: required,
                audience: required,
                ..ClaimPresenceOptions::default()
            },
            issuer: Validation::Validate(Trust::ISSUER.to_owned()),
            audience: Validation::Validate(Trust::AUDIENCE.to_owned()),
            ..ValidationOptions::default()
        };
        Ok(Box::new(Keyed { algorithm: name(keys.algorithm)?, secret, options }))
    }

    fn decode(&self, token: &str) -> Option<Result<Claims, Refused>> {
        let token = JWT::<Private, Empty>::new_encoded(token);
        let claims = token.unverified_header().and_then(|_| token.unverified_payload());
        Some(claims.map_err(Refused::because).and_then(ours))
    }
}

fn name(algorithm: Algorithm) -> Result<SignatureAlgorithm, SetUpError> {
    match algorithm {
        Algorithm::HS256 => Ok(SignatureAlgorithm::HS256),
        Algorithm::RS256 => Ok(SignatureAlgorithm::RS256),
        Algorithm::ES256 => Ok(SignatureAlgorithm::ES256),
        _ => Err(SetUpError::Unsupported),
    }
}

struct Keyed {
    algorithm: SignatureAlgorithm,
    secret: Secret,
    options: ValidationOptions,
}

impl Signer for Keyed {
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

impl Verifier for Keyed {
    fn verify(&self, token: &str) -> Result<Claims, Refused> {
        let token =
            JWT::<Private, Empty>::new_encoded(token).into_decoded(&self.secret, self.algorithm).map_err(Refused::because)?;
        // It takes the options by value: every call of an application clones them, too.
        token.validate(self.options.clone()).map_err(Refused::because)?;
        ours(token.unwrap_decoded().1)
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
