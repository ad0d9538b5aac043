use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_FIXED, ECDSA_P256K1_SHA256_FIXED, ECDSA_P384_SHA384_FIXED, ECDSA_P521_SHA512_FIXED, UnparsedPublicKey,
};

use super::*;
use crate::{
    keys::PublicMaterial,
    recipe::Base,
    step::fixture::{configured, forge, issuer, parts},
    verdict::Provenance,
};

const ALL: [Algorithm; 4] = [Algorithm::ES256, Algorithm::ES384, Algorithm::ES512, Algorithm::ES256K];

/// By AWS-LC, which made none of these.
fn verifies(algorithm: Algorithm, input: &str, signature: &[u8]) -> bool {
    let by = match algorithm {
        Algorithm::ES256 => &ECDSA_P256_SHA256_FIXED,
        Algorithm::ES384 => &ECDSA_P384_SHA384_FIXED,
        Algorithm::ES512 => &ECDSA_P521_SHA512_FIXED,
        _ => &ECDSA_P256K1_SHA256_FIXED,
    };
    let PublicMaterial::Ec { x, y, .. } = issuer(algorithm).public.material else { panic!("an EC key") };
    UnparsedPublicKey::new(by, [&[4], &*x, &y].concat()).verify(input.as_bytes(), signature).is_ok()
}

/// The halves of a spelling, read back by its own rule.
fn read_back(to: &str, bytes: &[u8], width: usize) -> Vec<u8> {
    let wide = |n: &[u8]| fixed(&BigUint::from_bytes_be(n), width);
    // Lengths in these tests are short, but for the two-byte ones, which start with 82 00.
    let content = |bytes: &[u8], at: usize| {
        let (start, length) = match bytes[at + 1] {
            0x80 => (at + 2, bytes.len() - at - 2),
            0x81 => (at + 3, usize::from(bytes[at + 2])),
            0x82 => (at + 4, usize::from(bytes[at + 3])),
            short => (at + 2, usize::from(short)),
        };
        (start, start + length)
    };
    if to.starts_with("der") {
        let (start, _) = content(bytes, 0);
        let (r_start, r_end) = content(bytes, start);
        let (s_start, s_end) = content(bytes, r_end);
        return [wide(&bytes[r_start..r_end]), wide(&bytes[s_start..s_end])].concat();
    }
    let half = |a: &[u8], b: &[u8]| [wide(a), wide(b)].concat();
    let reversed = |n: &[u8]| n.iter().rev().copied().collect::<Vec<u8>>();
    match to {
        "padded" => half(&bytes[..=width], &bytes[width + 1..]),
        "leading-zero" => bytes[1..].to_vec(),
        "first-zero-dropped" => half(&bytes[..width - 1], &bytes[width - 1..]),
        "swapped" => half(&bytes[width..], &bytes[..width]),
        "little-endian" => half(&reversed(&bytes[..width]), &reversed(&bytes[width..])),
        _ => bytes.to_vec(),
    }
}

#[test]
fn every_spelling_reads_back_to_a_signature_that_another_library_takes() {
    let spellings = [
        "der",
        "der-long-length",
        "der-padded",
        "der-negative",
        "der-indefinite",
        "der-trailing",
        "padded",
        "leading-zero",
        "first-zero-dropped",
        "swapped",
        "little-endian",
        "high-s",
    ];
    for algorithm in ALL {
        let width = Curve::of(algorithm).expect("a curve").width();
        let issuer = issuer(algorithm);
        for to in spellings {
            let forged = forge(&issuer, Base::Genuine, &[&format!("{{ respell-ecdsa = {{ to = '{to}' }} }}")]);
            let (input, bytes) = parts(&forged);
            assert_eq!(forged.provenance, Provenance::Respelled, "{algorithm} {to}");
            assert!(verifies(algorithm, &input, &read_back(to, &bytes, width)), "{algorithm} {to}");
            assert_eq!(verifies(algorithm, &input, &bytes), to == "high-s", "{algorithm} {to}");
        }
    }
}

#[test]
fn stripped_halves_are_one_byte_short_and_still_the_issuers() {
    for algorithm in ALL {
        let forged = forge(&issuer(algorithm), Base::Genuine, &["{ respell-ecdsa = { to = 'stripped' } }"]);
        let (input, bytes) = parts(&forged);
        let width = Curve::of(algorithm).expect("a curve").width();
        assert_eq!(bytes.len(), 2 * width - 1);
        assert_eq!(forged.provenance, Provenance::Respelled);
        let readings = [[&[0], &bytes[..]].concat(), [&bytes[..width], &[0], &bytes[width..]].concat()];
        assert!(readings.iter().any(|signature| verifies(algorithm, &input, signature)), "{algorithm}");
    }
}

#[test]
fn no_number_of_the_grid_verifies_or_counts_as_signed() {
    let numbers = ["zero", "one", "order-less-one", "order", "order-plus-one", "prime", "all-ones", "random"];
    for algorithm in ALL {
        let issuer = issuer(algorithm);
        for r in numbers {
            for s in numbers {
                let step = format!("{{ ecdsa-scalars = {{ r = '{r}', s = '{s}', form = 'raw' }} }}");
                let forged = forge(&issuer, Base::Forged, &[&step]);
                let (input, bytes) = parts(&forged);
                assert_eq!(bytes.len(), 2 * Curve::of(algorithm).expect("a curve").width());
                assert_eq!(forged.provenance, Provenance::Forged);
                assert!(!verifies(algorithm, &input, &bytes), "{algorithm} {r} {s}");
            }
        }
    }
}

#[test]
fn psychic_der_is_the_published_one() {
    let step = "{ ecdsa-scalars = { r = 'zero', s = 'zero', form = 'der' } }";
    let forged = forge(&issuer(Algorithm::ES256), Base::Forged, &[step]);
    assert_eq!(parts(&forged).1, [0x30, 6, 2, 1, 0, 2, 1, 0]);
}

#[test]
fn with_the_key_at_infinity_the_generator_and_the_digest_would_verify() {
    // u1 = e / s = 1, so that u1 * G + u2 * O = G, whose first coordinate is r.
    let step = "{ ecdsa-scalars = { r = 'generator-x', s = 'digest', form = 'raw' } }";
    let forged = forge(&issuer(Algorithm::ES256), Base::Forged, &[step]);
    let (input, bytes) = parts(&forged);
    let generator = "6b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c296";
    assert_eq!(data_encoding::HEXLOWER.encode(&bytes[..32]), generator);
    assert_eq!(bytes[32..], Sha2::Sha256.digest(input.as_bytes()));
}

#[test]
fn the_type_of_the_key_decides_where_the_algorithm_gives_only_the_hash() {
    let signed = |algorithm, key: &str, form: &str| {
        let issuer = configured(algorithm, &format!("key = '{key}'"));
        let forged = forge(&issuer, Base::Forged, &[&format!("{{ sign-by-key-type = {{ form = '{form}' }} }}")]);
        assert_eq!(forged.provenance, Provenance::Genuine, "{algorithm} {key}");
        let (input, signature) = parts(&forged);
        (issuer.public, input, signature)
    };
    let (public, input, signature) = signed(Algorithm::PS384, "of-type-ec", "raw");
    let PublicMaterial::Ec { curve, x, y } = &public.material else { panic!("a point") };
    assert!(curve.verifies(x, y, Sha2::Sha384, input.as_bytes(), &signature));
    let (.., spelled) = signed(Algorithm::PS384, "of-type-ec", "der");
    let (r, s) = signature.split_at(32);
    assert_eq!(spelled, der::nest(der::SEQUENCE, &[der::unsigned(r), der::unsigned(s)]));
    for (algorithm, key, by) in [
        (Algorithm::ES512, "of-type-rsa", Algorithm::RS512),
        (Algorithm::EdDSA, "of-type-rsa", Algorithm::RS256),
        (Algorithm::RS256, "of-type-ed25519", Algorithm::EdDSA),
    ] {
        let (public, input, signature) = signed(algorithm, key, "raw");
        assert!(public.verifies(by, input.as_bytes(), &signature), "{algorithm}");
    }
}
