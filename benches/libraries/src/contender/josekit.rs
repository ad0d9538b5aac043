//! `josekit` on OpenSSL. Its claims are a map of JSON values; the contender turns it into the application's type, and back.
//!
//! It has a door for unverified headers only. `iss` must be there and right; `exp` and `aud` are checked if they are there, so the
//! contender's type asks for them.

use ::josekit::{
    jws::{ES256, EdDSA, HS256, JwsHeader, JwsSigner, JwsVerifier, RS256},
    jwt::{JwtPayload, JwtPayloadValidator, decode_with_verifier, encode_with_signer},
};
use jwt_gauntlet::{Algorithm, Trust};
use serde::Deserialize as _;
use serde_json::Value;

use super::{Contender, Refused, SetUpError, Signer, Verifier};
use crate::{keys::KeyTexts, raw::Primitive, workload::Claims};

/// The crate.
pub struct Josekit;

impl Contender for Josekit {
    fn name(&self) -> &'static str {
        "josekit"
    }

    fn package(&self) -> &'static str {
        "josekit"
    }

    fn primitive(&self, _: Algorithm) -> Primitive {
        Primitive::OpenSsl
    }

    fn signer(&self, keys: &KeyTexts) -> Result<Box<dyn Signer>, SetUpError> {
        let text = &keys.private;
        let signer: Box<dyn JwsSigner> = match keys.algorithm {
            Algorithm::HS256 => Box::new(HS256.signer_from_bytes(text).map_err(SetUpError::key)?),
            Algorithm::RS256 => Box::new(RS256.signer_from_pem(text).map_err(SetUpError::key)?),
            Algorithm::ES256 => Box::new(ES256.signer_from_pem(text).map_err(SetUpError::key)?),
            Algorithm::EdDSA => Box::new(EdDSA.signer_from_pem(text).map_err(SetUpError::key)?),
            _ => return Err(SetUpError::Unsupported),
        };
        let mut header = JwsHeader::new();
        header.set_token_type("JWT");
        Ok(Box::new(Signing { signer, header }))
    }

    fn verifier(&self, keys: &KeyTexts) -> Result<Box<dyn Verifier>, SetUpError> {
        let text = &keys.public;
        let verifier: Box<dyn JwsVerifier> = match keys.algorithm {
            Algorithm::HS256 => Box::new(HS256.verifier_from_bytes(text).map_err(SetUpError::key)?),
            Algorithm::RS256 => Box::new(RS256.verifier_from_pem(text).map_err(SetUpError::key)?),
            Algorithm::ES256 => Box::new(ES256.verifier_from_pem(text).map_err(SetUpError::key)?),
            Algorithm::EdDSA => Box::new(EdDSA.verifier_from_pem(text).map_err(SetUpError::key)?),
            _ => return Err(SetUpError::Unsupported),
        };
        let mut validator = JwtPayloadValidator::new();
        validator.set_issuer(Trust::ISSUER);
        validator.set_audience(Trust::AUDIENCE);
        Ok(Box::new(Verifying { verifier, validator }))
    }

    fn decode(&self, _: &str) -> Option<Result<Claims, Refused>> {
        None
    }
}

struct Signing {
    signer: Box<dyn JwsSigner>,
    header: JwsHeader,
}

impl Signer for Signing {
    fn sign(&self, claims: &Claims) -> Result<String, Refused> {
        let Ok(Value::Object(map)) = serde_json::to_value(claims) else {
            return Err(Refused("claims are an object".to_owned()));
        };
        let payload = JwtPayload::from_map(map).map_err(Refused::because)?;
        encode_with_signer(&payload, &self.header, &*self.signer).map_err(Refused::because)
    }
}

struct Verifying {
    verifier: Box<dyn JwsVerifier>,
    validator: JwtPayloadValidator,
}

impl Verifier for Verifying {
    fn verify(&self, token: &str) -> Result<Claims, Refused> {
        let (payload, _) = decode_with_verifier(token, &*self.verifier).map_err(Refused::because)?;
        self.validator.validate(&payload).map_err(Refused::because)?;
        Claims::deserialize(Value::Object(payload.into())).map_err(Refused::because)
    }
}
