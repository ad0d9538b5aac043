//! What should happen, what happened, and what that means: three enums; the table between them is `oracle::judge`.
//!
//! Deliberately absent: any deciding.

use std::time::Duration;

use serde::{Deserialize, Serialize};

/// What a correct verifier does with a token.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Expectation {
    /// It must accept: the token is genuine and good.
    Accept,
    /// It must refuse.
    Reject,
    /// Both are defensible.
    Either {
        /// Why.
        because: String,
    },
}

/// The claims that a verifier handed to its application, as JSON text. Kept raw, because verifiers echo numbers, nesting and names
/// that a JSON library would refuse.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Claims(pub String);

/// How a verifier answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It accepted, and gave these claims if it gives any.
    Accepted(Option<Claims>),
    /// It refused, with this reason.
    Rejected(String),
    /// It died, or panicked.
    Crashed(String),
    /// It gave no answer in time.
    Hung(Duration),
}

impl Verdict {
    /// Accepted, with these claims as JSON text.
    pub fn accepted(claims: impl Into<String>) -> Self {
        Self::Accepted(Some(Claims(claims.into())))
    }

    /// Refused, with this reason.
    pub fn rejected(reason: impl Into<String>) -> Self {
        Self::Rejected(reason.into())
    }
}

/// Where a token's bytes come from, by the oracle's record of what the trusted keys signed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Provenance {
    /// A trusted key signed exactly this text.
    Genuine,
    /// A trusted key signed this header and these claims; the spelling, or the spelling of the signature, is another.
    Respelled,
    /// No trusted key signed this.
    Forged,
}

/// How bad a finding is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Severity {
    /// Worth knowing, nothing to fix.
    Info,
    /// A deviation without known harm of its own.
    Low,
    /// Harm in some set-ups.
    Medium,
    /// Harm in ordinary set-ups.
    High,
    /// Anyone can log in as anyone.
    Critical,
}

/// What an answer means, by gravity.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Outcome {
    /// As it should be.
    Held,
    /// Refused, but so is the token without its forged part: nothing is proven.
    Vacuous,
    /// Not asked; the reason is beside it.
    Skipped,
    /// A good token was refused.
    Overstrict,
    /// The claims are the issuer's, the bytes are not: two spellings of one token.
    Malleable,
    /// A token that a trusted key signed, and that must be refused all the same, was accepted.
    Policy,
    /// The answer took far longer than the answer to the control.
    Slow,
    /// No answer within the time limit.
    Hung,
    /// The target died.
    Crashed,
    /// A token that no trusted key signed was accepted.
    Forged,
}

/// Whose claims came back with an acceptance.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Echo {
    /// None, or none that tell: only the answer counts.
    Silent,
    /// The claims of the genuine token that the forged one quotes in full.
    Quoted,
    /// Claims that hold the case's canary, which no trusted key signed.
    Canary,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn outcomes_rank_by_gravity() {
        let ranked = [
            Outcome::Held,
            Outcome::Vacuous,
            Outcome::Skipped,
            Outcome::Overstrict,
            Outcome::Malleable,
            Outcome::Policy,
            Outcome::Slow,
            Outcome::Hung,
            Outcome::Crashed,
            Outcome::Forged,
        ];
        assert!(ranked.windows(2).all(|pair| pair[0] < pair[1]));
    }
}
