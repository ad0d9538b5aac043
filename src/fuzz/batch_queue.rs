//! Who is next: batches are dealt by the schedule and taken by threads, each stage's in order.

use std::{
    collections::VecDeque,
    sync::{Mutex, MutexGuard, PoisonError},
};

use super::schedule::Schedule;

/// Hands out the turns. Batches of a stage are taken in the order in which they were handed out, however the threads run, since a lane learns
/// from one batch for the next.
pub(super) struct BatchQueue {
    plan: Schedule,
    dealt: Mutex<Dealt>,
}

struct Dealt {
    turn: usize,
    /// Cases that may still be dealt.
    left: usize,
    /// Cases that were dealt and could not be asked. They are dealt again once all others are done, so that no thread's speed decides
    /// who gets them.
    unasked: usize,
    /// Batches of each stage that no thread has taken yet.
    waiting: Vec<VecDeque<usize>>,
}

impl BatchQueue {
    pub(super) fn new(plan: Schedule, stages: usize, budget: usize) -> Self {
        Self { plan, dealt: Mutex::new(Dealt { turn: 0, left: budget, unasked: 0, waiting: vec![VecDeque::new(); stages] }) }
    }

    /// The stage whose turn it is, until the budget is spent.
    pub(super) fn next(&self) -> Option<usize> {
        let mut dealt = locked(&self.dealt);
        if dealt.left == 0 || self.plan.round() == 0 {
            return None;
        }
        let (stage, count) = (self.plan.stage(dealt.turn), self.plan.size(dealt.turn).min(dealt.left));
        dealt.turn += 1;
        dealt.left -= count;
        dealt.waiting[stage].push_back(count);
        Some(stage)
    }

    /// Turns until every usual stage has had one.
    pub(super) fn round(&self) -> usize {
        self.plan.round()
    }

    pub(super) fn give_back(&self, unasked: usize) {
        locked(&self.dealt).unasked += unasked;
    }

    /// Whether there is something left to deal.
    pub(super) fn deal_again(&self) -> bool {
        let mut dealt = locked(&self.dealt);
        dealt.left = dealt.left.saturating_add(std::mem::take(&mut dealt.unasked));
        dealt.left > 0
    }

    /// Cases of the next batch of that stage.
    pub(super) fn count(&self, stage: usize) -> Option<usize> {
        locked(&self.dealt).waiting[stage].pop_front()
    }
}

pub(super) fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
