//! What changed between two runs, beyond noise.
//!
//! Between two runs of the same code lies more than within one: another clock, other neighbours, and other places in memory for the
//! code, the stack and the heap of the process. So a call is measured in pieces of reference work that was timed right beside it, and
//! by the quick quarter of its batches, which neighbours disturb least; and each run is made in ten parts, each in a process of its own.
//!
//! A change counts if the ten parts of one run rank apart from the ten of the other by the exact test of Mann and Whitney, which assumes
//! nothing about how times are distributed, *and* the medians differ by more than the threshold. The test allows for how many rows are
//! looked at (Bonferroni): one comparison in twenty of a program with itself may show a change, however many rows it has.

use super::{
    contender::Operation,
    results::{Results, Row},
    scheme::Scheme,
    stats,
};

/// What a comparison says.
#[derive(Clone, Debug, PartialEq)]
pub struct Comparison {
    /// Rows that cost more or less than before, the worst first.
    pub changes: Vec<Change>,
    /// Rows that could be compared.
    pub compared: usize,
    /// Rows of the old run that this one does not have: broken now, or not chosen.
    pub gone: usize,
    /// Rows of this run that the old one does not have.
    pub new: usize,
    /// Of the rows of the old run, those whose back end is broken now.
    pub broken: Vec<(Scheme, String)>,
    /// What else differs between the two runs.
    pub notes: Vec<String>,
    /// Changes up to this factor are none: 0.05 for five per cent.
    pub threshold: f64,
}

/// One row that changed.
#[derive(Clone, Debug, PartialEq)]
pub struct Change {
    /// The scheme.
    pub scheme: Scheme,
    /// The back end.
    pub backend: String,
    /// The operation.
    pub operation: Operation,
    /// Cost now over cost before: 1.1 is ten per cent slower.
    pub times: f64,
}

impl Comparison {
    /// Compares two runs.
    #[must_use]
    pub fn of(old: &Results, new: &Results, threshold: f64) -> Self {
        let pairs: Vec<(&Row, &Row)> =
            new.rows.iter().filter_map(|now| Some((old.find(now.scheme, &now.backend, now.operation)?, now))).collect();
        let compared = pairs.iter().filter(|(old, new)| costs(old).len() > 1 && costs(new).len() > 1).count();
        let mut changes: Vec<Change> = pairs.iter().filter_map(|(old, new)| change(old, new, threshold, compared)).collect();
        changes.sort_by(|a, b| b.times.total_cmp(&a.times));
        let broken = new
            .broken
            .iter()
            .filter(|broken| old.rows.iter().any(|row| row.scheme == broken.scheme && row.backend == broken.backend));
        Self {
            changes,
            compared,
            gone: old.rows.len() - pairs.len(),
            new: new.rows.len() - pairs.len(),
            broken: broken.map(|broken| (broken.scheme, broken.backend.clone())).collect(),
            notes: notes(old, new),
            threshold,
        }
    }

    /// Whether something got slower or broke.
    #[must_use]
    pub fn failed(&self) -> bool {
        !self.broken.is_empty() || self.changes.iter().any(|change| change.times > 1.0)
    }
}

/// What changed for one row of so many, if it is more than chance and more than the threshold.
fn change(old: &Row, new: &Row, threshold: f64, rows: usize) -> Option<Change> {
    /// How often a comparison of a program with itself may show any change.
    const CHANCE: f64 = 0.05;
    let (before, after) = (costs(old), costs(new));
    let times = stats::median(&after)?.mid / stats::median(&before)?.mid;
    let large = times > 1.0 + threshold || times < 1.0 / (1.0 + threshold);
    let certain = chance(&before, &after) * f64::from(u32::try_from(rows).unwrap_or(u32::MAX)) <= CHANCE;
    (large && certain).then(|| Change { scheme: new.scheme, backend: new.backend.clone(), operation: new.operation, times })
}

/// What each part says that a call costs, in pieces of reference work.
fn costs(row: &Row) -> Vec<f64> {
    /// The quick part of the batches.
    const QUICK: f64 = 0.25;
    let cost = |samples: &Vec<(f64, f64)>| {
        let quick = |of: fn(&(f64, f64)) -> f64| Some(stats::quantile(&samples.iter().map(of).collect::<Vec<_>>(), QUICK)?.mid);
        Some(quick(|sample| sample.0)? / quick(|sample| sample.1)?)
    };
    row.parts.iter().filter_map(cost).collect()
}

/// How likely two lists that are dealt from one heap rank apart at least as far as these: the exact test of Mann and Whitney, two-sided.
fn chance(a: &[f64], b: &[f64]) -> f64 {
    let above = a.iter().flat_map(|a| b.iter().map(move |b| usize::from(a > b))).sum::<usize>();
    let extreme = above.min(a.len() * b.len() - above);
    let ways = ways(a.len(), b.len());
    let all: f64 = ways.iter().sum();
    (2.0 * ways[..=extreme].iter().sum::<f64>() / all).min(1.0)
}

/// In how many ways `n` and `m` ranks give each number of pairs in which the first is above the second.
fn ways(n: usize, m: usize) -> Vec<f64> {
    let mut table = vec![vec![0.0; n * m + 1]; m + 1];
    // None of the first list: every way has no pair.
    table.iter_mut().for_each(|row| row[0] = 1.0);
    for _ in 0..n {
        let before = table.clone();
        for j in 0..=m {
            for pairs in 0..=n * m {
                // The highest rank belongs to the first list, above all of the second, or to the second.
                let first = if pairs >= j { before[j][pairs - j] } else { 0.0 };
                let second = if j > 0 { table[j - 1][pairs] } else { 0.0 };
                table[j][pairs] = first + second;
            }
        }
    }
    table.swap_remove(m)
}

fn notes(old: &Results, new: &Results) -> Vec<String> {
    let mut notes = Vec::new();
    if old.machine.processor != new.machine.processor || old.machine.cores != new.machine.cores {
        notes.push(format!(
            "the machines differ: {} with {} cores before, {} with {} cores now",
            old.machine.processor, old.machine.cores, new.machine.processor, new.machine.cores
        ));
    }
    for (name, version) in &new.machine.versions {
        let before = old.machine.versions.iter().find(|(other, _)| other == name);
        if let Some((_, before)) = before.filter(|(_, before)| before != version) {
            notes.push(format!("{name} was {before} and is {version}"));
        }
    }
    if old.interrupted || new.interrupted {
        notes.push("one of the runs was broken off".to_owned());
    }
    notes
}

#[cfg(test)]
mod tests;
