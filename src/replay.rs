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
    ask::RunError,
    ask::alone::Alone,
    catalogue::{Attack, Catalogue},
    configuration::Configuration,
    fuzz::stage::{Prepared, Stage},
    oracle::Meaning,
    recipe::{Base, Forged, Recipe},
    report::{Control, Finding, Report, Skipped, Summary, Target},
    token::Token,
    verdict::{Outcome, Provenance, Severity, Verdict},
    verifier::{AskError, ConfigureError, Implementation},
    words::Words,
};

/// A token to ask about, and how the target is set up for it.
#[derive(Clone, Debug, PartialEq)]
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
    let mut replay = Replay { implementation, report: empty(questions.len()) };
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
        let verifier = match self.implementation.configure(stage.trust()) {
            Ok(verifier) => verifier,
            Err(ConfigureError::Unreachable(error)) if control.usual => return Err(error),
            Err(refused) => {
                let reason = match refused {
                    ConfigureError::Unsupported(reason) => reason,
                    ConfigureError::Unreachable(error) => error.to_string(),
                };
                for question in questions {
                    self.skip(question, format!("{}: {reason}", configuration.label()));
                }
                control.unsupported = Some(reason);
                self.report.controls.push(control);
                return Ok(());
            }
        };
        let alone = Alone { stage: &stage, verifier: &*verifier };
        let mut asked = alone.ask(stage.broken()).map(|verdict| control.note_broken(&verdict));
        for question in questions {
            if asked.is_err() || stop.load(Ordering::Relaxed) {
                break;
            }
            asked = self.ask(question, &alone, &mut control);
        }
        self.report.controls.push(control);
        asked
    }

    /// Asks one question next to a control.
    fn ask(&mut self, question: &Question, alone: &Alone<'_>, control: &mut Control) -> Result<(), AskError> {
        let recipe = Recipe { from: Base::Genuine, steps: Vec::new() };
        let prepared = Prepared { recipe: recipe.clone(), token: question.token.clone(), issued: Vec::new() };
        let (meaning, verdict) = alone.meaning(&prepared)?;
        let genuine = alone.ask(alone.stage.genuine())?;
        control.note_genuine(&genuine);
        let dead = |verdict: &Verdict| matches!(verdict, Verdict::Crashed(_) | Verdict::Hung(_));
        if dead(&verdict) && dead(&genuine) {
            self.skip(question, "the target crashed or hung on a genuine token too".to_owned());
            return Ok(());
        }
        self.report.summary.asked += 1;
        let outcome = question.former.as_ref().map_or(meaning.outcome, |former| still(former.outcome, meaning.outcome, &verdict));
        if outcome == Outcome::Held {
            self.report.summary.held += 1;
            return Ok(());
        }
        let mut case = alone.stage.case(recipe, Meaning { outcome, ..meaning }, &Catalogue::default());
        case.id.clone_from(&question.case);
        let forged = Forged {
            token: Token(question.token.clone()),
            canary: "none".to_owned(),
            provenance: Provenance::Forged,
            issued: Vec::new(),
        };
        let now = Finding::new(&case, question.algorithm, outcome, &forged, &verdict);
        self.report.findings.push(match &question.former {
            Some(former) if former.outcome == outcome => Finding { claims: now.claims, ..former.clone() },
            _ => now,
        });
        Ok(())
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
        if let Some((name, version)) = self.implementation.identity() {
            report.target = Target { name, version };
        }
        Ok(self.report)
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
        failure: None,
    }
}
