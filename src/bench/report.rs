//! Reports of a run: one format, one file, pure functions over [`Results`].

mod charts;
pub mod figures;
pub mod html;
pub mod human;
pub mod markdown;
mod words;

pub use self::words::verdict;
use super::results::Results;

/// The JSON report: the baseline of later runs.
#[must_use]
pub fn json(results: &Results) -> String {
    serde_json::to_string(results).expect("results are JSON") + "\n"
}

#[cfg(test)]
mod tests;
