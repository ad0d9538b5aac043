//! A verifier with a planted hole, named by `GAUNTLET_TARGET`.
#![cfg_attr(fuzzing, no_main)]

jwt_gauntlet_fuzz::target!(tokens jwt_gauntlet_fuzz::tokens::strawman_engine);
