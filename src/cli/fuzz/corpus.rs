//! `--corpus DIR`: recipes that drew answers of different kinds, one attack file for each algorithm and configuration.
//!
//! Saved every few moments, so that a run that is killed loses little.

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
    sync::Mutex,
    time::{Duration, Instant},
};

use anyhow::Context;
use jwt_gauntlet::{Catalogue, catalogue::Case};

use crate::cli::output;

/// How long what was learnt may stay unsaved.
const EVERY: Duration = Duration::from_secs(1);

/// A folder of recipes.
pub(super) struct Corpus {
    folder: PathBuf,
    start: Vec<Case>,
    state: Mutex<State>,
}

struct State {
    /// Names of files and what belongs into them.
    unsaved: BTreeMap<String, Vec<Case>>,
    saved: Instant,
}

impl Corpus {
    /// Reads what another run left; makes the folder if there is none.
    pub(super) fn open(folder: &Path) -> anyhow::Result<Self> {
        fs::create_dir_all(folder).with_context(|| format!("cannot make the corpus folder {}", folder.display()))?;
        let mut catalogue = Catalogue::default();
        let list = fs::read_dir(folder).with_context(|| format!("cannot read the corpus folder {}", folder.display()))?;
        if list.flatten().any(|entry| entry.path().extension().is_some_and(|end| end == "toml")) {
            catalogue.load(folder)?;
        }
        let state = State { unsaved: BTreeMap::new(), saved: Instant::now() };
        Ok(Self { folder: folder.to_owned(), start: catalogue.cases, state: Mutex::new(state) })
    }

    /// What another run left.
    pub(super) fn start(&self) -> &[Case] {
        &self.start
    }

    /// Takes all recipes of one algorithm and configuration.
    pub(super) fn keep(&self, cases: &[Case]) {
        let Some(first) = cases.first() else { return };
        let algorithm = first.applies.first().map_or("any", |algorithm| algorithm.name());
        let name = format!("{algorithm}-{}.toml", first.configuration.slug());
        self.state.lock().expect("no thread panics while it saves").unsaved.insert(name, cases.to_vec());
    }

    /// Saves now and then. What cannot be saved stays for the end, which says so.
    pub(super) fn tick(&self) {
        let mut state = self.state.lock().expect("no thread panics while it saves");
        if state.saved.elapsed() >= EVERY {
            let _ = self.save(&mut state);
        }
    }

    /// Saves what is left.
    pub(super) fn finish(&self) -> anyhow::Result<()> {
        self.save(&mut self.state.lock().expect("no thread panics while it saves"))
    }

    fn save(&self, state: &mut State) -> anyhow::Result<()> {
        state.saved = Instant::now();
        while let Some((name, cases)) = state.unsaved.first_key_value() {
            let attack = &cases[0].attack;
            output::write_file(&self.folder.join(name), attack.to_file(cases).as_bytes())?;
            state.unsaved.pop_first();
        }
        Ok(())
    }
}
