//! ECDSA: numbers that no verifier may accept as a signature, and other encodings of valid ones.

use rsa::BigUint;
use serde::{Deserialize, Serialize};

use super::{StepError, signature, vary};
use crate::{
    algorithm::{Algorithm, Sha2},
    der,
    keys::{Curve, Material, PublicMaterial},
    step::Work,
};

/// How the two numbers are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, strum::VariantArray)]
#[serde(rename_all = "kebab-case")]
pub enum EcdsaForm {
    /// Both as wide as the curve's order, as JOSE wants it (RFC 7518 section 3.4).
    Raw,
    /// An ASN.1 SEQUENCE of two INTEGERs, as TLS and X.509 want it.
    Der,
}

/// A number to put into a signature. `n` is the group order, `p` the field prime.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, strum::VariantArray)]
#[serde(rename_all = "kebab-case")]
pub enum EcdsaScalar {
    /// 0, the psychic signature of CVE-2022-21449.
    Zero,
    /// 1.
    One,
    /// n - 1.
    OrderLessOne,
    /// n, which is 0 to whoever reduces before checking.
    Order,
    /// n + 1.
    OrderPlusOne,
    /// p.
    Prime,
    /// Every bit of the width set.
    AllOnes,
    /// The first coordinate of the generator, modulo n: the right `r` for a public key that counts as the point at infinity.
    GeneratorX,
    /// The hash of the signing input: the `s` to go with [`Self::GeneratorX`].
    Digest,
    /// The first coordinate of the trusted key, modulo n: as both numbers, a signature of every message whose digest counts as 0.
    KeyX,
    /// Random, below n.
    Random,
}

/// A spelling of a valid signature other than `r || s`, each as wide as the order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, strum::VariantArray)]
#[serde(rename_all = "kebab-case")]
pub enum EcdsaSpelling {
    /// Strict DER.
    Der,
    /// BER with every length in two more bytes than it needs.
    DerLongLength,
    /// BER with a needless zero byte in front of each number.
    DerPadded,
    /// BER without the zero byte that keeps a number positive.
    DerNegative,
    /// BER with the indefinite length.
    DerIndefinite,
    /// DER and a byte behind it.
    DerTrailing,
    /// Each number without its leading zeros.
    Stripped,
    /// One more zero byte in front of each number.
    Padded,
    /// One more zero byte in front of the whole.
    LeadingZero,
    /// The first byte, a zero, left out: P-521 in 131 bytes.
    FirstZeroDropped,
    /// The last byte left out.
    LastByteDropped,
    /// `s || r`.
    Swapped,
    /// Both numbers little-endian.
    LittleEndian,
    /// `r || n - s`, which verifies as well.
    HighS,
}

/// Enough for a property of one signature in four to turn up.
const TRIES: u32 = 64;

pub(super) fn scalars(work: &mut Work<'_>, r: EcdsaScalar, s: EcdsaScalar, form: EcdsaForm) -> Result<(), StepError> {
    let curve = curve(work)?;
    let at_infinity = r == EcdsaScalar::GeneratorX && s == EcdsaScalar::Digest;
    let r = r.bytes(work, curve)?;
    let s = s.bytes(work, curve)?;
    let bytes = match form {
        EcdsaForm::Raw => [r, s].concat(),
        EcdsaForm::Der => der::nest(der::SEQUENCE, &[der::unsigned(&r), der::unsigned(&s)]),
    };
    signature::set(work, bytes)?;
    if at_infinity { work.issue_by_anyone() } else { Ok(()) }
}

/// What OpenSSL signs and verifies when it is given a digest and a key and not told a scheme.
pub(super) fn sign_by_key_type(work: &mut Work<'_>, form: EcdsaForm) -> Result<(), StepError> {
    let algorithm = work.header_algorithm()?;
    // EdDSA names no digest, and then OpenSSL takes its default.
    let hash = if algorithm == Algorithm::EdDSA { Sha2::Sha256 } else { algorithm.hash() };
    let input = work.signing_input()?;
    let key = work.trusted()?;
    let signature = match &key.material {
        Material::Ec(curve, scalar) => {
            let raw = curve.sign(scalar, hash, input.as_bytes());
            let (r, s) = raw.split_at(curve.width());
            match form {
                EcdsaForm::Raw => raw,
                EcdsaForm::Der => der::nest(der::SEQUENCE, &[der::unsigned(r), der::unsigned(s)]),
            }
        }
        Material::Rsa(_) => {
            let pkcs1 = [Algorithm::RS256, Algorithm::RS384, Algorithm::RS512].into_iter().find(|a| a.hash() == hash);
            key.sign(pkcs1.unwrap_or(Algorithm::RS256), input.as_bytes())?
        }
        Material::Ed25519(_) => key.sign(Algorithm::EdDSA, input.as_bytes())?,
        Material::Secret(_) => return Err(StepError::Unfit("the trusted key is a shared secret".to_owned())),
    };
    signature::set(work, signature)?;
    work.issue()
}

pub(super) fn respell(work: &mut Work<'_>, to: EcdsaSpelling) -> Result<(), StepError> {
    let curve = curve(work)?;
    let width = curve.width();
    if signature::bytes(work)?.len() != 2 * width {
        return Err(StepError::Unfit("the signature is not one of this curve".to_owned()));
    }
    // A user's token may hold any number.
    if to == EcdsaSpelling::HighS && signature::bytes(work)?[width..] >= *curve.order() {
        return Err(StepError::Unfit("the signature's s is not below the order of the curve".to_owned()));
    }
    let suits = |signature: &[u8]| to.shows(&signature[..width], &signature[width..]);
    let signature = match to {
        EcdsaSpelling::Stripped | EcdsaSpelling::FirstZeroDropped if !suits(&signature::bytes(work)?) => {
            sign_short(work, curve, suits)?
        }
        _ => vary::signature(work, TRIES, suits)?,
    };
    let (r, s) = signature.split_at(width);
    signature::set(work, to.spell(curve, r, s))
}

/// A valid signature of the issuer's whose `r` starts with one zero byte, made with a nonce that gives such an `r`: among ordinary
/// signatures it would take hundreds to find one.
fn sign_short(work: &mut Work<'_>, curve: Curve, suits: impl Fn(&[u8]) -> bool) -> Result<Vec<u8>, StepError> {
    let Material::Ec(_, secret) = &work.trusted()?.material else {
        return Err(StepError::Unfit("the trusted key is not of an elliptic curve".to_owned()));
    };
    let (secret, width) = (BigUint::from_bytes_be(secret), curve.width());
    let nonce = BigUint::from(match curve {
        Curve::P256 => 379_u16,
        Curve::P384 => 197,
        Curve::P521 => 2,
        Curve::Secp256k1 => 153,
    });
    let order = BigUint::from_bytes_be(&curve.order());
    let r = BigUint::from_bytes_be(&curve.public(&fixed(&nonce, width)).0) % &order;
    // The order is a prime.
    let inverse = nonce.modpow(&(&order - 2_u8), &order);
    let signature = vary::claims(work, TRIES, |work| {
        let digest = curve.algorithm().hash().digest(work.signing_input()?.as_bytes());
        let s = (BigUint::from_bytes_be(&digest) + &r * &secret) * &inverse % &order;
        Ok(Some([fixed(&r, width), fixed(&s, width)].concat()).filter(|signature| suits(signature)))
    })?;
    signature::set(work, signature.clone())?;
    work.issue()?;
    Ok(signature)
}

/// The curve of the header's `alg`.
fn curve(work: &Work<'_>) -> Result<Curve, StepError> {
    let algorithm = work.header_algorithm()?;
    Curve::of(algorithm).ok_or_else(|| StepError::Unfit(format!("{algorithm} is not ECDSA")))
}

impl EcdsaScalar {
    /// The number, as wide as the curve's order.
    fn bytes(self, work: &mut Work<'_>, curve: Curve) -> Result<Vec<u8>, StepError> {
        let order = BigUint::from_bytes_be(&curve.order());
        let one = BigUint::from(1_u8);
        let number = match self {
            Self::Zero => BigUint::from(0_u8),
            Self::One => one,
            Self::OrderLessOne => order - one,
            Self::Order => order,
            Self::OrderPlusOne => order + one,
            Self::Prime => return Ok(curve.prime()),
            Self::AllOnes => return Ok(vec![0xff; curve.width()]),
            Self::GeneratorX => {
                let mut scalar = vec![0; curve.width()];
                scalar[curve.width() - 1] = 1;
                BigUint::from_bytes_be(&curve.public(&scalar).0) % order
            }
            // No hash of JOSE is longer than the order that it goes with, so nothing is cut off.
            Self::Digest => {
                let digest = curve.algorithm().hash().digest(work.signing_input()?.as_bytes());
                BigUint::from_bytes_be(&digest) % order
            }
            Self::KeyX => match &work.issuer().public.material {
                PublicMaterial::Ec { curve: of, x, .. } if *of == curve => BigUint::from_bytes_be(x) % order,
                _ => return Err(StepError::Unfit("the trusted key is on another curve, or on none".to_owned())),
            },
            Self::Random => BigUint::from_bytes_be(&work.random(curve.width())) % order,
        };
        Ok(fixed(&number, curve.width()))
    }
}

impl EcdsaSpelling {
    /// Whether this spelling of the signature differs from the usual one, and is no other spelling by accident.
    fn shows(self, r: &[u8], s: &[u8]) -> bool {
        let zeros = |bytes: &[u8]| bytes.iter().take_while(|b| **b == 0).count();
        match self {
            Self::DerNegative => [r, s].iter().any(|n| n.get(zeros(n)).is_some_and(|b| *b >= 0x80)),
            // One zero in all: a reader can still find the cut.
            Self::Stripped => zeros(r) + zeros(s) == 1,
            Self::FirstZeroDropped => zeros(r) == 1,
            Self::Swapped => r != s,
            _ => true,
        }
    }

    fn spell(self, curve: Curve, r: &[u8], s: &[u8]) -> Vec<u8> {
        let sequence = |spell: fn(&[u8]) -> Vec<u8>| der::nest(der::SEQUENCE, &[spell(r), spell(s)]);
        match self {
            Self::Der => sequence(der::unsigned),
            Self::DerLongLength => long(der::SEQUENCE, &[long_integer(r), long_integer(s)].concat()),
            Self::DerPadded => sequence(|n| der::tlv(der::INTEGER, &[&[0, 0], stripped(n)].concat())),
            Self::DerNegative => sequence(|n| der::tlv(der::INTEGER, stripped(n))),
            Self::DerIndefinite => [&[der::SEQUENCE, 0x80], &*der::unsigned(r), &der::unsigned(s), &[0, 0]].concat(),
            Self::DerTrailing => [sequence(der::unsigned), vec![0]].concat(),
            Self::Stripped => [stripped(r), stripped(s)].concat(),
            Self::Padded => [&[0], r, &[0], s].concat(),
            Self::LeadingZero => [&[0], r, s].concat(),
            Self::FirstZeroDropped => [&r[1..], s].concat(),
            Self::LastByteDropped => [r, &s[..s.len() - 1]].concat(),
            Self::Swapped => [s, r].concat(),
            Self::LittleEndian => r.iter().rev().chain(s.iter().rev()).copied().collect(),
            Self::HighS => {
                let other = BigUint::from_bytes_be(&curve.order()) - BigUint::from_bytes_be(s);
                [r, &fixed(&other, s.len())].concat()
            }
        }
    }
}

fn stripped(number: &[u8]) -> &[u8] {
    let zeros = number.iter().take_while(|b| **b == 0).count();
    &number[zeros..]
}

/// An element whose length takes three bytes where one would do.
fn long(tag: u8, content: &[u8]) -> Vec<u8> {
    let length = u16::try_from(content.len()).expect("a signature is short").to_be_bytes();
    [&[tag, 0x82], &length[..], content].concat()
}

fn long_integer(number: &[u8]) -> Vec<u8> {
    // Tag and length of an INTEGER this short take two bytes.
    long(der::INTEGER, &der::unsigned(number)[2..])
}

fn fixed(number: &BigUint, width: usize) -> Vec<u8> {
    let bytes = number.to_bytes_be();
    let bytes = stripped(&bytes);
    [vec![0; width.saturating_sub(bytes.len())], bytes.to_vec()].concat()
}

#[cfg(test)]
mod tests {
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
}
