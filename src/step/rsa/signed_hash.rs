//! PKCS#1 v1.5 signatures of the issuer's over another hash than the header says: `alg` fixes the hash (RFC 7518 section 3.3).

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha224};

use super::{info, no_room, oid, pkcs1_algorithm, private, sign_raw};
use crate::{
    algorithm::Sha2,
    keys::{digest_info_without_null, emsa_pkcs1},
    step::{StepError, Work, signature},
};

/// What the issuer signs in the place of the usual `DigestInfo`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, strum::VariantArray)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum SignedHash {
    /// MD5, broken.
    Md5,
    /// SHA-1, broken.
    Sha1,
    /// SHA-224.
    Sha224,
    /// SHA-256.
    Sha256,
    /// SHA-384.
    Sha384,
    /// SHA-512.
    Sha512,
    /// The right hash, bare: no `DigestInfo` around it.
    NoInfo,
    /// The right hash, the NULL parameters left out; RFC 8017 appendix A.2.4 lets verifiers take it.
    NoNull,
}

pub(in crate::step) fn signed_hash(work: &mut Work<'_>, hash: SignedHash) -> Result<(), StepError> {
    let own = pkcs1_algorithm(work)?.hash();
    let input = work.signing_input()?;
    let content = hash.content(own, input.as_bytes())?;
    let size = private(work)?.modulus().len();
    let block = emsa_pkcs1(&content, size).ok_or_else(no_room)?;
    let bytes = sign_raw(work, &block)?;
    signature::set(work, bytes)?;
    work.issue()
}

impl SignedHash {
    /// What follows the padding.
    fn content(self, own: Sha2, input: &[u8]) -> Result<Vec<u8>, StepError> {
        let sha2 = |hash: Sha2| {
            let other = hash != own;
            other
                .then(|| info(oid(hash), &hash.digest(input)))
                .ok_or_else(|| StepError::Unfit("this is already the hash of alg".to_owned()))
        };
        Ok(match self {
            Self::Md5 => info(&[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x02, 0x05], &md5::Md5::digest(input)),
            Self::Sha1 => info(&[0x2b, 0x0e, 0x03, 0x02, 0x1a], &sha1::Sha1::digest(input)),
            Self::Sha224 => info(&[0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x04], &Sha224::digest(input)),
            Self::Sha256 => sha2(Sha2::Sha256)?,
            Self::Sha384 => sha2(Sha2::Sha384)?,
            Self::Sha512 => sha2(Sha2::Sha512)?,
            Self::NoInfo => own.digest(input),
            Self::NoNull => digest_info_without_null(own, &own.digest(input)),
        })
    }
}
