//! The four curves behind one face: key generation, RFC 6979 signatures, verification, and the constants that forgeries need.

use p256::elliptic_curve::{
    rand_core::{self, CryptoRng, RngCore},
    sec1::ToEncodedPoint,
};
use serde::{Deserialize, Serialize};

use crate::algorithm::{Algorithm, Sha2};

/// An elliptic curve of JOSE.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Curve {
    /// NIST P-256, for ES256.
    #[serde(rename = "P-256")]
    P256,
    /// NIST P-384, for ES384.
    #[serde(rename = "P-384")]
    P384,
    /// NIST P-521, for ES512.
    #[serde(rename = "P-521")]
    P521,
    /// secp256k1, for ES256K.
    #[serde(rename = "secp256k1")]
    Secp256k1,
}

/// Runs `$body` with `$module` standing for the curve's crate; `$p521` in its place for the one whose crate differs from the others.
macro_rules! on_curve {
    ($curve:expr, $module:ident => $body:expr) => {
        on_curve!($curve, $module => $body, P521 => {
            use p521 as $module;
            $body
        })
    };
    ($curve:expr, $module:ident => $body:expr, P521 => $p521:expr) => {
        match $curve {
            Curve::P256 => {
                use p256 as $module;
                $body
            }
            Curve::P384 => {
                use p384 as $module;
                $body
            }
            Curve::P521 => $p521,
            Curve::Secp256k1 => {
                use k256 as $module;
                $body
            }
        }
    };
}

/// SHA-512 in counter mode, for the one signer that insists on a random source.
struct SeededRng {
    seed: Vec<u8>,
    counter: u64,
}

impl RngCore for SeededRng {
    fn next_u32(&mut self) -> u32 {
        rand_core::impls::next_u32_via_fill(self)
    }

    fn next_u64(&mut self) -> u64 {
        rand_core::impls::next_u64_via_fill(self)
    }

    fn fill_bytes(&mut self, dest: &mut [u8]) {
        for chunk in dest.chunks_mut(64) {
            self.counter += 1;
            let block = Sha2::Sha512.digest(&[self.seed.as_slice(), &self.counter.to_be_bytes()].concat());
            chunk.copy_from_slice(&block[..chunk.len()]);
        }
    }

    fn try_fill_bytes(&mut self, dest: &mut [u8]) -> Result<(), rand_core::Error> {
        self.fill_bytes(dest);
        Ok(())
    }
}

impl CryptoRng for SeededRng {}

impl Curve {
    /// All four.
    pub const ALL: [Self; 4] = [Self::P256, Self::P384, Self::P521, Self::Secp256k1];

    /// The curve that an ES* algorithm is bound to.
    #[must_use]
    pub fn of(algorithm: Algorithm) -> Option<Self> {
        match algorithm {
            Algorithm::ES256 => Some(Self::P256),
            Algorithm::ES384 => Some(Self::P384),
            Algorithm::ES512 => Some(Self::P521),
            Algorithm::ES256K => Some(Self::Secp256k1),
            _ => None,
        }
    }

    /// The algorithm that is bound to the curve.
    #[must_use]
    pub fn algorithm(self) -> Algorithm {
        match self {
            Self::P256 => Algorithm::ES256,
            Self::P384 => Algorithm::ES384,
            Self::P521 => Algorithm::ES512,
            Self::Secp256k1 => Algorithm::ES256K,
        }
    }

    /// The `crv` value.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::P256 => "P-256",
            Self::P384 => "P-384",
            Self::P521 => "P-521",
            Self::Secp256k1 => "secp256k1",
        }
    }

    /// Bytes in a coordinate, and in each half of a signature.
    #[must_use]
    pub fn width(self) -> usize {
        match self {
            Self::P256 | Self::Secp256k1 => 32,
            Self::P384 => 48,
            Self::P521 => 66,
        }
    }

    /// Content of the curve's OBJECT IDENTIFIER.
    #[must_use]
    pub fn oid(self) -> &'static [u8] {
        match self {
            Self::P256 => &[0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07],
            Self::P384 => &[0x2b, 0x81, 0x04, 0x00, 0x22],
            Self::P521 => &[0x2b, 0x81, 0x04, 0x00, 0x23],
            Self::Secp256k1 => &[0x2b, 0x81, 0x04, 0x00, 0x0a],
        }
    }

    /// The name of the curve's keys in OpenSSH, where it has one (RFC 5656 section 10.1).
    #[must_use]
    pub fn ssh_name(self) -> Option<&'static str> {
        match self {
            Self::P256 => Some("nistp256"),
            Self::P384 => Some("nistp384"),
            Self::P521 => Some("nistp521"),
            Self::Secp256k1 => None,
        }
    }

    /// The group order `n`, big-endian, as wide as a coordinate (SEC 2).
    #[must_use]
    pub fn order(self) -> Vec<u8> {
        hex(match self {
            Self::P256 => "ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551",
            Self::P384 => "ffffffffffffffffffffffffffffffffffffffffffffffffc7634d81f4372ddf581a0db248b0a77aecec196accc52973",
            Self::P521 => {
                "01fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffa51868783bf2f966b7fcc0148f709a5d03bb5c9b8899c47aebb6fb71e91386409"
            }
            Self::Secp256k1 => "fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141",
        })
    }

    /// The field prime `p`, big-endian, as wide as a coordinate (SEC 2).
    #[must_use]
    pub fn prime(self) -> Vec<u8> {
        hex(match self {
            Self::P256 => "ffffffff00000001000000000000000000000000ffffffffffffffffffffffff",
            Self::P384 => "fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffeffffffff0000000000000000ffffffff",
            Self::P521 => {
                "01ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff"
            }
            Self::Secp256k1 => "fffffffffffffffffffffffffffffffffffffffffffffffffffffffefffffc2f",
        })
    }

    /// A valid private scalar made from as many bytes as the field is wide.
    #[must_use]
    pub fn scalar(self, bytes: &[u8]) -> Vec<u8> {
        let mut scalar = bytes.to_vec();
        // Far below every order: uniformity does not matter for a published key, validity does.
        scalar[0] = 0;
        scalar
    }

    /// The scalar in a private key of this curve in DER, SEC1 or PKCS#8.
    #[must_use]
    pub fn scalar_in(self, der: &[u8]) -> Option<Vec<u8>> {
        on_curve!(self, curve => {
            use curve::pkcs8::DecodePrivateKey as _;
            let key = curve::SecretKey::from_pkcs8_der(der).ok().or_else(|| curve::SecretKey::from_sec1_der(der).ok())?;
            Some(key.to_bytes().to_vec())
        })
    }

    /// A private key of this curve in PKCS#8; `None` unless the number is in range.
    #[must_use]
    pub fn pkcs8(self, scalar: &[u8]) -> Option<Vec<u8>> {
        on_curve!(self, curve => {
            use curve::pkcs8::EncodePrivateKey as _;
            Some(curve::SecretKey::from_slice(scalar).ok()?.to_pkcs8_der().ok()?.as_bytes().to_vec())
        })
    }

    /// The public point `(x, y)` of a scalar.
    ///
    /// # Panics
    /// If the scalar is zero or not below the order.
    #[must_use]
    pub fn public(self, scalar: &[u8]) -> (Vec<u8>, Vec<u8>) {
        on_curve!(self, curve => {
            let key = curve::SecretKey::from_slice(scalar).expect("the scalar is in range");
            let point = key.public_key().to_encoded_point(false);
            (point.x().expect("not at infinity").to_vec(), point.y().expect("uncompressed").to_vec())
        })
    }

    /// The deterministic signature `r || s` over `hash(input)`: RFC 6979, but for P-521, whose crate lacks it and gets a nonce from a
    /// generator seeded with scalar and digest.
    ///
    /// # Panics
    /// If the scalar is zero or not below the order.
    #[must_use]
    pub fn sign(self, scalar: &[u8], hash: Sha2, input: &[u8]) -> Vec<u8> {
        let digest = self.prehash(hash, input);
        on_curve!(self, curve => {
            use curve::ecdsa::signature::hazmat::PrehashSigner;
            let key = curve::ecdsa::SigningKey::from_slice(scalar).expect("the scalar is in range");
            let signature: curve::ecdsa::Signature = key.sign_prehash(&digest).expect("the digest is long enough");
            signature.to_bytes().to_vec()
        }, P521 => {
            use p521::ecdsa::signature::hazmat::RandomizedPrehashSigner;
            let key = p521::ecdsa::SigningKey::from_slice(scalar).expect("the scalar is in range");
            let mut nonce = SeededRng { seed: [scalar, &digest].concat(), counter: 0 };
            let signature: p521::ecdsa::Signature =
                key.sign_prehash_with_rng(&mut nonce, &digest).expect("the digest is long enough");
            signature.to_bytes().to_vec()
        })
    }

    /// Whether `r || s` verifies over `hash(input)` by `RustCrypto`. High-S passes: it is legal in JOSE.
    #[must_use]
    pub fn verifies(self, x: &[u8], y: &[u8], hash: Sha2, input: &[u8], signature: &[u8]) -> bool {
        let digest = self.prehash(hash, input);
        let point = [&[4], x, y].concat();
        on_curve!(self, curve => {
            use curve::ecdsa::signature::hazmat::PrehashVerifier;
            let (Ok(key), Ok(signature)) =
                (curve::ecdsa::VerifyingKey::from_sec1_bytes(&point), curve::ecdsa::Signature::from_slice(signature))
            else {
                return false;
            };
            // k256 alone insists on low S, a rule of Bitcoin's and not of RFC 8812's.
            let low = signature.normalize_s().unwrap_or(signature);
            key.verify_prehash(&digest, &signature).is_ok() || key.verify_prehash(&digest, &low).is_ok()
        })
    }

    /// Whether the point lies on the curve.
    #[must_use]
    pub fn contains(self, x: &[u8], y: &[u8]) -> bool {
        let point = [&[4], x, y].concat();
        on_curve!(self, curve => curve::PublicKey::from_sec1_bytes(&point).is_ok())
    }

    /// A digest shorter than half the field is left-padded: the crates refuse it otherwise, and ECDSA reads it as a number.
    fn prehash(self, hash: Sha2, input: &[u8]) -> Vec<u8> {
        let digest = hash.digest(input);
        let mut padded = vec![0; self.width().saturating_sub(digest.len())];
        padded.extend(digest);
        padded
    }
}

fn hex(text: &str) -> Vec<u8> {
    data_encoding::HEXLOWER.decode(text.as_bytes()).expect("a constant of this file")
}
