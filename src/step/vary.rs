//! Varying the claims until some mathematics work out: whoever writes the claims may write a counter into them.

use super::{SegmentName, StepError, object, signature};
use crate::step::Work;

/// Tries the token as it is, then with the claim `n` counting up, until `attempt` gives something.
pub(super) fn claims<T>(
    work: &mut Work<'_>,
    tries: u32,
    mut attempt: impl FnMut(&mut Work<'_>) -> Result<Option<T>, StepError>,
) -> Result<T, StepError> {
    for counter in 0..tries {
        if counter > 0 {
            object::set(work, SegmentName::Claims, "n", &counter.to_string())?;
        }
        if let Some(found) = attempt(work)? {
            return Ok(found);
        }
    }
    Err(StepError::Unfit(format!("none of {tries} variants of the claims gives what this needs")))
}

/// The signature as it stands if it `suits`; else that of the first variant of the claims, signed by the issuer, that does.
pub(super) fn signature(work: &mut Work<'_>, tries: u32, mut suits: impl FnMut(&[u8]) -> bool) -> Result<Vec<u8>, StepError> {
    let current = signature::bytes(work)?;
    if suits(&current) {
        return Ok(current);
    }
    let algorithm = work.header_algorithm()?;
    let found = claims(work, tries, |work| {
        let input = work.signing_input()?;
        let signature = work.trusted()?.sign(algorithm, input.as_bytes())?;
        Ok(Some(signature).filter(|s| suits(s)))
    })?;
    signature::set(work, found.clone())?;
    work.issue()?;
    Ok(found)
}
