//! To be built.

use serde::{Deserialize, Serialize};

use super::StepError;
use crate::recipe::Work;

/// To be built.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Chain {
    /// To be built.
    SelfSigned,
}

/// To be built.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum KeyMember {
    /// To be built.
    Jwk,
}

pub(super) fn key(work: &mut Work<'_>, _: crate::algorithm::Algorithm, _: KeyMember) -> Result<(), StepError> {
    let _ = work;
    Err(StepError::Unfit("not built yet".to_owned()))
}

pub(super) fn chain(work: &mut Work<'_>, _: Chain) -> Result<(), StepError> {
    let _ = work;
    Err(StepError::Unfit("not built yet".to_owned()))
}

pub(super) fn thumbprint(work: &mut Work<'_>, _: &str, _: super::Holder) -> Result<(), StepError> {
    let _ = work;
    Err(StepError::Unfit("not built yet".to_owned()))
}
