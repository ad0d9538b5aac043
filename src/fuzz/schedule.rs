//! Which stage of a run has its turn, and for how long: a matter of the seed and the budget alone.

use crate::entropy::Entropy;

/// Cases in the first batch of a stage, and at most.
const BATCH: (usize, usize) = (64, 1024);

/// Which stage has its turn, with how many cases: every usual one each round, and one of the odd ones, in a shuffled order.
pub(super) struct Schedule {
    usual: usize,
    odd: Vec<usize>,
}

impl Schedule {
    pub(super) fn new(usual: usize, stages: usize, seed: u64) -> Self {
        let (mut entropy, all) = (Entropy::seeded(seed ^ 0x5ced), (usual..stages).collect::<Vec<_>>());
        Self { usual, odd: all.iter().map(|_| *entropy.deal("odd stages", &all)).collect() }
    }

    /// Turns until every usual stage has had one.
    pub(super) fn round(&self) -> usize {
        self.usual + usize::from(!self.odd.is_empty())
    }

    pub(super) fn stage(&self, turn: usize) -> usize {
        let (round, slot) = (turn / self.round(), turn % self.round());
        if slot < self.usual { slot } else { self.odd[round % self.odd.len()] }
    }

    /// Cases of that turn, if the budget allows.
    pub(super) fn size(&self, turn: usize) -> usize {
        let (round, slot) = (turn / self.round(), turn % self.round());
        let full = (BATCH.0 << round.min(10)).min(BATCH.1);
        if slot < self.usual { full } else { full / 2 }
    }
}
