//! A race: how long does a planted hole last against each way of fuzzing?
//!
//! ```text
//! .clusterfuzzlite/build.sh                                            first, for (a) to (c): OUT=target/fuzz-out SANITIZER=none
//! cargo run --release --example race               every vulnerable verifier, 5 seeds, 5 seconds each at most
//! cargo run --release --example race -- --seeds 1 --seconds 2 --ways cde none ecdsa-psychic
//! ```
//! (a) libFuzzer's own mutator on bytes, from nothing; (b) the same with seeds and a dictionary; (c) libFuzzer with our mutator,
//! from nothing; (d) `Fuzzer` in process; (p) the same over pipes; (e) proptest strategies. A cell is the worst over the seeds:
//! executions and CPU seconds until the first finding, or how many seeds found nothing. Vulnerable verifiers that only an odd
//! configured key fells are marked with `*`: of these no single token tells.
//!
//! (a) and (b) face all vulnerable verifiers in one process (`fuzz/src/field.rs`), for `--bytes-seconds` (60), since a process for
//! each would take hours to find so little: their executions count as if each vulnerable verifier stood alone, their CPU seconds
//! are those of all together. The last lines set what (b) found against (c) and (d).

#![allow(clippy::print_stdout)] // A table for people.

use std::{
    collections::HashMap,
    path::Path,
    process::{Command, Stdio},
    sync::Arc,
    time::{Duration, Instant},
};

use jwt_gauntlet::{
    Fuzzer, Implementation, Outcome, Verdict, Verifier,
    configuration::Configuration,
    internal::verifier::strawman::{Hole, Strawman},
    proptest::{forged, respelled},
    verifier::exec::{Exec, Limits},
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
    bytes_seconds: u64,
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
    let bytes = Bytes::run(&options);
    let mut worst: HashMap<(char, Hole), usize> = HashMap::new();
    println!("{:28} {}", "", ways.iter().map(|way| format!("{way:>16}")).collect::<String>());
    let mut felled = vec![(0, 0); ways.len()];
    for hole in Hole::ALL {
        if !options.holes.is_empty() && !options.holes.iter().any(|name| name == hole.name()) {
            continue;
        }
        let single = usual.contains(hole);
        let mut line = format!("{:28} ", format!("{}{}", hole.name(), if single { "" } else { " *" }));
        for (way, felled) in ways.iter().zip(&mut felled) {
            let laps: Vec<Lap> = (1..=options.seeds)
                .map(|seed| bytes.lap(*way, *hole, seed).unwrap_or_else(|| run(*way, *hole, seed, options.seconds)))
                .collect();
            let missed = laps.iter().filter(|lap| lap.found.is_none()).count();
            felled.1 += usize::from(single);
            felled.0 += usize::from(single && missed == 0);
            let most = laps.iter().filter_map(|lap| lap.found).max().unwrap_or_default();
            let cpu = laps.iter().map(|lap| lap.cpu).fold(0.0, f64::max);
            if laps.len() > missed {
                worst.insert((*way, *hole), most);
            }
            let cell = match missed {
                0 => format!("{most} {cpu:.2}s"),
                _ if "ab".contains(*way) && laps.len() > missed => format!("{most}, {}/{}", laps.len() - missed, laps.len()),
                _ => format!("missed {missed}/{}", laps.len()),
            };
            line += &format!("{cell:>16}");
        }
        println!("{line}");
    }
    let totals: String = felled.iter().map(|(felled, of)| format!("{:>16}", format!("{felled}/{of}"))).collect();
    println!("{:28} {totals}", "felled with every seed");
    for way in ways.iter().filter(|way| "cdpe".contains(**way)) {
        against_bytes(*way, &worst);
    }
}

/// How many times fewer executions a way needs than (b), where both find a hole.
fn against_bytes(way: char, worst: &HashMap<(char, Hole), usize>) {
    let mut factors: Vec<(f64, Hole)> = Vec::new();
    for hole in Hole::ALL {
        if let (Some(bytes), Some(ours)) = (worst.get(&('b', *hole)), worst.get(&(way, *hole))) {
            #[allow(clippy::cast_precision_loss)] // Far from 2^52 executions.
            factors.push((*bytes as f64 / (*ours).max(1) as f64, *hole));
        }
    }
    factors.sort_by(|a, b| a.0.total_cmp(&b.0));
    if let (Some(least), Some(median)) = (factors.first(), factors.get(factors.len() / 2)) {
        let below = factors.iter().filter(|(factor, _)| *factor < 100.0).count();
        println!(
            "({way}) against (b), executions: {} holes found by both; at least {:.0} times fewer ({}), median {:.0}; {below} below 100",
            factors.len(),
            least.0,
            least.1,
            median.0
        );
    }
}

/// What (a) and (b) felled: for each way and seed, the holes with executions and CPU seconds.
struct Bytes(HashMap<(char, u64), HashMap<String, (usize, f64)>>);

impl Bytes {
    fn run(options: &Options) -> Self {
        let mut felled = HashMap::new();
        for way in "ab".chars().filter(|way| options.ways.contains(*way)) {
            for seed in 1..=options.seeds {
                let text = libfuzzer(way, "all", seed, &[format!("-max_total_time={}", options.bytes_seconds)]).1;
                let fell = |line: &str| {
                    let words: Vec<&str> = line.strip_prefix("felled ")?.split(' ').collect();
                    Some(((*words.first()?).to_owned(), (words.get(1)?.parse().ok()?, words.get(2)?.parse().ok()?)))
                };
                felled.insert((way, seed), text.lines().filter_map(fell).collect());
            }
        }
        Self(felled)
    }

    /// `None` for other ways.
    fn lap(&self, way: char, hole: Hole, seed: u64) -> Option<Lap> {
        let felled = self.0.get(&(way, seed))?;
        let (found, cpu) = felled.get(hole.name()).map_or((None, 0.0), |(executions, cpu)| (Some(*executions), *cpu));
        Some(Lap { found, cpu })
    }
}

fn options() -> Options {
    let mut options = Options { seeds: 5, seconds: 5, bytes_seconds: 60, ways: "abcdpe".to_owned(), holes: Vec::new() };
    let mut arguments = std::env::args().skip(1);
    while let Some(argument) = arguments.next() {
        let mut number = || arguments.next().and_then(|n| n.parse().ok()).expect("a number behind the option");
        match argument.as_str() {
            "--seeds" => options.seeds = number(),
            "--seconds" => options.seconds = number(),
            "--bytes-seconds" => options.bytes_seconds = number(),
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
        'c' => engine(hole, seed, seconds),
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
        Err(_) => None,
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
fn engine(hole: Hole, seed: u64, seconds: u64) -> Lap {
    let before = cpu();
    let limits = [format!("-runs={EXECUTIONS}"), format!("-max_total_time={}", 10 * seconds)];
    let (failed, text) = libfuzzer('c', &format!("strawman/{hole}"), seed, &limits);
    let stat = text.lines().find_map(|line| line.strip_prefix("stat::number_of_executed_units:"));
    let executions = stat.and_then(|n| n.trim().parse().ok());
    // A verifier that takes a broken token is not fuzzed at all.
    let executions = if text.contains("attack that first") { Some(0) } else { executions };
    Lap { found: executions.filter(|_| failed), cpu: cpu() - before }
}

/// Runs the target of (a), (b) or (c); whether it failed, and what it said.
fn libfuzzer(way: char, target: &str, seed: u64, limits: &[String]) -> (bool, String) {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let binary = root.join("target/fuzz-out").join(if way == 'c' { "strawman" } else { "naive" });
    let scratch = std::env::temp_dir().join(format!("jwt-gauntlet-race-{}", std::process::id()));
    std::fs::create_dir_all(scratch.join("corpus")).expect("a writable temporary folder");
    let mut command = Command::new(&binary);
    command
        .env("GAUNTLET_TARGET", target)
        .arg(format!("-seed={seed}"))
        .args(["-print_final_stats=1", "-print_funcs=0", "-max_len=8192", "-len_control=0", "-timeout=10"])
        .arg(format!("-artifact_prefix={}/", scratch.display()))
        .args(limits)
        .arg(scratch.join("corpus"))
        .stdin(Stdio::null());
    if way == 'b' {
        command.arg(format!("-dict={}", root.join("fuzz/jwt.dict").display())).arg(root.join("fuzz/seeds/naive"));
    }
    let output = command.output().unwrap_or_else(|e| panic!("{}: {e}; build the targets first", binary.display()));
    let _ = std::fs::remove_dir_all(&scratch);
    (!output.status.success(), String::from_utf8_lossy(&output.stderr).into_owned())
}

/// CPU seconds of this process and of those that it has waited for.
fn cpu() -> f64 {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let fields = stat.rsplit(')').next().unwrap_or_default().split_whitespace();
    // utime, stime, cutime, cstime, in hundredths (proc(5), counted behind the name).
    fields.skip(11).take(4).filter_map(|n| n.parse::<f64>().ok()).sum::<f64>() / 100.0
}
