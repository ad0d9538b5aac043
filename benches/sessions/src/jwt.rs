//! Stateless verification, with a denylist where revoking shall be possible; and the issuer on the other side.
//!
//! The verifier is the crate `jsonwebtoken` on aws-lc-rs, set up by the book: one algorithm, key parsed once, `iss`, `aud` and `exp`
//! required. What the crates and back ends cost beside each other is measured elsewhere; this is one good choice of them.

use std::sync::Arc;

use data_encoding::BASE64URL_NOPAD;
use jsonwebtoken::{DecodingKey, Validation, crypto::aws_lc, decode, errors::Error};
use jwt_gauntlet::{
    Algorithm, Trust,
    algorithm::Family,
    keys::{Key, Role},
};
use serde::Deserialize;
use serde_json::json;

use crate::{
    gate::{Gate, Refusal, User, now},
    people::Person,
    store::Store,
};

/// Tokens of a life that outlasts the bench: the year 2100, in seconds.
const LATE: u64 = 4_102_444_800;

/// The claims that the application reads; `iss` and `aud` are the library's business.
#[derive(Deserialize)]
struct Claims {
    sub: String,
    exp: u64,
    /// Needed with a denylist only.
    jti: Option<String>,
    #[serde(default)]
    roles: Vec<String>,
}

/// A gate that trusts one key, and forgets every request at once.
pub struct Stateless {
    key: DecodingKey,
    validation: Validation,
    denylist: Option<Box<dyn Store>>,
}

impl Stateless {
    /// Trusts the issuer's public key (or shared secret) for `algorithm`.
    ///
    /// # Errors
    /// If the crate refuses the algorithm or the key.
    pub fn new(trust: &Trust, denylist: Option<Box<dyn Store>>) -> Result<Self, Error> {
        // The crate has two back ends in this build, and picks none by itself. The first gate of a process does it for all.
        let _ = aws_lc::DEFAULT_PROVIDER.install_default();
        let text = trust.configured_bytes();
        let key = match trust.algorithm.family() {
            Family::Hmac => DecodingKey::from_secret(&text),
            Family::Rsa => DecodingKey::from_rsa_pem(&text)?,
            Family::Ec => DecodingKey::from_ec_pem(&text)?,
            Family::Okp => DecodingKey::from_ed_pem(&text)?,
        };
        let mut validation = Validation::new(trust.algorithm.name().parse()?);
        validation.set_issuer(&[Trust::ISSUER]);
        validation.set_audience(&[Trust::AUDIENCE]);
        validation.set_required_spec_claims(&["exp", "iss", "aud"]);
        validation.leeway = 0;
        Ok(Self { key, validation, denylist })
    }

    fn claims(&self, value: &str) -> Result<Claims, Refusal> {
        let token = value.strip_prefix("Bearer ").ok_or(Refusal::Refused)?;
        decode(token, &self.key, &self.validation).map(|data| data.claims).map_err(|_| Refusal::Refused)
    }
}

impl Gate for Stateless {
    fn authenticate(&mut self, value: &str) -> Result<Arc<User>, Refusal> {
        let claims = self.claims(value)?;
        if let Some(denylist) = &mut self.denylist {
            // A token that nobody can put on the list is not one of ours.
            let jti = claims.jti.as_ref().ok_or(Refusal::Refused)?;
            if denylist.is_denied(jti)? {
                return Err(Refusal::Refused);
            }
        }
        Ok(Arc::new(User { sub: claims.sub, roles: claims.roles }))
    }

    /// Without a denylist the token stays good until it expires: that is the scheme, and the report says so.
    fn log_out(&mut self, value: &str) -> Result<(), Refusal> {
        let claims = self.claims(value)?;
        // For as long as the token would have lived: after that its expiry refuses it.
        let left = claims.exp.saturating_mul(1000).saturating_sub(now());
        let Some(denylist) = &mut self.denylist else { return Ok(()) };
        denylist.deny(&claims.jti.ok_or(Refusal::Refused)?, left)
    }
}

/// Who signs the tokens, and who tries to: with one key each, for one algorithm.
pub struct Issuer {
    algorithm: Algorithm,
    key: Arc<Key>,
    attacker: Arc<Key>,
}

impl Issuer {
    /// With the published test keys.
    #[must_use]
    pub fn new(algorithm: Algorithm) -> Self {
        let key = |role| Key::of(role, algorithm).expect("every algorithm has a trusted key and an attacker's");
        Self { algorithm, key: key(Role::Trusted), attacker: key(Role::Attacker) }
    }

    /// What a gate is told to trust.
    #[must_use]
    pub fn trust(&self) -> Trust {
        Trust::in_key(&self.key, self.algorithm)
    }

    /// A genuine token, as the value of a header.
    #[must_use]
    pub fn genuine(&self, person: &Person) -> String {
        self.signed_by(&self.key, person, LATE)
    }

    /// Genuine, and of a life that ended in 2020.
    #[must_use]
    pub fn expired(&self, person: &Person) -> String {
        self.signed_by(&self.key, person, 1_577_836_800)
    }

    /// Nobody's: each in a way of its own.
    #[must_use]
    pub fn forged(&self, person: &Person, other: &Person) -> Vec<String> {
        let genuine = self.genuine(person);
        let (input, signature) = genuine.rsplit_once('.').expect("three parts");
        let mut flipped = BASE64URL_NOPAD.decode(signature.as_bytes()).expect("base64url");
        flipped[8] ^= 0x40;
        let others = self.genuine(other);
        let claims = others.rsplit_once('.').expect("three parts").0;
        let none = BASE64URL_NOPAD.encode(br#"{"alg":"none"}"#);
        let payload = input.rsplit_once('.').expect("two parts").1;
        vec![
            format!("{input}.{}", BASE64URL_NOPAD.encode(&flipped)),
            format!("{claims}.{signature}"),
            format!("Bearer {none}.{payload}."),
            format!("{input}."),
            self.signed_by(&self.attacker, person, LATE),
        ]
    }

    fn signed_by(&self, key: &Key, person: &Person, exp: u64) -> String {
        let header = json!({ "alg": self.algorithm.name(), "typ": "JWT", "kid": self.key.kid });
        let claims = json!({
            "iss": Trust::ISSUER,
            "aud": Trust::AUDIENCE,
            "sub": person.user.sub,
            "iat": 1_704_067_200,
            "exp": exp,
            "jti": person.jti,
            "roles": person.user.roles,
        });
        let part = |json: serde_json::Value| BASE64URL_NOPAD.encode(json.to_string().as_bytes());
        let input = format!("{}.{}", part(header), part(claims));
        let signature = key.sign(self.algorithm, input.as_bytes()).expect("the key is of that algorithm");
        format!("Bearer {input}.{}", BASE64URL_NOPAD.encode(&signature))
    }
}
