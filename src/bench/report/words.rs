//! What all formats say: titles, notes and rows of cells.

use super::figures::{micros, percent, short, times, with_percent};
use crate::bench::{
    compare::{Change, Comparison},
    contender::Operation,
    results::{Results, Row},
    scheme::Scheme,
};

/// The heads of the columns of a table of one operation.
pub(super) const COLUMNS: [&str; 7] = ["scheme", "by", "ops/s and core", "median µs (95 %)", "p99 µs (95 %)", "HS256", "raw"];
/// The same where a program was asked.
pub(super) const PIPED: [&str; 7] = ["scheme", "by", "answers/s", "one at a time, µs", "p99 µs (95 %)", "protocol µs", "net µs"];

/// A title.
pub(super) fn title(operation: Operation) -> &'static str {
    match operation {
        Operation::Sign => "Sign, key ready",
        Operation::Verify => "Verify a genuine signature, key ready",
        Operation::VerifyForged => "Refuse a forged signature, key ready",
        Operation::ColdSign => "Sign, key parsed each time",
        Operation::ColdVerify => "Verify a genuine signature, key parsed each time",
        Operation::TokenSign => "Create a complete token",
        Operation::TokenVerify => "Verify a complete genuine token",
        Operation::TokenForged => "Refuse a complete forged token",
        Operation::Decode => "Decode only: base64 and JSON, no cryptography",
    }
}

/// Whether rows come from a program.
pub(super) fn is_piped(results: &Results) -> bool {
    results.rows.iter().any(|row| row.piped.is_some())
}

/// The cells of a row.
pub(super) fn cells(row: &Row) -> [String; 7] {
    let (last, next) = match &row.piped {
        Some(piped) => (short(piped.protocol_ns.mid / 1e3), micros(&piped.net_ns)),
        None => (times(row.times_hs256), times(row.times_raw)),
    };
    [
        row.scheme.name().to_owned(),
        crate::text::plain(&row.backend),
        with_percent(&row.ops_per_second),
        micros(&row.median_ns),
        micros(&row.p99_ns),
        last,
        next,
    ]
}

/// Each scheme with the bytes of its signature and token.
pub(super) fn sizes(results: &Results) -> Vec<(Scheme, usize, usize)> {
    let mut sizes: Vec<(Scheme, usize, usize)> = Vec::new();
    for row in &results.rows {
        if sizes.iter().all(|(scheme, ..)| *scheme != row.scheme) {
            sizes.push((row.scheme, row.signature_bytes, row.token_bytes));
        }
    }
    sizes
}

/// Name and text of each line about where it ran.
pub(super) fn machine(results: &Results) -> Vec<(&'static str, String)> {
    let machine = &results.machine;
    let versions: Vec<String> = machine
        .versions
        .iter()
        .map(|(name, version)| if version.contains(' ') { format!("{name} ({version})") } else { format!("{name} {version}") })
        .collect();
    vec![
        ("machine", format!("{}, {} cores, {}", machine.processor, machine.cores, machine.system)),
        ("timed", versions.join(", ")),
        ("target", crate::text::plain(&results.options.target)),
        (
            "rounds",
            format!(
                "{} parts of {} rounds, interleaved over {} rows",
                results.options.parts,
                results.options.rounds,
                results.rows.len()
            ),
        ),
    ]
}

/// How to read it, and what to mind.
pub(super) fn notes(results: &Results) -> Vec<String> {
    let mut notes = Vec::new();
    if is_piped(results) {
        notes.push("answers/s: many tokens in flight. pipes, or protocol: the cost of an invalid string as long as the token. net: the rest.".to_owned());
    } else {
        notes.push("ops/s and core: by processor time of the thread. median, p99: by wall time.".to_owned());
        notes.push(
            "HS256: cost relative to HS256 by the same code. raw: cost relative to the bare signature with a parsed key."
                .to_owned(),
        );
    }
    notes.push("The intervals show the variation within this run, not between machines.".to_owned());
    if let Some(times) = results.busy() {
        notes.push(format!(
            "BUSY: calls took {times:.1} times their processor time, because other programs used the cores: ops/s is still roughly valid, \
             median and p99 do not."
        ));
    }
    if results.interrupted {
        notes.push("Interrupted: some rows have fewer rounds than planned or are missing.".to_owned());
    }
    notes
}

/// The verdict of a comparison.
#[must_use]
pub fn verdict(of: &Comparison) -> String {
    let slower = of.changes.iter().filter(|change| change.times > 1.0).count();
    let faster = of.changes.len() - slower;
    let mut text = format!(
        "Of {} rows that were compared, {slower} are slower and {faster} faster by more than {} per cent, beyond noise",
        of.compared,
        (of.threshold * 10_000.0).round() / 100.0
    );
    if of.busy > 0 {
        text += &format!(
            "; {} could not be compared, since the machine was too busy: give both runs more --time, or fewer rows by --alg and --operation",
            of.busy
        );
    }
    if !of.broken.is_empty() {
        text += &format!("; {} are broken now", of.broken.len());
    }
    if of.gone + of.new > 0 {
        text += &format!("; {} are gone, {} new", of.gone, of.new);
    }
    text + "."
}

/// The cells of a change.
pub(super) fn changed(change: &Change) -> [String; 4] {
    [change.scheme.name().to_owned(), change.backend.clone(), change.operation.name().to_owned(), percent(change.times)]
}
