//! What an answer means, from bytes alone: every front judges here.
//!
//! [`ledger`] remembers what the trusted keys signed; `lenient` reads a token as any careless library might; [`recognise`] tells
//! without a record what a trusted key must have made; [`policy`] is the model of what a verifier must refuse although the issuer
//! signed it; [`judge`] is the table from expectation and answer to outcome.
//!
//! Deliberately absent: asking ([`crate::ask`]), and any verifier: a mistake in a library's mathematics must not leak into the oracle.

mod judge;
pub mod ledger;
pub(crate) mod lenient;
mod meaning;
pub mod policy;
pub mod recognise;

pub use self::{
    judge::judge,
    meaning::{HELD, Meaning},
};
use crate::{keys::PublicKey, token::Draft, trust::Trust};
use ledger::Ledger;

/// What is known about an issuer when an answer is judged.
#[derive(Clone, Copy, Debug)]
pub struct Oracle<'a> {
    /// The public key, or the secret, that the verifier trusts.
    pub public: &'a PublicKey,
    /// What the verifier was told.
    pub trust: &'a Trust,
    /// What the trusted key signed.
    pub ledger: &'a Ledger,
    /// Whether the configured key is no secret of anyone's; see [`Issuer::with_void_key`](crate::issuer::Issuer::with_void_key).
    pub anyone_signs: bool,
    /// The genuine tokens.
    pub genuine: [Option<&'a Draft>; 2],
}

/// Seconds since 1970, UTC.
#[must_use]
pub fn now() -> f64 {
    let elapsed = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
    elapsed.map_or(0.0, |elapsed| elapsed.as_secs_f64())
}
