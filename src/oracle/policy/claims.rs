//! The rules on the claims.

use super::{
    Check, Rule,
    json::{self, Json, View},
};
use crate::trust::Trust;

/// What clocks may differ by: "usually no more than a few minutes" (RFC 7519 section 4.1.4).
const LEEWAY: f64 = 300.0;

const NO_EXPIRY: &str = "no exp: it is optional (RFC 7519 section 4.1.4), but some verifiers require it";
const NULL: &str = "a claim is null: many libraries treat it as absent";
const NEAR: &str = "a time within the allowed clock leeway (RFC 7519 section 4.1.4)";
const BIG: &str = "a time beyond what a double holds exactly";
const FORM: &str = "a time with a fraction or an exponent: legal (RFC 7519 section 2), but not supported by every library";
const ISSUED_LATER: &str = "iat lies in the future: RFC 7519 section 4.1.6 draws no conclusion from it";
const NOT_TEXT: &str = "a claim is not a string where RFC 7519 section 4.1 requires one, but no rule depends on it";
const MIXED: &str = "aud names this audience among values that are not strings";

pub(super) fn checks(trust: &Trust, claims: View<'_>, now: f64) -> Vec<Check> {
    let mut checks = vec![expiry(claims, now), start(claims, now), issued(claims, now)];
    checks.push(trust.issuer.as_deref().map_or(text(claims, "iss"), |issuer| self::issuer(claims, issuer)));
    checks.extend(trust.audience.as_deref().map(|audience| self::audience(claims, audience)));
    checks.extend(["sub", "jti"].map(|name| text(claims, name)));
    checks
}

/// RFC 7519 section 4.1.4: not on or after `exp`.
fn expiry(claims: View<'_>, now: f64) -> Check {
    if claims.get("exp").is_none() {
        return Check::Free(NO_EXPIRY);
    }
    time(claims, "exp", |exp| if exp < now - LEEWAY { Check::Fail(Rule::Expired) } else { near(exp, now) })
}

/// RFC 7519 section 4.1.5: not before `nbf`.
fn start(claims: View<'_>, now: f64) -> Check {
    time(claims, "nbf", |nbf| if nbf > now + LEEWAY { Check::Fail(Rule::NotYetValid) } else { near(nbf, now) })
}

/// RFC 7519 section 4.1.6: a number, and nothing follows from it.
fn issued(claims: View<'_>, now: f64) -> Check {
    time(claims, "iat", |iat| if iat > now { Check::Free(ISSUED_LATER) } else { Check::Pass })
}

fn near(time: f64, now: f64) -> Check {
    if (time - now).abs() <= LEEWAY { Check::Free(NEAR) } else { Check::Pass }
}

/// A `NumericDate` (RFC 7519 section 2), if the claim is there.
fn time(claims: View<'_>, name: &str, rule: impl Fn(f64) -> Check) -> Check {
    match claims.get(name) {
        None => Check::Pass,
        Some(Json::Null) => Check::Free(NULL),
        Some(Json::Number(number)) => match json::value(number).map(rule) {
            None => Check::Free(BIG),
            Some(Check::Pass) if number.contains(['.', 'e', 'E']) => Check::Free(FORM),
            Some(check) => check,
        },
        Some(_) if name == "iat" => Check::Fail(Rule::IssuedAtNotANumber),
        Some(_) => Check::Fail(Rule::TimeNotANumber),
    }
}

/// RFC 7519 section 4.1.1: exactly the configured one.
fn issuer(claims: View<'_>, expected: &str) -> Check {
    match claims.get("iss") {
        Some(Json::Text(issuer)) if issuer == expected => Check::Pass,
        None | Some(Json::Null | Json::Text(_)) => Check::Fail(Rule::Issuer),
        Some(_) => Check::Fail(Rule::IssuerNotText),
    }
}

/// RFC 7519 section 4.1.3: the configured one, or a list of texts with it.
fn audience(claims: View<'_>, expected: &str) -> Check {
    let is_text = |value: &Json| matches!(value, Json::Text(_));
    let is_ours = |value: &Json| matches!(value, Json::Text(audience) if audience == expected);
    match claims.get("aud") {
        Some(value) if is_ours(value) => Check::Pass,
        Some(Json::List(values)) if values.iter().any(is_ours) => {
            if values.iter().all(is_text) {
                Check::Pass
            } else {
                Check::Free(MIXED)
            }
        }
        Some(Json::List(values)) if !values.iter().all(is_text) => Check::Fail(Rule::AudienceMalformed),
        None | Some(Json::Null | Json::Text(_) | Json::List(_)) => Check::Fail(Rule::Audience),
        Some(_) => Check::Fail(Rule::AudienceMalformed),
    }
}

fn text(claims: View<'_>, name: &str) -> Check {
    if matches!(claims.get(name), None | Some(Json::Text(_))) { Check::Pass } else { Check::Free(NOT_TEXT) }
}
