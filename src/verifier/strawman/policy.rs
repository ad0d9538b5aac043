//! Holes in the checks of header members and claims of tokens that the issuer signed.

use serde_json::Value;

use super::rules::{Jws, Rules, Setup};
use crate::verifier::strict::{
    self, Check, Policy,
    json::{Json, Object},
};

/// One rule over the claims.
type Rule = fn(&Policy, &Object<'_>) -> Check<()>;

fn issuer(policy: &Policy, claims: &Object<'_>) -> Check<()> {
    policy.issuer(claims)
}

fn audience(policy: &Policy, claims: &Object<'_>) -> Check<()> {
    policy.audience(claims)
}

fn times(_: &Policy, claims: &Object<'_>) -> Check<()> {
    strict::times(claims, strict::now())
}

/// Whether the claims hold by these rules alone.
fn hold(setup: &Setup, jws: &Jws, rules: &[Rule]) -> bool {
    strict::object(&jws.payload).is_ok_and(|claims| rules.iter().all(|rule| rule(setup.policy(), &claims).is_ok()))
}

/// Strict but for the claims.
pub(super) const fn claims(claims: fn(&Setup, &Jws) -> bool) -> Rules {
    Rules { claims, ..Rules::STRICT }
}

/// Strict but for the header.
pub(super) const fn header(header: fn(&Setup, &Jws) -> bool) -> Rules {
    Rules { header, ..Rules::STRICT }
}

/// `exp` and `nbf` are not read.
pub(super) fn times_ignored(setup: &Setup, jws: &Jws) -> bool {
    hold(setup, jws, &[issuer, audience])
}

/// `aud` is not read.
pub(super) fn audience_ignored(setup: &Setup, jws: &Jws) -> bool {
    hold(setup, jws, &[issuer, times])
}

/// `iss` is not read.
pub(super) fn issuer_ignored(setup: &Setup, jws: &Jws) -> bool {
    hold(setup, jws, &[audience, times])
}

/// Claims are checked where they are there and have the type that is expected (CVE-2026-25537).
pub(super) fn odd_types_skipped(setup: &Setup, jws: &Jws) -> bool {
    let Some(claims) = jws.claims() else { return false };
    let text = |name: &str, wanted: &Option<String>| match (claims.get(name), wanted) {
        (Some(Value::String(text)), Some(wanted)) => text == wanted,
        _ => true,
    };
    let number = |name: &str| claims.get(name).and_then(Value::as_f64);
    let now = strict::now();
    text("iss", &setup.trust.issuer)
        && text("aud", &setup.trust.audience)
        && number("exp").is_none_or(|exp| now < exp)
        && number("nbf").is_none_or(|nbf| now >= nbf)
}

/// `iss` and `aud` need only contain what is expected, or be contained in it.
pub(super) fn texts_overlap(setup: &Setup, jws: &Jws) -> bool {
    let Ok(claims) = strict::object(&jws.payload) else { return false };
    let overlap = |name: &str, wanted: &Option<String>| {
        let texts = match claims.get(name) {
            Some(Json::List(items)) => items.iter().filter_map(Json::text).collect(),
            Some(one) => one.text().into_iter().collect(),
            None => Vec::new(),
        };
        let near = |text: &str, wanted: &str| {
            let (text, wanted) = (text.to_lowercase(), wanted.to_lowercase());
            text.contains(&wanted) || wanted.contains(&text)
        };
        wanted.as_ref().is_none_or(|wanted| texts.iter().any(|text| near(text, wanted)))
    };
    overlap("iss", &setup.trust.issuer) && overlap("aud", &setup.trust.audience) && times(setup.policy(), &claims).is_ok()
}

/// The claims may be any JSON, the last of duplicates counts, and what is not an object has no claims to fail.
pub(super) fn any_json(setup: &Setup, jws: &Jws) -> bool {
    match serde_json::from_slice::<Value>(&jws.payload) {
        Ok(Value::Object(claims)) => {
            let text = Value::Object(claims).to_string();
            strict::object(text.as_bytes()).is_ok_and(|c| setup.policy().claims(&c, strict::now()).is_ok())
        }
        other => other.is_ok(),
    }
}

/// `crit`, `b64`, `enc` and `zip` are not read.
pub(super) fn crit_ignored(_: &Setup, jws: &Jws) -> bool {
    strict::object(&jws.header_bytes).is_ok_and(|header| strict::typ(&header).is_ok())
}

/// `typ` is not read.
pub(super) fn typ_ignored(_: &Setup, jws: &Jws) -> bool {
    let mut header = jws.header.clone();
    header.remove("typ");
    let text = Value::Object(header).to_string();
    strict::object(text.as_bytes()).is_ok_and(|header| strict::header_members(&header).is_ok())
}

/// Whatever it is, it is not read.
pub(super) fn ignored(_: &Setup, _: &Jws) -> bool {
    true
}
