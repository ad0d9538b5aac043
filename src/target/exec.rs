//! Any program, over the adapter protocol.

use std::{path::PathBuf, time::Duration};

use super::{AskError, ConfigureError, Implementation, Trust, Verifier};

/// Time limits.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// For one question.
    pub question: Duration,
    /// To start and be set up.
    pub start: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self { question: Duration::from_secs(5), start: Duration::from_secs(30) }
    }
}

/// A program.
pub struct Exec;

impl Exec {
    /// Runs these words.
    #[must_use]
    pub fn new(_words: Vec<String>, _limits: Limits) -> Self {
        Self
    }

    /// Runs a command line.
    ///
    /// # Errors
    /// If the quotes do not balance.
    pub fn parse(_text: &str, _limits: Limits) -> Result<Self, AskError> {
        Ok(Self)
    }

    /// Starts children under this guard.
    #[must_use]
    pub fn guarded_by(self, _guard: PathBuf) -> Self {
        self
    }

    /// Ends all children.
    pub fn stop(&self) {}
}

impl Implementation for Exec {
    fn configure(&self, _trust: &Trust) -> Result<Box<dyn Verifier>, ConfigureError> {
        Err(AskError("not built yet".to_owned()).into())
    }
}
