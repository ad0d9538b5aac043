//! Claims of a chosen size, and the tokens that carry them: genuine ones, and those that nobody may take.

use std::time::{SystemTime, UNIX_EPOCH};

use data_encoding::BASE64URL_NOPAD;
use jwt_gauntlet::{
    Algorithm, Trust,
    keys::{Key, Role},
};
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::{contender::Refused, keys::KeyTexts};

/// What the benches run through: one algorithm of each family.
pub const ALGORITHMS: [Algorithm; 4] = [Algorithm::HS256, Algorithm::RS256, Algorithm::ES256, Algorithm::EdDSA];

/// Tokens of a life that outlasts the bench: the year 2100, in seconds.
const LATE: u64 = 4_102_444_800;
/// A life that ended in 2020.
const PAST: u64 = 1_577_836_800;
/// The claims of a usual access token, with some roles, in bytes of JSON.
pub const USUAL: usize = 300;

/// What the application wants to know.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Claims {
    /// Who issued it.
    pub iss: String,
    /// Whom it speaks of.
    pub sub: String,
    /// Whom it is for.
    pub aud: String,
    /// Since when.
    pub iat: u64,
    /// Until when.
    pub exp: u64,
    /// Its id.
    pub jti: String,
    /// What the subject may do.
    pub roles: Vec<String>,
}

impl Claims {
    /// Claims of exactly `bytes` bytes of compact JSON, filled up with roles such as `billing:invoices:read`.
    ///
    /// # Panics
    /// Below what the other claims take, some 160 bytes.
    #[must_use]
    pub fn of_size(bytes: usize) -> Self {
        let mut claims = Self {
            iss: Trust::ISSUER.to_owned(),
            sub: "auth0|5f7c8ec7c33c6c004bbafe82".to_owned(),
            aud: Trust::AUDIENCE.to_owned(),
            iat: 1_704_067_200,
            exp: LATE,
            jti: "0".to_owned(),
            roles: Vec::new(),
        };
        let role = |i: usize| format!("{}:{}:read", ["billing", "support", "reports"][i % 3], ["invoices", "users"][i % 2]);
        let mut left = bytes.checked_sub(claims.json().len()).expect("more than the other claims take");
        // Quotes and, from the second on, a comma.
        let around = |claims: &Self| 2 + usize::from(!claims.roles.is_empty());
        loop {
            let next = role(claims.roles.len());
            // Enough must be left for the last one, which takes up the rest.
            if left < around(&claims) + next.len() + 8 {
                break;
            }
            left -= around(&claims) + next.len();
            claims.roles.push(next);
        }
        if let Some(rest) = left.checked_sub(around(&claims)) {
            claims.roles.push("x".repeat(rest));
        } else {
            claims.jti.push_str(&"0".repeat(left));
        }
        claims
    }

    /// Compact JSON.
    #[must_use]
    pub fn json(&self) -> String {
        serde_json::to_string(self).expect("plain members")
    }

    /// What an application checks if its library does not: `iss`, `aud` and, unless the library has, `exp`.
    ///
    /// # Errors
    /// If the token is meant for somebody else, comes from somebody else, or is too old.
    pub fn checked(self) -> Result<Self, Refused> {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).map_or(u64::MAX, |elapsed| elapsed.as_secs());
        if self.exp <= now {
            return Err(Refused("expired".to_owned()));
        }
        self.directed()
    }

    /// What an application checks if its library looks at times alone.
    ///
    /// # Errors
    /// If the token is meant for somebody else or comes from somebody else.
    pub fn directed(self) -> Result<Self, Refused> {
        if self.iss != Trust::ISSUER {
            return Err(Refused("another issuer".to_owned()));
        }
        if self.aud != Trust::AUDIENCE {
            return Err(Refused("another audience".to_owned()));
        }
        Ok(self)
    }
}

/// The tokens for one key and one set of claims, made without any contender.
pub struct Workload {
    /// The key that is trusted.
    pub keys: KeyTexts,
    /// What the tokens say.
    pub claims: Claims,
    /// A good token.
    pub genuine: String,
    /// The same with one bit of its signature flipped.
    pub forged: String,
}

impl Workload {
    /// With the published test key, and claims of `bytes` bytes.
    #[must_use]
    pub fn new(algorithm: Algorithm, bytes: usize) -> Self {
        let keys = KeyTexts::of(Role::Trusted, algorithm);
        let claims = Claims::of_size(bytes);
        let genuine = issue(&keys.key, algorithm, &claims);
        let (input, signature) = split(&genuine);
        let mut flipped = BASE64URL_NOPAD.decode(signature.as_bytes()).expect("just encoded");
        let middle = flipped.len() / 2;
        flipped[middle] ^= 0x10;
        let forged = format!("{input}.{}", BASE64URL_NOPAD.encode(&flipped));
        Self { keys, claims, genuine, forged }
    }

    /// Tokens that nobody may take, and what each is.
    #[must_use]
    pub fn hostile(&self) -> Vec<(&'static str, String)> {
        let algorithm = self.keys.algorithm;
        let (input, signature) = split(&self.genuine);
        let payload = input.split_once('.').expect("two parts").1;
        let none = BASE64URL_NOPAD.encode(br#"{"alg":"none","typ":"JWT"}"#);
        let attacker = Key::of(Role::Attacker, algorithm).expect("the attacker has a key for every algorithm");
        let other = |change: fn(&mut Claims)| {
            let mut claims = self.claims.clone();
            change(&mut claims);
            issue(&self.keys.key, algorithm, &claims)
        };
        let admin = other(|claims| "admin".clone_into(&mut claims.sub));
        vec![
            ("a flipped bit in the signature", self.forged.clone()),
            ("no signature", format!("{input}.")),
            ("alg none", format!("{none}.{payload}.")),
            ("alg none with the genuine signature", format!("{none}.{payload}.{signature}")),
            ("another key", issue(&attacker, algorithm, &self.claims)),
            ("another token's signature", format!("{}.{signature}", split(&admin).0)),
            ("an expired token", other(|claims| claims.exp = PAST)),
            ("another issuer", other(|claims| "https://evil.example".clone_into(&mut claims.iss))),
            ("another audience", other(|claims| "https://other.example".clone_into(&mut claims.aud))),
        ]
    }

    /// What was signed, and the signature's bytes: what a primitive is asked about.
    ///
    /// # Panics
    /// If `token` is none.
    #[must_use]
    pub fn parts(token: &str) -> (&[u8], Vec<u8>) {
        let (input, signature) = split(token);
        (input.as_bytes(), BASE64URL_NOPAD.decode(signature.as_bytes()).expect("base64url"))
    }
}

fn split(token: &str) -> (&str, &str) {
    token.rsplit_once('.').expect("three parts")
}

fn issue(key: &Key, algorithm: Algorithm, claims: &Claims) -> String {
    let header = json!({ "alg": algorithm.name(), "typ": "JWT" }).to_string();
    let input = format!("{}.{}", BASE64URL_NOPAD.encode(header.as_bytes()), BASE64URL_NOPAD.encode(claims.json().as_bytes()));
    let signature = key.sign(algorithm, input.as_bytes()).expect("the key is of that algorithm");
    format!("{input}.{}", BASE64URL_NOPAD.encode(&signature))
}
