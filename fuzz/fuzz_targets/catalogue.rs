//! Loading attack files.
#![cfg_attr(fuzzing, no_main)]

jwt_gauntlet_fuzz::target!(bytes jwt_gauntlet_fuzz::catalogue::catalogue);
