//! The run: for every algorithm and configuration, forge the cases, ask the target, judge, and confirm what was found.
//!
//! Work is cut into units of one configuration and a few dozen cases; each unit starts and ends with controls, so that a target that
//! stops working in between is noticed. A unit belongs to one worker, and each worker sets up a verifier of its own.
//!
//! Invariant: nothing here prints; what happens is told as [`Event`]s, and the same seed finds the same things in the same order.

mod plan;
mod unit;

pub use plan::Plan;

use std::{
    collections::BTreeMap,
    sync::{
        Mutex,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    thread,
};

use crate::{
    algorithm::Algorithm,
    ask::{Patience, RunError},
    catalogue::Catalogue,
    report::{Control, Finding, Report, Skipped, Summary, Target},
    verdict::Outcome,
    verifier::{AskError, Conduct, Implementation},
};

/// An attack on one target, to be set up and run.
pub struct Gauntlet<'a> {
    implementation: Box<dyn Implementation + 'a>,
    catalogue: Catalogue,
    algorithms: Vec<Algorithm>,
    seed: u64,
    jobs: usize,
    partition: (usize, usize),
    target: Target,
}

/// Something that happened in a run.
#[derive(Debug)]
#[non_exhaustive]
pub enum Event<'a> {
    /// Everything is planned; so many cases will be asked.
    Planned {
        /// Cases over all algorithms.
        cases: usize,
    },
    /// A unit was asked and judged; so many more cases are done.
    Done {
        /// How many.
        cases: usize,
    },
    /// A confirmed finding.
    Found(&'a Finding),
}

/// What all units of a run gave.
#[derive(Default)]
struct Tally {
    outcomes: BTreeMap<Outcome, usize>,
    findings: Vec<(usize, Finding)>,
    skipped: Vec<(usize, Skipped)>,
    controls: BTreeMap<usize, Control>,
    failure: Option<AskError>,
}

impl<'a> Gauntlet<'a> {
    /// An attack on `implementation` with the built-in catalogue, under HS256, RS256, ES256 and `EdDSA`, on all cores.
    #[must_use]
    pub fn new(implementation: impl Implementation + 'a) -> Self {
        Self {
            implementation: Box::new(implementation),
            catalogue: Catalogue::built_in(),
            algorithms: vec![Algorithm::HS256, Algorithm::RS256, Algorithm::ES256, Algorithm::EdDSA],
            seed: 1,
            jobs: thread::available_parallelism().map_or(1, usize::from),
            partition: (1, 1),
            target: Target::default(),
        }
    }

    /// Attacks under these algorithms only.
    #[must_use]
    pub fn algorithms(mut self, algorithms: impl IntoIterator<Item = Algorithm>) -> Self {
        self.algorithms = algorithms.into_iter().collect();
        self
    }

    /// Attacks with this catalogue.
    #[must_use]
    pub fn catalogue(mut self, catalogue: Catalogue) -> Self {
        self.catalogue = catalogue;
        self
    }

    /// Canaries and random bytes follow from this number (default 1).
    #[must_use]
    pub fn seed(mut self, seed: u64) -> Self {
        self.seed = seed;
        self
    }

    /// So many verifiers are asked side by side (default: one a core).
    #[must_use]
    pub fn jobs(mut self, jobs: usize) -> Self {
        self.jobs = jobs.max(1);
        self
    }

    /// Runs only the `k`-th of `n` parts of the cases, counted from 1, to spread a run over machines.
    #[must_use]
    pub fn partition(mut self, k: usize, n: usize) -> Self {
        self.partition = (k.max(1), n.max(1));
        self
    }

    /// What the report calls the target, if it does not name itself.
    #[must_use]
    pub fn named(mut self, name: &str, version: &str) -> Self {
        self.target = Target { name: name.to_owned(), version: version.to_owned() };
        self
    }

    /// Runs to the end.
    ///
    /// # Errors
    /// If the target could not be reached; see [`RunError`].
    pub fn run(&self) -> Result<Report, RunError> {
        self.run_with(&|_| {}, &AtomicBool::new(false))
    }

    /// Runs and tells what happens, until the end or until `stop` is set; then the report covers what was done.
    ///
    /// # Errors
    /// If the target could not be reached; see [`RunError`].
    pub fn run_with(&self, on_event: &(dyn Fn(Event<'_>) + Sync), stop: &AtomicBool) -> Result<Report, RunError> {
        self.run_plan(&self.plan(), on_event, stop)
    }

    /// Everything that a run asks, to be forged once and run several times.
    #[must_use]
    pub fn plan(&self) -> Plan {
        Plan::new(&self.catalogue, &self.algorithms, self.seed, self.partition)
    }

    /// Asks everything in `plan`, and reports.
    ///
    /// # Errors
    /// If the target could not be reached; see [`RunError`].
    ///
    /// # Panics
    /// If `on_event` panics.
    pub fn run_plan(&self, plan: &Plan, on_event: &(dyn Fn(Event<'_>) + Sync), stop: &AtomicBool) -> Result<Report, RunError> {
        let (planned, units) = (plan.cases(), plan.units());
        on_event(Event::Planned { cases: planned });
        let next = AtomicUsize::new(0);
        let patience = Patience::default();
        let tally = Mutex::new(Tally::default());
        let work = || {
            let mut worker = unit::Worker::new(&*self.implementation, &patience);
            let mut mine = Tally::default();
            while let Some(unit) = units.get(next.fetch_add(1, Ordering::Relaxed)) {
                if stop.load(Ordering::Relaxed) {
                    break;
                }
                if let Err(error) = worker.run(unit, &mut mine, on_event, stop) {
                    mine.failure.get_or_insert(error);
                    next.store(units.len(), Ordering::Relaxed);
                }
            }
            tally.lock().expect("no thread panics while it tallies").add(mine);
        };
        thread::scope(|scope| {
            for _ in 1..self.jobs.min(units.len()) {
                scope.spawn(work);
            }
            work();
        });
        let tally = tally.into_inner().expect("all threads are done");
        let conduct = patience.told(self.implementation.conduct());
        match &tally.failure {
            Some(error) if tally.proves_nothing() && !stop.load(Ordering::Relaxed) => Err(error.clone().into()),
            _ => self.report(tally, planned, conduct, stop.load(Ordering::Relaxed)),
        }
    }

    fn report(&self, mut tally: Tally, planned: usize, conduct: Conduct, interrupted: bool) -> Result<Report, RunError> {
        let order = |id: &str, algorithm: Algorithm| {
            let algorithm = self.algorithms.iter().position(|a| *a == algorithm);
            (algorithm, self.catalogue.cases.iter().position(|c| c.id == id))
        };
        tally.findings.sort_by_cached_key(|(_, f)| (std::cmp::Reverse(f.severity), order(&f.case, f.algorithm)));
        tally.skipped.sort_by_cached_key(|(_, s)| order(&s.case, s.algorithm));
        let controls: Vec<Control> = tally.controls.into_values().collect();
        let usual: Vec<&Control> = controls.iter().filter(|c| c.usual).collect();
        if !interrupted && !usual.is_empty() && usual.iter().all(|c| c.unsupported.is_some()) && tally.findings.is_empty() {
            let reasons: Vec<_> =
                usual.iter().filter_map(|c| c.unsupported.as_ref().map(|r| format!("{}: {r}", c.algorithm))).collect();
            return Err(RunError::Unsupported(reasons.join("; ")));
        }
        let failure = tally.failure.as_ref().filter(|_| !interrupted).map(ToString::to_string);
        let asked = tally.outcomes.iter().filter(|(o, _)| **o != Outcome::Skipped).map(|(_, n)| n).sum();
        let count = |outcome| tally.outcomes.get(&outcome).copied().unwrap_or_default();
        Ok(Report {
            target: self.target.identified(&*self.implementation),
            seed: self.seed,
            summary: Summary {
                cases: planned,
                asked,
                held: count(Outcome::Held),
                skipped: count(Outcome::Skipped),
                findings: tally.findings.len(),
                interrupted: interrupted || failure.is_some(),
            },
            findings: tally.findings.into_iter().map(|(_, f)| f).collect(),
            skipped: tally.skipped.into_iter().map(|(_, s)| s).collect(),
            controls,
            conduct,
            failure,
        })
    }
}

impl Tally {
    /// Whether nothing was accepted: a target that never answered is broken, and its crashes are no one's attack.
    fn proves_nothing(&self) -> bool {
        let answered = self.controls.values().any(|control| control.genuine_accepted > 0);
        !answered && self.findings.iter().all(|(_, f)| matches!(f.outcome, Outcome::Crashed | Outcome::Hung))
            || self.findings.is_empty()
    }

    fn add(&mut self, part: Self) {
        for (outcome, count) in part.outcomes {
            *self.outcomes.entry(outcome).or_default() += count;
        }
        self.findings.extend(part.findings);
        self.skipped.extend(part.skipped);
        for (stage, control) in part.controls {
            self.note(stage, control);
        }
        self.failure = self.failure.take().or(part.failure);
    }

    fn note(&mut self, stage: usize, control: Control) {
        match self.controls.get_mut(&stage) {
            Some(known) => known.merge(&control),
            None => drop(self.controls.insert(stage, control)),
        }
    }
}
