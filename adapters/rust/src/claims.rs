//! An application around a crate that leaves checks to its user.

use std::time::{SystemTime, UNIX_EPOCH};

use jwt_gauntlet::{AskError, ConfigureError, Trust, Verdict, Verifier};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::verdict;

/// The claims of a token that a crate accepted, or its reason to refuse it.
struct Application<F> {
    claims: F,
    trust: Trust,
}

/// A verifier that has the token checked by `claims`, and issuer and audience by the application.
pub(crate) fn application<C: Serialize>(
    trust: &Trust,
    claims: impl Fn(&str) -> Result<C, String> + Send + Sync + 'static,
) -> Result<Box<dyn Verifier>, ConfigureError> {
    let claims = move |token: &str| serde_json::to_value(claims(token)?).map_err(|error| error.to_string());
    Ok(Box::new(Application { claims, trust: trust.clone() }))
}

impl<F: Fn(&str) -> Result<Value, String> + Send + Sync> Verifier for Application<F> {
    fn verify(&self, token: &str) -> Result<Verdict, AskError> {
        let checked = (self.claims)(token).and_then(|claims| parties(&claims, &self.trust).map(|()| claims));
        Ok(verdict(checked))
    }
}

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
fn parties(claims: &Value, trust: &Trust) -> Result<(), String> {
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
