//! Replays: for each case whether it still happens, and reading former reports to ask their findings again.
//!
//! The JSON document is a report like any other with one more member, `replayed`.

use std::{
    collections::HashMap,
    io::{self, Write},
};

use serde::{Deserialize, Serialize};

use super::baseline::{BaselineError, SCHEMA};
use crate::{
    algorithm::Algorithm,
    report::{Finding, Report},
    verdict::Outcome,
};

/// What became of one case.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Replayed {
    /// The case's id.
    pub case: String,
    /// The algorithm that the target was set up for.
    pub algorithm: Algorithm,
    /// What happened; `held` is what no longer does, or never did.
    pub outcome: Outcome,
    /// Why it could not be tested.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

impl Replayed {
    /// What `report` says about these cases. A case of which it says nothing held, unless the run ended early.
    #[must_use]
    pub fn of(report: &Report, cases: &[(String, Algorithm)]) -> Vec<Self> {
        let found: HashMap<_, _> = report.findings.iter().map(|f| ((f.case.as_str(), f.algorithm), f.outcome)).collect();
        let unproven = [(&report.skipped, Outcome::Skipped), (&report.vacuous, Outcome::Vacuous)];
        let unproven = unproven.into_iter().flat_map(|(cases, outcome)| cases.iter().map(move |case| (case, outcome)));
        let unproven: HashMap<_, _> = unproven.map(|(s, outcome)| ((s.case.as_str(), s.algorithm), (outcome, &s.reason))).collect();
        let one = |(case, algorithm): &(String, Algorithm)| {
            let key = (case.as_str(), *algorithm);
            let (outcome, reason) = match (found.get(&key), unproven.get(&key)) {
                (Some(outcome), _) => (*outcome, None),
                (None, Some((outcome, reason))) => (*outcome, Some((*reason).clone())),
                (None, None) if report.summary.interrupted => (Outcome::Skipped, Some("the run ended before it".to_owned())),
                (None, None) => (Outcome::Held, None),
            };
            Self { case: case.clone(), algorithm: *algorithm, outcome, reason }
        };
        cases.iter().map(one).collect()
    }
}

/// Writes the report as JSON.
///
/// # Errors
/// If `out` cannot be written.
pub fn write(out: &mut dyn Write, report: &Report, replayed: &[Replayed]) -> io::Result<()> {
    #[derive(Serialize)]
    struct Document<'a> {
        #[serde(flatten)]
        report: &'a Report,
        replayed: &'a [Replayed],
    }
    serde_json::to_writer_pretty(&mut *out, &Document { report, replayed })?;
    out.write_all(b"\n")
}

/// The findings of a JSON report.
///
/// # Errors
/// If the text is not one.
pub fn findings(text: &str) -> Result<Vec<Finding>, BaselineError> {
    #[derive(Deserialize)]
    struct Former {
        schema: String,
        findings: Vec<Finding>,
    }
    let former: Former = serde_json::from_str(text)?;
    if former.schema == SCHEMA { Ok(former.findings) } else { Err(BaselineError::Schema(former.schema)) }
}
