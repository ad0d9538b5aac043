//! `jwt-gauntlet fuzz [TARGET]`: random tokens, to find unknown vulnerabilities.

mod corpus;
mod findings;
mod progress;

use std::{
    path::PathBuf,
    sync::Arc,
    time::{Duration, Instant},
};

use jwt_gauntlet::{
    Fuzzer,
    fuzz::{Event, FuzzError, Fuzzed},
    internal::{
        harvest::{self, Harvest},
        report::human::{Front, Fuzzing, View},
    },
    report::Conclusion,
};

use self::{corpus::Corpus, findings::Findings, progress::Progress};
use super::{
    asking::{Pace, Reporting, Reports, Stop, Target, algorithms},
    duration, output,
};

/// Fuzz a verifier with random forged tokens, and save those wrongly accepted as attack files
///
/// Black-box: works on any target, in any language. Tokens are built from random attack steps; those that get a new kind of answer
/// are mutated further. Each finding is confirmed, minimised and saved at once, and can be repeated by `replay` and `attack
/// --catalogue`.
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  jwt-gauntlet fuzz                                           the jsonwebtoken crate, for a minute
  jwt-gauntlet fuzz \"exec:python3 my_adapter.py\" --time 10m   a program that speaks the adapter protocol
  jwt-gauntlet fuzz builtin:strict --cases 100000 --seed 7    the same tokens every time
  jwt-gauntlet fuzz \"exec:./verify\" --words src/ --corpus corpus/    use names from its sources; continue in a later run
  jwt-gauntlet replay gauntlet-findings/ \"exec:./verify\"      after the fix: does it still happen?

With --cases, the same seed, corpus and words give the same tokens and the same report, on any number of cores.
For coverage-guided fuzzing of a Rust verifier, use the macro `fuzz_verifier!` with cargo-fuzz; see docs/fuzzing.md.")]
pub(super) struct Args {
    /// builtin:NAME, or exec:COMMAND
    #[arg(default_value = "builtin:jsonwebtoken")]
    target: String,
    /// Stop after this time, such as 10s, 2m or 1h [default: 1m, unless --cases is given]
    #[arg(long, value_name = "DURATION", value_parser = duration::parse)]
    time: Option<Duration>,
    /// Stop after this number of tokens
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..))]
    cases: Option<u64>,
    /// Seed of all random choices
    #[arg(long, value_name = "N", default_value_t = 1)]
    seed: u64,
    /// Algorithms to configure the verifier for: names, comma lists, or `all`
    #[arg(long, value_name = "ALG", value_delimiter = ',', default_value = "HS256,RS256,PS256,ES256,EdDSA")]
    alg: Vec<String>,
    /// Use words and private keys in this file or folder to make tokens: sources or binaries of the target; may be
    /// given several times
    #[arg(long, value_name = "PATH")]
    words: Vec<PathBuf>,
    /// Do not read words and keys from the programs and scripts of an exec: command
    #[arg(long)]
    no_harvest: bool,
    /// Save each finding below DIR, as an attack file
    #[arg(long, value_name = "DIR", default_value = "gauntlet-findings")]
    findings: PathBuf,
    /// Start from the recipes in DIR, and save recipes there that get new kinds of answers
    #[arg(long, value_name = "DIR")]
    corpus: Option<PathBuf>,
    #[command(flatten)]
    reporting: Reporting,
    #[command(flatten)]
    pace: Pace,
}

/// How long a run is if nothing says so.
const TIME: Duration = Duration::from_secs(60);

pub(super) fn run(args: &Args) -> anyhow::Result<u8> {
    let reports = Reports::parse(&args.reporting.report)?;
    let baseline = args.reporting.known()?;
    let algorithms = algorithms(&args.alg)?;
    let target = Arc::new(Target::parse(&args.target, args.pace.timeout)?);
    let findings = Findings::below(&args.findings)?;
    let corpus = args.corpus.as_deref().map(Corpus::open).transpose()?;
    let words = words(args, &target)?;
    let stop = Stop::on_signal(Arc::clone(&target))?;

    let started = Instant::now();
    let mut fuzzer = Fuzzer::new(Arc::clone(&target)).named(&target.name, "").algorithms(algorithms).seed(args.seed).words(words);
    if let Some(corpus) = &corpus {
        fuzzer = fuzzer.corpus(corpus.start().to_vec());
    }
    let outcome = fuzz(args, fuzzer, &findings, corpus.as_ref(), &stop);
    target.stop();
    let saved = corpus.as_ref().map_or(Ok(()), Corpus::finish);
    let outcome = outcome?;

    let (quoted, options) = (shell_words::quote(&args.target), findings.option());
    let folder = args.corpus.as_ref().map(|folder| folder.to_string_lossy());
    let files = findings.files();
    let fuzzing =
        Fuzzing { cases: &outcome.cases, files: &files, kinds: outcome.kinds, corpus: (outcome.corpus.len(), folder.as_deref()) };
    let view = View {
        style: output::stdout_style(),
        fail_on: args.reporting.fail_on,
        baseline: &baseline,
        took: Some(started.elapsed()),
        target: &quoted,
        options: &options,
        front: Front::Fuzz(fuzzing),
    };
    reports.write(&outcome.report, &view)?;
    saved?;
    findings.finish()?;
    Ok(Conclusion::of(&outcome.report, args.reporting.fail_on, &baseline).exit_code())
}

/// Runs until the budget is spent, and saves what is found on the way.
fn fuzz(args: &Args, mut fuzzer: Fuzzer<'_>, findings: &Findings, corpus: Option<&Corpus>, stop: &Stop) -> anyhow::Result<Fuzzed> {
    let time = args.time.or(if args.cases.is_none() { Some(TIME) } else { None });
    if let Some(time) = time {
        fuzzer = fuzzer.time(time);
    }
    if let Some(cases) = args.cases {
        fuzzer = fuzzer.cases(usize::try_from(cases).unwrap_or(usize::MAX));
    }
    if let Some(jobs) = args.pace.jobs {
        fuzzer = fuzzer.jobs(usize::from(jobs));
    }
    let progress = Progress::new(time, args.cases);
    let on_event = |event: Event<'_>| match event {
        Event::Progress(so_far) => {
            progress.show(so_far);
            if let Some(corpus) = corpus {
                corpus.tick();
            }
        }
        Event::Found(finding, case) => {
            progress.found(finding);
            findings.save(case);
        }
        Event::Kept(cases) => {
            if let Some(corpus) = corpus {
                corpus.keep(cases);
            }
        }
        // Nothing else is shown or kept.
        _ => {}
    };
    let outcome = fuzzer.watch(&on_event, stop.flag());
    progress.finish();
    outcome.map_err(|error| match error {
        FuzzError::Run(error) => anyhow::Error::new(error).context(format!("cannot fuzz {}", args.target)),
        FuzzError::Invalid(error) => anyhow::Error::new(error),
        other => anyhow::Error::new(other),
    })
}

/// The target's own words, the user's choice first.
fn words(args: &Args, target: &Target) -> anyhow::Result<Harvest> {
    let mut words = Harvest::default();
    for path in &args.words {
        words.extend(harvest::harvest(path)?);
    }
    if !args.no_harvest && !target.command.is_empty() {
        words.extend(harvest::of_command(&target.command));
    }
    Ok(words)
}
