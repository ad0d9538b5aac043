//! Holes in Ed25519: numbers that are not bounded, points of small order, and the other variants of RFC 8032.

use curve25519_dalek::{
    EdwardsPoint, Scalar,
    edwards::CompressedEdwardsY,
    traits::{IsIdentity, VartimeMultiscalarMul},
};
use ring::digest::{SHA512, digest};

use super::rules::{Jws, Setup};
use crate::{
    algorithm::Algorithm,
    keys::{PublicKey, PublicMaterial},
};

/// The first bytes of the challenge hash: empty for Ed25519, `dom2` for its variants (RFC 8032 section 2).
type Prefix = Vec<u8>;

fn public(setup: &Setup, jws: &Jws) -> Option<[u8; 32]> {
    match &setup.key.material {
        PublicMaterial::Ed25519 { x } if jws.alg() == Some(setup.algorithm().name()) => x.as_slice().try_into().ok(),
        _ => None,
    }
}

/// `S B - k A - R`, S reduced whatever it was; `None` if a point cannot be read.
fn difference(key: &[u8; 32], prefix: &Prefix, message: &[u8], signature: &[u8]) -> Option<(EdwardsPoint, [u8; 32])> {
    let (r, s): ([u8; 32], [u8; 32]) = (signature.get(..32)?.try_into().ok()?, signature.get(32..64)?.try_into().ok()?);
    let hash: [u8; 64] = digest(&SHA512, &[prefix.as_slice(), &r, key, message].concat()).as_ref().try_into().ok()?;
    let (a, k) = (CompressedEdwardsY(*key).decompress()?, Scalar::from_bytes_mod_order_wide(&hash));
    let s = Scalar::from_bytes_mod_order(s);
    let generator = curve25519_dalek::constants::ED25519_BASEPOINT_POINT;
    Some((EdwardsPoint::vartime_multiscalar_mul([s, -k], [generator, a]), r))
}

fn without_cofactor(key: &[u8; 32], prefix: &Prefix, message: &[u8], signature: &[u8]) -> bool {
    difference(key, prefix, message, signature).is_some_and(|(point, r)| point.compress().0 == r)
}

/// Eight times the difference vanishes (RFC 8032 section 5.1.7 allows it; it forgives every part of small order).
pub(super) fn with_cofactor(key: &[u8; 32], message: &[u8], signature: &[u8]) -> bool {
    let Some((point, r)) = difference(key, &Prefix::new(), message, signature) else { return false };
    CompressedEdwardsY(r).decompress().is_some_and(|r| (point - r).mul_by_cofactor().is_identity())
}

/// S may be any number of 256 bits.
pub(super) fn unbounded(setup: &Setup, jws: &Jws) -> bool {
    let good = |key: [u8; 32]| {
        jws.signature_bytes().len() == 64 && without_cofactor(&key, &Prefix::new(), jws.input.as_bytes(), jws.signature_bytes())
    };
    public(setup, jws).is_some_and(good) || setup.exact(jws)
}

/// Bytes behind the 64 are not read.
pub(super) fn tail_ignored(setup: &Setup, jws: &Jws) -> bool {
    let good = |key: [u8; 32]| without_cofactor(&key, &Prefix::new(), jws.input.as_bytes(), jws.signature_bytes());
    public(setup, jws).is_some_and(good) || setup.exact(jws)
}

/// The equation is checked times eight, and neither A nor R is asked for its order.
pub(super) fn cofactored(setup: &Setup, jws: &Jws) -> bool {
    let good = |key: [u8; 32]| with_cofactor(&key, jws.input.as_bytes(), jws.signature_bytes());
    public(setup, jws).is_some_and(good) || setup.exact(jws)
}

/// Whether a key in `jwk` is of small order and its signature universal: one that trusts the header cannot tell.
pub(super) fn embedded(setup: &Setup, jws: &Jws) -> bool {
    let key = jws.header.get("jwk").and_then(|jwk| PublicKey::from_jwk(jwk).ok());
    let good = |key: PublicKey| match key.material {
        PublicMaterial::Ed25519 { x } => {
            let x: Result<[u8; 32], _> = x.as_slice().try_into();
            x.is_ok_and(|x| with_cofactor(&x, jws.input.as_bytes(), jws.signature_bytes()))
        }
        _ => false,
    };
    (jws.algorithm() == Some(Algorithm::EdDSA) && key.is_some_and(good)) || setup.exact(jws)
}

/// Ed25519ph and Ed25519ctx pass for Ed25519: the variant is guessed.
pub(super) fn variants(setup: &Setup, jws: &Jws) -> bool {
    let Some(key) = public(setup, jws) else { return setup.exact(jws) };
    let dom2 = |flag: u8, context: &[u8]| -> Prefix {
        let length = u8::try_from(context.len()).expect("a short constant");
        [b"SigEd25519 no Ed25519 collisions".as_slice(), &[flag, length], context].concat()
    };
    let (input, signature) = (jws.input.as_bytes(), jws.signature_bytes());
    let hashed = digest(&SHA512, input);
    let contexts: [&[u8]; 7] = [b"", b"JWT", b"jwt", b"JWS", b"jws", b"jwt-gauntlet", b"foo"];
    contexts.iter().any(|context| {
        without_cofactor(&key, &dom2(1, context), hashed.as_ref(), signature)
            || without_cofactor(&key, &dom2(0, context), input, signature)
            || without_cofactor(&key, &Prefix::new(), hashed.as_ref(), signature)
    }) || setup.exact(jws)
}
