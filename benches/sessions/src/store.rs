//! Where sessions and denylists are kept.

pub mod memory;
pub mod redis;
pub mod server;
pub mod sqlite;

use std::{path::Path, sync::Arc};

use anyhow::Context as _;
use serde::Serialize;

use self::server::Server;
use crate::gate::{Refusal, User};

/// Under what a session is kept: the SHA-256 of the id in the cookie.
pub type Id = [u8; 32];

/// One connection to a store. `Err` is always [`Refusal::Unavailable`]: that something is not there is an answer.
pub trait Store: Send {
    /// Begins a session of `life` milliseconds.
    ///
    /// # Errors
    /// If the store could not be asked.
    fn begin_session(&mut self, id: &Id, user: &Arc<User>, life: u64) -> Result<(), Refusal>;

    /// The user of a session that has not expired.
    ///
    /// # Errors
    /// If the store could not be asked.
    fn session(&mut self, id: &Id) -> Result<Option<Arc<User>>, Refusal>;

    /// Ends a session.
    ///
    /// # Errors
    /// If the store could not be asked.
    fn end_session(&mut self, id: &Id) -> Result<(), Refusal>;

    /// Puts a token's id on the denylist, for `life` milliseconds.
    ///
    /// # Errors
    /// If the store could not be asked.
    fn deny(&mut self, jti: &str, life: u64) -> Result<(), Refusal>;

    /// Whether a token's id is on the denylist.
    ///
    /// # Errors
    /// If the store could not be asked.
    fn is_denied(&mut self, jti: &str) -> Result<bool, Refusal>;

    /// Bytes that the store keeps for one session, if it can tell.
    ///
    /// # Errors
    /// If the store could not be asked.
    fn kept(&mut self, id: &Id) -> Result<Option<u64>, Refusal>;
}

/// A kind of store, and the way to it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Place {
    /// A map in this process.
    Memory,
    /// SQLite in this process, a file in WAL mode.
    Sqlite,
    /// A Redis server over TCP on loopback.
    Redis,
    /// The same server over a Unix socket.
    RedisUnix,
}

impl Place {
    /// All of them, the nearest first.
    pub const ALL: [Self; 4] = [Self::Memory, Self::Sqlite, Self::Redis, Self::RedisUnix];

    /// Its name in tables.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Memory => "memory",
            Self::Sqlite => "SQLite",
            Self::Redis => "Redis",
            Self::RedisUnix => "Redis (unix)",
        }
    }

    /// Whether it needs a Redis server.
    #[must_use]
    pub fn is_redis(self) -> bool {
        matches!(self, Self::Redis | Self::RedisUnix)
    }

    /// Opens an empty store of this kind. `folder` is for files, `name` for what must not be shared with other stores in it.
    ///
    /// # Errors
    /// If it cannot be opened; for Redis also if there is no server.
    pub fn open(self, folder: &Path, name: &str, server: Option<&Server>) -> anyhow::Result<Box<dyn Store>> {
        let server = || server.context("no Redis server was started");
        Ok(match self {
            Self::Memory => Box::<memory::Memory>::default(),
            Self::Sqlite => Box::new(sqlite::Sqlite::open(&folder.join(format!("{name}.sqlite")))?),
            Self::Redis => Box::new(redis::Redis::open(&server()?.tcp(), name)?),
            Self::RedisUnix => Box::new(redis::Redis::open(&server()?.unix(), name)?),
        })
    }
}

/// What a store's client says about its trouble.
fn unavailable(error: impl std::fmt::Display) -> Refusal {
    Refusal::Unavailable(error.to_string())
}
