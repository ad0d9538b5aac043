//! Medians and quantiles with intervals that assume nothing about how times are distributed.
//!
//! The interval comes from order statistics: the binomial distribution says between which of the sorted samples the true quantile
//! lies with 95 per cent, here by its normal approximation. It tells how far this run's figure wavers; it knows nothing of
//! what differs between two runs, such as a busier neighbour.

use serde::{Deserialize, Serialize};

/// A figure with its 95 per cent interval.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Estimate {
    /// The lower end of the interval.
    pub low: f64,
    /// The figure.
    pub mid: f64,
    /// The upper end of the interval.
    pub high: f64,
}

impl Estimate {
    /// In another unit.
    #[must_use]
    pub fn times(self, factor: f64) -> Self {
        Self { low: self.low * factor, mid: self.mid * factor, high: self.high * factor }
    }

    /// A rate out of a time, or the other way round.
    #[must_use]
    pub fn inverse(self) -> Self {
        Self { low: 1.0 / self.high, mid: 1.0 / self.mid, high: 1.0 / self.low }
    }

    /// Whether the intervals of the two have anything in common.
    #[must_use]
    pub fn overlaps(&self, other: &Self) -> bool {
        self.low <= other.high && other.low <= self.high
    }
}

/// The median; `None` without samples.
#[must_use]
pub fn median(samples: &[f64]) -> Option<Estimate> {
    let mut sorted = samples.to_vec();
    sorted.sort_by(f64::total_cmp);
    let last = sorted.len().checked_sub(1)?;
    let mid = f64::midpoint(sorted[last / 2], sorted[sorted.len() / 2]);
    Some(Estimate { mid, ..of_sorted(&sorted, 0.5)? })
}

/// The `q` quantile, 0 to 1; `None` without samples.
#[must_use]
pub fn quantile(samples: &[f64], q: f64) -> Option<Estimate> {
    let mut sorted = samples.to_vec();
    sorted.sort_by(f64::total_cmp);
    of_sorted(&sorted, q)
}

#[allow(clippy::cast_precision_loss, clippy::cast_possible_truncation, clippy::cast_sign_loss)] // Ranks are small and clamped.
fn of_sorted(sorted: &[f64], q: f64) -> Option<Estimate> {
    /// Standard deviations on either side that hold 95 per cent.
    const Z: f64 = 1.96;
    let (n, last) = (sorted.len() as f64, sorted.len().checked_sub(1)?);
    let spread = Z * (n * q * (1.0 - q)).sqrt();
    // Ranks count from 1, places from 0.
    let at = |rank: f64| sorted[(rank.max(1.0) as usize - 1).min(last)];
    Some(Estimate { low: at((n * q - spread).floor()), mid: at((n * q).ceil()), high: at((n * q + spread).ceil() + 1.0) })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn counted(n: u32) -> Vec<f64> {
        (1..=n).rev().map(f64::from).collect()
    }

    #[test]
    fn the_interval_of_a_median_has_the_ranks_that_tables_give() {
        // 10 and 22 of 31, 40 and 61 of 100: Conover, Practical Nonparametric Statistics, table A3.
        assert_eq!(median(&counted(31)), Some(Estimate { low: 10.0, mid: 16.0, high: 22.0 }));
        assert_eq!(median(&counted(100)), Some(Estimate { low: 40.0, mid: 50.5, high: 61.0 }));
    }

    #[test]
    fn few_samples_give_all_there_is_and_none_give_nothing() {
        assert_eq!(median(&counted(3)), Some(Estimate { low: 1.0, mid: 2.0, high: 3.0 }));
        assert_eq!(median(&[]), None);
    }

    #[test]
    fn a_high_quantile_stays_within_the_samples() {
        assert_eq!(quantile(&counted(1000), 0.99), Some(Estimate { low: 983.0, mid: 990.0, high: 998.0 }));
        assert_eq!(quantile(&counted(10), 0.99).map(|e| e.high), Some(10.0));
    }
}
