//! Timing contenders in turn, round after round, so that whatever else the machine does falls on all of them.

use std::{
    hint::black_box,
    sync::atomic::{AtomicBool, Ordering},
    time::{Duration, Instant},
};

use jwt_gauntlet::internal::bench::measure::order;
use rustix::time::{ClockId, clock_gettime};

use crate::{
    contender::Contender,
    control::{Broken, Control},
    stats::{Estimate, median, quantile},
    store::server::Server,
};

/// Requests a round that are timed one by one, at the most.
const SINGLE: usize = 200;
/// Rounds are cut short by Ctrl-C only; below this many there is nothing to say.
const LEAST: usize = 3;

/// How long it may take.
#[derive(Clone, Copy, Debug)]
pub struct Budget {
    /// One batch of one contender.
    pub batch: Duration,
    /// Batches of each.
    pub rounds: usize,
}

/// What was measured of one contender, in seconds a request.
#[derive(Clone, Debug, Default)]
pub struct Samples {
    /// By the clock on the wall, one mean a batch.
    wall: Vec<f64>,
    /// Processor time of this process, and of the Redis server if it was asked; one mean a batch.
    processor: Vec<f64>,
    /// Single requests by the clock on the wall.
    single: Vec<f64>,
}

/// What a request costs, in seconds but for `ratio`.
#[derive(Clone, Copy, Debug)]
pub struct Figures {
    /// The median of the batches.
    pub wall: Estimate,
    /// The same for processor time.
    pub processor: Estimate,
    /// Ninety-nine of a hundred single requests took at most this long.
    pub p99: Estimate,
    /// Times the reference, the median over the rounds of both.
    pub ratio: Estimate,
}

impl Samples {
    /// Sums up; `None` if there are too few rounds.
    #[must_use]
    pub fn figures(&self, reference: &Self) -> Option<Figures> {
        if self.wall.len() < LEAST {
            return None;
        }
        let ratios: Vec<f64> = self.wall.iter().zip(&reference.wall).map(|(mine, theirs)| mine / theirs).collect();
        Some(Figures {
            wall: median(&self.wall)?,
            processor: median(&self.processor)?,
            p99: quantile(&self.single, 0.99)?,
            ratio: median(&ratios)?,
        })
    }
}

/// Measures all of them in turn. `Err` for one that no longer answers. Ends early if `stop` is set; `on_batch` is told of each batch.
pub fn race(
    contenders: &mut [Contender],
    server: Option<&Server>,
    budget: Budget,
    stop: &AtomicBool,
    on_batch: &dyn Fn(),
) -> Vec<Result<Samples, Broken>> {
    let mut runners: Vec<_> = contenders.iter_mut().map(|c| StageRunner::new(c, server, budget.batch)).collect();
    for round in 0..budget.rounds {
        for turn in order(runners.len(), round) {
            if stop.load(Ordering::Relaxed) {
                break;
            }
            runners[turn].batch();
            on_batch();
        }
    }
    runners.into_iter().map(|runner| runner.end.map_or(Ok(runner.samples), Err)).collect()
}

/// A contender on its way.
struct StageRunner<'a> {
    contender: &'a mut Contender,
    /// The Redis server, if this contender asks it.
    server: Option<&'a Server>,
    next: usize,
    size: usize,
    samples: Samples,
    end: Option<Broken>,
}

impl<'a> StageRunner<'a> {
    /// Warms up, and finds out how many requests fill a batch.
    fn new(contender: &'a mut Contender, server: Option<&'a Server>, batch: Duration) -> Self {
        let server = server.filter(|_| contender.plan.needs_redis());
        let mut runner = Self { contender, server, next: 0, size: 1, samples: Samples::default(), end: None };
        loop {
            let start = Instant::now();
            runner.ask(runner.size);
            if start.elapsed() >= batch / 2 || runner.end.is_some() {
                return runner;
            }
            runner.size *= 2;
        }
    }

    #[allow(clippy::cast_precision_loss)] // Batches are small.
    fn batch(&mut self) {
        if self.end.is_some() {
            return;
        }
        // The server's clock outside of ours: asking it is not a part of what is measured.
        let (theirs, mine) = (self.server_time(), processor_time());
        let start = Instant::now();
        self.ask(self.size);
        let wall = start.elapsed().as_secs_f64();
        let mine = processor_time() - mine;
        let processor = mine + self.server_time() - theirs;
        self.samples.wall.push(wall / self.size as f64);
        self.samples.processor.push(processor / self.size as f64);
        for _ in 0..SINGLE.min(self.size) {
            let start = Instant::now();
            self.ask(1);
            self.samples.single.push(start.elapsed().as_secs_f64());
        }
    }

    fn ask(&mut self, requests: usize) {
        for _ in 0..requests {
            let (value, _) = &self.contender.genuine[self.next];
            self.next = (self.next + 1) % self.contender.genuine.len();
            if let Err(error) = black_box(self.contender.gate.authenticate(black_box(value))) {
                self.end = Some(Broken { control: Control::Genuine, why: format!("while it was timed: {error}") });
                return;
            }
        }
    }

    fn server_time(&self) -> f64 {
        self.server.and_then(Server::processor_time).unwrap_or_default()
    }
}

/// Seconds of processor time that this process has used so far, all threads.
#[allow(clippy::cast_precision_loss)] // Nanoseconds of a bench.
fn processor_time() -> f64 {
    let time = clock_gettime(ClockId::ProcessCPUTime);
    time.tv_sec as f64 + time.tv_nsec as f64 / 1e9
}
