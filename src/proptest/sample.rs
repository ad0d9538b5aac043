//! Making of a recipe what a strategy promises, or nothing: no token leaves here whose provenance is another.

use std::fmt;

use super::tree::World;
use crate::{
    algorithm::Algorithm,
    oracle::policy::{self, Ruling},
    recipe::Recipe,
    step::{Step, Work},
    trust::Trust,
    verdict::Provenance,
};

/// A token and how it was made.
#[derive(Clone)]
#[non_exhaustive]
pub struct Sample {
    /// The algorithm that the verifier is set up for.
    pub algorithm: Algorithm,
    /// What the verifier is told to trust.
    pub trust: Trust,
    /// The token, to be pasted anywhere.
    pub token: String,
    /// How it was made; an attack file can hold it.
    pub recipe: Recipe,
    /// Where its bytes come from.
    pub provenance: Provenance,
}

impl fmt::Debug for Sample {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{:?} under {}", self.provenance, self.algorithm)?;
        writeln!(f, "  token: {}", self.token)?;
        writeln!(f, "  from:  {:?} token", self.recipe.from)?;
        for step in &self.recipe.steps {
            writeln!(f, "  step:  {}", toml::Value::try_from(step).map_err(|_| fmt::Error)?)?;
        }
        Ok(())
    }
}

pub(super) fn genuine(world: &World, recipe: &Recipe) -> Option<Sample> {
    let sample = token(world, recipe, Provenance::Genuine)?;
    // Any time will do: the issuer's tokens are good from 2024 to 2100.
    (policy::judge(&sample.trust, &sample.token, 1_800_000_000.0) == Ruling::Good).then_some(sample)
}

pub(super) fn forged(world: &World, recipe: &Recipe) -> Option<Sample> {
    token(world, recipe, Provenance::Forged)
}

pub(super) fn respelled(world: &World, recipe: &Recipe) -> Option<Sample> {
    token(world, recipe, Provenance::Respelled)
}

pub(super) fn header(world: &World, recipe: &Recipe) -> Option<String> {
    object(world, recipe, 0)
}

pub(super) fn claims(world: &World, recipe: &Recipe) -> Option<String> {
    object(world, recipe, 1)
}

pub(super) fn steps(_: &World, recipe: &Recipe) -> Option<Vec<Step>> {
    Some(recipe.steps.clone())
}

fn token(world: &World, recipe: &Recipe, provenance: Provenance) -> Option<Sample> {
    let token = work(world, recipe)?.wire_text();
    (world.issuer.provenance_alone(&token) == provenance).then(|| Sample {
        algorithm: world.issuer.trust.algorithm,
        trust: world.issuer.trust.clone(),
        token,
        recipe: recipe.clone(),
        provenance,
    })
}

/// A segment that is a JSON object to the letter, duplicate names aside.
fn object(world: &World, recipe: &Recipe, index: usize) -> Option<String> {
    let bytes = work(world, recipe)?.draft().segments.get(index)?.bytes()?;
    let text = String::from_utf8(bytes).ok()?;
    let is_object = text.trim_start().starts_with('{') && serde_json::from_str::<&serde_json::value::RawValue>(&text).is_ok();
    is_object.then_some(text)
}

fn work<'a>(world: &'a World, recipe: &Recipe) -> Option<Work<'a>> {
    // A token of its own for each run would tell nothing: whatever is accepted here was made here.
    let mut work = recipe.start(&world.issuer, b"proptest".to_vec(), "00000000000000000000000000000000");
    recipe.steps.iter().try_for_each(|step| step.apply(&mut work)).ok()?;
    Some(work)
}
