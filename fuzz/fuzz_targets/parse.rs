//! Taking any text apart.
#![cfg_attr(fuzzing, no_main)]

jwt_gauntlet_fuzz::target!(bytes jwt_gauntlet_fuzz::parse::parse);
