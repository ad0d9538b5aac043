//! Whole tokens through JWT crates: what each costs, and how much of that is not the signature.
//!
//! ```sh
//! cargo bench -p jwt-gauntlet-libraries --bench libraries             # about five minutes after building
//! cargo bench -p jwt-gauntlet-libraries --bench libraries -- --quick  # for CI
//! cargo bench -p jwt-gauntlet-libraries --features openssl --bench libraries -- ES256/verify
//! ```
//!
//! First come the contenders that are broken and therefore not timed, then criterion's absolute figures by the clock, and last a table
//! for each algorithm: microseconds of processor time, and ratios as medians of pairs run side by side. "x raw" is over the primitive
//! on the same bytes with a key parsed once. "key parsed anew" is a call that parses its key from the operator's text, over one
//! whose key was parsed before: near 1 where the library parses it on every call anyway, or where that costs nothing.
//! With `--features openssl` josekit and jwt's other half take part; they need OpenSSL's headers.

#![allow(clippy::print_stdout)] // A bench is read on the terminal.

use std::hint::black_box;

use criterion::{BenchmarkGroup, Criterion, measurement::WallTime};
use jwt_gauntlet_libraries::{
    contender,
    gate::{Sound, pass},
    measure::Load,
    run::Run,
    table, versions,
    workload::{ALGORITHMS, USUAL, Workload},
};

/// What criterion times, by the names it has in filters.
const OPERATIONS: [&str; 6] = ["sign", "verify", "verify forged", "decode only", "parse key and sign", "parse key and verify"];

fn main() {
    let run = Run::of(std::env::args().skip(1));
    let mut criterion = run.criterion();
    let suites: Vec<(Workload, Vec<Sound>)> = ALGORITHMS
        .map(|algorithm| {
            let workload = Workload::new(algorithm, USUAL);
            let sound = admitted(&workload);
            (workload, sound)
        })
        .into();
    for (workload, sound) in &suites {
        absolute(&mut criterion, workload, sound);
    }
    criterion.final_summary();
    if run.tables {
        tables(&run, &suites);
    }
}

/// Those who pass the gate; the others are named.
fn admitted(workload: &Workload) -> Vec<Sound> {
    let mut sound = Vec::new();
    for contender in contender::all() {
        match pass(contender, workload) {
            Ok(contender) => sound.push(contender),
            Err(fault) if fault.is_broken() => {
                let version = versions::locked(contender.package()).unwrap_or("?");
                println!("BROKEN, not timed: {} {version}, {}: {fault}", contender.name(), workload.keys.algorithm);
            }
            Err(_) => {}
        }
    }
    sound
}

fn absolute(criterion: &mut Criterion, workload: &Workload, contenders: &[Sound]) {
    let (keys, claims, algorithm) = (&workload.keys, &workload.claims, workload.keys.algorithm);
    let mut each = |operation: &str, bench: &dyn Fn(&mut BenchmarkGroup<WallTime>, &Sound)| {
        let mut group = criterion.benchmark_group(format!("{algorithm}/{operation}"));
        for sound in contenders {
            bench(&mut group, sound);
        }
        group.finish();
    };
    each(OPERATIONS[0], &|group, s| {
        group.bench_function(s.contender.name(), |b| b.iter(|| s.signer.sign(black_box(claims))));
    });
    each(OPERATIONS[1], &|group, s| {
        group.bench_function(s.contender.name(), |b| b.iter(|| s.verifier.verify(black_box(&workload.genuine))));
    });
    each(OPERATIONS[2], &|group, s| {
        group.bench_function(s.contender.name(), |b| b.iter(|| s.verifier.verify(black_box(&workload.forged))));
    });
    each(OPERATIONS[3], &|group, s| {
        if s.contender.decode(&workload.genuine).is_some() {
            group.bench_function(s.contender.name(), |b| b.iter(|| s.contender.decode(black_box(&workload.genuine))));
        }
    });
    each(OPERATIONS[4], &|group, s| {
        group.bench_function(s.contender.name(), |b| {
            b.iter(|| s.contender.signer(black_box(keys)).map(|signer| signer.sign(claims)));
        });
    });
    each(OPERATIONS[5], &|group, s| {
        group.bench_function(s.contender.name(), |b| {
            b.iter(|| s.contender.verifier(black_box(keys)).map(|verifier| verifier.verify(&workload.genuine)));
        });
    });
}

fn tables(run: &Run, suites: &[(Workload, Vec<Sound>)]) {
    let load = Load::watch();
    let mut all = Vec::new();
    println!("\n{}", versions::machine());
    for (workload, contenders) in suites {
        let id = |operation: &str, s: &Sound| format!("{}/{operation}/{}", workload.keys.algorithm, s.contender.name());
        let wanted = contenders.iter().filter(|s| OPERATIONS.iter().any(|operation| run.wants(&id(operation, s))));
        let rows: Vec<_> = wanted.map(|sound| table::measure(sound, workload, run.effort())).collect();
        if !rows.is_empty() {
            print!("{}", table::render(workload, &rows));
        }
        all.extend(rows);
    }
    if let Some((usual, worst)) = table::wavering(&all) {
        let pairs = run.effort().pairs;
        println!(
            "\nMedians of {pairs} pairs; ratios are within {:.1} % at 95 % (median), {:.1} % (worst).",
            usual * 100.0,
            worst * 100.0
        );
    }
    let setting = std::env::var("RUST_LIB_BACKTRACE").or_else(|_| std::env::var("RUST_BACKTRACE")).ok();
    if let Some(remark) = versions::backtraces(setting.as_deref()) {
        println!("{remark}");
    }
    if let Some(remark) = versions::busy(load.share()) {
        println!("{remark}");
    }
}
