//! Known findings: a former JSON report, given back to silence what it lists.
//!
//! A finding is known by case, algorithm and outcome. A worse outcome of the same case is news.

use std::collections::HashSet;

use serde::Deserialize;

use crate::report::Finding;

/// The findings that a former report lists.
#[derive(Clone, Debug, Default)]
pub struct Baseline {
    known: HashSet<(String, String, String)>,
}

/// Why a text is not a baseline.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum BaselineError {
    /// It is not a JSON report at all.
    #[error("this is not a JSON report of jwt-gauntlet; make one with `--report json=FILE`")]
    Parse(#[from] serde_json::Error),
    /// It is JSON of another kind.
    #[error("the schema is `{0}`; a report says `{SCHEMA}`")]
    Schema(String),
}

pub(super) const SCHEMA: &str = "jwt-gauntlet/report/1";

#[derive(Deserialize)]
struct Former {
    schema: String,
    findings: Vec<Known>,
}

#[derive(Deserialize)]
struct Known {
    case: String,
    algorithm: String,
    outcome: String,
}

impl Baseline {
    /// Reads a former report.
    ///
    /// # Errors
    /// If the text is not one.
    pub fn read(text: &str) -> Result<Self, BaselineError> {
        let former: Former = serde_json::from_str(text)?;
        if former.schema != SCHEMA {
            return Err(BaselineError::Schema(former.schema));
        }
        Ok(Self { known: former.findings.into_iter().map(|f| (f.case, f.algorithm, f.outcome)).collect() })
    }

    /// Whether the finding is in it.
    #[must_use]
    pub fn knows(&self, finding: &Finding) -> bool {
        if self.known.is_empty() {
            return false;
        }
        let outcome = serde_json::to_value(finding.outcome).ok().and_then(|v| v.as_str().map(str::to_owned)).unwrap_or_default();
        self.known.contains(&(finding.case.clone(), finding.algorithm.to_string(), outcome))
    }
}
