//! The controls alone, for fronts that ask one token at a time: without them a clean run proves nothing.

use super::Setup;
use crate::{
    verdict::Verdict,
    verifier::{AskError, Verifier},
};

/// Why a run would be invalid, and not clean.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the run is invalid, not clean: {0}")]
pub struct Invalid(pub(crate) String);

/// A genuine token must be accepted, and one with a flipped signature bit refused.
pub(crate) fn check_controls(setup: &Setup, verifier: &dyn Verifier) -> Result<(), Invalid> {
    let ask = |token: &str| verifier.verify(token).map_err(|error: AskError| Invalid(error.to_string()));
    for genuine in [&setup.genuine, &setup.other] {
        match ask(genuine)? {
            Verdict::Accepted(_) => {}
            other => return Err(Invalid(format!("the genuine {} token is not accepted: {other:?}", setup.algorithm))),
        }
    }
    match ask(&setup.broken)? {
        Verdict::Accepted(_) => {
            Err(Invalid(format!("a {} token with a flipped signature bit is accepted; attack that first", setup.algorithm)))
        }
        _ => Ok(()),
    }
}
