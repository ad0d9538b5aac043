//! The ready adapters at their latest releases: no forgery may pass a set-up with a pinned algorithm.
//!
//! ```text
//! pip install -r adapters/python/requirements.txt && npm ci --prefix adapters/node
//! cargo test --release --test adapters
//! ```
//! Not part of a plain `cargo test`. An adapter whose library is not installed is ignored, with a message.

use std::{path::Path, process::Command};

use libtest_mimic::{Arguments, Failed, Trial};
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

fn main() {
    let arguments = Arguments::from_args();
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut trials = Vec::new();
    for &(program, script) in ADAPTERS {
        // At end of input an adapter exits with 0; without its library, with 2 and a message.
        let output = Command::new(program).arg(root.join(script)).stdin(std::process::Stdio::null()).output();
        let able = output.as_ref().is_ok_and(|o| o.status.success());
        if !able {
            let why = output.map_or_else(|e| e.to_string(), |o| String::from_utf8_lossy(&o.stderr).trim().to_owned());
            eprintln!("{script}: ignored: {why}");
        }
        let name = format!("{script} pinned: genuine tokens pass, no forgery does");
        trials.push(Trial::test(name, move || attack(root, program, script)).with_ignored_flag(!able));
    }
    libtest_mimic::run(&arguments, trials).exit();
}

fn attack(root: &Path, program: &str, script: &str) -> Result<(), Failed> {
    let target = format!("exec:{program} {} pinned", root.join(script).display());
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
