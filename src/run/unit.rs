//! One unit of a run: configure, ask controls and cases in one go, judge, ask again about whatever was odd.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};

use super::{Event, Stage, Tally};
use crate::{
    catalogue::Case,
    finding::{Control, Finding, Skipped},
    recipe::Forged,
    target::{AskError, ConfigureError, Implementation, Verifier},
    token::Segment,
    verdict::{Outcome, Verdict, judge},
};

/// Some cases of one stage.
pub(super) struct Unit<'a> {
    number: usize,
    stage: &'a Stage<'a>,
    cases: &'a [&'a Case],
}

/// Cuts the stages into units of at most `size` cases.
pub(super) fn cut<'a>(stages: &'a [Stage<'a>], size: usize) -> Vec<Unit<'a>> {
    let units = stages.iter().enumerate();
    units.flat_map(|(number, stage)| stage.cases.chunks(size).map(move |cases| Unit { number, stage, cases })).collect()
}

/// Asks one unit after the other, with a verifier of its own.
pub(super) struct Worker<'a> {
    implementation: &'a dyn Implementation,
    seed: u64,
    /// The stage that the verifier is set up for.
    ready: Option<(usize, Result<Box<dyn Verifier>, String>)>,
}

/// An answer and how long it took.
struct Answer {
    verdict: Verdict,
    took: Duration,
}

/// A forged case, ready to be sent.
struct Shot<'a> {
    case: &'a Case,
    forged: Forged,
}

/// A gap before an answer that makes it worth a second look; far above what scheduling does to an ordinary answer.
const SUSPICIOUS: Duration = Duration::from_millis(150);
/// An answer is slow if it takes this many times as long as that to the control, and [`SUSPICIOUS`] longer.
const SLOW_FACTOR: u32 = 10;

impl<'a> Worker<'a> {
    pub(super) fn new(implementation: &'a dyn Implementation, seed: u64) -> Self {
        Self { implementation, seed, ready: None }
    }

    /// Runs a unit.
    pub(super) fn run(
        &mut self,
        unit: &Unit<'_>,
        on_event: &(dyn Fn(Event<'_>) + Sync),
        stop: &AtomicBool,
    ) -> Result<Tally, AskError> {
        let mut tally = Tally::default();
        let mut control = Control::of(unit.stage.algorithm, unit.stage.configuration);
        let seed = self.seed;
        let verifier = match self.verifier(unit)? {
            Ok(verifier) => verifier,
            Err(reason) => {
                control.unsupported = Some(reason.clone());
                for case in unit.cases {
                    tally.skip(unit, case, format!("{}: {reason}", unit.stage.configuration.label()));
                }
                tally.controls.insert(unit.number, control);
                on_event(Event::Done { cases: unit.cases.len() });
                return Ok(tally);
            }
        };
        let shots = forge(unit, seed, &mut tally);
        let asker = Asker::new(&**verifier, unit.stage);
        let answers = asker.batch(&shots, &mut control)?;
        for (shot, answer) in shots.iter().zip(answers) {
            if stop.load(Ordering::Relaxed) {
                break;
            }
            let Some(answer) = answer else { continue };
            let outcome = asker.outcome(shot, &answer);
            let outcome = if outcome == Outcome::Held { outcome } else { asker.confirm(shot, outcome, &mut control)? };
            *tally.outcomes.entry(outcome).or_default() += 1;
            if !matches!(outcome, Outcome::Held | Outcome::Skipped) {
                let finding = Finding::new(shot.case, unit.stage.algorithm, outcome, &shot.forged, &answer.verdict);
                on_event(Event::Found(&finding));
                tally.findings.push((unit.number, finding));
            }
        }
        tally.controls.insert(unit.number, control);
        on_event(Event::Done { cases: unit.cases.len() });
        Ok(tally)
    }

    /// The verifier for this unit's stage; the inner error is the target's refusal to be set up so.
    fn verifier(&mut self, unit: &Unit<'_>) -> Result<&Result<Box<dyn Verifier>, String>, AskError> {
        if self.ready.as_ref().is_none_or(|(number, _)| *number != unit.number) {
            // The old one goes first, so that a program behind it can serve the new one.
            self.ready = None;
            let verifier = match self.implementation.configure(&unit.stage.issuer.trust) {
                Ok(verifier) => Ok(verifier),
                Err(ConfigureError::Unsupported(reason)) => Err(reason),
                Err(ConfigureError::Unreachable(error)) => return Err(error),
            };
            self.ready = Some((unit.number, verifier));
        }
        Ok(&self.ready.as_ref().expect("it was just set").1)
    }
}

fn forge<'a>(unit: &Unit<'a>, seed: u64, tally: &mut Tally) -> Vec<Shot<'a>> {
    let mut shots = Vec::with_capacity(unit.cases.len());
    for &case in unit.cases {
        match case.recipe.forge(&unit.stage.issuer, seed, &case.id) {
            Ok(forged) => shots.push(Shot { case, forged }),
            Err(error) => tally.skip(unit, case, error.to_string()),
        }
    }
    shots
}

impl Tally {
    fn skip(&mut self, unit: &Unit<'_>, case: &Case, reason: String) {
        *self.outcomes.entry(Outcome::Skipped).or_default() += 1;
        let skipped = Skipped { case: case.id.clone(), algorithm: unit.stage.algorithm, reason, attack: Arc::clone(&case.attack) };
        self.skipped.push((unit.number, skipped));
    }
}

/// Asks a verifier, controls included.
struct Asker<'a> {
    verifier: &'a dyn Verifier,
    stage: &'a Stage<'a>,
    genuine: String,
    broken: String,
}

impl<'a> Asker<'a> {
    fn new(verifier: &'a dyn Verifier, stage: &'a Stage<'a>) -> Self {
        let mut broken = stage.issuer.genuine().clone();
        let segment = broken.segment_mut(2);
        let mut bytes = segment.bytes().unwrap_or_default();
        if let Some(byte) = bytes.get_mut(8) {
            *byte ^= 0x40;
        }
        *segment = Segment::Bytes(bytes);
        Self { verifier, stage, genuine: stage.issuer.genuine().to_string(), broken: broken.to_string() }
    }

    /// Asks the controls, all shots, and the controls again, as one stream. `None` for a shot that was never answered.
    fn batch(&self, shots: &[Shot<'_>], control: &mut Control) -> Result<Vec<Option<Answer>>, AskError> {
        let before = [self.genuine.as_str(), self.broken.as_str()];
        let tokens: Vec<&str> =
            before.into_iter().chain(shots.iter().map(|s| s.forged.token.as_str())).chain([self.genuine.as_str()]).collect();
        let mut answers: Vec<Option<Answer>> = tokens.iter().map(|_| None).collect();
        self.ask(&tokens, &mut answers)?;
        let last = answers.pop().flatten();
        let mut answers = answers.into_iter();
        control.note_genuine(answers.next().flatten().as_ref().map(|a| &a.verdict));
        control.note_broken(answers.next().flatten().as_ref().map(|a| &a.verdict));
        control.note_genuine(last.as_ref().map(|a| &a.verdict));
        Ok(answers.collect())
    }

    fn ask(&self, tokens: &[&str], answers: &mut [Option<Answer>]) -> Result<(), AskError> {
        let mut last = Instant::now();
        self.verifier.verify_all(tokens, &mut |i, verdict| {
            let now = Instant::now();
            answers[i] = Some(Answer { verdict, took: now - last });
            last = now;
        })
    }

    /// Asks one token alone.
    fn alone(&self, token: &str) -> Result<Answer, AskError> {
        let mut answers = [None];
        self.ask(&[token], &mut answers)?;
        let [answer] = answers;
        answer.ok_or_else(|| AskError("the target gave no answer and no error".to_owned()))
    }

    fn outcome(&self, shot: &Shot<'_>, answer: &Answer) -> Outcome {
        let outcome = self.judge(shot, &answer.verdict);
        if outcome == Outcome::Held && answer.took > SUSPICIOUS { Outcome::Slow } else { outcome }
    }

    fn judge(&self, shot: &Shot<'_>, verdict: &Verdict) -> Outcome {
        let claims = match verdict {
            Verdict::Accepted(claims) => claims.as_ref(),
            _ => None,
        };
        let ledger = self.stage.issuer.ledger_with(&shot.forged.issued);
        let genuine = self.stage.issuer.genuine().segments.get(1).and_then(Segment::bytes).unwrap_or_default();
        let echo = ledger.echo(shot.forged.token.as_str(), &shot.forged.canary, &genuine, claims);
        judge(&shot.case.expect, shot.forged.provenance, verdict, echo)
    }

    /// Asks again, alone, next to a control; only what happens again is a finding.
    fn confirm(&self, shot: &Shot<'_>, outcome: Outcome, control: &mut Control) -> Result<Outcome, AskError> {
        let genuine = self.alone(&self.genuine)?;
        control.note_genuine(Some(&genuine.verdict));
        let again = self.alone(shot.forged.token.as_str())?;
        if outcome == Outcome::Slow {
            return self.confirm_slow(shot, &again);
        }
        let confirmed = self.judge(shot, &again.verdict);
        if confirmed == outcome {
            return Ok(outcome);
        }
        // Not the same twice: the third answer decides, and a target that wavers is at least not held.
        let third = self.alone(shot.forged.token.as_str())?;
        Ok(self.judge(shot, &third.verdict).max(confirmed))
    }

    /// Slow is what takes far longer than the control each time; the fastest of three answers counts.
    fn confirm_slow(&self, shot: &Shot<'_>, again: &Answer) -> Result<Outcome, AskError> {
        let (mut fastest, mut usual) = (again.took, Duration::MAX);
        for _ in 0..2 {
            fastest = fastest.min(self.alone(shot.forged.token.as_str())?.took);
            usual = usual.min(self.alone(&self.genuine)?.took);
        }
        let slow = fastest > SUSPICIOUS && fastest > usual.saturating_mul(SLOW_FACTOR);
        Ok(if slow { Outcome::Slow } else { Outcome::Held })
    }
}
