//! Deviations that are known, each with a reason.

use std::sync::OnceLock;

use jwt_gauntlet::{Outcome, Verdict, fuzz::judge::Judgement};
use serde::Deserialize;

/// A known deviation of a crate.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Known {
    /// The crate, as `crates` names it.
    #[serde(rename = "crate")]
    pub name: String,
    /// What the oracle calls it: `malleable`, `policy/typ`, `overstrict`.
    pub kind: String,
    /// For a refusal: how the crate's own error begins.
    #[serde(default)]
    pub error: String,
    /// Why it is no failure of this run.
    pub because: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Table {
    known: Vec<Known>,
}

/// The entry for what a crate did, if it is known. A forgery and a crash never are.
pub fn known(name: &str, judgement: Judgement, verdict: &Verdict) -> Option<&'static Known> {
    if matches!(judgement.outcome, Outcome::Forged | Outcome::Crashed | Outcome::Hung) {
        return None;
    }
    let error = if let Verdict::Rejected(error) = verdict { error } else { "" };
    let kind = super::kind(judgement);
    table().iter().find(|known| known.name == name && known.kind == kind && error.starts_with(&known.error))
}

/// All of them.
pub fn table() -> &'static [Known] {
    static TABLE: OnceLock<Table> = OnceLock::new();
    &TABLE.get_or_init(|| toml::from_str(include_str!("known.toml")).expect("known.toml is valid")).known
}
