//! What the answer to any token means, without the recipe that made it: by the ledger, the reference mathematics and the policy model.

use super::{
    Oracle, judge,
    ledger::Entry,
    now,
    policy::{self, Rule, Ruling},
};
use crate::{
    token::Draft,
    verdict::{Claims, Echo, Expectation, Outcome, Provenance, Verdict},
};

/// What an answer means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Meaning {
    /// The outcome.
    pub outcome: Outcome,
    /// The rule that an accepted token breaks, where that is the matter.
    pub rule: Option<Rule>,
}

/// As it should be.
pub const HELD: Meaning = Meaning { outcome: Outcome::Held, rule: None };

impl From<Outcome> for Meaning {
    fn from(outcome: Outcome) -> Self {
        Self { outcome, rule: None }
    }
}

impl Oracle<'_> {
    /// What an answer to `token` means, on the way to which the issuer signed `issued`. A refusal is always [`HELD`]; an acceptance
    /// costs up to some hundred verifications.
    #[must_use]
    pub fn meaning(&self, token: &str, issued: &[Entry], canary: &str, verdict: &Verdict) -> Meaning {
        match verdict {
            Verdict::Rejected(_) => HELD,
            Verdict::Crashed(_) => Outcome::Crashed.into(),
            Verdict::Hung(_) => Outcome::Hung.into(),
            Verdict::Accepted(claims) => self.accepted(token, issued, canary, claims.as_ref()),
        }
    }

    /// Whether the issuer signed this header and these claims as a genuine token, whatever the signature of `token` is.
    #[must_use]
    pub fn made(&self, token: &Draft) -> bool {
        self.genuine.iter().flatten().any(|genuine| genuine.segments.iter().take(2).eq(token.segments.iter().take(2)))
    }

    /// Whether the token verifies as it stands, by the configured algorithm's mathematics. How header and claims are spelled is the
    /// signer's affair: nobody else can spell them otherwise.
    #[must_use]
    pub fn verifies(&self, token: &str) -> bool {
        !self.anyone_signs && parts(token).is_some_and(|(input, signature)| self.verifies_weakly(input, &signature))
    }

    /// Whether the specification of the configured algorithm leaves it to the verifier whether the signature is good: Ed25519 with the
    /// cofactor or an R of small order (RFC 8032 section 5.1.7), `DigestInfo` without its NULL (RFC 8017 appendix A.2.4).
    #[must_use]
    pub fn is_left_open(&self, token: &str) -> bool {
        !self.anyone_signs && parts(token).is_some_and(|(input, signature)| self.leaves_open(input, &signature))
    }

    /// The configured algorithm's mathematics.
    pub(super) fn verifies_weakly(&self, input: &[u8], signature: &[u8]) -> bool {
        self.public.verifies_weakly(self.trust.algorithm, input, signature)
    }

    fn accepted(&self, token: &str, issued: &[Entry], canary: &str, claims: Option<&Claims>) -> Meaning {
        // What verifies as RFC 7518 says is good in every spelling of its signature, such as the other s of ECDSA.
        let ledger = self.ledger.with(issued);
        if self.verifies(token) || self.is_left_open(token) {
            let ruled = self.ruled(token);
            // The issuer signed a text, and whoever took it for a token of its own read other claims out of it.
            let inner = ruled.rule == Some(Rule::ClaimsNotAnObject) && ledger.echo(token, canary, claims) == Echo::Canary;
            return if inner { Outcome::Forged.into() } else { ruled };
        }
        let verdict = Verdict::Accepted(claims.cloned());
        let means = |from, echo| Meaning::from(judge(&Expectation::Reject, from, &verdict, echo));
        let meaning = match (ledger.provenance(token), self.provenance_alone(token)) {
            // Good for some algorithm of the key, but not for the configured one.
            (_, Provenance::Genuine) => match self.ruled(token) {
                HELD => means(Provenance::Genuine, Echo::Silent),
                meaning => meaning,
            },
            // The issuer made it, but in a non-standard way: padding, hash, parameters.
            (Provenance::Genuine, _) if self.made(&Draft::parse(token)) => means(Provenance::Respelled, Echo::Silent),
            (Provenance::Genuine, _) => means(Provenance::Genuine, Echo::Silent),
            (Provenance::Forged, Provenance::Respelled) => means(Provenance::Respelled, Echo::Silent),
            (from, _) => means(from, ledger.echo(token, canary, claims)),
        };
        // Where anyone signs, a second spelling adds nothing.
        if self.anyone_signs && meaning.outcome == Outcome::Malleable { HELD } else { meaning }
    }

    /// What the acceptance of a token means that the issuer signed.
    fn ruled(&self, token: &str) -> Meaning {
        match policy::judge(self.trust, token, now()) {
            Ruling::MustRefuse(rule) => Meaning { outcome: Outcome::Policy, rule: Some(rule) },
            Ruling::Good | Ruling::Free(_) => HELD,
        }
    }
}

/// The signing input and the signature of a compact token of three segments.
fn parts(token: &str) -> Option<(&[u8], Vec<u8>)> {
    let (input, signature) = token.rsplit_once('.').filter(|(input, _)| input.matches('.').count() == 1)?;
    Some((input.as_bytes(), data_encoding::BASE64URL_NOPAD.decode(signature.as_bytes()).ok()?))
}
