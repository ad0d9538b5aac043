//! What a run reports: findings, skipped cases, controls. Serialises to the report format `jwt-gauntlet/report/1`.

use std::{fmt::Write as _, sync::Arc};

use serde::{Serialize, Serializer, ser::SerializeStruct};

use super::{Baseline, Conclusion, Finding, failed_controls, failing};
use crate::{
    algorithm::Algorithm,
    catalogue::Attack,
    configuration::Configuration,
    verdict::{Severity, Verdict},
    verifier::{Conduct, Implementation},
};

/// The result of a run.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Report {
    /// What was attacked.
    pub target: Target,
    /// The seed that makes the same tokens again.
    pub seed: u64,
    /// Counts.
    pub summary: Summary,
    /// What was found, the gravest first.
    pub findings: Vec<Finding>,
    /// What was not asked, or gave an answer that says nothing, and why.
    pub skipped: Vec<Skipped>,
    /// Forged tokens whose refusal proves nothing, since the token is refused without its forged part too.
    pub vacuous: Vec<Skipped>,
    /// How the controls went, one an algorithm and configuration.
    pub controls: Vec<Control>,
    /// What went wrong besides the answers.
    pub conduct: Conduct,
    /// Why the run ended before its end, if the target could no longer be asked.
    pub failure: Option<String>,
}

/// The name of what was attacked.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Target {
    /// Its name.
    pub name: String,
    /// Its version.
    pub version: String,
}

impl Target {
    /// What the implementation says that it is; where it says nothing, this.
    pub(crate) fn identified(&self, implementation: &dyn Implementation) -> Self {
        implementation.identity().map_or_else(|| self.clone(), |(name, version)| Self { name, version })
    }
}

/// Counts of a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Summary {
    /// Cases planned, over all algorithms.
    pub cases: usize,
    /// Cases that were asked and answered.
    pub asked: usize,
    /// Answers that were as they should be.
    pub held: usize,
    /// Refusals that prove nothing, since the token is refused without its forged part too.
    pub vacuous: usize,
    /// Cases not asked, or whose answer says nothing.
    pub skipped: usize,
    /// Findings.
    pub findings: usize,
    /// Whether the run was stopped before its end.
    pub interrupted: bool,
}

/// A case that was not asked, or whose answer proves nothing.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Skipped {
    /// The case's id.
    pub case: String,
    /// The algorithm.
    pub algorithm: Algorithm,
    /// Why.
    pub reason: String,
    /// Its class.
    #[serde(skip)]
    pub attack: Arc<Attack>,
}

/// How the controls of one algorithm and configuration went.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Control {
    /// The algorithm.
    pub algorithm: Algorithm,
    /// The configuration's name.
    pub configuration: String,
    /// Whether that is the usual one, on which the exit code depends.
    #[serde(skip)]
    pub usual: bool,
    /// Genuine tokens accepted.
    pub genuine_accepted: usize,
    /// Genuine tokens refused, or not answered.
    pub genuine_refused: usize,
    /// Tokens with a flipped signature bit that were accepted.
    pub broken_accepted: usize,
    /// The target's reason not to be set up so.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub unsupported: Option<String>,
    /// What it said when it refused a genuine token.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub refusal: Option<String>,
}

impl Control {
    pub(crate) fn of(algorithm: Algorithm, configuration: &Configuration) -> Self {
        Self {
            algorithm,
            configuration: configuration.label(),
            usual: *configuration == Configuration::default(),
            genuine_accepted: 0,
            genuine_refused: 0,
            broken_accepted: 0,
            unsupported: None,
            refusal: None,
        }
    }

    /// Whether both are controls of one set-up.
    pub(crate) fn is_of(&self, other: &Self) -> bool {
        (self.algorithm, &self.configuration) == (other.algorithm, &other.configuration)
    }

    /// Whether the finding was made under this set-up.
    pub(crate) fn is_about(&self, finding: &Finding) -> bool {
        (self.algorithm, &self.configuration) == (finding.algorithm, &finding.configuration)
    }

    pub(crate) fn note_genuine(&mut self, verdict: &Verdict) {
        match verdict {
            Verdict::Accepted(_) => self.genuine_accepted += 1,
            Verdict::Rejected(reason) | Verdict::Crashed(reason) => {
                self.genuine_refused += 1;
                self.refusal.get_or_insert_with(|| reason.clone());
            }
            Verdict::Hung(_) => self.genuine_refused += 1,
        }
    }

    pub(crate) fn note_broken(&mut self, verdict: &Verdict) {
        self.broken_accepted += usize::from(matches!(verdict, Verdict::Accepted(_)));
    }

    pub(crate) fn merge(&mut self, other: &Self) {
        self.genuine_accepted += other.genuine_accepted;
        self.genuine_refused += other.genuine_refused;
        self.broken_accepted += other.broken_accepted;
        self.unsupported = self.unsupported.take().or_else(|| other.unsupported.clone());
        // Units end in any order; the report must not tell in which.
        self.refusal = self.refusal.take().into_iter().chain(other.refusal.clone()).min();
    }

    /// Whether anything was asked under this configuration.
    #[must_use]
    pub fn asked(&self) -> bool {
        self.genuine_accepted + self.genuine_refused > 0
    }

    /// Whether every genuine token was accepted.
    #[must_use]
    pub fn passed(&self) -> bool {
        self.genuine_refused == 0 && self.genuine_accepted > 0
    }
}

impl Report {
    /// The controls that failed under the usual configuration, so that a clean result proves nothing.
    pub fn failed_controls(&self) -> impl Iterator<Item = &Control> {
        failed_controls(self)
    }

    /// Findings at or above `severity`.
    pub fn at_least(&self, severity: Severity) -> impl Iterator<Item = &Finding> {
        self.findings.iter().filter(move |f| f.severity >= severity)
    }

    /// Fails the test that calls it unless everything held: for a finding of medium severity or worse, and for a run that proves nothing
    /// because controls failed, the target was lost, or nothing was asked.
    ///
    /// # Panics
    /// With the forged token, why it matters and the remedy; or with what kept the run from proving anything.
    pub fn assert_secure(&self) {
        let none = Baseline::default();
        let text = match Conclusion::of(self, Severity::Medium, &none) {
            Conclusion::Held => return,
            Conclusion::Found => failure_text(&failing(self, Severity::Medium, &none).collect::<Vec<_>>()),
            Conclusion::ControlsFailed => controls_text(self),
            Conclusion::Interrupted => "the run was stopped before its end, so that nothing was proven".to_owned(),
            Conclusion::Lost => {
                format!("the target was lost, so that nothing was proven: {}", self.failure.as_deref().unwrap_or_default())
            }
            Conclusion::NothingAsked => "every case was skipped, so that nothing was proven".to_owned(),
            Conclusion::Vacuous => vacuous_text(self),
        };
        panic!("{text}");
    }
}

/// How much was refused for another reason, and the first of these reasons.
fn vacuous_text(report: &Report) -> String {
    let Summary { vacuous, held, .. } = report.summary;
    let first = report.vacuous.first().map_or("", |case| case.reason.as_str());
    format!("{vacuous} of {} refusals prove nothing: the tokens are {first}", vacuous + held)
}

/// Which controls failed, and how.
fn controls_text(report: &Report) -> String {
    let one = |control: &Control| {
        let how = if control.passed() {
            format!("a token with a broken signature was accepted, {} times", control.broken_accepted)
        } else {
            format!("genuine tokens were refused: {}", control.refusal.as_deref().unwrap_or("no answer"))
        };
        format!("{}: {how}", control.algorithm)
    };
    format!("the controls failed, so that nothing was proven ({})", failed_controls(report).map(one).collect::<Vec<_>>().join("; "))
}

/// The first findings of each class, as a person who broke the build wants to read them.
fn failure_text(findings: &[&Finding]) -> String {
    let mut text = format!("the verifier failed {} attack cases\n", findings.len());
    let mut shown: Vec<&str> = Vec::new();
    for finding in findings {
        let class = finding.case.split('#').next().unwrap_or_default();
        if shown.contains(&class) || shown.len() == 5 {
            continue;
        }
        shown.push(class);
        let _ = write!(
            text,
            "\n{:?} ({:?}) {} [{}]\n  {}\n  why     {}\n  token   {}\n  remedy  {}\n",
            finding.outcome,
            finding.severity,
            finding.case,
            finding.algorithm,
            finding.title,
            finding.why,
            finding.token,
            finding.remedy
        );
    }
    text
}

impl Serialize for Report {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut report = serializer.serialize_struct("Report", 10)?;
        report.serialize_field("schema", "jwt-gauntlet/report/1")?;
        report.serialize_field("target", &self.target)?;
        report.serialize_field("seed", &self.seed)?;
        report.serialize_field("summary", &self.summary)?;
        report.serialize_field("findings", &self.findings)?;
        report.serialize_field("skipped", &self.skipped)?;
        report.serialize_field("vacuous", &self.vacuous)?;
        report.serialize_field("controls", &self.controls)?;
        report.serialize_field("conduct", &self.conduct)?;
        match &self.failure {
            Some(failure) => report.serialize_field("failure", failure)?,
            None => report.skip_field("failure")?,
        }
        report.end()
    }
}
