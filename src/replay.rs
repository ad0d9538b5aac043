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
    ask::{self, Patience, RunError, Session, Settled},
    catalogue::{Attack, Catalogue},
    configuration::Configuration,
    fuzz::stage::{Prepared, Shown, Stage},
    oracle::Meaning,
    recipe::Forged,
    report::{Control, Finding, Report, Skipped, Summary, Target},
    token::Token,
    verdict::{Outcome, Provenance, Severity, Verdict},
    verifier::{AskError, Conduct, Implementation},
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
    let mut replay = Replay { implementation, patience: &patience, report: empty(questions.len()) };
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
            if replay.report.summary.asked == 0 && !stop.load(Ordering::Relaxed) {
                return Err(RunError::Unreachable(error));
            }
            replay.report.failure = Some(error.to_string());
            break;
        }
    }
    replay.conclude(stop.load(Ordering::Relaxed))
}

struct Replay<'a> {
    implementation: &'a dyn Implementation,
    patience: &'a Patience,
    report: Report,
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
        let verifier = match stage.setup().configure(self.implementation)? {
            Ok(verifier) => verifier,
            Err(reason) => {
                for question in questions {
                    self.skip(question, format!("{}: {reason}", configuration.label()));
                }
                control.unsupported = Some(reason);
                self.report.controls.push(control);
                return Ok(());
            }
        };
        let again: Vec<Again<'_>> = questions.iter().map(|question| Again::of(question, &stage)).collect();
        let patience = self.patience;
        let session = Session { setup: stage.setup(), verifier: &*verifier, patience };
        let asked = session.settle(&again, &mut control, stop, &mut |index, settled| self.settle(&again[index], settled));
        self.report.controls.push(control);
        asked
    }

    /// Counts what came of a question.
    fn settle(&mut self, again: &Again<'_>, settled: Settled) {
        let (meaning, verdict) = match settled {
            Settled::Skipped(reason) => return self.skip(again.question, reason),
            Settled::Held => {
                self.report.summary.asked += 1;
                self.report.summary.held += 1;
                return;
            }
            Settled::Found(meaning, verdict) => (meaning, verdict),
        };
        self.report.summary.asked += 1;
        let question = again.question;
        let mut case = again.stage.case(again.prepared.recipe.clone(), meaning, &Catalogue::default());
        case.id.clone_from(&question.case);
        let forged = Forged {
            token: Token(question.token.clone()),
            canary: "none".to_owned(),
            provenance: Provenance::Forged,
            issued: Vec::new(),
        };
        let now = Finding::new(&case, question.algorithm, meaning.outcome, &forged, &verdict);
        self.report.findings.push(match &question.former {
            Some(former) if former.outcome == meaning.outcome => Finding { claims: now.claims, ..former.clone() },
            _ => now,
        });
    }

    fn skip(&mut self, question: &Question, reason: String) {
        let attack = Attack {
            id: question.case.clone(),
            title: String::new(),
            severity: Severity::Info,
            cwe: Vec::new(),
            references: Vec::new(),
            remedy: String::new(),
        };
        let (case, algorithm) = (question.case.clone(), question.algorithm);
        self.report.skipped.push(Skipped { case, algorithm, reason, attack: Arc::new(attack) });
    }

    fn conclude(mut self, interrupted: bool) -> Result<Report, RunError> {
        let report = &mut self.report;
        let refused: Vec<&Control> = report.controls.iter().filter(|control| control.unsupported.is_some()).collect();
        if !interrupted && !refused.is_empty() && refused.len() == report.controls.len() && refused.iter().all(|c| c.usual) {
            let reasons = refused.iter().map(|c| format!("{}: {}", c.algorithm, c.unsupported.as_deref().unwrap_or_default()));
            return Err(RunError::Unsupported(reasons.collect::<Vec<_>>().join("; ")));
        }
        report.failure = report.failure.take().filter(|_| !interrupted);
        report.summary.interrupted = interrupted || report.failure.is_some();
        report.summary.skipped = report.skipped.len();
        report.summary.findings = report.findings.len();
        report.conduct = self.patience.told(self.implementation.conduct());
        if let Some((name, version)) = self.implementation.identity() {
            report.target = Target { name, version };
        }
        Ok(self.report)
    }
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

fn empty(cases: usize) -> Report {
    Report {
        target: Target::default(),
        seed: 0,
        summary: Summary { cases, asked: 0, held: 0, skipped: 0, findings: 0, interrupted: false },
        findings: Vec::new(),
        skipped: Vec::new(),
        controls: Vec::new(),
        conduct: Conduct::default(),
        failure: None,
    }
}
