//! `jwt` with the keys of the `hmac` crate: without OpenSSL it does HMAC alone. It checks no claims at all; the contender does.

use ::jwt::{Header, SignWithKey as _, Token, VerifyWithKey as _};
use hmac::{Hmac, Mac as _};
use jwt_gauntlet::Algorithm;
use sha2::Sha256;

use super::{Contender, Refused, SetUpError, Signer, Verifier};
use crate::{keys::KeyTexts, raw::Primitive, workload::Claims};

/// The crate without its feature `openssl`.
pub struct Jwt;

impl Contender for Jwt {
    fn name(&self) -> &'static str {
        "jwt"
    }

    fn package(&self) -> &'static str {
        "jwt"
    }

    fn primitive(&self, _: Algorithm) -> Primitive {
        Primitive::RustCrypto
    }

    fn signer(&self, keys: &KeyTexts) -> Result<Box<dyn Signer>, SetUpError> {
        Ok(Box::new(Keyed::new(keys.algorithm, &keys.private)?))
    }

    fn verifier(&self, keys: &KeyTexts) -> Result<Box<dyn Verifier>, SetUpError> {
        Ok(Box::new(Keyed::new(keys.algorithm, &keys.public)?))
    }

    fn decode(&self, token: &str) -> Option<Result<Claims, Refused>> {
        Some(decode(token))
    }
}

/// Header and claims, unverified.
pub(super) fn decode(token: &str) -> Result<Claims, Refused> {
    let token = Token::<Header, Claims, _>::parse_unverified(token).map_err(Refused::because)?;
    let (_, claims): (Header, Claims) = token.into();
    Ok(claims)
}

struct Keyed(Hmac<Sha256>);

impl Keyed {
    fn new(algorithm: Algorithm, secret: &[u8]) -> Result<Self, SetUpError> {
        if algorithm != Algorithm::HS256 {
            return Err(SetUpError::Unsupported);
        }
        Ok(Self(Hmac::new_from_slice(secret).map_err(SetUpError::key)?))
    }
}

impl Signer for Keyed {
    fn sign(&self, claims: &Claims) -> Result<String, Refused> {
        claims.sign_with_key(&self.0).map_err(Refused::because)
    }
}

impl Verifier for Keyed {
    fn verify(&self, token: &str) -> Result<Claims, Refused> {
        let claims: Claims = token.verify_with_key(&self.0).map_err(Refused::because)?;
        claims.checked()
    }
}
