//! One unit of a run: configure, ask controls and cases in one go, judge, ask again about whatever was odd.

use std::{
    ops::ControlFlow,
    panic::{self, AssertUnwindSafe},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};

use super::{
    Event, Tally,
    plan::{Stage, Unit},
};
use crate::{
    ask::single::{Pace, Single},
    catalogue::Case,
    oracle::judge,
    recipe::Forged,
    report::{Control, Finding, Skipped},
    verdict::{Claims, Echo, Outcome, Provenance, Verdict},
    verifier::{AskError, ConfigureError, Implementation, Verifier, panic_text},
};

/// Asks one unit after the other, with a verifier of its own.
pub(super) struct Worker<'a> {
    implementation: &'a dyn Implementation,
    /// The stage that the verifier is set up for.
    ready: Option<(usize, Result<Box<dyn Verifier>, String>)>,
}

/// An answer and whether it came late.
struct Answer {
    verdict: Verdict,
    late: bool,
}

/// A case with its token.
type Sent<'a> = (&'a Case, &'a Forged);

/// Why a case is skipped over which the target died or hung.
const NO_FAULT: &str = "the target crashed or hung on a genuine token too, so nothing is known about the case";

/// Why a case is skipped whose answer came late, once.
const LATE_ONCE: &str = "its answer was slow, and the run ended before it could be repeated";

impl<'a> Worker<'a> {
    pub(super) fn new(implementation: &'a dyn Implementation) -> Self {
        Self { implementation, ready: None }
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
        let mut control = Control::of(stage.algorithm, &stage.configuration);
        let result = match self.verifier(unit)? {
            Ok(verifier) => {
                let sent: Vec<Sent<'_>> = prepared.iter().filter_map(|s| s.forged.as_ref().ok().map(|f| (&s.case, f))).collect();
                for prepared in prepared {
                    if let Err(error) = &prepared.forged {
                        tally.skip(unit.number, stage, &prepared.case, error.to_string());
                    }
                }
                Asker { verifier: &**verifier, stage }.run(unit.number, &sent, &mut control, tally, on_event, stop)
            }
            Err(reason) => {
                for prepared in prepared {
                    tally.skip(unit.number, stage, &prepared.case, format!("{}: {reason}", stage.configuration.label()));
                }
                control.unsupported = Some(reason.clone());
                Ok(())
            }
        };
        tally.note(unit.number, control);
        on_event(Event::Done { cases: prepared.len() });
        result
    }

    /// The verifier for this unit's stage; the inner error is the target's refusal to be set up so.
    fn verifier(&mut self, unit: &Unit<'_>) -> Result<&Result<Box<dyn Verifier>, String>, AskError> {
        if self.ready.as_ref().is_none_or(|(number, _)| *number != unit.number) {
            // The old one goes first, so that a program behind it can serve the new one.
            self.ready = None;
            let configure = || self.implementation.configure(&unit.stage.issuer.trust);
            let verifier = match panic::catch_unwind(AssertUnwindSafe(configure)) {
                Ok(Ok(verifier)) => Ok(verifier),
                Ok(Err(ConfigureError::Unsupported(reason))) => Err(reason),
                // Dying over an odd key ends that configuration and not the run.
                Ok(Err(ConfigureError::Unreachable(error))) if !unit.stage.is_usual() => {
                    Err(format!("configuration failed: {error}"))
                }
                Ok(Err(ConfigureError::Unreachable(error))) => return Err(error),
                Err(panic) => Err(panic_text(&*panic)),
            };
            self.ready = Some((unit.number, verifier));
        }
        Ok(&self.ready.as_ref().expect("it was just set").1)
    }
}

impl Tally {
    fn skip(&mut self, number: usize, stage: &Stage, case: &Case, reason: String) {
        *self.outcomes.entry(Outcome::Skipped).or_default() += 1;
        let skipped = Skipped { case: case.id.clone(), algorithm: stage.algorithm, reason, attack: Arc::clone(&case.attack) };
        self.skipped.push((number, skipped));
    }
}

/// Asks a verifier, controls included.
struct Asker<'a> {
    verifier: &'a dyn Verifier,
    stage: &'a Stage,
}

impl Asker<'_> {
    /// Asks, judges and confirms one unit.
    fn run(
        &self,
        number: usize,
        sent: &[Sent<'_>],
        control: &mut Control,
        tally: &mut Tally,
        on_event: &(dyn Fn(Event<'_>) + Sync),
        stop: &AtomicBool,
    ) -> Result<(), AskError> {
        let mut odd = Vec::new();
        let mut holds = vec![false; sent.len()];
        let mut asked = self.batch(sent, control, &mut |index, answer| {
            let outcome = self.outcome(sent[index], &answer);
            holds[index] = outcome == Outcome::Held;
            if outcome != Outcome::Held {
                odd.push((index, outcome, answer.verdict));
            }
        });
        let mut held = holds.iter().filter(|holds| **holds).count();
        // Whatever comes first: answers may be out of order.
        odd.sort_by_key(|(index, ..)| *index);
        for (index, outcome, verdict) in odd {
            let stopped = stop.load(Ordering::Relaxed);
            let (outcome, verdict) = if asked.is_err() || stopped {
                (outcome, verdict)
            } else {
                // A target that is lost meanwhile leaves the finding as it was first seen.
                self.confirm(sent[index], outcome, verdict.clone(), control).unwrap_or_else(|error| {
                    asked = Err(error);
                    (outcome, verdict)
                })
            };
            match outcome {
                Outcome::Held => {
                    held += 1;
                    continue;
                }
                Outcome::Slow if asked.is_err() || stopped => {
                    tally.skip(number, self.stage, sent[index].0, LATE_ONCE.to_owned());
                    continue;
                }
                Outcome::Skipped => {
                    tally.skip(number, self.stage, sent[index].0, NO_FAULT.to_owned());
                    continue;
                }
                _ => {}
            }
            *tally.outcomes.entry(outcome).or_default() += 1;
            let finding = Finding::new(sent[index].0, self.stage.algorithm, outcome, sent[index].1, &verdict);
            on_event(Event::Found(&finding));
            tally.findings.push((number, finding));
        }
        *tally.outcomes.entry(Outcome::Held).or_default() += held;
        asked
    }

    /// Asks the controls, all prepared, and the controls again, as one stream, and hands over the answers to the prepared.
    fn batch(&self, sent: &[Sent<'_>], control: &mut Control, on_answer: &mut dyn FnMut(usize, Answer)) -> Result<(), AskError> {
        let tokens = self.stage.stream(sent.iter().map(|(_, forged)| *forged));
        let last = tokens.len() - 1;
        let mut pace = Pace::new();
        self.verifier.verify_all(&tokens, &mut |i, verdict| {
            if i < 2 || i == last {
                pace.control();
                if i == 1 { control.note_broken(&verdict) } else { control.note_genuine(&verdict) }
            } else {
                on_answer(i - 2, Answer { verdict, late: pace.late() });
            }
            ControlFlow::Continue(())
        })
    }

    fn single(&self) -> Single<'_> {
        Single { verifier: self.verifier, genuine: &self.stage.genuine }
    }

    fn outcome(&self, prepared: Sent<'_>, answer: &Answer) -> Outcome {
        let outcome = self.judge(prepared, &answer.verdict);
        if outcome == Outcome::Held && answer.late { Outcome::Slow } else { outcome }
    }

    fn judge(&self, (case, forged): Sent<'_>, verdict: &Verdict) -> Outcome {
        let echo = match verdict {
            // What comes back matters only where the bytes do not decide alone.
            Verdict::Accepted(claims) if forged.provenance != Provenance::Genuine => self.echo(forged, claims.as_ref()),
            _ => Echo::Silent,
        };
        judge(&case.expect, forged.provenance, verdict, echo)
    }

    fn echo(&self, forged: &Forged, claims: Option<&Claims>) -> Echo {
        let ledger = self.stage.issuer.ledger_with(&forged.issued);
        ledger.echo(forged.token.as_str(), &forged.canary, claims)
    }

    /// Asks again, alone, next to a control; only what happens again is a finding. Gives the answer that decided.
    fn confirm(
        &self,
        prepared: Sent<'_>,
        outcome: Outcome,
        verdict: Verdict,
        control: &mut Control,
    ) -> Result<(Outcome, Verdict), AskError> {
        let (single, token) = (self.single(), prepared.1.token.as_str());
        if outcome == Outcome::Slow {
            return Ok((if single.is_slow(token)? { Outcome::Slow } else { Outcome::Held }, verdict));
        }
        let genuine = single.answer(&self.stage.genuine)?;
        control.note_genuine(&genuine);
        let again = single.answer(token)?;
        let confirmed = self.judge(prepared, &again);
        if confirmed == outcome {
            return Ok(blamed(outcome, verdict, &genuine));
        }
        // Not the same twice. Accepting a forgery once is enough; of anything else the graver of two more answers counts.
        let third = single.answer(token)?;
        let last = self.judge(prepared, &third);
        let first = if outcome == Outcome::Forged { outcome } else { Outcome::Held };
        let answers = [(first, verdict), (confirmed, again), (last, third)];
        let (outcome, verdict) = answers.into_iter().max_by_key(|(outcome, _)| *outcome).expect("three answers");
        Ok(blamed(outcome, verdict, &genuine))
    }
}

/// A target that dies or hangs over a genuine token as well is broken or slow: then the token beside it is not to blame.
fn blamed(outcome: Outcome, verdict: Verdict, genuine: &Verdict) -> (Outcome, Verdict) {
    let lost = matches!(outcome, Outcome::Crashed | Outcome::Hung) && matches!(genuine, Verdict::Crashed(_) | Verdict::Hung(_));
    (if lost { Outcome::Skipped } else { outcome }, verdict)
}
