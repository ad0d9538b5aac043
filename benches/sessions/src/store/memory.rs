//! A map in this process, behind a lock, as a server with several threads needs it.
//!
//! A session's user is shared, not copied: not having to is what this kind of store is good at.

use std::{
    collections::HashMap,
    mem::size_of,
    sync::{Arc, PoisonError, RwLock},
};

use super::{Id, Store};
use crate::gate::{Refusal, User, now};

/// Sessions and denied token ids, each with the millisecond at which it ends.
#[derive(Default)]
pub struct Memory {
    sessions: RwLock<HashMap<Id, (Arc<User>, u64)>>,
    denied: RwLock<HashMap<String, u64>>,
}

impl Store for Memory {
    fn begin_session(&mut self, id: &Id, user: &Arc<User>, life: u64) -> Result<(), Refusal> {
        let mut sessions = self.sessions.write().unwrap_or_else(PoisonError::into_inner);
        sessions.insert(*id, (Arc::clone(user), now() + life));
        Ok(())
    }

    fn session(&mut self, id: &Id) -> Result<Option<Arc<User>>, Refusal> {
        let sessions = self.sessions.read().unwrap_or_else(PoisonError::into_inner);
        Ok(sessions.get(id).filter(|(_, ends)| *ends > now()).map(|(user, _)| Arc::clone(user)))
    }

    fn end_session(&mut self, id: &Id) -> Result<(), Refusal> {
        self.sessions.write().unwrap_or_else(PoisonError::into_inner).remove(id);
        Ok(())
    }

    fn deny(&mut self, jti: &str, life: u64) -> Result<(), Refusal> {
        self.denied.write().unwrap_or_else(PoisonError::into_inner).insert(jti.to_owned(), now().saturating_add(life));
        Ok(())
    }

    fn is_denied(&mut self, jti: &str) -> Result<bool, Refusal> {
        Ok(self.denied.read().unwrap_or_else(PoisonError::into_inner).contains_key(jti))
    }

    /// What the entry and the user take up, without the allocator's own and the map's free places.
    fn kept(&mut self, id: &Id) -> Result<Option<u64>, Refusal> {
        let sessions = self.sessions.read().unwrap_or_else(PoisonError::into_inner);
        let texts = |user: &User| user.sub.len() + user.roles.iter().map(|role| size_of::<String>() + role.len()).sum::<usize>();
        let entry = size_of::<(Id, (Arc<User>, u64))>() + size_of::<User>();
        Ok(sessions.get(id).and_then(|(user, _)| u64::try_from(entry + texts(user)).ok()))
    }
}
