//! One unit of a run: configure, have everything asked and confirmed, and count.

use std::{
    collections::HashMap,
    sync::{Arc, atomic::AtomicBool},
};

use super::{
    Event,
    plan::{Prepared, Stage, Tokens, Unit},
};
use crate::{
    ask::{Patience, Question, Session, Settled, Setup, Tally},
    catalogue::Case,
    oracle::{Meaning, judge},
    recipe::Forged,
    report::{Control, Finding, Skipped},
    text::cut,
    verdict::{Echo, Expectation, Outcome, Provenance, Verdict},
    verifier::{AskError, Implementation, Verifier},
};

/// Asks one unit after the other, with a verifier of its own.
pub(super) struct Worker<'a> {
    implementation: &'a dyn Implementation,
    patience: &'a Patience,
    /// The stage that the verifier is set up for.
    ready: Option<(usize, Result<Box<dyn Verifier>, String>)>,
}

/// What is asked in a unit.
enum Asked<'a> {
    /// A case with its token.
    Case(&'a Setup, &'a Prepared, &'a Forged),
    /// A near-miss control.
    Twin(&'a str),
}

impl Question for Asked<'_> {
    fn token(&self) -> &str {
        match self {
            Self::Case(.., forged) => forged.token.as_str(),
            Self::Twin(token) => token,
        }
    }

    fn judge(&self, verdict: &Verdict) -> Meaning {
        match self {
            Self::Case(setup, prepared, forged) => {
                let echo = match verdict {
                    // What comes back matters only where the bytes do not decide alone.
                    Verdict::Accepted(claims) if forged.provenance != Provenance::Genuine => {
                        let ledger = setup.issuer.ledger_with(&forged.issued);
                        ledger.echo(self.token(), &forged.canary, claims.as_ref())
                    }
                    _ => Echo::Silent,
                };
                judge(&prepared.case.expect, forged.provenance, verdict, echo).into()
            }
            Self::Twin(_) => judge(&Expectation::Accept, Provenance::Genuine, verdict, Echo::Silent).into(),
        }
    }

    fn class(&self) -> String {
        match self {
            Self::Case(setup, prepared, _) => format!("{} for {}", prepared.case.attack.id, setup.algorithm),
            Self::Twin(_) => "near-miss controls".to_owned(),
        }
    }
}

impl<'a> Worker<'a> {
    pub(super) fn new(implementation: &'a dyn Implementation, patience: &'a Patience) -> Self {
        Self { implementation, patience, ready: None }
    }

    /// Runs a unit. What was found before an error stays in `tally`.
    pub(super) fn run(
        &mut self,
        unit: &Unit<'_>,
        tally: &mut Tally,
        on_event: &(dyn Fn(Event<'_>) + Sync),
        stop: &AtomicBool,
    ) -> Result<(), AskError> {
        let (stage, tokens) = (unit.stage, unit.tokens());
        let setup = &stage.setup;
        let mut control = stage.control.clone();
        let patience = self.patience;
        let result = match self.verifier(unit)? {
            Ok(verifier) => {
                let session = Session { setup, verifier: &**verifier, patience };
                ask(session, stage, tokens, &mut control, tally, on_event, stop)
            }
            Err(reason) => {
                let why = format!("{}: {reason}", setup.configuration.label());
                tally.skipped.extend(tokens.cases.iter().map(|one| stage.skipped(&one.case, why.clone())));
                control.unsupported = Some(reason.clone());
                Ok(())
            }
        };
        tally.note(control);
        on_event(Event::Done { cases: tokens.cases.len() });
        result
    }

    /// The verifier for this unit's stage; the inner error is the target's refusal to be set up so.
    fn verifier(&mut self, unit: &Unit<'_>) -> Result<&Result<Box<dyn Verifier>, String>, AskError> {
        if self.ready.as_ref().is_none_or(|(number, _)| *number != unit.number) {
            // The old one goes first, so that a program behind it can serve the new one.
            self.ready = None;
            self.ready = Some((unit.number, unit.stage.setup.configure(self.implementation)?));
        }
        Ok(&self.ready.as_ref().expect("it was just set").1)
    }
}

/// Asks the cases and then their twins, and counts: a refusal beside a refused twin proves nothing.
fn ask(
    session: Session<'_>,
    stage: &Stage,
    tokens: &Tokens,
    control: &mut Control,
    tally: &mut Tally,
    on_event: &(dyn Fn(Event<'_>) + Sync),
    stop: &AtomicBool,
) -> Result<(), AskError> {
    let setup = session.setup;
    let mut asked = Vec::with_capacity(tokens.cases.len() + tokens.twins.len());
    for one in &tokens.cases {
        match &one.forged {
            Ok(forged) => asked.push(Asked::Case(setup, one, forged)),
            Err(error) => tally.skipped.push(stage.skipped(&one.case, error.to_string())),
        }
    }
    let first_twin = asked.len();
    asked.extend(tokens.twins.iter().map(|token| Asked::Twin(token)));
    let (mut held, mut refused) = (Vec::new(), HashMap::new());
    let result = session.settle(&asked, control, stop, &mut |index, settled| match (&asked[index], settled) {
        (Asked::Twin(_), Settled::Found(meaning, verdict)) if meaning.outcome != Outcome::Slow => {
            refused.insert(index - first_twin, without_forgery(&verdict));
        }
        (Asked::Twin(_), _) => {}
        (Asked::Case(_, one, _), Settled::Held) => held.push(*one),
        (Asked::Case(_, one, forged), settled) => {
            let found = |meaning: Meaning, verdict: &Verdict| {
                let shown = (forged.token.as_str(), Some(forged.canary.as_str()));
                let finding = Finding::new(&one.case, setup.algorithm, meaning.outcome, shown, verdict);
                on_event(Event::Found(&finding));
                (finding, ())
            };
            tally.settle(settled, |reason| stage.skipped(&one.case, reason), found);
        }
    });
    for one in held {
        match one.twin.and_then(|twin| refused.get(&twin)) {
            Some(reason) => tally.vacuous(stage.skipped(&one.case, reason.clone())),
            None => tally.held(),
        }
    }
    result
}

/// Why a refusal says nothing.
fn without_forgery(twin: &Verdict) -> String {
    match twin {
        Verdict::Rejected(reason) => format!("refused without the forged part too: {}", cut(reason, 160)),
        _ => "the target gives no answer without the forged part either".to_owned(),
    }
}

impl Stage {
    fn skipped(&self, case: &Case, reason: String) -> Skipped {
        Skipped { case: case.id.clone(), algorithm: self.setup.algorithm, reason, attack: Arc::clone(&case.attack) }
    }
}
