//! `jwt-gauntlet replay FILE… [TARGET]`: do earlier findings still happen?

mod files;

use std::{path::PathBuf, sync::Arc, time::Instant};

use anyhow::bail;
use jwt_gauntlet::{
    Algorithm, Catalogue, Fuzzer, Gauntlet, Report, Severity,
    catalogue::Case,
    internal::report::human::{Front, View},
    replay::{Question, replay},
    report::{Baseline, Conclusion, replay::Replayed},
};

use self::files::Files;
use super::{
    asking::{Pace, Reports, Stop, Target, algorithms},
    output,
};

/// Repeat earlier findings, and say for each whether it still happens
///
/// A FILE is an attack file or a folder of them (such as `fuzz` saves), a JSON report of `attack` or `fuzz`, or the bare text of a token
/// (such as an artifact of cargo-fuzz).
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  jwt-gauntlet replay gauntlet-findings/ \"exec:./verify\"      everything that `fuzz` saved
  jwt-gauntlet replay report.json \"exec:./verify\"             the findings of an earlier report
  jwt-gauntlet replay artifacts/crash-1f2e --alg ES256        a token, on the jsonwebtoken crate

Exit codes:
  0  no case happens any more
  1  at least one case still happens
  2  usage error, or a FILE that cannot be read
  3  nothing was proven: the target refused a genuine token, no case could be sent, or most refusals are vacuous
  4  the target could not be reached")]
pub(super) struct Args {
    /// Attack files, JSON reports and token files, and the target: builtin:NAME or exec:COMMAND [default: builtin:jsonwebtoken]
    #[arg(required = true, value_name = "FILE|TARGET")]
    what: Vec<String>,
    /// Algorithms to configure the verifier for [default: those of the findings; HS256,RS256,PS256,ES256,EdDSA for a bare token]
    #[arg(long, value_name = "ALG", value_delimiter = ',')]
    alg: Vec<String>,
    /// human or json, to stdout or a file; may be given several times [default: human]
    #[arg(long, value_name = "FORMAT[=FILE]")]
    report: Vec<String>,
    #[command(flatten)]
    pace: Pace,
    /// Seed of canaries and random bytes of attack files
    #[arg(long, value_name = "N", default_value_t = 1)]
    seed: u64,
}

pub(super) fn run(args: &Args) -> anyhow::Result<u8> {
    let reports = Reports::parse(&args.report)?;
    let (targets, names): (Vec<&String>, Vec<&String>) = args.what.iter().partition(|word| Target::is_meant(word));
    let target = match targets.as_slice() {
        [] => "builtin:jsonwebtoken",
        [one] => one.as_str(),
        _ => bail!("only one target is allowed, but {} and {} were given", targets[0], targets[1]),
    };
    if names.is_empty() {
        bail!("nothing to replay; give an attack file, a JSON report or a token file");
    }
    let chosen = algorithms(&args.alg)?;
    let files = Files::read(names.iter().map(PathBuf::from), &chosen)?;
    let program = Arc::new(Target::parse(target, args.pace.timeout)?);
    let stop = Stop::on_signal(Arc::clone(&program))?;

    let started = Instant::now();
    let asked = ask(args, &files, &chosen, &program, &stop);
    program.stop();
    let (report, cases) = asked.map_err(|error| error.context(format!("cannot replay on {target}")))?;
    let replayed = Replayed::of(&report, &cases);
    let (quoted, baseline) = (shell_words::quote(target), Baseline::default());
    let view = View {
        style: output::stdout_style(),
        fail_on: Severity::Info,
        baseline: &baseline,
        took: Some(started.elapsed()),
        target: &quoted,
        options: "",
        front: Front::Replay(&replayed),
    };
    reports.write(&report, &view)?;
    Ok(Conclusion::of(&report, Severity::Info, &baseline).exit_code())
}

/// Cases, by name and algorithm.
type Asked = Vec<(String, Algorithm)>;

/// Asks the attack files as `attack` does, then the tokens.
fn ask(args: &Args, files: &Files, chosen: &[Algorithm], target: &Arc<Target>, stop: &Stop) -> anyhow::Result<(Report, Asked)> {
    let attacks = (!files.attacks.cases.is_empty()).then(|| attack(args, &files.attacks, chosen, target, stop)).transpose()?;
    let tokens = (!files.tokens.is_empty()).then(|| replay(target, &files.tokens, stop.flag())).transpose()?;
    let mut cases: Asked = attacks.iter().flat_map(|(_, cases)| cases.clone()).collect();
    cases.extend(files.tokens.iter().map(|Question { case, algorithm, .. }| (case.clone(), *algorithm)));
    let report = match (attacks, tokens) {
        (Some((attacks, _)), Some(tokens)) => both(attacks, tokens),
        (Some((one, _)), None) | (None, Some(one)) => one,
        (None, None) => bail!("nothing to replay: no finding in these files is for the chosen algorithms"),
    };
    Ok((report, cases))
}

fn attack(
    args: &Args,
    catalogue: &Catalogue,
    chosen: &[Algorithm],
    target: &Arc<Target>,
    stop: &Stop,
) -> anyhow::Result<(Report, Asked)> {
    let algorithms = if chosen.is_empty() { usual(&catalogue.cases) } else { chosen.to_vec() };
    let applies =
        |case: &Case| algorithms.iter().filter(|a| case.applies.contains(a)).map(|a| (case.id.clone(), *a)).collect::<Vec<_>>();
    let asked: Asked = catalogue.cases.iter().flat_map(applies).collect();
    if asked.is_empty() {
        bail!("none of the cases in these files is for the chosen algorithms");
    }
    let mut gauntlet = Gauntlet::new(Arc::clone(target))
        .named(&target.name, "")
        .catalogue(catalogue.clone())
        .algorithms(algorithms)
        .seed(args.seed);
    if let Some(jobs) = args.pace.jobs {
        gauntlet = gauntlet.jobs(usize::from(jobs));
    }
    Ok((gauntlet.run_with(&|_| {}, stop.flag())?, asked))
}

/// The usual algorithms among those that the cases are for; for a case of none of these, all that it is for.
fn usual(cases: &[Case]) -> Vec<Algorithm> {
    let wanted = |case: &Case| {
        let usual: Vec<Algorithm> = Fuzzer::ALGORITHMS.into_iter().filter(|a| case.applies.contains(a)).collect();
        if usual.is_empty() { case.applies.clone() } else { usual }
    };
    let wanted: Vec<Algorithm> = cases.iter().flat_map(wanted).collect();
    Algorithm::ALL.into_iter().filter(|a| wanted.contains(a)).collect()
}

/// Two reports on one target as one.
fn both(mut one: Report, other: Report) -> Report {
    let (sum, more) = (&mut one.summary, &other.summary);
    sum.cases += more.cases;
    sum.asked += more.asked;
    sum.held += more.held;
    sum.skipped += more.skipped;
    sum.findings += more.findings;
    sum.interrupted |= more.interrupted;
    one.findings.extend(other.findings);
    one.skipped.extend(other.skipped);
    one.controls.extend(other.controls);
    one.failure = one.failure.or(other.failure);
    one
}
