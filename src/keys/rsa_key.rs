//! RSA keys: genuine signatures by ring or the rsa crate, and the raw private operation for deliberately wrong ones.

use data_encoding::BASE64URL_NOPAD;
use ring::{rand::SystemRandom, signature::RsaKeyPair};
use rsa::{
    BigUint, RsaPrivateKey,
    pkcs8::{DecodePrivateKey, EncodePrivateKey},
    traits::{PrivateKeyParts, PublicKeyParts},
};

use super::der;
use crate::algorithm::{Algorithm, Sha2};

/// An RSA key pair.
pub struct RsaKey {
    key: RsaPrivateKey,
    /// ring takes 2048 to 4096 bits and an exponent of 65537 or more; other keys sign through the rsa crate.
    ring: Option<RsaKeyPair>,
}

impl std::fmt::Debug for RsaKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "RsaKey({} bit)", self.key.n().bits())
    }
}

impl RsaKey {
    /// Reads one of the key files beside this one.
    ///
    /// # Panics
    /// If the text is not a PKCS#8 PEM.
    #[must_use]
    pub fn from_pem(pem: &str) -> Self {
        let key = RsaPrivateKey::from_pkcs8_pem(pem).expect("a key file of this crate");
        Self::of(key).expect("a key that was just read")
    }

    /// A key that was read elsewhere; `None` if it cannot be written as PKCS#8.
    #[must_use]
    pub(crate) fn of(key: RsaPrivateKey) -> Option<Self> {
        let der = key.to_pkcs8_der().ok()?;
        let ring = RsaKeyPair::from_pkcs8(der.as_bytes()).ok();
        Some(Self { key, ring })
    }

    /// The modulus, big-endian, without leading zeros.
    #[must_use]
    pub fn modulus(&self) -> Vec<u8> {
        self.key.n().to_bytes_be()
    }

    /// The public exponent, big-endian, without leading zeros.
    #[must_use]
    pub fn exponent(&self) -> Vec<u8> {
        self.key.e().to_bytes_be()
    }

    /// PKCS#8 in DER.
    #[must_use]
    pub fn pkcs8_der(&self) -> Vec<u8> {
        self.key.to_pkcs8_der().expect("a key that was read from PKCS#8").as_bytes().to_vec()
    }

    /// Signs with an RS* or PS* algorithm; `None` for others, or if the hash does not fit the modulus.
    #[must_use]
    pub fn sign(&self, algorithm: Algorithm, input: &[u8]) -> Option<Vec<u8>> {
        let hash = algorithm.hash();
        if algorithm.is_pss() {
            // The salt depends on the input alone, so that the same token gets the same signature.
            let salt = Sha2::Sha512.digest(&[b"salt".as_slice(), input].concat());
            let bits = self.key.n().bits() - 1;
            return Some(self.raw(&emsa_pss(hash, hash, &hash.digest(input), &salt[..hash.len()], bits)?));
        }
        if let Some(ring) = &self.ring {
            let padding: &dyn ring::signature::RsaEncoding = match algorithm {
                Algorithm::RS256 => &ring::signature::RSA_PKCS1_SHA256,
                Algorithm::RS384 => &ring::signature::RSA_PKCS1_SHA384,
                Algorithm::RS512 => &ring::signature::RSA_PKCS1_SHA512,
                _ => return None,
            };
            let mut signature = vec![0; ring.public().modulus_len()];
            ring.sign(padding, &SystemRandom::new(), input, &mut signature).ok()?;
            return Some(signature);
        }
        let encoded = emsa_pkcs1(&digest_info(hash, &hash.digest(input)), self.key.size())?;
        Some(self.raw(&encoded))
    }

    /// The raw private operation on a big-endian number below the modulus: what turns any encoded message into a signature.
    ///
    /// # Panics
    /// If the number is not below the modulus.
    #[must_use]
    pub fn raw(&self, message: &[u8]) -> Vec<u8> {
        let number = BigUint::from_bytes_be(message);
        let signature =
            rsa::hazmat::rsa_decrypt_and_check::<NoRng>(&self.key, None, &number).expect("the number is below the modulus");
        left_pad(&signature.to_bytes_be(), self.key.size())
    }

    /// Private members of the JWK in the order of RFC 7518 section 6.3.2.
    #[must_use]
    pub fn private_members(&self) -> Vec<(&'static str, String)> {
        let text = |n: &BigUint| BASE64URL_NOPAD.encode(&n.to_bytes_be());
        let (d, primes) = (self.key.d(), self.key.primes());
        let (p, q) = (&primes[0], &primes[1]);
        let one = BigUint::from(1_u8);
        let qi = q.modpow(&(p - 2_u8), p);
        vec![
            ("d", text(d)),
            ("p", text(p)),
            ("q", text(q)),
            ("dp", text(&(d % (p - &one)))),
            ("dq", text(&(d % (q - &one)))),
            ("qi", text(&qi)),
        ]
    }
}

/// The type of a random source that is never there: blinding is pointless for a published key.
type NoRng = rsa::rand_core::OsRng;

/// The `DigestInfo` that PKCS#1 v1.5 signs (RFC 8017 section 9.2).
#[must_use]
pub(crate) fn digest_info(hash: Sha2, digest: &[u8]) -> Vec<u8> {
    info(hash, &der::tlv(der::NULL, &[]), digest)
}

/// The same without the NULL of the algorithm's parameters, which verifiers may take (RFC 8017 appendix A.2.4).
#[must_use]
pub(crate) fn digest_info_without_null(hash: Sha2, digest: &[u8]) -> Vec<u8> {
    info(hash, &[], digest)
}

fn info(hash: Sha2, parameters: &[u8], digest: &[u8]) -> Vec<u8> {
    let last = match hash {
        Sha2::Sha256 => 1,
        Sha2::Sha384 => 2,
        Sha2::Sha512 => 3,
    };
    let oid = der::oid(&[0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, last]);
    let algorithm = der::nest(der::SEQUENCE, &[oid, parameters.to_vec()]);
    der::nest(der::SEQUENCE, &[algorithm, der::tlv(der::OCTET_STRING, digest)])
}

/// `00 01 FF … FF 00 || info` in `size` bytes (RFC 8017 section 9.2); `None` if there is no room for eight FF.
#[must_use]
pub(crate) fn emsa_pkcs1(info: &[u8], size: usize) -> Option<Vec<u8>> {
    let padding = size.checked_sub(info.len() + 3).filter(|n| *n >= 8)?;
    Some([&[0, 1], vec![0xff; padding].as_slice(), &[0], info].concat())
}

/// MGF1 (RFC 8017 appendix B.2.1).
#[must_use]
pub(crate) fn mgf1(hash: impl Fn(&[u8]) -> Vec<u8>, seed: &[u8], len: usize) -> Vec<u8> {
    let mut out = Vec::new();
    for counter in 0_u32.. {
        if out.len() >= len {
            break;
        }
        out.extend(hash(&[seed, &counter.to_be_bytes()].concat()));
    }
    out.truncate(len);
    out
}

/// EMSA-PSS (RFC 8017 section 9.1.1) of a finished digest for a modulus of `bits + 1` bits; `None` if it does not fit.
#[must_use]
pub(crate) fn emsa_pss(hash: Sha2, mask: Sha2, digest: &[u8], salt: &[u8], bits: usize) -> Option<Vec<u8>> {
    let size = bits.div_ceil(8);
    let h = hash.digest(&[&[0; 8], digest, salt].concat());
    let zeros = size.checked_sub(h.len() + salt.len() + 2)?;
    let mut block = [vec![0; zeros], vec![1], salt.to_vec()].concat();
    for (byte, mask) in block.iter_mut().zip(mgf1(|data| mask.digest(data), &h, size - h.len() - 1)) {
        *byte ^= mask;
    }
    block[0] &= 0xff >> (8 * size - bits);
    Some([block, h, vec![0xbc]].concat())
}

fn left_pad(bytes: &[u8], size: usize) -> Vec<u8> {
    let mut out = vec![0; size.saturating_sub(bytes.len())];
    out.extend_from_slice(bytes);
    out
}
