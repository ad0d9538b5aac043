//! Steps that embed a key: the attacker's keys, key sets and certificates in the header, with a signature that fits them.
//!
//! A verifier must not let the token choose its key (RFC 7515 section 4.1.3, RFC 8725 section 3.10). The near-trusted forms are here
//! for verifiers that do compare the embedded key with the trusted one, but only some members of it. Deliberately absent: `jku`
//! and `x5u` with the address of a host, which would have to answer.

mod certificate;
mod identity;
mod url;

use rsa::BigUint;
use serde::{Deserialize, Serialize};
use serde_json::json;

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
    signature::{role_key, set},
    wire,
};
use crate::{
    algorithm::{Algorithm, Family},
    der,
    keys::{Curve, Key, KeyText, PublicKey, PublicMaterial, Role, digest_info, emsa_pkcs1, emsa_pss},
    step::Work,
};

/// What carries the attacker's key, and in which form: a header member unless it says otherwise.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, strum::VariantArray)]
#[serde(rename_all = "kebab-case")]
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
        Some(secret) => hmac::tag(hmac::named_hash(algorithm)?, secret.as_bytes(), input.as_bytes()),
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

/// The trusted JWK, alone or with the attacker's members of the same names.
fn beside_trusted(work: &Work<'_>, key: &Key, algorithm: Algorithm, member: KeyMember) -> Result<String, StepError> {
    let issuer = work.issuer();
    if issuer.public.family() == Family::Hmac {
        return Err(StepError::Unfit("the trusted key is a secret, which a token must not contain".to_owned()));
    }
    let trusted = issuer.public.jwk(issuer.trust.algorithm);
    let own = public(key, issuer.public.kid.clone()).jwk(algorithm);
    let join = |first: &str, second: &str| format!("{},{}", &first[..first.len() - 1], &second[1..]);
    Ok(match member {
        KeyMember::TrustedFirst => join(&trusted, &own),
        KeyMember::TrustedLast => join(&own, &trusted),
        KeyMember::TrustedChain => {
            let unfit = || StepError::Unfit(format!("{algorithm} keys have no certificates"));
            let certificate = certificate::self_signed(key).ok_or_else(unfit)?;
            join(&trusted, &json!({"x5c": [data_encoding::BASE64.encode(&certificate)]}).to_string())
        }
        _ => trusted,
    })
}

/// With e = 1 the signature is the encoded message (RFC 8017 section 5.2.2).
fn exponent_one(work: &mut Work<'_>, algorithm: Algorithm) -> Result<(), StepError> {
    let issuer = work.issuer();
    let PublicMaterial::Rsa { n, .. } = &issuer.public.material else {
        return Err(StepError::Unfit("the trusted key is not an RSA key".to_owned()));
    };
    let (n, kid) = (n.clone(), issuer.public.kid.clone());
    let public = PublicKey { kid, material: PublicMaterial::Rsa { n: n.clone(), e: vec![1] }, certificate: None };
    object::set(work, SegmentName::Header, "jwk", &public.jwk(algorithm))?;
    let hash = algorithm.hash();
    let digest = hash.digest(work.signing_input()?.as_bytes());
    let encoded = match (algorithm.family(), algorithm.is_pss()) {
        (Family::Rsa, false) => emsa_pkcs1(&digest_info(hash, &digest), n.len()),
        (Family::Rsa, true) => {
            let salt = work.random(hash.len());
            emsa_pss(hash, hash, &digest, &salt, BigUint::from_bytes_be(&n).bits() - 1)
        }
        _ => None,
    };
    set(work, encoded.ok_or_else(|| StepError::Unfit(format!("{algorithm} does not fit an RSA key of that size")))?)
}

/// ECDSA for Q = (x, 0): twice Q is the point at infinity, so with an even u2 = r/s the public key drops out, and R = u1 G is ours to
/// choose. Fools a verifier that compares x alone and does not check that the point is on the curve.
fn order_two(work: &mut Work<'_>, algorithm: Algorithm) -> Result<(), StepError> {
    let issuer = work.issuer();
    let (curve, x) = match &issuer.public.material {
        PublicMaterial::Ec { curve, x, .. } if Curve::of(algorithm) == Some(*curve) => (*curve, x.clone()),
        _ => return Err(StepError::Unfit(format!("the trusted key is on no curve of {algorithm}"))),
    };
    let material = PublicMaterial::Ec { curve, x, y: vec![0; curve.width()] };
    let public = PublicKey { kid: issuer.public.kid.clone(), material, certificate: None };
    object::set(work, SegmentName::Header, "jwk", &public.jwk(algorithm))?;
    let order = BigUint::from_bytes_be(&curve.order());
    let inverse = |number: &BigUint| number.modpow(&(&order - 2_u8), &order);
    let message = BigUint::from_bytes_be(&algorithm.hash().digest(work.signing_input()?.as_bytes()));
    loop {
        let scalar = curve.scalar(&work.random(curve.width()));
        let nonce = BigUint::from_bytes_be(&scalar);
        if nonce == BigUint::from(0_u8) {
            continue;
        }
        let r = BigUint::from_bytes_be(&curve.public(&scalar).0) % &order;
        let s = &message * inverse(&nonce) % &order;
        let u2 = &r * inverse(&s) % &order;
        if &u2 % 2_u8 == BigUint::from(0_u8) {
            return set(work, [padded(&r, curve.width()), padded(&s, curve.width())].concat());
        }
    }
}

fn padded(number: &BigUint, width: usize) -> Vec<u8> {
    let bytes = number.to_bytes_be();
    [vec![0; width.saturating_sub(bytes.len())], bytes].concat()
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        configuration::Configuration,
        recipe::{Base, Recipe},
        step::Step,
        token::Draft,
    };

    fn embedded(configured: Algorithm, step: Step) -> (serde_json::Value, Vec<u8>, String) {
        let issuer = Configuration::default().issuer(configured).expect("a key");
        let recipe = Recipe { from: Base::Forged, steps: vec![step] };
        let forged = recipe.forge(&issuer, 1, "a test").expect("the step fits");
        let draft = Draft::parse(forged.token.as_str());
        let header = serde_json::from_slice(&draft.segments[0].bytes().expect("base64url")).expect("JSON");
        (header, draft.segments[2].bytes().expect("base64url"), draft.signing_input())
    }

    fn key_step(key: Option<Algorithm>, member: KeyMember) -> Step {
        Step::EmbedKey { key: key.map(Into::into), r#as: member.into() }
    }

    #[test]
    fn an_embedded_key_verifies_its_token_under_the_kid_of_the_header() {
        for algorithm in Algorithm::ALL {
            let (header, signature, input) = embedded(Algorithm::PS384, key_step(Some(algorithm), KeyMember::Jwk));
            let key = PublicKey::from_jwk(&header["jwk"]).expect("a key");
            assert_eq!(header["alg"], algorithm.name());
            assert_eq!(header["jwk"]["kid"], header["kid"]);
            assert!(key.verifies(algorithm, input.as_bytes(), &signature), "{algorithm}");
        }
    }

    #[test]
    fn the_header_names_the_algorithm_where_the_step_does_not() {
        let (header, signature, input) = embedded(Algorithm::ES512, key_step(None, KeyMember::Keys));
        let key = PublicKey::from_jwk(&header["keys"][0]).expect("a key");
        assert!(key.verifies(Algorithm::ES512, input.as_bytes(), &signature));
    }

    #[test]
    fn a_secret_as_text_is_the_mac_key() {
        let (header, signature, input) = embedded(Algorithm::RS256, key_step(Some(Algorithm::HS256), KeyMember::Secret));
        let secret = header["secret"].as_str().expect("text");
        assert_eq!(signature, Algorithm::HS256.hash().hmac(secret.as_bytes(), input.as_bytes()));
    }

    #[test]
    fn with_exponent_one_the_signature_is_the_encoded_message() {
        let (header, signature, input) = embedded(Algorithm::RS256, key_step(None, KeyMember::ExponentOne));
        let trusted = Key::of(Role::Trusted, Algorithm::RS256).expect("a key");
        assert_eq!(header["jwk"]["n"], trusted.public().jwk_members().1[0].1.as_str());
        assert_eq!(header["jwk"]["e"], "AQ");
        let info = digest_info(Algorithm::RS256.hash(), &Algorithm::RS256.hash().digest(input.as_bytes()));
        assert_eq!(Some(signature), emsa_pkcs1(&info, 256));
    }

    #[test]
    fn for_a_point_of_order_two_the_public_key_drops_out_of_the_equation() {
        for algorithm in [Algorithm::ES256, Algorithm::ES384, Algorithm::ES512, Algorithm::ES256K] {
            let (header, signature, input) = embedded(algorithm, key_step(None, KeyMember::OrderTwo));
            let curve = Curve::of(algorithm).expect("a curve");
            let order = BigUint::from_bytes_be(&curve.order());
            let (r, s) = signature.split_at(curve.width());
            let (r, s) = (BigUint::from_bytes_be(r), BigUint::from_bytes_be(s));
            let inverse = s.modpow(&(&order - 2_u8), &order);
            let message = BigUint::from_bytes_be(&algorithm.hash().digest(input.as_bytes()));
            // u2 is even, so u2 Q is the point at infinity, and R = u1 G must have r as its x.
            assert_eq!(&r * &inverse % &order % 2_u8, BigUint::from(0_u8), "{algorithm}");
            let (x, _) = curve.public(&padded(&(message * &inverse % &order), curve.width()));
            assert_eq!(BigUint::from_bytes_be(&x) % &order, r, "{algorithm}");
            let trusted = Key::of(Role::Trusted, algorithm).expect("a key");
            assert_eq!(header["jwk"]["x"], trusted.public().jwk_members().1[1].1.as_str());
        }
    }

    #[test]
    fn every_chain_starts_or_ends_with_a_certificate_for_the_signing_key() {
        let chains = [Chain::SelfSigned, Chain::AttackerCa, Chain::TrustedFirst, Chain::Reversed, Chain::TrustedName];
        for algorithm in [Algorithm::RS256, Algorithm::PS384, Algorithm::ES512, Algorithm::EdDSA] {
            for chain in chains {
                let (header, signature, input) = embedded(algorithm, Step::EmbedChain { chain: chain.into() });
                let list = header["x5c"].as_array().expect("a list").iter().map(|c| c.as_str().expect("text"));
                let list: Vec<_> = list.map(|c| data_encoding::BASE64.decode(c.as_bytes()).expect("base64")).collect();
                let attacker = Key::of(Role::Attacker, algorithm).expect("a key");
                let spki = attacker.public().spki_der().expect("an asymmetric key");
                let holds = |der: &Vec<u8>| der.windows(spki.len()).any(|window| window == spki);
                assert!(list.first().is_some_and(holds) || list.last().is_some_and(holds), "{algorithm} {chain:?}");
                assert!(attacker.public().verifies(algorithm, input.as_bytes(), &signature), "{algorithm} {chain:?}");
            }
        }
    }

    #[test]
    fn a_thumbprint_is_that_of_the_certificate() {
        let issuer = Configuration::default().issuer(Algorithm::RS256).expect("a key");
        let certificate = issuer.public.certificate.clone().expect("an RSA key has one");
        let of = super::super::Holder::Trusted;
        let (header, ..) = embedded(Algorithm::RS256, Step::Thumbprint { name: "x5t#S256".into(), of: of.into() });
        let expected = data_encoding::BASE64URL_NOPAD.encode(&crate::algorithm::Sha2::Sha256.digest(&certificate));
        assert_eq!(header["x5t#S256"], expected);
    }
}
