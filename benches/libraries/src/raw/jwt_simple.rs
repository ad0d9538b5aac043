//! What `jwt-simple` rests on with its feature `pure-rust`: crates of its own author, and a later `p256` than others use.

use ed25519_compact::{KeyPair, Noise, PublicKey, Seed, Signature};
use jwt_gauntlet::{
    internal::bench::{Signer as RawSigner, Verifier as RawVerifier},
    keys::{Material, PublicMaterial},
};
use later_p256::{
    ecdsa::{
        self,
        signature::{Signer as _, Verifier as _},
    },
    pkcs8::{DecodePrivateKey as _, DecodePublicKey as _},
};
use superboring::{
    hash::MessageDigest,
    pkey::{PKey, Private, Public},
    rsa::{Padding, Rsa},
    sign::{Signer, Verifier},
};

use super::{signing, verifying};
use crate::keys::KeyTexts;

/// Signing with the private key.
pub(super) fn signer(keys: &KeyTexts) -> Box<dyn RawSigner> {
    match &keys.key.material {
        Material::Secret(secret) => {
            let secret = secret.clone();
            signing(move |input| hmac_sha256::HMAC::mac(input, &secret).to_vec())
        }
        Material::Rsa(_) => {
            let key = Rsa::<Private>::private_key_from_pem(&keys.private).and_then(PKey::from_rsa).expect("a sound key");
            signing(move |input| {
                let mut signer = Signer::new(MessageDigest::sha256(), &key).expect("an RSA key");
                let padded = signer.set_rsa_padding(Padding::PKCS1);
                padded.and_then(|()| signer.update(input)).and_then(|()| signer.sign_to_vec()).expect("a sound key signs")
            })
        }
        Material::Ec(..) => {
            let key = ecdsa::SigningKey::from_pkcs8_pem(keys.private_pem()).expect("a sound key");
            signing(move |input| {
                let signature: ecdsa::Signature = key.sign(input);
                signature.to_vec()
            })
        }
        Material::Ed25519(seed) => {
            let key = KeyPair::from_seed(Seed::new(*seed));
            signing(move |input| key.sk.sign(input, Some(Noise::generate())).to_vec())
        }
    }
}

/// Verifying with the public key.
pub(super) fn verifier(keys: &KeyTexts) -> Box<dyn RawVerifier> {
    match &keys.key.public().material {
        PublicMaterial::Secret(secret) => {
            let secret = secret.clone();
            verifying(move |input, signature| {
                signature.try_into().is_ok_and(|signature| hmac_sha256::HMAC::verify(input, &secret, signature))
            })
        }
        PublicMaterial::Rsa { .. } => {
            let key = Rsa::<Public>::public_key_from_pem(&keys.public).and_then(PKey::from_rsa).expect("a sound key");
            verifying(move |input, signature| {
                let mut verifier = Verifier::new(MessageDigest::sha256(), &key).expect("an RSA key");
                let padded = verifier.set_rsa_padding(Padding::PKCS1);
                padded.and_then(|()| verifier.update(input)).and_then(|()| verifier.verify(signature)).unwrap_or(false)
            })
        }
        PublicMaterial::Ec { .. } => {
            let key = ecdsa::VerifyingKey::from_public_key_pem(keys.public_pem()).expect("a sound key");
            verifying(move |input, signature| {
                ecdsa::Signature::from_slice(signature).is_ok_and(|signature| key.verify(input, &signature).is_ok())
            })
        }
        PublicMaterial::Ed25519 { x } => {
            let key = PublicKey::from_slice(x).expect("a sound key");
            verifying(move |input, signature| {
                Signature::from_slice(signature).is_ok_and(|signature| key.verify(input, &signature).is_ok())
            })
        }
    }
}
