//! What a bench was asked for on its command line, apart from what criterion does with it.

use std::time::Duration;

use criterion::Criterion;

use crate::measure::Effort;

/// What to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Run {
    /// `--quick`: figures for CI.
    pub quick: bool,
    /// Whether the tables are wanted: not with `--test`, `--list`, `--profile-time` or `--load-baseline`.
    pub tables: bool,
    filter: Option<String>,
}

/// Options of criterion that are followed by a value.
const WITH_VALUE: [&str; 16] = [
    "-b",
    "-c",
    "-s",
    "--baseline",
    "--baseline-lenient",
    "--color",
    "--confidence-level",
    "--load-baseline",
    "--measurement-time",
    "--noise-threshold",
    "--nresamples",
    "--output-format",
    "--profile-time",
    "--sample-size",
    "--save-baseline",
    "--warm-up-time",
];

impl Run {
    /// Reads the arguments behind the program's name.
    pub fn of(args: impl IntoIterator<Item = String>) -> Self {
        let mut run = Self { quick: false, tables: true, filter: None };
        let mut args = args.into_iter();
        while let Some(arg) = args.next() {
            let name = arg.split_once('=').map_or(arg.as_str(), |(name, _)| name);
            match name {
                "--quick" => run.quick = true,
                "--test" | "--list" | "--profile-time" | "--load-baseline" => run.tables = false,
                _ if !name.starts_with('-') => run.filter = Some(arg.clone()),
                _ => {}
            }
            if WITH_VALUE.contains(&arg.as_str()) {
                args.next();
            }
        }
        run
    }

    /// Whether a row of a table is wanted: its id contains the filter. (To criterion the filter is a regular expression.)
    #[must_use]
    pub fn wants(&self, id: &str) -> bool {
        self.filter.as_ref().is_none_or(|filter| id.contains(filter))
    }

    /// How much to measure for the tables.
    #[must_use]
    pub fn effort(&self) -> Effort {
        if self.quick { Effort::QUICK } else { Effort::FULL }
    }

    /// Criterion with short times: there are many cells, and the tables compare better than its figures do.
    #[must_use]
    pub fn criterion(&self) -> Criterion {
        let times = if self.quick { [50, 100] } else { [200, 800] }.map(Duration::from_millis);
        Criterion::default().sample_size(20).warm_up_time(times[0]).measurement_time(times[1]).configure_from_args()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(args: &[&str]) -> Run {
        Run::of(args.iter().map(|&arg| arg.to_owned()))
    }

    #[test]
    fn a_value_is_no_filter() {
        let run = of(&["--bench", "--save-baseline", "before", "--sample-size=10", "HS256"]);
        assert!(run.wants("HS256/verify") && !run.wants("ES256/verify") && run.tables && !run.quick);
        let run = of(&["--measurement-time", "3", "--quick"]);
        assert!(run.wants("ES256/verify") && run.quick);
    }

    #[test]
    fn a_smoke_test_has_no_tables() {
        assert!(!of(&["--test"]).tables && !of(&["--list"]).tables && !of(&["--profile-time", "5"]).tables);
    }
}
