//! Fixed work of our own, timed beside each batch: what it takes tells about the machine, not about the code that is measured.
//!
//! Two kinds, because a core has two kinds of change. A chain in which each step waits for the one before leaves most of the core idle,
//! so it follows the clock and hardly feels who else uses the core. Eight independent chains fill it, so they take longer as soon as a
//! neighbour on the other hardware thread wants its share; on the machine where this was chosen, by 30 to 75 per cent, while the single
//! chain took five to eight per cent longer. Neither touches memory: what shares a cache is not seen.

use std::hint::black_box;

use super::measure::processor_time;

/// Steps of the single chain: fifteen microseconds or so.
const CLOCK: u64 = 9_000;
/// Steps of the eight.
const CROWD: u64 = 6_000;

/// Seconds of processor time that the single chain takes now.
#[must_use]
pub fn clock() -> f64 {
    let start = processor_time();
    let mut chain = black_box(3_u64);
    for step in 0..CLOCK {
        chain = chain.wrapping_mul(0x9e37_79b9_7f4a_7c15).rotate_left(29) ^ step;
    }
    black_box(chain);
    processor_time() - start
}

/// Seconds of processor time that the eight chains take now.
#[must_use]
pub fn crowd() -> f64 {
    let start = processor_time();
    let mut chains = black_box([1_u64, 2, 3, 4, 5, 6, 7, 8]);
    for step in 0..CROWD {
        for chain in &mut chains {
            *chain = chain.wrapping_add(step).rotate_left(7) ^ 0x9e37;
        }
    }
    black_box(chains);
    processor_time() - start
}
