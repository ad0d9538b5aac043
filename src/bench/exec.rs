//! Any program that speaks the adapter protocol, timed through its pipes, with what the protocol itself costs measured beside it.
//!
//! The protocol's cost is that of a text as long as the token that is not a token at all: it takes the same way through both pipes
//! and the adapter, and is refused before any base64. What is left after that is the library's own work, and what the adapter does
//! to write an accepted token's claims out. A library that makes a costly exception of such a text makes the protocol look dearer
//! than it is.

use std::{
    ops::ControlFlow,
    sync::atomic::{AtomicBool, Ordering},
    time::{Duration, Instant},
};

use super::{
    contender::{Broken, Operation},
    measure::order,
    results::{Batch, Machine, Piped, Results, Row, SCHEMA, Settings, relate},
    runner::{Event, PARTS},
    scheme::Scheme,
    stats,
    workload::Workload,
};
use crate::{
    Algorithm, AskError, ConfigureError, Implementation, Trust, Verifier,
    keys::{Key, Role},
    verdict::Verdict,
};

/// Questions that are asked one at a time after each batch.
const SINGLE: usize = 20;
/// Batches of each kind of question.
const ROUNDS: usize = 20;

/// What is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Genuine,
    Forged,
    /// A text that is refused at sight.
    Null,
}

const KINDS: [Kind; 3] = [Kind::Genuine, Kind::Forged, Kind::Null];

/// Asks `program` about tokens of each scheme for `time` in all.
///
/// # Errors
/// If it cannot be asked at all. A scheme that it does not support is left out; one that it gets wrong is broken.
pub fn run(
    program: &dyn Implementation,
    target: &str,
    schemes: &[Scheme],
    time: Duration,
    on_event: &dyn Fn(Event),
    stop: &AtomicBool,
) -> Result<Results, AskError> {
    let (mut runners, mut broken) = (Vec::new(), Vec::new());
    for algorithm in schemes.iter().filter_map(|scheme| scheme.algorithm()) {
        let key = Key::of(Role::Trusted, algorithm).expect("every algorithm has a trusted key");
        match program.configure(&Trust { kid: None, ..Trust::in_key(&key, algorithm) }) {
            Ok(verifier) => match StageRunner::new(algorithm, verifier)? {
                Ok(runner) => runners.push(runner),
                Err(why) => broken.push(Broken { scheme: Scheme::Jws(algorithm), backend: target.to_owned(), why }),
            },
            Err(ConfigureError::Unsupported(_)) => {}
            Err(ConfigureError::Unreachable(error)) => return Err(error),
        }
    }
    on_event(Event::Planned(runners.len() * ROUNDS));
    let batch = time / u32::try_from(runners.len().max(1) * KINDS.len() * (ROUNDS + 1)).unwrap_or(u32::MAX);
    let lost = race(&mut runners, batch, on_event, stop).err();
    let (name, version) = program.identity().unwrap_or_else(|| (target.to_owned(), String::new()));
    let mut rows: Vec<Row> = runners.iter().flat_map(|runner| runner.rows(&name)).collect();
    for broken in &mut broken {
        broken.backend.clone_from(&name);
    }
    match lost {
        // What was measured until then is gone with its program: half a run would look like a whole one.
        Some(error) if !stop.load(Ordering::Relaxed) => return Err(error),
        _ => relate(&mut rows, &|_| None),
    }
    Ok(Results {
        schema: SCHEMA.to_owned(),
        machine: Machine::here(vec![("jwt-gauntlet".to_owned(), env!("CARGO_PKG_VERSION").to_owned()), (name, version)]),
        options: Settings {
            target: target.to_owned(),
            time_ms: u64::try_from(time.as_millis()).unwrap_or(u64::MAX),
            parts: 1,
            rounds: ROUNDS,
        },
        rows,
        broken,
        scaling: Vec::new(),
        interrupted: stop.load(Ordering::Relaxed),
    })
}

fn race(runners: &mut [StageRunner], batch: Duration, on_event: &dyn Fn(Event), stop: &AtomicBool) -> Result<(), AskError> {
    for runner in &mut *runners {
        if !stop.load(Ordering::Relaxed) {
            runner.fill(batch)?;
        }
    }
    for round in 0..ROUNDS {
        for place in order(runners.len(), round) {
            if stop.load(Ordering::Relaxed) {
                return Ok(());
            }
            runners[place].round(round)?;
            on_event(Event::Batch);
        }
    }
    Ok(())
}

/// One algorithm.
struct StageRunner {
    work: Workload,
    verifier: Box<dyn Verifier>,
    tokens: [Vec<String>; 3],
    size: usize,
    /// Seconds a question with many in flight, by kind.
    many: [Vec<f64>; 3],
    /// Seconds a question one at a time, by kind.
    single: [Vec<f64>; 3],
    asked: u64,
}

impl StageRunner {
    /// Asks the controls: the inner `Err` is what went wrong.
    fn new(algorithm: Algorithm, verifier: Box<dyn Verifier>) -> Result<Result<Self, String>, AskError> {
        let work = Workload::of(Scheme::Jws(algorithm)).expect("the engine signs every algorithm");
        let null = "x".repeat(work.token_bytes());
        let tokens = [work.tokens(), work.forged_tokens(), vec![null]];
        for (kind, tokens) in KINDS.into_iter().zip(&tokens) {
            for token in tokens {
                let verdict = verifier.verify(token)?;
                if matches!(verdict, Verdict::Accepted(_)) != (kind == Kind::Genuine) {
                    return Ok(Err(match (kind, verdict) {
                        (Kind::Genuine, Verdict::Rejected(why)) => format!("refused a genuine token: {why}"),
                        (Kind::Genuine, _) => "crashed on a genuine token".to_owned(),
                        (Kind::Forged, _) => "accepted a forged token".to_owned(),
                        (Kind::Null, _) => "accepted a string that is not a token".to_owned(),
                    }));
                }
            }
        }
        Ok(Ok(Self { work, verifier, tokens, size: 32, many: Default::default(), single: Default::default(), asked: 0 }))
    }

    /// Warms up, and finds out how many questions fill a batch.
    fn fill(&mut self, batch: Duration) -> Result<(), AskError> {
        loop {
            let took = self.ask(0, self.size)?;
            if took >= batch.as_secs_f64() / 2.0 || self.size >= 1 << 18 {
                return Ok(());
            }
            self.size *= 2;
        }
    }

    fn round(&mut self, round: usize) -> Result<(), AskError> {
        for place in order(KINDS.len(), round) {
            let took = self.ask(place, self.size)?;
            self.many[place].push(took / count(self.size));
            for turn in 0..SINGLE {
                let token = &self.tokens[place][turn % self.tokens[place].len()];
                let start = Instant::now();
                self.verifier.verify(token)?;
                self.single[place].push(start.elapsed().as_secs_f64());
            }
        }
        Ok(())
    }

    /// Seconds for so many questions with many in flight.
    fn ask(&mut self, place: usize, questions: usize) -> Result<f64, AskError> {
        let tokens: Vec<&str> = self.tokens[place].iter().map(String::as_str).cycle().take(questions).collect();
        let start = Instant::now();
        let mut right = true;
        self.verifier.verify_all(&tokens, &mut |_, verdict| {
            right &= matches!(verdict, Verdict::Accepted(_)) == (place == 0);
            ControlFlow::Continue(())
        })?;
        self.asked += questions as u64;
        if right {
            Ok(start.elapsed().as_secs_f64())
        } else {
            Err(AskError::Protocol("it answered otherwise than before while it was timed".to_owned()))
        }
    }

    fn rows(&self, name: &str) -> Vec<Row> {
        // No reference of ours, since the program has a core of its own: a change of the clock is in the protocol's cost as well.
        let batch = |(own, null): (&f64, &f64)| Batch { call: own * 1e9, clock: null * 1e9, crowd: 0.0 };
        let batches = |(own, null): (&[f64], &[f64])| own.iter().zip(null).map(batch).collect();
        let row = |(place, operation): (usize, Operation)| {
            let many = stats::median(&self.many[place])?;
            let net: Vec<f64> = self.many[place].iter().zip(&self.many[2]).map(|(all, null)| all - null).collect();
            Some(Row {
                scheme: self.work.scheme,
                backend: name.to_owned(),
                operation,
                ops_per_second: many.inverse(),
                median_ns: stats::median(&self.single[place])?.times(1e9),
                p99_ns: stats::quantile(&self.single[place], 0.99)?.times(1e9),
                signature_bytes: self.work.signature_bytes(),
                token_bytes: self.work.token_bytes(),
                times_hs256: None,
                times_raw: None,
                piped: Some(Piped {
                    protocol_ns: stats::median(&self.many[2])?.times(1e9),
                    net_ns: stats::median(&net)?.times(1e9),
                }),
                waited: None,
                calls: self.asked,
                parts: self.many[place].chunks(ROUNDS / PARTS).zip(self.many[2].chunks(ROUNDS / PARTS)).map(batches).collect(),
            })
        };
        [(0, Operation::TokenVerify), (1, Operation::TokenForged)].into_iter().filter_map(row).collect()
    }
}

fn count(questions: usize) -> f64 {
    f64::from(u32::try_from(questions).unwrap_or(u32::MAX))
}
