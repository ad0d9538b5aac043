//! A run: threads take turns at the stages until the budget is spent, and tell what they find as soon as they do.
//!
//! Deliberately absent: what a turn does to its stage ([`super::stage_runner`]), and whose turn it is ([`super::schedule`]).

use std::{
    sync::{
        Mutex, OnceLock, PoisonError,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    thread,
    time::Instant,
};

use super::{
    CASES, Event, FuzzError, Fuzzed, Fuzzer, Progress,
    batch_queue::{BatchQueue, locked},
    fingerprint, gate,
    schedule::Schedule,
    semaphore::Semaphore,
    stage::Stage,
    stage_runner::{Found, StageRunner},
};
use crate::{
    algorithm::Algorithm,
    ask::{Patience, RunError},
    catalogue::Catalogue,
    configuration::Configuration,
    report::{Control, Report, Summary},
    verifier::{AskError, Conduct},
};

impl Fuzzer<'_> {
    /// Runs and tells everything that happens as soon as it does, so that it can be saved, until the budget is spent or `stop` is set.
    ///
    /// # Errors
    /// If the target could not be reached or the oracle does not work; see [`FuzzError`].
    ///
    /// # Panics
    /// If `on_event` panics.
    pub fn watch(&self, on_event: &(dyn Fn(Event<'_>) + Sync), stop: &AtomicBool) -> Result<Fuzzed, FuzzError> {
        gate::oracle()?;
        let catalogue = Catalogue::built_in();
        let (slots, kinds) = self.slots();
        let usual = self.algorithms.len();
        let runners: Vec<Mutex<Option<StageRunner<'_>>>> = slots.iter().map(|_| Mutex::new(None)).collect();
        let queue = BatchQueue::new(Schedule::new(usual, &kinds, self.seed), slots.len(), self.budget());
        let tally = Tally::default();
        let semaphore = Semaphore::new(self.jobs);
        let patience = Patience::default();
        let failure: Mutex<Option<AskError>> = Mutex::new(None);
        let started = Instant::now();
        let halt = AtomicBool::new(false);
        let over = || {
            halt.load(Ordering::Relaxed)
                || stop.load(Ordering::Relaxed)
                || patience.is_over()
                || self.time.is_some_and(|time| started.elapsed() >= time)
        };
        let work = || {
            while !over() {
                let Some(stage) = queue.next() else { break };
                let mut slot = locked(&runners[stage]);
                let Some(count) = queue.count(stage) else { continue };
                if slot.is_none() {
                    *slot = self.stage(&slots[stage]).map(|stage| StageRunner::new(stage, &self.corpus));
                }
                let Some(runner) = slot.as_mut() else {
                    queue.give_back(count);
                    continue;
                };
                let before = (runner.findings().len(), runner.source().corpus_len(), runner.kinds());
                let end = self.time.map(|time| started + time);
                let seen = tally.executions.load(Ordering::Relaxed);
                let asked = match runner.run((&*self.implementation, &semaphore, &patience), count, seen, &catalogue, stop, end) {
                    Ok(asked) => {
                        queue.give_back(count - asked.min(count));
                        asked
                    }
                    Err(error) => {
                        locked(&failure).get_or_insert(error);
                        halt.store(true, Ordering::Relaxed);
                        0
                    }
                };
                for found in &runner.findings()[before.0..] {
                    on_event(Event::Found(&found.finding, &found.case));
                }
                if runner.source().corpus_len() > before.1 {
                    on_event(Event::Kept(&runner.source().corpus()));
                }
                on_event(Event::Progress(tally.add(asked, runner, before)));
                if self.until.is_some_and(|until| runner.findings().iter().any(|found| found.finding.outcome >= until)) {
                    halt.store(true, Ordering::Relaxed);
                }
            }
        };
        let mut idle = 0;
        while idle <= queue.round() {
            let before = tally.executions.load(Ordering::Relaxed);
            thread::scope(|scope| {
                // One more than are asked: it makes tokens while the others wait for answers.
                for _ in 1..(self.jobs + 1).min(slots.len()) {
                    scope.spawn(work);
                }
                work();
            });
            // What stages did not ask, since the target cannot be set up so, is asked by the others.
            if over() || !queue.deal_again() {
                break;
            }
            idle = if tally.executions.load(Ordering::Relaxed) == before { idle + 1 } else { 0 };
        }
        let runners: Vec<StageRunner<'_>> =
            runners.into_iter().filter_map(|runner| runner.into_inner().unwrap_or_else(PoisonError::into_inner)).collect();
        let failure = failure.into_inner().unwrap_or_else(PoisonError::into_inner);
        self.conclude(runners, failure, patience.told(self.implementation.conduct()), stop.load(Ordering::Relaxed))
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

    fn conclude(
        &self,
        runners: Vec<StageRunner<'_>>,
        failure: Option<AskError>,
        conduct: Conduct,
        interrupted: bool,
    ) -> Result<Fuzzed, FuzzError> {
        let usual: Vec<&StageRunner<'_>> = runners.iter().filter(|runner| runner.control().usual).collect();
        let answered = usual.iter().any(|runner| runner.control().genuine_accepted > 0);
        let found = runners.iter().any(|runner| !runner.findings().is_empty());
        if let Some(error) = &failure
            && (!answered && !found)
            && !interrupted
        {
            return Err(RunError::Unreachable(error.clone()).into());
        }
        if !interrupted && !found && usual.iter().all(|runner| runner.control().unsupported.is_some()) && !usual.is_empty() {
            let reasons: Vec<String> = usual
                .iter()
                .filter_map(|runner| runner.control().unsupported.as_ref().map(|r| format!("{}: {r}", runner.control().algorithm)))
                .collect();
            return Err(RunError::Unsupported(reasons.join("; ")).into());
        }
        let executions = runners.iter().map(StageRunner::answered).sum();
        let kinds = runners.iter().map(StageRunner::kinds).sum();
        let controls: Vec<Control> =
            runners.iter().map(|runner| runner.control().clone()).filter(|c| c.usual || c.asked()).collect();
        let corpus = runners.iter().flat_map(|runner| runner.source().corpus()).collect();
        let held = runners.iter().map(StageRunner::held).sum();
        let mut found: Vec<Found> = runners.into_iter().flat_map(StageRunner::into_findings).collect();
        fingerprint::distinct(&mut found);
        found.sort_by_key(|found| std::cmp::Reverse(found.finding.severity));
        let (mut findings, mut cases, mut seen_at) = (Vec::new(), Vec::new(), Vec::new());
        for Found { finding, case, seen_at: at, .. } in found {
            findings.push(finding);
            cases.push(case);
            seen_at.push(at);
        }
        let report = Report {
            target: self.target.identified(&*self.implementation),
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
            conduct,
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
    /// Adds what a batch gave a runner that had so many findings, recipes and kinds `before`.
    fn add(&self, asked: usize, runner: &StageRunner<'_>, before: (usize, usize, usize)) -> Progress {
        let add = |to: &AtomicUsize, by: usize| to.fetch_add(by, Ordering::Relaxed) + by;
        Progress {
            executions: add(&self.executions, asked),
            findings: add(&self.findings, runner.findings().len() - before.0),
            corpus: add(&self.corpus, runner.source().corpus_len() - before.1),
            kinds: add(&self.kinds, runner.kinds() - before.2),
        }
    }
}
