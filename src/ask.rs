//! Asking a target: setting it up, single questions next to a control, and the one measure of what is slow.
//!
//! Deliberately absent: what a token is and where it comes from; the fronts say that.

mod setup;
pub(crate) mod single;

pub(crate) use setup::set_up;

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
