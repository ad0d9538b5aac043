//! Mutation and crossover of tokens that keeps them worth asking, for engines with coverage.

use std::sync::Arc;

use super::simplify;
use crate::{
    algorithm::{Algorithm, Family},
    configuration::Configuration,
    entropy::Entropy,
    fuzz::{stage::Stage, token_source::TokenSource},
    sample,
    step::Step,
    token::{Draft, Segment},
    words::Words,
};

/// Per cent of mutations that begin with a genuine token: junk that reached new code otherwise crowds out what comes near to acceptance.
const RESTARTS: usize = 80;

/// Per cent of mutations that are for an HMAC verifier, if there is one, beside its even share.
const MACS: usize = 15;

/// Mutates tokens; keeps what was expensive to make, so that most tokens cost nothing.
pub struct Mutator {
    sources: Vec<TokenSource<'static>>,
    entropy: Entropy,
}

impl Mutator {
    /// A mutator for verifiers of these algorithms, without any verifier.
    #[must_use]
    pub fn new(algorithms: &[Algorithm]) -> Self {
        let set_up = |algorithm: &Algorithm| Stage::new((*algorithm, Configuration::default()), 1, &Words::default());
        Self::on(Box::leak(algorithms.iter().filter_map(set_up).collect::<Box<[Stage]>>()))
    }

    pub(crate) fn on(stages: &'static [Stage]) -> Self {
        Self {
            sources: stages.iter().map(|stage| TokenSource::new(stage, &[]).with_small_budget()).collect(),
            entropy: Entropy::seeded(0),
        }
    }

    /// A token made of `token`, or in more than half of the cases of a genuine one. `blind` changes raw bytes as the engine likes it. The same
    /// calls with the same seeds give the same tokens.
    pub fn mutate(&mut self, token: &str, seed: u64, blind: &mut dyn FnMut(Vec<u8>) -> Vec<u8>) -> String {
        let Self { sources, entropy } = self;
        entropy.reseed(seed);
        let count = sources.len();
        let hmac = sources.iter().position(|source| source.stage().algorithm().family() == Family::Hmac);
        // MACs cost next to nothing, and to hit a part of one by chance takes hundreds.
        let any = hmac.filter(|_| entropy.percent(MACS)).unwrap_or_else(|| entropy.below(count));
        if token.is_empty() || entropy.percent(RESTARTS) {
            let own = entropy.bits();
            let source = &mut sources[any];
            return source.prepared_from(own).map_or_else(|| source.stage().genuine().to_owned(), |prepared| prepared.token);
        }
        // Steps of the algorithm that the token was made for have more to work on.
        let own = sources.iter().position(|source| shares_a_segment(source.stage().genuine(), token));
        let stage = sources[own.unwrap_or(any)].stage();
        if entropy.percent(20) {
            let mut draft = Draft::parse(token);
            let index = entropy.below(draft.segments.len().min(3));
            let segment = draft.segment_mut(index);
            *segment = Segment::from_bytes(blind(segment.bytes().unwrap_or_else(|| segment.to_string().into_bytes())));
            return draft.to_string();
        }
        let mut work = stage.work(Draft::parse(token));
        for _ in 0..entropy.few(4) {
            let step = Step::sample(entropy, stage.scene());
            if !step.is_expensive(stage.algorithm()) {
                // What does not fit this token is left out.
                let _ = step.apply(&mut work);
            }
        }
        work.wire_text()
    }

    /// `token` in at most `most` bytes, with parts put back to those of a genuine token or left out: what is left of a failing token
    /// so still says what failed.
    pub fn simplify(&mut self, token: &str, seed: u64, most: usize) -> String {
        self.entropy.reseed(seed);
        let genuine = Draft::parse(self.entropy.pick(&self.sources).stage().genuine());
        simplify::token(token, &genuine, most, &mut self.entropy)
    }

    /// A token with segments, and members of segments, of both.
    #[must_use]
    pub fn cross(one: &str, other: &str, seed: u64) -> String {
        let mut entropy = Entropy::seeded(seed);
        let (mut draft, other) = (Draft::parse(one), Draft::parse(other));
        for index in 0..draft.segments.len().max(other.segments.len()).min(8) {
            let Some(theirs) = other.segments.get(index) else { continue };
            match (entropy.below(3), draft.segment_mut(index), theirs) {
                (0, ours, theirs) => *ours = theirs.clone(),
                (1, Segment::Object(ours), Segment::Object(theirs)) if !theirs.is_empty() => {
                    Arc::make_mut(ours).push(entropy.pick(theirs).clone());
                }
                _ => {}
            }
        }
        draft.to_string()
    }

    /// Raw bytes changed as [`sample`] does it, for engines without an opinion.
    #[must_use]
    pub fn blind(bytes: Vec<u8>, seed: u64) -> Vec<u8> {
        sample::mutate_bytes(bytes, &mut Entropy::seeded(seed))
    }
}

impl Iterator for Mutator {
    type Item = String;

    /// A token of the next algorithm's, made from nothing; never ends.
    fn next(&mut self) -> Option<String> {
        self.sources.rotate_left(1);
        let source = self.sources.last_mut()?;
        Some(source.prepared().map_or_else(|| source.stage().genuine().to_owned(), |prepared| prepared.token))
    }
}

fn shares_a_segment(one: &str, other: &str) -> bool {
    one.split('.').any(|ours| !ours.is_empty() && other.split('.').any(|theirs| theirs == ours))
}
