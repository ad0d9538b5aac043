//! What an application checks where its crate does not.

use std::time::{SystemTime, UNIX_EPOCH};

use jwt_gauntlet::Trust;
use serde::Deserialize;
use serde_json::Value;

/// The times, to the second.
pub(crate) fn times(expiration: Option<u64>, not_before: Option<u64>) -> Result<(), String> {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |elapsed| elapsed.as_secs());
    if expiration.is_some_and(|expiration| expiration <= now) {
        return Err("[expiration]".to_owned());
    }
    if not_before.is_some_and(|not_before| not_before > now) {
        return Err("[not before]".to_owned());
    }
    Ok(())
}

/// The issuer as a whole text, the audience as one or in a list.
pub(crate) fn parties(claims: &Value, trust: &Trust) -> Result<(), String> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Audience {
        One(String),
        Many(Vec<String>),
    }
    #[derive(Deserialize)]
    struct Parties {
        iss: Option<String>,
        aud: Option<Audience>,
    }
    let parties = Parties::deserialize(claims).map_err(|error| format!("[parties] {error}"))?;
    if trust.issuer.is_some() && parties.iss != trust.issuer {
        return Err("[issuer]".to_owned());
    }
    let Some(own) = &trust.audience else { return Ok(()) };
    let named = match parties.aud {
        Some(Audience::One(one)) => one == *own,
        Some(Audience::Many(many)) => many.contains(own),
        None => false,
    };
    if named { Ok(()) } else { Err("[audience]".to_owned()) }
}
