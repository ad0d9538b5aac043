//! Holes in what a verifier remembers, or has not made ready: none shows with one token alone.

use std::{
    collections::{HashMap, HashSet},
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, Ordering},
    },
};

use data_encoding::BASE64URL_NOPAD;
use jwt_gauntlet::{ConfigureError, Implementation, Trust, Verdict, verifier::strict::Strict};
use serde_json::Value;

use super::{parts, race, signed_by};

/// Verified tokens are remembered by their signature alone.
#[test]
fn a_cache_by_signature() {
    let signature = |token: &str| token.rsplit('.').next().filter(|text| text.len() > 20).map(str::to_owned);
    race("a_cache_by_signature", 100_000, &[], || remembers(signature));
}

/// Long headers are remembered by their first 512 characters once a token with them was good: the issuer must sign a long one first,
/// and then its claims must change.
#[test]
fn a_cache_by_the_beginning_of_a_long_token() {
    let beginning = |token: &str| token.get(..512).map(str::to_owned);
    race("a_cache_by_the_beginning_of_a_long_token", 100_000, &[], || remembers(beginning));
}

/// A verifier that takes what has the same key as a token that was good.
fn remembers(key: fn(&str) -> Option<String>) -> Arc<dyn Implementation> {
    Arc::new(move |trust: &Trust| -> Result<Box<dyn Fn(&str) -> Verdict + Send + Sync>, ConfigureError> {
        let strict = Strict.configure(trust)?;
        let seen: Mutex<HashSet<String>> = Mutex::default();
        Ok(Box::new(move |token: &str| {
            let key = key(token);
            let mut seen = seen.lock().expect("no panic");
            if key.as_ref().is_some_and(|key| seen.contains(key)) {
                return Verdict::accepted("{}");
            }
            let verdict = strict.verify(token).unwrap_or_else(|e| Verdict::rejected(e.to_string()));
            if matches!(verdict, Verdict::Accepted(_)) {
                seen.extend(key);
            }
            verdict
        }))
    })
}

/// The answer of the last token is given when the next one cannot be parsed.
#[test]
fn an_old_answer_for_what_cannot_be_read() {
    race("an_old_answer_for_what_cannot_be_read", 100_000, &[], || {
        Arc::new(|trust: &Trust| -> Result<Box<dyn Fn(&str) -> Verdict + Send + Sync>, ConfigureError> {
            let strict = Strict.configure(trust)?;
            Ok(Box::new(move |token: &str| {
                let header = token.split('.').next().and_then(|t| BASE64URL_NOPAD.decode(t.as_bytes()).ok());
                match header.and_then(|bytes| serde_json::from_slice::<Value>(&bytes).ok()) {
                    Some(Value::Object(_)) => strict.verify(token).unwrap_or_else(|e| Verdict::rejected(e.to_string())),
                    Some(_) => Verdict::accepted("{}"),
                    None => Verdict::rejected("no JSON"),
                }
            }))
        })
    });
}

/// The signature is not looked at until the key is loaded, which the first question begins.
#[test]
fn a_verifier_that_is_not_ready() {
    race("a_verifier_that_is_not_ready", 100_000, &[], || {
        Arc::new(|trust: &Trust| -> Result<Box<dyn Fn(&str) -> Verdict + Send + Sync>, ConfigureError> {
            let (strict, ready) = (Strict.configure(trust)?, AtomicBool::new(false));
            Ok(Box::new(move |token: &str| {
                if ready.swap(true, Ordering::Relaxed) {
                    return strict.verify(token).unwrap_or_else(|e| Verdict::rejected(e.to_string()));
                }
                let claims = token.split('.').nth(1).and_then(|text| BASE64URL_NOPAD.decode(text.as_bytes()).ok());
                claims
                    .and_then(|bytes| String::from_utf8(bytes).ok())
                    .map_or_else(|| Verdict::rejected("no claims"), Verdict::accepted)
            }))
        })
    });
}

/// A key in the header is not trusted, and the token refused; but it is kept under its key id for the next one.
#[test]
fn a_key_of_a_refused_token_is_kept() {
    race("a_key_of_a_refused_token_is_kept", 100_000, &[], || keeps_keys(|_, _| true));
}

/// The same, where the token that brings the key has to name the trusted one, and the one that uses it another.
#[test]
fn a_key_that_the_trusted_one_announces_is_kept() {
    let announced = |by: Option<&str>, own: &str| by.is_none_or(|by| by == "key-1") && own != "key-1";
    race("a_key_that_the_trusted_one_announces_is_kept", 100_000, &[], || keeps_keys(announced));
}

/// A verifier that keeps the key in a token with such a key id, if the key's own is such a one, though it refuses the token.
fn keeps_keys(keeps: fn(Option<&str>, &str) -> bool) -> Arc<dyn Implementation> {
    let kept: Arc<Mutex<HashMap<String, Value>>> = Arc::default();
    Arc::new(move |trust: &Trust| -> Result<Box<dyn Fn(&str) -> Verdict + Send + Sync>, ConfigureError> {
        let (strict, secret, kept) = (Strict.configure(trust)?, trust.configured_bytes(), Arc::clone(&kept));
        Ok(Box::new(move |token: &str| {
            let verdict = strict.verify(token).unwrap_or_else(|e| Verdict::rejected(e.to_string()));
            let Some(parts) = parts(token, &secret) else { return verdict };
            let kid = parts.header.get("kid").and_then(Value::as_str);
            let brought = parts.header.get("jwk").and_then(|jwk| Some((jwk, jwk.get("kid")?.as_str()?)));
            let mut kept = kept.lock().expect("no panic");
            match (brought, kept.get(kid.unwrap_or_default())) {
                (Some((jwk, own)), _) if keeps(kid, own) => {
                    kept.insert(own.to_owned(), jwk.clone());
                    verdict
                }
                (None, Some(jwk)) if signed_by(&parts, jwk) => Verdict::accepted(parts.claims.to_string()),
                _ => verdict,
            }
        }))
    })
}
