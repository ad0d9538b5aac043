//! The one question of this bench: whose request is this?

use std::{
    sync::Arc,
    time::{Duration, SystemTime},
};

use serde::{Deserialize, Serialize};

/// A user, as the application behind the gate wants one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct User {
    /// Who it is.
    pub sub: String,
    /// What the user may do.
    pub roles: Vec<String>,
}

/// Why there is no user.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// Forged, expired, revoked, or no credential at all: the request is somebody else's, and is told no more than that.
    #[error("refused")]
    Refused,
    /// The store could not be asked. The gate fails closed.
    #[error("the store could not be asked: {0}")]
    Unavailable(String),
}

/// The header that carries a credential.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Header {
    /// `Authorization: Bearer …` (RFC 6750 section 2.1).
    Authorization,
    /// `Cookie: …` (RFC 6265 section 4.2).
    Cookie,
}

impl Header {
    /// Its name as browsers write it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Authorization => "Authorization",
            Self::Cookie => "Cookie",
        }
    }

    /// What a header of this name with `value` weighs in HTTP/1.1, in bytes, line end included.
    #[must_use]
    pub fn bytes(self, value: &str) -> usize {
        self.name().len() + ": ".len() + value.len() + "\r\n".len()
    }
}

/// Authenticates requests by the value of one header.
pub trait Gate: Send {
    /// Whose request it is.
    ///
    /// # Errors
    /// If the credential is refused, or the store could not be asked.
    fn authenticate(&mut self, value: &str) -> Result<Arc<User>, Refusal>;

    /// Revokes the credential, as far as the scheme can.
    ///
    /// # Errors
    /// If the credential is refused, or the store could not be asked.
    fn log_out(&mut self, value: &str) -> Result<(), Refusal>;
}

/// Milliseconds since the Unix epoch: what expiries are compared with.
#[must_use]
pub fn now() -> u64 {
    let elapsed = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or(Duration::ZERO);
    u64::try_from(elapsed.as_millis()).unwrap_or(u64::MAX)
}
