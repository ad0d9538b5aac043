//! ECDSA signatures of the trusted key under any SHA-2, in every spelling: DER, padded, stripped, swapped, little-endian, high S.

use rsa::BigUint;

use crate::{algorithm::Sha2, keys::Curve, oracle::lenient::ecdsa_halves};

const HASHES: [Sha2; 3] = [Sha2::Sha256, Sha2::Sha384, Sha2::Sha512];

/// Whether some reading of the signature verifies (FIPS 186-5 section 6.4.2).
pub(super) fn made(curve: Curve, x: &[u8], y: &[u8], input: &[u8], given: &[u8]) -> bool {
    pairs(curve, given).iter().any(|[r, s]| {
        let signature = [fixed(r, curve.width()), fixed(s, curve.width())].concat();
        HASHES.into_iter().any(|hash| curve.verifies(x, y, hash, input, &signature))
    })
}

/// Whether it verifies for a verifier that treats the public key as the point at infinity: then r is the first coordinate of
/// (digest / s) times the generator, and no secret goes into it.
pub(super) fn made_for_infinity(input: &[u8], given: &[u8]) -> bool {
    Curve::ALL.into_iter().any(|curve| {
        let order = BigUint::from_bytes_be(&curve.order());
        let digest = BigUint::from_bytes_be(&curve.algorithm().hash().digest(input)) % &order;
        let zero = BigUint::from(0_u8);
        pairs(curve, given).iter().any(|[r, s]| {
            // The order is a prime.
            let scalar = &digest * s.modpow(&(&order - 2_u8), &order) % &order;
            let x = || BigUint::from_bytes_be(&curve.public(&fixed(&scalar, curve.width())).0) % &order;
            scalar != zero && *r == x()
        })
    })
}

/// Every r and s from 1 to n - 1 that a careless reader could find, each pair once.
fn pairs(curve: Curve, given: &[u8]) -> Vec<[BigUint; 2]> {
    let (zero, order) = (BigUint::from(0_u8), BigUint::from_bytes_be(&curve.order()));
    let mut texts = vec![given.to_vec()];
    texts.extend(super::cuts(given, 2 * curve.width()));
    let mut pairs: Vec<[BigUint; 2]> = Vec::new();
    for (a, b) in texts.iter().flat_map(|text| ecdsa_halves(text, curve.width())) {
        let (a, b) = (BigUint::from_bytes_be(&a), BigUint::from_bytes_be(&b));
        for pair in [[a.clone(), b.clone()], [b, a]] {
            if pair.iter().all(|number| *number > zero && *number < order) && !pairs.contains(&pair) {
                pairs.push(pair);
            }
        }
    }
    pairs
}

/// Big-endian in that many bytes; the number fits.
fn fixed(number: &BigUint, width: usize) -> Vec<u8> {
    let bytes = number.to_bytes_be();
    [vec![0; width.saturating_sub(bytes.len())], bytes].concat()
}
