//! `--findings DIR`: each class of finding becomes an attack file, as soon as it is found.
//!
//! Nothing is ever overwritten: a file that is there keeps its texts and its cases, and gains those that it lacks.

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
    sync::Mutex,
};

use anyhow::{Context, bail};
use jwt_gauntlet::{Catalogue, catalogue::Case, internal::fuzz::Fingerprint};

use crate::cli::output;

/// A folder of attack files.
pub(super) struct Findings {
    folder: PathBuf,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    /// Case ids as the report has them, and where they are.
    files: BTreeMap<String, String>,
    failure: Option<anyhow::Error>,
}

impl Findings {
    /// Refuses early where nothing could be written; makes no folder before there is something to put in.
    pub(super) fn below(folder: &Path) -> anyhow::Result<Self> {
        let there = folder.ancestors().find(|up| up.exists() || up.as_os_str().is_empty());
        if there.is_some_and(|there| !there.as_os_str().is_empty() && !there.is_dir()) {
            bail!("cannot save findings below {}: {} is not a folder", folder.display(), there.unwrap_or(folder).display());
        }
        Ok(Self { folder: folder.to_owned(), state: Mutex::default() })
    }

    /// Saves a case. What cannot be saved is told now and fails the run at its end.
    pub(super) fn save(&self, case: &Case) {
        let mut state = self.state.lock().expect("no thread panics while it saves");
        match save(&self.folder, case) {
            Ok(file) => drop(state.files.insert(case.id.clone(), file.to_string_lossy().into_owned())),
            Err(error) => {
                if state.failure.is_none() {
                    output::tell(&format!("a finding cannot be saved: {error:#}\n"));
                }
                state.failure.get_or_insert(error);
            }
        }
    }

    /// Where each finding is, by the id of its case.
    pub(super) fn files(&self) -> BTreeMap<String, String> {
        self.state.lock().expect("no thread panics while it saves").files.clone()
    }

    /// The option with which `attack` asks them too.
    pub(super) fn option(&self) -> String {
        format!(" --catalogue {}", shell_words::quote(&self.folder.to_string_lossy()))
    }

    /// The first failure to save.
    pub(super) fn finish(self) -> anyhow::Result<()> {
        let state = self.state.into_inner().expect("no thread panics while it saves");
        state.failure.map_or(Ok(()), |error| Err(error.context("a finding could not be saved")))
    }
}

/// The first file of the class's name that is free or an attack file.
fn save(folder: &Path, case: &Case) -> anyhow::Result<PathBuf> {
    let name = |n: usize| if n == 1 { case.attack.id.clone() } else { format!("{}-{n}", case.attack.id) };
    for id in (1..100).map(name) {
        let file = folder.join(format!("{id}.toml"));
        let Some(cases) = known(&id, &file)? else { continue };
        let same = |known: &Case| {
            known.applies == case.applies
                && known.configuration == case.configuration
                && Fingerprint::of(&known.recipe) == Fingerprint::of(&case.recipe)
        };
        if !cases.iter().any(same) {
            write(&file, &id, cases, case)?;
        }
        return Ok(file);
    }
    bail!("{}/{}.toml and the next numbered files are not attack files", folder.display(), case.attack.id)
}

/// The cases in a file, none if it is new; `None` if it is something else.
fn known(id: &str, file: &Path) -> anyhow::Result<Option<Vec<Case>>> {
    if !file.exists() {
        return Ok(Some(Vec::new()));
    }
    let text = fs::read_to_string(file).with_context(|| format!("cannot read {}", file.display()))?;
    let mut catalogue = Catalogue::default();
    Ok(catalogue.add(id, &text, file).ok().map(|()| catalogue.cases))
}

fn write(file: &Path, id: &str, mut cases: Vec<Case>, case: &Case) -> anyhow::Result<()> {
    let name = case.id.split_once('#').map_or("case", |(_, name)| name);
    let free = |n: &usize| {
        let id = numbered(id, name, *n);
        cases.iter().all(|known| known.id != id)
    };
    let n = (1..=cases.len() + 1).find(free).expect("there are more numbers than cases");
    let mut case = case.clone();
    case.id = numbered(id, name, n);
    let attack = cases.first().map_or_else(|| case.attack.clone(), |known| known.attack.clone());
    cases.push(case);
    cases.sort_by(|a, b| a.id.cmp(&b.id));
    let folder = file.parent().unwrap_or(Path::new("."));
    fs::create_dir_all(folder).with_context(|| format!("cannot make the folder {}", folder.display()))?;
    output::write_file(file, attack.to_file(&cases).as_bytes())
}

fn numbered(class: &str, name: &str, n: usize) -> String {
    if n == 1 { format!("{class}#{name}") } else { format!("{class}#{name}-{n}") }
}
