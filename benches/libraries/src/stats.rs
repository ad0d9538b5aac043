//! Medians with intervals that assume nothing about how times are distributed: between which of the sorted samples the true median
//! lies with 95 per cent, by the normal approximation of the binomial distribution.

/// A median with its 95 per cent interval.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Estimate {
    /// The lower end of the interval.
    pub low: f64,
    /// The median.
    pub mid: f64,
    /// The upper end of the interval.
    pub high: f64,
}

impl Estimate {
    /// Half the width of the interval, as a part of the median.
    #[must_use]
    pub fn wavers(&self) -> f64 {
        (self.high - self.low) / 2.0 / self.mid
    }
}

/// The median.
///
/// # Panics
/// Without samples.
#[must_use]
#[allow(clippy::cast_precision_loss, clippy::cast_possible_truncation, clippy::cast_sign_loss)] // Ranks are small and clamped.
pub fn median(mut samples: Vec<f64>) -> Estimate {
    samples.sort_by(f64::total_cmp);
    let n = samples.len() as f64;
    let last = samples.len().checked_sub(1).expect("there are samples");
    let spread = 1.96 * n.sqrt() / 2.0;
    // Ranks count from 1, places from 0.
    let at = |rank: f64| samples[(rank.max(1.0) as usize - 1).min(last)];
    let mid = f64::midpoint(samples[last / 2], samples[samples.len() / 2]);
    Estimate { low: at((n / 2.0 - spread).floor()), mid, high: at((n / 2.0 + spread).ceil() + 1.0) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_interval_has_the_ranks_that_tables_give() {
        // 10 and 22 of 31, 40 and 61 of 100: Conover, Practical Nonparametric Statistics, table A3.
        let counted = |n: u32| median((1..=n).rev().map(f64::from).collect());
        assert_eq!(counted(31), Estimate { low: 10.0, mid: 16.0, high: 22.0 });
        assert_eq!(counted(100), Estimate { low: 40.0, mid: 50.5, high: 61.0 });
        assert_eq!(counted(3), Estimate { low: 1.0, mid: 2.0, high: 3.0 });
    }
}
