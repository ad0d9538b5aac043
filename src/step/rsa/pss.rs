//! PSS signatures of the issuer's with other parameters than RFC 7518 section 3.5 fixes: MGF1 with the same hash, a salt as long as
//! that hash. The trailer and the cleared bits are RFC 8017 section 9.1's.

use ::rsa::BigUint;
use serde::{Deserialize, Serialize};
use sha1::{Digest, Sha1};

use super::{info, no_room, oid, private, sign_raw};
use crate::{
    algorithm::Sha2,
    keys::{emsa_pkcs1, mgf1},
    step::{StepError, Work, signature},
};

/// What is unusual about a PSS signature.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, strum::VariantArray)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum PssEdit {
    /// No salt.
    SaltEmpty,
    /// A salt of 20 bytes, the default of RFC 8017.
    #[serde(rename = "salt-20")]
    Salt20,
    /// A salt one byte longer than the hash.
    SaltOneMore,
    /// The longest salt that the modulus has room for.
    SaltMaximum,
    /// MGF1 with SHA-1, the default of RFC 8017.
    MgfSha1,
    /// MGF1 with another SHA-2.
    MgfOther,
    /// The trailer CC in the place of BC.
    Trailer,
    /// The topmost bit, which must be clear, is set.
    TopBit,
    /// No PSS at all but PKCS#1 v1.5.
    Pkcs1,
}

/// The pieces of an encoded message.
struct Encoding<'a> {
    hash: Sha2,
    salt: Vec<u8>,
    mask: &'a dyn Fn(&[u8]) -> Vec<u8>,
    trailer: u8,
    /// Or'ed into the first byte.
    top: u8,
}

pub(in crate::step) fn pss(work: &mut Work<'_>, edit: PssEdit) -> Result<(), StepError> {
    let algorithm = work.header_algorithm()?;
    if !algorithm.is_pss() {
        return Err(StepError::Unfit(format!("{algorithm} is not RSA-PSS")));
    }
    let hash = algorithm.hash();
    let digest = hash.digest(work.signing_input()?.as_bytes());
    let modulus = BigUint::from_bytes_be(&private(work)?.modulus());
    let block = if edit == PssEdit::Pkcs1 {
        emsa_pkcs1(&info(oid(hash), &digest), modulus.bits().div_ceil(8)).ok_or_else(no_room)?
    } else {
        encode(work, edit, hash, &digest, &modulus)?
    };
    let bytes = sign_raw(work, &block)?;
    signature::set(work, bytes)?;
    work.issue()
}

fn encode(work: &mut Work<'_>, edit: PssEdit, hash: Sha2, digest: &[u8], modulus: &BigUint) -> Result<Vec<u8>, StepError> {
    let bits = modulus.bits() - 1;
    let most = bits.div_ceil(8).checked_sub(hash.len() + 2).ok_or_else(no_room)?;
    let salt = match edit {
        PssEdit::SaltEmpty => 0,
        PssEdit::Salt20 => 20,
        PssEdit::SaltOneMore => hash.len() + 1,
        PssEdit::SaltMaximum => most,
        _ => hash.len(),
    };
    if salt > most {
        return Err(no_room());
    }
    let other = if hash == Sha2::Sha256 { Sha2::Sha512 } else { Sha2::Sha256 };
    let mask: &dyn Fn(&[u8]) -> Vec<u8> = match edit {
        PssEdit::MgfSha1 => &|data| Sha1::digest(data).to_vec(),
        PssEdit::MgfOther => &|data| other.digest(data),
        _ => &|data| hash.digest(data),
    };
    let trailer = if edit == PssEdit::Trailer { 0xcc } else { 0xbc };
    let top = if edit == PssEdit::TopBit { 0x80 >> (8 * bits.div_ceil(8) - bits - 1) } else { 0 };
    // With the top bit set, only some salts leave the number below the modulus.
    for _ in 0..64 {
        let block = Encoding { hash, salt: work.random(salt), mask, trailer, top }.block(digest, bits);
        if BigUint::from_bytes_be(&block) < *modulus {
            return Ok(block);
        }
    }
    Err(no_room())
}

impl Encoding<'_> {
    /// EMSA-PSS (RFC 8017 section 9.1.1) into `bits` bits.
    fn block(&self, digest: &[u8], bits: usize) -> Vec<u8> {
        let size = bits.div_ceil(8);
        let h = self.hash.digest(&[&[0; 8], digest, &self.salt].concat());
        let zeros = size - h.len() - self.salt.len() - 2;
        let mut block = [&*vec![0; zeros], &[1], &self.salt].concat();
        for (byte, mask) in block.iter_mut().zip(mgf1(self.mask, &h, size - h.len() - 1)) {
            *byte ^= mask;
        }
        block[0] = block[0] & (0xff >> (8 * size - bits)) | self.top;
        [block, h, vec![self.trailer]].concat()
    }
}
