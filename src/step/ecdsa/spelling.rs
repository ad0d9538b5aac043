//! Other spellings of good signatures.

use rsa::BigUint;
use serde::{Deserialize, Serialize};

use super::{curve, fixed, stripped};
use crate::{
    keys::{Curve, Material, der},
    step::{
        StepError, Work,
        profile::{Cost, Kind, Profile},
        signature, vary,
    },
};

/// A spelling of a valid signature other than `r || s`, each as wide as the order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, strum::VariantArray)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
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

/// A signature that is spelled otherwise often has to be made first.
pub(in crate::step) const RESPELT: Profile<'_> = Profile::new(Cost::Expensive, Kind::Name);

/// Enough for a property of one signature in four to turn up.
const TRIES: u32 = 64;

pub(in crate::step) fn respell(work: &mut Work<'_>, to: EcdsaSpelling) -> Result<(), StepError> {
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

/// An element whose length takes three bytes where one would do.
fn long(tag: u8, content: &[u8]) -> Vec<u8> {
    let length = u16::try_from(content.len()).expect("a signature is short").to_be_bytes();
    [&[tag, 0x82], &length[..], content].concat()
}

fn long_integer(number: &[u8]) -> Vec<u8> {
    // Tag and length of an INTEGER this short take two bytes.
    long(der::INTEGER, &der::unsigned(number)[2..])
}
