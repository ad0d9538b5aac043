//! Holes where the token brings its own key: `jwk`, its relatives, and certificates.

use data_encoding::{BASE64, BASE64URL_NOPAD};
use serde_json::{Map, Value};

use super::rules::{Jws, Setup};
use crate::keys::{KeyText, PublicKey, PublicMaterial, der};

/// The key in `jwk` verifies the token.
pub(super) fn jwk(setup: &Setup, jws: &Jws) -> bool {
    jws.header.get("jwk").is_some_and(|jwk| signed_by(jws, jwk)) || setup.exact(jws)
}

/// A key, key set or PEM in a member that no standard knows, or in `jwk` in a form that it does not have.
pub(super) fn relatives(setup: &Setup, jws: &Jws) -> bool {
    let names = ["jwks", "keys", "key", "publicKey", "public_key", "cert", "secret", "k", "pem"];
    let odd_jwk = jws.header.get("jwk").filter(|v| !v.is_object() || v.get("keys").is_some());
    let values = names.iter().filter_map(|name| jws.header.get(*name)).chain(odd_jwk);
    values.flat_map(keys).any(|key| fits(jws, &key)) || values_as_secret(jws) || setup.exact(jws)
}

fn values_as_secret(jws: &Jws) -> bool {
    ["secret", "key", "k"].iter().filter_map(|name| jws.text(name)).any(|text| {
        jws.has_mac(text.as_bytes()) || BASE64URL_NOPAD.decode(text.as_bytes()).is_ok_and(|secret| jws.has_mac(&secret))
    })
}

/// The key in `jwk` verifies if its `kid`, or its thumbprint as `kid`, is the trusted one.
pub(super) fn jwk_of_known_kid(setup: &Setup, jws: &Jws) -> bool {
    let thumbprint = KeyText::ThumbprintBase64url.render(&setup.key, setup.algorithm());
    let thumbprint = thumbprint.and_then(|bytes| String::from_utf8(bytes).ok());
    let known = |kid: &str| Some(kid) == setup.trust.kid.as_deref() || Some(kid) == thumbprint.as_deref();
    let Some(jwk) = jws.header.get("jwk") else { return setup.exact(jws) };
    let kid = jwk.get("kid").or_else(|| jws.header.get("kid")).and_then(Value::as_str);
    (kid.is_some_and(known) && signed_by(jws, jwk)) || setup.exact(jws)
}

/// The key in `jwk` verifies if one number in it, the modulus or x, is the trusted one.
pub(super) fn jwk_of_known_number(setup: &Setup, jws: &Jws) -> bool {
    let Some(jwk) = jws.header.get("jwk") else { return setup.exact(jws) };
    let same = PublicKey::from_jwk(jwk).is_ok_and(|key| match (&key.material, &setup.key.material) {
        (PublicMaterial::Rsa { n, .. }, PublicMaterial::Rsa { n: own, .. }) => n == own,
        (PublicMaterial::Ec { x, .. }, PublicMaterial::Ec { x: own, .. })
        | (PublicMaterial::Ed25519 { x }, PublicMaterial::Ed25519 { x: own }) => x == own,
        _ => false,
    });
    let key = PublicKey::from_jwk(jwk);
    let textbook = || match key.as_ref().map(|key| &key.material) {
        Ok(PublicMaterial::Rsa { .. }) => super::rsa::textbook(key.as_ref().expect("matched"), jws),
        Ok(PublicMaterial::Ec { curve, x, y }) => super::ecdsa::textbook(*curve, x, y, jws),
        _ => false,
    };
    (same && (signed_by(jws, jwk) || textbook())) || setup.exact(jws)
}

/// `jwk` holds members twice: the first of a name is compared with the trusted key and the last verifies, or the other way round.
pub(super) fn jwk_read_twice(setup: &Setup, jws: &Jws) -> bool {
    let Some(members) = crate::token::object_members(jws.header_bytes.trim_ascii()) else { return setup.exact(jws) };
    let Some(raw) = members.iter().find(|m| m.is("jwk")).map(|m| m.value.clone()) else { return setup.exact(jws) };
    let read = |reversed: bool| {
        let mut members = crate::token::object_members(raw.trim_ascii()).unwrap_or_default();
        if reversed {
            members.reverse();
        }
        let pairs = members.iter().filter_map(|m| {
            Some((serde_json::from_slice::<String>(&m.name).ok()?, serde_json::from_slice::<Value>(&m.value).ok()?))
        });
        Value::Object(pairs.collect::<Map<_, _>>())
    };
    let (last, first) = (read(false), read(true));
    let trusted = |jwk: &Value| PublicKey::from_jwk(jwk).is_ok_and(|key| key.material == setup.key.material);
    (trusted(&first) && signed_by(jws, &last)) || (trusted(&last) && signed_by(jws, &first)) || setup.exact(jws)
}

fn signed_by(jws: &Jws, jwk: &Value) -> bool {
    PublicKey::from_jwk(jwk).is_ok_and(|key| fits(jws, &key))
}

pub(super) fn fits(jws: &Jws, key: &PublicKey) -> bool {
    jws.algorithm().is_some_and(|algorithm| jws.verifies(key, algorithm))
}

/// Every key that can be read out of a JSON value: JWK, set, array, JSON text, PEM, certificate.
pub(super) fn keys(value: &Value) -> Vec<PublicKey> {
    match value {
        Value::Array(items) => items.iter().flat_map(keys).collect(),
        Value::Object(object) => match object.get("keys") {
            Some(set) => keys(set),
            None => PublicKey::from_jwk(value).into_iter().collect(),
        },
        Value::String(text) => match serde_json::from_str::<Value>(text) {
            Ok(inner @ (Value::Object(_) | Value::Array(_))) => keys(&inner),
            _ => PublicKey::from_text(text).ok().or_else(|| pem_certificate(text)).into_iter().collect(),
        },
        _ => Vec::new(),
    }
}

fn pem_certificate(text: &str) -> Option<PublicKey> {
    let body: String = text.lines().filter(|line| !line.starts_with('-')).collect();
    certificate_key(&BASE64.decode(body.as_bytes()).ok()?)
}

/// The certificates of `x5c` in DER, in whatever encoding.
fn chain(jws: &Jws) -> Vec<Vec<u8>> {
    let texts: Vec<&str> = match jws.header.get("x5c") {
        Some(Value::Array(items)) => items.iter().filter_map(Value::as_str).collect(),
        Some(Value::String(text)) => vec![text],
        _ => Vec::new(),
    };
    let decode = |text: &str| {
        let body: String = text.lines().filter(|line| !line.starts_with('-')).collect();
        BASE64.decode(body.as_bytes()).or_else(|_| BASE64URL_NOPAD.decode(body.as_bytes())).ok()
    };
    texts.into_iter().filter_map(decode).collect()
}

/// The key of the first certificate in `x5c` verifies, whoever issued it.
pub(super) fn x5c_leaf(setup: &Setup, jws: &Jws) -> bool {
    let leaf = chain(jws).first().and_then(|der| certificate_key(der));
    leaf.is_some_and(|key| fits(jws, &key)) || setup.exact(jws)
}

/// The key of any certificate in `x5c` verifies, as long as the trusted one stands in the chain too.
pub(super) fn x5c_inclusion(setup: &Setup, jws: &Jws) -> bool {
    let keys: Vec<PublicKey> = chain(jws).iter().filter_map(|der| certificate_key(der)).collect();
    let included = keys.iter().any(|key| key.material == setup.key.material);
    (included && keys.iter().any(|key| fits(jws, key))) || setup.exact(jws)
}

/// The last certificate in `x5c` verifies: the chain is read root first.
pub(super) fn x5c_last(setup: &Setup, jws: &Jws) -> bool {
    let last = chain(jws).last().and_then(|der| certificate_key(der));
    last.is_some_and(|key| fits(jws, &key)) || setup.exact(jws)
}

/// `x5t` finds the trusted certificate, and the key of `x5c` verifies.
pub(super) fn x5t_then_x5c(setup: &Setup, jws: &Jws) -> bool {
    let pinned = jws.header.contains_key("x5t") || jws.header.contains_key("x5t#S256");
    let own = |key: &PublicKey| fits(jws, key);
    (pinned && chain(jws).iter().filter_map(|der| certificate_key(der)).any(|key| own(&key))) || setup.exact(jws)
}

/// A thumbprint and no chain: the look-up finds nothing, and what finds nothing verifies nothing.
pub(super) fn x5t_miss(setup: &Setup, jws: &Jws) -> bool {
    let printed = jws.header.contains_key("x5t") || jws.header.contains_key("x5t#S256");
    (printed && !jws.header.contains_key("x5c")) || setup.exact(jws)
}

/// The subject's public key: the seventh element of a version 3 `TBSCertificate` (RFC 5280 section 4.1).
pub(super) fn certificate_key(certificate: &[u8]) -> Option<PublicKey> {
    let (_, certificate, _) = element(certificate)?;
    let (_, mut body, _) = element(certificate)?;
    for _ in 0..6 {
        body = element(body)?.2;
    }
    let (_, _, after) = element(body)?;
    let spki = &body[..body.len() - after.len()];
    PublicKey::from_pem(&der::pem("PUBLIC KEY", spki)).ok()
}

/// One DER element: tag, content, and what follows.
pub(super) fn element(bytes: &[u8]) -> Option<(u8, &[u8], &[u8])> {
    let (&tag, rest) = bytes.split_first()?;
    let (&first, rest) = rest.split_first()?;
    let count = if first > 0x80 { usize::from(first & 0x7f) } else { 0 };
    let long = rest.get(..count)?.iter().try_fold(0_usize, |n, b| n.checked_mul(256)?.checked_add(usize::from(*b)))?;
    let rest = &rest[count..];
    let length = if count == 0 { usize::from(first) } else { long };
    Some((tag, rest.get(..length)?, rest.get(length..)?))
}
