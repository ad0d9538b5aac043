//! The command line of jwt-gauntlet.

fn main() {}
