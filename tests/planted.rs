//! Every vulnerable verifier that one token fells, planted anew in Python: how long does it last against `Fuzzer` over pipes?
//!
//! ```text
//! pip install cryptography
//! cargo test --release --test planted                       all holes, one seed
//! cargo test --release --test planted -- ecdsa kid-sql      holes whose names contain one of these
//! ```
//! Each is fuzzed for ten seconds at most ([`LIMIT`], by the clock), from nothing: no corpus, no words of its sources. The verifier of
//! `planted/` shares no code with this crate, and its libraries are others. Every hole must fall with every seed
//! (`GAUNTLET_FUZZ_SEEDS`, 1), and the verifier without a hole must not. `GAUNTLET_SAMPLE=K/N` takes a part of the holes ([`sampled`]). Not
//! part of a plain `cargo test`: it takes minutes.

#![allow(clippy::print_stdout)] // A table for people.

mod required;
mod sampled;

use std::{
    path::Path,
    process::{Command, ExitCode},
    sync::Arc,
    time::{Duration, Instant},
};

use jwt_gauntlet::{
    Fuzzer, Outcome,
    fuzz::FuzzError,
    verifier::exec::{Exec, Limits},
};

/// By the clock, for one hole and one seed.
const LIMIT: Duration = Duration::from_secs(10);
/// The verifier without a hole.
const SOUND: &str = "sound";

/// What a run brought.
struct Lap {
    /// The gravest outcome, and the execution at which it was first seen.
    found: Option<(Outcome, usize)>,
    executions: usize,
    took: Duration,
}

fn main() -> ExitCode {
    let filters: Vec<String> = std::env::args().skip(1).filter(|argument| !argument.starts_with('-')).collect();
    let seeds = std::env::var("GAUNTLET_FUZZ_SEEDS").ok().and_then(|seeds| seeds.parse().ok()).unwrap_or(1);
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/planted/planted.py");
    let listed = Command::new("python3").arg(&script).arg("--list").output();
    let names = match listed {
        Ok(output) if output.status.success() => String::from_utf8_lossy(&output.stdout).into_owned(),
        Ok(output) => return required::ended(String::from_utf8_lossy(&output.stderr).trim()),
        Err(error) => return required::ended(&format!("python3 does not start: {error}")),
    };
    let sample = sampled::Sample::asked();
    let wanted = |name: &str| filters.is_empty() || filters.iter().any(|filter| name.contains(filter.as_str()));
    // The verifier without a hole belongs to every part.
    let chosen = |(place, name): &(usize, &str)| wanted(name) && (sample.takes(*place) || *name == SOUND);
    let names: Vec<&str> = names.lines().enumerate().filter(chosen).map(|(_, name)| name).collect();
    let (mut fallen, mut wrong) = (0, Vec::new());
    println!("{:28} {:>4} {:>9} {:>12} {:>8}", "hole", "seed", "outcome", "executions", "seconds");
    for &name in &names {
        for seed in 1..=seeds {
            let lap = match run(&script, name, seed) {
                Ok(lap) => lap,
                Err(error) => {
                    println!("{name:28} {seed:>4} no run: {error}");
                    wrong.push(name);
                    continue;
                }
            };
            let outcome = lap.found.map_or("-".to_owned(), |(outcome, _)| format!("{outcome:?}").to_lowercase());
            let at = lap.found.map_or(lap.executions, |(_, at)| at);
            println!("{name:28} {seed:>4} {outcome:>9} {at:>12} {:>8.2}", lap.took.as_secs_f64());
            if lap.found.is_some() == (name == SOUND) {
                wrong.push(name);
            }
            fallen += usize::from(lap.found.is_some());
        }
    }
    println!("{fallen} fell, of the {} runs against a hole", names.iter().filter(|n| **n != SOUND).count() * seeds);
    if wrong.is_empty() {
        return ExitCode::SUCCESS;
    }
    println!("not as planted: {}", wrong.join(" "));
    ExitCode::FAILURE
}

fn run(script: &Path, name: &str, seed: usize) -> Result<Lap, FuzzError> {
    let words = ["python3".to_owned(), script.display().to_string(), name.to_owned()];
    let target = Arc::new(Exec::new(words.into(), Limits::default()));
    let started = Instant::now();
    let fuzzer = Fuzzer::new(Arc::clone(&target)).seed(seed as u64).time(LIMIT).until(Outcome::Malleable);
    let fuzzed = fuzzer.run()?;
    let took = started.elapsed();
    let found = fuzzed.report.findings.iter().zip(&fuzzed.seen_at).map(|(finding, at)| (finding.outcome, *at));
    let found = found.filter(|(outcome, _)| *outcome >= Outcome::Malleable).max_by_key(|(outcome, _)| *outcome);
    Ok(Lap { found, executions: fuzzed.executions, took })
}
