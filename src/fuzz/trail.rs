//! Telling findings apart: by the kinds of their steps, not by their values.

use serde_json::Value;

use super::stage::Found;
use crate::{recipe::Recipe, step::Step};

/// The kinds of a recipe's steps, sorted: what makes two findings one.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Trail(Vec<String>);

impl Trail {
    /// The trail of a recipe.
    #[must_use]
    pub fn of(recipe: &Recipe) -> Self {
        let mut kinds: Vec<String> = recipe.steps.iter().map(kind).collect();
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

/// What a step does, without the values that do not matter: the name of the step and of the member, the variant of an enumeration.
fn kind(step: &Step) -> String {
    let name: &'static str = step.into();
    let with = match step {
        Step::SetHeader { name, to } | Step::AddHeader { name, to, .. } if **name == "alg" => format!("alg {}", algorithm(to)),
        Step::SetHeader { name, .. }
        | Step::AddHeader { name, .. }
        | Step::DropHeader { name }
        | Step::RenameHeader { name, .. } => (**name).clone(),
        Step::SetClaim { name, .. } | Step::AddClaim { name, .. } | Step::DropClaim { name } | Step::RenameClaim { name, .. } => {
            (**name).clone()
        }
        Step::HeaderText { .. }
        | Step::HeaderBytes { .. }
        | Step::ClaimsText { .. }
        | Step::ClaimsBytes { .. }
        | Step::SignatureText { .. }
        | Step::SignatureBytes { .. }
        | Step::FillSignature { .. }
        | Step::RandomSignature { .. }
        | Step::TruncateSignature { .. }
        | Step::ExtendSignature { .. }
        | Step::WireText { .. }
        | Step::Prepend { .. }
        | Step::Append { .. } => String::new(),
        Step::FlipBit { of, .. } => of.name().to_owned(),
        other => variants(&serde_json::to_value(other).unwrap_or_default()),
    };
    if with.is_empty() { name.to_owned() } else { format!("{name} {with}") }
}

/// The kind of an `alg`: values of one kind take the same way through a verifier.
fn algorithm(json: &str) -> &'static str {
    let Ok(Value::String(text)) = serde_json::from_str::<Value>(json) else { return "of another type" };
    let lower = text.to_lowercase();
    match () {
        () if text == "none" => "none",
        () if lower.contains("none") => "much like none",
        () if lower.trim().is_empty() => "empty",
        () if text.parse::<crate::algorithm::Algorithm>().is_ok() && text.starts_with("HS") => "hmac",
        () if text.parse::<crate::algorithm::Algorithm>().is_ok() => "known",
        () => "unknown",
    }
}

/// The words of enumerations in a serialised step; texts under `text`, `hex` and `member` are values.
fn variants(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Object(members) => {
            let words = members.iter().map(|(name, value)| match (name.as_str(), value) {
                ("text" | "hex" | "member", Value::String(_)) => name.clone(),
                (_, Value::Object(_)) if value.as_object().is_some_and(|o| o.len() == 1) => variants(value),
                _ => variants(value),
            });
            words.filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ")
        }
        _ => String::new(),
    }
}

/// Keeps of several findings that say the same the first one.
pub(super) fn distinct(found: &mut Vec<Found>) {
    let mut kept: Vec<Found> = Vec::new();
    for one in found.drain(..) {
        let known = |other: &Found| other.same_as(&one);
        if !kept.iter().any(known) {
            kept.push(one);
        }
    }
    *found = kept;
}
