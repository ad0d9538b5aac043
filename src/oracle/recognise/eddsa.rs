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

fn point(bytes: &[u8]) -> Option<EdwardsPoint> {
    CompressedEdwardsY::from_slice(bytes).ok()?.decompress()
}
