//! A reference verifier that does everything right: RFC 7515, RFC 7519 and RFC 8725 to the letter, on `ring` and `RustCrypto`.
//!
//! It accepts compact tokens under one key and one algorithm, and nothing that the RFCs leave open: no JSON serialisation, no
//! extension, no second spelling of anything. The price: it refuses some legal but unusual tokens, such as `crit` of any kind.
//!
//! Invariant: nothing in a token chooses the key or the algorithm. The vulnerable verifiers beside it (`strawman`) are this
//! verifier with one rule weakened, which is why each rule is a function of its own.

pub(crate) mod json;
pub(super) mod key;

use std::time::{SystemTime, UNIX_EPOCH};

use data_encoding::BASE64URL_NOPAD;

use self::{
    json::{Json, Object},
    key::Prepared,
};
use super::{AskError, ConfigureError, Implementation, Trust, Verifier};
use crate::verdict::{Claims, Verdict};

/// The reference verifier.
#[derive(Clone, Copy, Debug, Default)]
pub struct Strict;

/// A rule's answer: what it read, or why the token is refused.
pub(super) type Check<T> = Result<T, &'static str>;

impl Implementation for Strict {
    fn configure(&self, trust: &Trust) -> Result<Box<dyn Verifier>, ConfigureError> {
        let key = key::load(trust).map_err(ConfigureError::Unsupported)?;
        Ok(Box::new(Configured { key: Prepared::new(key, trust.algorithm), policy: Policy::of(trust) }))
    }

    fn identity(&self) -> Option<(String, String)> {
        Some(("strict".to_owned(), env!("CARGO_PKG_VERSION").to_owned()))
    }
}

struct Configured {
    key: Prepared,
    policy: Policy,
}

impl Verifier for Configured {
    fn verify(&self, token: &str) -> Result<Verdict, AskError> {
        Ok(match self.decide(token) {
            Ok(claims) => Verdict::Accepted(Some(Claims(claims))),
            Err(reason) => Verdict::Rejected(reason.to_owned()),
        })
    }
}

impl Configured {
    /// RFC 7519 section 7.2, in the order that touches the least before the signature is known to be good.
    fn decide(&self, token: &str) -> Check<String> {
        let [header, payload, signature] = split(token)?;
        let header = decode(header)?;
        let header = object(&header)?;
        self.policy.algorithm(&header)?;
        self.policy.key_id(&header)?;
        header_members(&header)?;
        let input = &token[..token.len() - signature.len() - 1];
        if !self.key.verifies(input.as_bytes(), &decode(signature)?) {
            return Err("the signature is wrong");
        }
        let payload = String::from_utf8(decode(payload)?).map_err(|_| "the claims are not UTF-8")?;
        let claims = object(payload.as_bytes())?;
        self.policy.claims(&claims, now())?;
        copies_agree(&header, &claims)?;
        drop(claims);
        Ok(payload)
    }
}

/// Longer tokens are refused unread: four times the largest that a header field of a careful server would carry.
const MAX_LEN: usize = 256 * 1024;

/// Compact serialisation only, three segments (RFC 7515 section 7.1, RFC 7519 section 1).
pub(super) fn split(token: &str) -> Check<[&str; 3]> {
    if token.len() > MAX_LEN {
        return Err("the token is too long");
    }
    let mut segments = token.split('.');
    match (segments.next(), segments.next(), segments.next(), segments.next()) {
        (Some(header), Some(payload), Some(signature), None) => Ok([header, payload, signature]),
        _ => Err("there are not three segments"),
    }
}

/// Base64url without padding, white space, line breaks or stray bits (RFC 7515 sections 2 and 5.2, RFC 4648 sections 3.3 and 3.5).
pub(super) fn decode(segment: &str) -> Check<Vec<u8>> {
    BASE64URL_NOPAD.decode(segment.as_bytes()).map_err(|_| "a segment is not base64url")
}

/// One JSON object in UTF-8, names unique (RFC 7515 section 5.2 step 3, RFC 7519 section 7.2 step 10).
pub(super) fn object(bytes: &[u8]) -> Check<Object<'_>> {
    Object::read(bytes).map_err(|_| "not a JSON object with unique names")
}

/// Every header rule apart from `alg` and `kid`.
pub(super) fn header_members(header: &Object<'_>) -> Check<()> {
    // RFC 7515 section 4.1.11: an extension that is not understood. This verifier understands none.
    if header.get("crit").is_some() {
        return Err("crit names extensions");
    }
    // RFC 7797 section 7 keeps `b64` out of JWTs; RFC 7516 section 4.1 has `enc` and `zip` for encrypted tokens only.
    if ["b64", "enc", "zip"].iter().any(|name| header.get(name).is_some()) {
        return Err("b64, enc or zip in the header of a signed token");
    }
    typ(header)?;
    // RFC 7515 sections 4.1.2 to 4.1.10 give the types. No key is taken from any of these (RFC 8725 section 3.10).
    let texts = ["cty", "jku", "x5u", "x5t", "x5t#S256"];
    if texts.iter().any(|name| header.get(name).is_some_and(|value| value.text().is_none())) {
        return Err("a header member has the wrong type");
    }
    if header.get("jwk").is_some_and(|value| !matches!(value, Json::Object(_))) {
        return Err("jwk is not an object");
    }
    if header.get("x5c").is_some_and(|value| !matches!(value, Json::List(_))) {
        return Err("x5c is not an array");
    }
    Ok(())
}

/// `typ` is absent or says JWT (RFC 7519 section 5.1, RFC 8725 section 3.11); media types ignore case (RFC 7515 section 4.1.9).
pub(super) fn typ(header: &Object<'_>) -> Check<()> {
    match header.get("typ") {
        None => Ok(()),
        Some(Json::Text(typ)) if typ.eq_ignore_ascii_case("JWT") || typ.eq_ignore_ascii_case("application/jwt") => Ok(()),
        Some(_) => Err("typ is not JWT"),
    }
}

/// Claims that the header repeats must be the same (RFC 7519 section 5.3).
pub(super) fn copies_agree(header: &Object<'_>, claims: &Object<'_>) -> Check<()> {
    let registered = ["iss", "sub", "aud", "exp", "nbf", "iat", "jti"];
    let agree = registered.iter().all(|name| header.get(name).is_none_or(|copy| Some(copy) == claims.get(name)));
    if agree { Ok(()) } else { Err("the header contradicts the claims") }
}

/// Seconds since 1970, UTC (RFC 7519 section 2, `NumericDate`).
pub(super) fn now() -> f64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0.0, |elapsed| elapsed.as_secs_f64())
}

/// What the operator asked for.
#[derive(Clone, Debug)]
pub(super) struct Policy {
    algorithm: &'static str,
    kid: Option<String>,
    issuer: Option<String>,
    audience: Option<String>,
}

impl Policy {
    pub(super) fn of(trust: &Trust) -> Self {
        Self {
            algorithm: trust.algorithm.name(),
            kid: trust.kid.clone(),
            issuer: trust.issuer.clone(),
            audience: trust.audience.clone(),
        }
    }

    /// Exactly the configured algorithm, letter for letter (RFC 7515 section 4.1.1, RFC 8725 section 3.1).
    pub(super) fn algorithm(&self, header: &Object<'_>) -> Check<()> {
        match header.get("alg").and_then(Json::text) {
            Some(alg) if alg == self.algorithm => Ok(()),
            _ => Err("alg is not the configured one"),
        }
    }

    /// A `kid` that is there names the one key (RFC 7515 section 4.1.4); with one key it may be absent.
    pub(super) fn key_id(&self, header: &Object<'_>) -> Check<()> {
        match (header.get("kid"), &self.kid) {
            (None, _) | (Some(Json::Text(_)), None) => Ok(()),
            (Some(Json::Text(kid)), Some(known)) if kid == known => Ok(()),
            _ => Err("kid names no known key"),
        }
    }

    /// RFC 7519 section 4.1 at the time `now`.
    pub(super) fn claims(&self, claims: &Object<'_>, now: f64) -> Check<()> {
        self.issuer(claims)?;
        self.audience(claims)?;
        times(claims, now)?;
        let texts = ["sub", "jti"];
        let legible = texts.iter().all(|name| claims.get(name).is_none_or(|value| value.text().is_some()));
        if legible { Ok(()) } else { Err("sub or jti is not a string") }
    }

    /// RFC 7519 section 4.1.1, RFC 8725 section 3.8: present and the very same text.
    pub(super) fn issuer(&self, claims: &Object<'_>) -> Check<()> {
        match (&self.issuer, claims.get("iss")) {
            (None, None | Some(Json::Text(_))) => Ok(()),
            (Some(issuer), Some(Json::Text(iss))) if iss == issuer => Ok(()),
            _ => Err("iss is not the configured issuer"),
        }
    }

    /// RFC 7519 section 4.1.3, RFC 8725 section 3.9: a text, or an array of texts that holds the configured one.
    pub(super) fn audience(&self, claims: &Object<'_>) -> Check<()> {
        let texts: &[Json<'_>] = match claims.get("aud") {
            None if self.audience.is_none() => return Ok(()),
            Some(one @ Json::Text(_)) => std::slice::from_ref(one),
            Some(Json::List(many)) => many,
            _ => return Err("aud is missing or malformed"),
        };
        let named = self.audience.as_ref().is_none_or(|own| texts.iter().any(|aud| aud.text() == Some(own)));
        let named = named && texts.iter().all(|aud| aud.text().is_some());
        if named { Ok(()) } else { Err("aud does not name this audience") }
    }
}

/// RFC 7519 sections 4.1.4 to 4.1.6: numbers all; not on or after `exp`, not before `nbf`.
pub(super) fn times(claims: &Object<'_>, now: f64) -> Check<()> {
    let time = |name| match claims.get(name) {
        None => Ok(None),
        Some(Json::Number(time)) => Ok(Some(*time)),
        Some(_) => Err("exp, nbf or iat is not a number"),
    };
    time("iat")?;
    if time("exp")?.is_some_and(|exp| now >= exp) {
        return Err("the token has expired");
    }
    if time("nbf")?.is_some_and(|nbf| now < nbf) {
        return Err("the token is not valid yet");
    }
    Ok(())
}

#[cfg(test)]
mod tests;
