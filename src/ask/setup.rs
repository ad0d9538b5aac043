//! Setting a target up, with one rule for panics and for targets that cannot be asked.

use std::panic::{self, AssertUnwindSafe};

use crate::{
    configuration::Configuration,
    trust::Trust,
    verifier::{AskError, ConfigureError, Implementation, Verifier, panic_text},
};

/// Sets `implementation` up to trust `trust`. The inner error is its refusal to be set up so; dying over an unusual key is one too, since
/// that ends this configuration and not the run. A target that breaks the protocol is not asked any further.
pub(crate) fn set_up(
    implementation: &dyn Implementation,
    trust: &Trust,
    configuration: &Configuration,
) -> Result<Result<Box<dyn Verifier>, String>, AskError> {
    let usual = *configuration == Configuration::default();
    match panic::catch_unwind(AssertUnwindSafe(|| implementation.configure(trust))) {
        Ok(Ok(verifier)) => Ok(Ok(verifier)),
        Ok(Err(ConfigureError::Unsupported(reason))) => Ok(Err(reason)),
        Ok(Err(ConfigureError::Unreachable(AskError::Unreachable(error)))) if !usual => {
            Ok(Err(format!("configuration failed: {error}")))
        }
        Ok(Err(ConfigureError::Unreachable(error))) => Err(error),
        Err(panic) => Ok(Err(panic_text(&*panic))),
    }
}
