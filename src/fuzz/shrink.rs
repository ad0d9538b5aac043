//! Shrinking: the fewest steps with the plainest values that mean the same.
//!
//! Steps, not bytes: a token of fewer bytes explains nothing, a recipe of fewer steps explains everything.

use std::time::{Duration, Instant};

use super::stage::{Shown, Stage};
use crate::{
    ask::Session,
    oracle::Meaning,
    recipe::{Base, Recipe},
    verdict::Verdict,
    verifier::AskError,
};

/// Questions that shrinking one finding may cost.
const QUESTIONS: usize = 250;
/// How long shrinking one finding may take: what hangs costs a whole time limit each time.
const TIME: Duration = Duration::from_secs(10);

/// The smallest recipe found, its token and the answer to it; `None` if nothing could be left out.
pub(crate) fn shrink(
    session: &Session<'_>,
    shown: &Shown<'_>,
    meaning: Meaning,
) -> Result<Option<(Recipe, String, Verdict)>, AskError> {
    let mut shrinking = Shrinking {
        session,
        stage: shown.stage,
        meaning,
        left: QUESTIONS,
        end: Instant::now() + TIME,
        best: None,
        current: shown.prepared.recipe.clone(),
    };
    shrinking.steps()?;
    shrinking.values()?;
    shrinking.steps()?;
    Ok(shrinking.best)
}

struct Shrinking<'a> {
    session: &'a Session<'a>,
    stage: &'a Stage,
    meaning: Meaning,
    left: usize,
    end: Instant,
    best: Option<(Recipe, String, Verdict)>,
    current: Recipe,
}

impl Shrinking<'_> {
    /// Takes the candidate if it means the same.
    fn attempt(&mut self, candidate: Recipe) -> Result<bool, AskError> {
        if self.left == 0 || candidate == self.current || Instant::now() >= self.end {
            return Ok(false);
        }
        let Ok(prepared) = self.stage.forge(&candidate) else { return Ok(false) };
        self.left -= 1;
        let (meaning, verdict) = self.session.meaning(&Shown { stage: self.stage, prepared: &prepared })?;
        let same = meaning == self.meaning;
        if same {
            self.best = Some((candidate.clone(), prepared.token, verdict));
            self.current = candidate;
        }
        Ok(same)
    }

    /// Leaves steps out: halves first, then one by one.
    fn steps(&mut self) -> Result<(), AskError> {
        let mut size = self.current.steps.len().div_ceil(2);
        while size > 0 {
            let mut at = 0;
            while at < self.current.steps.len() {
                let mut candidate = self.current.clone();
                candidate.steps.drain(at..(at + size).min(candidate.steps.len()));
                if !self.attempt(candidate)? {
                    at += size;
                }
            }
            size /= 2;
        }
        if self.current.from == Base::Forged && self.meaning.rule.is_some() {
            let candidate = Recipe { from: Base::Genuine, steps: self.current.steps.clone() };
            self.attempt(candidate)?;
        }
        Ok(())
    }

    /// Makes values plainer, one step at a time, as long as that goes on.
    fn values(&mut self) -> Result<(), AskError> {
        for at in 0..self.current.steps.len() {
            loop {
                let mut progress = false;
                for step in self.current.steps[at].plainer() {
                    let mut candidate = self.current.clone();
                    candidate.steps[at] = step;
                    if self.attempt(candidate)? {
                        progress = true;
                        break;
                    }
                }
                if !progress || self.left == 0 {
                    break;
                }
            }
        }
        Ok(())
    }
}
