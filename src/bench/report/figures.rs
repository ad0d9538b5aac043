//! Numbers as people read them: three digits, a unit, and how far they waver.

use crate::bench::stats::Estimate;

/// A number in three digits: `0.123`, `12.3`, `1,230`, `1.23M` from a million on.
#[must_use]
pub fn short(number: f64) -> String {
    match number.abs() {
        n if n < 0.9995 => format!("{number:.3}"),
        n if n < 9.995 => format!("{number:.2}"),
        n if n < 99.95 => format!("{number:.1}"),
        n if n < 9999.5 => format!("{number:.0}"),
        n if n < 99_950.0 => format!("{:.1}k", number / 1e3),
        n if n < 999_500.0 => format!("{:.0}k", number / 1e3),
        n if n < 9_995_000.0 => format!("{:.2}M", number / 1e6),
        _ => format!("{:.1}M", number / 1e6),
    }
}

/// A figure and how many per cent the wider side of its interval is away.
#[must_use]
pub fn with_percent(of: &Estimate) -> String {
    let away = (of.high - of.mid).max(of.mid - of.low) / of.mid * 100.0;
    let away = if away < 9.95 { format!("{away:.1}") } else { format!("{away:.0}") };
    format!("{} ±{away}%", short(of.mid))
}

/// Nanoseconds as microseconds with their interval.
#[must_use]
pub fn micros(ns: &Estimate) -> String {
    format!("{} ({}–{})", short(ns.mid / 1e3), short(ns.low / 1e3), short(ns.high / 1e3))
}

/// A ratio: `×1.04`, `×231`; a dash for none.
#[must_use]
pub fn times(ratio: Option<f64>) -> String {
    ratio.map_or_else(|| "–".to_owned(), |ratio| format!("×{}", if ratio < 0.9995 { format!("{ratio:.2}") } else { short(ratio) }))
}

/// A change in per cent: `+12.3 %` is slower.
#[must_use]
pub fn percent(times: f64) -> String {
    format!("{:+.1} %", (times - 1.0) * 100.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_have_three_digits_or_so() {
        let numbers = [0.0123, 0.9996, 9.996, 43.21, 99.97, 1234.4, 12_345.0, 99_960.0, 1_234_567.0, 12_345_678.0];
        let texts = ["0.012", "1.00", "10.0", "43.2", "100", "1234", "12.3k", "100k", "1.23M", "12.3M"];
        assert_eq!(numbers.map(short), texts);
    }

    #[test]
    fn the_wider_side_counts() {
        assert_eq!(with_percent(&Estimate { low: 99.0, mid: 100.0, high: 104.0 }), "100 ±4.0%");
    }
}
