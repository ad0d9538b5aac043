//! The bodies of the fuzz targets, one room each, built and replayed on any compiler; `cargo fuzz` puts libFuzzer around them.
//!
//! Each body takes any bytes and panics if something does not hold. The targets that take tokens have an
//! [`Engine`](jwt_gauntlet::internal::libfuzzer::engine::Engine), which brings a mutator and a crossover that know tokens; the others are mutated as
//! libFuzzer likes it.
//!
//! Invariant: a body does not remember anything that changes its judgement of the next input, so that every finding replays alone. (The
//! exception, [`field`], finds nothing.)

pub mod adapter;
pub mod catalogue;
pub mod differential;
pub mod field;
pub mod keys;
pub mod known;
pub mod parse;
pub mod seeds;
pub mod tokens;

/// A body.
pub type Body = fn(&[u8]);

/// Every target by name.
pub const TARGETS: [(&str, Body); 9] = [
    ("adapter", adapter::adapter),
    ("catalogue", catalogue::catalogue),
    ("differential", differential::differential),
    ("keys", keys::keys),
    ("naive", tokens::naive),
    ("parse", parse::parse),
    ("strawman", tokens::strawman),
    ("strict", tokens::strict),
    ("verify", tokens::verify),
];

/// Makes a target of a body: `target!(bytes keys::keys)`, or `target!(tokens verify_engine)` with the mutator that knows tokens.
#[cfg(fuzzing)]
#[macro_export]
macro_rules! target {
    (bytes $body:path) => {
        jwt_gauntlet::fuzz_bytes!(|input| $body(input), {});
    };
    (tokens $engine:path) => {
        jwt_gauntlet::fuzz_tokens!($engine);
    };
}

/// Off libFuzzer a target replays the files that it is given.
#[cfg(not(fuzzing))]
#[macro_export]
macro_rules! target {
    (bytes $body:path) => {
        fn main() {
            $crate::replay(&|input| $body(input));
        }
    };
    (tokens $engine:path) => {
        fn main() {
            $crate::replay(&|input| $engine().execute(input));
        }
    };
}

/// Gives the body every file named on the command line.
pub fn replay(body: &dyn Fn(&[u8])) {
    for file in std::env::args_os().skip(1) {
        body(&std::fs::read(&file).unwrap_or_else(|error| panic!("cannot read {}: {error}", file.display())));
    }
}
