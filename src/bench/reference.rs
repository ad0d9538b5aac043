//! A fixed piece of work of our own, timed beside everything else: what changes for it as well is the machine, not the code.
//!
//! Multiplications of 64 bits in four chains, as in the arithmetic of large numbers. It follows the clock of the core and whatever shares
//! the core; it does not follow the caches, which none of the contenders fills either.

use std::hint::black_box;

/// Steps of a piece: a fifth of a millisecond or so.
const STEPS: u64 = 60_000;

/// Does one piece.
pub fn piece() {
    let mut chains = black_box([3_u64, 5, 7, 11]);
    for step in 0..STEPS {
        for chain in &mut chains {
            *chain = chain.wrapping_mul(0x9e37_79b9_7f4a_7c15).rotate_left(29) ^ step;
        }
    }
    black_box(chains);
}
