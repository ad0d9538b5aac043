//! A session looked up by the id in a cookie.
//!
//! The store knows the SHA-256 of the id, never the id itself: whoever reads the store cannot use what they read, and the lookup's
//! time tells nothing about an id (CVE-2019-25025). It costs a tenth of a microsecond or so, and is counted.

use std::sync::Arc;

use sha2::{Digest, Sha256};

use crate::{
    gate::{Gate, Refusal, User},
    people::Person,
    store::{Id, Store},
};

/// The cookie's name; the prefix makes browsers demand HTTPS and refuse a domain attribute.
const COOKIE: &str = "__Host-sid";

/// How long sessions last here: longer than the bench.
pub const LIFE: u64 = 12 * 60 * 60 * 1000;

/// A gate that asks a store.
pub struct Session {
    store: Box<dyn Store>,
}

impl Session {
    /// With the sessions that are in `store`.
    #[must_use]
    pub fn new(store: Box<dyn Store>) -> Self {
        Self { store }
    }
}

impl Gate for Session {
    fn authenticate(&mut self, value: &str) -> Result<Arc<User>, Refusal> {
        let id = id(value).ok_or(Refusal::Refused)?;
        self.store.session(&id)?.ok_or(Refusal::Refused)
    }

    fn log_out(&mut self, value: &str) -> Result<(), Refusal> {
        self.store.end_session(&id(value).ok_or(Refusal::Refused)?)
    }
}

/// The header value that a browser sends for a session.
#[must_use]
pub fn cookie(session_id: &str) -> String {
    format!("{COOKIE}={session_id}")
}

/// Under what the store knows the session of a person.
#[must_use]
pub fn id_of(person: &Person) -> Id {
    Sha256::digest(&person.session_id).into()
}

fn id(value: &str) -> Option<Id> {
    let of = |pair: &str| pair.trim().split_once('=').filter(|(name, _)| *name == COOKIE).map(|(_, id)| Sha256::digest(id).into());
    value.split(';').find_map(of)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_session_cookie_is_found_among_others() {
        let person = Person::new("a", 1, 1);
        let header = format!("theme=dark; {}; __Host-sid2=x", cookie(&person.session_id));
        assert_eq!(id(&header), Some(id_of(&person)));
        assert_eq!(id("theme=dark; sid=x"), None);
        assert_eq!(id(""), None);
    }
}
