//! One question at a time, and what its answer means: for confirming, shrinking and replaying.

use crate::{
    ask::single::Single,
    fuzz::stage::{Prepared, Stage},
    oracle::policy::Rule,
    oracle::{HELD, Meaning},
    verdict::{Outcome, Verdict},
    verifier::{AskError, Verifier},
};

/// Asks a verifier about single tokens.
pub(crate) struct Alone<'a> {
    pub(crate) stage: &'a Stage,
    pub(crate) verifier: &'a dyn Verifier,
}

impl Alone<'_> {
    fn single(&self) -> Single<'_> {
        Single { verifier: self.verifier, genuine: self.stage.genuine() }
    }

    /// The answer to one token.
    pub(crate) fn ask(&self, token: &str) -> Result<Verdict, AskError> {
        self.single().answer(token)
    }

    /// What the answer to a token means, and the answer.
    pub(crate) fn meaning(&self, prepared: &Prepared) -> Result<(Meaning, Verdict), AskError> {
        let (verdict, late) = self.single().answer_in_time(&prepared.token)?;
        let meaning = self.stage.judge(prepared, &verdict);
        if meaning == HELD && late && self.single().is_slow(&prepared.token)? {
            return Ok((Meaning { outcome: Outcome::Slow, rule: None }, verdict));
        }
        if meaning.rule == Some(Rule::DuplicateMember) && self.takes_last_alone(prepared)? {
            return Ok((HELD, verdict));
        }
        Ok((meaning, verdict))
    }

    /// Whether the rule that the last of two members breaks is none of the target's: then it may well have gone by the last.
    fn takes_last_alone(&self, prepared: &Prepared) -> Result<bool, AskError> {
        let Some(token) = self.stage.with_last_members(&prepared.token) else { return Ok(false) };
        Ok(matches!(self.ask(&token)?, Verdict::Accepted(_)))
    }
}
