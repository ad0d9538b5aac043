//! What an engine with coverage needs: a token in, a verdict out.
//!
//! The input of such a target is the text of a token, so that a failing input is a token to paste anywhere. Nothing is recorded between
//! runs: the oracle recognises by the reference mathematics what the issuer signed ([`Issuer::provenance_alone`](crate::issuer::Issuer)).

use super::{
    failure::{self, Failure},
    judge::Judgement,
    mutator::Mutator,
};
use crate::{
    algorithm::Algorithm,
    ask::{Confirmed, Patience, RunError, Session, check_controls},
    configuration::Configuration,
    fuzz::{
        FuzzError, gate,
        stage::{Prepared, Shown, Stage},
    },
    oracle::Meaning,
    report::Control,
    verdict::{Outcome, Verdict},
    verifier::{Implementation, Verifier},
    words::Words,
};

/// Verifiers of one implementation, one an algorithm, and what is needed to judge them.
pub struct Driver {
    stages: &'static [Stage],
    verifiers: Vec<(usize, Box<dyn Verifier>)>,
    worst: Outcome,
    excused: Excuse,
    patience: Patience,
}

/// Whether a deviation is known, by algorithm, judgement and token.
type Excuse = Box<dyn Fn(Algorithm, Judgement, &str) -> bool + Send + Sync>;

impl Driver {
    /// Sets `implementation` up for each of `algorithms` that it supports, and asks the controls: a genuine token must be accepted, a
    /// broken one refused, and the oracle must fire on a planted hole.
    ///
    /// # Errors
    /// If any of that fails: a run would prove nothing.
    pub fn new(implementation: &dyn Implementation, algorithms: &[Algorithm]) -> Result<Self, FuzzError> {
        gate::oracle()?;
        let set_up = |algorithm: &Algorithm| Stage::new((*algorithm, Configuration::default()), 1, &Words::default());
        // Fuzz targets live as long as their process.
        let stages: &'static [Stage] = Box::leak(algorithms.iter().filter_map(set_up).collect::<Box<[Stage]>>());
        let (mut verifiers, mut reasons) = (Vec::new(), Vec::new());
        for (index, stage) in stages.iter().enumerate() {
            match stage.setup().configure(implementation).map_err(RunError::Unreachable)? {
                Ok(verifier) => {
                    check_controls(stage.setup(), &*verifier)?;
                    verifiers.push((index, verifier));
                }
                Err(reason) => reasons.push(format!("{}: {reason}", stage.algorithm())),
            }
        }
        if verifiers.is_empty() {
            return Err(RunError::Unsupported(reasons.join("; ")).into());
        }
        Ok(Self { stages, verifiers, worst: Outcome::Policy, excused: Box::new(|_, _, _| false), patience: Patience::default() })
    }

    /// Outcomes of that gravity and more are failures (default: [`Outcome::Policy`]).
    #[must_use]
    pub fn failing_from(mut self, outcome: Outcome) -> Self {
        self.worst = outcome;
        self
    }

    /// Deviations that are known and are to be no failures.
    #[must_use]
    pub fn excusing(mut self, excused: impl Fn(Algorithm, Judgement, &str) -> bool + Send + Sync + 'static) -> Self {
        self.excused = Box::new(excused);
        self
    }

    /// Asks every verifier about the token in `input`; the first failure, shrunk.
    #[must_use]
    pub fn execute(&self, input: &[u8]) -> Option<Failure> {
        let token = std::str::from_utf8(input).ok()?;
        self.verifiers.iter().find_map(|(index, verifier)| self.ask(&self.stages[*index], &**verifier, token))
    }

    fn ask(&self, stage: &Stage, verifier: &dyn Verifier, token: &str) -> Option<Failure> {
        let session = Session { setup: stage.setup(), verifier, patience: &self.patience };
        let verdict = session.answer(token).ok()?;
        let prepared = Prepared::alone(token);
        let first = stage.judge(&prepared, &verdict);
        let excused = |meaning: Meaning, token: &str| {
            meaning.outcome < self.worst || (self.excused)(stage.algorithm(), meaning.into(), token)
        };
        if excused(first, token) {
            return None;
        }
        let mut control = Control::of(stage.algorithm(), stage.configuration());
        let Confirmed { meaning, verdict, .. } =
            session.confirm(&Shown { stage, prepared: &prepared }, first, verdict, &mut control).ok()?;
        if matches!(meaning.outcome, Outcome::Held | Outcome::Skipped) || excused(meaning, token) {
            return None;
        }
        let same = |token: &str| {
            let prepared = Prepared::alone(token);
            let again = session.meaning(&Shown { stage, prepared: &prepared });
            again.is_ok_and(|(again, _)| again == meaning && !excused(meaning, token))
        };
        let token = failure::simplest(stage, token, &same);
        let mut why = failure::explain(stage, &token, meaning);
        if let Verdict::Crashed(how) = verdict {
            why = format!("{why}: {how}");
        }
        Some(Failure { algorithm: stage.algorithm(), outcome: meaning.outcome, token, why })
    }

    /// Genuine tokens to start from.
    #[must_use]
    pub fn seeds(&self) -> Vec<String> {
        self.stages.iter().map(|stage| stage.genuine().to_owned()).collect()
    }

    /// The mutator for these verifiers.
    #[must_use]
    pub fn mutator(&self) -> Mutator {
        Mutator::on(self.stages)
    }
}
