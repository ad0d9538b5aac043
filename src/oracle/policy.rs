//! What a verifier must do with a token that the trusted key really signed: a model of the rules, written apart from every verifier.
//!
//! Whether a signature is the issuer's is another room's question ([`crate::oracle::recognise`]). Here the header and the claims are held
//! against what the RFCs say MUST and against what the operator configured ([`Trust`]). [`Ruling::MustRefuse`] names a rule that no
//! reading of the token keeps; where two correct verifiers may differ, the ruling is [`Ruling::Free`] and says why.
//!
//! Names are unique in both objects, or the last one counts: a parser may do nothing else (RFC 7515 section 4, RFC 7519 section 4).
//! So a token is read twice, by first and by last members. If the last break a rule and the first do not, taking the token shows a
//! parser that goes by the first; the other way round both answers are good.
//!
//! Deliberately absent: rules about `kid` (one key is configured, and RFC 7515 section 4.1.4 leaves its use open), about `enc` and
//! `zip` (outside encrypted tokens they mean nothing, and what means nothing is ignored), about keys in the header (taking one is a
//! forgery, and no token that the trusted key signed), and about missing claims that nobody asked for. And no code of
//! [`crate::verifier::strict`]: the two are witnesses against each other.

mod claims;
mod header;
mod json;
mod rule;
#[cfg(test)]
mod tests;

pub use rule::Rule;

use self::json::{Members, Pick, Read, View};
use crate::{oracle::lenient, trust::Trust};

/// What has to happen to a token that the trusted key signed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ruling {
    /// It keeps every rule; a verifier that refuses it is too strict.
    Good,
    /// Both answers are defensible, for this reason.
    Free(&'static str),
    /// It breaks this rule, the gravest of those that it breaks.
    MustRefuse(Rule),
}

/// What one rule says about one reading.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Check {
    Pass,
    Free(&'static str),
    Fail(Rule),
}

/// The longest token that every verifier should read; header fields of HTTP end about there.
const USUAL_LENGTH: usize = 8 * 1024;

const SHAPE: &str = "no compact token of three segments";
const JSON_FORM: &str = "a JSON serialisation (RFC 7515 section 7.2): some verifiers read it, though RFC 7519 section 1 does not";
const SPELLING: &str = "another spelling of a token: white space, padding, another alphabet, or bits that carry nothing";
const LENGTH: &str = "longer than some verifiers read";
const FIRST_MEMBER: &str = "of two members with one name, the first breaks a rule; the last one counts (RFC 7515 section 4)";

/// Rules on `token` at the time `now`, in seconds since 1970.
#[must_use]
pub fn judge(trust: &Trust, token: &str, now: f64) -> Ruling {
    let spelled = lenient::spelled(token);
    let Some(first) = spelled.first() else { return Ruling::Free(SHAPE) };
    let json_form = token.split('.').count() != 3;
    let claims = json::read(&first.reading.payload);
    // Which header counts in a JSON serialisation is for the verifier to say; the payload is one.
    let header = if json_form { Read::Unclear(JSON_FORM) } else { json::read(&first.reading.header) };
    let by = |pick| checks(trust, &header, &claims, pick, now);
    let (last, first) = (by(Pick::Last), by(Pick::First));
    let canonical = || token.split('.').all(|text| data_encoding::BASE64URL_NOPAD.decode(text.as_bytes()).is_ok());
    match (gravest(&last), gravest(&first)) {
        (Some(rule), Some(_)) => Ruling::MustRefuse(rule),
        (Some(_), None) => Ruling::MustRefuse(Rule::DuplicateMember),
        (None, Some(_)) => Ruling::Free(FIRST_MEMBER),
        (None, None) if json_form => Ruling::Free(JSON_FORM),
        (None, None) if !canonical() => Ruling::Free(SPELLING),
        (None, None) if token.len() > USUAL_LENGTH => Ruling::Free(LENGTH),
        (None, None) => last.into_iter().find_map(free).map_or(Ruling::Good, Ruling::Free),
    }
}

/// Every rule on one reading of the duplicates.
fn checks(trust: &Trust, header: &Read, claims: &Read, pick: Pick, now: f64) -> Vec<Check> {
    let mut checks = Vec::new();
    let mut part = |read: &Read, missing: Rule, rules: &dyn Fn(&Members) -> Vec<Check>| match read {
        Read::Object(members, odd) => {
            checks.extend(rules(members));
            checks.extend(odd.map(Check::Free));
        }
        Read::Other => checks.push(Check::Fail(missing)),
        Read::Unclear(because) => checks.push(Check::Free(because)),
    };
    part(header, Rule::HeaderNotAnObject, &|members| header::checks(trust, View { members, pick }));
    part(claims, Rule::ClaimsNotAnObject, &|members| claims::checks(trust, View { members, pick }, now));
    checks
}

fn gravest(checks: &[Check]) -> Option<Rule> {
    let broken = checks.iter().filter_map(|check| if let Check::Fail(rule) = check { Some(*rule) } else { None });
    // Of equals the first: the header comes before the claims.
    broken.reduce(|worst, rule| if rule.severity() > worst.severity() { rule } else { worst })
}

fn free(check: Check) -> Option<&'static str> {
    if let Check::Free(because) = check { Some(because) } else { None }
}
