//! The same work on several threads at once.

use std::{
    hint::black_box,
    sync::{
        Barrier,
        atomic::{AtomicBool, Ordering},
    },
    thread,
    time::{Duration, Instant},
};

use serde::{Deserialize, Serialize};

use super::{
    contender::Contender,
    contender::Operation,
    scheme::Scheme,
    stats::{self, Estimate},
};

/// Windows of each number of threads.
const ROUNDS: usize = 5;

/// What so many threads do together.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Scaling {
    /// The scheme.
    pub scheme: Scheme,
    /// The back end.
    pub backend: String,
    /// The operation.
    pub operation: Operation,
    /// One entry for each number of threads.
    pub steps: Vec<Step>,
}

/// One number of threads.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Step {
    /// How many.
    pub threads: usize,
    /// Operations a second by the clock on the wall, all threads together.
    pub ops_per_second: Estimate,
}

/// One to all cores: powers of two, and all.
#[must_use]
pub fn usual_threads() -> Vec<usize> {
    let cores = thread::available_parallelism().map_or(1, usize::from);
    let mut threads: Vec<usize> = std::iter::successors(Some(1), |n| Some(n * 2)).take_while(|n| *n < cores).collect();
    threads.push(cores);
    threads
}

/// Measures each contender with each number of threads, in turn; `time` is for all of it.
pub fn scale(contenders: &[&Contender], threads: &[usize], time: Duration, stop: &AtomicBool) -> Vec<Scaling> {
    let windows = u32::try_from(contenders.len() * threads.len() * ROUNDS).unwrap_or(u32::MAX).max(1);
    let window = time / windows;
    let mut rates = vec![vec![Vec::new(); threads.len()]; contenders.len()];
    for _ in 0..ROUNDS {
        for (place, contender) in contenders.iter().enumerate() {
            for (step, count) in threads.iter().enumerate() {
                if !stop.load(Ordering::Relaxed) {
                    rates[place][step].push(together(contender, *count, window));
                }
            }
        }
    }
    let row = |(contender, rates): (&&Contender, Vec<Vec<f64>>)| {
        let summed =
            |(threads, rates): (&usize, Vec<f64>)| Some(Step { threads: *threads, ops_per_second: stats::median(&rates)? });
        let steps: Vec<Step> = threads.iter().zip(rates).filter_map(summed).collect();
        let Contender { scheme, backend, operation, .. } = contender;
        Scaling { scheme: *scheme, backend: backend.clone(), operation: *operation, steps }
    };
    contenders.iter().zip(rates).map(row).filter(|row| !row.steps.is_empty()).collect()
}

/// Operations a second of so many threads that start together.
#[allow(clippy::cast_precision_loss)] // Calls of a fraction of a second.
fn together(contender: &Contender, threads: usize, window: Duration) -> f64 {
    let start = Barrier::new(threads);
    thread::scope(|scope| {
        let workers: Vec<_> = (0..threads)
            .map(|thread| {
                let start = &start;
                scope.spawn(move || {
                    start.wait();
                    let begun = Instant::now();
                    let mut calls = 0_usize;
                    let mut chunk = 1;
                    while begun.elapsed() < window {
                        for turn in 0..chunk {
                            black_box((contender.work)(calls + turn + thread));
                        }
                        calls += chunk;
                        // The clock is read rarely where calls are short.
                        if begun.elapsed() < window / 64 {
                            chunk *= 2;
                        }
                    }
                    calls as f64 / begun.elapsed().as_secs_f64()
                })
            })
            .collect();
        workers.into_iter().map(|worker| worker.join().expect("the work does not panic")).sum()
    })
}
