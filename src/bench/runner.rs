//! A whole run: parts of gate and race, then scaling and results.
//!
//! Where the system happens to put code, stack and heap of a process moves a short operation by ten per cent and more, for as long as
//! the process lives. So a run consists of parts, and the command line makes each part in a process of its own: a comparison then
//! knows how much that matters.

use std::{
    sync::atomic::{AtomicBool, Ordering},
    time::Duration,
};

use serde::{Deserialize, Serialize};

use super::{
    backend::Backend,
    contender::{Broken, Choice, Contender, Gate, Operation, contenders},
    library::Library,
    measure::{Budget, Samples, race},
    results::{Machine, Results, Row, SCHEMA, Settings, relate},
    scaling::{Scaling, scale},
    scheme::Scheme,
};
use crate::Algorithm;

/// Parts of a run.
pub const PARTS: usize = 10;

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

/// How far a part is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Event {
    /// So many batches are planned.
    Planned(usize),
    /// One is done.
    Batch,
}

/// What a part of a run measured.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Part {
    /// Everyone who was timed.
    pub measured: Vec<Measured>,
    /// Those who were not.
    pub broken: Vec<Broken>,
}

/// What a part measured of one contender.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Measured {
    /// The scheme.
    pub scheme: Scheme,
    /// The back end or library.
    pub backend: String,
    /// The back end below a library.
    pub raw: Option<String>,
    /// What it did.
    pub operation: Operation,
    /// Bytes of a signature.
    pub signature_bytes: usize,
    /// Bytes of a token.
    pub token_bytes: usize,
    /// The times.
    pub samples: Samples,
}

impl Measured {
    fn new(contender: &Contender, samples: Samples) -> Self {
        Self {
            scheme: contender.scheme,
            backend: contender.backend.clone(),
            raw: contender.raw.map(str::to_owned),
            operation: contender.operation,
            signature_bytes: contender.signature_bytes,
            token_bytes: contender.token_bytes,
            samples,
        }
    }

    fn is(&self, other: &Self) -> bool {
        (self.scheme, &self.backend, self.operation) == (other.scheme, &other.backend, other.operation)
    }
}

impl Bench {
    /// Runs all parts in this process. Ends early if `stop` is set, with what there is.
    #[must_use]
    pub fn run(&self, on_event: &dyn Fn(Event), stop: &AtomicBool) -> Results {
        let gate = |part| if part == 0 { Gate::Check } else { Gate::Passed };
        let parts: Vec<Part> = (0..PARTS).map(|part| self.part(gate(part), on_event, stop)).collect();
        self.finish(&parts, stop)
    }

    /// Measures one part; the first of a run has to check.
    #[must_use]
    pub fn part(&self, gate: Gate, on_event: &dyn Fn(Event), stop: &AtomicBool) -> Part {
        let (contenders, mut broken) = self.contenders(gate);
        let budget = self.budget(contenders.len());
        on_event(Event::Planned(contenders.len() * (budget.rounds + 1)));
        let samples = race(&contenders, budget, stop, &|| on_event(Event::Batch));
        let mut measured = Vec::new();
        for (contender, samples) in contenders.iter().zip(samples) {
            if samples.wrong {
                let why = format!("{}: gave a wrong answer while it was timed", contender.operation);
                broken.push(Broken { scheme: contender.scheme, backend: contender.backend.clone(), why });
            } else {
                measured.push(Measured::new(contender, samples));
            }
        }
        Part { measured, broken }
    }

    /// Puts the parts together, and measures scaling.
    #[must_use]
    pub fn finish(&self, parts: &[Part], stop: &AtomicBool) -> Results {
        let (count, first) = (parts.len(), parts.first().cloned().unwrap_or_default());
        let mut broken: Vec<Broken> = Vec::new();
        for one in parts.iter().flat_map(|part| &part.broken) {
            if !broken.contains(one) {
                broken.push(one.clone());
            }
        }
        let wrong = |one: &Measured| broken.iter().any(|b| b.scheme == one.scheme && b.backend == one.backend);
        let row = |one: &Measured| {
            let same: Vec<&Measured> = parts.iter().filter_map(|part| part.measured.iter().find(|other| other.is(one))).collect();
            Row::of(&same)
        };
        let mut rows: Vec<Row> = first.measured.iter().filter(|one| !wrong(one)).filter_map(row).collect();
        relate(&mut rows, &|backend| first.measured.iter().find(|one| one.backend == backend)?.raw.clone());
        let scaling = if self.spreads() && !stop.load(Ordering::Relaxed) { self.scaling(&rows, stop) } else { Vec::new() };
        Results {
            schema: SCHEMA.to_owned(),
            machine: Machine::here(self.versions()),
            options: Settings {
                target: "the back ends that are compiled in".to_owned(),
                time_ms: u64::try_from(self.time.as_millis()).unwrap_or(u64::MAX),
                parts: count,
                rounds: self.budget(first.measured.len()).rounds,
            },
            rows,
            broken,
            scaling,
            interrupted: stop.load(Ordering::Relaxed),
        }
    }

    fn contenders(&self, gate: Gate) -> (Vec<Contender>, Vec<Broken>) {
        contenders(&self.choice, &self.backends, &self.libraries, gate)
    }

    /// Whether there is more than one thread to scale over.
    fn spreads(&self) -> bool {
        self.threads.iter().any(|threads| *threads > 1)
    }

    /// A part's share of the time; a tenth of it all is for scaling, if there is something to scale.
    fn budget(&self, contenders: usize) -> Budget {
        let time = if self.spreads() { self.time * 9 / 10 } else { self.time };
        Budget::of(time / u32::try_from(PARTS).expect("a few"), contenders)
    }

    /// Verifying with the quickest back end of each typical scheme, or of the first that is chosen.
    fn scaling(&self, rows: &[Row], stop: &AtomicBool) -> Vec<Scaling> {
        let (contenders, _) = self.contenders(Gate::Passed);
        let chosen = &self.choice.schemes;
        let mut schemes: Vec<Scheme> = TYPICAL.into_iter().map(Scheme::Jws).filter(|scheme| chosen.contains(scheme)).collect();
        if schemes.is_empty() {
            schemes.extend(chosen.first());
        }
        let wanted = [Operation::Verify, Operation::Sign].into_iter().find(|o| self.choice.operations.contains(o));
        let quickest = |scheme: &Scheme| {
            let operation = wanted.or_else(|| self.choice.operations.first().copied())?;
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
