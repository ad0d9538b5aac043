//! Keys that are almost the trusted one, for verifiers that compare only some members of the two.

use rsa::BigUint;
use serde_json::json;

use super::{KeyMember, certificate, public};
use crate::{
    algorithm::{Algorithm, Family},
    keys::{Curve, Key, PublicKey, PublicMaterial, digest_info, emsa_pkcs1, emsa_pss},
    step::{SegmentName, StepError, Work, ecdsa::fixed, object, signature::set},
};

/// The trusted JWK, alone or with the attacker's members of the same names.
pub(super) fn beside_trusted(work: &Work<'_>, key: &Key, algorithm: Algorithm, member: KeyMember) -> Result<String, StepError> {
    let issuer = work.issuer();
    if issuer.public.family() == Family::Hmac {
        return Err(StepError::Unfit("the trusted key is a secret, which no token may carry".to_owned()));
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
pub(super) fn exponent_one(work: &mut Work<'_>, algorithm: Algorithm) -> Result<(), StepError> {
    let issuer = work.issuer();
    let PublicMaterial::Rsa { n, .. } = &issuer.public.material else {
        return Err(StepError::Unfit("the trusted key is no RSA key".to_owned()));
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
pub(super) fn order_two(work: &mut Work<'_>, algorithm: Algorithm) -> Result<(), StepError> {
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
            return set(work, [fixed(&r, curve.width()), fixed(&s, curve.width())].concat());
        }
    }
}
