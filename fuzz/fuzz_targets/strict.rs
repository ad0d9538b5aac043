//! The reference verifier, which must take nothing but what the issuer wrote.
#![cfg_attr(fuzzing, no_main)]

jwt_gauntlet_fuzz::target!(tokens jwt_gauntlet_fuzz::tokens::strict_engine);
