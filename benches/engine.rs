//! What the engine costs: attack throughput over a bare loop that verifies the same tokens, and throughput over pipes over the same
//! adapter fed from a file.
//!
//! Prints ratios, medians of pairs run side by side, because absolute figures move from machine to machine; criterion has those. A ratio
//! below its floor, which leaves room for a busy machine, fails the run. `-- ratios` skips criterion.

#![allow(clippy::print_stdout)] // A bench is read on the terminal.

use std::{
    hint::black_box,
    io::Write as _,
    ops::ControlFlow,
    process::{Command, ExitCode, Stdio},
    sync::{Arc, atomic::AtomicBool},
    time::{Duration, Instant},
};

use criterion::{Criterion, Throughput};
use jwt_gauntlet::{
    Algorithm, Catalogue, Gauntlet, Implementation, Trust,
    configuration::Configuration,
    keys::{Key, Role},
    verifier::{
        builtin,
        exec::{Exec, Limits},
    },
};

/// Pairs of runs that a ratio is the median of.
const PAIRS: usize = 31;

/// What a ratio should be, and below what something is wrong on any machine.
struct Bounds {
    goal: f64,
    floor: f64,
}

/// A figure as it is printed, and whether it is below its floor.
struct Line {
    text: String,
    low: bool,
}

impl Line {
    fn new(ratio: f64, what: &str, bounds: Option<&Bounds>) -> Self {
        let told =
            bounds.map_or_else(|| "no goal: a plan is forged once".to_owned(), |b| format!("goal {}, floor {}", b.goal, b.floor));
        Self { text: format!("{ratio:>6.3}  {what} ({told})"), low: bounds.is_some_and(|bounds| ratio < bounds.floor) }
    }
}

fn main() -> ExitCode {
    let mut criterion = Criterion::default().sample_size(20).measurement_time(Duration::from_secs(3)).configure_from_args();
    let mut lines = Vec::new();
    for (algorithm, bounds) in
        [(Algorithm::HS256, Bounds { goal: 0.90, floor: 0.70 }), (Algorithm::ES256, Bounds { goal: 0.97, floor: 0.85 })]
    {
        lines.push(in_process(&mut criterion, algorithm, "jsonwebtoken", &bounds));
    }
    lines.push(forging(&mut criterion));
    lines.push(over_pipes(Algorithm::HS256, "jsonwebtoken", &Bounds { goal: 0.80, floor: 0.60 }));
    criterion.final_summary();
    println!("\nratio, higher is better, median of {PAIRS} pairs");
    for line in &lines {
        println!("{}{}", line.text, if line.low { "  BELOW THE FLOOR" } else { "" });
    }
    if lines.iter().any(|line| line.low) { ExitCode::FAILURE } else { ExitCode::SUCCESS }
}

/// The catalogue under the usual configuration, so that a bare loop needs one verifier only.
fn usual() -> Catalogue {
    let mut catalogue = Catalogue::built_in();
    catalogue.cases.retain(|case| case.configuration == Configuration::default());
    catalogue
}

fn trust(algorithm: Algorithm) -> Trust {
    Trust::in_key(&Key::of(Role::Trusted, algorithm).expect("every algorithm has a trusted key"), algorithm)
}

fn in_process(criterion: &mut Criterion, algorithm: Algorithm, target: &str, bounds: &Bounds) -> Line {
    let implementation: Arc<dyn Implementation> = builtin::find(target).expect("a built-in target").into();
    let verifier = implementation.configure(&trust(algorithm)).expect("it supports the algorithm");
    let gauntlet = Gauntlet::new(implementation).catalogue(usual()).algorithms([algorithm]).jobs(1);
    let plan = gauntlet.plan();
    // Controls included: they are a part of every attack, and dearer than most forgeries, which fail before any signature.
    let tokens = plan.stream();
    let bare = || {
        for token in &tokens {
            black_box(verifier.verify(token).expect("an answer"));
        }
    };
    let attack = || {
        black_box(gauntlet.run_plan(&plan, &|_| {}, &AtomicBool::new(false)).expect("a report"));
    };
    let mut group = criterion.benchmark_group(format!("in-process/{algorithm}"));
    group.throughput(Throughput::Elements(tokens.len() as u64));
    group.bench_function("bare loop", |b| b.iter(bare));
    group.bench_function("attack", |b| b.iter(attack));
    group.finish();
    let ratio = ratio(&bare, &attack);
    Line::new(ratio, &format!("{algorithm} attack in process / bare loop over the same {} tokens", tokens.len()), Some(bounds))
}

fn forging(criterion: &mut Criterion) -> Line {
    let implementation: Arc<dyn Implementation> = builtin::find("jsonwebtoken").expect("a built-in target").into();
    let verifier = implementation.configure(&trust(Algorithm::HS256)).expect("it supports HS256");
    let gauntlet = Gauntlet::new(implementation).catalogue(usual()).algorithms([Algorithm::HS256]).jobs(1);
    let tokens: Vec<String> = gauntlet.plan().tokens().into_iter().map(str::to_owned).collect();
    let forge = || {
        black_box(gauntlet.plan().tokens().len());
    };
    criterion.bench_function("forge/HS256", |b| b.iter(forge));
    let verify = || {
        for token in &tokens {
            black_box(verifier.verify(token).expect("an answer"));
        }
    };
    Line::new(ratio(&verify, &forge), "HS256 forging / verifying the same tokens", None)
}

/// The same questions through the engine's pipes and from a file; the adapter is this crate's own binary.
fn over_pipes(algorithm: Algorithm, target: &str, bounds: &Bounds) -> Line {
    let binary = env!("CARGO_BIN_EXE_jwt-gauntlet");
    let gauntlet = Gauntlet::new(|_: &Trust| Ok(|_: &str| unreachable!("only forged with"))).catalogue(usual());
    let tokens: Vec<String> = gauntlet.algorithms([algorithm]).plan().tokens().into_iter().map(str::to_owned).collect();
    // Many times over, so that starting the process does not matter.
    let many: Vec<&str> = tokens.iter().map(String::as_str).cycle().take(tokens.len() * 100).collect();
    let trust = trust(algorithm);
    let mut script = configure_line(&trust);
    for (id, token) in many.iter().enumerate() {
        let token = serde_json::Value::String((*token).to_owned());
        script.push_str(&format!("{{\"type\":\"verify\",\"id\":{id},\"token\":{token}}}\n"));
    }
    let file = std::env::temp_dir().join(format!("jwt-gauntlet-bench-{}.jsonl", std::process::id()));
    std::fs::File::create(&file).and_then(|mut f| f.write_all(script.as_bytes())).expect("a writable temporary folder");
    let fed = || {
        let input = std::fs::File::open(&file).expect("the file was just written");
        let status = Command::new(binary).args(["adapter", target]).stdin(input).stdout(Stdio::null()).status();
        assert!(status.expect("it starts").success());
    };
    let asked = || {
        let exec = Exec::new(vec![binary.to_owned(), "adapter".to_owned(), target.to_owned()], Limits::default());
        let verifier = exec.configure(&trust).expect("it supports the algorithm");
        let mut answers = 0;
        verifier
            .verify_all(&many, &mut |_, _| {
                answers += 1;
                ControlFlow::Continue(())
            })
            .expect("answers");
        assert_eq!(answers, many.len());
    };
    let ratio = ratio(&fed, &asked);
    let _ = std::fs::remove_file(&file);
    Line::new(ratio, &format!("{algorithm} over pipes / the same adapter fed from a file, {} questions", many.len()), Some(bounds))
}

fn configure_line(trust: &Trust) -> String {
    let mut line = serde_json::to_value(trust).expect("a trust is JSON");
    line["type"] = "configure".into();
    line["protocol"] = 1.into();
    format!("{line}\n")
}

/// How fast `measured` is, with `reference` as 1: the median over pairs run in turn.
fn ratio(reference: &dyn Fn(), measured: &dyn Fn()) -> f64 {
    let time = |run: &dyn Fn()| {
        let start = Instant::now();
        run();
        start.elapsed().as_secs_f64()
    };
    time(reference);
    time(measured);
    let mut ratios: Vec<f64> = (0..PAIRS).map(|_| time(reference) / time(measured)).collect();
    ratios.sort_by(f64::total_cmp);
    ratios[PAIRS / 2]
}
