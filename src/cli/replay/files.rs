//! What a FILE to replay may be, told apart by what is in it.

use std::{
    fs,
    path::{Path, PathBuf},
};

use anyhow::{Context, bail};
use jwt_gauntlet::{Algorithm, Catalogue, Fuzzer, catalogue::LoadError, replay::Question, report::replay};

/// Everything to ask.
#[derive(Default)]
pub(super) struct Files {
    /// Cases of attack files.
    pub attacks: Catalogue,
    /// Tokens, of reports and bare.
    pub tokens: Vec<Question>,
}

impl Files {
    /// Reads them all; of reports what is for the chosen algorithms, bare tokens under each of these.
    pub(super) fn read(files: impl Iterator<Item = PathBuf>, chosen: &[Algorithm]) -> anyhow::Result<Self> {
        let mut all = Self::default();
        for file in files {
            all.add(&file, chosen)?;
        }
        Ok(all)
    }

    fn add(&mut self, file: &Path, chosen: &[Algorithm]) -> anyhow::Result<()> {
        if file.is_dir() {
            return Ok(self.attacks.load(file)?);
        }
        let bytes = fs::read(file).with_context(|| format!("cannot read {}", file.display()))?;
        let Ok(text) = String::from_utf8(bytes) else {
            bail!("{} is not text: neither an attack file, nor a report, nor a token", file.display());
        };
        if file.extension().is_some_and(|end| end == "toml") {
            return self.attack(file, &text);
        }
        if is_report(&text) {
            let former = replay::findings(&text).with_context(|| format!("cannot use the report {}", file.display()))?;
            if former.is_empty() {
                bail!("{} has no findings, so there is nothing to replay", file.display());
            }
            let mine = former.into_iter().filter(|f| chosen.is_empty() || chosen.contains(&f.algorithm));
            self.tokens.extend(mine.map(Question::again));
            return Ok(());
        }
        self.token(&file.to_string_lossy(), &text, chosen);
        Ok(())
    }

    /// Ids are as in the folder that `fuzz` saves to: the file and the folder that it is in.
    fn attack(&mut self, file: &Path, text: &str) -> anyhow::Result<()> {
        let stem = file.with_extension("");
        let name = stem.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let group = file.parent().and_then(Path::file_name).map(|group| group.to_string_lossy().into_owned());
        let id = group.map_or(name.clone(), |group| format!("{group}/{name}"));
        match self.attacks.add(&id, text, file) {
            Err(LoadError::Taken { .. }) => Ok(self.attacks.add(&stem.to_string_lossy(), text, file)?),
            other => Ok(other?),
        }
    }

    /// A token as it stands, and without the line end that editors and shells put behind it.
    fn token(&mut self, name: &str, text: &str, chosen: &[Algorithm]) {
        let algorithms = if chosen.is_empty() { Fuzzer::ALGORITHMS.as_slice() } else { chosen };
        let line = text.strip_suffix('\n').map(|line| line.strip_suffix('\r').unwrap_or(line));
        for algorithm in algorithms {
            if let Some(line) = line {
                self.tokens.push(Question::any(name, *algorithm, line));
                self.tokens.push(Question::any(&format!("{name} with its line end"), *algorithm, text));
            } else {
                self.tokens.push(Question::any(name, *algorithm, text));
            }
        }
    }
}

/// Whether a text is JSON with a schema; a token in a JSON serialisation has none.
fn is_report(text: &str) -> bool {
    let value: Option<serde_json::Value> = serde_json::from_str(text).ok();
    value.is_some_and(|value| value.get("schema").is_some_and(serde_json::Value::is_string))
}
