//! Ed25519: S + L, the other variants of the scheme, and everything around points of small order.
//!
//! Signing is written out here (RFC 8032 section 5.1.6), since no library lets its caller choose R.

use curve25519_dalek::{
    EdwardsPoint, Scalar,
    constants::{ED25519_BASEPOINT_POINT, EIGHT_TORSION},
    edwards::CompressedEdwardsY,
};
use rsa::BigUint;
use serde::{Deserialize, Serialize};

use super::{
    SegmentName, StepError, object,
    profile::{Cost, Kind, Profile},
    signature, vary,
};
use crate::{
    algorithm::{Algorithm, Sha2},
    keys::eddsa::{domain, hash},
    keys::{Material, PublicKey, PublicMaterial},
    step::Work,
};

/// A spelling of a valid signature with another S that is the same modulo the group order L (RFC 8032 section 5.1.7).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, strum::VariantArray)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum EddsaSpelling {
    /// S + L.
    PlusOrder,
    /// S + 2L.
    PlusTwoOrders,
    /// S + 3L.
    PlusThreeOrders,
    /// S + 4L.
    PlusFourOrders,
}

/// A way to sign with an Ed25519 key other than plain Ed25519 with an R like any other.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, strum::VariantArray)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum EddsaVariant {
    /// Ed25519ph: the message is hashed first (RFC 8032 section 5.1).
    Ed25519ph,
    /// Ed25519ctx with the context `JWT`.
    Ed25519ctx,
    /// R is the neutral element: S and the hash give the private key away, and verifiers that refuse an R of small order refuse it.
    IdentityR,
    /// R is the neutral element, with the sign bit that x = 0 cannot have.
    IdentityRSign,
    /// R is the neutral element, its y written as p + 1.
    NonCanonicalR,
    /// R is the neutral element, its y written as p + 1 and with the sign bit.
    NonCanonicalRSign,
    /// A point of order two is added to R: only verifiers that multiply by the cofactor accept.
    OrderTwoAdded,
    /// A point of order four is added to R.
    OrderFourAdded,
    /// A point of order eight is added to R.
    OrderEightAdded,
}

/// Encodings of points of small order that RFC 8032 section 5.1.3 would refuse to decode, little-endian: (0, 1) and (0, -1) with the
/// sign bit, y = p with and without it, y = p + 1 with and without it.
const NON_CANONICAL: [(u8, u8, u8); 6] =
    [(0x01, 0x00, 0x80), (0xec, 0xff, 0xff), (0xed, 0xff, 0x7f), (0xed, 0xff, 0xff), (0xee, 0xff, 0x7f), (0xee, 0xff, 0xff)];

/// First byte, thirty bytes alike, last byte.
fn encoding((first, middle, last): (u8, u8, u8)) -> [u8; 32] {
    let mut bytes = [middle; 32];
    bytes[0] = first;
    bytes[31] = last;
    bytes
}

/// The 14 encodings of points of small order: the 8 canonical ones, then the 6 others.
fn small_order_encodings() -> Vec<[u8; 32]> {
    EIGHT_TORSION.iter().map(|point| point.compress().0).chain(NON_CANONICAL.map(encoding)).collect()
}

/// Whatever is computed on the curve.
pub(super) const MADE: Profile<'_> = Profile::new(Cost::Expensive, Kind::Name);

pub(super) fn respell(work: &mut Work<'_>, to: EddsaSpelling) -> Result<(), StepError> {
    let bytes = signature::bytes(work)?;
    if work.header_algorithm()? != Algorithm::EdDSA || bytes.len() != 64 {
        return Err(StepError::Unfit("the signature is not one of Ed25519".to_owned()));
    }
    let times: u8 = match to {
        EddsaSpelling::PlusOrder => 1,
        EddsaSpelling::PlusTwoOrders => 2,
        EddsaSpelling::PlusThreeOrders => 3,
        EddsaSpelling::PlusFourOrders => 4,
    };
    // -1 as a scalar is L - 1.
    let order = BigUint::from_bytes_le((-Scalar::ONE).as_bytes()) + 1_u8;
    let mut s = (BigUint::from_bytes_le(&bytes[32..]) + order * times).to_bytes_le();
    s.resize(32, 0);
    signature::set(work, [&bytes[..32], &s].concat())
}

pub(super) fn sign_variant(work: &mut Work<'_>, variant: EddsaVariant) -> Result<(), StepError> {
    let Material::Ed25519(seed) = &work.trusted()?.material else {
        return Err(StepError::Unfit("the trusted key is not Ed25519".to_owned()));
    };
    let input = work.signing_input()?;
    let signature = sign(seed, variant, input.as_bytes());
    signature::set(work, signature)?;
    work.issue()
}

fn sign(seed: &[u8; 32], variant: EddsaVariant, message: &[u8]) -> Vec<u8> {
    let expanded = Sha2::Sha512.digest(seed);
    let (mut secret, prefix) = ([0; 32], &expanded[32..]);
    secret.copy_from_slice(&expanded[..32]);
    let secret = Scalar::from_bytes_mod_order(curve25519_dalek::scalar::clamp_integer(secret));
    let public = (ED25519_BASEPOINT_POINT * secret).compress();
    let (domain, message) = match variant {
        EddsaVariant::Ed25519ph => (domain(1, b""), Sha2::Sha512.digest(message)),
        EddsaVariant::Ed25519ctx => (domain(0, b"JWT"), message.to_vec()),
        _ => (Vec::new(), message.to_vec()),
    };
    let nonce = hash(&[&domain, prefix, &message]);
    let (nonce, r) = match variant {
        EddsaVariant::IdentityR => (Scalar::ZERO, encoding((1, 0, 0))),
        EddsaVariant::IdentityRSign => (Scalar::ZERO, encoding(NON_CANONICAL[0])),
        EddsaVariant::NonCanonicalR => (Scalar::ZERO, encoding(NON_CANONICAL[4])),
        EddsaVariant::NonCanonicalRSign => (Scalar::ZERO, encoding(NON_CANONICAL[5])),
        EddsaVariant::OrderTwoAdded => (nonce, plus_torsion(nonce, 4)),
        EddsaVariant::OrderFourAdded => (nonce, plus_torsion(nonce, 2)),
        EddsaVariant::OrderEightAdded => (nonce, plus_torsion(nonce, 1)),
        EddsaVariant::Ed25519ph | EddsaVariant::Ed25519ctx => (nonce, plus_torsion(nonce, 0)),
    };
    let s = nonce + hash(&[&domain, &r, public.as_bytes(), &message]) * secret;
    [r, s.to_bytes()].concat()
}

/// The nonce's point plus the `times`-fold of a point of order eight.
fn plus_torsion(nonce: Scalar, times: usize) -> [u8; 32] {
    (ED25519_BASEPOINT_POINT * nonce + EIGHT_TORSION[times]).compress().0
}

pub(super) fn small_order(work: &mut Work<'_>, embedded: Option<usize>) -> Result<(), StepError> {
    let key = match embedded {
        Some(index) => embed_small_order(work, index)?,
        None => match &work.issuer().public.material {
            PublicMaterial::Ed25519 { x } => x.clone().try_into().unwrap_or_default(),
            _ => return Err(StepError::Unfit("the trusted key is not Ed25519".to_owned())),
        },
    };
    let point = CompressedEdwardsY(key).decompress().filter(EdwardsPoint::is_small_order);
    let point = point.ok_or_else(|| StepError::Unfit("the key is not of small order".to_owned()))?;
    // Eight guesses at R, each right once in the order of the key.
    let r = vary::claims(work, 256, |work| {
        let input = work.signing_input()?;
        Ok(EIGHT_TORSION.iter().find_map(|r| {
            let r_bytes = r.compress().0;
            let hash = hash(&[&r_bytes, &key, input.as_bytes()]);
            (*r == -(point * hash)).then_some(r_bytes)
        }))
    })?;
    signature::set(work, [r, [0; 32]].concat())?;
    work.issue_by_anyone()
}

/// Puts a key of small order into the header's `jwk`.
fn embed_small_order(work: &mut Work<'_>, index: usize) -> Result<[u8; 32], StepError> {
    let encodings = small_order_encodings();
    let missing = || StepError::Value(format!("there are {} encodings of small order, numbered from 0", encodings.len()));
    let key = *encodings.get(index).ok_or_else(missing)?;
    let public = PublicKey { kid: None, material: PublicMaterial::Ed25519 { x: key.to_vec() }, certificate: None };
    object::set(work, SegmentName::Header, "jwk", &public.jwk(Algorithm::EdDSA))?;
    Ok(key)
}

#[cfg(test)]
mod tests {
    use ed25519_dalek::{Digest, Sha512, Signature, VerifyingKey};

    use super::*;
    use crate::{
        recipe::Base,
        step::fixture::{configured, forge, issuer, parts},
        verdict::Provenance,
    };

    const EDDSA: Algorithm = Algorithm::EdDSA;

    fn public() -> VerifyingKey {
        let PublicMaterial::Ed25519 { x } = issuer(EDDSA).public.material else { panic!("an Ed25519 key") };
        VerifyingKey::from_bytes(&x.try_into().expect("32 bytes")).expect("a point")
    }

    /// 8SB = 8R + 8hA with S reduced: what the laxest implementation checks.
    fn verifies_laxly(key: &[u8], input: &[u8], signature: &[u8]) -> bool {
        let point = |bytes: &[u8]| CompressedEdwardsY::from_slice(bytes).expect("32 bytes").decompress().expect("a point");
        let s = Scalar::from_bytes_mod_order(signature[32..].try_into().expect("32 bytes"));
        let h = hash(&[&signature[..32], key, input]);
        (ED25519_BASEPOINT_POINT * s - point(&signature[..32]) - point(key) * h).is_small_order()
    }

    #[test]
    fn s_plus_l_verifies_for_those_who_reduce_s_and_for_no_one_else() {
        let issuer = issuer(EDDSA);
        for to in ["plus-order", "plus-two-orders", "plus-three-orders", "plus-four-orders"] {
            let forged = forge(&issuer, Base::Genuine, &[&format!("{{ respell-eddsa = {{ to = '{to}' }} }}")]);
            let (input, bytes) = parts(&forged);
            assert_eq!((bytes.len(), forged.provenance), (64, Provenance::Respelled), "{to}");
            assert!(verifies_laxly(public().as_bytes(), input.as_bytes(), &bytes), "{to}");
            assert!(!issuer.public.verifies(EDDSA, input.as_bytes(), &bytes), "{to}");
        }
    }

    #[test]
    fn there_are_14_encodings_of_small_order_and_8_are_canonical() {
        let mut all = small_order_encodings();
        let canonical = |bytes: &[u8; 32]| {
            let point = CompressedEdwardsY(*bytes).decompress().expect("a point");
            assert!(point.is_small_order());
            point.compress().0 == *bytes
        };
        assert!(all[..8].iter().all(canonical));
        assert!(!all[8..].iter().any(canonical));
        all.sort_unstable();
        all.dedup();
        assert_eq!(all.len(), 14);
    }

    #[test]
    fn universal_signatures_verify_under_every_embedded_key() {
        for algorithm in [EDDSA, Algorithm::RS256] {
            for (index, key) in small_order_encodings().into_iter().enumerate() {
                let steps = [
                    "{ set-header = { name = 'alg', to = '\"EdDSA\"' } }".to_owned(),
                    format!("{{ eddsa-small-order = {{ embed = {index} }} }}"),
                ];
                let forged = forge(&issuer(algorithm), Base::Forged, &[&steps[0], &steps[1]]);
                let (input, bytes) = parts(&forged);
                assert_eq!(forged.provenance, Provenance::Forged);
                let signature = Signature::from_slice(&bytes).expect("64 bytes");
                let key = VerifyingKey::from_bytes(&key).expect("a point");
                assert!(ed25519_dalek::Verifier::verify(&key, input.as_bytes(), &signature).is_ok(), "{index}");
                assert!(key.verify_strict(input.as_bytes(), &signature).is_err(), "{index}");
            }
        }
    }

    #[test]
    fn universal_signatures_verify_under_configured_keys() {
        for key in ["identity", "order-two", "order-four", "order-eight"] {
            let issuer = configured(EDDSA, &format!("key = 'ed25519-{key}'"));
            let (input, bytes) = parts(&forge(&issuer, Base::Forged, &["{ eddsa-small-order = {} }"]));
            assert!(issuer.public.verifies_weakly(EDDSA, input.as_bytes(), &bytes), "{key}");
        }
    }

    #[test]
    fn odd_encodings_satisfy_the_cofactored_equation() {
        let issuer = issuer(EDDSA);
        let encodings = [
            "identity-r",
            "identity-r-sign",
            "non-canonical-r",
            "non-canonical-r-sign",
            "order-two-added",
            "order-four-added",
            "order-eight-added",
        ];
        for variant in encodings {
            let forged = forge(&issuer, Base::Forged, &[&format!("{{ sign-eddsa-variant = {{ variant = '{variant}' }} }}")]);
            let (input, bytes) = parts(&forged);
            assert_eq!(forged.provenance, Provenance::Genuine, "{variant}: the issuer signed it");
            assert!(verifies_laxly(public().as_bytes(), input.as_bytes(), &bytes), "{variant}");
            let plain = issuer.public.verifies(EDDSA, input.as_bytes(), &bytes);
            assert_eq!(plain, variant == "identity-r", "{variant}");
        }
    }

    #[test]
    fn prehashed_and_contextual_signatures_verify_as_such_only() {
        let issuer = issuer(EDDSA);
        let forged = |variant: &str| {
            let forged = forge(&issuer, Base::Forged, &[&format!("{{ sign-eddsa-variant = {{ variant = '{variant}' }} }}")]);
            let (input, bytes) = parts(&forged);
            assert!(!issuer.public.verifies(EDDSA, input.as_bytes(), &bytes), "{variant}");
            (input, bytes)
        };
        let (input, bytes) = forged("ed25519ph");
        let signature = Signature::from_slice(&bytes).expect("64 bytes");
        assert!(public().verify_prehashed(Sha512::new().chain_update(&input), None, &signature).is_ok());
        // No library at hand knows Ed25519ctx; the equation of RFC 8032 section 5.1.7 stands here instead.
        let (input, bytes) = forged("ed25519ctx");
        let mut message = b"SigEd25519 no Ed25519 collisions\x00\x03JWT".to_vec();
        message.extend([&bytes[..32], public().as_bytes(), input.as_bytes()].concat());
        let s = Scalar::from_bytes_mod_order(bytes[32..].try_into().expect("32 bytes"));
        let a = CompressedEdwardsY(*public().as_bytes()).decompress().expect("a point");
        assert_eq!((ED25519_BASEPOINT_POINT * s - a * hash(&[&message])).compress().0, bytes[..32]);
    }
}
