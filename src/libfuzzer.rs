//! The front with coverage: what `cargo fuzz` and its engines call, and the same as a test on a stable compiler.
//!
//! [`engine`] is what the hooks call (execute, mutate, cross), [`driver`] asks verifiers about one token, [`mutator`] keeps tokens worth
//! asking, [`judge`] is the oracle for targets that set verifiers side by side, [`check`] is the test. The hooks themselves are macros,
//! since they must be written out in the user's crate.
//!
//! Deliberately absent: libFuzzer. Nothing here needs the engine, so that all of it is tested on a stable compiler.

pub mod check;
pub mod driver;
pub mod engine;
pub mod failure;
mod hooks;
pub mod judge;
pub mod mutator;
mod simplify;
