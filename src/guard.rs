//! Ends a child when the gauntlet dies.

/// Runs the guard.
pub fn main() {}
