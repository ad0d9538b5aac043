//! Counting, and the report that comes of it: the same for every front.

use std::cmp::Reverse;

use super::{Patience, RunError, Settled};
use crate::{
    oracle::Meaning,
    report::{Control, Finding, Report, Skipped, Summary, Target},
    verdict::{Outcome, Verdict},
    verifier::{AskError, Implementation},
};

/// What a run gave so far; each finding with what its front knows beside it.
#[derive(Debug)]
pub(crate) struct Tally<T = ()> {
    /// Questions that were answered.
    pub(crate) asked: usize,
    /// Answers that were as they should be.
    pub(crate) held: usize,
    pub(crate) findings: Vec<(Finding, T)>,
    pub(crate) skipped: Vec<Skipped>,
    /// Cases whose refusal proves nothing.
    pub(crate) vacuous: Vec<Skipped>,
    pub(crate) controls: Vec<Control>,
    /// Why the target can no longer be asked.
    pub(crate) failure: Option<AskError>,
}

/// The run that ended.
pub(crate) struct Ended<'a> {
    pub(crate) implementation: &'a dyn Implementation,
    /// What the report calls the target if it does not name itself.
    pub(crate) target: &'a Target,
    pub(crate) patience: &'a Patience,
    pub(crate) seed: u64,
    /// How many questions were planned.
    pub(crate) cases: usize,
    /// Whether somebody stopped it.
    pub(crate) interrupted: bool,
}

impl<T> Default for Tally<T> {
    fn default() -> Self {
        let (findings, skipped, vacuous, controls) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
        Self { asked: 0, held: 0, findings, skipped, vacuous, controls, failure: None }
    }
}

impl<T> Tally<T> {
    /// Counts what came of one question.
    pub(crate) fn settle(
        &mut self,
        settled: Settled,
        skipped: impl FnOnce(String) -> Skipped,
        found: impl FnOnce(Meaning, &Verdict) -> (Finding, T),
    ) {
        match settled {
            Settled::Held => self.held(),
            Settled::Skipped(reason) => self.skipped.push(skipped(reason)),
            Settled::Found(meaning, verdict) => {
                self.asked += 1;
                self.findings.push(found(meaning, &verdict));
            }
        }
    }

    /// Counts an answer as it should be.
    pub(crate) fn held(&mut self) {
        self.asked += 1;
        self.held += 1;
    }

    /// Counts a refusal that proves nothing, since the token without its forged part is refused too.
    pub(crate) fn vacuous(&mut self, case: Skipped) {
        self.asked += 1;
        self.vacuous.push(case);
    }

    /// Adds the controls of a stream to those of the same set-up.
    pub(crate) fn note(&mut self, control: Control) {
        match self.controls.iter_mut().find(|known| known.is_of(&control)) {
            Some(known) => known.merge(&control),
            None => self.controls.push(control),
        }
    }

    /// Adds what another worker counted.
    pub(crate) fn add(&mut self, part: Self) {
        self.asked += part.asked;
        self.held += part.held;
        self.findings.extend(part.findings);
        self.skipped.extend(part.skipped);
        self.vacuous.extend(part.vacuous);
        part.controls.into_iter().for_each(|control| self.note(control));
        self.failure = self.failure.take().or(part.failure);
    }

    /// The report, the gravest findings first and otherwise in their order, and what the front knows beside each.
    ///
    /// # Errors
    /// If the target could not be asked, or could not be set up for anything.
    pub(crate) fn conclude(mut self, run: &Ended<'_>) -> Result<(Report, Vec<T>), RunError> {
        let failure = self.failure.take().filter(|_| !run.interrupted);
        if let Some(error) = failure.clone().filter(|_| self.proves_nothing()) {
            return Err(error.into());
        }
        if !run.interrupted {
            self.supported()?;
        }
        let failure = failure.map(|error| error.to_string());
        for (finding, _) in &mut self.findings {
            let control = self.controls.iter().find(|control| control.is_about(finding));
            finding.grade(control);
        }
        self.findings.sort_by_key(|(finding, _)| Reverse(finding.severity));
        let (findings, beside): (Vec<Finding>, Vec<T>) = self.findings.into_iter().unzip();
        let report = Report {
            target: run.target.identified(run.implementation),
            seed: run.seed,
            summary: Summary {
                cases: run.cases,
                asked: self.asked,
                held: self.held,
                vacuous: self.vacuous.len(),
                skipped: self.skipped.len(),
                findings: findings.len(),
                interrupted: run.interrupted || failure.is_some(),
            },
            findings,
            skipped: self.skipped,
            vacuous: self.vacuous,
            controls: self.controls,
            conduct: run.patience.told(run.implementation.conduct()),
            failure,
        };
        Ok((report, beside))
    }

    /// Whether the target never accepted anything: it is broken then, and its crashes are no token's doing.
    fn proves_nothing(&self) -> bool {
        let accepted = self.controls.iter().any(|control| control.genuine_accepted > 0);
        !accepted && self.findings.iter().all(|(finding, _)| matches!(finding.outcome, Outcome::Crashed | Outcome::Hung))
    }

    /// An error if the target refused to be set up as usual for every algorithm, and answered nothing otherwise.
    fn supported(&self) -> Result<(), RunError> {
        let usual = || self.controls.iter().filter(|control| control.usual);
        let refused = usual().next().is_some() && usual().all(|control| control.unsupported.is_some());
        if !refused || !self.findings.is_empty() || self.controls.iter().any(Control::asked) {
            return Ok(());
        }
        let reasons = usual().filter_map(|control| Some(format!("{}: {}", control.algorithm, control.unsupported.as_ref()?)));
        Err(RunError::Unsupported(reasons.collect::<Vec<_>>().join("; ")))
    }
}
