//! Instructions of the engine's parts and of verification, counted by valgrind: `run.sh` beside this folder runs them.

#![allow(unused_qualifications)] // What the macros write out is full of them.
#![allow(missing_docs)] // The macros write public items without any.

use std::hint::black_box;

use gungraun::prelude::*;
use jwt_gauntlet::{Algorithm, Verdict, recipe::Forged, token::Draft};
use jwt_gauntlet_instructions::{Answers, Plan, Ready, genuine};

#[library_benchmark]
#[bench::genuine(genuine(Algorithm::ES256))]
fn parse(token: String) -> Draft {
    black_box(Draft::parse(&token))
}

#[library_benchmark]
#[bench::none(Plan::new(Algorithm::HS256, "alg-none/case-variants"))]
#[bench::kid_hs256(Plan::new(Algorithm::HS256, "kid/"))]
#[bench::ecdsa_es256(Plan::new(Algorithm::ES256, "ecdsa/"))]
fn forge(plan: Plan) -> Vec<Forged> {
    black_box(plan.forge())
}

#[library_benchmark]
#[bench::none(Plan::new(Algorithm::HS256, "alg-none/case-variants").answers())]
#[bench::ecdsa_es256(Plan::new(Algorithm::ES256, "ecdsa/").answers())]
fn judge(answers: Answers) -> usize {
    black_box(answers.judge())
}

#[library_benchmark]
#[bench::jsonwebtoken_hs256(Ready::new("jsonwebtoken", Algorithm::HS256))]
#[bench::jsonwebtoken_es256(Ready::new("jsonwebtoken", Algorithm::ES256))]
#[bench::strict_hs256(Ready::new("strict", Algorithm::HS256))]
#[bench::strict_es256(Ready::new("strict", Algorithm::ES256))]
fn verify(ready: Ready) -> Verdict {
    black_box(ready.verify())
}

library_benchmark_group!(name = engine, benchmarks = [parse, forge, judge]);
library_benchmark_group!(name = verifying, benchmarks = verify);

// Hash maps are dropped in an order that differs between processes, and with it what glibc's allocator does about free neighbours:
// 6 per cent of judging. Small blocks that stay in its lists have no neighbours.
main!(
    config = LibraryBenchmarkConfig::default().env("GLIBC_TUNABLES", "glibc.malloc.tcache_count=65535"),
    library_benchmark_groups = [engine, verifying]
);
