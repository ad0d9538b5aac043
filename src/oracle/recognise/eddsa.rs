//! Ed25519 signatures of the trusted key by the laxest equation in use: cofactored, S reduced, any encoding of R, and the variants
//! of RFC 8032 section 5.1.

use curve25519_dalek::{EdwardsPoint, Scalar, constants::ED25519_BASEPOINT_POINT, edwards::CompressedEdwardsY};

use crate::{
    algorithm::Sha2,
    keys::eddsa::{domain, hash},
};

/// Whether the key is of small order, or no point at all: no secret belongs to it.
pub(super) fn is_void(key: &[u8]) -> bool {
    point(key).is_none_or(|point| point.is_small_order())
}

/// Whether 8SB = 8R + 8kA, k being that of Ed25519, Ed25519ph or Ed25519ctx with the context `JWT`.
pub(super) fn made(key: &[u8], input: &[u8], given: &[u8]) -> bool {
    let Some(public) = point(key) else { return false };
    let prehashed = Sha2::Sha512.digest(input);
    let variants = [(Vec::new(), input), (domain(1, b""), &*prehashed), (domain(0, b"JWT"), input)];
    super::cuts(given, 64).iter().any(|signature| {
        let (r, s) = signature.split_at(32);
        let (Some(commitment), Ok(s)) = (point(r), s.try_into()) else { return false };
        let target = ED25519_BASEPOINT_POINT * Scalar::from_bytes_mod_order(s) - commitment;
        variants.iter().any(|(domain, message)| (target - public * hash(&[domain, r, key, message])).is_small_order())
    })
}

/// Whether 8SB = 8R + 8kA for plain Ed25519, S being below the order (RFC 8032 section 5.1.7).
pub(super) fn verifies_cofactored(key: &[u8], input: &[u8], given: &[u8]) -> bool {
    let Some((r, s)) = given.split_at_checked(32) else { return false };
    let (Some(public), Some(commitment), Ok(s)) = (point(key), point(r), <[u8; 32]>::try_from(s)) else { return false };
    let s: Option<Scalar> = Scalar::from_canonical_bytes(s).into();
    s.is_some_and(|s| (ED25519_BASEPOINT_POINT * s - commitment - public * hash(&[r, key, input])).is_small_order())
}

/// Whether R is of small order.
pub(super) fn has_small_r(given: &[u8]) -> bool {
    given.get(..32).and_then(point).is_some_and(|r| r.is_small_order())
}

fn point(bytes: &[u8]) -> Option<EdwardsPoint> {
    CompressedEdwardsY::from_slice(bytes).ok()?.decompress()
}
