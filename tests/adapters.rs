//! The ready adapters at their latest releases: no forgery may pass a set-up with a pinned algorithm.
//!
//! ```text
//! pip install -r adapters/python/requirements.txt && npm ci --prefix adapters/node
//! cargo build --release -p jwt-gauntlet-adapters
//! cargo test --release --test adapters
//! ```
//! Not part of a plain `cargo test`. An adapter whose library is not installed, or that is not built, is ignored ([`required`]).

mod required;

use std::{
    path::Path,
    process::{Command, Stdio},
};

use libtest_mimic::{Arguments, Failed};
use serde_json::Value;

const ADAPTERS: &[(&str, &str)] = &[
    ("python3", "adapters/python/pyjwt.py"),
    ("python3", "adapters/python/authlib_jwt.py"),
    ("python3", "adapters/python/joserfc_jwt.py"),
    ("python3", "adapters/python/python_jose.py"),
    ("python3", "adapters/python/jwcrypto_jwt.py"),
    ("node", "adapters/node/jsonwebtoken.mjs"),
    ("node", "adapters/node/jose.mjs"),
    ("node", "adapters/node/jws.mjs"),
    ("node", "adapters/node/fast-jwt.mjs"),
    ("node", "adapters/node/node-jose.mjs"),
    ("node", "adapters/node/jsrsasign.mjs"),
];

/// What the adapter in Rust, which is built beside this crate's binary, has.
const CRATES: &[&str] = &["jsonwebtoken", "jwt-simple", "jwt-compact", "biscuit", "jwt"];

fn main() {
    let arguments = Arguments::from_args();
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let scripts = ADAPTERS.iter().map(|(program, script)| vec![(*program).to_owned(), root.join(script).display().to_string()]);
    let rust = Path::new(env!("CARGO_BIN_EXE_jwt-gauntlet")).with_file_name("jwt-gauntlet-adapter-rust").display().to_string();
    let crates = CRATES.iter().map(|name| vec![rust.clone(), (*name).to_owned()]);
    let trials = scripts.chain(crates).map(|words| {
        let name = words.iter().map(|word| word.rsplit('/').next().unwrap_or(word)).collect::<Vec<_>>().join(" ");
        let name = format!("{name} pinned: genuine tokens pass, no forgery does");
        required::trial(name, missing(&words), move || attack(&words))
    });
    libtest_mimic::run(&arguments, trials.collect()).exit();
}

/// At end of input an adapter exits with 0; without its library, with 2 and a message.
fn missing(words: &[String]) -> Option<String> {
    match Command::new(&words[0]).args(&words[1..]).stdin(Stdio::null()).output() {
        Ok(output) if output.status.success() => None,
        Ok(output) => Some(String::from_utf8_lossy(&output.stderr).trim().to_owned()),
        Err(error) => Some(format!("{}: {error}", words[0])),
    }
}

fn attack(words: &[String]) -> Result<(), Failed> {
    let target = format!("exec:{} pinned", words.join(" "));
    let output = Command::new(env!("CARGO_BIN_EXE_jwt-gauntlet")).args(["attack", &target, "--report", "json"]).output()?;
    let report: Value = serde_json::from_slice(&output.stdout)
        .map_err(|_| format!("{}: {}", output.status, String::from_utf8_lossy(&output.stderr)))?;
    let findings = report["findings"].as_array().ok_or("the report has no findings member")?;
    let forged: Vec<String> =
        findings.iter().filter(|f| f["outcome"] == "forged").map(|f| format!("{} {}", f["algorithm"], f["case"])).collect();
    if !forged.is_empty() {
        return Err(forged.join("\n").into());
    }
    if output.status.code() == Some(3) {
        return Err(String::from_utf8_lossy(&output.stderr).into_owned().into());
    }
    Ok(())
}
