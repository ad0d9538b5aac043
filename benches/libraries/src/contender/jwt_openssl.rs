//! `jwt` with its feature `openssl`, for the algorithms that it lacks without.

use ::jwt::{PKeyWithDigest, SignWithKey as _, VerifyWithKey as _};
use jwt_gauntlet::Algorithm;
use openssl::{
    hash::MessageDigest,
    pkey::{PKey, Private, Public},
};

use super::{Contender, Refused, SetUpError, Signer, Verifier, jwt::decode};
use crate::{keys::KeyTexts, raw::Primitive, workload::Claims};

/// The crate on OpenSSL.
pub struct JwtOpenssl;

impl Contender for JwtOpenssl {
    fn name(&self) -> &'static str {
        "jwt/openssl"
    }

    fn package(&self) -> &'static str {
        "jwt"
    }

    fn primitive(&self, _: Algorithm) -> Primitive {
        Primitive::OpenSsl
    }

    fn signer(&self, keys: &KeyTexts) -> Result<Box<dyn Signer>, SetUpError> {
        supported(keys.algorithm)?;
        let key = PKey::private_key_from_pem(&keys.private).map_err(SetUpError::key)?;
        Ok(Box::new(Signing(PKeyWithDigest { digest: MessageDigest::sha256(), key })))
    }

    fn verifier(&self, keys: &KeyTexts) -> Result<Box<dyn Verifier>, SetUpError> {
        supported(keys.algorithm)?;
        let key = PKey::public_key_from_pem(&keys.public).map_err(SetUpError::key)?;
        Ok(Box::new(Verifying(PKeyWithDigest { digest: MessageDigest::sha256(), key })))
    }

    fn decode(&self, token: &str) -> Option<Result<Claims, Refused>> {
        Some(decode(token))
    }
}

fn supported(algorithm: Algorithm) -> Result<(), SetUpError> {
    matches!(algorithm, Algorithm::RS256 | Algorithm::ES256).then_some(()).ok_or(SetUpError::Unsupported)
}

struct Signing(PKeyWithDigest<Private>);

impl Signer for Signing {
    fn sign(&self, claims: &Claims) -> Result<String, Refused> {
        claims.sign_with_key(&self.0).map_err(Refused::because)
    }
}

struct Verifying(PKeyWithDigest<Public>);

impl Verifier for Verifying {
    fn verify(&self, token: &str) -> Result<Claims, Refused> {
        let claims: Claims = token.verify_with_key(&self.0).map_err(Refused::because)?;
        claims.checked()
    }
}
