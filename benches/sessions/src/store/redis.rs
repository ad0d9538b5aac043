//! Redis, over whatever way the address names: a string of JSON a session, which Redis itself lets expire.

use std::{sync::Arc, time::Duration};

use redis::{Client, Connection, FromRedisValue, RedisResult, cmd};
use sha2::{Digest, Sha256};

use super::{Id, Store, unavailable};
use crate::gate::{Refusal, User};

/// For an answer; a request must not hang with the store.
const PATIENCE: Duration = Duration::from_secs(5);

/// One connection, and the names under which this store keeps its things.
pub struct Redis {
    connection: Connection,
    session: Vec<u8>,
    denied: Vec<u8>,
}

impl Redis {
    /// Connects; `name` keeps the stores on one server apart.
    ///
    /// # Errors
    /// If the server does not answer.
    pub fn open(address: &str, name: &str) -> RedisResult<Self> {
        let connection = Client::open(address)?.get_connection_with_timeout(PATIENCE)?;
        connection.set_read_timeout(Some(PATIENCE))?;
        connection.set_write_timeout(Some(PATIENCE))?;
        // Short, as real keys are: the server keeps it with every session.
        let prefix = |what: &str| [what.as_bytes(), &Sha256::digest(name)[..4]].concat();
        Ok(Self { connection, session: prefix("s:"), denied: prefix("d:") })
    }

    fn ask<T: FromRedisValue>(&mut self, command: &redis::Cmd) -> Result<T, Refusal> {
        command.query(&mut self.connection).map_err(unavailable)
    }
}

fn key(prefix: &[u8], name: &[u8]) -> Vec<u8> {
    [prefix, name].concat()
}

impl Store for Redis {
    fn begin_session(&mut self, id: &Id, user: &Arc<User>, life: u64) -> Result<(), Refusal> {
        let json = serde_json::to_vec(&**user).map_err(unavailable)?;
        let key = key(&self.session, id);
        self.ask(cmd("SET").arg(key).arg(json).arg("PX").arg(life))
    }

    fn session(&mut self, id: &Id) -> Result<Option<Arc<User>>, Refusal> {
        let key = key(&self.session, id);
        let found: Option<Vec<u8>> = self.ask(cmd("GET").arg(key))?;
        found.map(|json| serde_json::from_slice(&json).map(Arc::new).map_err(unavailable)).transpose()
    }

    fn end_session(&mut self, id: &Id) -> Result<(), Refusal> {
        let key = key(&self.session, id);
        self.ask(cmd("DEL").arg(key))
    }

    fn deny(&mut self, jti: &str, life: u64) -> Result<(), Refusal> {
        let key = key(&self.denied, jti.as_bytes());
        self.ask(cmd("SET").arg(key).arg(1).arg("PX").arg(life))
    }

    fn is_denied(&mut self, jti: &str) -> Result<bool, Refusal> {
        let key = key(&self.denied, jti.as_bytes());
        self.ask(cmd("EXISTS").arg(key))
    }

    /// What `MEMORY USAGE` says, the server's own overhead included.
    fn kept(&mut self, id: &Id) -> Result<Option<u64>, Refusal> {
        let key = key(&self.session, id);
        self.ask(cmd("MEMORY").arg("USAGE").arg(key).arg("SAMPLES").arg(0))
    }
}
