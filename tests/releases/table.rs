//! The table of releases, and installing one: shared by the trials that attack them and those that fuzz them.

use std::{
    path::{Path, PathBuf},
    process::Command,
    sync::Mutex,
};

use libtest_mimic::Failed;
use serde::Deserialize;

#[derive(Deserialize)]
struct Table {
    release: Vec<Release>,
}

/// A row; not every trial needs every column.
#[allow(dead_code)]
#[derive(Clone, Deserialize)]
pub struct Release {
    pub id: String,
    pub registry: String,
    pub package: String,
    pub vulnerable: String,
    pub fixed: String,
    pub algorithm: String,
    pub finds: String,
    pub class: String,
    pub setup: String,
    #[serde(default)]
    pub rediscovered: bool,
}

impl Release {
    /// Where a version is installed.
    pub fn folder(&self, root: &Path, version: &str) -> PathBuf {
        root.join("target/releases").join(&self.id).join(version)
    }

    /// The command of its set-up; it needs the folder in its environment.
    pub fn command(&self, root: &Path) -> String {
        let setup = root.join("tests/releases/setups").join(&self.setup);
        let program = if self.registry == "npm" { "node" } else { "python3 -S" };
        format!("{program} {}", setup.display())
    }
}

/// All rows.
pub fn read(root: &Path) -> Vec<Release> {
    let text = std::fs::read_to_string(root.join("tests/releases/releases.toml")).expect("the table is there");
    toml::from_str::<Table>(&text).expect("the table is valid").release
}

/// Which languages are here.
pub struct Able {
    python: bool,
    node: bool,
}

impl Able {
    /// Looks for them.
    pub fn here() -> Self {
        let has = |program: &str| Command::new(program).arg("--version").output().is_ok_and(|o| o.status.success());
        Self { python: has("python3"), node: has("node") && has("npm") }
    }

    /// What the release lacks to be run.
    pub fn missing(&self, release: &Release) -> Option<String> {
        if !self.python {
            return Some("it needs Python".to_owned());
        }
        (release.registry != "pypi" && !self.node).then(|| "it needs Node and npm".to_owned())
    }
}

/// Installs both versions of a row. Two trials share a row, and two installers must not share its folder.
pub fn install(root: &Path, release: &Release) -> Result<(), Failed> {
    static ONE_AT_A_TIME: Mutex<()> = Mutex::new(());
    let _turn = ONE_AT_A_TIME.lock().map_err(|_| "another installation panicked")?;
    let output = Command::new("python3").arg(root.join("tests/releases/install.py")).arg(&release.id).output()?;
    if output.status.success() {
        return Ok(());
    }
    Err(format!("cannot install: {}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr)).into())
}
