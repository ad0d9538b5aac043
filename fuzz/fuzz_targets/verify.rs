//! The crate `jsonwebtoken`.
#![cfg_attr(fuzzing, no_main)]

jwt_gauntlet_fuzz::target!(tokens jwt_gauntlet_fuzz::tokens::verify_engine);
