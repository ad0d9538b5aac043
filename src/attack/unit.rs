//! One unit of a run: configure, have everything asked and confirmed, and count.

use std::sync::{Arc, atomic::AtomicBool};

use super::{
    Event,
    plan::{Stage, Unit},
};
use crate::{
    ask::{Patience, Question, Session, Setup, Tally},
    catalogue::Case,
    oracle::{Meaning, judge},
    recipe::Forged,
    report::{Control, Finding, Skipped},
    verdict::{Echo, Provenance, Verdict},
    verifier::{AskError, Implementation, Verifier},
};

/// Asks one unit after the other, with a verifier of its own.
pub(super) struct Worker<'a> {
    implementation: &'a dyn Implementation,
    patience: &'a Patience,
    /// The stage that the verifier is set up for.
    ready: Option<(usize, Result<Box<dyn Verifier>, String>)>,
}

/// A case with its token.
struct Sent<'a> {
    setup: &'a Setup,
    case: &'a Case,
    forged: &'a Forged,
}

impl Question for Sent<'_> {
    fn token(&self) -> &str {
        self.forged.token.as_str()
    }

    fn judge(&self, verdict: &Verdict) -> Meaning {
        let echo = match verdict {
            // What comes back matters only where the bytes do not decide alone.
            Verdict::Accepted(claims) if self.forged.provenance != Provenance::Genuine => {
                let ledger = self.setup.issuer.ledger_with(&self.forged.issued);
                ledger.echo(self.token(), &self.forged.canary, claims.as_ref())
            }
            _ => Echo::Silent,
        };
        judge(&self.case.expect, self.forged.provenance, verdict, echo).into()
    }

    fn class(&self) -> String {
        format!("{} for {}", self.case.attack.id, self.setup.algorithm)
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
        let (stage, prepared) = (unit.stage, unit.prepared());
        let setup = &stage.setup;
        let mut control = Control::of(setup.algorithm, &setup.configuration);
        let patience = self.patience;
        let result = match self.verifier(unit)? {
            Ok(verifier) => {
                let mut sent = Vec::with_capacity(prepared.len());
                for one in prepared {
                    match &one.forged {
                        Ok(forged) => sent.push(Sent { setup, case: &one.case, forged }),
                        Err(error) => tally.skipped.push(stage.skipped(&one.case, error.to_string())),
                    }
                }
                let session = Session { setup, verifier: &**verifier, patience };
                session.settle(&sent, &mut control, stop, &mut |index, settled| {
                    let sent = &sent[index];
                    tally.settle(
                        settled,
                        |reason| stage.skipped(sent.case, reason),
                        |meaning, verdict| {
                            let (token, canary) = (sent.forged.token.as_str(), sent.forged.canary.as_str());
                            let finding = Finding::new(sent.case, setup.algorithm, meaning.outcome, (token, Some(canary)), verdict);
                            on_event(Event::Found(&finding));
                            (finding, ())
                        },
                    );
                })
            }
            Err(reason) => {
                let why = format!("{}: {reason}", setup.configuration.label());
                tally.skipped.extend(prepared.iter().map(|one| stage.skipped(&one.case, why.clone())));
                control.unsupported = Some(reason.clone());
                Ok(())
            }
        };
        tally.note(control);
        on_event(Event::Done { cases: prepared.len() });
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

impl Stage {
    fn skipped(&self, case: &Case, reason: String) -> Skipped {
        Skipped { case: case.id.clone(), algorithm: self.setup.algorithm, reason, attack: Arc::clone(&case.attack) }
    }
}
