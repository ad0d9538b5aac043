//! The `RustCrypto` crates and ed25519-dalek, as `jsonwebtoken` uses them: RSA signs with blinding.
//!
//! Ed25519 is there with feature `jsonwebtoken`, whose back end compiles the crate anyway.

use hmac::{Hmac, Mac};
use rsa::{
    RsaPrivateKey, RsaPublicKey, pkcs1v15,
    pkcs8::{DecodePrivateKey as _, DecodePublicKey as _},
    pss,
    rand_core::OsRng,
    signature::{RandomizedSigner as _, SignatureEncoding as _, Signer as _, Verifier as _},
};
use sha2::{Sha256, Sha384, Sha512};

use super::{Backend, Scheme, Signer, Verifier, signing, verifying};
use crate::{algorithm::Algorithm, bench::keys::Encoded};

/// The crates `hmac`, `sha2`, `rsa`, `p256`, `p384`, `p521`, `k256` and `ed25519-dalek`.
#[derive(Clone, Copy, Debug)]
pub struct RustCrypto;

/// Signs, cold or not: `$ready` makes the key ready out of `$key`.
macro_rules! signs {
    ($cold:expr, $bytes:expr, $read:expr, $sign:expr) => {{
        let (bytes, read, sign) = ($bytes, $read, $sign);
        if $cold {
            signing(move |input| sign(&read(&bytes), input))
        } else {
            let key = read(&bytes);
            signing(move |input| sign(&key, input))
        }
    }};
}

/// The same for verifying.
macro_rules! verifies {
    ($cold:expr, $bytes:expr, $read:expr, $verify:expr) => {{
        let (bytes, read, verify) = ($bytes, $read, $verify);
        if $cold {
            verifying(move |input, signature| verify(&read(&bytes), input, signature))
        } else {
            let key = read(&bytes);
            verifying(move |input, signature| verify(&key, input, signature))
        }
    }};
}

macro_rules! hmac_signs {
    ($hash:ty, $cold:expr, $key:expr) => {
        signs!(
            $cold,
            $key.private,
            |bytes: &Vec<u8>| Hmac::<$hash>::new_from_slice(bytes).expect("HMAC takes any length"),
            |key: &Hmac<$hash>, input: &[u8]| key.clone().chain_update(input).finalize().into_bytes().to_vec()
        )
    };
}

macro_rules! hmac_verifies {
    ($hash:ty, $cold:expr, $key:expr) => {
        verifies!(
            $cold,
            $key.public,
            |bytes: &Vec<u8>| Hmac::<$hash>::new_from_slice(bytes).expect("HMAC takes any length"),
            |key: &Hmac<$hash>, input: &[u8], tag: &[u8]| key.clone().chain_update(input).verify_slice(tag).is_ok()
        )
    };
}

macro_rules! rsa_signs {
    ($signer:ty, $cold:expr, $key:expr) => {
        signs!(
            $cold,
            $key.private,
            |der: &Vec<u8>| <$signer>::new(RsaPrivateKey::from_pkcs8_der(der).expect("our own key")),
            |key: &$signer, input: &[u8]| key.sign_with_rng(&mut OsRng, input).to_vec()
        )
    };
}

macro_rules! rsa_verifies {
    ($verifier:ty, $signature:ty, $cold:expr, $key:expr) => {
        verifies!(
            $cold,
            $key.public,
            |der: &Vec<u8>| <$verifier>::new(RsaPublicKey::from_public_key_der(der).expect("our own key")),
            |key: &$verifier, input: &[u8], signature: &[u8]| {
                <$signature>::try_from(signature).is_ok_and(|signature| key.verify(input, &signature).is_ok())
            }
        )
    };
}

macro_rules! ec_signs {
    ($curve:ident, $cold:expr, $key:expr) => {
        // RFC 6979: no random source.
        ec_signs!($curve, $cold, $key, |key, input| key.sign(input))
    };
    ($curve:ident, $cold:expr, $key:expr, |$signing:ident, $message:ident| $sign:expr) => {
        signs!(
            $cold,
            $key.private,
            |der: &Vec<u8>| {
                let secret = $curve::SecretKey::from_pkcs8_der(der).expect("our own key");
                $curve::ecdsa::SigningKey::from_bytes(&secret.to_bytes()).expect("the scalar is in range")
            },
            |$signing: &$curve::ecdsa::SigningKey, $message: &[u8]| {
                let signature: $curve::ecdsa::Signature = $sign;
                signature.to_bytes().to_vec()
            }
        )
    };
}

macro_rules! ec_verifies {
    ($curve:ident, $cold:expr, $key:expr) => {
        verifies!(
            $cold,
            $key.public,
            |der: &Vec<u8>| {
                let public = $curve::PublicKey::from_public_key_der(der).expect("our own key");
                $curve::ecdsa::VerifyingKey::from_affine(*public.as_affine()).expect("not at infinity")
            },
            |key: &$curve::ecdsa::VerifyingKey, input: &[u8], signature: &[u8]| {
                $curve::ecdsa::Signature::from_slice(signature).is_ok_and(|signature| key.verify(input, &signature).is_ok())
            }
        )
    };
}

impl Backend for RustCrypto {
    fn name(&self) -> &'static str {
        "rust-crypto"
    }

    fn version(&self) -> String {
        let parts = "hmac 0.12.1, sha2 0.10.9, rsa 0.9.10, p256 0.13.2, p384 0.13.1, p521 0.13.3, k256 0.13.4";
        let dalek = if cfg!(feature = "jsonwebtoken") { ", ed25519-dalek 2.2.0" } else { "" };
        format!("{parts}{dalek}")
    }

    fn signer(&self, scheme: Scheme) -> Option<Box<dyn Signer>> {
        signer(scheme.algorithm()?, false)
    }

    fn verifier(&self, scheme: Scheme) -> Option<Box<dyn Verifier>> {
        verifier(scheme.algorithm()?, false)
    }

    fn cold_signer(&self, scheme: Scheme) -> Option<Box<dyn Signer>> {
        signer(scheme.algorithm()?, true)
    }

    fn cold_verifier(&self, scheme: Scheme) -> Option<Box<dyn Verifier>> {
        verifier(scheme.algorithm()?, true)
    }
}

fn signer(algorithm: Algorithm, cold: bool) -> Option<Box<dyn Signer>> {
    let key = Encoded::of(algorithm);
    match algorithm {
        Algorithm::HS256 => hmac_signs!(Sha256, cold, key),
        Algorithm::HS384 => hmac_signs!(Sha384, cold, key),
        Algorithm::HS512 => hmac_signs!(Sha512, cold, key),
        Algorithm::RS256 => rsa_signs!(pkcs1v15::SigningKey<Sha256>, cold, key),
        Algorithm::RS384 => rsa_signs!(pkcs1v15::SigningKey<Sha384>, cold, key),
        Algorithm::RS512 => rsa_signs!(pkcs1v15::SigningKey<Sha512>, cold, key),
        Algorithm::PS256 => rsa_signs!(pss::BlindedSigningKey<Sha256>, cold, key),
        Algorithm::PS384 => rsa_signs!(pss::BlindedSigningKey<Sha384>, cold, key),
        Algorithm::PS512 => rsa_signs!(pss::BlindedSigningKey<Sha512>, cold, key),
        Algorithm::ES256 => ec_signs!(p256, cold, key),
        Algorithm::ES384 => ec_signs!(p384, cold, key),
        Algorithm::ES512 => ec_signs!(p521, cold, key, |key, input| key.sign_with_rng(&mut OsRng, input)),
        Algorithm::ES256K => ec_signs!(k256, cold, key),
        Algorithm::EdDSA => ed25519_signer(key, cold),
    }
}

fn verifier(algorithm: Algorithm, cold: bool) -> Option<Box<dyn Verifier>> {
    let key = Encoded::of(algorithm);
    match algorithm {
        Algorithm::HS256 => hmac_verifies!(Sha256, cold, key),
        Algorithm::HS384 => hmac_verifies!(Sha384, cold, key),
        Algorithm::HS512 => hmac_verifies!(Sha512, cold, key),
        Algorithm::RS256 => rsa_verifies!(pkcs1v15::VerifyingKey<Sha256>, pkcs1v15::Signature, cold, key),
        Algorithm::RS384 => rsa_verifies!(pkcs1v15::VerifyingKey<Sha384>, pkcs1v15::Signature, cold, key),
        Algorithm::RS512 => rsa_verifies!(pkcs1v15::VerifyingKey<Sha512>, pkcs1v15::Signature, cold, key),
        Algorithm::PS256 => rsa_verifies!(pss::VerifyingKey<Sha256>, pss::Signature, cold, key),
        Algorithm::PS384 => rsa_verifies!(pss::VerifyingKey<Sha384>, pss::Signature, cold, key),
        Algorithm::PS512 => rsa_verifies!(pss::VerifyingKey<Sha512>, pss::Signature, cold, key),
        Algorithm::ES256 => ec_verifies!(p256, cold, key),
        Algorithm::ES384 => ec_verifies!(p384, cold, key),
        Algorithm::ES512 => ec_verifies!(p521, cold, key),
        Algorithm::ES256K => ec_verifies!(k256, cold, key),
        Algorithm::EdDSA => ed25519_verifier(key, cold),
    }
}

#[cfg(feature = "jsonwebtoken")]
fn ed25519_signer(key: Encoded, cold: bool) -> Option<Box<dyn Signer>> {
    use ed25519_dalek::SigningKey;
    signs!(
        cold,
        key.private,
        |der: &Vec<u8>| SigningKey::from_pkcs8_der(der).expect("our own key"),
        |key: &SigningKey, input: &[u8]| key.sign(input).to_bytes().to_vec()
    )
}

#[cfg(feature = "jsonwebtoken")]
fn ed25519_verifier(key: Encoded, cold: bool) -> Option<Box<dyn Verifier>> {
    use ed25519_dalek::{Signature, VerifyingKey};
    verifies!(
        cold,
        key.public,
        |der: &Vec<u8>| VerifyingKey::from_public_key_der(der).expect("our own key"),
        |key: &VerifyingKey, input: &[u8], signature: &[u8]| {
            Signature::from_slice(signature).is_ok_and(|signature| key.verify(input, &signature).is_ok())
        }
    )
}

#[cfg(not(feature = "jsonwebtoken"))]
fn ed25519_signer(_: Encoded, _: bool) -> Option<Box<dyn Signer>> {
    None
}

#[cfg(not(feature = "jsonwebtoken"))]
fn ed25519_verifier(_: Encoded, _: bool) -> Option<Box<dyn Verifier>> {
    None
}
