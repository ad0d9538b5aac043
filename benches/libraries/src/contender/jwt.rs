//! `jwt` with the keys of the `hmac` crate: without OpenSSL it does HMAC alone. It checks no claims at all; the contender does.

use ::jwt::{Header, SignWithKey as _, Token};
use hmac::{Hmac, Mac as _};
use jwt_gauntlet::Algorithm;
use jwt_gauntlet_adapters::jwt::Trusting;
use sha2::Sha256;

use super::{Contender, Refused, SetUpError, Signer, Verifier};
use crate::{keys::KeyTexts, raw::Primitive, workload::Claims};

/// The crate without its feature `openssl`.
pub(super) struct Jwt;

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
        if keys.algorithm != Algorithm::HS256 {
            return Err(SetUpError::Unsupported);
        }
        Ok(Box::new(Signing(Hmac::new_from_slice(&keys.private).map_err(SetUpError::key)?)))
    }

    fn verifier(&self, keys: &KeyTexts) -> Result<Box<dyn Verifier>, SetUpError> {
        Ok(Box::new(Trusting::new(&keys.trust).map_err(|error| SetUpError::of(keys.algorithm, &error))?))
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

struct Signing(Hmac<Sha256>);

impl Signer for Signing {
    fn sign(&self, claims: &Claims) -> Result<String, Refused> {
        claims.sign_with_key(&self.0).map_err(Refused::because)
    }
}

impl Verifier for Trusting {
    fn verify(&self, token: &str) -> Result<Claims, Refused> {
        self.claims::<Claims>(token).map_err(Refused)?.checked()
    }
}
