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
//! [`catalogue`] (`Attack`, `Case`) → [`recipe`] (`Forged`) → [`verifier`] (`Verdict`) → the oracle (`Outcome`) → [`report`] (`Report`,
//! `Conclusion`). New code belongs to exactly one of these rooms, and nothing flows backwards: `tests/rooms.rs` lists which room may use
//! which.
//!
//! # What is public
//! All that is listed here is public and follows semantic versioning; `tests/golden/surface.txt` is the list that a test holds it against.
//! The machinery (the oracle, the vocabulary, the benches, …) is in a hidden module, `internal`, which promises nothing.
//!
//! # Invariants
//! - The oracle is computed from bytes: it compares with what the trusted keys signed.
//! - `Err` never means "the token was refused"; that is a [`Verdict`].
//! - The same seed gives the same tokens, canaries included.
//! - Nothing outside the command line prints, and nothing uses the network.
//! - In-process code can hang, abort or overflow its stack, and that cannot be caught: the command line therefore asks built-in
//!   verifiers in a child process.

pub mod adapter;
pub mod algorithm;
mod ask;
pub mod attack;
mod bench;
pub mod catalogue;
mod choice;
pub mod configuration;
mod entropy;
pub mod fuzz;
#[cfg(unix)]
mod guard;
mod harvest;
mod inspect;
pub mod issuer;
pub mod keys;
mod libfuzzer;
mod oracle;
#[cfg(feature = "proptest")]
pub mod proptest;
mod protocol;
pub mod recipe;
pub mod replay;
pub mod report;
mod sample;
pub mod step;
mod text;
pub mod token;
pub mod trust;
pub mod verdict;
pub mod verifier;
mod words;

pub use algorithm::Algorithm;
pub use ask::RunError;
pub use attack::Gauntlet;
pub use catalogue::Catalogue;
pub use fuzz::Fuzzer;
pub use report::{Conclusion, Finding, Report};
pub use trust::Trust;
pub use verdict::{Claims, Outcome, Severity, Verdict};
pub use verifier::{AskError, ConfigureError, Implementation, Verifier};

/// The machinery, for this crate's own program, macros, benches and fuzz targets.
///
/// **There is no promise of stability here, and no part of it counts for semantic versioning**: what is in this module may change or go in
/// any release. What a user needs is outside of it; if something is missing there, please open an issue.
#[doc(hidden)]
pub mod internal {
    pub mod ask {
        pub use crate::ask::*;
    }
    pub mod bench {
        pub use crate::bench::*;
    }
    pub mod choice {
        pub use crate::choice::*;
    }
    pub mod entropy {
        pub use crate::entropy::*;
    }
    pub mod fuzz {
        pub use crate::fuzz::fingerprint::Fingerprint;
        pub mod corpus {
            pub use crate::fuzz::corpus::*;
        }
        pub mod gate {
            pub use crate::fuzz::gate::*;
        }
    }
    #[cfg(unix)]
    pub mod guard {
        pub use crate::guard::*;
    }
    pub mod harvest {
        pub use crate::harvest::*;
    }
    pub mod inspect {
        pub use crate::inspect::*;
    }
    pub mod keys {
        pub use crate::keys::private::private_keys;
    }
    pub mod libfuzzer {
        pub use crate::libfuzzer::*;
    }
    pub mod oracle {
        pub use crate::oracle::*;
    }
    pub mod protocol {
        pub use crate::protocol::*;
    }
    pub mod report {
        pub mod human {
            pub use crate::report::human::*;
        }
        pub mod style {
            pub use crate::report::style::*;
        }
    }
    pub mod sample {
        pub use crate::sample::*;
    }
    pub mod text {
        pub use crate::text::*;
    }
    pub mod verifier {
        pub mod strawman {
            pub use crate::verifier::strawman::*;
        }
    }
    pub mod words {
        pub use crate::words::*;
    }
}

#[cfg(all(fuzzing, feature = "libfuzzer"))]
#[doc(hidden)]
pub use libfuzzer_sys;
