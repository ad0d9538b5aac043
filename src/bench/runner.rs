//! A whole run: gate, race, scaling, results.

use std::{
    sync::atomic::{AtomicBool, Ordering},
    time::Duration,
};

use super::{
    backend::Backend,
    contender::{Broken, Choice, Contender, Operation, contenders},
    library::Library,
    measure::{Budget, race},
    results::{Machine, Results, Row, SCHEMA, Settings, relate},
    scaling::{Scaling, scale},
    scheme::Scheme,
};
use crate::Algorithm;

/// The schemes whose scaling is shown if they are chosen: one of each kind.
const TYPICAL: [Algorithm; 4] = [Algorithm::HS256, Algorithm::RS256, Algorithm::ES256, Algorithm::EdDSA];

/// What to run.
pub struct Bench {
    /// What is timed.
    pub choice: Choice,
    /// Whose code.
    pub backends: Vec<Box<dyn Backend>>,
    /// And at token level.
    pub libraries: Vec<Box<dyn Library>>,
    /// For all of it.
    pub time: Duration,
    /// Numbers of threads to scale over.
    pub threads: Vec<usize>,
}

/// How far a run is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Event {
    /// So many batches are planned.
    Planned(usize),
    /// One is done.
    Batch,
}

impl Bench {
    /// Runs it. Ends early if `stop` is set, with what there is.
    #[must_use]
    pub fn run(&self, on_event: &dyn Fn(Event), stop: &AtomicBool) -> Results {
        let (contenders, mut broken) = contenders(&self.choice, &self.backends, &self.libraries);
        // A tenth of the time for scaling, if there is something to scale.
        let spread = self.threads.iter().any(|threads| *threads > 1);
        let budget = Budget::of(if spread { self.time * 9 / 10 } else { self.time }, contenders.len());
        on_event(Event::Planned(contenders.len() * (budget.rounds + 1)));
        let samples = race(&contenders, budget, stop, &|| on_event(Event::Batch));
        let mut rows = Vec::new();
        for (contender, samples) in contenders.iter().zip(&samples) {
            if samples.wrong {
                let why = format!("{}: gave a wrong answer while it was timed", contender.operation);
                broken.push(Broken { scheme: contender.scheme, backend: contender.backend.clone(), why });
            } else {
                rows.extend(Row::of(contender, samples));
            }
        }
        relate(&mut rows, &|backend| contenders.iter().find(|contender| contender.backend == backend)?.raw.map(str::to_owned));
        let scaling = if spread { self.scaling(&contenders, &rows, stop) } else { Vec::new() };
        Results {
            schema: SCHEMA.to_owned(),
            machine: Machine::here(self.versions()),
            options: Settings {
                target: "the back ends that are compiled in".to_owned(),
                time_ms: u64::try_from(self.time.as_millis()).unwrap_or(u64::MAX),
                rounds: budget.rounds,
            },
            rows,
            broken,
            scaling,
            interrupted: stop.load(Ordering::Relaxed),
        }
    }

    /// Verifying with the quickest back end of each typical scheme, or of the first that is chosen.
    fn scaling(&self, contenders: &[Contender], rows: &[Row], stop: &AtomicBool) -> Vec<Scaling> {
        let chosen = &self.choice.schemes;
        let mut schemes: Vec<Scheme> = TYPICAL.into_iter().map(Scheme::Jws).filter(|scheme| chosen.contains(scheme)).collect();
        if schemes.is_empty() {
            schemes.extend(chosen.first());
        }
        let quickest = |scheme: &Scheme| {
            let operation = [Operation::Verify, Operation::Sign].into_iter().find(|o| self.choice.operations.contains(o));
            let operation = operation.or_else(|| self.choice.operations.first().copied())?;
            let rows = rows.iter().filter(|row| row.scheme == *scheme && row.operation == operation);
            let best = rows.max_by(|a, b| a.ops_per_second.mid.total_cmp(&b.ops_per_second.mid))?;
            contenders.iter().find(|c| (c.scheme, c.backend.as_str(), c.operation) == best.key())
        };
        let picked: Vec<&Contender> = schemes.iter().filter_map(quickest).collect();
        scale(&picked, &self.threads, self.time / 10, stop)
    }

    fn versions(&self) -> Vec<(String, String)> {
        let own = ("jwt-gauntlet".to_owned(), env!("CARGO_PKG_VERSION").to_owned());
        let backends = self.backends.iter().map(|backend| (backend.name().to_owned(), backend.version()));
        let libraries = self.libraries.iter().map(|library| (library.name().to_owned(), library.version()));
        std::iter::once(own).chain(backends).chain(libraries).collect()
    }
}
