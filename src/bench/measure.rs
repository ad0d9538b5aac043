//! Timing contenders in turn, round after round, so that whatever else the machine does falls on all of them.
//!
//! Throughput comes from the processor time of the thread: a core's second is one in which the thread had the core. Latency comes from
//! the clock on the wall, since that is what a request waits for; where the two differ much, other programs had the cores, and the
//! report says so.

use std::{
    hint::black_box,
    sync::atomic::{AtomicBool, Ordering},
    time::{Duration, Instant},
};

use rustix::time::{ClockId, clock_gettime};
use serde::{Deserialize, Serialize};

use super::{contender::Contender, reference};

/// Calls that are timed one by one after each batch of short ones.
const SINGLE: usize = 20;
/// Pieces of a batch between which the reference looks for neighbours: they come and go within a millisecond.
const PIECES: usize = 4;
/// Calls longer than this are all timed one by one: the clock costs little beside them.
const LONG: Duration = Duration::from_micros(20);
/// Rounds of a part, at the least and at the most.
const ROUNDS: (usize, usize) = (4, 160);

/// How long it may take.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Budget {
    /// One batch of one contender.
    pub batch: Duration,
    /// Batches of each.
    pub rounds: usize,
}

impl Budget {
    /// Divides `time` among so many contenders: batches of about a millisecond, short beside the while for which a machine stays
    /// quiet, and as many rounds as that allows.
    #[must_use]
    pub fn of(time: Duration, contenders: usize) -> Self {
        let each = time / u32::try_from(contenders.max(1)).unwrap_or(u32::MAX);
        let rounds = usize::try_from(each.as_millis()).unwrap_or(usize::MAX).clamp(ROUNDS.0, ROUNDS.1);
        // The reference, the first calls and those that are timed singly take their part.
        let batch = each / u32::try_from(rounds + 1).unwrap_or(u32::MAX) * 9 / 10;
        Self { batch, rounds }
    }
}

/// What was measured of one contender, in seconds.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Samples {
    /// Processor time of a call, one mean a batch.
    pub processor: Vec<f64>,
    /// The same by the clock on the wall.
    pub wall: Vec<f64>,
    /// Processor time of the reference that follows the clock alone, beside each batch.
    pub clock: Vec<f64>,
    /// Of the one that neighbours slow down, the worst of before, within and after each batch.
    pub crowd: Vec<f64>,
    /// Single calls by the clock on the wall.
    pub single: Vec<f64>,
    /// Calls in all.
    pub calls: u64,
    /// Whether a call had the wrong outcome.
    pub wrong: bool,
}

/// Measures all of them in turn. Ends early if `stop` is set; `on_batch` is told of each batch.
pub fn race(contenders: &[Contender], budget: Budget, stop: &AtomicBool, on_batch: &dyn Fn()) -> Vec<Samples> {
    let clock = clock_cost();
    let mut runners: Vec<StageRunner<'_>> = Vec::new();
    for contender in contenders {
        // One that is stopped before its first batch has no samples, and no row.
        let runner = StageRunner { contender, next: 0, size: 1, long: false, every: 1, clock, samples: Samples::default() };
        runners.push(if stop.load(Ordering::Relaxed) { runner } else { runner.ready(budget.batch) });
        on_batch();
    }
    for round in 0..budget.rounds {
        let count = runners.len();
        for place in order(count, round) {
            if stop.load(Ordering::Relaxed) {
                break;
            }
            if round % runners[place].every == 0 {
                runners[place].batch();
            }
            on_batch();
        }
    }
    runners.into_iter().map(|runner| runner.samples).collect()
}

/// All of `count` places, in another order each round: nobody always runs in the warmth of the same neighbour.
pub fn order(count: usize, round: usize) -> impl Iterator<Item = usize> {
    let divisor = |mut a: usize, mut b: usize| {
        while b != 0 {
            (a, b) = (b, a % b);
        }
        a
    };
    let steps: Vec<usize> = (1..count.max(2)).filter(|step| divisor(*step, count) <= 1).collect();
    let step = steps[(round * 7) % steps.len()];
    (0..count).map(move |turn| (turn * step + round) % count)
}

/// A contender on its way.
struct StageRunner<'a> {
    contender: &'a Contender,
    next: usize,
    size: usize,
    long: bool,
    /// In which rounds it takes part: those divisible by this. One call can take longer than a batch should.
    every: usize,
    /// Seconds that reading the clock twice takes.
    clock: f64,
    samples: Samples,
}

impl StageRunner<'_> {
    /// Warms up, and finds out how many calls fill a batch.
    fn ready(mut self, batch: Duration) -> Self {
        loop {
            let start = Instant::now();
            self.call(self.size);
            let took = start.elapsed();
            if took >= batch / 4 || took >= LONG * 100 {
                let calls = f64::from(u32::try_from(self.size).unwrap_or(u32::MAX));
                let one = took.as_secs_f64() / calls;
                self.long = one > LONG.as_secs_f64();
                self.size = rounded(batch.as_secs_f64() / one);
                self.every = rounded(one / batch.as_secs_f64());
                return self;
            }
            self.size *= 2;
        }
    }

    fn batch(&mut self) {
        let clock = reference::clock();
        let (mut processor, mut wall, mut crowd) = (0.0, 0.0, reference::crowd());
        let pieces = PIECES.min(self.size);
        for piece in 0..pieces {
            let (began, start) = (processor_time(), Instant::now());
            let calls = self.size * (piece + 1) / pieces - self.size * piece / pieces;
            if self.long {
                self.singly(calls);
            } else {
                self.call(calls);
            }
            wall += start.elapsed().as_secs_f64();
            processor += processor_time() - began;
            crowd = crowd.max(reference::crowd());
        }
        let calls = f64::from(u32::try_from(self.size).unwrap_or(u32::MAX));
        self.samples.clock.push(clock);
        self.samples.crowd.push(crowd);
        self.samples.processor.push(processor / calls);
        self.samples.wall.push(wall / calls);
        if !self.long {
            self.singly(SINGLE.min(self.size));
        }
    }

    fn singly(&mut self, calls: usize) {
        for _ in 0..calls {
            let start = Instant::now();
            self.call(1);
            self.samples.single.push((start.elapsed().as_secs_f64() - self.clock).max(0.0));
        }
    }

    fn call(&mut self, calls: usize) {
        let mut right = true;
        for turn in self.next..self.next + calls {
            right &= black_box((self.contender.work)(turn));
        }
        self.next += calls;
        self.samples.calls += calls as u64;
        self.samples.wrong |= !right;
    }
}

#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)] // A number of calls, at least one.
fn rounded(calls: f64) -> usize {
    calls.clamp(1.0, 1e9) as usize
}

/// Seconds between two readings of the clock, the median of many.
fn clock_cost() -> f64 {
    let mut times: Vec<f64> = (0..1001)
        .map(|_| {
            let start = Instant::now();
            start.elapsed().as_secs_f64()
        })
        .collect();
    times.sort_by(f64::total_cmp);
    times[times.len() / 2]
}

/// Seconds of processor time that this thread has used so far.
#[must_use]
#[allow(clippy::cast_precision_loss)] // Nanoseconds of a bench.
pub fn processor_time() -> f64 {
    let time = clock_gettime(ClockId::ThreadCPUTime);
    time.tv_sec as f64 + time.tv_nsec as f64 / 1e9
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn every_round_gives_each_contender_one_turn() {
        for count in 1..40 {
            for round in 0..50 {
                assert_eq!(order(count, round).collect::<HashSet<_>>().len(), count);
            }
        }
    }

    #[test]
    fn a_part_keeps_to_its_time() {
        for (seconds, contenders) in [(1, 300), (5, 300), (5, 10), (60, 1)] {
            let (time, budget) = (Duration::from_secs(seconds), Budget::of(Duration::from_secs(seconds), contenders));
            let all = budget.batch * u32::try_from(contenders * budget.rounds).expect("few");
            assert!(budget.rounds >= 4 && all < time && all > time / 2, "{budget:?}");
        }
    }
}
