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
    sync::{
        Mutex,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    thread,
};

use crate::{
    algorithm::Algorithm,
    ask::{Ended, Patience, RunError, Tally},
    catalogue::Catalogue,
    report::{Finding, Report, Target},
    verifier::Implementation,
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
        let ended = Ended {
            implementation: &*self.implementation,
            target: &self.target,
            patience: &patience,
            seed: self.seed,
            cases: planned,
            interrupted: stop.load(Ordering::Relaxed),
        };
        in_order(plan, tally).conclude(&ended).map(|(report, _)| report)
    }
}

/// The tally in the order of the plan, which units end in does not.
fn in_order(plan: &Plan, mut tally: Tally) -> Tally {
    tally.findings.sort_by_cached_key(|(finding, ())| plan.order(&finding.case, finding.algorithm));
    for list in [&mut tally.skipped, &mut tally.vacuous] {
        list.sort_by_cached_key(|case| plan.order(&case.case, case.algorithm));
    }
    tally.controls.sort_by_cached_key(|control| plan.position(control));
    tally
}
