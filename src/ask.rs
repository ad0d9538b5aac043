//! Asking.

pub(crate) mod alone;
pub(crate) mod single;

use crate::verifier::AskError;

/// Why a run gave no report.
#[derive(Debug, thiserror::Error)]
pub enum RunError {
    /// The target could not be asked at all.
    #[error("the target could not be reached: {0}")]
    Unreachable(#[from] AskError),
    /// The target supports none of the algorithms.
    #[error("the target could not be configured for any algorithm: {0}")]
    Unsupported(String),
}
