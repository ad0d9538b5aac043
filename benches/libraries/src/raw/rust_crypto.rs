//! The `RustCrypto` crates, as their documentation shows.

use ed25519_dalek::pkcs8::{DecodePrivateKey as _, DecodePublicKey as _};
use hmac::{Hmac, Mac as _};
use jwt_gauntlet::algorithm::Family;
use rsa::{
    pkcs1v15,
    signature::{SignatureEncoding as _, Signer as _, Verifier as _},
};
use sha2::Sha256;

use super::{Sign, Verify};
use crate::keys::KeyTexts;

/// Signing with the private key.
pub fn signer(keys: &KeyTexts) -> Sign {
    let pem = keys.private_pem();
    match keys.algorithm.family() {
        Family::Hmac => {
            let key = Hmac::<Sha256>::new_from_slice(&keys.private).expect("any length");
            Box::new(move |input| key.clone().chain_update(input).finalize().into_bytes().to_vec())
        }
        Family::Rsa => {
            let key = pkcs1v15::SigningKey::<Sha256>::from_pkcs8_pem(pem).expect("a sound key");
            Box::new(move |input| key.sign(input).to_vec())
        }
        Family::Ec => {
            let key = p256::ecdsa::SigningKey::from_pkcs8_pem(pem).expect("a sound key");
            Box::new(move |input| -> Vec<u8> {
                let signature: p256::ecdsa::Signature = key.sign(input);
                signature.to_vec()
            })
        }
        Family::Okp => {
            let key = ed25519_dalek::SigningKey::from_pkcs8_pem(pem).expect("a sound key");
            Box::new(move |input| key.sign(input).to_vec())
        }
    }
}

/// Verifying with the public key.
pub fn verifier(keys: &KeyTexts) -> Verify {
    let pem = keys.public_pem();
    match keys.algorithm.family() {
        Family::Hmac => {
            let key = Hmac::<Sha256>::new_from_slice(&keys.public).expect("any length");
            Box::new(move |input, signature| key.clone().chain_update(input).verify_slice(signature).is_ok())
        }
        Family::Rsa => {
            let key = pkcs1v15::VerifyingKey::<Sha256>::from_public_key_pem(pem).expect("a sound key");
            Box::new(move |input, signature| {
                pkcs1v15::Signature::try_from(signature).is_ok_and(|signature| key.verify(input, &signature).is_ok())
            })
        }
        Family::Ec => {
            let key = p256::ecdsa::VerifyingKey::from_public_key_pem(pem).expect("a sound key");
            Box::new(move |input, signature| {
                p256::ecdsa::Signature::from_slice(signature).is_ok_and(|signature| key.verify(input, &signature).is_ok())
            })
        }
        Family::Okp => {
            let key = ed25519_dalek::VerifyingKey::from_public_key_pem(pem).expect("a sound key");
            Box::new(move |input, signature| {
                ed25519_dalek::Signature::from_slice(signature).is_ok_and(|signature| key.verify(input, &signature).is_ok())
            })
        }
    }
}
