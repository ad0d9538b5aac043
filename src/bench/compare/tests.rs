//! Comparisons of runs that were made up, and of real ones with a back end that was made slower.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};

use super::*;
use crate::{
    Algorithm,
    bench::{
        Backend, Bench, Signer, Verifier,
        backend::Ring,
        contender::{Broken, Choice},
        report,
    },
};

#[test]
fn the_quickest_batches_of_one_run_alone_are_rarer_than_chance() {
    // Of 3 and 3, all three quickest are of one kind in 2 of 20 ways: never rare enough. Of 5 and 5, five are in 2 of 252.
    assert_eq!((quickest(3, 3, 1), quickest(5, 5, 1)), (None, Some(5)));
    // 2 * 304 * C(20, 13) / C(40, 13) = 0.004; twelve would be 0.014.
    assert_eq!((quickest(20, 20, 304), quickest(20, 0, 1)), (Some(13), None));
    // Six of seven are enough, five are not.
    assert!(apart(&[1.0, 1.1, 1.15, 1.2, 1.25, 1.3, 9.0], &[1.4; 7], 1));
    assert!(!apart(&[1.0, 1.1, 1.15, 1.2, 1.25, 1.5, 1.6], &[1.4; 7], 1));
}

/// Numbers that look random.
struct Noise(u64);

impl Noise {
    /// Near 1.
    fn next(&mut self) -> f64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        let uniform = f64::from((self.0 >> 40) as u32) / f64::from(1_u32 << 24);
        1.0 + uniform * 0.03
    }

    /// A batch of calls that take so long; now and then a neighbour makes them and the crowd half as much again, and not the clock.
    fn batch(&mut self, ns: f64) -> Batch {
        let neighbour = if self.next() > 1.021 { 1.5 } else { 1.0 };
        Batch { call: ns * neighbour * self.next(), clock: 500.0 * self.next(), crowd: 400.0 * neighbour * self.next() }
    }
}

fn run(seed: u64, rows: usize, slower: &dyn Fn(usize) -> f64) -> Results {
    let mut noise = Noise(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15));
    let mut results = empty();
    for number in 0..rows {
        let mut row = results.rows.first().cloned().unwrap_or_else(blank);
        row.backend = format!("back end {number}");
        row.parts = (0..10).map(|_| (0..4).map(|_| noise.batch(1000.0 * slower(number))).collect()).collect();
        results.rows.push(row);
    }
    results
}

fn blank() -> Row {
    let one = stats::Estimate { low: 1.0, mid: 1.0, high: 1.0 };
    Row {
        scheme: Scheme::Jws(Algorithm::HS256),
        backend: String::new(),
        operation: Operation::Verify,
        ops_per_second: one,
        median_ns: one,
        p99_ns: one,
        signature_bytes: 32,
        token_bytes: 300,
        times_hs256: None,
        times_raw: None,
        piped: None,
        waited: None,
        calls: 1,
        parts: Vec::new(),
    }
}

fn empty() -> Results {
    bench(0).finish(&[], &AtomicBool::new(true))
}

#[test]
fn noise_alone_gives_no_change_and_ten_per_cent_stand_out() {
    let mut false_changes = 0;
    for seed in 0..20 {
        let old = run(seed, 300, &|_| 1.0);
        false_changes += Comparison::of(&old, &run(seed + 1000, 300, &|_| 1.0), 0.05).changes.len();
        let slower = run(seed + 2000, 300, &|number| if number == 7 { 1.1 } else { 1.0 });
        let found = Comparison::of(&old, &slower, 0.05);
        assert!(found.failed() && found.changes.iter().any(|change| change.backend == "back end 7"), "{seed}: {found:?}");
        assert!(!Comparison::of(&slower, &old, 0.05).changes.iter().any(|change| change.times > 1.0));
    }
    assert!(false_changes <= 1, "{false_changes} in 20 comparisons");
}

#[test]
fn beside_a_neighbour_that_never_rests_nothing_is_slower_and_that_is_said() {
    let (old, mut crowded) = (run(1, 3, &|_| 1.0), run(2, 3, &|_| 1.0));
    for batch in crowded.rows.iter_mut().flat_map(|row| &mut row.parts).flatten() {
        (batch.call, batch.crowd) = (batch.call * 1.4, batch.crowd * 1.4);
    }
    let found = Comparison::of(&old, &crowded, 0.05);
    assert_eq!((found.changes.len(), found.compared, found.busy, found.blind(), found.failed()), (0, 0, 3, true, false));
    // Another clock is not a neighbour, and on another machine the best moments are others.
    for batch in crowded.rows.iter_mut().flat_map(|row| &mut row.parts).flatten() {
        batch.clock *= 1.4;
    }
    let found = Comparison::of(&old, &crowded, 0.05);
    assert_eq!((found.changes.len(), found.compared, found.busy), (0, 3, 0));
    for batch in crowded.rows.iter_mut().flat_map(|row| &mut row.parts).flatten() {
        batch.clock /= 2.0;
    }
    crowded.machine.processor = "another".to_owned();
    assert_eq!(Comparison::of(&old, &crowded, 0.05).changes.len(), 3);
}

#[test]
fn what_broke_fails_a_comparison_and_other_machines_are_noted() {
    let old = run(1, 3, &|_| 1.0);
    let mut new = old.clone();
    let row = new.rows.remove(1);
    new.broken.push(Broken { scheme: row.scheme, backend: row.backend, why: "planted".to_owned() });
    new.machine.processor = "another".to_owned();
    let found = Comparison::of(&old, &new, 0.05);
    assert!(found.failed() && found.gone == 1 && found.broken.len() == 1);
    assert!(found.notes.iter().any(|note| note.contains("another")));
}

/// ring, each operation longer by some thousandths.
struct Slowed(Arc<std::sync::atomic::AtomicU32>);

impl Slowed {
    fn wait(thousandths: u32, took: Duration) {
        let start = Instant::now();
        while start.elapsed() < took * thousandths / 1000 {
            std::hint::spin_loop();
        }
    }
}

impl Backend for Slowed {
    fn name(&self) -> &'static str {
        "slowed"
    }

    fn version(&self) -> String {
        "0".to_owned()
    }

    fn signer(&self, _: Scheme) -> Option<Box<dyn Signer>> {
        None
    }

    fn verifier(&self, scheme: Scheme) -> Option<Box<dyn Verifier>> {
        let (verifier, slow) = (Ring.verifier(scheme)?, Arc::clone(&self.0));
        Some(Box::new(move |input: &[u8], signature: &[u8]| {
            let start = Instant::now();
            let good = verifier.verify(input, signature);
            Self::wait(slow.load(Ordering::Relaxed), start.elapsed());
            good
        }))
    }

    fn cold_signer(&self, _: Scheme) -> Option<Box<dyn Signer>> {
        None
    }

    fn cold_verifier(&self, _: Scheme) -> Option<Box<dyn Verifier>> {
        None
    }
}

fn bench(slower: u32) -> Bench {
    Bench {
        choice: Choice { schemes: vec![Scheme::Jws(Algorithm::ES256)], operations: vec![Operation::Verify] },
        backends: vec![Box::new(Ring), Box::new(Slowed(Arc::new(slower.into())))],
        libraries: Vec::new(),
        time: Duration::from_millis(600),
        threads: vec![1],
    }
}

#[test]
fn a_planted_slowdown_of_a_real_back_end_is_found() {
    let go = |slower| bench(slower).run(&|_| {}, &AtomicBool::new(false));
    // Not all of so short runs find a quiet moment.
    let (new, found) = (0..20)
        .map(|_| (go(0), go(300)))
        .map(|(old, new)| (Comparison::of(&old, &new, 0.05), new))
        .find_map(|(found, new)| (found.busy == 0).then_some((new, found)))
        .expect("a quiet moment");
    let slowed = found.changes.iter().find(|change| change.backend == "slowed");
    assert!(slowed.is_some_and(|change| change.times > 1.15), "{found:?}");
    let text = report::human::render(&new, Some(&found), &crate::report::style::Style::default());
    assert!(text.contains("slowed"), "{text}");
    let again: Results = serde_json::from_str(&report::json(&new)).expect("it is read back");
    assert_eq!(Comparison::of(&new, &again, 0.001).changes, []);
    assert_eq!((again.rows.len(), again.machine), (2, new.machine));
}

/// `cargo test --release --lib ten_pairs -- --ignored --nocapture`: six minutes, for a machine that does nothing else.
#[test]
#[allow(clippy::print_stdout)] // The figures for the documentation.
#[ignore = "takes minutes, and is only fair on a quiet machine"]
fn ten_pairs_of_real_runs_find_ten_per_cent_and_nothing_else() {
    let go = |slower| {
        let mut bench = bench(slower);
        bench.time = Duration::from_secs(12);
        bench.run(&|_| {}, &AtomicBool::new(false))
    };
    let (mut found, mut missed, mut compared, mut wrong) = (0, 0, 0, Vec::new());
    for _ in 0..10 {
        let (first, second, slower) = (go(0), go(0), go(100));
        let (same, planted) = (Comparison::of(&first, &second, 0.05), Comparison::of(&first, &slower, 0.05));
        let is_planted = |change: &Change| change.backend == "slowed" && change.times > 1.0;
        let hits = planted.changes.iter().filter(|change| is_planted(change)).count();
        (found, compared) = (found + hits, compared + same.compared + planted.compared);
        missed += usize::from(planted.busy == 0 && hits == 0);
        wrong.extend(same.changes);
        wrong.extend(planted.changes.into_iter().filter(|change| !is_planted(change)));
    }
    println!(
        "found {found}, missed {missed} of the planted ones; {compared} of 40 rows could be compared; false changes: {wrong:?}"
    );
    assert_eq!((missed, wrong.as_slice()), (0, [].as_slice()), "missed, false changes");
    assert!(found >= 5, "too busy a machine: only {found} of 10 were found, and no other could be compared");
}
