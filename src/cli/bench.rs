//! `jwt-gauntlet bench [TARGET]`: how long signing and verifying take.

mod parts;
mod reports;

use std::{fs, path::PathBuf, sync::Arc, time::Duration};

use anyhow::{Context, bail};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use jwt_gauntlet::{
    RunError,
    internal::bench::{
        Backend, Bench, Comparison, Library, Operation, Results, Scheme, backend, contender::Choice, exec, library,
        results::SCHEMA, runner::Event, scaling::usual_threads,
    },
};

use self::reports::Reports;
use super::{
    asking::{Stop, Target},
    duration, watched,
};

/// Measure the speed of signing and verifying, across algorithms and back ends
///
/// Back ends are timed in interleaved rounds, after a check that they accept genuine signatures and refuse forged ones. A run takes
/// about a minute; for reliable results, run nothing else on the machine.
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  jwt-gauntlet bench                                       all algorithms on ring, aws-lc-rs and RustCrypto
  jwt-gauntlet bench --alg ES256,EdDSA --operation verify --time 10s
  jwt-gauntlet bench --report html=bench.html --report json=before.json
  jwt-gauntlet bench --baseline before.json                compare with an earlier run; exit 1 if slower
  jwt-gauntlet bench \"exec:python3 my_adapter.py\"          any library, through the adapter protocol

Exit codes:
  0  measured, and nothing slower than the baseline
  1  something is slower than the baseline by more than --threshold, or a back end is broken
  2  usage error, or a baseline that cannot be read
  4  the target could not be reached, or no row could be compared since the machine was too busy")]
pub(super) struct Args {
    /// exec:COMMAND, a program that speaks the adapter protocol [default: the back ends that are compiled in]
    target: Option<String>,
    /// Algorithms: names, comma lists, or `all`; ML-DSA-44, ML-DSA-65 and ML-DSA-87 among them
    #[arg(long, value_name = "ALG", value_delimiter = ',', default_value = "all")]
    alg: Vec<String>,
    /// Only these back ends and libraries: ring, aws-lc-rs, rust-crypto, jsonwebtoken/aws-lc-rs, jsonwebtoken/rust-crypto
    #[arg(long, value_name = "NAME", value_delimiter = ',')]
    backend: Vec<String>,
    /// Only these operations: sign, verify, verify-forged, cold-sign, cold-verify, token-sign, token-verify, token-forged, decode
    #[arg(long, value_name = "NAME", value_delimiter = ',')]
    operation: Vec<String>,
    /// Numbers of threads for the scaling test; 1 skips it [default: powers of two up to all cores]
    #[arg(long, value_name = "N", value_delimiter = ',', value_parser = clap::value_parser!(u16).range(1..=1024))]
    threads: Vec<u16>,
    /// Total time
    #[arg(long, value_name = "DURATION", default_value = "60s", value_parser = duration::parse)]
    time: Duration,
    /// human, json, markdown or html, to stdout or a file; may be given several times [default: human]
    #[arg(long, value_name = "FORMAT[=FILE]")]
    report: Vec<String>,
    /// An earlier JSON report to compare with
    #[arg(long, value_name = "FILE")]
    baseline: Option<PathBuf>,
    /// Ignore changes below this percentage
    #[arg(long, value_name = "PERCENT", default_value = "5", value_parser = percent)]
    threshold: f64,
    /// Measures the part of that number and writes it down for the process that asked
    #[arg(long, hide = true)]
    part: Option<usize>,
}

pub(super) fn run(args: &Args) -> anyhow::Result<u8> {
    if let Some(part) = args.part {
        return parts::child(&bench(args, schemes(&args.alg)?)?, part);
    }
    let reports = Reports::parse(&args.report)?;
    let baseline = args.baseline.as_ref().map(baseline).transpose()?;
    let schemes = schemes(&args.alg)?;
    let results = match &args.target {
        Some(target) => over_pipes(args, target, &schemes)?,
        None => in_process(args, schemes)?,
    };
    if results.rows.is_empty() && results.broken.is_empty() && !results.interrupted {
        bail!("nothing was timed: no back end supports this combination; omit --alg, --backend or --operation");
    }
    let comparison = baseline.map(|old| Comparison::of(&old, &results, args.threshold / 100.0));
    reports.write(&results, comparison.as_ref())?;
    let failed = comparison.as_ref().is_some_and(Comparison::failed) || !results.broken.is_empty();
    Ok(if failed {
        1
    } else if comparison.is_some_and(|comparison| comparison.blind()) {
        4
    } else {
        0
    })
}

fn bench(args: &Args, schemes: Vec<Scheme>) -> anyhow::Result<Bench> {
    let (backends, libraries) = chosen(&args.backend)?;
    let threads =
        if args.threads.is_empty() { usual_threads() } else { args.threads.iter().map(|threads| usize::from(*threads)).collect() };
    let choice = Choice { schemes, operations: operations(&args.operation)? };
    Ok(Bench { choice, backends, libraries, time: args.time, threads })
}

fn in_process(args: &Args, schemes: Vec<Scheme>) -> anyhow::Result<Results> {
    let bench = bench(args, schemes)?;
    let stop = Stop::alone()?;
    let bar = bar();
    let parts = parts::all(&bar, stop.flag())?;
    let results = bench.finish(&parts, stop.flag());
    bar.finish_and_clear();
    Ok(results)
}

fn over_pipes(args: &Args, text: &str, schemes: &[Scheme]) -> anyhow::Result<Results> {
    if !args.backend.is_empty() || !args.operation.is_empty() || !args.threads.is_empty() {
        bail!("--backend, --operation and --threads apply to compiled-in back ends only; a target can only verify");
    }
    // RSA with a key of its own takes the slowest libraries milliseconds; half a minute is a program that hangs.
    let target = Arc::new(Target::parse(text, 30_000)?);
    let stop = Stop::on_signal(Arc::clone(&target))?;
    let bar = bar();
    let results = exec::run(&*target, text, schemes, args.time, &|event| show(&bar, event), stop.flag());
    bar.finish_and_clear();
    target.stop();
    results.map_err(|error| anyhow::Error::new(RunError::Unreachable(error)).context(format!("cannot measure {text}")))
}

fn schemes(names: &[String]) -> anyhow::Result<Vec<Scheme>> {
    let mut chosen = Vec::new();
    for name in names {
        if name.trim().eq_ignore_ascii_case("all") {
            return Ok(Scheme::all());
        }
        let scheme = name.trim().parse()?;
        if !chosen.contains(&scheme) {
            chosen.push(scheme);
        }
    }
    Ok(chosen)
}

fn operations(names: &[String]) -> anyhow::Result<Vec<Operation>> {
    let known = Operation::ALL;
    let find = |name: &String| {
        let operation = known.into_iter().find(|operation| operation.name() == name.trim());
        operation.with_context(|| format!("`{name}` is not an operation; use {}", known.map(Operation::name).join(", ")))
    };
    if names.is_empty() { Ok(known.to_vec()) } else { names.iter().map(find).collect() }
}

fn chosen(names: &[String]) -> anyhow::Result<(Vec<Box<dyn Backend>>, Vec<Box<dyn Library>>)> {
    let (mut backends, mut libraries) = (backend::all(), library::all());
    let known: Vec<&str> = backends.iter().map(|b| b.name()).chain(libraries.iter().map(|l| l.name())).collect();
    if let Some(unknown) = names.iter().find(|name| !known.contains(&name.as_str())) {
        bail!("`{unknown}` is not a back end; use {}", known.join(", "));
    }
    if !names.is_empty() {
        backends.retain(|backend| names.iter().any(|name| name == backend.name()));
        libraries.retain(|library| names.iter().any(|name| name == library.name()));
    }
    Ok((backends, libraries))
}

fn baseline(file: &PathBuf) -> anyhow::Result<Results> {
    let text = fs::read_to_string(file).with_context(|| format!("cannot read the baseline {}", file.display()))?;
    let results: Results =
        serde_json::from_str(&text).with_context(|| format!("{} is not a JSON report of `bench`", file.display()))?;
    if results.schema != SCHEMA {
        bail!("{} has report format {}, but {SCHEMA} is required", file.display(), results.schema);
    }
    Ok(results)
}

fn bar() -> ProgressBar {
    let target = if watched() { ProgressDrawTarget::stderr() } else { ProgressDrawTarget::hidden() };
    let bar = ProgressBar::with_draw_target(None, target);
    if let Ok(style) = ProgressStyle::with_template("{bar:32} {percent} %  {elapsed}") {
        bar.set_style(style.progress_chars("━╸ "));
    }
    bar
}

fn show(bar: &ProgressBar, event: Event) {
    match event {
        Event::Planned(batches) => bar.set_length(batches as u64),
        Event::Batch => bar.inc(1),
    }
}

fn percent(text: &str) -> Result<f64, String> {
    let number = text.trim_end_matches('%').trim().parse().ok();
    number.filter(|n: &f64| (0.0..=1000.0).contains(n)).ok_or_else(|| "a percentage from 0 to 1000, such as 5".to_owned())
}
