//! A crate of a user's that fuzzes its own verifier in three lines: it builds, and it finds what is planted.
//!
//! ```text
//! cargo test --release --test downstream
//! ```
//! Writes `tests/downstream/` to `target/downstream` and runs it there twice: as a test on the compiler at hand, without anything of
//! libFuzzer, and under `cargo fuzz`, which needs a nightly compiler and cargo-fuzz and is ignored without them ([`required`]). Not part
//! of a plain `cargo test`.

mod required;

use std::{
    fs,
    path::{Path, PathBuf},
    process::{Command, Output},
};

use libtest_mimic::{Arguments, Failed, Trial};

fn main() {
    let arguments = Arguments::from_args();
    let works = |command: &mut Command| command.output().is_ok_and(|output| output.status.success());
    let nightly = works(Command::new("rustup").args(["run", "nightly", "rustc", "--version"]));
    let cargo_fuzz = works(Command::new("cargo").args(["fuzz", "--version"]));
    let missing = match (nightly, cargo_fuzz) {
        (false, _) => Some("it needs a nightly compiler".to_owned()),
        (true, false) => Some("it needs cargo-fuzz".to_owned()),
        (true, true) => None,
    };
    let trials = vec![
        Trial::test("a planted hole is found by cargo test", stable),
        required::trial("a planted hole is found by cargo fuzz".to_owned(), missing, fuzzed),
    ];
    // Both build in one folder.
    libtest_mimic::run(&Arguments { test_threads: Some(1), ..arguments }, trials).exit();
}

/// The test fails within its time, shows a token, and holds once the hole is closed; a saved token fails again.
fn stable() -> Result<(), Failed> {
    let folder = project()?;
    let open = cargo(&folder, None, &["test", "--release"]).env("GAUNTLET_FUZZ_SECONDS", "5").output()?;
    let text = text(&open);
    let token = found(&open, &text)?;
    if text.contains("Compiling libfuzzer-sys") {
        return Err(format!("libFuzzer was compiled for a test:\n{text}").into());
    }
    // `wip` closes the hole; the finding, saved beside, must then hold, and before it must not.
    fs::create_dir_all(folder.join("findings"))?;
    fs::write(folder.join("findings/none"), format!("{token}\n"))?;
    let replayed = cargo(&folder, None, &["test", "--release"]).env("GAUNTLET_FUZZ_SECONDS", "0").output()?;
    found(&replayed, &self::text(&replayed))?;
    let closed =
        cargo(&folder, None, &["test", "--release"]).env("GAUNTLET_FUZZ_SECONDS", "2").env("PLANTED", "closed").output()?;
    if closed.status.success() { Ok(()) } else { Err(format!("a sound verifier is accused:\n{}", self::text(&closed)).into()) }
}

/// libFuzzer runs with the custom mutator and stops at the hole, with the token in its message.
fn fuzzed() -> Result<(), Failed> {
    let folder = project()?;
    let run = ["fuzz", "run", "-s", "none", "--fuzz-dir", ".", "verifier", "--", "-max_total_time=60", "-print_funcs=0", "-seed=1"];
    let output = cargo(&folder, Some("nightly"), &run).output()?;
    let text = text(&output);
    found(&output, &text)?;
    for sign in ["Custom-", "SUMMARY: libFuzzer: deadly signal", "artifacts/verifier/crash-"] {
        if !text.contains(sign) {
            return Err(format!("`{sign}` is missing in:\n{text}").into());
        }
    }
    Ok(())
}

/// The user's crate, new.
fn project() -> Result<PathBuf, Failed> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let folder = root.join("target/downstream/crate");
    for old in ["findings", "artifacts", "corpus"] {
        let _ = fs::remove_dir_all(folder.join(old));
    }
    fs::create_dir_all(folder.join("fuzz_targets"))?;
    for file in ["Cargo.toml", "fuzz_targets/verifier.rs"] {
        let text = fs::read_to_string(root.join("tests/downstream").join(file))?;
        let path = serde_json::to_string(&root.to_string_lossy())?;
        fs::write(folder.join(file), text.replace("\"PATH\"", &path))?;
    }
    // The versions that fuzz/ has, so that what is built already is built once.
    fs::copy(root.join("fuzz/Cargo.lock"), folder.join("Cargo.lock"))?;
    Ok(folder)
}

fn cargo(folder: &Path, toolchain: Option<&str>, arguments: &[&str]) -> Command {
    let mut command = Command::new("cargo");
    command.args(toolchain.map(|name| format!("+{name}"))).args(arguments).current_dir(folder);
    // What cargo tells this test is not for that one; but with the same profile, crates that are built already are built once.
    let kept = |name: &str| name == "CARGO_HOME" || name.starts_with("CARGO_PROFILE_");
    for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("CARGO_") && !kept(name)) {
        command.env_remove(name);
    }
    command.env_remove("RUSTUP_TOOLCHAIN");
    command.env("CARGO_TARGET_DIR", Path::new(env!("CARGO_MANIFEST_DIR")).join("target"));
    command
}

fn text(output: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

/// The token in the message of a run that failed as it should.
fn found(output: &Output, text: &str) -> Result<String, Failed> {
    let fail = |what: &str| Err(format!("{what}:\n{text}").into());
    if output.status.success() {
        return fail("the planted hole was not found");
    }
    if !text.contains("forged, HS256") {
        return fail("the run failed for another reason");
    }
    match text.lines().find_map(|line| line.strip_prefix("token: ")) {
        Some(token) if token.split('.').count() >= 3 => Ok(token.to_owned()),
        _ => fail("no token is shown"),
    }
}
