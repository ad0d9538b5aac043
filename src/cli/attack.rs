//! `jwt-gauntlet attack [TARGET]`: runs the attack files against a verifier.

mod progress;

use std::{sync::Arc, time::Instant};

use anyhow::bail;
use jwt_gauntlet::{
    Algorithm, Catalogue, Gauntlet, Report,
    internal::report::human::{Front, View},
    report::Conclusion,
};

use self::progress::Progress;
use super::{
    asking::{Pace, Reporting, Reports, Stop, Target, algorithms},
    catalogue::Folders,
    output,
};

/// Attack a verifier with forged tokens, and report which ones it accepted
///
/// Genuine tokens are sent before, between and after: if they are refused, a refused forgery proves nothing. Every suspicious
/// answer is checked a second time before it is reported.
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  jwt-gauntlet attack                                        the jsonwebtoken crate
  jwt-gauntlet attack builtin:strict                         another built-in target; `list --targets` names them
  jwt-gauntlet attack \"exec:python3 my_adapter.py\"           a program that speaks the adapter protocol
  jwt-gauntlet attack --alg ES256,EdDSA --attacks 'alg-none/*' --attacks kid
  jwt-gauntlet attack --report human --report json=report.json
  jwt-gauntlet attack --baseline report.json                 only new findings fail the run")]
pub(super) struct Args {
    /// builtin:NAME, or exec:COMMAND
    #[arg(default_value = "builtin:jsonwebtoken")]
    target: String,
    /// Algorithms to configure the verifier for: names, comma lists, or `all`
    #[arg(long, value_name = "ALG", value_delimiter = ',', default_value = "HS256,RS256,ES256,EdDSA")]
    alg: Vec<String>,
    /// Only attacks that match: a glob, or the name of a group, class or case
    #[arg(long, value_name = "GLOB")]
    attacks: Vec<String>,
    /// Skip attacks that match
    #[arg(long, value_name = "GLOB")]
    skip: Vec<String>,
    #[command(flatten)]
    folders: Folders,
    #[command(flatten)]
    reporting: Reporting,
    #[command(flatten)]
    pace: Pace,
    /// Only part K of N of the cases, to distribute a run over machines
    #[arg(long, value_name = "K/N", value_parser = partition)]
    partition: Option<(usize, usize)>,
    /// Seed of canaries and random bytes
    #[arg(long, value_name = "N", default_value_t = 1)]
    seed: u64,
}

pub(super) fn run(args: &Args) -> anyhow::Result<u8> {
    let reports = Reports::parse(&args.reporting.report)?;
    let baseline = args.reporting.known()?;
    let mut catalogue = args.folders.load()?;
    catalogue.select(&args.attacks, &args.skip)?;
    let algorithms = algorithms(&args.alg)?;
    planned(&catalogue, &algorithms, args.partition)?;
    let target = Arc::new(Target::parse(&args.target, args.pace.timeout)?);
    let stop = Stop::on_signal(Arc::clone(&target))?;

    let started = Instant::now();
    let options = args.folders.options();
    let report = attack(args, &target, catalogue, algorithms, &stop)?;
    let took = Some(started.elapsed());
    target.stop();
    let quoted = shell_words::quote(&args.target);
    let style = output::stdout_style();
    let fail_on = args.reporting.fail_on;
    let view = View { style, fail_on, baseline: &baseline, took, target: &quoted, options: &options, front: Front::Attack };
    reports.write(&report, &view)?;
    Ok(Conclusion::of(&report, fail_on, &baseline).exit_code())
}

fn attack(
    args: &Args,
    target: &Arc<Target>,
    catalogue: Catalogue,
    algorithms: Vec<Algorithm>,
    stop: &Stop,
) -> anyhow::Result<Report> {
    let progress = Progress::new();
    let mut gauntlet =
        Gauntlet::new(Arc::clone(target)).named(&target.name, "").catalogue(catalogue).algorithms(algorithms).seed(args.seed);
    if let Some(jobs) = args.pace.jobs {
        gauntlet = gauntlet.jobs(usize::from(jobs));
    }
    if let Some((k, n)) = args.partition {
        gauntlet = gauntlet.partition(k, n);
    }
    let report = gauntlet.run_with(&|event| progress.show(&event), stop.flag());
    progress.finish();
    report.map_err(|error| anyhow::Error::new(error).context(format!("cannot attack {}", args.target)))
}

/// Refuses a run that would send nothing, since that would look like a clean one.
fn planned(catalogue: &Catalogue, algorithms: &[Algorithm], partition: Option<(usize, usize)>) -> anyhow::Result<()> {
    let applicable = |a: &Algorithm| catalogue.cases.iter().filter(|c| c.applies.contains(a)).count();
    let most = algorithms.iter().map(applicable).max().unwrap_or_default();
    if catalogue.cases.is_empty() {
        bail!("--skip leaves no attack");
    }
    if most == 0 {
        let names: Vec<&str> = algorithms.iter().map(|a| a.name()).collect();
        bail!(
            "none of the chosen attacks applies to {}; `jwt-gauntlet show ID` lists the algorithms of an attack",
            names.join(", ")
        );
    }
    match partition {
        Some((k, n)) if k > most => bail!("part {k} of {n} is empty: there are only {most} cases per algorithm"),
        _ => Ok(()),
    }
}

fn partition(text: &str) -> Result<(usize, usize), String> {
    let parts = text.split_once('/').and_then(|(k, n)| Some((k.trim().parse().ok()?, n.trim().parse().ok()?)));
    match parts {
        Some((k, n)) if (1..=n).contains(&k) => Ok((k, n)),
        _ => Err("two numbers K/N with K from 1 to N, such as 1/4".to_owned()),
    }
}
