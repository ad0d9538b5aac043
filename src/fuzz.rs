//! Black-box fuzzing: sample a recipe, forge it, ask, judge, shrink what did not hold, and go on.
//!
//! Works on every target, a program in any language included, since it needs no coverage: what the target says when it refuses is
//! feedback enough. A recipe that draws an answer of a new kind joins the corpus of its stage and is mutated and crossed further.
//! What is found is shrunk to the fewest steps, told apart by its steps and outcome, confirmed next to a genuine token, and kept as a
//! [`Case`]: an attack file can hold it, and `attack` replays it.
//!
//! Each algorithm and configuration is a stage with a stream of its own, so that the same seed and number of cases ask the same tokens in
//! the same order on any number of cores, as long as the target gives the same answers.

mod batch_queue;
mod campaign;
mod class;
pub(crate) mod corpus;
pub(crate) mod fingerprint;
pub(crate) mod gate;
mod schedule;
mod semaphore;
mod shrink;
pub(crate) mod stage;
mod stage_runner;
pub(crate) mod token_source;

use std::{num::NonZeroUsize, sync::atomic::AtomicBool, thread, time::Duration};

pub(crate) use self::fingerprint::Fingerprint;
pub use self::gate::Invalid;

use crate::{
    algorithm::Algorithm,
    ask::RunError,
    catalogue::Case,
    harvest::Harvest,
    report::{Finding, Report, Target},
    verdict::Outcome,
    verifier::Implementation,
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
#[non_exhaustive]
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
#[non_exhaustive]
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
#[non_exhaustive]
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
#[non_exhaustive]
pub enum FuzzError {
    /// The target could not be reached.
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

    /// Words of the target's own, such as a `Vec<String>`, beside the built-in vocabulary.
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
    /// If the target could not be reached or the oracle does not work; see [`FuzzError`].
    pub fn run(&self) -> Result<Fuzzed, FuzzError> {
        self.run_with(&|_| {}, &AtomicBool::new(false))
    }

    /// Runs and tells how far it is, until the budget is spent or `stop` is set.
    ///
    /// # Errors
    /// If the target could not be reached or the oracle does not work; see [`FuzzError`].
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
