//! The rules on the header.

use super::{
    Check, Rule,
    json::{Json, View},
};
use crate::{algorithm::Algorithm, trust::Trust};

const ALIAS: &str = "Ed25519 is the newer name of what EdDSA means with this key (RFC 9864 section 2.2)";
const CRIT_NULL: &str = "a member is null: many libraries treat it as absent";
const CRIT_MAY: &str = "crit is empty or names standard members, so it may be refused as invalid (RFC 7515 section 4.1.11)";
const B64: &str = "b64 without effect: a verifier that does not know RFC 7797 ignores it, or must refuse it if crit names it";
const TYP: &str = "typ is optional (RFC 7519 section 5.1), but a verifier may insist on one kind (RFC 8725 section 3.11)";
const KEY_ID: &str = "kid is not that of the configured key: some verifiers look it up, others ignore it";
const CARRIED: &str =
    "a member about keys, content or encryption, or a copy of a claim: some verifiers process it, others ignore it";

/// Members that RFC 7515, RFC 7516 and RFC 7518 define; in `crit` they break a rule that a verifier may enforce.
const DEFINED: [&str; 20] = [
    "alg", "jku", "jwk", "kid", "x5u", "x5c", "x5t", "x5t#S256", "typ", "cty", "crit", "enc", "zip", "epk", "apu", "apv", "iv",
    "tag", "p2s", "p2c",
];

/// Kinds of tokens that are not plain JWTs: each has verifiers of its own (RFC 8725 section 3.12).
const OTHER_KINDS: [&str; 17] = [
    "at+jwt",
    "dpop+jwt",
    "secevent+jwt",
    "logout+jwt",
    "jwe",
    "jose+json",
    "oauth-authz-req+jwt",
    "token-introspection+jwt",
    "client-authentication+jwt",
    "entity-statement+jwt",
    "trust-mark+jwt",
    "statuslist+jwt",
    "sd-jwt",
    "dc+sd-jwt",
    "kb+jwt",
    "vc+jwt",
    "vp+jwt",
];

pub(super) fn checks(trust: &Trust, header: View<'_>) -> Vec<Check> {
    let mut checks = vec![algorithm(trust, header), crit(header), b64(header), typ(header), key_id(trust, header)];
    let carried =
        ["jku", "jwk", "x5u", "x5c", "x5t", "x5t#S256", "cty", "enc", "zip", "iss", "sub", "aud", "exp", "nbf", "iat", "jti"];
    if carried.iter().any(|name| header.get(name).is_some()) {
        checks.push(Check::Free(CARRIED));
    }
    checks
}

/// RFC 7515 section 4.1.1, RFC 8725 section 3.1: one of the algorithms that were configured, spelled as registered, and one that the
/// key is for.
fn algorithm(trust: &Trust, header: View<'_>) -> Check {
    let Some(Json::Text(name)) = header.get("alg") else { return Check::Fail(Rule::Algorithm) };
    let listed = trust.algorithms.iter().flatten().chain([&trust.algorithm]);
    let mut usable = listed.filter(|algorithm| algorithm.family() == trust.algorithm.family());
    if usable.any(|algorithm| algorithm.name() == name) {
        Check::Pass
    } else if name == "Ed25519" && trust.algorithm == Algorithm::EdDSA {
        Check::Free(ALIAS)
    } else {
        Check::Fail(Rule::Algorithm)
    }
}

/// The names in `crit`; `None` if it is not a list of texts.
fn critical(header: View<'_>) -> Option<Vec<&str>> {
    match header.get("crit") {
        None | Some(Json::Null) => Some(Vec::new()),
        Some(Json::List(items)) => {
            items.iter().map(|item| if let Json::Text(name) = item { Some(name.as_str()) } else { None }).collect()
        }
        Some(_) => None,
    }
}

/// RFC 7515 section 4.1.11. RFC 7797 is the one extension that a verifier of JWTs may know.
fn crit(header: View<'_>) -> Check {
    let Some(names) = critical(header) else { return Check::Fail(Rule::CritMalformed) };
    if names.iter().any(|name| !DEFINED.contains(name) && *name != "b64") {
        return Check::Fail(Rule::CritUnknown);
    }
    match header.get("crit") {
        None => Check::Pass,
        Some(Json::Null) => Check::Free(CRIT_NULL),
        Some(_) => Check::Free(CRIT_MAY),
    }
}

/// RFC 7797 sections 6 and 7: an unencoded payload is announced in `crit`, and not for a JWT. Not announced, it is a member without
/// a meaning to whoever does not know it.
fn b64(header: View<'_>) -> Check {
    let announced = critical(header).unwrap_or_default().contains(&"b64");
    match header.get("b64") {
        None if !announced => Check::Pass,
        None | Some(Json::Bool(true)) => Check::Free(B64),
        Some(_) if announced => Check::Fail(Rule::B64),
        Some(_) => Check::Free(B64),
    }
}

/// RFC 8725 section 3.11. Media types ignore case and may leave out `application/` (RFC 7515 section 4.1.9).
fn typ(header: View<'_>) -> Check {
    let Some(Json::Text(name)) = header.get("typ") else { return Check::Free(TYP) };
    let kind = name.to_ascii_lowercase();
    if OTHER_KINDS.contains(&kind.strip_prefix("application/").unwrap_or(&kind)) {
        Check::Fail(Rule::Typ)
    } else if name == "JWT" {
        Check::Pass
    } else {
        Check::Free(TYP)
    }
}

fn key_id(trust: &Trust, header: View<'_>) -> Check {
    match (header.get("kid"), &trust.kid) {
        (None, None) => Check::Pass,
        (Some(Json::Text(given)), Some(configured)) if given == configured => Check::Pass,
        _ => Check::Free(KEY_ID),
    }
}
