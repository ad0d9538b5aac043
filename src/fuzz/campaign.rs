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
    ask::{Ended, Patience, Tally},
    catalogue::Catalogue,
    configuration::Configuration,
    verifier::AskError,
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
        let (slots, kinds) = self.slots();
        let campaign = Campaign {
            fuzzer: self,
            catalogue: Catalogue::built_in(),
            runners: slots.iter().map(|_| Mutex::new(None)).collect(),
            queue: BatchQueue::new(Schedule::new(self.algorithms.len(), &kinds, self.seed), slots.len(), self.budget()),
            slots: &slots,
            counters: Counters::default(),
            semaphore: Semaphore::new(self.jobs),
            patience: Patience::default(),
            failure: Mutex::new(None),
            started: Instant::now(),
            halt: AtomicBool::new(false),
            on_event,
            stop,
        };
        campaign.run();
        campaign.conclude()
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
}

/// A run under way.
struct Campaign<'c> {
    fuzzer: &'c Fuzzer<'c>,
    catalogue: Catalogue,
    slots: &'c [Slot],
    runners: Vec<Mutex<Option<StageRunner<'c>>>>,
    queue: BatchQueue,
    counters: Counters,
    semaphore: Semaphore,
    patience: Patience,
    failure: Mutex<Option<AskError>>,
    started: Instant,
    /// Set where it ends before its budget.
    halt: AtomicBool,
    on_event: &'c (dyn Fn(Event<'_>) + Sync),
    stop: &'c AtomicBool,
}

impl Campaign<'_> {
    /// Until the budget is spent.
    fn run(&self) {
        let mut idle = 0;
        while idle <= self.queue.round() {
            let before = self.counters.executions.load(Ordering::Relaxed);
            thread::scope(|scope| {
                // One more than are asked: it makes tokens while the others wait for answers.
                for _ in 1..(self.fuzzer.jobs + 1).min(self.slots.len()) {
                    scope.spawn(|| self.work());
                }
                self.work();
            });
            // What stages did not ask, since the target cannot be set up so, is asked by the others.
            if self.is_over() || !self.queue.deal_again() {
                break;
            }
            idle = if self.counters.executions.load(Ordering::Relaxed) == before { idle + 1 } else { 0 };
        }
    }

    fn is_over(&self) -> bool {
        self.halt.load(Ordering::Relaxed)
            || self.stop.load(Ordering::Relaxed)
            || self.patience.is_over()
            || self.fuzzer.time.is_some_and(|time| self.started.elapsed() >= time)
    }

    /// What one thread does.
    fn work(&self) {
        while !self.is_over() {
            let Some(number) = self.queue.next() else { break };
            let mut slot = locked(&self.runners[number]);
            let Some(count) = self.queue.count(number) else { continue };
            if slot.is_none() {
                *slot = self.fuzzer.stage(&self.slots[number]).map(|stage| StageRunner::new(stage, &self.fuzzer.corpus));
            }
            match slot.as_mut() {
                Some(runner) => self.turn(runner, count),
                None => self.queue.give_back(count),
            }
        }
    }

    /// One batch of a stage, and what came of it told.
    fn turn(&self, runner: &mut StageRunner<'_>, count: usize) {
        let before = (runner.findings().len(), runner.source().corpus_len(), runner.kinds());
        let end = self.fuzzer.time.map(|time| self.started + time);
        let seen = self.counters.executions.load(Ordering::Relaxed);
        let target = (&*self.fuzzer.implementation, &self.semaphore, &self.patience);
        let asked = match runner.run(target, count, seen, &self.catalogue, self.stop, end) {
            Ok(asked) => {
                self.queue.give_back(count - asked.min(count));
                asked
            }
            Err(error) => {
                locked(&self.failure).get_or_insert(error);
                self.halt.store(true, Ordering::Relaxed);
                0
            }
        };
        for found in &runner.findings()[before.0..] {
            (self.on_event)(Event::Found(&found.finding, &found.case));
        }
        if runner.source().corpus_len() > before.1 {
            (self.on_event)(Event::Kept(&runner.source().corpus()));
        }
        (self.on_event)(Event::Progress(self.counters.add(asked, runner, before)));
        if self.fuzzer.until.is_some_and(|until| runner.findings().iter().any(|found| found.finding.outcome >= until)) {
            self.halt.store(true, Ordering::Relaxed);
        }
    }

    fn conclude(self) -> Result<Fuzzed, FuzzError> {
        let runners: Vec<StageRunner<'_>> =
            self.runners.into_iter().filter_map(|runner| runner.into_inner().unwrap_or_else(PoisonError::into_inner)).collect();
        let executions = runners.iter().map(StageRunner::answered).sum();
        let kinds = runners.iter().map(StageRunner::kinds).sum();
        let held = runners.iter().map(StageRunner::held).sum();
        let corpus = runners.iter().flat_map(|runner| runner.source().corpus()).collect();
        let controls =
            runners.iter().map(StageRunner::control).filter(|control| control.usual || control.asked()).cloned().collect();
        let mut found: Vec<Found> = runners.into_iter().flat_map(StageRunner::into_findings).collect();
        fingerprint::distinct(&mut found);
        let findings = found.into_iter().map(|found| (found.finding, (found.case, found.seen_at))).collect();
        let failure = self.failure.into_inner().unwrap_or_else(PoisonError::into_inner);
        let tally = Tally { asked: executions, held, findings, controls, failure, ..Tally::default() };
        let (report, beside) = tally.conclude(&Ended {
            implementation: &*self.fuzzer.implementation,
            target: &self.fuzzer.target,
            patience: &self.patience,
            seed: self.fuzzer.seed,
            cases: executions,
            interrupted: self.stop.load(Ordering::Relaxed),
        })?;
        let (cases, seen_at) = beside.into_iter().unzip();
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
struct Counters {
    executions: AtomicUsize,
    findings: AtomicUsize,
    corpus: AtomicUsize,
    kinds: AtomicUsize,
}

impl Counters {
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
