//! Recall of the fuzzer alone, without the catalogue: it must rediscover published weaknesses in the releases that had them.
//!
//! ```text
//! cargo test --release --test rediscover              all rows
//! cargo test --release --test rediscover -- npm/jws   rows whose id contains that
//! ```
//! Each vulnerable release of `releases/releases.toml` is fuzzed for some seconds (`GAUNTLET_FUZZ_SECONDS`, 10). A row counts as
//! rediscovered if a finding of its outcome does not happen in the release that mends it. Rows of a weakness that one token cannot
//! show are told, not failed; fewer than [`AT_LEAST`] rediscovered rows fail the run. Not part of a plain `cargo test`.

#![allow(clippy::print_stdout)] // A table for people.

#[path = "releases/table.rs"]
mod table;

use std::{
    path::Path,
    process::ExitCode,
    time::{Duration, Instant},
};

use jwt_gauntlet::{
    Algorithm, Catalogue, Fuzzer, Gauntlet,
    verifier::exec::{Exec, Limits},
};
use libtest_mimic::Failed;
use table::Release;

/// Rows that a full run must rediscover.
const AT_LEAST: usize = 10;

fn main() -> ExitCode {
    let filter: Option<String> = std::env::args().nth(1).filter(|a| !a.starts_with('-'));
    let seconds = std::env::var("GAUNTLET_FUZZ_SECONDS").ok().and_then(|s| s.parse().ok()).unwrap_or(10);
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let able = table::Able::here();
    let rows: Vec<Release> = table::read(root)
        .into_iter()
        .filter(|r| filter.as_ref().is_none_or(|f| r.id.contains(f.as_str())) && able.runs(r))
        .collect();
    let mut rediscovered = 0;
    for row in &rows {
        let told = match rediscover(root, row, Duration::from_secs(seconds)) {
            Ok(Some(told)) => {
                rediscovered += 1;
                told
            }
            Ok(None) => "-".to_owned(),
            Err(error) => format!("no run: {}", error.message().unwrap_or_default().lines().next().unwrap_or_default()),
        };
        println!("{:40} {:9} {told}", row.id, row.finds);
    }
    println!("{rediscovered} of {} rediscovered", rows.len());
    let enough = filter.is_some() || rows.len() < AT_LEAST || rediscovered >= AT_LEAST;
    if enough { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// What rediscovers the row: the finding, the execution at which it was seen, and how long the run took.
fn rediscover(root: &Path, row: &Release, time: Duration) -> Result<Option<String>, Failed> {
    table::install(root, row)?;
    let algorithm: Algorithm = row.algorithm.split(',').next().unwrap_or_default().parse()?;
    let started = Instant::now();
    let fuzzed = Fuzzer::new(program(root, row, &row.vulnerable)?).algorithms([algorithm]).time(time).run()?;
    let took = started.elapsed();
    let found = fuzzed.cases.iter().zip(&fuzzed.report.findings).zip(&fuzzed.seen_at);
    let same = found.filter(|((_, finding), _)| serde_json::to_value(finding.outcome).is_ok_and(|o| o == row.finds.as_str()));
    for ((case, finding), at) in same {
        let mut catalogue = Catalogue::default();
        catalogue.cases.push(case.clone());
        let fixed = Gauntlet::new(program(root, row, &row.fixed)?).catalogue(catalogue).algorithms([algorithm]).run();
        let mended = fixed.as_ref().map_or(true, |report| report.findings.iter().all(|f| f.outcome < finding.outcome));
        if mended {
            return Ok(Some(format!("{} at execution {at}, of {} in {took:.1?}", finding.case, fuzzed.executions)));
        }
    }
    Ok(None)
}

fn program(root: &Path, row: &Release, version: &str) -> Result<Exec, Failed> {
    let folder = row.folder(root, version);
    let command = format!("env GAUNTLET_RELEASE={0} PYTHONPATH={0} {1}", folder.display(), row.command(root));
    Ok(Exec::parse(&command, Limits { question: Duration::from_secs(2), ..Limits::default() })?)
}
