//! Black-box fuzzing: sample a recipe, forge it, ask, judge, shrink what did not hold, and go on.
//!
//! Works on every target, a program in any language included, since it needs no coverage: what the target says when it refuses is
//! feedback enough. A recipe that draws an answer of a new kind joins the corpus of its stage and is mutated and crossed further.
//! What is found is shrunk to the fewest steps, told apart by its steps and outcome, confirmed next to a genuine token, and kept as a
//! [`Case`]: an attack file can hold it, and `attack` replays it.
//!
//! Each algorithm and configuration is a stage with a stream of its own, so that the same seed and number of cases ask the same tokens in
//! the same order on any number of cores, as long as the target gives the same answers.

mod alone;
pub mod check;
mod class;
pub mod corpus;
pub mod driver;
pub mod engine;
pub mod failure;
pub mod gate;
mod hooks;
pub mod judge;
mod lane;
mod mint;
pub mod mutator;
mod permits;
mod plainer;
pub mod replay;
mod schedule;
pub(crate) mod shrink;
mod stage;
mod trail;
mod turns;

use std::{
    num::NonZeroUsize,
    sync::{
        Mutex, OnceLock, PoisonError,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    thread,
    time::{Duration, Instant},
};

pub use self::trail::Trail;
use self::{
    gate::Invalid,
    lane::{Found, Lane},
    permits::Permits,
    schedule::Schedule,
    stage::Stage,
    turns::{Turns, locked},
};
use crate::{
    algorithm::Algorithm,
    catalogue::{Case, Catalogue},
    configuration::Configuration,
    finding::{Control, Finding, Report, Summary, Target},
    harvest::Harvest,
    run::RunError,
    target::{AskError, Implementation},
    verdict::Outcome,
    words::Words,
};

/// A fuzzing run on one target, to be set up and run.
pub struct Fuzzer<'a> {
    implementation: Box<dyn Implementation + 'a>,
    algorithms: Vec<Algorithm>,
    configurations: bool,
    seed: u64,
    jobs: usize,
    words: Words,
    cases: Option<NonZeroUsize>,
    time: Option<Duration>,
    corpus: Vec<Case>,
    until: Option<Outcome>,
    target: Target,
}

/// How far a run is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Progress {
    /// Tokens asked about.
    pub executions: usize,
    /// Findings so far, before they are compared across algorithms.
    pub findings: usize,
    /// Recipes that drew an answer of a new kind.
    pub corpus: usize,
    /// Kinds of answers.
    pub kinds: usize,
}

/// Something that happened in a run.
#[derive(Debug)]
pub enum Event<'a> {
    /// A batch was asked and judged.
    Progress(Progress),
    /// A finding, shrunk and confirmed, and its case. Other algorithms may show the same; the report lists it once.
    Found(&'a Finding, &'a Case),
    /// The corpus of an algorithm and configuration has grown: all of it.
    Kept(&'a [Case]),
}

/// What a fuzzing run gave.
#[derive(Clone, Debug)]
pub struct Fuzzed {
    /// The findings, as an attack would report them.
    pub report: Report,
    /// Each finding as a case, in the order of the report's findings.
    pub cases: Vec<Case>,
    /// Tokens asked about, controls and shrinking left out.
    pub executions: usize,
    /// The execution at which each finding was first seen, in the order of the findings; counted over all stages.
    pub seen_at: Vec<usize>,
    /// Recipes that drew answers of different kinds, as cases, to start from another time.
    pub corpus: Vec<Case>,
    /// Kinds of answers.
    pub kinds: usize,
}

/// Why a run gave nothing.
#[derive(Debug, thiserror::Error)]
pub enum FuzzError {
    /// The target could not be asked.
    #[error(transparent)]
    Run(#[from] RunError),
    /// The controls or the oracle failed before the first token: whatever came of it would prove nothing.
    #[error(transparent)]
    Invalid(#[from] Invalid),
}

/// Cases where there is no budget: a minute or more on a fast target.
const CASES: NonZeroUsize = NonZeroUsize::new(1_000_000).expect("it is not zero");

impl<'a> Fuzzer<'a> {
    /// One algorithm of each signature scheme.
    pub const ALGORITHMS: [Algorithm; 5] =
        [Algorithm::HS256, Algorithm::RS256, Algorithm::PS256, Algorithm::ES256, Algorithm::EdDSA];

    /// A run on `implementation` under [`Self::ALGORITHMS`], a million cases, on all cores.
    #[must_use]
    pub fn new(implementation: impl Implementation + 'a) -> Self {
        Self {
            implementation: Box::new(implementation),
            algorithms: Self::ALGORITHMS.to_vec(),
            configurations: true,
            seed: 1,
            jobs: thread::available_parallelism().map_or(1, usize::from),
            words: Words::default(),
            cases: None,
            time: None,
            corpus: Vec::new(),
            until: None,
            target: Target::default(),
        }
    }

    /// Fuzzes under these algorithms only.
    #[must_use]
    pub fn algorithms(mut self, algorithms: impl IntoIterator<Item = Algorithm>) -> Self {
        self.algorithms = algorithms.into_iter().collect();
        self
    }

    /// Whether a share of the run sets the target up oddly: weak keys, odd key texts, longer allow lists (default: yes).
    #[must_use]
    pub fn configurations(mut self, odd: bool) -> Self {
        self.configurations = odd;
        self
    }

    /// The random choices follow from this number (default 1).
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

    /// Words of the target's own, beside the built-in vocabulary; see [`crate::harvest`].
    #[must_use]
    pub fn words(mut self, harvested: impl Into<Harvest>) -> Self {
        self.words = Words::with(harvested);
        self
    }

    /// Ends after so many cases.
    #[must_use]
    pub fn cases(mut self, cases: usize) -> Self {
        self.cases = NonZeroUsize::new(cases);
        self
    }

    /// Ends after that time.
    #[must_use]
    pub fn time(mut self, time: Duration) -> Self {
        self.time = Some(time);
        self
    }

    /// Starts from recipes that were worth keeping another time.
    #[must_use]
    pub fn corpus(mut self, cases: Vec<Case>) -> Self {
        self.corpus = cases;
        self
    }

    /// Ends at the first finding of that outcome or a graver one.
    #[must_use]
    pub fn until(mut self, outcome: Outcome) -> Self {
        self.until = Some(outcome);
        self
    }

    /// What the report calls the target, if it does not name itself.
    #[must_use]
    pub fn named(mut self, name: &str, version: &str) -> Self {
        self.target = Target { name: name.to_owned(), version: version.to_owned() };
        self
    }

    /// Runs until the budget is spent.
    ///
    /// # Errors
    /// If the target could not be asked or the oracle does not work; see [`FuzzError`].
    pub fn run(&self) -> Result<Fuzzed, FuzzError> {
        self.run_with(&|_| {}, &AtomicBool::new(false))
    }

    /// Runs and tells how far it is, until the budget is spent or `stop` is set.
    ///
    /// # Errors
    /// If the target could not be asked or the oracle does not work; see [`FuzzError`].
    ///
    /// # Panics
    /// If `on_progress` panics.
    pub fn run_with(&self, on_progress: &(dyn Fn(Progress) + Sync), stop: &AtomicBool) -> Result<Fuzzed, FuzzError> {
        let on_event = |event: Event<'_>| {
            if let Event::Progress(progress) = event {
                on_progress(progress);
            }
        };
        self.watch(&on_event, stop)
    }

    /// Runs and tells everything that happens as soon as it does, so that it can be saved, until the budget is spent or `stop` is set.
    ///
    /// # Errors
    /// If the target could not be asked or the oracle does not work; see [`FuzzError`].
    ///
    /// # Panics
    /// If `on_event` panics.
    pub fn watch(&self, on_event: &(dyn Fn(Event<'_>) + Sync), stop: &AtomicBool) -> Result<Fuzzed, FuzzError> {
        gate::oracle()?;
        let catalogue = Catalogue::built_in();
        let (slots, kinds) = self.slots();
        let usual = self.algorithms.len();
        let lanes: Vec<Mutex<Option<Lane<'_>>>> = slots.iter().map(|_| Mutex::new(None)).collect();
        let turns = Turns::new(Schedule::new(usual, &kinds, self.seed), slots.len(), self.budget());
        let tally = Tally::default();
        let permits = Permits::new(self.jobs);
        let failure: Mutex<Option<AskError>> = Mutex::new(None);
        let started = Instant::now();
        let halt = AtomicBool::new(false);
        let over = || {
            halt.load(Ordering::Relaxed) || stop.load(Ordering::Relaxed) || self.time.is_some_and(|time| started.elapsed() >= time)
        };
        let work = || {
            while !over() {
                let Some(stage) = turns.next() else { break };
                let mut slot = locked(&lanes[stage]);
                let Some(count) = turns.count(stage) else { continue };
                if slot.is_none() {
                    *slot = self.stage(&slots[stage]).map(|stage| Lane::new(stage, &self.corpus));
                }
                let Some(lane) = slot.as_mut() else {
                    turns.give_back(count);
                    continue;
                };
                let before = (lane.findings().len(), lane.mint().corpus_len(), lane.kinds());
                let end = self.time.map(|time| started + time);
                let seen = tally.executions.load(Ordering::Relaxed);
                let asked = match lane.run((&*self.implementation, &permits), count, seen, &catalogue, stop, end) {
                    Ok(asked) => {
                        turns.give_back(count - asked.min(count));
                        asked
                    }
                    Err(error) => {
                        locked(&failure).get_or_insert(error);
                        halt.store(true, Ordering::Relaxed);
                        0
                    }
                };
                for found in &lane.findings()[before.0..] {
                    on_event(Event::Found(&found.finding, &found.case));
                }
                if lane.mint().corpus_len() > before.1 {
                    on_event(Event::Kept(&lane.mint().corpus()));
                }
                on_event(Event::Progress(tally.add(asked, lane, before)));
                if self.until.is_some_and(|until| lane.findings().iter().any(|found| found.finding.outcome >= until)) {
                    halt.store(true, Ordering::Relaxed);
                }
            }
        };
        let mut idle = 0;
        while idle <= turns.round() {
            let before = tally.executions.load(Ordering::Relaxed);
            thread::scope(|scope| {
                // One more than are asked: it makes tokens while the others wait for answers.
                for _ in 1..(self.jobs + 1).min(slots.len()) {
                    scope.spawn(work);
                }
                work();
            });
            // What stages did not ask, since the target cannot be set up so, is asked by the others.
            if over() || !turns.deal_again() {
                break;
            }
            idle = if tally.executions.load(Ordering::Relaxed) == before { idle + 1 } else { 0 };
        }
        let lanes: Vec<Lane<'_>> =
            lanes.into_iter().filter_map(|lane| lane.into_inner().unwrap_or_else(PoisonError::into_inner)).collect();
        let failure = failure.into_inner().unwrap_or_else(PoisonError::into_inner);
        self.conclude(lanes, failure, stop.load(Ordering::Relaxed))
    }

    /// The usual configuration of every algorithm, then the odd ones; and where those are, by kind.
    fn slots(&self) -> (Vec<Slot>, Vec<Vec<usize>>) {
        let slot = |algorithm, configuration| Slot { set_up: (algorithm, configuration), stage: OnceLock::new() };
        let mut slots: Vec<Slot> = self.algorithms.iter().map(|&algorithm| slot(algorithm, Configuration::default())).collect();
        let mut kinds: Vec<Vec<usize>> = vec![Vec::new(); 4];
        let odd = self.algorithms.iter().filter(|_| self.configurations);
        for &algorithm in odd {
            for (kind, configurations) in kinds.iter_mut().zip(Configuration::odd(algorithm)) {
                for configuration in configurations {
                    kind.push(slots.len());
                    slots.push(slot(algorithm, configuration));
                }
            }
        }
        (slots, kinds)
    }

    /// The stage of a slot, made when it is first needed: most of the odd ones never are.
    fn stage<'s>(&self, slot: &'s Slot) -> Option<&'s Stage> {
        slot.stage.get_or_init(|| Stage::new(slot.set_up.clone(), self.seed, &self.words)).as_ref()
    }

    fn budget(&self) -> usize {
        match (self.cases, self.time) {
            (Some(cases), _) => cases.get(),
            (None, Some(_)) => usize::MAX,
            (None, None) => CASES.get(),
        }
    }

    fn conclude(&self, lanes: Vec<Lane<'_>>, failure: Option<AskError>, interrupted: bool) -> Result<Fuzzed, FuzzError> {
        let usual: Vec<&Lane<'_>> = lanes.iter().filter(|lane| lane.control().usual).collect();
        let answered = usual.iter().any(|lane| lane.control().genuine_accepted > 0);
        let found = lanes.iter().any(|lane| !lane.findings().is_empty());
        if let Some(error) = &failure
            && (!answered && !found)
            && !interrupted
        {
            return Err(RunError::Unreachable(error.clone()).into());
        }
        if !interrupted && !found && usual.iter().all(|lane| lane.control().unsupported.is_some()) && !usual.is_empty() {
            let reasons: Vec<String> = usual
                .iter()
                .filter_map(|lane| lane.control().unsupported.as_ref().map(|r| format!("{}: {r}", lane.control().algorithm)))
                .collect();
            return Err(RunError::Unsupported(reasons.join("; ")).into());
        }
        let executions = lanes.iter().map(Lane::answered).sum();
        let kinds = lanes.iter().map(Lane::kinds).sum();
        let controls: Vec<Control> = lanes.iter().map(|lane| lane.control().clone()).filter(|c| c.usual || c.asked()).collect();
        let corpus = lanes.iter().flat_map(|lane| lane.mint().corpus()).collect();
        let held = lanes.iter().map(Lane::held).sum();
        let mut found: Vec<Found> = lanes.into_iter().flat_map(Lane::into_findings).collect();
        trail::distinct(&mut found);
        found.sort_by_key(|found| std::cmp::Reverse(found.finding.severity));
        let (mut findings, mut cases, mut seen_at) = (Vec::new(), Vec::new(), Vec::new());
        for Found { finding, case, seen_at: at, .. } in found {
            findings.push(finding);
            cases.push(case);
            seen_at.push(at);
        }
        let report = Report {
            target: match self.implementation.identity() {
                Some((name, version)) => Target { name, version },
                None => self.target.clone(),
            },
            seed: self.seed,
            summary: Summary {
                cases: executions,
                asked: executions,
                held,
                skipped: 0,
                findings: findings.len(),
                interrupted: interrupted || failure.is_some(),
            },
            findings,
            skipped: Vec::new(),
            controls,
            failure: failure.filter(|_| !interrupted).map(|error| error.to_string()),
        };
        Ok(Fuzzed { report, cases, executions, seen_at, corpus, kinds })
    }
}

/// A place for a stage.
struct Slot {
    set_up: (Algorithm, Configuration),
    stage: OnceLock<Option<Stage>>,
}

/// Progress over all stages.
#[derive(Default)]
struct Tally {
    executions: AtomicUsize,
    findings: AtomicUsize,
    corpus: AtomicUsize,
    kinds: AtomicUsize,
}

impl Tally {
    /// Adds what a batch gave a lane that had so many findings, recipes and kinds `before`.
    fn add(&self, asked: usize, lane: &Lane<'_>, before: (usize, usize, usize)) -> Progress {
        let add = |to: &AtomicUsize, by: usize| to.fetch_add(by, Ordering::Relaxed) + by;
        Progress {
            executions: add(&self.executions, asked),
            findings: add(&self.findings, lane.findings().len() - before.0),
            corpus: add(&self.corpus, lane.mint().corpus_len() - before.1),
            kinds: add(&self.kinds, lane.kinds() - before.2),
        }
    }
}

impl Fuzzed {
    /// Whether a finding is at or above the outcome.
    #[must_use]
    pub fn found(&self, outcome: Outcome) -> bool {
        self.report.findings.iter().any(|finding| finding.outcome >= outcome)
    }

    /// The findings as attack files: a name without ending, and the text.
    #[must_use]
    pub fn attack_files(&self) -> Vec<(String, String)> {
        self.cases.iter().map(|case| (case.attack.id.clone(), case.attack.to_file(std::slice::from_ref(case)))).collect()
    }
}
