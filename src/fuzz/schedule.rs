//! Which stage of a run has its turn, and for how long: a matter of the seed and the budget alone.

use crate::entropy::Entropy;

/// Cases in the first batch of a stage, and at most.
const BATCH: (usize, usize) = (64, 1024);

/// Odd stages that have a turn in every round.
const ODD: usize = 8;

/// Which stage has its turn, with how many cases: every usual one each round, and a few of the odd ones for a short while. Kinds of odd
/// set-ups take turns, since there are far more texts of a key than lists of algorithms.
pub(super) struct Schedule {
    usual: usize,
    odd: Vec<usize>,
}

impl Schedule {
    /// `kinds` holds the odd stages by kind.
    pub(super) fn new(usual: usize, kinds: &[Vec<usize>], seed: u64) -> Self {
        let mut entropy = Entropy::seeded(seed ^ 0x5ced);
        let queue = kinds.iter().map(Vec::len).max().unwrap_or_default() * kinds.len();
        let mut left: Vec<Vec<usize>> = vec![Vec::new(); kinds.len()];
        let mut odd = Vec::with_capacity(queue);
        for turn in 0..queue {
            let kind = turn % kinds.len();
            if left[kind].is_empty() {
                left[kind].clone_from(&kinds[kind]);
            }
            let count = left[kind].len();
            if count > 0 {
                odd.push(left[kind].swap_remove(entropy.below(count)));
            }
        }
        Self { usual, odd }
    }

    fn odd(&self) -> usize {
        ODD.min(self.odd.len())
    }

    /// Turns until every usual stage has had one.
    pub(super) fn round(&self) -> usize {
        self.usual + self.odd()
    }

    pub(super) fn stage(&self, turn: usize) -> usize {
        let (round, slot) = (turn / self.round(), turn % self.round());
        if slot < self.usual { slot } else { self.odd[(round * self.odd() + slot - self.usual) % self.odd.len()] }
    }

    /// Cases of that turn, if the budget allows.
    pub(super) fn size(&self, turn: usize) -> usize {
        let (round, slot) = (turn / self.round(), turn % self.round());
        let full = (BATCH.0 << round.min(10)).min(BATCH.1);
        if slot < self.usual { full } else { (full / 16).max(24) }
    }
}
