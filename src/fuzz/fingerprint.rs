//! Telling findings apart: by the kinds of their steps, not by their values.

use super::stage_runner::Found;
use crate::{recipe::Recipe, step::Step, verdict::Outcome};

/// The kinds of a recipe's steps, sorted: what makes two findings one.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Fingerprint(Vec<String>);

impl Fingerprint {
    /// The trail of a recipe.
    #[must_use]
    pub fn of(recipe: &Recipe) -> Self {
        let mut kinds: Vec<String> = telling(recipe).map(Step::kind).collect();
        kinds.sort();
        kinds.dedup();
        Self(kinds)
    }

    /// Whether every kind of step of this one is in the other, so that the other may be no more than this with additions.
    #[must_use]
    pub fn within(&self, other: &Self) -> bool {
        self.0.iter().all(|kind| other.0.contains(kind))
    }

    /// A name for files and ids, such as `set-header-alg-none-drop-signature`.
    #[must_use]
    pub fn slug(&self) -> String {
        let text = if self.0.is_empty() { "as-it-is".to_owned() } else { self.0.join("-") };
        let mut slug = String::new();
        for c in text.chars() {
            if c.is_ascii_alphanumeric() {
                slug.push(c.to_ascii_lowercase());
            } else if !slug.ends_with('-') && !slug.is_empty() {
                slug.push('-');
            }
        }
        let slug = slug.trim_end_matches('-');
        slug.chars().take(80).collect::<String>().trim_end_matches('-').to_owned()
    }
}

/// The steps of a recipe that do something.
pub(super) fn telling(recipe: &Recipe) -> impl Iterator<Item = &Step> {
    recipe.steps.iter().filter(|step| !step.is_idle())
}

/// Keeps of several findings that say the same the first one, and none that a graver one with the same steps, or fewer, explains.
pub(super) fn distinct(found: &mut Vec<Found>) {
    let mut kept: Vec<Found> = Vec::new();
    for one in found.drain(..) {
        if !kept.iter().any(|other| other.same_as(&one)) {
            kept.push(one);
        }
    }
    let forged: Vec<Fingerprint> =
        kept.iter().filter(|f| f.finding.outcome == Outcome::Forged).map(|f| f.fingerprint().clone()).collect();
    let explained = |f: &Found| {
        f.finding.outcome < Outcome::Slow
            && !f.breaks_rule()
            && forged.iter().any(|fingerprint| fingerprint.within(f.fingerprint()))
    };
    kept.retain(|f| !explained(f));
    *found = kept;
}
