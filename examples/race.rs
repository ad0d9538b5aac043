//! A race: how long does a planted hole last against each way of fuzzing?
//!
//! ```text
//! .clusterfuzzlite/build.sh                                            first, for (a) to (c): OUT=target/fuzz-out SANITIZER=none
//! cargo run --release --features proptest --example race               every straw man, five seeds, five seconds each at most
//! cargo run --release --features proptest --example race -- --seeds 1 --seconds 2 --ways cde none ecdsa-psychic
//! ```
//! (a) libFuzzer's own mutator on bytes, from nothing; (b) the same with seeds and a dictionary; (c) libFuzzer with our mutator, from
//! nothing; (d) `Fuzzer` in process; (p) the same over pipes; (e) proptest strategies. A cell is the worst over the seeds: executions
//! and CPU seconds until the first finding, or how many seeds found nothing. Straw men that only an odd configured key fells are marked
//! with `*`: of these no single token tells.

#![allow(clippy::print_stdout)] // A table for people.

use std::{
    path::Path,
    process::{Command, Stdio},
    sync::Arc,
    time::{Duration, Instant},
};

use jwt_gauntlet::{
    Fuzzer, Implementation, Outcome, Verdict, Verifier,
    configuration::Configuration,
    fuzz::FuzzError,
    proptest::{forged, respelled},
    target::{
        exec::{Exec, Limits},
        strawman::{Hole, Strawman},
    },
};
use proptest::{
    strategy::{Strategy, ValueTree},
    test_runner::{Config, RngAlgorithm, TestRng, TestRunner},
};

/// Executions after which a hole counts as missed by (c), (d), (p) and (e).
const EXECUTIONS: usize = 10_000;

struct Options {
    seeds: u64,
    seconds: u64,
    ways: String,
    holes: Vec<String>,
}

/// What one way did to one hole with one seed.
#[derive(Clone, Copy)]
struct Lap {
    found: Option<usize>,
    cpu: f64,
}

fn main() {
    let options = options();
    let ways: Vec<char> = "abcdpe".chars().filter(|way| options.ways.contains(*way)).collect();
    let usual = single_token_holes();
    println!("{:28} {}", "", ways.iter().map(|way| format!("{way:>16}")).collect::<String>());
    let mut felled = vec![(0, 0); ways.len()];
    for hole in Hole::ALL {
        if !options.holes.is_empty() && !options.holes.iter().any(|name| name == hole.name()) {
            continue;
        }
        let single = usual.contains(hole);
        let mut line = format!("{:28} ", format!("{}{}", hole.name(), if single { "" } else { " *" }));
        for (way, felled) in ways.iter().zip(&mut felled) {
            let laps: Vec<Lap> = (1..=options.seeds).map(|seed| run(*way, *hole, seed, options.seconds)).collect();
            let missed = laps.iter().filter(|lap| lap.found.is_none()).count();
            felled.1 += usize::from(single);
            felled.0 += usize::from(single && missed == 0);
            let most = laps.iter().filter_map(|lap| lap.found).max().unwrap_or_default();
            let cpu = laps.iter().map(|lap| lap.cpu).fold(0.0, f64::max);
            let cell = match missed {
                0 => format!("{most} {cpu:.2}s"),
                _ => format!("missed {missed}/{}", laps.len()),
            };
            line += &format!("{cell:>16}");
        }
        println!("{line}");
    }
    let totals: String = felled.iter().map(|(felled, of)| format!("{:>16}", format!("{felled}/{of}"))).collect();
    println!("{:28} {totals}", "felled with every seed");
}

fn options() -> Options {
    let mut options = Options { seeds: 5, seconds: 5, ways: "abcdpe".to_owned(), holes: Vec::new() };
    let mut arguments = std::env::args().skip(1);
    while let Some(argument) = arguments.next() {
        let mut number = || arguments.next().and_then(|n| n.parse().ok()).expect("a number behind the option");
        match argument.as_str() {
            "--seeds" => options.seeds = number(),
            "--seconds" => options.seconds = number(),
            "--ways" => options.ways = arguments.next().expect("letters behind --ways"),
            name => options.holes.push(name.to_owned()),
        }
    }
    options
}

/// Holes that the catalogue, or a long run, fells under the usual configuration.
fn single_token_holes() -> Vec<Hole> {
    let needs_a_key = [
        "keyless-unsigned",
        "keyless-coerced",
        "odd-text-as-secret",
        "key-type-decides",
        "key-type-cast",
        "secret-to-newline",
        "weak-keys",
        "ecdsa-unchecked-point",
        "ecdsa-unread-point",
    ];
    Hole::ALL.iter().copied().filter(|hole| !needs_a_key.contains(&hole.name())).collect()
}

fn run(way: char, hole: Hole, seed: u64, seconds: u64) -> Lap {
    let lap = match way {
        'a' | 'b' | 'c' => engine(way, hole, seed, seconds),
        'd' => library(Arc::new(Strawman(hole)), seed, seconds),
        'p' => {
            let adapter = Path::new(env!("CARGO_MANIFEST_DIR")).join("target/release/jwt-gauntlet");
            let words = [adapter.display().to_string(), "adapter".to_owned(), format!("strawman/{hole}")];
            library(Arc::new(Exec::new(words.into(), Limits::default())), seed, seconds)
        }
        _ => strategies(hole, seed, seconds),
    };
    #[allow(clippy::cast_precision_loss)] // Seconds.
    let in_time = lap.cpu <= seconds as f64;
    Lap { found: lap.found.filter(|_| in_time), ..lap }
}

fn library(target: Arc<dyn Implementation>, seed: u64, seconds: u64) -> Lap {
    let before = cpu();
    // The clock only ends what hangs: a busy machine takes no chance away.
    let fuzzer = Fuzzer::new(Arc::clone(&target)).jobs(1).seed(seed).cases(EXECUTIONS).time(Duration::from_secs(10 * seconds));
    let result = fuzzer.until(Outcome::Malleable).run();
    // The program ends with its last owner, and is waited for.
    drop(target);
    let found = match result {
        Ok(run) => run.seen_at.into_iter().min(),
        Err(FuzzError::Run(_) | FuzzError::Invalid(_)) => None,
    };
    Lap { found, cpu: cpu() - before }
}

/// Forged and respelled tokens under one algorithm after the other.
fn strategies(hole: Hole, seed: u64, seconds: u64) -> Lap {
    let (before, started) = (cpu(), Instant::now());
    let mut bytes = [7; 32];
    bytes[..8].copy_from_slice(&seed.to_le_bytes());
    let mut runner = TestRunner::new_with_rng(Config::default(), TestRng::from_seed(RngAlgorithm::ChaCha, &bytes));
    let verifiers: Vec<(_, Box<dyn Verifier>)> = Fuzzer::ALGORITHMS
        .iter()
        .filter_map(|algorithm| Some((*algorithm, Configuration::default().issuer(*algorithm)?)))
        .filter_map(|(algorithm, issuer)| Some((algorithm, Strawman(hole).configure(&issuer.trust).ok()?)))
        .collect();
    for execution in 1..=EXECUTIONS {
        let (algorithm, verifier) = &verifiers[execution % verifiers.len()];
        let strategy = if execution % 10 < 7 { forged() } else { respelled() };
        let Ok(tree) = strategy.under(*algorithm).new_tree(&mut runner) else { continue };
        let token = tree.current().token;
        let answer = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| verifier.verify(&token)));
        if !matches!(answer, Ok(Ok(Verdict::Rejected(_)))) {
            return Lap { found: Some(execution), cpu: cpu() - before };
        }
        if started.elapsed() > Duration::from_secs(10 * seconds) {
            break;
        }
    }
    Lap { found: None, cpu: cpu() - before }
}

/// A libFuzzer target in a process of its own, until its first failure.
fn engine(way: char, hole: Hole, seed: u64, seconds: u64) -> Lap {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let binary = root.join("target/fuzz-out").join(if way == 'c' { "strawman" } else { "naive" });
    let scratch = std::env::temp_dir().join(format!("jwt-gauntlet-race-{}", std::process::id()));
    std::fs::create_dir_all(scratch.join("corpus")).expect("a writable temporary folder");
    let before = cpu();
    let mut command = Command::new(&binary);
    command
        .env("GAUNTLET_TARGET", format!("strawman/{hole}"))
        .arg(format!("-seed={seed}"))
        .args(["-print_final_stats=1", "-print_funcs=0", "-max_len=8192", "-len_control=0", "-timeout=10"])
        .arg(format!("-artifact_prefix={}/", scratch.display()))
        .arg(scratch.join("corpus"))
        .stdin(Stdio::null());
    if way == 'c' {
        command.args([format!("-runs={EXECUTIONS}"), format!("-max_total_time={}", 10 * seconds)]);
    } else {
        command.arg(format!("-max_total_time={seconds}"));
    }
    if way == 'b' {
        command.arg(format!("-dict={}", root.join("fuzz/jwt.dict").display())).arg(root.join("fuzz/seeds/naive"));
    }
    let output = command.output().unwrap_or_else(|e| panic!("{}: {e}; build the targets first", binary.display()));
    let text = String::from_utf8_lossy(&output.stderr);
    let stat = text.lines().find_map(|line| line.strip_prefix("stat::number_of_executed_units:"));
    let executions = stat.and_then(|n| n.trim().parse().ok());
    let _ = std::fs::remove_dir_all(&scratch);
    // A verifier that takes a broken token is not fuzzed at all.
    let executions = if text.contains("attack that first") { Some(0) } else { executions };
    Lap { found: executions.filter(|_| !output.status.success()), cpu: cpu() - before }
}

/// CPU seconds of this process and of those that it has waited for.
fn cpu() -> f64 {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let fields = stat.rsplit(')').next().unwrap_or_default().split_whitespace();
    // utime, stime, cutime, cstime, in hundredths (proc(5), counted behind the name).
    fields.skip(11).take(4).filter_map(|n| n.parse::<f64>().ok()).sum::<f64>() / 100.0
}
