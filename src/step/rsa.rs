//! RSA: forgeries from the public key alone, altered encodings, and signatures of the issuer's that break the rules of RFC 7518.

mod cube_root;
mod digest_info;
mod integer;
mod padding;
mod pss;
mod signed_hash;

use ::rsa::BigUint;

pub use self::{
    cube_root::CubeRoot,
    digest_info::{DigestEdit, DigestElement},
    integer::RsaInteger,
    padding::PaddingEdit,
    pss::PssEdit,
    signed_hash::SignedHash,
};
pub(super) use self::{
    cube_root::cube_root,
    digest_info::digest_info,
    integer::{exponent_one, integer, prime_modulus},
    padding::padding,
    pss::pss,
    signed_hash::signed_hash,
};
use super::{
    StepError,
    profile::{Cost, Kind, Profile},
};
use crate::{
    algorithm::{Algorithm, Family, Sha2},
    keys::{Material, PublicMaterial, RsaKey, der, emsa_pkcs1, emsa_pss},
    step::Work,
};

/// Whatever is computed with the key.
pub(super) const MADE: Profile<'_> = Profile::new(Cost::Expensive, Kind::Name);
/// Each layout fools a parser of its own.
pub(super) const ROOT: Profile<'_> = Profile::new(Cost::Expensive, Kind::AllWords);

/// The public half of the trusted key.
struct Public {
    n: BigUint,
    e: BigUint,
}

impl Public {
    fn of(work: &Work<'_>) -> Result<Self, StepError> {
        match &work.issuer().public.material {
            PublicMaterial::Rsa { n, e } => Ok(Self { n: BigUint::from_bytes_be(n), e: BigUint::from_bytes_be(e) }),
            _ => Err(StepError::Unfit("the trusted key is not RSA".to_owned())),
        }
    }

    /// Bytes in the modulus.
    fn size(&self) -> usize {
        self.n.bits().div_ceil(8)
    }

    /// A number as wide as the modulus; wider if it does not fit.
    fn fixed(&self, number: &BigUint) -> Vec<u8> {
        let bytes = number.to_bytes_be();
        [vec![0; self.size().saturating_sub(bytes.len())], bytes].concat()
    }
}

fn private<'a>(work: &'a Work<'_>) -> Result<&'a RsaKey, StepError> {
    match &work.trusted()?.material {
        Material::Rsa(key) => Ok(key),
        _ => Err(StepError::Unfit("the trusted key is not RSA".to_owned())),
    }
}

/// Turns an encoded message into a signature by the trusted private key.
fn sign_raw(work: &Work<'_>, block: &[u8]) -> Result<Vec<u8>, StepError> {
    let key = private(work)?;
    if BigUint::from_bytes_be(block) >= BigUint::from_bytes_be(&key.modulus()) {
        return Err(StepError::Unfit("the encoded message is not below the modulus".to_owned()));
    }
    Ok(key.raw(block))
}

/// The header's algorithm, if it is RS*.
fn pkcs1_algorithm(work: &Work<'_>) -> Result<Algorithm, StepError> {
    let algorithm = work.header_algorithm()?;
    let fits = algorithm.family() == Family::Rsa && !algorithm.is_pss();
    if fits { Ok(algorithm) } else { Err(StepError::Unfit(format!("{algorithm} is not RSA PKCS#1 v1.5"))) }
}

/// The encoded message of a good signature under the header's algorithm, for a modulus of that many bits.
fn good_block(work: &mut Work<'_>, bits: usize) -> Result<Vec<u8>, StepError> {
    let algorithm = work.header_algorithm()?;
    let hash = algorithm.hash();
    let digest = hash.digest(work.signing_input()?.as_bytes());
    let block = match algorithm.family() {
        Family::Rsa if algorithm.is_pss() => emsa_pss(hash, hash, &digest, &work.random(hash.len()), bits - 1),
        Family::Rsa => emsa_pkcs1(&info(oid(hash), &digest), bits.div_ceil(8)),
        _ => return Err(StepError::Unfit(format!("{algorithm} is not RSA"))),
    };
    block.ok_or_else(no_room)
}

fn no_room() -> StepError {
    StepError::Unfit("the modulus is too small for this".to_owned())
}

/// A `DigestInfo` in DER (RFC 8017 section 9.2).
fn info(oid: &[u8], digest: &[u8]) -> Vec<u8> {
    der::nest(der::SEQUENCE, &[algorithm_identifier(oid), der::tlv(der::OCTET_STRING, digest)])
}

fn algorithm_identifier(oid: &[u8]) -> Vec<u8> {
    der::nest(der::SEQUENCE, &[der::oid(oid), der::tlv(der::NULL, &[])])
}

/// The content of a hash's OBJECT IDENTIFIER.
fn oid(hash: Sha2) -> &'static [u8] {
    match hash {
        Sha2::Sha256 => &[0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x01],
        Sha2::Sha384 => &[0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x02],
        Sha2::Sha512 => &[0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x03],
    }
}

/// Random bytes, none of them zero.
fn nonzero(work: &mut Work<'_>, count: usize) -> Vec<u8> {
    work.random(count).into_iter().map(|b| b.max(1)).collect()
}

#[cfg(test)]
mod tests;
