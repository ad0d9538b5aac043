//! What the commands that test a target share: the target, its options, the reports, and Ctrl-C.

mod reports;
mod stop;
mod target;

use std::{fs, path::PathBuf};

use anyhow::Context;
use jwt_gauntlet::{Algorithm, Severity, report::Baseline};

pub(super) use self::{
    reports::{Reports, destinations},
    stop::Stop,
    target::Target,
};
use super::catalogue::algorithm;

/// How fast tokens are sent to the target.
#[derive(clap::Args)]
pub(super) struct Pace {
    /// Time limit for one token, in milliseconds
    #[arg(long, value_name = "MS", default_value_t = 5000, value_parser = clap::value_parser!(u64).range(1..))]
    pub timeout: u64,
    /// Verifiers tested in parallel [default: one per core]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024))]
    pub jobs: Option<u16>,
}

/// Which reports are written, and what fails the run.
#[derive(clap::Args)]
pub(super) struct Reporting {
    /// human or json, to stdout or a file; may be given several times [default: human]
    #[arg(long, value_name = "FORMAT[=FILE]")]
    pub report: Vec<String>,
    /// Findings below this severity do not fail the run
    #[arg(long, value_name = "SEVERITY", default_value = "medium", value_parser = severity)]
    pub fail_on: Severity,
    /// An earlier JSON report: findings in it do not fail the run
    #[arg(long, value_name = "FILE")]
    pub baseline: Option<PathBuf>,
}

impl Reporting {
    /// The baseline, or an empty one.
    pub(super) fn known(&self) -> anyhow::Result<Baseline> {
        let Some(file) = &self.baseline else { return Ok(Baseline::default()) };
        let text = fs::read_to_string(file).with_context(|| format!("cannot read the baseline {}", file.display()))?;
        Baseline::read(&text).with_context(|| format!("cannot use the baseline {}", file.display()))
    }
}

/// Reads names of algorithms, or `all`.
pub(super) fn algorithms(names: &[String]) -> anyhow::Result<Vec<Algorithm>> {
    let mut chosen = Vec::new();
    for name in names {
        if name.trim().eq_ignore_ascii_case("all") {
            return Ok(Algorithm::ALL.to_vec());
        }
        let algorithm = algorithm(name)?;
        if !chosen.contains(&algorithm) {
            chosen.push(algorithm);
        }
    }
    Ok(chosen)
}

fn severity(text: &str) -> Result<Severity, String> {
    match text.to_ascii_lowercase().as_str() {
        "info" => Ok(Severity::Info),
        "low" => Ok(Severity::Low),
        "medium" => Ok(Severity::Medium),
        "high" => Ok(Severity::High),
        "critical" => Ok(Severity::Critical),
        _ => Err("one of info, low, medium, high, critical".to_owned()),
    }
}
