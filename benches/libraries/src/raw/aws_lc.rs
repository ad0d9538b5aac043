//! `aws-lc-rs`, as its documentation shows.

use aws_lc_rs::{
    hmac,
    rand::SystemRandom,
    signature::{
        ECDSA_P256_SHA256_FIXED, ECDSA_P256_SHA256_FIXED_SIGNING, ED25519, EcdsaKeyPair, Ed25519KeyPair, ParsedPublicKey,
        RSA_PKCS1_2048_8192_SHA256, RSA_PKCS1_SHA256, RsaKeyPair, VerificationAlgorithm,
    },
};
use jwt_gauntlet::{algorithm::Family, keys::PublicMaterial};

use super::{Sign, Verify, der};
use crate::keys::KeyTexts;

/// Signing with the private key.
pub fn signer(keys: &KeyTexts) -> Sign {
    let random = SystemRandom::new();
    match keys.algorithm.family() {
        Family::Hmac => {
            let key = hmac::Key::new(hmac::HMAC_SHA256, &keys.private);
            Box::new(move |input| hmac::sign(&key, input).as_ref().to_vec())
        }
        Family::Rsa => {
            let key = RsaKeyPair::from_pkcs8(&der(keys.private_pem())).expect("a sound key");
            Box::new(move |input| {
                let mut signature = vec![0; key.public_modulus_len()];
                key.sign(&RSA_PKCS1_SHA256, &random, input, &mut signature).expect("the modulus is long enough");
                signature
            })
        }
        Family::Ec => {
            let der = der(keys.private_pem());
            let key = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &der).expect("a sound key");
            Box::new(move |input| key.sign(&random, input).expect("there are random numbers").as_ref().to_vec())
        }
        Family::Okp => {
            let key = Ed25519KeyPair::from_pkcs8_maybe_unchecked(&der(keys.private_pem())).expect("a sound key");
            Box::new(move |input| key.sign(input).as_ref().to_vec())
        }
    }
}

/// Verifying with the public key.
pub fn verifier(keys: &KeyTexts) -> Verify {
    let public = keys.key.public();
    let (algorithm, bytes): (&'static dyn VerificationAlgorithm, Vec<u8>) = match &public.material {
        PublicMaterial::Secret(secret) => {
            let key = hmac::Key::new(hmac::HMAC_SHA256, secret);
            return Box::new(move |input, signature| hmac::verify(&key, input, signature).is_ok());
        }
        PublicMaterial::Rsa { .. } => (&RSA_PKCS1_2048_8192_SHA256, public.pkcs1_der().expect("an RSA key")),
        PublicMaterial::Ec { x, y, .. } => (&ECDSA_P256_SHA256_FIXED, [&[4], x.as_slice(), y].concat()),
        PublicMaterial::Ed25519 { x } => (&ED25519, x.clone()),
    };
    let key = ParsedPublicKey::new(algorithm, bytes).expect("a sound key");
    Box::new(move |input, signature| key.verify_sig(input, signature).is_ok())
}
