//! Telling findings apart: by the kinds of their steps, not by their values.

use serde_json::Value;

use super::stage_runner::Found;
use crate::{
    recipe::Recipe,
    step::{KidShape, MacKey, Step},
    verdict::Outcome,
};

/// The kinds of a recipe's steps, sorted: what makes two findings one.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Fingerprint(Vec<String>);

impl Fingerprint {
    /// The trail of a recipe.
    #[must_use]
    pub fn of(recipe: &Recipe) -> Self {
        let mut kinds: Vec<String> = telling(recipe).map(kind).collect();
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

/// The steps of a recipe that do something: attack files also list leaving the `kid` as it is.
pub(super) fn telling(recipe: &Recipe) -> impl Iterator<Item = &Step> {
    recipe.steps.iter().filter(|step| !matches!(step, Step::Kid { is } if **is == KidShape::Kept))
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
        | Step::Append { .. }
        // One weakness has many values of these.
        | Step::EcdsaScalars { .. }
        | Step::EmbedChain { .. }
        | Step::SignWithKey { .. }
        | Step::EddsaSmallOrder { .. }
        | Step::RespellEcdsa { .. }
        | Step::RespellEddsa { .. }
        | Step::SignEddsaVariant { .. }
        | Step::RsaDigestInfo { .. }
        | Step::RsaPadding { .. }
        | Step::RsaHash { .. }
        | Step::RsaPss { .. }
        | Step::RsaInteger { .. } => String::new(),
        Step::Sign { with, .. } => variants(&serde_json::to_value(with).unwrap_or_default()),
        Step::FlipBit { of, .. } | Step::RespellBase64 { of, .. } | Step::SpliceSegment { of, .. } => of.name().to_owned(),
        Step::EmbedKey { r#as, .. } => variants(&serde_json::to_value(r#as).unwrap_or_default()),
        Step::Mac { key, .. } => mac_key(key).to_owned(),
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

/// Where a MAC's key comes from.
fn mac_key(key: &MacKey) -> &'static str {
    match key {
        MacKey::Text(text) | MacKey::Hex(text) if text.is_empty() => "empty",
        MacKey::Text(_) => "text",
        MacKey::Hex(_) => "hex",
        MacKey::PublicKey(_) => "public-key",
        MacKey::Configured {} => "configured",
        MacKey::Member(_) => "member",
        MacKey::Secret(_) => "secret",
        MacKey::SecretPrefix(_) => "secret-prefix",
    }
}

/// The words of enumerations in a serialised step.
fn variants(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Object(members) => {
            let words = members.values().map(variants).filter(|word| !word.is_empty());
            words.collect::<Vec<_>>().join(" ")
        }
        _ => String::new(),
    }
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
