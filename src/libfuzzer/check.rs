//! The fuzz target as a test: replay what was found before, then fuzz for a set time, on a stable compiler.

use std::{env, fs, path::Path, sync::Arc, time::Duration};

use super::engine::Engine;
use crate::{
    algorithm::Algorithm, attack::Gauntlet, catalogue::Catalogue, fuzz::Fuzzer, report::Finding, verdict::Outcome,
    verifier::Implementation,
};

/// How long to fuzz, in seconds, where the environment says nothing.
const SECONDS: f64 = 5.0;
/// The variable that says how long.
const VARIABLE: &str = "GAUNTLET_FUZZ_SECONDS";

/// Gives a closure the type that its use will ask for.
pub fn implementation(implementation: impl Implementation + 'static) -> Arc<dyn Implementation> {
    Arc::new(implementation)
}

/// Replays `findings/` in `folder`, then fuzzes.
///
/// # Panics
/// If the implementation accepts a token that it should refuse, or crashes, with the token; or if the run would prove nothing.
pub fn check(target: impl Implementation + 'static, algorithms: &[Algorithm], folder: &str) {
    let target = implementation(target);
    let engine = Engine::new(&*target, algorithms, Outcome::Policy);
    replay(&target, &engine, algorithms, &Path::new(folder).join("findings"));
    let seconds = env::var(VARIABLE).map_or(Some(SECONDS), |text| text.trim().parse().ok());
    let time = seconds.and_then(|seconds| Duration::try_from_secs_f64(seconds).ok());
    let time = time.unwrap_or_else(|| panic!("{VARIABLE} is not a number of seconds"));
    if time.is_zero() {
        return;
    }
    match Fuzzer::new(Arc::clone(&target)).algorithms(algorithms.iter().copied()).time(time).run() {
        Ok(fuzzed) => {
            let note = format!("{} tokens with seed {}", fuzzed.executions, fuzzed.report.seed);
            refuse(&fuzzed.report.findings, &note);
        }
        Err(error) => panic!("jwt-gauntlet cannot fuzz this: {error}"),
    }
}

/// Attack files are attacks; anything else is a token.
fn replay(target: &Arc<dyn Implementation>, engine: &Engine, algorithms: &[Algorithm], findings: &Path) {
    let Ok(entries) = fs::read_dir(findings) else { return };
    let mut files: Vec<_> = entries.filter_map(Result::ok).map(|entry| entry.path()).filter(|path| path.is_file()).collect();
    files.sort();
    let hidden = |path: &Path| path.file_name().is_some_and(|name| name.to_string_lossy().starts_with('.'));
    files.retain(|path| !hidden(path));
    let attacks = files.iter().any(|path| path.extension().is_some_and(|e| e == "toml"));
    if attacks {
        let mut catalogue = Catalogue::default();
        catalogue.load(findings).unwrap_or_else(|error| panic!("a saved finding cannot be read: {error}"));
        // An attack says for itself which algorithms it is for.
        let all = catalogue.cases.iter().flat_map(|case| case.applies.iter().copied());
        let wanted: Vec<Algorithm> = Algorithm::ALL.into_iter().filter(|a| algorithms.contains(a)).collect();
        if all.into_iter().any(|a| wanted.contains(&a)) {
            let report = Gauntlet::new(Arc::clone(target)).algorithms(wanted).catalogue(catalogue).run();
            let report = report.unwrap_or_else(|error| panic!("a saved finding cannot be replayed: {error}"));
            refuse(&report.findings, &format!("replayed from {}", findings.display()));
        }
    }
    for file in files.iter().filter(|path| path.extension().is_none_or(|e| e != "toml")) {
        let input = fs::read(file).unwrap_or_else(|error| panic!("cannot read {}: {error}", file.display()));
        // An editor ends a line; no token does.
        let failure = engine.failure(&input).or_else(|| engine.failure(input.trim_ascii_end()));
        if let Some(failure) = failure {
            panic!("{} fails again: {failure}", file.display());
        }
    }
}

/// Fails with everything that is worth failing for.
fn refuse(findings: &[Finding], note: &str) {
    let told: Vec<String> = findings.iter().filter(|finding| finding.outcome >= Outcome::Policy).map(tell).collect();
    assert!(told.is_empty(), "jwt-gauntlet found {} failures ({note}):\n\n{}", told.len(), told.join("\n\n"));
}

fn tell(finding: &Finding) -> String {
    let outcome = format!("{:?}", finding.outcome).to_lowercase();
    format!("{outcome}, {}: {} ({})\ntoken: {}", finding.algorithm, finding.title, finding.why, finding.token)
}
