//! Recall of the fuzzer alone, without the catalogue: it must rediscover published weaknesses in the releases that had them.
//!
//! ```text
//! cargo test --release --test rediscover              all rows
//! cargo test --release --test rediscover -- npm/jws   rows whose id contains that
//! ```
//! Each vulnerable release of `releases/releases.toml` is fuzzed for some seconds (`GAUNTLET_FUZZ_SECONDS`, 10). A row counts as
//! rediscovered if a finding of its outcome does not happen in the release that mends it. The rows that say `rediscovered = true` must
//! be; the others are of a weakness that one token cannot show, or that takes longer, and are told. `GAUNTLET_SAMPLE=K/N` takes a part
//! ([`sampled`]). Not part of a plain `cargo test`.

#![allow(clippy::print_stdout)] // A table for people.

mod required;
mod sampled;
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

fn main() -> ExitCode {
    let filter: Option<String> = std::env::args().nth(1).filter(|a| !a.starts_with('-'));
    let seconds = std::env::var("GAUNTLET_FUZZ_SECONDS").ok().and_then(|s| s.parse().ok()).unwrap_or(10);
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let (able, sample) = (table::Able::here(), sampled::Sample::asked());
    let rows = table::read(root).into_iter().enumerate().filter(|(place, _)| sample.takes(*place)).map(|(_, row)| row);
    let rows: Vec<Release> = rows.filter(|r| filter.as_ref().is_none_or(|f| r.id.contains(f.as_str()))).collect();
    let (mut rediscovered, mut missed) = (0, Vec::new());
    for row in &rows {
        if let Some(missing) = able.missing(row) {
            if required::ended(&format!("{}: {missing}", row.id)) != ExitCode::SUCCESS {
                missed.push(row.id.as_str());
            }
            continue;
        }
        let told = match rediscover(root, row, Duration::from_secs(seconds)) {
            Ok(Some(told)) => {
                rediscovered += 1;
                told
            }
            other => {
                if row.rediscovered {
                    missed.push(row.id.as_str());
                }
                other.err().map_or_else(|| "-".to_owned(), |error| no_run(&error))
            }
        };
        println!("{:40} {:9} {told}", row.id, row.finds);
    }
    println!("{rediscovered} of {} rediscovered; {} of them must be", rows.len(), rows.iter().filter(|r| r.rediscovered).count());
    if missed.is_empty() {
        return ExitCode::SUCCESS;
    }
    println!("missed: {}", missed.join(" "));
    ExitCode::FAILURE
}

fn no_run(error: &Failed) -> String {
    format!("no run: {}", error.message().unwrap_or_default().lines().next().unwrap_or_default())
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
