//! Holes in error handling: results that are neither valid nor invalid.

use rsa::BigUint;

use super::rules::{Jws, Setup};
use crate::keys::{Curve, PublicMaterial};

/// Three answers, good, bad and "could not even be tried", and the last is negative: any number but zero counts as good.
pub(super) fn error_is_success(setup: &Setup, jws: &Jws) -> bool {
    let own = jws.alg() == Some(setup.algorithm().name());
    (own && (key_is_malformed(setup) || jws.signature.as_ref().is_none_or(|s| is_malformed(setup, s)))) || setup.exact(jws)
}

fn is_malformed(setup: &Setup, signature: &[u8]) -> bool {
    let number = BigUint::from_bytes_be;
    match &setup.key.material {
        PublicMaterial::Ec { curve, .. } => {
            let (r, s) = signature.split_at(signature.len() / 2);
            let outside = |half: &[u8]| number(half) == BigUint::from(0_u8) || number(half) >= number(&curve.order());
            signature.len() != 2 * curve.width() || outside(r) || outside(s)
        }
        PublicMaterial::Rsa { n, .. } => signature.len() != n.len() || number(signature) >= number(n),
        // S has 253 bits.
        PublicMaterial::Ed25519 { .. } => signature.len() != 64 || signature[63] & 0xe0 != 0,
        PublicMaterial::Secret(_) => signature.len() != setup.algorithm().hash().len(),
    }
}

/// A public key that the library refuses when it is first used.
fn key_is_malformed(setup: &Setup) -> bool {
    match &setup.key.material {
        PublicMaterial::Ec { curve, x, y } => Curve::of(setup.algorithm()) != Some(*curve) || !curve.contains(x, y),
        // Montgomery's arithmetic has no even modulus.
        PublicMaterial::Rsa { n, e } => [n, e].iter().any(|number| number.last().is_none_or(|last| last % 2 == 0)),
        _ => false,
    }
}
