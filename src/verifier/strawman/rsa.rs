//! Holes in RSA: padding that is searched instead of compared, numbers that are not bounded, parameters that are not fixed.

use ::rsa::BigUint;
use sha1::Digest;

use super::{
    embedded::element,
    rules::{Jws, Setup},
};
use crate::{
    algorithm::{Algorithm, Family, Sha2},
    keys::{PublicKey, PublicMaterial, der, digest_info, emsa_pkcs1, mgf1},
};

/// What `s^e mod n` gives, as wide as the modulus, whatever the width and size of the signature.
fn recovered(key: &PublicKey, signature: &[u8]) -> Option<Vec<u8>> {
    let PublicMaterial::Rsa { n, e } = &key.material else { return None };
    let (modulus, exponent) = (BigUint::from_bytes_be(n), BigUint::from_bytes_be(e));
    let message = BigUint::from_bytes_be(signature).modpow(&exponent, &modulus).to_bytes_be();
    Some([vec![0; n.len().saturating_sub(message.len())], message].concat())
}

/// The encoded message under the configured key, where the header names the configured RS* algorithm and the width is right.
fn message(setup: &Setup, jws: &Jws) -> Option<Vec<u8>> {
    let own = jws.alg() == Some(setup.algorithm().name()) && !setup.algorithm().is_pss();
    let PublicMaterial::Rsa { n, .. } = &setup.key.material else { return None };
    let signature = jws.signature_bytes();
    if own && signature.len() == n.len() { recovered(&setup.key, signature) } else { None }
}

fn digest(setup: &Setup, jws: &Jws) -> Vec<u8> {
    setup.algorithm().hash().digest(jws.input.as_bytes())
}

/// What stands behind `00 01 FF… 00`, if the padding looks like that for at least `least` FF.
fn unpadded(message: &[u8], least: usize) -> Option<&[u8]> {
    let rest = message.strip_prefix(&[0, 1])?;
    let run = rest.iter().take_while(|b| **b == 0xff).count();
    (run >= least && rest.get(run) == Some(&0)).then(|| &rest[run + 1..])
}

/// The whole, re-encoded and compared, for a key of any size and exponent.
pub(super) fn textbook(key: &PublicKey, jws: &Jws) -> bool {
    let Some(algorithm) = jws.algorithm().filter(|a| a.family() == Family::Rsa) else { return false };
    let Some(message) = recovered(key, jws.signature_bytes()) else { return false };
    let digest = algorithm.hash().digest(jws.input.as_bytes());
    if algorithm.is_pss() {
        return pss(&message, bits(key), &digest, &Pss::exact(algorithm)).is_some();
    }
    emsa_pkcs1(&digest_info(algorithm.hash(), &digest), message.len()) == Some(message)
}

/// The mathematics alone decide, for a key that nobody looked at.
pub(super) fn weak_key(setup: &Setup, jws: &Jws) -> bool {
    let own = jws.alg() == Some(setup.algorithm().name()) && jws.signature.is_some();
    (own && (setup.signed(jws) || textbook(&setup.key, jws))) || setup.exact(jws)
}

/// The message ends with the digest; what stands before it is not read.
pub(super) fn digest_at_end(setup: &Setup, jws: &Jws) -> bool {
    message(setup, jws).is_some_and(|m| m.ends_with(&digest(setup, jws))) || setup.exact(jws)
}

/// The digest stands somewhere in the message.
pub(super) fn digest_anywhere(setup: &Setup, jws: &Jws) -> bool {
    let digest = digest(setup, jws);
    message(setup, jws).is_some_and(|m| m.windows(digest.len()).any(|w| w == digest)) || setup.exact(jws)
}

/// Padding, then a `DigestInfo`, and whatever follows (Bleichenbacher 2006).
pub(super) fn trailing_ignored(setup: &Setup, jws: &Jws) -> bool {
    let info = digest_info(setup.algorithm().hash(), &digest(setup, jws));
    let good = |m: Vec<u8>| unpadded(&m, 0).is_some_and(|rest| rest.starts_with(&info));
    message(setup, jws).is_some_and(good) || setup.exact(jws)
}

/// The padding is skipped up to the first zero byte behind the second, its content unread.
pub(super) fn padding_skipped(setup: &Setup, jws: &Jws) -> bool {
    let info = digest_info(setup.algorithm().hash(), &digest(setup, jws));
    let good = |m: Vec<u8>| m.ends_with(&info) || m.windows(info.len()).any(|w| w == info);
    message(setup, jws).is_some_and(good) || setup.exact(jws)
}

/// The `DigestInfo` is read by a BER parser that accepts long lengths, any parameters, and bytes behind the digest.
pub(super) fn lax_digest_info(setup: &Setup, jws: &Jws) -> bool {
    let digest = digest(setup, jws);
    let good = |m: Vec<u8>| unpadded(&m, 0).is_some_and(|info| lax_digest(info) == Some(digest.clone()));
    message(setup, jws).is_some_and(good) || setup.exact(jws)
}

/// The content of the last OCTET STRING in a SEQUENCE that need not be one.
fn lax_digest(info: &[u8]) -> Option<Vec<u8>> {
    let (_, body, _) = element(info)?;
    let (_, _, rest) = element(body)?;
    let (tag, digest, _) = element(rest)?;
    (tag == der::OCTET_STRING).then(|| digest.to_vec())
}

/// The hash is the one that the `DigestInfo` names, or that its digest's length suggests; a bare digest will do.
pub(super) fn hash_from_digest_info(setup: &Setup, jws: &Jws) -> bool {
    let input = jws.input.as_bytes();
    let digests = [
        Sha2::Sha256.digest(input),
        Sha2::Sha384.digest(input),
        Sha2::Sha512.digest(input),
        sha1::Sha1::digest(input).to_vec(),
        md5::Md5::digest(input).to_vec(),
        sha2::Sha224::digest(input).to_vec(),
    ];
    let good = |m: Vec<u8>| {
        let rest = unpadded(&m, 8).unwrap_or_default();
        digests.iter().any(|digest| rest == digest || lax_digest(rest).as_ref() == Some(digest))
    };
    message(setup, jws).is_some_and(good) || setup.exact(jws)
}

/// The signature is a number of any length and size: leading zeros, missing ones, and s + n.
pub(super) fn number_unbounded(setup: &Setup, jws: &Jws) -> bool {
    let own = jws.alg() == Some(setup.algorithm().name());
    (own && !jws.is_unsigned() && textbook(&setup.key, jws)) || setup.exact(jws)
}

/// A buffer of the modulus' size takes as much of the signature as fits, and zeros for the rest.
pub(super) fn signature_cut(setup: &Setup, jws: &Jws) -> bool {
    let PublicMaterial::Rsa { n, .. } = &setup.key.material else { return setup.exact(jws) };
    let mut cut = jws.clone();
    let mut signature = jws.signature_bytes().to_vec();
    signature.resize(n.len(), 0);
    cut.signature = Some(signature);
    setup.exact(&cut)
}

/// A signature that the arithmetic maps to itself, 0, 1 or n - 1, is treated as a failed call, and the buffer it left as a match.
pub(super) fn fixed_points(setup: &Setup, jws: &Jws) -> bool {
    let PublicMaterial::Rsa { n, .. } = &setup.key.material else { return setup.exact(jws) };
    let (n, s, one) = (BigUint::from_bytes_be(n), BigUint::from_bytes_be(jws.signature_bytes()), BigUint::from(1_u8));
    let s = s % &n;
    let fixed = s <= one || s == &n - &one;
    (jws.alg() == Some(setup.algorithm().name()) && !jws.is_unsigned() && fixed) || setup.exact(jws)
}

/// A hash function.
type Digester = fn(&[u8]) -> Vec<u8>;

/// What a PSS verifier insists on.
struct Pss {
    hash: Digester,
    mask: Digester,
    salt: Option<usize>,
    strict_ends: bool,
}

impl Pss {
    fn exact(algorithm: Algorithm) -> Self {
        let hash = sha2(algorithm.hash());
        Self { hash, mask: hash, salt: Some(algorithm.hash().len()), strict_ends: true }
    }
}

fn sha2(hash: Sha2) -> Digester {
    match hash {
        Sha2::Sha256 => |data| Sha2::Sha256.digest(data),
        Sha2::Sha384 => |data| Sha2::Sha384.digest(data),
        Sha2::Sha512 => |data| Sha2::Sha512.digest(data),
    }
}

fn bits(key: &PublicKey) -> usize {
    match &key.material {
        PublicMaterial::Rsa { n, .. } => BigUint::from_bytes_be(n).bits(),
        _ => 0,
    }
}

/// EMSA-PSS-VERIFY (RFC 8017 section 9.1.2) as far as `rules` go.
fn pss(message: &[u8], modulus_bits: usize, digest: &[u8], rules: &Pss) -> Option<()> {
    let size = (modulus_bits - 1).div_ceil(8);
    let message = &message[message.len() - size..];
    let (block, end) = message.split_at(size.checked_sub(digest.len() + 1)?);
    let h = &end[..digest.len()];
    let top = 0xff_u8.checked_shr(u32::try_from(8 * size - (modulus_bits - 1)).ok()?).unwrap_or(0);
    if rules.strict_ends && (end.last() != Some(&0xbc) || block[0] & !top != 0) {
        return None;
    }
    let mut block: Vec<u8> = block.iter().zip(mgf1(rules.mask, h, block.len())).map(|(a, b)| a ^ b).collect();
    block[0] &= top;
    let zeros = block.iter().take_while(|b| **b == 0).count();
    let salt = block.get(zeros + 1..).filter(|_| block[zeros] == 1)?;
    let length = rules.salt.is_none_or(|length| salt.len() == length);
    let own = (rules.hash)(&[&[0; 8], digest, salt].concat());
    (length && own == h).then_some(())
}

fn pss_with(setup: &Setup, jws: &Jws, rules: &Pss) -> bool {
    let algorithm = setup.algorithm();
    let own = jws.alg() == Some(algorithm.name()) && algorithm.is_pss();
    let message = || recovered(&setup.key, jws.signature_bytes());
    let digest = (rules.hash)(jws.input.as_bytes());
    own && message().is_some_and(|m| pss(&m, bits(&setup.key), &digest, rules).is_some())
}

fn any_hash() -> [Digester; 5] {
    [
        |data| sha1::Sha1::digest(data).to_vec(),
        |data| md5::Md5::digest(data).to_vec(),
        sha2(Sha2::Sha256),
        sha2(Sha2::Sha384),
        sha2(Sha2::Sha512),
    ]
}

/// The salt may have any length.
pub(super) fn pss_salt_free(setup: &Setup, jws: &Jws) -> bool {
    pss_with(setup, jws, &Pss { salt: None, ..Pss::exact(setup.algorithm()) }) || setup.exact(jws)
}

/// The mask may come from any hash.
pub(super) fn pss_mask_free(setup: &Setup, jws: &Jws) -> bool {
    let exact = || Pss::exact(setup.algorithm());
    any_hash().into_iter().any(|mask| pss_with(setup, jws, &Pss { mask, salt: None, ..exact() })) || setup.exact(jws)
}

/// Trailer and top bits are not read.
pub(super) fn pss_ends_free(setup: &Setup, jws: &Jws) -> bool {
    pss_with(setup, jws, &Pss { strict_ends: false, ..Pss::exact(setup.algorithm()) }) || setup.exact(jws)
}

/// The padding is whichever fits.
pub(super) fn pkcs1_for_pss(setup: &Setup, jws: &Jws) -> bool {
    let twin = match setup.algorithm() {
        Algorithm::PS256 => Algorithm::RS256,
        Algorithm::PS384 => Algorithm::RS384,
        Algorithm::PS512 => Algorithm::RS512,
        _ => return setup.exact(jws),
    };
    (jws.alg() == Some(setup.algorithm().name()) && jws.verifies(&setup.key, twin)) || setup.exact(jws)
}

/// The hash of the message may be any, the parameters following it.
pub(super) fn pss_hash_free(setup: &Setup, jws: &Jws) -> bool {
    any_hash().into_iter().any(|hash| pss_with(setup, jws, &Pss { hash, mask: hash, salt: None, strict_ends: true }))
        || setup.exact(jws)
}
