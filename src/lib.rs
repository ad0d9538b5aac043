//! jwt-gauntlet makes forged and borderline JSON Web Tokens, sends them to a verifier, and proves which ones it wrongly accepted.
//!
//! A verifier is a closure or a [`Verifier`]; setting it up to trust a key is an
//! [`Implementation`], a closure too. One `#[test]` makes the whole catalogue a regression test:
//!
//! ```no_run
//! use jwt_gauntlet::{Algorithm, Gauntlet, Trust, Verdict};
//!
//! # fn my_verify(_: &str, _: &[u8]) -> Result<String, String> { Err("no".into()) }
//! let my_verifier = |trust: &Trust| {
//!     let secret = trust.configured_bytes();
//!     Ok(move |token: &str| match my_verify(token, &secret) {
//!         Ok(claims_as_json) => Verdict::accepted(claims_as_json),
//!         Err(reason) => Verdict::rejected(reason),
//!     })
//! };
//! Gauntlet::new(my_verifier).algorithms([Algorithm::HS256]).run().expect("the target can be asked").assert_secure();
//! ```
//!
//! # The way through
//! [`catalogue`] (`Attack`, `Case`) → [`recipe`] (`Forged`) → [`target`] (`Verdict`) → [`verdict::judge`] (`Outcome`) → [`finding`]
//! (`Report`). New code belongs to exactly one of these rooms, and nothing flows backwards.
//!
//! # Invariants
//! - The oracle is computed from bytes ([`ledger`], [`recognise`]): it compares with what the trusted keys signed.
//! - `Err` never means "the token was refused"; that is a [`Verdict`].
//! - The same seed gives the same tokens, canaries included.
//! - Nothing outside the command line prints, and nothing uses the network.
//! - In-process code can hang, abort or overflow its stack, and that cannot be caught: the command line therefore asks built-in
//!   verifiers in a child process.

pub mod adapter;
pub mod algorithm;
pub mod ask;
pub mod attack;
pub mod bench;
pub mod catalogue;
pub mod choice;
pub mod configuration;
pub mod entropy;
pub mod fuzz;
#[cfg(unix)]
pub mod guard;
pub mod harvest;
pub mod inspect;
pub mod issuer;
pub mod keys;
pub mod libfuzzer;
pub mod oracle;
#[cfg(feature = "proptest")]
pub mod proptest;
pub mod protocol;
pub mod recipe;
pub mod replay;
pub mod report;
pub mod sample;
pub mod step;
pub mod text;
pub mod token;
pub mod trust;
pub mod verdict;
pub mod verifier;
pub mod words;

pub use algorithm::Algorithm;
pub use attack::Gauntlet;
pub use catalogue::Catalogue;
pub use fuzz::Fuzzer;
pub use report::{Conclusion, Finding, Report};
pub use trust::Trust;
pub use verdict::{Claims, Outcome, Severity, Verdict};
pub use verifier::{AskError, ConfigureError, Implementation, Verifier};

#[cfg(all(fuzzing, feature = "libfuzzer"))]
#[doc(hidden)]
pub use libfuzzer_sys;
