//! What the oracle says about each of several answers to one token, for targets that set verifiers side by side.

use super::failure::{self, Failure};
use crate::{
    algorithm::Algorithm,
    ask::{RunError, check_controls},
    configuration::Configuration,
    fuzz::{
        FuzzError,
        stage::{Prepared, Stage},
    },
    oracle::policy::{self, Rule, Ruling},
    oracle::{Meaning, now},
    verdict::{Outcome, Provenance, Verdict},
    verifier::{Implementation, Verifier},
    words::Words,
};

/// The oracle for one algorithm.
pub struct Judge {
    stage: Stage,
}

/// What an answer means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Judgement {
    /// What it means, [`Outcome::Overstrict`] included.
    pub outcome: Outcome,
    /// The rule that an accepted token breaks, where that is the matter.
    pub rule: Option<Rule>,
}

impl From<Meaning> for Judgement {
    fn from(Meaning { outcome, rule }: Meaning) -> Self {
        Self { outcome, rule }
    }
}

impl Judge {
    /// The oracle for verifiers of that algorithm.
    #[must_use]
    pub fn new(algorithm: Algorithm) -> Option<Self> {
        Stage::new((algorithm, Configuration::default()), 1, &Words::default()).map(|stage| Self { stage })
    }

    /// The verifier of `implementation`, once its controls are passed; `None` if it does not support the algorithm.
    ///
    /// # Errors
    /// If the controls fail or the implementation cannot be asked.
    pub fn configure(&self, implementation: &dyn Implementation) -> Result<Option<Box<dyn Verifier>>, FuzzError> {
        let setup = self.stage.setup();
        match setup.configure(implementation).map_err(RunError::Unreachable)? {
            Ok(verifier) => {
                check_controls(setup, &*verifier)?;
                Ok(Some(verifier))
            }
            Err(_) => Ok(None),
        }
    }

    /// What an answer means. A refusal costs as much as an acceptance here: ask about it where another verifier accepts.
    #[must_use]
    pub fn judge(&self, token: &str, verdict: &Verdict) -> Judgement {
        if let Verdict::Rejected(_) = verdict {
            let outcome = if self.must_be_taken(token) { Outcome::Overstrict } else { Outcome::Held };
            return Judgement { outcome, rule: None };
        }
        self.stage.judge(&Prepared::alone(token), verdict).into()
    }

    /// Whether no reading of the rules lets a verifier refuse the token.
    fn must_be_taken(&self, token: &str) -> bool {
        let issuer = self.stage.issuer();
        issuer.provenance_alone(token) == Provenance::Genuine
            && !issuer.oracle().is_left_open(token)
            && policy::judge(self.stage.trust(), token, now()) == Ruling::Good
    }

    /// A failure with the plainest token for which `same` holds.
    #[must_use]
    pub fn failure(&self, token: &str, judgement: Judgement, who: &str, same: &dyn Fn(&str) -> bool) -> Failure {
        let token = failure::simplest(&self.stage, token, same);
        let Judgement { outcome, rule } = judgement;
        let why = format!("{who}: {}", failure::explain(&self.stage, &token, Meaning { outcome, rule }));
        Failure { algorithm: self.stage.algorithm(), outcome, token, why }
    }
}
