//! SQLite in this process: a file in WAL mode, statements prepared once, one row a session.

use std::{path::Path, sync::Arc};

use rusqlite::{Connection, OptionalExtension, params};

use super::{Id, Store, unavailable};
use crate::gate::{Refusal, User, now};

/// What servers set: readers do not wait for the writer, and a commit does not wait for the disk.
const SET_UP: &str = "
    PRAGMA journal_mode = WAL;
    PRAGMA synchronous = NORMAL;
    CREATE TABLE session (id BLOB PRIMARY KEY, sub TEXT NOT NULL, roles TEXT NOT NULL, ends INTEGER NOT NULL) WITHOUT ROWID;
    CREATE TABLE denied (jti TEXT PRIMARY KEY, ends INTEGER NOT NULL) WITHOUT ROWID;
";

/// One connection to a file of its own.
pub struct Sqlite(Connection);

impl Sqlite {
    /// Makes the file and its tables.
    ///
    /// # Errors
    /// If it cannot be made, or is there already.
    pub fn open(file: &Path) -> rusqlite::Result<Self> {
        let connection = Connection::open(file)?;
        connection.execute_batch(SET_UP)?;
        Ok(Self(connection))
    }

    fn run(&self, sql: &str, values: impl rusqlite::Params) -> Result<(), Refusal> {
        self.0.prepare_cached(sql).and_then(|mut statement| statement.execute(values)).map(drop).map_err(unavailable)
    }
}

/// SQLite's integers are signed.
fn signed(time: u64) -> i64 {
    i64::try_from(time).unwrap_or(i64::MAX)
}

impl Store for Sqlite {
    fn begin_session(&mut self, id: &Id, user: &Arc<User>, life: u64) -> Result<(), Refusal> {
        let roles = serde_json::to_string(&user.roles).map_err(unavailable)?;
        let ends = signed(now().saturating_add(life));
        self.run("INSERT INTO session VALUES (?, ?, ?, ?)", params![id, user.sub, roles, ends])
    }

    fn session(&mut self, id: &Id) -> Result<Option<Arc<User>>, Refusal> {
        let mut statement =
            self.0.prepare_cached("SELECT sub, roles FROM session WHERE id = ? AND ends > ?").map_err(unavailable)?;
        let mut rows = statement.query(params![id, signed(now())]).map_err(unavailable)?;
        let Some(row) = rows.next().map_err(unavailable)? else { return Ok(None) };
        let roles = row.get_ref(1).and_then(|value| Ok(value.as_str()?)).map_err(unavailable)?;
        let roles = serde_json::from_str(roles).map_err(unavailable)?;
        Ok(Some(Arc::new(User { sub: row.get(0).map_err(unavailable)?, roles })))
    }

    fn end_session(&mut self, id: &Id) -> Result<(), Refusal> {
        self.run("DELETE FROM session WHERE id = ?", params![id])
    }

    fn deny(&mut self, jti: &str, life: u64) -> Result<(), Refusal> {
        self.run("INSERT OR REPLACE INTO denied VALUES (?, ?)", params![jti, signed(now().saturating_add(life))])
    }

    fn is_denied(&mut self, jti: &str) -> Result<bool, Refusal> {
        let mut statement = self.0.prepare_cached("SELECT 1 FROM denied WHERE jti = ?").map_err(unavailable)?;
        let found = statement.query_row(params![jti], |_| Ok(())).optional().map_err(unavailable)?;
        Ok(found.is_some())
    }

    /// The pages of the file, shared out among the sessions in it.
    fn kept(&mut self, _: &Id) -> Result<Option<u64>, Refusal> {
        let number = |sql: &str| self.0.query_row(sql, [], |row| row.get::<_, i64>(0)).map_err(unavailable);
        let bytes = number("PRAGMA page_count")? * number("PRAGMA page_size")?;
        Ok(bytes.checked_div(number("SELECT count(*) FROM session")?).and_then(|each| u64::try_from(each).ok()))
    }
}
