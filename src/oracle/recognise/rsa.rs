//! RSA signatures of the trusted key: the block is opened with the public key and searched for the digest of the signing input.
//!
//! That proves something only where nobody can choose a number whose power holds that digest. For exponent 3 the art is old
//! (Bleichenbacher 2006), and for others only a longer modulus is needed: the power must not exceed it. So a lax block counts from
//! exponent 65537 on, the least that FIPS 186-5 section 5.1 allows; below it the block must be right to the last byte.

use md5::Md5;
use rsa::BigUint;
use sha1::{Digest, Sha1};
use sha2::{Sha224, Sha512_256};

use crate::{
    algorithm::Sha2,
    keys::{digest_info, digest_info_without_null, emsa_pkcs1, mgf1},
};

const HASHES: [Sha2; 3] = [Sha2::Sha256, Sha2::Sha384, Sha2::Sha512];

/// Whether a root is anyone's: an exponent that is 1 or has no inverse, or a modulus whose factor 2 is in plain sight.
pub(super) fn is_void(n: &[u8], e: &[u8]) -> bool {
    let even = |bytes: &[u8]| bytes.last().is_none_or(|byte| byte % 2 == 0);
    even(n) || even(e) || BigUint::from_bytes_be(e) == BigUint::from(1_u8)
}

/// Whether the signature is as long as the modulus, below it, and opens to a block that RFC 8017 would build.
pub(super) fn made_strictly(n: &[u8], e: &[u8], input: &[u8], given: &[u8]) -> bool {
    Opener::new(n, e).is_some_and(|key| key.fits(given) && key.is_right(&key.open(given), input))
}

/// Whether it opens to the block of RFC 8017 section 9.2 but for the NULL in `DigestInfo`.
pub(super) fn lacks_null(n: &[u8], e: &[u8], hash: Sha2, input: &[u8], given: &[u8]) -> bool {
    let Some(key) = Opener::new(n, e) else { return false };
    let block = emsa_pkcs1(&digest_info_without_null(hash, &hash.digest(input)), key.size());
    key.fits(given) && block.is_some_and(|block| block == key.open(given))
}

/// Whether some reading of the signature opens to a block that only the private key makes.
pub(super) fn made(n: &[u8], e: &[u8], input: &[u8], given: &[u8]) -> bool {
    let Some(key) = Opener::new(n, e) else { return false };
    let lax = key.e >= BigUint::from(65537_u32);
    let mut numbers = vec![given.to_vec()];
    numbers.extend(super::cuts(given, key.size()));
    numbers.iter().any(|number| {
        let block = key.open(number);
        key.is_right(&block, input) || lax && (holds_digest(&block, input) || key.is_lax_pss(&block, input))
    })
}

/// The public operation.
struct Opener {
    n: BigUint,
    e: BigUint,
}

impl Opener {
    fn new(n: &[u8], e: &[u8]) -> Option<Self> {
        let key = Self { n: BigUint::from_bytes_be(n), e: BigUint::from_bytes_be(e) };
        // Shorter ones hold no digest, and nobody configures them.
        (key.n.bits() >= 256).then_some(key)
    }

    /// Whether a signature is as long as the modulus and below it (RFC 8017 section 8.2.2).
    fn fits(&self, signature: &[u8]) -> bool {
        signature.len() == self.size() && BigUint::from_bytes_be(signature) < self.n
    }

    /// Bytes in the modulus.
    fn size(&self) -> usize {
        self.n.bits().div_ceil(8)
    }

    /// s^e mod n, as wide as the modulus.
    fn open(&self, signature: &[u8]) -> Vec<u8> {
        let block = (BigUint::from_bytes_be(signature) % &self.n).modpow(&self.e, &self.n).to_bytes_be();
        [vec![0; self.size().saturating_sub(block.len())], block].concat()
    }

    /// EMSA-PKCS1-v1_5 or EMSA-PSS as JOSE has it: MGF1 with the same hash, a salt as long as that (RFC 7518 sections 3.3 and 3.5).
    fn is_right(&self, block: &[u8], input: &[u8]) -> bool {
        HASHES.into_iter().any(|hash| {
            let digest = hash.digest(input);
            let pkcs1 = emsa_pkcs1(&digest_info(hash, &digest), self.size()).is_some_and(|right| right == block);
            pkcs1 || self.is_right_pss(block, hash, &digest)
        })
    }

    fn is_right_pss(&self, block: &[u8], hash: Sha2, digest: &[u8]) -> bool {
        let bits = self.n.bits() - 1;
        let Some(pss) = Pss::take_apart(block, bits, hash, &|data| hash.digest(data)) else { return false };
        let right = |salt: &[u8]| {
            let mut encoded = crate::keys::emsa_pss(hash, hash, digest, salt, bits).unwrap_or_default();
            let missing = self.size().saturating_sub(encoded.len());
            encoded.splice(0..0, vec![0; missing]);
            encoded == block
        };
        pss.unmasked.len().checked_sub(hash.len()).is_some_and(|cut| right(&pss.unmasked[cut..]))
    }

    /// EMSA-PSS with any salt, MGF1 hash, trailer and top bit (RFC 8017 section 9.1.2): the hash inside must be that of the digest and
    /// of what stands at the end of the unmasked data.
    fn is_lax_pss(&self, block: &[u8], input: &[u8]) -> bool {
        let masks: [&dyn Fn(&[u8]) -> Vec<u8>; 5] = [
            &|data| Sha1::digest(data).to_vec(),
            &|data| Md5::digest(data).to_vec(),
            &|data| Sha2::Sha256.digest(data),
            &|data| Sha2::Sha384.digest(data),
            &|data| Sha2::Sha512.digest(data),
        ];
        HASHES.into_iter().any(|hash| {
            let digest = hash.digest(input);
            masks.iter().any(|mask| {
                let Some(pss) = Pss::take_apart(block, self.n.bits() - 1, hash, mask) else { return false };
                let made_with = |salt: &[u8]| hash.digest(&[&[0; 8], &*digest, salt].concat()) == pss.hash;
                (0..=pss.unmasked.len()).any(|start| made_with(&pss.unmasked[start..]))
            })
        })
    }
}

/// An encoded message of EMSA-PSS, unmasked.
struct Pss {
    hash: Vec<u8>,
    unmasked: Vec<u8>,
}

impl Pss {
    fn take_apart(block: &[u8], bits: usize, hash: Sha2, mask: &dyn Fn(&[u8]) -> Vec<u8>) -> Option<Self> {
        let size = bits.div_ceil(8);
        let encoded = &block[block.len().checked_sub(size)?..];
        let (masked, rest) = encoded.split_at_checked(size.checked_sub(hash.len() + 1)?)?;
        let inner = rest[..hash.len()].to_vec();
        let unmasked = masked.iter().zip(mgf1(mask, &inner, masked.len())).map(|(byte, mask)| byte ^ mask).collect();
        Some(Self { hash: inner, unmasked })
    }
}

/// Whether a digest of the input stands anywhere in the block.
fn holds_digest(block: &[u8], input: &[u8]) -> bool {
    let digests: [Vec<u8>; 7] = [
        Md5::digest(input).to_vec(),
        Sha1::digest(input).to_vec(),
        Sha224::digest(input).to_vec(),
        Sha512_256::digest(input).to_vec(),
        Sha2::Sha256.digest(input),
        Sha2::Sha384.digest(input),
        Sha2::Sha512.digest(input),
    ];
    digests.iter().any(|digest| memchr::memmem::find(block, digest).is_some())
}
