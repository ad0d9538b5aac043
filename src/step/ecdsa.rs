//! To be built.

use serde::{Deserialize, Serialize};

use super::StepError;
use crate::recipe::Work;

/// To be built.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum EcdsaForm {
    /// To be built.
    Raw,
    /// To be built.
    Der,
}

/// To be built.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum EcdsaScalar {
    /// To be built.
    Zero,
}

/// To be built.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum EcdsaSpelling {
    /// To be built.
    HighS,
}

pub(super) fn scalars(work: &mut Work<'_>, _: EcdsaScalar, _: EcdsaScalar, _: EcdsaForm) -> Result<(), StepError> {
    let _ = work;
    Err(StepError::Unfit("not built yet".to_owned()))
}

pub(super) fn respell(work: &mut Work<'_>, _: EcdsaSpelling) -> Result<(), StepError> {
    let _ = work;
    Err(StepError::Unfit("not built yet".to_owned()))
}
