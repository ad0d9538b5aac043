//! Forging one token: a base, the steps, and the bench they work on.

use data_encoding::HEXLOWER;
use serde::{Deserialize, Serialize};

use crate::{
    algorithm::{Algorithm, Sha2},
    issuer::Issuer,
    oracle::ledger::Entry,
    step::{Step, StepError, Work},
    token::Token,
    verdict::Provenance,
};

/// The token from which a recipe starts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Base {
    /// A token as the issuer made it.
    Genuine,
    /// The same with another subject and the canary in its claims. The signature is still the genuine one's, so it no longer fits.
    Forged,
}

/// How a token is made.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Recipe {
    /// Where it starts.
    pub from: Base,
    /// What is done to it, in order.
    pub steps: Vec<Step>,
}

/// A token that a recipe made.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Forged {
    /// The wire text.
    pub token: Token,
    /// 32 hex digits that stand in the claims of a token from [`Base::Forged`], and in no other token.
    pub canary: String,
    /// Where its bytes come from.
    pub provenance: Provenance,
    /// What the issuer signed on the way.
    #[doc(hidden)]
    pub issued: Vec<Entry>,
}

impl Recipe {
    /// Makes the token. The same issuer, seed and `id` give the same bytes.
    ///
    /// # Errors
    /// If a step cannot be applied with these keys; the case is then skipped.
    pub fn forge(&self, issuer: &Issuer, seed: u64, id: &str) -> Result<Forged, StepError> {
        let entropy = Sha2::Sha256.digest(format!("{seed}/{id}/{}", issuer.trust.algorithm).as_bytes());
        let canary = HEXLOWER.encode(&entropy[..16]);
        let mut work = self.start(issuer, entropy, &canary);
        for step in &self.steps {
            step.apply(&mut work)?;
        }
        let token = Token(work.wire_text());
        let provenance = match issuer.ledger_with(work.issued()).provenance(token.as_str()) {
            // The issuer signed an odd variant of what it had signed properly: two spellings of one token.
            Provenance::Genuine if issuer.made(work.draft()) => match issuer.ledger_with(&[]).provenance(token.as_str()) {
                Provenance::Genuine => Provenance::Genuine,
                _ => Provenance::Respelled,
            },
            other => other,
        };
        Ok(Forged { token, canary, provenance, issued: work.into_issued() })
    }

    /// The bench with the base token on it, before any step.
    #[must_use]
    pub fn start<'a>(&self, issuer: &'a Issuer, entropy: Vec<u8>, canary: &str) -> Work<'a> {
        let draft = match self.from {
            Base::Genuine => issuer.genuine().clone(),
            Base::Forged => issuer.with_canary(canary),
        };
        Work::new(draft, issuer, entropy)
    }

    /// Whether forging it takes far longer than verifying it; see [`Step::is_expensive`].
    #[must_use]
    pub fn is_expensive(&self, algorithm: Algorithm) -> bool {
        self.steps.iter().any(|step| step.is_expensive(algorithm))
    }

    /// Recipes that are a little smaller: with steps left out, halves before single ones, then with plainer values.
    #[cfg(feature = "proptest")]
    pub(crate) fn smaller(&self) -> Vec<Self> {
        let with = |steps: Vec<Step>| Self { from: self.from, steps };
        let (steps, mut out) = (&self.steps, Vec::new());
        let mut size = steps.len();
        while size > 0 {
            for start in (0..steps.len()).step_by(size) {
                let end = (start + size).min(steps.len());
                out.push(with([&steps[..start], &steps[end..]].concat()));
            }
            size /= 2;
        }
        for (at, step) in steps.iter().enumerate() {
            for plainer in step.plainer() {
                let mut steps = steps.clone();
                steps[at] = plainer;
                out.push(with(steps));
            }
        }
        out
    }
}
