//! What `fuzz exec:…` costs over pipes: its rate over that of the same adapter fed the same lines from a file.
//!
//! ```text
//! cargo bench --bench pipes               the adapters of PyJWT, of jsonwebtoken for Node, and this crate's own
//! cargo bench --bench pipes -- 100000     so many tokens a round, instead of 50,000
//! cargo bench --bench pipes -- Node       only adapters with that in their name
//! ```
//! A recorded run tells which lines an adapter gets, those of confirming and shrinking included; then rounds are run in turn, and the
//! median of their ratios counts; one below its floor, which leaves room for a busy machine and a short run, fails the run. Beside it:
//! CPU time of this process and its children over that of the adapter alone. An adapter that does not start is left out, and told; with
//! `GAUNTLET_REQUIRE_ALL=1` it fails the run.

#![allow(clippy::print_stdout)] // A bench is read on the terminal.

use std::{
    fs::File,
    io::Write as _,
    path::{Path, PathBuf},
    process::{Command, ExitCode, Stdio},
    sync::{Arc, Mutex, PoisonError},
    time::Instant,
};

use jwt_gauntlet::{
    Fuzzer, Implementation, Trust, Verdict, Verifier,
    internal::protocol::{configure, question},
    verifier::{
        AskError, ConfigureError, OnAnswer,
        exec::{Exec, Limits},
    },
};

/// Tokens a round, where nothing is said.
const CASES: usize = 50_000;
/// Pairs of rounds that a figure is the median of.
const PAIRS: usize = 5;
/// Of the adapter's own speed.
const GOAL: f64 = 0.8;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).filter(|argument| !argument.starts_with('-')).collect();
    let cases = arguments.iter().find_map(|argument| argument.parse().ok()).unwrap_or(CASES);
    let names: Vec<&String> = arguments.iter().filter(|argument| argument.parse::<usize>().is_err()).collect();
    let adapters = Path::new(env!("CARGO_MANIFEST_DIR")).join("adapters");
    let script = |name: &str| adapters.join(name).display().to_string();
    let commands = [
        ("PyJWT", 0.4, vec!["python3".to_owned(), script("python/pyjwt.py")]),
        ("jsonwebtoken (Node)", 0.4, vec!["node".to_owned(), script("node/jsonwebtoken.mjs")]),
        (
            "builtin:jsonwebtoken",
            // It answers quicker than new tokens are made.
            0.2,
            ["env!", "adapter", "jsonwebtoken"].map(|word| word.replace("env!", env!("CARGO_BIN_EXE_jwt-gauntlet"))).into(),
        ),
    ];
    println!("fuzz over pipes / the same adapter fed from a file, median of {PAIRS} pairs (goal {GOAL})\n");
    println!(
        "{:22} {:>5} {:>9} {:>12} {:>12} {:>7} {:>9}",
        "adapter", "jobs", "tokens", "file, a s", "fuzz, a s", "ratio", "CPU ratio"
    );
    let wanted = |name: &str| names.is_empty() || names.iter().any(|wanted| name.contains(wanted.as_str()));
    let mut failed = false;
    for (name, floor, command) in commands.into_iter().filter(|(name, ..)| wanted(name)) {
        // At end of input an adapter exits with 0; without its library, with 2.
        let starts = Command::new(&command[0]).args(&command[1..]).stdin(Stdio::null()).stderr(Stdio::null()).status();
        if !starts.is_ok_and(|status| status.success()) {
            failed |= std::env::var_os("GAUNTLET_REQUIRE_ALL").is_some_and(|value| value != "0");
            println!("{name:22} left out: `{}` does not start", command.join(" "));
            continue;
        }
        for jobs in [1, std::thread::available_parallelism().map_or(1, usize::from)] {
            failed |= measure(name, &command, jobs, cases, floor);
        }
    }
    if failed { ExitCode::FAILURE } else { ExitCode::SUCCESS }
}

/// Prints the line of an adapter; whether its ratio is below the floor.
fn measure(name: &str, command: &[String], jobs: usize, cases: usize, floor: f64) -> bool {
    let exec = || Exec::new(command.to_vec(), Limits::default());
    let fuzz = |target: Arc<dyn Implementation>| {
        Fuzzer::new(target).jobs(jobs).cases(cases).run().expect("a run");
    };
    let recorder = Recorder { inner: exec(), lines: Arc::default() };
    let lines = Arc::clone(&recorder.lines);
    fuzz(Arc::new(recorder));
    let lines = lines.lock().unwrap_or_else(PoisonError::into_inner);
    let file = script(&lines);
    let rounds: Vec<[f64; 4]> = (0..=PAIRS)
        .map(|_| {
            let (fed, fed_cpu) = time(|| {
                let input = File::open(&file).expect("the file was just written");
                let output =
                    Command::new(&command[0]).args(&command[1..]).stdin(input).stdout(Stdio::null()).stderr(Stdio::null()).status();
                assert!(output.expect("it starts").success());
            });
            let (fuzzed, fuzzed_cpu) = time(|| fuzz(Arc::new(exec())));
            [fed, fuzzed, fed / fuzzed, fed_cpu / fuzzed_cpu]
        })
        .skip(1)
        .collect();
    let _ = std::fs::remove_file(&file);
    let [fed, fuzzed, ratio, cpu] = [0, 1, 2, 3].map(|column| median(rounds.iter().map(|round| round[column]).collect()));
    #[allow(clippy::cast_precision_loss)] // There are few tokens.
    let rate = |seconds: f64| lines.tokens as f64 / seconds;
    println!(
        "{name:22} {jobs:>5} {:>9} {:>12.0} {:>12.0} {ratio:>7.3} {cpu:>9.3}{}",
        lines.tokens,
        rate(fed),
        rate(fuzzed),
        if ratio < floor { "  BELOW THE FLOOR" } else { "" }
    );
    ratio < floor
}

/// The lines that set-ups and questions are.
#[derive(Default)]
struct Lines {
    bytes: Vec<u8>,
    tokens: usize,
}

fn script(lines: &Lines) -> PathBuf {
    let file = std::env::temp_dir().join(format!("jwt-gauntlet-pipes-{}.jsonl", std::process::id()));
    File::create(&file).and_then(|mut f| f.write_all(&lines.bytes)).expect("a writable temporary folder");
    file
}

/// Keeps what a target is asked.
struct Recorder {
    inner: Exec,
    lines: Arc<Mutex<Lines>>,
}

struct Recording {
    inner: Box<dyn Verifier>,
    configure: Vec<u8>,
    lines: Arc<Mutex<Lines>>,
}

impl Implementation for Recorder {
    fn configure(&self, trust: &Trust) -> Result<Box<dyn Verifier>, ConfigureError> {
        let configure = configure(trust);
        let inner = self.inner.configure(trust)?;
        Ok(Box::new(Recording { inner, configure, lines: Arc::clone(&self.lines) }))
    }
}

impl Verifier for Recording {
    fn verify(&self, token: &str) -> Result<Verdict, AskError> {
        self.inner.verify(token)
    }

    fn verify_all(&self, tokens: &[&str], answer: OnAnswer<'_>) -> Result<(), AskError> {
        let mut lines = self.lines.lock().unwrap_or_else(PoisonError::into_inner);
        // Set up anew for each batch: two jobs may take turns.
        lines.bytes.extend_from_slice(&self.configure);
        for token in tokens {
            let id = lines.tokens as u64;
            question(&mut lines.bytes, id, token);
            lines.tokens += 1;
        }
        drop(lines);
        self.inner.verify_all(tokens, answer)
    }
}

/// Seconds by the clock, and CPU seconds of this process and its children that have ended.
fn time(run: impl FnOnce()) -> (f64, f64) {
    let (start, before) = (Instant::now(), cpu());
    run();
    (start.elapsed().as_secs_f64(), (cpu() - before).max(0.01))
}

fn cpu() -> f64 {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let fields = stat.rsplit(')').next().unwrap_or_default().split_whitespace();
    // utime, stime, cutime, cstime, in hundredths (proc(5), counted behind the name).
    fields.skip(11).take(4).filter_map(|n| n.parse::<f64>().ok()).sum::<f64>() / 100.0
}

fn median(mut of: Vec<f64>) -> f64 {
    of.sort_by(f64::total_cmp);
    of[of.len() / 2]
}
