//! Property tests of a verifier (feature `proptest`): strategies for tokens that must be accepted, and for tokens that must not.
//!
//! A failing token shrinks by its making: first the steps that do not matter go, then the values get plainer. What is left says in
//! two or three steps how the verifier is broken, with a token to paste anywhere.
//!
//! | strategy | gives | a sound verifier |
//! | --- | --- | --- |
//! | [`genuine()`] | what the issuer signed, with claims of all kinds | accepts |
//! | [`forged()`] | what no trusted key signed | refuses |
//! | [`respelled()`] | what the issuer signed, in other bytes | refuses, or at most hands out the issuer's claims |
//! | [`header()`], [`claims()`] | JSON objects, to sign or to parse | does not panic |
//! | [`steps()`] | mutations, to apply to a token of one's own | |
//!
//! Each is for HS256, and [`under`](Recipes::under) another algorithm. The test keys are public: set the verifier up with
//! [`Sample::trust`], as in
//!
//! ```
//! use jwt_gauntlet::proptest::{forged, genuine};
//! use proptest::prelude::*;
//!
//! /// The code under test.
//! fn verify(token: &str, secret: &[u8]) -> Result<String, String> {
//!     // …
//! #   use data_encoding::BASE64URL_NOPAD as base64url;
//! #   let (input, signature) = token.rsplit_once('.').ok_or("no dots")?;
//! #   let (header, claims) = input.split_once('.').ok_or("one dot")?;
//! #   let decode = |text: &str| base64url.decode(text.as_bytes()).map_err(|e| e.to_string());
//! #   if !String::from_utf8_lossy(&decode(header)?).starts_with(r#"{"alg":"HS256","#) { return Err("another alg".into()); }
//! #   let key = ring::hmac::Key::new(ring::hmac::HMAC_SHA256, secret);
//! #   ring::hmac::verify(&key, input.as_bytes(), &decode(signature)?).map_err(|e| e.to_string())?;
//! #   String::from_utf8(decode(claims)?).map_err(|e| e.to_string())
//! }
//!
//! proptest! {
//! #   /*
//!     #[test]
//! #   */
//!     fn forgeries_are_refused(sample in forged()) {
//!         prop_assert!(verify(&sample.token, &sample.trust.configured_bytes()).is_err());
//!     }
//!
//! #   /*
//!     #[test]
//! #   */
//!     fn genuine_tokens_are_accepted(sample in genuine()) {
//!         prop_assert!(verify(&sample.token, &sample.trust.configured_bytes()).is_ok());
//!     }
//! }
//! # forgeries_are_refused();
//! # genuine_tokens_are_accepted();
//! ```
//!
//! Deliberately absent: what is not one token at a time. Slow answers, crashes of a process and odd keys are for
//! [`Gauntlet`](crate::Gauntlet) and [`Fuzzer`](crate::Fuzzer).

mod draw;
mod sample;
mod tree;

pub use self::{sample::Sample, tree::Recipes};
use crate::step::Step;

/// Tokens that the issuer signed, and that a verifier must accept: the claims that it checks are good, the others vary.
#[must_use]
pub fn genuine() -> Recipes<Sample> {
    Recipes::new(draw::genuine, sample::genuine)
}

/// Tokens that no trusted key signed. A verifier that accepts one has a hole.
#[must_use]
pub fn forged() -> Recipes<Sample> {
    Recipes::new(draw::forged, sample::forged)
}

/// A token of the issuer's in bytes that the issuer did not write: padded, wrapped, with a signature spelled otherwise. RFC 7515 wants
/// most of them refused; the high S of an ECDSA signature is the exception.
#[must_use]
pub fn respelled() -> Recipes<Sample> {
    Recipes::new(draw::respelled, sample::respelled)
}

/// Headers as JSON objects: the genuine one with odd members, odd values, duplicates.
#[must_use]
pub fn header() -> Recipes<String> {
    Recipes::new(draw::header, sample::header)
}

/// Claims as JSON objects: the genuine ones with odd members, odd values, duplicates.
#[must_use]
pub fn claims() -> Recipes<String> {
    Recipes::new(draw::claims, sample::claims)
}

/// Mutations as attack files hold them, see [`Step::apply`]. Not every one suits every token.
#[must_use]
pub fn steps() -> Recipes<Vec<Step>> {
    Recipes::new(draw::steps, sample::steps)
}
