//! Sign and verify benchmarks: what is timed, how, and how two runs are compared. `jwt-gauntlet bench` shows it, and
//! the benches in `benches/` share its workloads.
//!
//! The way through: [`scheme`] (what a signature is made with) -> [`backend`] (whose code makes it) -> [`contender`] (one operation,
//! behind a gate) -> [`measure`] -> [`results`] -> [`compare`] and [`report`].
//!
//! A back end that refuses a genuine signature, or accepts a forged one, is fast for the wrong reason: it is reported as broken and
//! not timed. The keys are the fixed ones of this crate.
//!
//! Deliberately absent: key generation, which no verifier does per request, and encryption.

pub mod backend;
pub mod compare;
pub mod contender;
pub mod exec;
pub mod keys;
pub mod library;
pub mod measure;
pub mod reference;
pub mod report;
pub mod results;
pub mod runner;
pub mod scaling;
pub mod scheme;
pub mod stats;
pub mod workload;

pub use backend::{Backend, Signer, Verifier};
pub use compare::Comparison;
pub use contender::{Broken, Contender, Operation};
pub use library::Library;
pub use results::Results;
pub use runner::Bench;
pub use scheme::Scheme;
