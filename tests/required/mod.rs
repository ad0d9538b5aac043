//! What a trial needs and the machine may lack: Python, Node, a nightly compiler. Without it a trial is ignored, with a message; with
//! `GAUNTLET_REQUIRE_ALL=1`, which `.ci/run` sets, it fails, so that nothing passes because something was missing.

#![allow(dead_code, clippy::print_stdout, clippy::print_stderr)] // Shared by trials of two kinds, and read on the terminal.

use std::process::ExitCode;

use libtest_mimic::{Failed, Trial};

/// Whether what is missing is a failure.
fn all() -> bool {
    std::env::var_os("GAUNTLET_REQUIRE_ALL").is_some_and(|value| !value.is_empty() && value != "0")
}

/// The trial, or what becomes of it for lack of something.
pub fn trial(name: String, missing: Option<String>, run: impl FnOnce() -> Result<(), Failed> + Send + 'static) -> Trial {
    let Some(missing) = missing else { return Trial::test(name, run) };
    if all() {
        return Trial::test(name, move || Err(format!("{missing}, and GAUNTLET_REQUIRE_ALL is set").into()));
    }
    eprintln!("{name}: ignored: {missing}");
    Trial::test(name, run).with_ignored_flag(true)
}

/// The end of a whole run for lack of something.
pub fn ended(missing: &str) -> ExitCode {
    if all() {
        println!("failed: {missing}, and GAUNTLET_REQUIRE_ALL is set");
        return ExitCode::FAILURE;
    }
    println!("ignored: {missing}");
    ExitCode::SUCCESS
}
