//! What a run amounts to, decided once, so that the headline, the last line, the exit code and a failing test cannot disagree.

use super::{Baseline, Control, Finding, Report};
use crate::verdict::{Outcome, Severity};

/// What a run amounts to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Conclusion {
    /// Everything held, or what did not is known or below the threshold.
    Held,
    /// A finding at or above the threshold that no baseline knows.
    Found,
    /// No such finding, but the controls failed: nothing was proven.
    ControlsFailed,
    /// No such finding, and the run was stopped before its end: nothing was proven.
    Interrupted,
    /// No such finding, and the target could no longer be asked before the end.
    Lost,
    /// Every case was skipped, and not because the target refused all keys.
    NothingAsked,
    /// No such finding, but most refusals prove nothing: the tokens are refused without their forged parts too.
    Vacuous,
}

impl Conclusion {
    /// Decides, for findings at or above `fail_on` that `baseline` does not know.
    #[must_use]
    pub fn of(report: &Report, fail_on: Severity, baseline: &Baseline) -> Self {
        let refused_keys = report.controls.iter().any(|c| c.unsupported.is_some())
            && report.controls.iter().all(|c| c.unsupported.is_some() || c.passed());
        if failing(report, fail_on, baseline).next().is_some() {
            Self::Found
        } else if report.failure.is_some() {
            Self::Lost
        } else if report.summary.interrupted {
            Self::Interrupted
        } else if failed_controls(report).next().is_some() {
            Self::ControlsFailed
        } else if report.summary.asked == 0 && !refused_keys {
            Self::NothingAsked
        } else if report.summary.vacuous > report.summary.held {
            Self::Vacuous
        } else {
            Self::Held
        }
    }

    /// The exit code of the command line.
    #[must_use]
    pub fn exit_code(self) -> u8 {
        match self {
            Self::Held => 0,
            Self::Found => 1,
            Self::ControlsFailed | Self::Interrupted | Self::NothingAsked | Self::Vacuous => 3,
            Self::Lost => 4,
        }
    }
}

/// The findings that fail a run.
pub(crate) fn failing<'a>(report: &'a Report, fail_on: Severity, baseline: &'a Baseline) -> impl Iterator<Item = &'a Finding> {
    report.at_least(fail_on).filter(|f| !baseline.knows(f))
}

/// The usual controls that failed either way: a genuine token refused, or one with a flipped bit accepted. The latter says nothing
/// new where a forged token was accepted too.
pub(crate) fn failed_controls(report: &Report) -> impl Iterator<Item = &Control> {
    let usual = report.controls.iter().filter(|c| c.usual && c.unsupported.is_none());
    let told = report.findings.iter().any(|f| f.outcome == Outcome::Forged);
    usual.filter(move |c| !c.passed() || (c.broken_accepted > 0 && !told))
}
