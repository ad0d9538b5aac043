//! Two operations side by side: a batch of one, a batch of the other, in turn, and the median of what the pairs give.
//!
//! What is counted is the processor time of this thread, so that other programs on the machine disturb little, and both alike.

use std::time::{Duration, Instant};

use jwt_gauntlet::internal::bench::stats::{Estimate, median};
use rustix::time::{ClockId, clock_gettime};

/// How much is measured.
#[derive(Clone, Copy, Debug)]
pub struct Effort {
    /// Pairs that a figure is the median of.
    pub pairs: usize,
    /// How long a batch is.
    pub batch: Duration,
}

impl Effort {
    /// For figures to keep.
    pub const FULL: Self = Self { pairs: 31, batch: Duration::from_millis(5) };
    /// For CI.
    pub const QUICK: Self = Self { pairs: 11, batch: Duration::from_millis(2) };
}

/// What pairs of two operations gave.
#[derive(Clone, Copy, Debug)]
pub struct Pair {
    /// One call of the first, in seconds.
    pub first: Estimate,
    /// One call of the second, in seconds.
    pub second: Estimate,
    /// The second over the first, pair by pair.
    pub ratio: Estimate,
}

/// Runs the two in turn.
pub fn side_by_side(effort: Effort, first: &mut dyn FnMut(), second: &mut dyn FnMut()) -> Pair {
    let calls = [calls(effort.batch, first), calls(effort.batch, second)];
    let (mut firsts, mut seconds, mut ratios) = (Vec::new(), Vec::new(), Vec::new());
    for pair in 0..effort.pairs {
        // Each goes first every other time.
        let (a, b) = if pair % 2 == 0 {
            let a = batch(calls[0], first);
            (a, batch(calls[1], second))
        } else {
            let b = batch(calls[1], second);
            (batch(calls[0], first), b)
        };
        firsts.push(a);
        seconds.push(b);
        ratios.push(b / a);
    }
    let median = |samples: Vec<f64>| median(&samples).expect("there are pairs");
    Pair { first: median(firsts), second: median(seconds), ratio: median(ratios) }
}

/// How many calls fill a batch; warms up on the way.
fn calls(length: Duration, operation: &mut dyn FnMut()) -> u32 {
    let mut calls = 1;
    loop {
        let taken = batch(calls, operation) * f64::from(calls);
        if taken * 2.0 >= length.as_secs_f64() || calls >= 1 << 24 {
            return calls;
        }
        calls *= 2;
    }
}

/// Seconds of processor time a call.
fn batch(calls: u32, operation: &mut dyn FnMut()) -> f64 {
    let start = clock(ClockId::ThreadCPUTime);
    for _ in 0..calls {
        operation();
    }
    (clock(ClockId::ThreadCPUTime) - start) / f64::from(calls)
}

#[allow(clippy::cast_precision_loss)] // Nanoseconds of a run, not of an age.
fn clock(id: ClockId) -> f64 {
    let time = clock_gettime(id);
    time.tv_sec as f64 + time.tv_nsec as f64 / 1e9
}

/// How much of a core this process was given since it began to look.
pub struct Load {
    wall: Instant,
    processor: f64,
}

impl Load {
    /// Begins to look.
    #[must_use]
    pub fn watch() -> Self {
        Self { wall: Instant::now(), processor: clock(ClockId::ProcessCPUTime) }
    }

    /// The part of one core, 0 to 1 for a process of one thread. It is less where others wanted the core too.
    #[must_use]
    pub fn share(&self) -> f64 {
        (clock(ClockId::ProcessCPUTime) - self.processor) / self.wall.elapsed().as_secs_f64()
    }
}

#[cfg(test)]
mod tests {
    use std::hint::black_box;

    use super::*;

    #[test]
    fn four_times_the_work_takes_about_four_times_the_time() {
        let work = |rounds: u32| (0..rounds).fold(1_u64, |sum, i| black_box(sum.wrapping_mul(31).wrapping_add(u64::from(i))));
        let mut once = || assert_ne!(black_box(work(2_000)), 1);
        let mut four_times = || assert_ne!(black_box(work(8_000)), 1);
        let pair = side_by_side(Effort::QUICK, &mut once, &mut four_times);
        // Wide, because other tests run beside it.
        assert!((2.0..8.0).contains(&pair.ratio.mid), "{pair:?}");
        assert!(pair.ratio.low <= pair.ratio.mid && pair.ratio.mid <= pair.ratio.high);
    }
}
