//! The primitives under the libraries: the same bytes signed and verified with a key that was parsed once, and nothing around it.
//! Those of [`jwt_gauntlet::internal::bench::backend`], and two that only libraries here rest on.

mod jwt_simple;
#[cfg(feature = "openssl")]
mod openssl;

use jwt_gauntlet::internal::bench::{
    Backend, Scheme, Signer, Verifier,
    backend::{AwsLc, Ring, RustCrypto},
};

use crate::keys::KeyTexts;

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

    /// Signing with the private key, which is the trusted one.
    #[must_use]
    pub fn signer(self, keys: &KeyTexts) -> Box<dyn Signer> {
        let scheme = Scheme::Jws(keys.algorithm);
        let signer = match self {
            Self::AwsLcRs => AwsLc.signer(scheme),
            Self::Ring => Ring.signer(scheme),
            Self::RustCrypto => RustCrypto.signer(scheme),
            Self::JwtSimple => Some(jwt_simple::signer(keys)),
            #[cfg(feature = "openssl")]
            Self::OpenSsl => Some(openssl::signer(keys)),
        };
        signer.expect("every back end has the four algorithms")
    }

    /// Verifying with the public key, which is the trusted one.
    #[must_use]
    pub fn verifier(self, keys: &KeyTexts) -> Box<dyn Verifier> {
        let scheme = Scheme::Jws(keys.algorithm);
        let verifier = match self {
            Self::AwsLcRs => AwsLc.verifier(scheme),
            Self::Ring => Ring.verifier(scheme),
            Self::RustCrypto => RustCrypto.verifier(scheme),
            Self::JwtSimple => Some(jwt_simple::verifier(keys)),
            #[cfg(feature = "openssl")]
            Self::OpenSsl => Some(openssl::verifier(keys)),
        };
        verifier.expect("every back end has the four algorithms")
    }
}

/// Boxes a closure; its argument types are written once, here.
fn signing(sign: impl Fn(&[u8]) -> Vec<u8> + Send + Sync + 'static) -> Box<dyn Signer> {
    Box::new(sign)
}

/// The same for a verifier.
fn verifying(verify: impl Fn(&[u8], &[u8]) -> bool + Send + Sync + 'static) -> Box<dyn Verifier> {
    Box::new(verify)
}
