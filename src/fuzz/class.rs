//! What a finding is called, and the attack file that it becomes.

use std::sync::Arc;

use super::{Fingerprint, fingerprint::telling, stage::Stage};
use crate::{
    catalogue::{Attack, Case, Catalogue},
    configuration::Configuration,
    oracle::Meaning,
    recipe::Recipe,
    verdict::{Expectation, Outcome, Severity},
};

impl Stage {
    /// The case of a finding.
    pub(crate) fn case(&self, recipe: Recipe, meaning: Meaning, catalogue: &Catalogue) -> Case {
        let fingerprint = Fingerprint::of(&recipe);
        let known = match meaning.rule {
            Some(_) => None,
            None if self.issuer().anyone_signs() && meaning.outcome == Outcome::Policy => {
                class_of_key(catalogue, self.configuration())
            }
            None => class_of(catalogue, &recipe, &fingerprint, self.configuration()),
        };
        let attack = attack(&fingerprint, meaning, known.as_deref());
        let set_up = if *self.configuration() == Configuration::default() {
            String::new()
        } else {
            format!("-{}", self.configuration().slug())
        };
        Case {
            id: format!("{}#{}{set_up}", attack.id, self.algorithm()),
            attack: Arc::new(attack),
            applies: vec![self.algorithm()],
            configuration: self.configuration().clone(),
            recipe,
            expect: Expectation::Reject,
        }
    }
}

/// The class of a finding: its texts come from the attack file that describes it, from the rule that was broken, or from the outcome.
fn attack(fingerprint: &Fingerprint, meaning: Meaning, known: Option<&Attack>) -> Attack {
    let kind = serde_json::to_value(meaning.outcome).ok().and_then(|v| v.as_str().map(str::to_owned)).unwrap_or_default();
    let id = match meaning.rule {
        Some(rule) => format!("fuzz/policy-{}", rule.id()),
        None => format!("fuzz/{kind}-{}", fingerprint.slug()),
    };
    let text = |title: &str, severity, references: &[&str], cwe: &[&str], remedy: &str| Attack {
        id: id.clone(),
        title: title.to_owned(),
        severity,
        cwe: cwe.iter().map(|s| (*s).to_owned()).collect(),
        references: references.iter().map(|s| (*s).to_owned()).collect(),
        remedy: remedy.to_owned(),
    };
    match (meaning.rule, known, meaning.outcome) {
        (Some(rule), ..) => text(rule.title(), rule.severity(), rule.references(), &[rule.cwe()], rule.remedy()),
        (_, Some(known), _) => Attack { id, ..known.clone() },
        (_, _, Outcome::Forged) => text(
            "A token that no trusted key signed is accepted",
            Severity::Critical,
            &["RFC 7515 section 5.2", "RFC 8725 section 3"],
            &["CWE-347"],
            "Choose algorithm and key from the configuration only, verify before using any contents, and refuse everything else.",
        ),
        (_, _, Outcome::Policy) => text(
            "A non-standard signature by the trusted key is accepted",
            Severity::Medium,
            &["RFC 7518 section 3", "RFC 8017 section 8"],
            &["CWE-347"],
            "Verify signatures exactly as the algorithm's specification says.",
        ),
        (_, _, Outcome::Malleable) => text(
            "One token is accepted in more than one encoding",
            Severity::Low,
            &["RFC 7515 section 2", "RFC 7515 section 5.2"],
            &["CWE-347"],
            "Accept only the compact serialisation in canonical base64url, with canonical signatures.",
        ),
        (_, _, Outcome::Crashed) => text(
            "A token crashes the verifier",
            Severity::High,
            &["RFC 8725 section 3.11"],
            &["CWE-248", "CWE-400"],
            "Treat every token as hostile input: limit its size, and refuse the token on any error.",
        ),
        _ => text(
            "A token takes the verifier far longer to process than a genuine one",
            Severity::Medium,
            &["RFC 8725 section 3.11"],
            &["CWE-400", "CWE-407"],
            "Limit the size of tokens and the depth of their JSON before parsing.",
        ),
    }
}

/// The class of the attack file that describes the finding: one with the same steps, or the only one with steps of the same kinds. Where
/// several have those, the kinds do not tell which weakness it is, and none is named.
fn class_of(
    catalogue: &Catalogue,
    recipe: &Recipe,
    fingerprint: &Fingerprint,
    configuration: &Configuration,
) -> Option<Arc<Attack>> {
    let set_up = |case: &Case| case.configuration == *configuration || case.configuration == Configuration::default();
    let alike = |case: &&Case| {
        case.expect == Expectation::Reject
            && set_up(case)
            && case.recipe.from == recipe.from
            && Fingerprint::of(&case.recipe) == *fingerprint
    };
    let alike: Vec<&Case> = catalogue.cases.iter().filter(alike).collect();
    let same = alike.iter().find(|case| telling(&case.recipe).eq(telling(recipe)));
    let only = alike.first().filter(|first| alike.iter().all(|case| case.attack.id == first.attack.id));
    same.or(only).map(|case| Arc::clone(&case.attack))
}

/// The class of the attack file about that configured key.
fn class_of_key(catalogue: &Catalogue, configuration: &Configuration) -> Option<Arc<Attack>> {
    let same = |case: &&Case| case.expect == Expectation::Reject && case.configuration.key == configuration.key;
    catalogue.cases.iter().find(same).map(|case| Arc::clone(&case.attack))
}
