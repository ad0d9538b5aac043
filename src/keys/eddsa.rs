//! The parts of Ed25519 (RFC 8032 section 5.1) that forging and recognising share.

use curve25519_dalek::Scalar;

use crate::algorithm::Sha2;

/// `dom2` of RFC 8032 section 2.
pub(crate) fn domain(prehashed: u8, context: &[u8]) -> Vec<u8> {
    let length = u8::try_from(context.len()).expect("a short constant");
    [b"SigEd25519 no Ed25519 collisions", &[prehashed, length][..], context].concat()
}

/// SHA-512 as a number modulo L.
pub(crate) fn hash(parts: &[&[u8]]) -> Scalar {
    let digest = Sha2::Sha512.digest(&parts.concat());
    Scalar::from_bytes_mod_order_wide(&digest.try_into().expect("SHA-512 gives 64 bytes"))
}
