//! What the crates of `differential` do that the rules do not let them do: `cargo test --release --test survey -- --ignored --nocapture`.
//!
//! Prints every kind with its shortest token, known or not, and fails if an entry of `known.toml` no longer occurs.

use std::{
    collections::BTreeMap,
    env,
    time::{Duration, Instant},
};

use jwt_gauntlet::internal::libfuzzer::mutator::Mutator;
use jwt_gauntlet_fuzz::{
    differential::{ALGORITHMS, bench},
    known::{kind, table},
};

#[test]
#[ignore = "takes a minute, and prints"]
fn survey() {
    let seconds = env::var("GAUNTLET_FUZZ_SECONDS").map_or(60, |text| text.parse().expect("a number of seconds"));
    let mut seen: BTreeMap<(&str, String, String), (usize, String)> = BTreeMap::new();
    for algorithm in ALGORITHMS {
        let (bench, mut mutator) = (bench(algorithm), Mutator::new(&[algorithm]));
        let (end, mut seed, mut token) = (Instant::now() + Duration::from_secs(seconds / 4), 0_u64, String::new());
        while Instant::now() < end {
            seed += 1;
            token = mutator.mutate(&token, seed, &mut |bytes| Mutator::blind(bytes, seed));
            for deviation in bench.deviations(&token) {
                let words = |error: &str| error.chars().take(40).collect::<String>();
                let error = deviation.known.map_or_else(|| words(&deviation.error), |known| format!("known: {}", known.error));
                let (count, shortest) = seen.entry((deviation.name, kind(deviation.judgement), error)).or_default();
                *count += 1;
                if shortest.is_empty() || token.len() < shortest.len() {
                    shortest.clone_from(&token);
                }
            }
        }
    }
    for ((name, kind, error), (count, token)) in &seen {
        println!("{name}  {kind}  {error}  ({count} times)\n    {token:?}");
    }
    let occurs = |name: &str, kind: &str, error: &str| {
        seen.keys().any(|(n, k, e)| *n == name && k == kind && *e == format!("known: {error}"))
    };
    let stale: Vec<_> =
        table().iter().filter(|known| !known.name.contains(':') && !occurs(&known.name, &known.kind, &known.error)).collect();
    assert!(stale.is_empty(), "these no longer occur: {stale:?}");
}
