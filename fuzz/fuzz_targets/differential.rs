//! Several crates side by side.
#![cfg_attr(fuzzing, no_main)]

jwt_gauntlet_fuzz::target!(tokens jwt_gauntlet_fuzz::differential::engine);
