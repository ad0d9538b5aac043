//! What changed between two runs, beyond noise.
//!
//! Between two runs of the same code lies more than within one: another clock, other neighbours, and other places in memory for the
//! code, the stack and the heap of the process. Nearly all of that makes calls slower and none of it makes them quicker than they are.
//! So two runs are compared by their quick batches, and each run is made in parts, each in a process of its own, so that some of them
//! find quiet and a good place.
//!
//! A change counts if of all batches of both runs the `k` quickest belong to one run alone, *and* the quick batches of the two differ by
//! more than the threshold. For equal code that is as likely as `k` draws of one colour out of an urn; `k` is chosen so that it happens
//! in one comparison in twenty, however many rows are looked at (Bonferroni). What the slower batches do does not matter. Times are
//! counted in pieces of reference work of the same part, so that another clock cancels out.
//!
//! The price: where neighbours leave no batch of one run alone, their doing looks like a change, and where both runs have few quiet
//! batches, a real change drowns.

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
        let (before, after) = (clocks(old), clocks(new));
        let costs = |(old, new): &(&Row, &Row)| (costs(old, &before), costs(new, &after));
        let compared = pairs.iter().filter(|(old, new)| !old.parts.is_empty() && !new.parts.is_empty()).count();
        let differs = |pair: &(&Row, &Row)| {
            let (old, new) = costs(pair);
            let times = change(&old, &new, threshold, compared)?;
            Some(Change { scheme: pair.1.scheme, backend: pair.1.backend.clone(), operation: pair.1.operation, times })
        };
        let mut changes: Vec<Change> = pairs.iter().filter_map(differs).collect();
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

/// Cost now over cost before for one row of so many, if it is more than chance and more than the threshold; both are sorted.
fn change(old: &[f64], new: &[f64], threshold: f64, rows: usize) -> Option<f64> {
    /// The batches that count as quick.
    const QUICK: f64 = 0.15;
    let times = stats::quantile(new, QUICK)?.mid / stats::quantile(old, QUICK)?.mid;
    let slower = times > 1.0 + threshold && apart(old, new, rows);
    let faster = times < 1.0 / (1.0 + threshold) && apart(new, old, rows);
    (slower || faster).then_some(times)
}

/// Whether more of the quickest batches are `quick`'s than chance allows.
fn apart(quick: &[f64], slow: &[f64], rows: usize) -> bool {
    quickest(quick.len(), slow.len(), rows).is_some_and(|k| quick[k - 1] < slow[0])
}

/// How many of the quickest of `n + m` batches have to be among the `n`; `None` if there are too few to tell.
fn quickest(n: usize, m: usize, rows: usize) -> Option<usize> {
    /// How often a comparison of a program with itself may show any change.
    const CHANCE: f64 = 0.05;
    let count = |number: usize| f64::from(u32::try_from(number).unwrap_or(u32::MAX));
    // Either run may be the quicker one.
    let mut chance = 2.0 * count(rows.max(1));
    (1..=n).filter(|_| m > 0).find(|k| {
        chance *= count(n - k + 1) / count(n + m - k + 1);
        chance <= CHANCE
    })
}

/// What the reference took in each part, at its quick tenth.
fn clocks(results: &Results) -> Vec<f64> {
    let parts = results.rows.iter().map(|row| row.parts.len()).max().unwrap_or_default();
    let clock = |part: usize| {
        let times = results.rows.iter().filter_map(|row| row.parts.get(part)).flatten();
        stats::quantile(&times.map(|(_, reference)| *reference).collect::<Vec<_>>(), 0.1).map_or(1.0, |time| time.mid)
    };
    (0..parts).map(clock).collect()
}

/// What each batch says that a call costs, in pieces of reference work, sorted.
fn costs(row: &Row, clocks: &[f64]) -> Vec<f64> {
    let parts = row.parts.iter().zip(clocks);
    let mut costs: Vec<f64> = parts.flat_map(|(part, clock)| part.iter().map(move |(own, _)| own / clock)).collect();
    costs.sort_by(f64::total_cmp);
    costs
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
