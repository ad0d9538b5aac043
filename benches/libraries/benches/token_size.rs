//! What claims of 200 bytes to 64 KiB cost: bytes on the wire, and time to verify and to decode.
//!
//! ```sh
//! cargo bench -p jwt-gauntlet-libraries --bench token_size             # about two minutes after building
//! cargo bench -p jwt-gauntlet-libraries --bench token_size -- --quick  # for CI
//! ```
//!
//! Prints criterion's figures by the clock, with bytes of token a second, and then a table of both crates side by side in microseconds
//! of processor time. "more" is what the token has over its claims; "MB/s" is bytes of token verified a second.

#![allow(clippy::print_stdout)] // A bench is read on the terminal.

use std::hint::black_box;

use criterion::{BenchmarkId, Criterion, Throughput};
use jwt_gauntlet_libraries::{
    gate::{Sound, pass},
    measure::Load,
    run::Run,
    sizes::{self, SIZES},
    table::label,
    versions,
    workload::{ALGORITHMS, Workload},
};

fn main() {
    let run = Run::of(std::env::args().skip(1));
    let mut criterion = run.criterion();
    let mut suites = Vec::new();
    for workload in ALGORITHMS.into_iter().flat_map(|algorithm| SIZES.map(|size| Workload::new(algorithm, size))) {
        match sizes::contenders().map(|contender| pass(contender, &workload)) {
            [Ok(first), Ok(second)] => suites.push((workload, [first, second])),
            faults => faults.into_iter().filter_map(Result::err).for_each(|fault| {
                println!("BROKEN, not timed: {} at {} bytes: {fault}", workload.keys.algorithm, workload.claims.json().len());
            }),
        }
    }
    for (workload, contenders) in &suites {
        absolute(&mut criterion, workload, contenders);
    }
    criterion.final_summary();
    if run.tables {
        table(&run, &suites);
    }
}

fn absolute(criterion: &mut Criterion, workload: &Workload, contenders: &[Sound]) {
    let (algorithm, claims, token) = (workload.keys.algorithm, workload.claims.json().len(), &workload.genuine);
    for sound in contenders {
        let mut group = criterion.benchmark_group(format!("{algorithm}/{}", sound.contender.name()));
        group.throughput(Throughput::Bytes(token.len() as u64));
        group.bench_function(BenchmarkId::new("verify", claims), |b| b.iter(|| sound.verifier.verify(black_box(token))));
        group.bench_function(BenchmarkId::new("decode only", claims), |b| b.iter(|| sound.contender.decode(black_box(token))));
        group.finish();
    }
}

fn table(run: &Run, suites: &[(Workload, [Sound; 2])]) {
    let load = Load::watch();
    let wanted = suites.iter().filter(|(workload, _)| run.wants(workload.keys.algorithm.name()));
    let rows: Vec<_> = wanted.map(|(workload, pair)| sizes::measure(pair, workload, run.effort())).collect();
    let Some((_, [first, second])) = suites.first().filter(|_| !rows.is_empty()) else { return };
    println!("\n{}", versions::machine());
    print!("{}", sizes::render([&label(first), &label(second)], &rows));
    println!("\nMedians of {} pairs.", run.effort().pairs);
    if let Some(remark) = versions::busy(load.share()) {
        println!("{remark}");
    }
}
