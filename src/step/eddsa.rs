//! To be built.

use serde::{Deserialize, Serialize};

use super::StepError;
use crate::recipe::Work;

/// To be built.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum EddsaSpelling {
    /// To be built.
    PlusOrder,
}

/// To be built.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum EddsaVariant {
    /// To be built.
    Ed25519ph,
}

pub(super) fn respell(work: &mut Work<'_>, _: EddsaSpelling) -> Result<(), StepError> {
    let _ = work;
    Err(StepError::Unfit("not built yet".to_owned()))
}

pub(super) fn sign_variant(work: &mut Work<'_>, _: EddsaVariant) -> Result<(), StepError> {
    let _ = work;
    Err(StepError::Unfit("not built yet".to_owned()))
}

pub(super) fn small_order(work: &mut Work<'_>, _: usize) -> Result<(), StepError> {
    let _ = work;
    Err(StepError::Unfit("not built yet".to_owned()))
}
