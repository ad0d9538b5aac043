//! ring. It keeps public keys as bytes and reads them for every verification, so that its prepared verifier is as cold as any.

use ring::{
    hmac,
    rand::SystemRandom,
    signature::{
        self, ECDSA_P256_SHA256_FIXED, ECDSA_P256_SHA256_FIXED_SIGNING, ECDSA_P384_SHA384_FIXED, ECDSA_P384_SHA384_FIXED_SIGNING,
        EcdsaKeyPair, EcdsaSigningAlgorithm, Ed25519KeyPair, RsaEncoding, RsaKeyPair, UnparsedPublicKey, VerificationAlgorithm,
    },
};

use super::{Backend, Scheme, Signer, Verifier, signing, verifying};
use crate::{
    algorithm::{Algorithm, Family},
    bench::keys::Encoded,
    keys::rsa_parameters,
};

/// The crate `ring`.
#[derive(Clone, Copy, Debug)]
pub struct Ring;

impl Backend for Ring {
    fn name(&self) -> &'static str {
        "ring"
    }

    fn version(&self) -> String {
        "0.17.14".to_owned()
    }

    fn signer(&self, scheme: Scheme) -> Option<Box<dyn Signer>> {
        let key = Encoded::of(supported(scheme)?);
        let random = SystemRandom::new();
        match key.family() {
            Family::Hmac => {
                let prepared = hmac::Key::new(key.algorithm.hash().for_hmac(), &key.private);
                signing(move |input| hmac::sign(&prepared, input).as_ref().to_vec())
            }
            Family::Rsa => {
                let (pair, padding) = (rsa(&key.private), padding(key.algorithm));
                signing(move |input| sign_rsa(&pair, padding, &random, input))
            }
            Family::Ec => {
                let pair = ec(key.algorithm, &key.private, &random);
                signing(move |input| pair.sign(&random, input).expect("a random source").as_ref().to_vec())
            }
            Family::Okp => {
                let pair = Ed25519KeyPair::from_pkcs8(&key.private).expect("our own key");
                signing(move |input| pair.sign(input).as_ref().to_vec())
            }
        }
    }

    fn verifier(&self, scheme: Scheme) -> Option<Box<dyn Verifier>> {
        let key = Encoded::of(supported(scheme)?);
        if key.family() == Family::Hmac {
            let prepared = hmac::Key::new(key.algorithm.hash().for_hmac(), &key.private);
            return verifying(move |input, signature| hmac::verify(&prepared, input, signature).is_ok());
        }
        let prepared = UnparsedPublicKey::new(verification(key.algorithm), key.bare);
        verifying(move |input, signature| prepared.verify(input, signature).is_ok())
    }

    fn cold_signer(&self, scheme: Scheme) -> Option<Box<dyn Signer>> {
        let Encoded { algorithm, private, .. } = Encoded::of(supported(scheme)?);
        let random = SystemRandom::new();
        match algorithm.family() {
            Family::Hmac => {
                signing(move |input| hmac::sign(&hmac::Key::new(algorithm.hash().for_hmac(), &private), input).as_ref().to_vec())
            }
            Family::Rsa => signing(move |input| sign_rsa(&rsa(&private), padding(algorithm), &random, input)),
            Family::Ec => signing(move |input| {
                ec(algorithm, &private, &random).sign(&random, input).expect("a random source").as_ref().to_vec()
            }),
            Family::Okp => {
                signing(move |input| Ed25519KeyPair::from_pkcs8(&private).expect("our own key").sign(input).as_ref().to_vec())
            }
        }
    }

    fn cold_verifier(&self, scheme: Scheme) -> Option<Box<dyn Verifier>> {
        let Encoded { algorithm, bare, .. } = Encoded::of(supported(scheme)?);
        if algorithm.family() == Family::Hmac {
            return verifying(move |input, signature| {
                hmac::verify(&hmac::Key::new(algorithm.hash().for_hmac(), &bare), input, signature).is_ok()
            });
        }
        let how = verification(algorithm);
        verifying(move |input, signature| UnparsedPublicKey::new(how, &bare).verify(input, signature).is_ok())
    }
}

/// ring has neither P-521, nor secp256k1, nor ML-DSA.
fn supported(scheme: Scheme) -> Option<Algorithm> {
    scheme.algorithm().filter(|algorithm| !matches!(algorithm, Algorithm::ES512 | Algorithm::ES256K))
}

fn rsa(pkcs8: &[u8]) -> RsaKeyPair {
    RsaKeyPair::from_pkcs8(pkcs8).expect("our own key")
}

fn sign_rsa(pair: &RsaKeyPair, padding: &'static dyn RsaEncoding, random: &SystemRandom, input: &[u8]) -> Vec<u8> {
    let mut signature = vec![0; pair.public().modulus_len()];
    pair.sign(padding, random, input, &mut signature).expect("the buffer has the modulus' length");
    signature
}

fn padding(algorithm: Algorithm) -> &'static dyn RsaEncoding {
    match algorithm {
        Algorithm::RS256 => &signature::RSA_PKCS1_SHA256,
        Algorithm::RS384 => &signature::RSA_PKCS1_SHA384,
        Algorithm::RS512 => &signature::RSA_PKCS1_SHA512,
        Algorithm::PS256 => &signature::RSA_PSS_SHA256,
        Algorithm::PS384 => &signature::RSA_PSS_SHA384,
        _ => &signature::RSA_PSS_SHA512,
    }
}

fn ec(algorithm: Algorithm, pkcs8: &[u8], random: &SystemRandom) -> EcdsaKeyPair {
    let how: &'static EcdsaSigningAlgorithm = match algorithm {
        Algorithm::ES384 => &ECDSA_P384_SHA384_FIXED_SIGNING,
        _ => &ECDSA_P256_SHA256_FIXED_SIGNING,
    };
    EcdsaKeyPair::from_pkcs8(how, pkcs8, random).expect("our own key")
}

fn verification(algorithm: Algorithm) -> &'static dyn VerificationAlgorithm {
    match algorithm {
        Algorithm::ES256 => &ECDSA_P256_SHA256_FIXED,
        Algorithm::ES384 => &ECDSA_P384_SHA384_FIXED,
        Algorithm::EdDSA => &signature::ED25519,
        other => rsa_parameters(other),
    }
}
