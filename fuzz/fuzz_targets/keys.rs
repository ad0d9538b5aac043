//! Key texts in, key texts out.
#![cfg_attr(fuzzing, no_main)]

jwt_gauntlet_fuzz::target!(bytes jwt_gauntlet_fuzz::keys::keys);
