//! Options that several subcommands share: which attacks, from where, under which algorithm.

use std::path::PathBuf;

use anyhow::Context;
use jwt_gauntlet::{Algorithm, Catalogue};

/// Folders of attack files.
#[derive(clap::Args)]
pub(super) struct Folders {
    /// Also load the attack files (*.toml) below DIR; may be given several times
    #[arg(long, value_name = "DIR")]
    pub catalogue: Vec<PathBuf>,
}

impl Folders {
    /// The built-in attacks, then the user's.
    pub(super) fn load(&self) -> anyhow::Result<Catalogue> {
        let mut catalogue = Catalogue::built_in();
        for folder in &self.catalogue {
            catalogue.load(folder)?;
        }
        Ok(catalogue)
    }

    /// The built-in attacks and the user's, of which those that match `patterns`.
    pub(super) fn select(&self, patterns: &[String]) -> anyhow::Result<Catalogue> {
        let mut catalogue = self.load()?;
        catalogue.select(patterns, &[])?;
        Ok(catalogue)
    }

    /// The options that load the same again, for a command that is shown.
    pub(super) fn options(&self) -> String {
        let quoted = self.catalogue.iter().map(|folder| folder.to_string_lossy());
        quoted.map(|folder| format!(" --catalogue {}", shell_words::quote(&folder))).collect()
    }
}

/// Reads an algorithm, in any letter case.
pub(super) fn algorithm(text: &str) -> anyhow::Result<Algorithm> {
    let known = Algorithm::ALL.into_iter().find(|a| a.name().eq_ignore_ascii_case(text.trim()));
    known.map_or_else(|| text.parse().context("not an algorithm"), Ok)
}
