//! Times on the command line: `90s`, `10m`, `1h30m`.

use std::time::Duration;

/// Reads a time with units; a number alone could be anything, so it is refused.
pub(super) fn parse(text: &str) -> Result<Duration, String> {
    let wrong = || "a time with its unit, such as 500ms, 30s, 10m, 1h or 1h30m".to_owned();
    let mut rest = text.trim();
    let mut total = Duration::ZERO;
    while !rest.is_empty() {
        let digits = rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len());
        let number: u32 = rest[..digits].parse().map_err(|_| wrong())?;
        let unit = &rest[digits..];
        let letters = unit.find(|c: char| c.is_ascii_digit()).unwrap_or(unit.len());
        let one = match &unit[..letters] {
            "ms" => Duration::from_millis(1),
            "s" => Duration::from_secs(1),
            "m" | "min" => Duration::from_secs(60),
            "h" => Duration::from_secs(3600),
            _ => return Err(wrong()),
        };
        total = one.checked_mul(number).and_then(|part| total.checked_add(part)).ok_or_else(wrong)?;
        rest = &unit[letters..];
    }
    if total.is_zero() { Err(wrong()) } else { Ok(total) }
}

/// The shortest spelling that [`parse`] reads, to the second.
pub(super) fn spell(time: Duration) -> String {
    let seconds = time.as_secs();
    let parts = [(seconds / 3600, "h"), (seconds / 60 % 60, "m"), (seconds % 60, "s")];
    let text: String = parts.iter().filter(|(n, _)| *n > 0).map(|(n, unit)| format!("{n}{unit}")).collect();
    if text.is_empty() { format!("{}ms", time.as_millis()) } else { text }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_have_units() {
        let seconds = |text| parse(text).map(|time| time.as_secs_f64());
        assert_eq!(seconds("10s"), Ok(10.0));
        assert_eq!(seconds("2m"), Ok(120.0));
        assert_eq!(seconds("1h30m"), Ok(5400.0));
        assert_eq!(seconds("500ms"), Ok(0.5));
        for wrong in ["", "10", "s", "0s", "-1s", "1.5h", "10 s", "1d", "99999999999999h"] {
            assert!(parse(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn times_are_spelled_as_they_are_read() {
        for text in ["500ms", "10s", "1m", "1h30m5s"] {
            assert_eq!(parse(text).map(spell).as_deref(), Ok(text));
        }
    }
}
