//! What the claims say about who, for whom and how long, and what anyone on the way can read in them.

use super::{Part, Remarks, clock::utc, header::has, personal};
use crate::{token::Member, verdict::Severity};

/// Claims that hold a time (RFC 7519 section 4.1, `OpenID` Connect Core section 2).
pub(super) const TIMES: [&str; 5] = ["exp", "iat", "nbf", "auth_time", "updated_at"];

const DAY: i64 = 86_400;
/// A time beyond this, the year 5138, was meant in milliseconds.
const MILLISECONDS: i64 = 100_000_000_000;

/// Remarks on the payload.
pub(super) fn remark(part: &Part, members: &[Member], now: i64, remarks: &mut Remarks) {
    personal::remark(part.bytes(), remarks);
    if members.is_empty() {
        return;
    }
    times(members, now, remarks);
    let missing = [
        ("iss", Severity::Low, "There is no iss: the issuer is not named."),
        ("aud", Severity::Low, "There is no aud: the token is valid for every service that trusts the key."),
        ("sub", Severity::Info, "There is no sub: the subject is not named."),
    ];
    for (name, severity, text) in missing {
        if !has(members, name) {
            remarks.add(severity, name, text);
        }
    }
}

fn times(members: &[Member], now: i64, remarks: &mut Remarks) {
    for name in TIMES {
        if has(members, name) && time(members, name).is_none() {
            remarks.add(Severity::Medium, name, format!("{name} is not a number of seconds."));
        }
        if time(members, name).is_some_and(|t| t > MILLISECONDS) {
            remarks.add(
                Severity::Medium,
                name,
                format!("{name} is so large that it must be in milliseconds; RFC 7519 requires seconds."),
            );
        }
    }
    lifetime(members, now, remarks);
    if time(members, "nbf").is_some_and(|nbf| nbf > now) {
        remarks.add(Severity::Info, "nbf", "The token is not valid yet.");
    }
    if time(members, "iat").is_some_and(|iat| iat > now.saturating_add(300)) {
        remarks.add(Severity::Low, "iat", "The token says that it was made in the future.");
    }
}

fn lifetime(members: &[Member], now: i64, remarks: &mut Remarks) {
    let (expires, issued) = (time(members, "exp"), time(members, "iat").or_else(|| time(members, "nbf")));
    match expires {
        None if !has(members, "exp") => {
            remarks.add(Severity::Medium, "exp", "There is no exp: the token, even if stolen, never expires.");
        }
        Some(exp) if exp <= now => remarks.add(Severity::Info, "exp", format!("The token expired{}.", on(exp))),
        _ => {}
    }
    if let Some(life) = expires.filter(|exp| *exp <= MILLISECONDS).map(|exp| exp.saturating_sub(issued.unwrap_or(now))) {
        let days = life / DAY;
        let since = if issued.is_some() { "" } else { " from now" };
        if days > 365 {
            remarks.add(Severity::Medium, "exp", format!("The token lives for {days} days{since}, over a year."));
        } else if life > DAY {
            remarks.add(
                Severity::Low,
                "exp",
                format!("The token lives for {} hours{since}; a stolen one can be used as long.", life / 3600),
            );
        }
    }
}

fn on(seconds: i64) -> String {
    utc(seconds).map(|date| format!(" on {date}")).unwrap_or_default()
}

/// The last member of that name as whole seconds.
fn time(members: &[Member], name: &str) -> Option<i64> {
    seconds(&members.iter().rfind(|m| m.is(name))?.value)
}

/// A JSON number as whole seconds.
pub(super) fn seconds(value: &[u8]) -> Option<i64> {
    let value = value.trim_ascii();
    let number: f64 = serde_json::from_slice(value).ok()?;
    // Larger than any date; also keeps the cast exact.
    #[allow(clippy::cast_possible_truncation)]
    (number.abs() < 1e15).then_some(number as i64)
}
