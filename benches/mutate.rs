//! What random tokens cost: sampled and forged in a second on one core, and that over the cheapest verification of the same tokens.
//!
//! Prints medians of pairs run side by side, because the two move together from machine to machine; criterion has absolute figures. A
//! ratio below its floor, which leaves room for a busy machine, fails the run. `-- ratios` skips criterion.

#![allow(clippy::print_stdout)] // A bench is read on the terminal.

use std::{
    hint::black_box,
    process::ExitCode,
    time::{Duration, Instant},
};

use criterion::{Criterion, Throughput};
use jwt_gauntlet::{
    Algorithm, Trust,
    internal::libfuzzer::mutator::Mutator,
    keys::{Key, Role},
    verifier::builtin,
};

/// Tokens a round.
const TOKENS: usize = 20_000;
/// Pairs of rounds that a figure is the median of.
const PAIRS: usize = 15;

fn main() -> ExitCode {
    let mut criterion = Criterion::default().sample_size(20).measurement_time(Duration::from_secs(3)).configure_from_args();
    let lines = [(Algorithm::HS256, Some(200_000.0), 0.25), (Algorithm::ES256, None, 0.05), (Algorithm::RS256, None, 0.15)]
        .map(|(algorithm, goal, floor)| measure(&mut criterion, algorithm, goal, floor));
    criterion.final_summary();
    println!("\nrandom tokens, one core, median of {PAIRS} rounds of {TOKENS}");
    for (line, low) in &lines {
        println!("{line}{}", if *low { "  BELOW THE FLOOR" } else { "" });
    }
    if lines.iter().any(|(_, low)| *low) { ExitCode::FAILURE } else { ExitCode::SUCCESS }
}

/// The line of an algorithm, and whether its ratio is below the floor.
fn measure(criterion: &mut Criterion, algorithm: Algorithm, goal: Option<f64>, floor: f64) -> (String, bool) {
    // Long enough to have made what is dear, and then made again what is cheap.
    let mut mutator = Mutator::new(&[algorithm]);
    mutator.by_ref().take(TOKENS * 5).for_each(drop);
    let mut group = criterion.benchmark_group(format!("mutate/{algorithm}"));
    group.throughput(Throughput::Elements(1));
    group.bench_function("sample and forge", |b| b.iter(|| black_box(mutator.next())));
    group.finish();

    let target = builtin::find("jsonwebtoken").expect("a built-in target");
    let key = Key::of(Role::Trusted, Algorithm::HS256).expect("every algorithm has a trusted key");
    let cheapest = target.configure(&Trust::in_key(&key, Algorithm::HS256)).expect("it supports HS256");
    let (mut rates, mut ratios, mut bytes) = (Vec::new(), Vec::new(), 0);
    for _ in 0..PAIRS {
        let (tokens, forging) = time(|| mutator.by_ref().take(TOKENS).collect::<Vec<_>>());
        let ((), verifying) = time(|| {
            for token in &tokens {
                black_box(cheapest.verify(token).expect("an answer"));
            }
        });
        bytes += tokens.iter().map(String::len).sum::<usize>();
        #[allow(clippy::cast_precision_loss)] // There are few tokens.
        rates.push(TOKENS as f64 / forging);
        ratios.push(verifying / forging);
    }
    let goal = goal.map(|goal| format!(" (goal {goal:.0})")).unwrap_or_default();
    let (mean, ratio) = (bytes / (PAIRS * TOKENS), median(ratios));
    let text = format!(
        "{:>9.0} a second{goal}, {mean} bytes each; {ratio:.2} (floor {floor}) of the rate at which jsonwebtoken verifies them as HS256  \
         {algorithm}",
        median(rates),
    );
    (text, ratio < floor)
}

fn time<T>(run: impl FnOnce() -> T) -> (T, f64) {
    let start = Instant::now();
    let out = run();
    (out, start.elapsed().as_secs_f64())
}

fn median(mut of: Vec<f64>) -> f64 {
    of.sort_by(f64::total_cmp);
    of[of.len() / 2]
}
