//! One algorithm and configuration: who signs, what the verifier is told, the controls; and setting a target up for it.

use std::panic::{self, AssertUnwindSafe};

use crate::{
    algorithm::Algorithm,
    configuration::Configuration,
    issuer::Issuer,
    verifier::{AskError, ConfigureError, Implementation, Verifier, panic_text},
};

/// An algorithm and a configuration, with all that follows from them.
pub struct Setup {
    /// What the target is set up for.
    pub algorithm: Algorithm,
    /// How it is set up.
    pub configuration: Configuration,
    /// Who signs the genuine tokens.
    pub issuer: Issuer,
    /// The genuine token that controls send first.
    pub genuine: String,
    /// Another one, which ends a stream: a target that knows the first by heart does not know this.
    pub other: String,
    /// The first with one bit of its signature turned around.
    pub broken: String,
}

impl Setup {
    /// `None` where the configuration makes no sense for the algorithm.
    #[must_use]
    pub fn new(algorithm: Algorithm, configuration: Configuration) -> Option<Self> {
        let issuer = configuration.issuer(algorithm)?;
        let genuine = issuer.genuine().to_string();
        let other = issuer.other().map_or_else(|| genuine.clone(), ToString::to_string);
        Some(Self { genuine, other, broken: issuer.broken(), algorithm, configuration, issuer })
    }

    /// Whether the target is set up as usual.
    #[must_use]
    pub fn is_usual(&self) -> bool {
        self.configuration == Configuration::default()
    }

    /// Sets `implementation` up. The inner error is its refusal to be set up so; dying over an unusual key is one too, since that ends
    /// this configuration and not the run.
    ///
    /// # Errors
    /// If it cannot be asked at all.
    pub fn configure(&self, implementation: &dyn Implementation) -> Result<Result<Box<dyn Verifier>, String>, AskError> {
        match panic::catch_unwind(AssertUnwindSafe(|| implementation.configure(&self.issuer.trust))) {
            Ok(Ok(verifier)) => Ok(Ok(verifier)),
            Ok(Err(ConfigureError::Unsupported(reason))) => Ok(Err(reason)),
            Ok(Err(ConfigureError::Unreachable(AskError::Unreachable(error)))) if !self.is_usual() => {
                Ok(Err(format!("configuration failed: {error}")))
            }
            Ok(Err(ConfigureError::Unreachable(error))) => Err(error),
            Err(panic) => Ok(Err(panic_text(&*panic))),
        }
    }
}
