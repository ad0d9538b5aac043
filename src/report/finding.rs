//! One finding: what was accepted, how bad that is, and what shows it.

use serde::{Deserialize, Serialize, Serializer};

use super::Control;
use crate::{
    algorithm::Algorithm,
    catalogue::Case,
    verdict::{Claims, Outcome, Severity, Verdict},
};

/// A case that did not hold, twice. Reads back from a report, save for its claims.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Finding {
    /// The case's id.
    pub case: String,
    /// The algorithm that the target was set up for.
    pub algorithm: Algorithm,
    /// What happened.
    pub outcome: Outcome,
    /// How bad that is.
    pub severity: Severity,
    /// The weakness in one sentence.
    pub title: String,
    /// The token, for replay.
    pub token: String,
    /// The claims that the target gave back, as JSON where they are JSON.
    #[serde(serialize_with = "claims_as_json", skip_deserializing)]
    pub claims: Option<Claims>,
    /// What it means.
    pub why: String,
    /// RFC sections and CVE numbers.
    pub references: Vec<String>,
    /// CWE numbers.
    pub cwe: Vec<String>,
    /// What to do about it.
    pub remedy: String,
    /// What shows that the acceptance is one of this token; `None` where nothing was accepted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub proof: Option<Proof>,
    /// How the target was set up, if not as usual.
    pub configuration: String,
}

/// What shows that an acceptance is one of the token asked about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Proof {
    /// Claims came back with it that hold the token's canary.
    Canary,
    /// The target said so, and it accepts genuine tokens.
    Answer,
    /// The target said so, but under that set-up it refused every genuine token: perhaps its answers are about nothing.
    Doubtful,
}

impl Finding {
    pub(crate) fn new(
        case: &Case,
        algorithm: Algorithm,
        outcome: Outcome,
        (token, canary): (&str, Option<&str>),
        verdict: &Verdict,
    ) -> Self {
        let attack = &case.attack;
        let echoed = canary.filter(|canary| matches!(verdict, Verdict::Accepted(Some(Claims(text))) if text.contains(canary)));
        Self {
            case: case.id.clone(),
            algorithm,
            outcome,
            severity: severity(outcome, attack.severity),
            title: attack.title.clone(),
            token: token.to_owned(),
            claims: match verdict {
                Verdict::Accepted(claims) => claims.clone(),
                _ => None,
            },
            why: match outcome {
                Outcome::Policy if case.configuration.has_void_key() => VOID_KEY.to_owned(),
                _ => why(outcome, echoed, verdict),
            },
            references: attack.references.clone(),
            cwe: attack.cwe.clone(),
            remedy: attack.remedy.clone(),
            proof: match verdict {
                Verdict::Accepted(_) if is_acceptance(outcome) => Some(echoed.map_or(Proof::Answer, |_| Proof::Canary)),
                _ => None,
            },
            configuration: case.configuration.label(),
        }
    }

    /// Doubts an acceptance that nothing but the answer shows, if the target refused every genuine token beside it.
    pub(crate) fn grade(&mut self, control: Option<&Control>) {
        if self.proof == Some(Proof::Answer) && control.is_some_and(|control| control.genuine_accepted == 0) {
            self.proof = Some(Proof::Doubtful);
            self.severity = self.severity.min(Severity::Medium);
            DOUBTFUL.clone_into(&mut self.why);
        }
    }
}

/// How bad an outcome is, given how bad the attack is when it succeeds as meant.
fn severity(outcome: Outcome, attack: Severity) -> Severity {
    match outcome {
        Outcome::Forged | Outcome::Policy => attack,
        Outcome::Crashed | Outcome::Hung => attack.max(Severity::Medium).min(Severity::High),
        Outcome::Slow => attack.max(Severity::Low).min(Severity::High),
        Outcome::Malleable => attack.min(Severity::Low),
        Outcome::Overstrict | Outcome::Held | Outcome::Vacuous | Outcome::Skipped => Severity::Info,
    }
}

/// Whether an outcome is that something was accepted.
fn is_acceptance(outcome: Outcome) -> bool {
    matches!(outcome, Outcome::Forged | Outcome::Policy | Outcome::Malleable)
}

const DOUBTFUL: &str = "The target accepted this token while it refused every genuine token under the same set-up, so that its answers may be about \
                        something else. Nothing is proven before the controls pass.";

const VOID_KEY: &str = "Anyone can forge signatures for the configured key. The target must refuse to load this key, but used it.";

fn why(outcome: Outcome, echoed: Option<&str>, verdict: &Verdict) -> String {
    match (outcome, verdict) {
        (Outcome::Forged, _) => match echoed {
            Some(canary) => {
                format!("The target accepted claims that no trusted key signed, and returned them: canary {canary} came back.")
            }
            None => "The target accepted a token that no trusted key signed.".to_owned(),
        },
        (Outcome::Policy, _) => "A trusted key signed this token, but it breaks a rule and must be refused. It was accepted.".to_owned(),
        (Outcome::Malleable, _) => {
            "The claims are the issuer's, but the token's bytes are not: several encodings of one token are accepted, which bypasses denylists and caches indexed by the token string.".to_owned()
        }
        (Outcome::Overstrict, Verdict::Rejected(reason)) => format!("The target refused a valid token: {reason}"),
        (Outcome::Crashed, Verdict::Crashed(reason)) => format!("The target crashed on this token: {reason}"),
        (Outcome::Hung, Verdict::Hung(limit)) => format!("The target gave no answer within {} ms.", limit.as_millis()),
        (Outcome::Slow, _) => "Each answer took far longer than the answer to a genuine token.".to_owned(),
        _ => "The target gave different answers to the same token.".to_owned(),
    }
}

#[allow(clippy::ref_option)] // serde's signature.
fn claims_as_json<S: Serializer>(claims: &Option<Claims>, serializer: S) -> Result<S::Ok, S::Error> {
    match claims {
        None => serializer.serialize_none(),
        // Claims may be text that no JSON library prints back, such as a number of a thousand digits or a NaN.
        Some(Claims(text)) => match serde_json::from_str::<serde_json::Value>(text) {
            Ok(value) => value.serialize(serializer),
            Err(_) => serializer.serialize_str(text),
        },
    }
}
