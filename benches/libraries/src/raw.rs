//! The primitives under the libraries: the same bytes signed and verified with a key that was parsed once, and nothing around it.

mod aws_lc;
mod jwt_simple;
#[cfg(feature = "openssl")]
mod openssl;
mod ring;
mod rust_crypto;

use crate::keys::KeyTexts;

/// Signs.
pub type Sign = Box<dyn Fn(&[u8]) -> Vec<u8>>;
/// Whether a signature of an input is good.
pub type Verify = Box<dyn Fn(&[u8], &[u8]) -> bool>;

/// Whose cryptography.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Primitive {
    /// `aws-lc-rs`.
    AwsLcRs,
    /// `ring`.
    Ring,
    /// `hmac`, `rsa`, `p256`, `ed25519-dalek`.
    RustCrypto,
    /// `hmac-sha256`, `superboring`, a later `p256`, `ed25519-compact`.
    JwtSimple,
    /// OpenSSL.
    #[cfg(feature = "openssl")]
    OpenSsl,
}

impl Primitive {
    /// Everyone.
    pub const ALL: &[Self] = &[
        Self::AwsLcRs,
        Self::Ring,
        Self::RustCrypto,
        Self::JwtSimple,
        #[cfg(feature = "openssl")]
        Self::OpenSsl,
    ];

    /// As tables show it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::AwsLcRs => "aws-lc-rs",
            Self::Ring => "ring",
            Self::RustCrypto => "rust-crypto",
            Self::JwtSimple => "jwt-simple's",
            #[cfg(feature = "openssl")]
            Self::OpenSsl => "openssl",
        }
    }

    /// Signing with the private key.
    #[must_use]
    pub fn signer(self, keys: &KeyTexts) -> Sign {
        match self {
            Self::AwsLcRs => aws_lc::signer(keys),
            Self::Ring => ring::signer(keys),
            Self::RustCrypto => rust_crypto::signer(keys),
            Self::JwtSimple => jwt_simple::signer(keys),
            #[cfg(feature = "openssl")]
            Self::OpenSsl => openssl::signer(keys),
        }
    }

    /// Verifying with the public key.
    #[must_use]
    pub fn verifier(self, keys: &KeyTexts) -> Verify {
        match self {
            Self::AwsLcRs => aws_lc::verifier(keys),
            Self::Ring => ring::verifier(keys),
            Self::RustCrypto => rust_crypto::verifier(keys),
            Self::JwtSimple => jwt_simple::verifier(keys),
            #[cfg(feature = "openssl")]
            Self::OpenSsl => openssl::verifier(keys),
        }
    }
}

/// DER behind a PEM of this crate.
fn der(pem: &str) -> Vec<u8> {
    rsa::pkcs8::Document::from_pem(pem).expect("a PEM of our own").1.as_bytes().to_vec()
}
