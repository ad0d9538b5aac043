//! Attacks any JWT verifier with forged and borderline tokens, and proves which ones it wrongly took.

pub mod adapter;
pub mod algorithm;
pub mod catalogue;
pub mod configuration;
pub mod der;
pub mod finding;
#[cfg(unix)]
pub mod guard;
pub mod issuer;
pub mod keys;
pub mod ledger;
pub mod recipe;
pub mod run;
pub mod step;
pub mod target;
pub mod token;
pub mod verdict;
