//! What a run reports: findings, skipped cases, controls. Serialises to the report format `jwt-gauntlet/report/1`.

use std::{fmt::Write as _, sync::Arc};

use serde::{Deserialize, Serialize, Serializer, ser::SerializeStruct};

use super::{Baseline, Conclusion, failed_controls, failing};
use crate::{
    algorithm::Algorithm,
    catalogue::{Attack, Case},
    configuration::Configuration,
    recipe::Forged,
    verdict::{Claims, Outcome, Severity, Verdict},
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
    /// Cases not asked, or whose answer says nothing.
    pub skipped: usize,
    /// Findings.
    pub findings: usize,
    /// Whether the run was stopped before its end.
    pub interrupted: bool,
}

/// A case that did not hold, twice. Reads back from a report, save for its claims.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Finding {
    /// The case's id.
    pub case: String,
    /// The algorithm that the target was set up for.
    pub algorithm: Algorithm,
    /// What happened.
    pub outcome: Outcome,
    /// How bad that is.
    pub severity: Severity,
    /// The weakness in one sentence.
    pub title: String,
    /// The token, for replay.
    pub token: String,
    /// The claims that the target gave back, as JSON where they are JSON.
    #[serde(serialize_with = "claims_as_json", skip_deserializing)]
    pub claims: Option<Claims>,
    /// What it means.
    pub why: String,
    /// RFC sections and CVE numbers.
    pub references: Vec<String>,
    /// CWE numbers.
    pub cwe: Vec<String>,
    /// What to do about it.
    pub remedy: String,
    /// How the target was set up, if not as usual.
    pub configuration: String,
}

/// A case that was not asked, or whose answer says nothing.
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
        };
        panic!("{text}");
    }
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

impl Finding {
    pub(crate) fn new(case: &Case, algorithm: Algorithm, outcome: Outcome, forged: &Forged, verdict: &Verdict) -> Self {
        let attack = &case.attack;
        Self {
            case: case.id.clone(),
            algorithm,
            outcome,
            severity: severity(outcome, attack.severity),
            title: attack.title.clone(),
            token: forged.token.to_string(),
            claims: match verdict {
                Verdict::Accepted(claims) => claims.clone(),
                _ => None,
            },
            why: match outcome {
                Outcome::Policy if case.configuration.has_void_key() => VOID_KEY.to_owned(),
                _ => why(outcome, &forged.canary, verdict),
            },
            references: attack.references.clone(),
            cwe: attack.cwe.clone(),
            remedy: attack.remedy.clone(),
            configuration: case.configuration.label(),
        }
    }
}

/// How bad an outcome is, given how bad the attack is when it succeeds as meant.
fn severity(outcome: Outcome, attack: Severity) -> Severity {
    match outcome {
        Outcome::Forged | Outcome::Policy => attack,
        Outcome::Crashed | Outcome::Hung => attack.max(Severity::Medium).min(Severity::High),
        Outcome::Slow => attack.max(Severity::Low).min(Severity::High),
        Outcome::Malleable => attack.min(Severity::Low),
        Outcome::Overstrict | Outcome::Held | Outcome::Skipped => Severity::Info,
    }
}

const VOID_KEY: &str = "Anyone can forge signatures for the configured key. The target must refuse to load this key, but used it.";

fn why(outcome: Outcome, canary: &str, verdict: &Verdict) -> String {
    let echoed = matches!(verdict, Verdict::Accepted(Some(Claims(text))) if text.contains(canary));
    match (outcome, verdict) {
        (Outcome::Forged, _) if echoed => {
            format!("The target accepted claims that no trusted key signed, and returned them: canary {canary} came back.")
        }
        (Outcome::Forged, _) => "The target accepted a token that no trusted key signed.".to_owned(),
        (Outcome::Policy, _) => "A trusted key signed this token, but it breaks a rule and must be refused. It was accepted.".to_owned(),
        (Outcome::Malleable, _) => {
            "The claims are the issuer's, but the token's bytes are not: several encodings of one token are accepted, which bypasses denylists and caches indexed by the token string.".to_owned()
        }
        (Outcome::Overstrict, Verdict::Rejected(reason)) => format!("The target refused a valid token: {reason}"),
        (Outcome::Crashed, Verdict::Crashed(reason)) => format!("The target crashed on this token: {reason}"),
        (Outcome::Hung, Verdict::Hung(limit)) => format!("The target gave no answer within {} ms.", limit.as_millis()),
        (Outcome::Slow, _) => "Each answer took far longer than the answer to a genuine token.".to_owned(),
        _ => "The target gave different answers to the same token.".to_owned(),
    }
}

#[allow(clippy::ref_option)] // serde's signature.
fn claims_as_json<S: Serializer>(claims: &Option<Claims>, serializer: S) -> Result<S::Ok, S::Error> {
    match claims {
        None => serializer.serialize_none(),
        // Claims may be text that no JSON library prints back, such as a number of a thousand digits or a NaN.
        Some(Claims(text)) => match serde_json::from_str::<serde_json::Value>(text) {
            Ok(value) => value.serialize(serializer),
            Err(_) => serializer.serialize_str(text),
        },
    }
}

impl Serialize for Report {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut report = serializer.serialize_struct("Report", 9)?;
        report.serialize_field("schema", "jwt-gauntlet/report/1")?;
        report.serialize_field("target", &self.target)?;
        report.serialize_field("seed", &self.seed)?;
        report.serialize_field("summary", &self.summary)?;
        report.serialize_field("findings", &self.findings)?;
        report.serialize_field("skipped", &self.skipped)?;
        report.serialize_field("controls", &self.controls)?;
        report.serialize_field("conduct", &self.conduct)?;
        match &self.failure {
            Some(failure) => report.serialize_field("failure", failure)?,
            None => report.skip_field("failure")?,
        }
        report.end()
    }
}
