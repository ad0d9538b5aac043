//! Signing and verifying on criterion: scheme by back end by operation, the workloads and the gate of `jwt-gauntlet bench`.
//!
//! Criterion measures one after another and keeps its own history; `jwt-gauntlet bench` measures in turn, and compares across
//! processes. `cargo bench --bench sign_verify -- 'ES256/verify'` chooses.

use std::{hint::black_box, time::Duration};

use criterion::{BenchmarkId, Criterion, Throughput};
use jwt_gauntlet::internal::bench::{
    Operation, Scheme, backend,
    contender::{Choice, Gate, contenders},
    library,
    workload::Workload,
};

fn main() {
    let mut criterion = Criterion::default()
        .sample_size(20)
        .warm_up_time(Duration::from_millis(300))
        .measurement_time(Duration::from_secs(1))
        .configure_from_args();
    operations(&mut criterion);
    sizes(&mut criterion);
    criterion.final_summary();
}

fn operations(criterion: &mut Criterion) {
    let choice = Choice { schemes: Scheme::all(), operations: Operation::ALL.to_vec() };
    let (all, broken) = contenders(&choice, &backend::all(), &library::all(), Gate::Check);
    assert!(broken.is_empty(), "{broken:?}");
    for contender in all {
        let mut group = criterion.benchmark_group(format!("{}/{}", contender.scheme, contender.operation));
        group.throughput(Throughput::Elements(1));
        let mut turn = 0;
        group.bench_function(BenchmarkId::from_parameter(&contender.backend), |bencher| {
            bencher.iter(|| {
                turn += 1;
                black_box((contender.work)(turn))
            });
        });
        group.finish();
    }
}

/// The signature over more and more claims: where hashing takes over.
fn sizes(criterion: &mut Criterion) {
    for name in ["HS256", "RS256", "ES256", "EdDSA"] {
        let scheme: Scheme = name.parse().expect("a scheme");
        for bytes in [200, 1024, 8192, 65536] {
            let work = Workload::sized(scheme, bytes).expect("the engine signs it");
            let mut group = criterion.benchmark_group(format!("token_size/{name}/{bytes}"));
            group.throughput(Throughput::Bytes(work.token_bytes() as u64));
            for backend in backend::all() {
                let Some(verifier) = backend.verifier(scheme) else { continue };
                let (input, signature) = (work.inputs[0].as_bytes(), work.signatures[0].as_slice());
                group.bench_function(BenchmarkId::from_parameter(backend.name()), |bencher| {
                    bencher.iter(|| verifier.verify(black_box(input), black_box(signature)));
                });
            }
            group.finish();
        }
    }
}
