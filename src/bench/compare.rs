//! What changed between two runs, beyond noise.
//!
//! Between two runs of the same code lies more than within one: another clock, other neighbours, and other places in memory for the
//! code, the stack and the heap of the process. What neighbours do is seen beside each batch by the [reference](super::reference): a
//! batch during which it was as quick as at the best moments of the two runs was quiet. Only quiet batches are compared, and their times
//! are counted in reference work of the same part, so that another clock cancels out. Each run is made in parts, each in a process of
//! its own, so that some of them find a good place in memory.
//!
//! A change counts if of all quiet batches of both runs the `k` quickest belong to one run alone, *and* the quick ones of the two differ
//! by more than the threshold. For equal code that is as likely as `k` draws of one colour out of an urn; `k` is chosen so that it
//! happens in one comparison in a hundred, however many rows are looked at (Bonferroni). What the slower batches do does not matter.
//!
//! The price: a row with few quiet batches cannot be compared, and that is said of it. It needs a longer run, or a quieter machine.

use super::{
    contender::Operation,
    results::{Batch, Results, Row},
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
    /// Rows that could not: too few of their batches were quiet.
    pub busy: usize,
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
        let measured: Vec<&(&Row, &Row)> =
            pairs.iter().filter(|(old, new)| !old.parts.is_empty() && !new.parts.is_empty()).collect();
        let (before, after) = (Moments::of(old), Moments::of(new));
        // On another machine the best moments are others.
        let best = if old.machine.processor == new.machine.processor { before.best.min(after.best) } else { f64::INFINITY };
        let costs = |(old, new): &(&Row, &Row)| (before.costs(old, best), after.costs(new, best));
        let (mut changes, mut busy) = (Vec::new(), 0);
        for pair in &measured {
            let (old, new) = costs(pair);
            if [quickest(old.len(), new.len(), measured.len()), quickest(new.len(), old.len(), measured.len())].contains(&None) {
                busy += 1;
            } else if let Some(times) = change(&old, &new, threshold, measured.len()) {
                let Row { scheme, backend, operation, .. } = pair.1;
                changes.push(Change { scheme: *scheme, backend: backend.clone(), operation: *operation, times });
            }
        }
        changes.sort_by(|a: &Change, b| b.times.total_cmp(&a.times));
        let broken = new
            .broken
            .iter()
            .filter(|broken| old.rows.iter().any(|row| row.scheme == broken.scheme && row.backend == broken.backend));
        Self {
            changes,
            compared: measured.len() - busy,
            busy,
            gone: old.rows.len() - pairs.len(),
            new: new.rows.len() - pairs.len(),
            broken: broken.map(|broken| (broken.scheme, broken.backend.clone())).collect(),
            notes: notes(old, new),
            threshold,
        }
    }

    /// Whether nothing at all could be told, since the machine was busy.
    #[must_use]
    pub const fn blind(&self) -> bool {
        self.compared == 0 && self.busy > 0
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
    const CHANCE: f64 = 0.01;
    let count = |number: usize| f64::from(u32::try_from(number).unwrap_or(u32::MAX));
    // Either run may be the quicker one.
    let mut chance = 2.0 * count(rows.max(1));
    (1..=n).filter(|_| m > 0).find(|k| {
        chance *= count(n - k + 1) / count(n + m - k + 1);
        chance <= CHANCE
    })
}

/// What the reference says of a run.
struct Moments {
    /// What the clock took in each part, at its quick tenth.
    clocks: Vec<f64>,
    /// What the crowd took at the best moments, in clocks.
    best: f64,
}

impl Moments {
    fn of(results: &Results) -> Self {
        /// Rare enough to be the best, and often enough not to be a slip of the clock.
        const BEST: f64 = 0.02;
        let parts = results.rows.iter().map(|row| row.parts.len()).max().unwrap_or_default();
        let batches = |part: usize| results.rows.iter().filter_map(move |row| row.parts.get(part)).flatten();
        let clock = |part: usize| {
            let clocks: Vec<f64> = batches(part).map(|batch| batch.clock).collect();
            stats::quantile(&clocks, 0.1).map_or(1.0, |clock| clock.mid)
        };
        let clocks: Vec<f64> = (0..parts).map(clock).collect();
        let crowds: Vec<f64> =
            clocks.iter().enumerate().flat_map(|(part, clock)| batches(part).map(move |batch| batch.crowd / clock)).collect();
        let best = stats::quantile(&crowds, BEST).map_or(0.0, |crowd| crowd.mid);
        Self { clocks, best }
    }

    /// What each quiet batch says that a call costs, in clocks, sorted; nothing if hardly any was quiet. Nothing was better than `best`.
    fn costs(&self, row: &Row, best: f64) -> Vec<f64> {
        /// Up to here a moment is as good as the best.
        const QUIET: f64 = 1.1;
        /// Of fewer, one in so many, most are crowded ones in which the neighbour paused whenever the reference looked.
        const SHARE: usize = 20;
        let limit = self.best.min(best) * QUIET;
        let cost = |batch: &Batch, clock: f64| (batch.crowd / clock <= limit).then_some(batch.call / clock);
        let parts = row.parts.iter().zip(&self.clocks);
        let mut quiet: Vec<f64> =
            parts.flat_map(|(part, clock)| part.iter().filter_map(move |batch| cost(batch, *clock))).collect();
        if quiet.len() * SHARE < row.parts.iter().map(Vec::len).sum() {
            quiet.clear();
        }
        quiet.sort_by(f64::total_cmp);
        quiet
    }
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
