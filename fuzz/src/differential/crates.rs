//! The crates, each set up as its own documentation shows. What a crate leaves to its application, the application here does by the
//! book: issuer and audience for jwt-compact, all claims for jwt.

use std::{
    collections::HashSet,
    time::{SystemTime, UNIX_EPOCH},
};

use jwt_gauntlet::{Algorithm, algorithm::Family, ConfigureError, Implementation, keys::{KeyText, PublicKey, PublicMaterial}, Trust, Verdict, Verifier, verifier::jsonwebtoken::{Backend, JsonWebToken}};
use serde::Deserialize;
use serde_json::{Map, Value};

type Configured = Result<Box<dyn Verifier>, ConfigureError>;

/// Every crate by name.
pub fn all() -> Vec<(&'static str, Box<dyn Implementation>)> {
    vec![
        ("jsonwebtoken", Box::new(Crate(jsonwebtoken))),
        ("jwt-simple", Box::new(Crate(jwt_simple))),
        ("jwt-compact", Box::new(Crate(jwt_compact))),
        ("biscuit", Box::new(Crate(biscuit))),
        ("jwt", Box::new(Crate(jwt))),
    ]
}

struct Crate(fn(&Trust) -> Configured);

impl Implementation for Crate {
    fn configure(&self, trust: &Trust) -> Configured {
        (self.0)(trust)
    }
}

fn unsupported<T>(reason: impl ToString) -> Result<T, ConfigureError> {
    Err(ConfigureError::Unsupported(reason.to_string()))
}

fn verifier(verify: impl Fn(&str) -> Result<Value, String> + Send + Sync + 'static) -> Configured {
    Ok(Box::new(move |token: &str| match verify(token) {
        Ok(claims) => Verdict::accepted(claims.to_string()),
        Err(error) => Verdict::rejected(error),
    }))
}

fn key(trust: &Trust) -> Result<PublicKey, ConfigureError> {
    trust.public_key().or_else(unsupported)
}

/// More careful than `builtin:jsonwebtoken`: claims that are configured are required, and `nbf` is looked at.
fn jsonwebtoken(trust: &Trust) -> Configured {
    use ::jsonwebtoken::{DecodingKey, Validation, decode};
    // A process has one provider of cryptography, and that of the built-in target must be first.
    JsonWebToken { backend: Backend::RustCrypto }.configure(trust)?;
    let bytes = trust.configured_bytes();
    let key = match trust.algorithm.family() {
        Family::Hmac => Ok(DecodingKey::from_secret(&bytes)),
        Family::Rsa => DecodingKey::from_rsa_pem(&bytes),
        Family::Ec => DecodingKey::from_ec_pem(&bytes),
        Family::Okp => DecodingKey::from_ed_pem(&bytes),
    };
    let key = key.or_else(unsupported)?;
    let mut validation = Validation::new(trust.algorithm.name().parse().or_else(unsupported)?);
    validation.set_required_spec_claims(&["exp", "iss", "aud"]);
    validation.set_issuer(trust.issuer.as_slice());
    validation.set_audience(trust.audience.as_slice());
    validation.validate_nbf = true;
    verifier(move |token| decode::<Value>(token, &key, &validation).map(|data| data.claims).map_err(|error| error.to_string()))
}

fn jwt_simple(trust: &Trust) -> Configured {
    use jwt_simple::prelude::{
        ECDSAP256PublicKeyLike, ES256PublicKey, Ed25519PublicKey, EdDSAPublicKeyLike, HS256Key, MACLike, RS256PublicKey,
        RSAPublicKeyLike, VerificationOptions,
    };
    let set = |text: &Option<String>| text.iter().cloned().collect::<HashSet<_>>();
    let options = VerificationOptions {
        allowed_issuers: Some(set(&trust.issuer)),
        allowed_audiences: Some(set(&trust.audience)),
        ..VerificationOptions::default()
    };
    let pem = trust.key.pem.clone().unwrap_or_default();
    macro_rules! verify {
        ($key:expr) => {{
            let key = $key;
            verifier(move |token| {
                let claims =
                    key.verify_token::<Map<String, Value>>(token, Some(options.clone())).map_err(|error| error.to_string())?;
                serde_json::to_value(claims).map_err(|error| error.to_string())
            })
        }};
    }
    match trust.algorithm {
        Algorithm::HS256 => verify!(HS256Key::from_bytes(&trust.configured_bytes())),
        Algorithm::RS256 => verify!(RS256PublicKey::from_pem(&pem).or_else(unsupported)?),
        Algorithm::ES256 => verify!(ES256PublicKey::from_pem(&pem).or_else(unsupported)?),
        Algorithm::EdDSA => verify!(Ed25519PublicKey::from_pem(&pem).or_else(unsupported)?),
        other => unsupported(other),
    }
}

fn jwt_compact(trust: &Trust) -> Configured {
    use jwt_compact::alg::{Ed25519, Es256, Hs256, Rsa};
    match trust.algorithm {
        Algorithm::HS256 => compact(Hs256, trust),
        Algorithm::RS256 => compact(Rsa::rs256(), trust),
        Algorithm::ES256 => compact(Es256, trust),
        Algorithm::EdDSA => compact(Ed25519, trust),
        other => unsupported(other),
    }
}

fn compact<A>(algorithm: A, trust: &Trust) -> Configured
where
    A: jwt_compact::Algorithm + Send + Sync + 'static,
    A::VerifyingKey: for<'a> TryFrom<&'a jwt_compact::jwk::JsonWebKey<'a>> + Send + Sync + 'static,
{
    use jwt_compact::{AlgorithmExt, TimeOptions, UntrustedToken};
    let jwk: jwt_compact::jwk::JsonWebKey<'_> = serde_json::from_str(trust.key.jwk.get()).or_else(unsupported)?;
    let key = A::VerifyingKey::try_from(&jwk).or_else(|_| unsupported("the key was refused"))?;
    let (trust, time) = (trust.clone(), TimeOptions::default());
    verifier(move |token| {
        let token: UntrustedToken<'_> = UntrustedToken::new(token).map_err(|error| error.to_string())?;
        let token = algorithm.validator::<Map<String, Value>>(&key).validate(&token).map_err(|error| error.to_string())?;
        let claims = token.claims();
        if claims.expiration.is_some() {
            claims.validate_expiration(&time).map_err(|error| error.to_string())?;
        }
        if claims.not_before.is_some() {
            claims.validate_maturity(&time).map_err(|error| error.to_string())?;
        }
        let claims = serde_json::to_value(claims).map_err(|error| error.to_string())?;
        parties(&claims, &trust)?;
        Ok(claims)
    })
}

fn biscuit(trust: &Trust) -> Configured {
    use biscuit::{
        ClaimPresenceOptions, Empty, JWT, Presence, Validation, ValidationOptions, jwa::SignatureAlgorithm, jws::Secret,
    };
    let key = key(trust)?;
    let (algorithm, secret) = match (trust.algorithm, &key.material) {
        (Algorithm::HS256, PublicMaterial::Secret(secret)) => (SignatureAlgorithm::HS256, Secret::Bytes(secret.clone())),
        (Algorithm::RS256, _) => (SignatureAlgorithm::RS256, Secret::PublicKey(key.pkcs1_der().unwrap_or_default())),
        (Algorithm::ES256, _) => {
            let point = KeyText::Uncompressed.render(&key, trust.algorithm).unwrap_or_default();
            (SignatureAlgorithm::ES256, Secret::PublicKey(point))
        }
        (other, _) => return unsupported(other),
    };
    let options = ValidationOptions {
        issuer: trust.issuer.clone().map_or(Validation::Ignored, Validation::Validate),
        audience: trust.audience.clone().map_or(Validation::Ignored, Validation::Validate),
        claim_presence_options: ClaimPresenceOptions {
            issuer: Presence::Required,
            audience: Presence::Required,
            ..ClaimPresenceOptions::default()
        },
        ..ValidationOptions::default()
    };
    verifier(move |token| {
        let token = JWT::<Map<String, Value>, Empty>::new_encoded(token);
        let token = token.decode(&secret, algorithm).map_err(|error| error.to_string())?;
        token.validate(options.clone()).map_err(|error| error.to_string())?;
        serde_json::to_value(token.payload().map_err(|error| error.to_string())?).map_err(|error| error.to_string())
    })
}

fn jwt(trust: &Trust) -> Configured {
    use ::jwt::{Claims, Header, Token, VerifyWithKey};
    use hmac::{Hmac, Mac};
    if trust.algorithm != Algorithm::HS256 {
        return unsupported(trust.algorithm);
    }
    let key: Hmac<sha2::Sha256> = Hmac::new_from_slice(&trust.configured_bytes()).or_else(unsupported)?;
    let trust = trust.clone();
    verifier(move |token| {
        let token: Token<Header, Claims, _> = token.verify_with_key(&key).map_err(|error| error.to_string())?;
        let claims = token.claims();
        let now = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |elapsed| elapsed.as_secs());
        if claims.registered.expiration.is_some_and(|expiration| expiration <= now) {
            return Err("[expiration]".to_owned());
        }
        if claims.registered.not_before.is_some_and(|not_before| not_before > now) {
            return Err("[not before]".to_owned());
        }
        let claims = serde_json::to_value(claims).map_err(|error| error.to_string())?;
        parties(&claims, &trust)?;
        Ok(claims)
    })
}

/// What an application checks where its crate does not: the issuer as a whole text, the audience as one or in a list.
fn parties(claims: &Value, trust: &Trust) -> Result<(), String> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Audience {
        One(String),
        Many(Vec<String>),
    }
    #[derive(Deserialize)]
    struct Parties {
        iss: Option<String>,
        aud: Option<Audience>,
    }
    let parties = Parties::deserialize(claims).map_err(|error| format!("[parties] {error}"))?;
    if trust.issuer.is_some() && parties.iss != trust.issuer {
        return Err("[issuer]".to_owned());
    }
    let Some(own) = &trust.audience else { return Ok(()) };
    let named = match parties.aud {
        Some(Audience::One(one)) => one == *own,
        Some(Audience::Many(many)) => many.contains(own),
        None => false,
    };
    if named { Ok(()) } else { Err("[audience]".to_owned()) }
}
