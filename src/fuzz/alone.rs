//! One question at a time, and what its answer means: for confirming, shrinking and replaying.

use super::stage::{HELD, Meaning, Shot, Stage};
use crate::{
    policy::Rule,
    run::single::Single,
    target::{AskError, Verifier},
    verdict::{Outcome, Verdict},
};

/// Asks a verifier about single tokens.
pub(super) struct Alone<'a> {
    pub(super) stage: &'a Stage,
    pub(super) verifier: &'a dyn Verifier,
}

impl Alone<'_> {
    fn single(&self) -> Single<'_> {
        Single { verifier: self.verifier, genuine: self.stage.genuine() }
    }

    /// The answer to one token.
    pub(super) fn ask(&self, token: &str) -> Result<Verdict, AskError> {
        self.single().answer(token)
    }

    /// What the answer to a token means, and the answer.
    pub(super) fn meaning(&self, shot: &Shot) -> Result<(Meaning, Verdict), AskError> {
        let (verdict, late) = self.single().answer_in_time(&shot.token)?;
        let meaning = self.stage.judge(shot, &verdict);
        if meaning == HELD && late && self.single().is_slow(&shot.token)? {
            return Ok((Meaning { outcome: Outcome::Slow, rule: None }, verdict));
        }
        if meaning.rule == Some(Rule::DuplicateMember) && self.takes_last_alone(shot)? {
            return Ok((HELD, verdict));
        }
        Ok((meaning, verdict))
    }

    /// Whether the rule that the last of two members breaks is none of the target's: then it may well have gone by the last.
    fn takes_last_alone(&self, shot: &Shot) -> Result<bool, AskError> {
        let Some(token) = self.stage.with_last_members(&shot.token) else { return Ok(false) };
        Ok(matches!(self.ask(&token)?, Verdict::Accepted(_)))
    }
}
