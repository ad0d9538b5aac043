//! Times on the command line: `90s`, `10m`, `1h30m`.

use std::time::Duration;

/// Reads a time with units; a number alone could be anything, so it is refused, and so is no time at all.
pub(super) fn parse(text: &str) -> Result<Duration, String> {
    let time = humantime::parse_duration(text).ok().filter(|time| !time.is_zero());
    time.ok_or_else(|| "a time with its unit, such as 500ms, 30s, 10m, 1h or 1h30m".to_owned())
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
        assert_eq!(seconds("1h 30min"), Ok(5400.0));
        assert_eq!(seconds("500ms"), Ok(0.5));
        for wrong in ["", "10", "s", "0s", "-1s", "ten", "10x", "99999999999999999999h"] {
            assert_eq!(seconds(wrong), Err("a time with its unit, such as 500ms, 30s, 10m, 1h or 1h30m".to_owned()), "{wrong}");
        }
    }

    #[test]
    fn times_are_read_as_they_are_told() {
        for text in ["500ms", "10s", "1m", "1h30m5s"] {
            let time = parse(text).expect("a time");
            assert_eq!(parse(&humantime::format_duration(time).to_string()), Ok(time));
        }
    }
}
