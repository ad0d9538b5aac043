//! Asking about tokens again: those of a former report, and any other that someone has.
//!
//! A token of a report is held against what it was reported for: one that was accepted and still is, still happens, and nobody has
//! to know how it was made. Any other token is judged as the fuzzer does it, by the reference mathematics and the policy model, so
//! it needs no history either. (A case of an attack file is forged anew and is [`Gauntlet`](crate::Gauntlet)'s to ask.)

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

use crate::{
    algorithm::Algorithm,
    ask::{self, Ended, Patience, RunError, Session, Tally},
    catalogue::{Attack, Catalogue},
    configuration::Configuration,
    fuzz::stage::{Prepared, Shown, Stage},
    oracle::Meaning,
    report::{Control, Finding, Report, Skipped, Target},
    verdict::{Outcome, Severity, Verdict},
    verifier::{AskError, Implementation},
    words::Words,
};

/// A token to ask about, and how the target is set up for it.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Question {
    /// What the report calls it.
    pub case: String,
    /// The algorithm that the target is set up for.
    pub algorithm: Algorithm,
    /// How it is set up; `None` if this version does not know the set-up that was reported.
    pub configuration: Option<Configuration>,
    /// The token.
    pub token: String,
    /// What was found then, if it comes from a report.
    pub former: Option<Finding>,
}

impl Question {
    /// The question whether a reported finding still happens.
    #[must_use]
    pub fn again(former: Finding) -> Self {
        Self {
            case: former.case.clone(),
            algorithm: former.algorithm,
            configuration: labelled(former.algorithm, &former.configuration),
            token: former.token.clone(),
            former: Some(former),
        }
    }

    /// The question what becomes of any token under the usual configuration.
    #[must_use]
    pub fn any(name: &str, algorithm: Algorithm, token: &str) -> Self {
        let configuration = Some(Configuration::default());
        Self { case: name.to_owned(), algorithm, configuration, token: token.to_owned(), former: None }
    }
}

/// The configuration of that label.
fn labelled(algorithm: Algorithm, label: &str) -> Option<Configuration> {
    let odd = Configuration::odd(algorithm).into_iter().flatten();
    let known = Catalogue::built_in().cases.into_iter().map(|case| case.configuration);
    [Configuration::default()].into_iter().chain(odd).chain(known).find(|configuration| configuration.label() == label)
}

/// Asks all questions, those of one set-up together and with its controls; the findings are what still happens.
///
/// # Errors
/// If the target could not be reached at all.
pub fn replay(implementation: &dyn Implementation, questions: &[Question], stop: &AtomicBool) -> Result<Report, RunError> {
    let patience = Patience::default();
    let mut replay = Replay { implementation, patience: &patience, tally: Tally::default() };
    let mut set_ups: Vec<(Algorithm, &Configuration)> = Vec::new();
    for question in questions {
        match &question.configuration {
            Some(configuration) if !set_ups.contains(&(question.algorithm, configuration)) => {
                set_ups.push((question.algorithm, configuration));
            }
            Some(_) => {}
            None => replay.skip(question, "this version does not know the configuration in which it was found".to_owned()),
        }
    }
    for (algorithm, configuration) in set_ups {
        if stop.load(Ordering::Relaxed) {
            break;
        }
        let mine = |q: &&Question| q.algorithm == algorithm && q.configuration.as_ref() == Some(configuration);
        let mine: Vec<&Question> = questions.iter().filter(mine).collect();
        if let Err(error) = replay.set_up(algorithm, configuration, &mine, stop) {
            replay.tally.failure = Some(error);
            break;
        }
    }
    let interrupted = stop.load(Ordering::Relaxed);
    let (target, patience, cases) = (&Target::default(), &patience, questions.len());
    replay.tally.conclude(&Ended { implementation, target, patience, seed: 0, cases, interrupted }).map(|(report, _)| report)
}

struct Replay<'a> {
    implementation: &'a dyn Implementation,
    patience: &'a Patience,
    tally: Tally,
}

impl Replay<'_> {
    fn set_up(
        &mut self,
        algorithm: Algorithm,
        configuration: &Configuration,
        questions: &[&Question],
        stop: &AtomicBool,
    ) -> Result<(), AskError> {
        let Some(stage) = Stage::new((algorithm, configuration.clone()), 0, &Words::default()) else {
            for question in questions {
                self.skip(question, format!("`{}` makes no sense for {algorithm}", configuration.label()));
            }
            return Ok(());
        };
        let mut control = Control::of(algorithm, configuration);
        let asked = match stage.setup().configure(self.implementation)? {
            Ok(verifier) => {
                let again: Vec<Again<'_>> = questions.iter().map(|question| Again::of(question, &stage)).collect();
                let session = Session { setup: stage.setup(), verifier: &*verifier, patience: self.patience };
                session.settle(&again, &mut control, stop, &mut |index, settled| {
                    let again = &again[index];
                    self.tally.settle(
                        settled,
                        |reason| skipped(again.question, reason),
                        |meaning, verdict| (again.found(meaning, verdict), ()),
                    );
                })
            }
            Err(reason) => {
                for question in questions {
                    self.skip(question, format!("{}: {reason}", configuration.label()));
                }
                control.unsupported = Some(reason);
                Ok(())
            }
        };
        self.tally.note(control);
        asked
    }

    fn skip(&mut self, question: &Question, reason: String) {
        self.tally.skipped.push(skipped(question, reason));
    }
}

fn skipped(question: &Question, reason: String) -> Skipped {
    let attack = Attack {
        id: question.case.clone(),
        title: String::new(),
        severity: Severity::Info,
        cwe: Vec::new(),
        references: Vec::new(),
        remedy: String::new(),
    };
    Skipped { case: question.case.clone(), algorithm: question.algorithm, reason, attack: Arc::new(attack) }
}

/// A question under the configuration that it is asked under.
struct Again<'a> {
    question: &'a Question,
    stage: &'a Stage,
    prepared: Prepared,
}

impl<'a> Again<'a> {
    fn of(question: &'a Question, stage: &'a Stage) -> Self {
        Self { question, stage, prepared: Prepared::alone(&question.token) }
    }

    /// The finding, in the words of the former report where it is the same.
    fn found(&self, meaning: Meaning, verdict: &Verdict) -> Finding {
        let question = self.question;
        let mut case = self.stage.case(self.prepared.recipe.clone(), meaning, &Catalogue::default());
        case.id.clone_from(&question.case);
        let now = Finding::new(&case, question.algorithm, meaning.outcome, (&question.token, None), verdict);
        match &question.former {
            Some(former) if former.outcome == meaning.outcome => {
                Finding { claims: now.claims, proof: former.proof.or(now.proof), ..former.clone() }
            }
            _ => now,
        }
    }
}

impl ask::Question for Again<'_> {
    fn token(&self) -> &str {
        &self.question.token
    }

    fn judge(&self, verdict: &Verdict) -> Meaning {
        let now = self.stage.judge(&self.prepared, verdict);
        match &self.question.former {
            Some(former) => Meaning { outcome: still(former.outcome, now.outcome, verdict), ..now },
            None => now,
        }
    }

    fn class(&self) -> String {
        self.question.case.split('#').next().unwrap_or_default().to_owned()
    }

    fn excuse(&self, meaning: Meaning) -> Option<String> {
        // What was reported once is known to be no matter of that.
        let shown = Shown { stage: self.stage, prepared: &self.prepared };
        self.question.former.is_none().then(|| shown.excuse(meaning)).flatten()
    }
}

/// What a token does that did `former` once: an acceptance means what it meant then, since its bytes are the same.
fn still(former: Outcome, now: Outcome, verdict: &Verdict) -> Outcome {
    match (former, verdict) {
        (_, Verdict::Crashed(_)) => Outcome::Crashed,
        (_, Verdict::Hung(_)) => Outcome::Hung,
        (Outcome::Forged | Outcome::Policy | Outcome::Malleable, Verdict::Accepted(_))
        | (Outcome::Overstrict, Verdict::Rejected(_)) => former,
        (_, Verdict::Rejected(_)) if now != Outcome::Slow => Outcome::Held,
        (Outcome::Overstrict, Verdict::Accepted(_)) => Outcome::Held,
        _ => now,
    }
}
