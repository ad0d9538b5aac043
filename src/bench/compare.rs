//! What changed between two runs, beyond noise.
//!
//! Between two runs of the same code on a shared machine lies more than within one: another clock, other neighbours. So a call is
//! measured in pieces of reference work that was timed right beside it, and by the quick quarter of its batches, which neighbours
//! disturb least. Each run is cut into five parts of consecutive rounds; a change counts if all five parts of one run are slower
//! than all five of the other (of 252 ways to deal ten equal parts two are like that) *and* the two runs as a whole differ by more than
//! the threshold. What remains are shifts that last for a whole process, such as where the linker put a loop: below five per cent in
//! all but rare cases, so that is the threshold unless another one is chosen.

use super::{
    contender::Operation,
    measure::BLOCKS,
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
        let mut changes: Vec<Change> = pairs.iter().filter_map(|(old, new)| change(old, new, threshold)).collect();
        changes.sort_by(|a, b| b.times.total_cmp(&a.times));
        let broken = new
            .broken
            .iter()
            .filter(|broken| old.rows.iter().any(|row| row.scheme == broken.scheme && row.backend == broken.backend));
        Self {
            changes,
            compared: pairs.iter().filter(|(old, new)| parts(old).is_some() && parts(new).is_some()).count(),
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

/// What changed for one row, if it is more than noise and more than the threshold.
fn change(old: &Row, new: &Row, threshold: f64) -> Option<Change> {
    let times = whole(new)? / whole(old)?;
    let (before, after) = (parts(old)?, parts(new)?);
    let least = |parts: &[f64]| parts.iter().copied().fold(f64::INFINITY, f64::min);
    let most = |parts: &[f64]| parts.iter().copied().fold(0.0, f64::max);
    let slower = least(&after) > most(&before) && times > 1.0 + threshold;
    let faster = most(&after) < least(&before) && times < 1.0 / (1.0 + threshold);
    (slower || faster).then(|| Change { scheme: new.scheme, backend: new.backend.clone(), operation: new.operation, times })
}

/// Cost in pieces of reference work.
fn whole(row: &Row) -> Option<f64> {
    cost(&row.samples)
}

/// The same for each part; `None` with too few batches.
fn parts(row: &Row) -> Option<Vec<f64>> {
    let size = row.samples.len() / BLOCKS;
    (size > 0).then(|| row.samples.chunks(size).take(BLOCKS).filter_map(cost).collect())
}

fn cost(samples: &[(f64, f64)]) -> Option<f64> {
    /// The quick part of the batches.
    const QUICK: f64 = 0.25;
    let quick = |of: fn(&(f64, f64)) -> f64| Some(stats::quantile(&samples.iter().map(of).collect::<Vec<_>>(), QUICK)?.mid);
    Some(quick(|sample| sample.0)? / quick(|sample| sample.1)?)
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
