//! Deviations that are known, each with a reason: `known.toml`.

use std::sync::OnceLock;

use jwt_gauntlet::{
    Algorithm, Outcome,
    algorithm::Family,
    configuration::Configuration,
    internal::libfuzzer::judge::Judgement,
    token::{Draft, Segment},
};
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
    /// The algorithm, where it is only one.
    #[serde(default)]
    pub algorithm: Option<Algorithm>,
    /// For a refusal: how the crate's own error begins.
    #[serde(default)]
    pub error: String,
    /// Why it is not a failure of this run.
    pub because: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Table {
    known: Vec<Known>,
}

/// The entry for what a crate did, if it is known; `error` is that of a refusal. A forgery never is.
pub fn known(name: &str, algorithm: Algorithm, judgement: Judgement, error: &str) -> Option<&'static Known> {
    if judgement.outcome == Outcome::Forged {
        return None;
    }
    let kind = kind(judgement);
    let same = |known: &&Known| known.name == name && known.kind == kind && known.algorithm.is_none_or(|only| only == algorithm);
    table().iter().filter(same).find(|known| error.starts_with(&known.error))
}

/// All of them.
pub fn table() -> &'static [Known] {
    static TABLE: OnceLock<Table> = OnceLock::new();
    &TABLE.get_or_init(|| toml::from_str(include_str!("../known.toml")).expect("known.toml is valid")).known
}

/// What kind of deviation a judgement is, in the words of the table.
#[must_use]
pub fn kind(Judgement { outcome, rule }: Judgement) -> String {
    let name = format!("{outcome:?}").to_lowercase();
    rule.map_or(name.clone(), |rule| format!("{name}/{}", rule.id()))
}

/// Whoever sees an ECDSA signature can write down a second one, with n - s for s, and RFC 7518 section 3.4 takes both.
#[must_use]
pub fn is_other_ecdsa_signature(algorithm: Algorithm, token: &str) -> bool {
    let (draft, Some(issuer)) = (Draft::parse(token), Configuration::default().issuer(algorithm)) else { return false };
    let [_, _, Segment::Bytes(signature)] = draft.segments.as_slice() else { return false };
    algorithm.family() == Family::Ec
        && issuer.made(&draft)
        && issuer.public.verifies(algorithm, draft.signing_input().as_bytes(), signature)
}
