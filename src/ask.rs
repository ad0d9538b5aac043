//! The only way to ask a target: every front sets it up, streams its questions and confirms what is odd here.
//!
//! [`Setup`] is one algorithm and configuration with its controls, and sets a target up for them. A `Session` sends controls and
//! questions as one stream, asks again about single ones, and decides what is to blame: a token over which the target dies or hangs
//! is not, if the target does the same over the genuine one. `Patience` bounds the time that a target which hangs may cost.
//!
//! Deliberately absent: what a token is, where it comes from and what its acceptance means. A `Question` says that.

mod confirm;
mod controls;
mod patience;
mod session;
mod setup;
mod tally;
mod twin;

pub(crate) use self::{
    confirm::{Confirmed, Settled},
    controls::check_controls,
    patience::Patience,
    session::{Answer, Question, Session},
    tally::{Ended, Tally},
    twin::Twins,
};
pub use self::{controls::Invalid, setup::Setup};
use crate::verifier::AskError;

/// Why a run gave no report.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RunError {
    /// The target could not be asked at all.
    #[error("{}", lost(.0))]
    Unreachable(#[from] AskError),
    /// The target supports none of the algorithms.
    #[error("the target could not be configured for any algorithm: {0}")]
    Unsupported(String),
}

/// A target that breaks the protocol was reached.
fn lost(error: &AskError) -> String {
    match error {
        AskError::Protocol(text) => text.clone(),
        other => format!("the target could not be reached: {other}"),
    }
}
