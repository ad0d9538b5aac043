//! The users, their sessions and their tokens' ids: all derived from a name, so that every run has the same ones.

use std::sync::Arc;

use data_encoding::{BASE64URL_NOPAD, HEXLOWER};
use sha2::{Digest, Sha256};

use crate::gate::User;

/// Words that roles are made of, so that their length is that of real ones: `billing:invoices:read` has 21 characters.
const AREAS: &[&str] = &["billing", "catalog", "support", "orders", "reports", "identity", "shipping", "content"];
const THINGS: &[&str] = &["invoices", "accounts", "tickets", "products", "refunds", "members", "exports"];
const RIGHTS: &[&str] = &["read", "write", "approve", "delete"];

/// One user with one credential of each scheme.
#[derive(Clone, Debug)]
pub struct Person {
    /// The user.
    pub user: Arc<User>,
    /// 128 bits in base64url, as a session cookie holds them. Derived, so do not copy this: a real one comes from the system's
    /// generator.
    pub session_id: String,
    /// 128 bits in base64url: the token's `jti` (RFC 7519 section 4.1.7).
    pub jti: String,
}

impl Person {
    /// The `number`th person of `group`, holding the first `roles` roles.
    #[must_use]
    pub fn new(group: &str, number: usize, roles: usize) -> Self {
        let bits = |what: &str| Sha256::digest(format!("{what}/{group}/{number}"));
        let user = User { sub: format!("user-{}", HEXLOWER.encode(&bits("sub")[..8])), roles: (0..roles).map(role).collect() };
        let text = |what| BASE64URL_NOPAD.encode(&bits(what)[..16]);
        Self { user: Arc::new(user), session_id: text("session"), jti: text("jti") }
    }
}

/// The `number`th role. They repeat after some hundreds, with a number behind.
fn role(number: usize) -> String {
    let (area, rest) = (AREAS[number % AREAS.len()], number / AREAS.len());
    let (thing, rest) = (THINGS[rest % THINGS.len()], rest / THINGS.len());
    let (right, rest) = (RIGHTS[rest % RIGHTS.len()], rest / RIGHTS.len());
    if rest == 0 { format!("{area}:{thing}:{right}") } else { format!("{area}:{thing}:{right}:{rest}") }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn roles_and_ids_do_not_repeat() {
        let roles: HashSet<String> = (0..500).map(role).collect();
        assert_eq!(roles.len(), 500);
        let ids: HashSet<String> =
            (0..500).flat_map(|n| [Person::new("a", n, 1), Person::new("b", n, 1)]).map(|p| p.session_id).collect();
        assert_eq!(ids.len(), 1000);
    }

    #[test]
    fn the_same_name_gives_the_same_person() {
        let [one, two] = [Person::new("a", 7, 3), Person::new("a", 7, 3)];
        assert_eq!((one.session_id, one.jti, one.user), (two.session_id, two.jti, two.user));
    }
}
