//! The verifier of `strawman`, with no mutator but libFuzzer's own: what a race is run against.
#![cfg_attr(fuzzing, no_main)]

jwt_gauntlet_fuzz::target!(bytes jwt_gauntlet_fuzz::tokens::naive);
