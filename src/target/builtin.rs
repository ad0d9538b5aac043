//! The built-in targets, by name.

use super::Implementation;

/// A name that no built-in target has.
#[derive(Debug, thiserror::Error)]
#[error("no built-in target is called `{0}`")]
pub struct UnknownBuiltin(pub String);

/// The names of all built-in targets.
#[must_use]
pub fn names() -> Vec<String> {
    Vec::new()
}

/// The built-in target of that name.
///
/// # Errors
/// If there is none.
pub fn find(name: &str) -> Result<Box<dyn Implementation>, UnknownBuiltin> {
    Err(UnknownBuiltin(name.to_owned()))
}
