//! Steps that embed a key: the attacker's keys, key sets and certificates in the header, with a signature that fits them.
//!
//! A verifier must not let the token choose its key (RFC 7515 section 4.1.3, RFC 8725 section 3.10). The near-trusted forms are here
//! for verifiers that do compare the embedded key with the trusted one, but only some members of it. Deliberately absent: `jku`
//! and `x5u` with the address of a host, which would have to answer.

mod certificate;
mod identity;
mod near;
#[cfg(test)]
mod tests;
mod url;

use serde::{Deserialize, Serialize};
use serde_json::json;

use self::near::{beside_trusted, exponent_one, order_two};
pub use self::{
    certificate::Chain,
    url::{DataUrl, Document},
};
pub(super) use self::{
    certificate::{chain, thumbprint},
    url::url,
};
use super::{
    SegmentName, StepError, hmac, object,
    profile::{Cost, Kind, Profile},
    signature::{role_key, set},
    wire,
};
use crate::{
    algorithm::Algorithm,
    keys::{Key, KeyText, PublicKey, PublicMaterial, Role, der},
    step::Work,
};

/// What carries the attacker's key, and in which form: a header member unless it says otherwise.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, strum::VariantArray, strum::IntoStaticStr)]
#[strum(serialize_all = "kebab-case")]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum KeyMember {
    /// `jwk`, the public JWK.
    Jwk,
    /// `jwk`, only the members that RFC 7638 requires.
    JwkBare,
    /// `jwk`, private members included.
    JwkPrivate,
    /// `jwk`, as a string that holds the JSON text.
    JwkText,
    /// `jwk`, as an array of one.
    JwkArray,
    /// `jwk`, as a key set.
    JwkSet,
    /// `jwks`, a key set.
    Jwks,
    /// `keys`, the array of a key set.
    Keys,
    /// `key`, the public JWK.
    Key,
    /// `key`, the key in PEM; a secret as base64url text, which then is the secret itself.
    KeyPem,
    /// `publicKey`, the key in PEM.
    PublicKey,
    /// `cert`, a self-signed certificate in PEM.
    Cert,
    /// `secret`, base64url text that is the HMAC secret itself.
    Secret,
    /// `k`, the HMAC secret in base64url.
    K,
    /// The claim `cnf` with the public JWK as its `jwk` (RFC 7800).
    Confirmation,
    /// `jwk` and `kid`, whose key id is the thumbprint (RFC 7638) of the trusted key.
    TrustedThumbprint,
    /// `jwk` and `kid`, whose key id is the thumbprint of the attacker's key.
    OwnThumbprint,
    /// `jwk`, the trusted members first and the attacker's of the same names behind them.
    TrustedFirst,
    /// `jwk`, the attacker's members first and the trusted ones of the same names behind them.
    TrustedLast,
    /// `jwk`, the trusted modulus with exponent 1, for which the encoded message is its own signature.
    ExponentOne,
    /// `jwk`, the trusted x with y = 0: off the curve and of order two, so that anyone can sign for it.
    OrderTwo,
    /// `jwk`, exactly the trusted key; the attacker signs.
    Trusted,
    /// `jwk`, the trusted key with a certificate of the attacker's as its `x5c` (RFC 7517 section 4.7).
    TrustedChain,
    /// `jwk` in the unprotected header of a flattened JSON serialisation (RFC 7515 section 7.2.2).
    Unprotected,
    /// `kid`, the key as a DID URL of the method `jwk`.
    DidJwk,
    /// The same without the fragment.
    DidJwkBare,
    /// `kid`, the key as a DID URL of the method `key`.
    DidKey,
    /// The same without the fragment.
    DidKeyBare,
    /// The claim `sub_jwk` of a self-issued ID token, with the issuer that such tokens name and the thumbprint as subject.
    SelfIssued,
    /// The claim `jwks` of an entity's statement about itself, in the trusted issuer's name (`OpenID` Federation).
    EntityStatement,
}

impl KeyMember {
    /// Whether it holds something of the trusted key, so that the key has to be of the same kind.
    #[must_use]
    pub fn is_near_trusted(self) -> bool {
        use KeyMember::{ExponentOne, OrderTwo, Trusted, TrustedChain, TrustedFirst, TrustedLast, TrustedThumbprint};
        matches!(self, ExponentOne | OrderTwo | Trusted | TrustedChain | TrustedFirst | TrustedLast | TrustedThumbprint)
    }
}

/// Which key it is does not matter, only what carries it.
pub(super) fn with_key(under: Option<Algorithm>, member: KeyMember) -> Profile<'static> {
    Profile::new(Cost::Signature(under), Kind::Word(member.into())).bringing_key("jwk")
}

pub(super) fn with_url(name: &str, under: Option<Algorithm>) -> Profile<'_> {
    Profile::new(Cost::Signature(under), Kind::AllWords).bringing_key(name)
}

/// One weakness takes many chains.
pub(super) const WITH_CHAIN: Profile<'_> = Profile::new(Cost::Expensive, Kind::Name).bringing_key("x5c");
/// A thumbprint takes a certificate, and brings none.
pub(super) const THUMBPRINT: Profile<'_> = Profile::new(Cost::Expensive, Kind::AllWords);

/// Puts a key into the header and signs with it, under the header's `alg` or the one given.
pub(super) fn key(work: &mut Work<'_>, algorithm: Option<Algorithm>, member: KeyMember) -> Result<(), StepError> {
    let algorithm = match algorithm {
        Some(algorithm) => algorithm,
        None => work.header_algorithm()?,
    };
    object::set(work, SegmentName::Header, "alg", &text(algorithm.name()))?;
    let key = role_key(Role::Attacker, algorithm)?;
    let (name, value) = match member {
        KeyMember::ExponentOne => return exponent_one(work, algorithm),
        KeyMember::OrderTwo => return order_two(work, algorithm),
        KeyMember::TrustedThumbprint | KeyMember::OwnThumbprint => {
            let of = if member == KeyMember::OwnThumbprint { key.public() } else { &work.issuer().public };
            let kid = thumbprint_text(of, algorithm)?;
            object::set(work, SegmentName::Header, "kid", &text(&kid))?;
            ("jwk", public(&key, Some(kid)).jwk(algorithm))
        }
        KeyMember::TrustedFirst | KeyMember::TrustedLast | KeyMember::Trusted | KeyMember::TrustedChain => {
            ("jwk", beside_trusted(work, &key, algorithm, member)?)
        }
        _ => written(work, &key, algorithm, member)?,
    };
    if member == KeyMember::Unprotected {
        let signature = key.sign(algorithm, work.signing_input()?.as_bytes())?;
        set(work, signature)?;
        return wire::with_unprotected(work, &format!("{{{}:{value}}}", text(name)));
    }
    if matches!(member, KeyMember::SelfIssued | KeyMember::EntityStatement) {
        identity::statement(work, &value, thumbprint_text(key.public(), algorithm), member)?;
    } else {
        let place = if member == KeyMember::Confirmation { SegmentName::Claims } else { SegmentName::Header };
        object::set(work, place, name, &value)?;
    }
    let input = work.signing_input()?;
    let signature = match spoken_secret(&key, member) {
        Some(secret) => crate::keys::tag(hmac::named_hash(algorithm)?, secret.as_bytes(), input.as_bytes()),
        None => key.sign(algorithm, input.as_bytes())?,
    };
    set(work, signature)
}

/// Header member and JSON value for the forms that hold nothing of the trusted key.
fn written(work: &mut Work<'_>, key: &Key, algorithm: Algorithm, member: KeyMember) -> Result<(&'static str, String), StepError> {
    let unfit = || StepError::Unfit(format!("an attacker's key for {algorithm} has no form `{member:?}`"));
    // Some verifiers look for the header's kid in the embedded set.
    let kid = header_kid(work)?.unwrap_or_else(|| key.kid.clone());
    let public = public(key, Some(kid));
    let jwk = public.jwk(algorithm);
    let pem = || spoken_secret(key, KeyMember::KeyPem).or_else(|| public.spki_pem()).ok_or_else(unfit);
    Ok(match member {
        KeyMember::JwkBare => ("jwk", shape(KeyText::JwkMinimal, &public, algorithm).ok_or_else(unfit)?),
        KeyMember::JwkPrivate => ("jwk", with_private(&jwk, key).ok_or_else(unfit)?),
        KeyMember::JwkText => ("jwk", text(&jwk)),
        KeyMember::JwkArray => ("jwk", format!("[{jwk}]")),
        KeyMember::JwkSet => ("jwk", format!("{{\"keys\":[{jwk}]}}")),
        KeyMember::Jwks => ("jwks", format!("{{\"keys\":[{jwk}]}}")),
        KeyMember::Keys => ("keys", format!("[{jwk}]")),
        KeyMember::Key => ("key", jwk),
        KeyMember::Confirmation => ("cnf", format!("{{\"jwk\":{jwk}}}")),
        KeyMember::KeyPem => ("key", text(&pem()?)),
        KeyMember::PublicKey => ("publicKey", text(&public.spki_pem().ok_or_else(unfit)?)),
        KeyMember::Cert => {
            let certificate = certificate::self_signed(key).ok_or_else(unfit)?;
            ("cert", text(&der::pem("CERTIFICATE", &certificate)))
        }
        KeyMember::Secret => ("secret", text(&spoken_secret(key, member).ok_or_else(unfit)?)),
        KeyMember::DidJwk | KeyMember::DidJwkBare | KeyMember::DidKey | KeyMember::DidKeyBare => {
            ("kid", text(&identity::did(&public, algorithm, member).ok_or_else(unfit)?))
        }
        KeyMember::K => ("k", text(&spoken_secret(key, KeyMember::Secret).ok_or_else(unfit)?)),
        _ => ("jwk", jwk),
    })
}

/// Where a secret stands in the header as text, that text is what a careless verifier MACs with.
fn spoken_secret(key: &Key, member: KeyMember) -> Option<String> {
    match (&key.public().material, member) {
        (PublicMaterial::Secret(secret), KeyMember::Secret | KeyMember::KeyPem) => {
            Some(data_encoding::BASE64URL_NOPAD.encode(secret))
        }
        _ => None,
    }
}

fn public(key: &Key, kid: Option<String>) -> PublicKey {
    PublicKey { kid, ..key.public().clone() }
}

fn shape(shape: KeyText, key: &PublicKey, algorithm: Algorithm) -> Option<String> {
    shape.render(key, algorithm).and_then(|bytes| String::from_utf8(bytes).ok())
}

fn thumbprint_text(key: &PublicKey, algorithm: Algorithm) -> Result<String, StepError> {
    let unfit = || StepError::Unfit("a shared secret has no public thumbprint".to_owned());
    shape(KeyText::ThumbprintBase64url, key, algorithm).ok_or_else(unfit)
}

fn with_private(jwk: &str, key: &Key) -> Option<String> {
    let private = key.private_members();
    let members: Vec<_> = private.iter().map(|(name, value)| format!("{}:{}", text(name), text(value))).collect();
    (!private.is_empty()).then(|| format!("{},{}}}", &jwk[..jwk.len() - 1], members.join(",")))
}

fn header_kid(work: &mut Work<'_>) -> Result<Option<String>, StepError> {
    let header = work.segment(SegmentName::Header)?;
    Ok(header.and_then(|header| header.member("kid")).and_then(|value| serde_json::from_slice(value).ok()))
}

/// A string as JSON text.
fn text(value: &str) -> String {
    json!(value).to_string()
}
