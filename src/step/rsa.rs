//! To be built.

use serde::{Deserialize, Serialize};

use super::StepError;
use crate::recipe::Work;

/// To be built.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum CubeRoot {
    /// To be built.
    TrailingGarbage,
}

/// To be built.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum DigestElement {
    /// To be built.
    DigestInfo,
}

/// To be built.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum DigestEdit {
    /// To be built.
    Removed,
}

/// To be built.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum PaddingEdit {
    /// To be built.
    NoFf,
}

/// To be built.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum PssEdit {
    /// To be built.
    SaltEmpty,
}

/// To be built.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum RsaInteger {
    /// To be built.
    Zero,
}

/// To be built.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum SignedHash {
    /// To be built.
    Sha1,
}

pub(super) fn cube_root(work: &mut Work<'_>, _: CubeRoot) -> Result<(), StepError> {
    let _ = work;
    Err(StepError::Unfit("not built yet".to_owned()))
}

pub(super) fn exponent_one(work: &mut Work<'_>) -> Result<(), StepError> {
    let _ = work;
    Err(StepError::Unfit("not built yet".to_owned()))
}

pub(super) fn padding(work: &mut Work<'_>, _: PaddingEdit) -> Result<(), StepError> {
    let _ = work;
    Err(StepError::Unfit("not built yet".to_owned()))
}

pub(super) fn digest_info(work: &mut Work<'_>, _: DigestElement, _: DigestEdit) -> Result<(), StepError> {
    let _ = work;
    Err(StepError::Unfit("not built yet".to_owned()))
}

pub(super) fn signed_hash(work: &mut Work<'_>, _: SignedHash) -> Result<(), StepError> {
    let _ = work;
    Err(StepError::Unfit("not built yet".to_owned()))
}

pub(super) fn pss(work: &mut Work<'_>, _: PssEdit) -> Result<(), StepError> {
    let _ = work;
    Err(StepError::Unfit("not built yet".to_owned()))
}

pub(super) fn integer(work: &mut Work<'_>, _: RsaInteger) -> Result<(), StepError> {
    let _ = work;
    Err(StepError::Unfit("not built yet".to_owned()))
}
