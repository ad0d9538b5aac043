//! Recall on reality: published vulnerable releases must be caught, their fixed successors must not be accused.
//!
//! ```text
//! cargo test --release --test releases              all rows
//! cargo test --release --test releases -- pyjwt     rows whose id contains `pyjwt`
//! ```
//! Installs the releases of `releases/releases.toml` into `target/releases` (PyPI and npm) and attacks each through its set-up,
//! with the binary, as a user would. Not part of a plain `cargo test`. Without Python or Node the rows that need it are ignored
//! ([`required`]).

mod required;
#[path = "releases/table.rs"]
mod table;

use std::{
    path::{Path, PathBuf},
    process::Command,
};

use jwt_gauntlet::catalogue::Catalogue;
use libtest_mimic::{Arguments, Failed};
use serde_json::Value;

use table::Release;

fn main() {
    let arguments = Arguments::from_args();
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let (able, mut trials) = (table::Able::here(), Vec::new());
    for release in table::read(root) {
        let covered = covers(&release.class);
        let missing = able.missing(&release);
        if missing.is_none() && !covered {
            eprintln!("{}: ignored, the catalogue has no class {} yet", release.id, release.class);
        }
        for (what, kind) in [("is caught", Kind::Vulnerable), ("is not accused", Kind::Fixed)] {
            let release = release.clone();
            let version = kind.version(&release).to_owned();
            let name = format!("{}: {} {version} {what}", release.id, release.package);
            let trial = required::trial(name, missing.clone(), move || attack(root, &release, kind));
            trials.push(if covered { trial } else { trial.with_ignored_flag(true) });
        }
    }
    libtest_mimic::run(&arguments, trials).exit();
}

/// Whether any built-in case belongs to the class.
fn covers(class: &str) -> bool {
    Catalogue::built_in().select(&[class.to_owned()], &[]).is_ok()
}

#[derive(Clone, Copy, PartialEq)]
enum Kind {
    Vulnerable,
    Fixed,
}

impl Kind {
    fn version(self, release: &Release) -> &str {
        if self == Self::Vulnerable { &release.vulnerable } else { &release.fixed }
    }
}

fn attack(root: &Path, release: &Release, kind: Kind) -> Result<(), Failed> {
    table::install(root, release)?;
    let version = kind.version(release);
    let report = run(root, release, version)?;
    let matching: Vec<String> = report["findings"]
        .as_array()
        .ok_or("the report has no findings member")?
        .iter()
        .filter(|f| f["outcome"] == release.finds.as_str())
        .filter_map(|f| f["case"].as_str().map(str::to_owned))
        .filter(|case| belongs(&release.class, case))
        .collect();
    match (kind, matching.is_empty()) {
        (Kind::Vulnerable, true) => Err(format!("nothing {} in {}", release.finds, release.class).into()),
        (Kind::Fixed, false) => Err(format!("accused of {}: {}", release.finds, matching.join(", ")).into()),
        _ => Ok(()),
    }
}

/// Whether a case lies in the class, by the catalogue's own globbing.
fn belongs(class: &str, case: &str) -> bool {
    let mut catalogue = Catalogue::built_in();
    catalogue.cases.retain(|c| c.id == case);
    catalogue.select(&[class.to_owned()], &[]).is_ok()
}

/// Attacks one release with every class of the catalogue and reads the report.
fn run(root: &Path, release: &Release, version: &str) -> Result<Value, Failed> {
    let folder = release.folder(root, version);
    let file = report_file(root, release, version)?;
    let output = Command::new(env!("CARGO_BIN_EXE_jwt-gauntlet"))
        .arg("attack")
        .arg(format!("exec:{}", release.command(root)))
        .args(["--alg", &release.algorithm, "--timeout", "10000", "--report", &format!("json={}", file.display())])
        .env("GAUNTLET_RELEASE", &folder)
        .env("PYTHONPATH", &folder)
        .output()?;
    let code = output.status.code().unwrap_or_default();
    if code == 4 {
        // A fixed release may refuse the key outright: the secure outcome.
        return Ok(serde_json::json!({"findings": []}));
    }
    if !(0..=3).contains(&code) || code == 2 {
        return Err(format!("exit code {code}: {}", String::from_utf8_lossy(&output.stderr)).into());
    }
    Ok(serde_json::from_str(&std::fs::read_to_string(file)?)?)
}

fn report_file(root: &Path, release: &Release, version: &str) -> Result<PathBuf, Failed> {
    let folder = root.join("target/releases/reports");
    std::fs::create_dir_all(&folder)?;
    Ok(folder.join(format!("{}-{version}.json", release.id.replace('/', "-"))))
}
