//! aws-lc-rs, the one that has every scheme, ML-DSA included.

use aws_lc_rs::{
    hmac,
    rand::SystemRandom,
    signature::{
        self, EcdsaKeyPair, EcdsaSigningAlgorithm, Ed25519KeyPair, KeyPair as _, ParsedPublicKey, PqdsaKeyPair,
        PqdsaSigningAlgorithm, RsaEncoding, RsaKeyPair, UnparsedPublicKey, VerificationAlgorithm,
    },
};

use super::{Backend, Scheme, Signer, Verifier, signing, verifying};
use crate::{
    algorithm::{Algorithm, Family},
    bench::{keys::Encoded, scheme::MlDsa},
};

/// The crate `aws-lc-rs`.
#[derive(Clone, Copy, Debug)]
pub struct AwsLc;

impl Backend for AwsLc {
    fn name(&self) -> &'static str {
        "aws-lc-rs"
    }

    fn version(&self) -> String {
        "1.19.0".to_owned()
    }

    fn signer(&self, scheme: Scheme) -> Option<Box<dyn Signer>> {
        let random = SystemRandom::new();
        let algorithm = match scheme {
            Scheme::Jws(algorithm) => algorithm,
            Scheme::MlDsa(set) => {
                let pair = ml_dsa(set);
                return signing(move |input| sign_ml_dsa(&pair, input));
            }
        };
        let key = Encoded::of(algorithm);
        match algorithm.family() {
            Family::Hmac => {
                let prepared = hmac::Key::new(mac(algorithm), &key.private);
                signing(move |input| hmac::sign(&prepared, input).as_ref().to_vec())
            }
            Family::Rsa => {
                let (pair, padding) = (rsa(&key.private), padding(algorithm));
                signing(move |input| sign_rsa(&pair, padding, &random, input))
            }
            Family::Ec => {
                let pair = ec(algorithm, &key.private);
                signing(move |input| pair.sign(&random, input).expect("a random source").as_ref().to_vec())
            }
            Family::Okp => {
                let pair = Ed25519KeyPair::from_pkcs8(&key.private).expect("our own key");
                signing(move |input| pair.sign(input).as_ref().to_vec())
            }
        }
    }

    fn verifier(&self, scheme: Scheme) -> Option<Box<dyn Verifier>> {
        if scheme.is_symmetric() {
            let key = Encoded::of(scheme.algorithm()?);
            let prepared = hmac::Key::new(mac(key.algorithm), &key.private);
            return verifying(move |input, signature| hmac::verify(&prepared, input, signature).is_ok());
        }
        let (how, key) = public(scheme);
        let prepared = ParsedPublicKey::new(how, key).expect("our own key");
        verifying(move |input, signature| prepared.verify_sig(input, signature).is_ok())
    }

    fn cold_signer(&self, scheme: Scheme) -> Option<Box<dyn Signer>> {
        let random = SystemRandom::new();
        let algorithm = match scheme {
            Scheme::Jws(algorithm) => algorithm,
            Scheme::MlDsa(set) => {
                let pkcs8 = ml_dsa(set).to_pkcs8v1().expect("a key with its seed").as_ref().to_vec();
                let how = ml_dsa_signing(set);
                return signing(move |input| sign_ml_dsa(&PqdsaKeyPair::from_pkcs8(how, &pkcs8).expect("our own key"), input));
            }
        };
        let private = Encoded::of(algorithm).private;
        match algorithm.family() {
            Family::Hmac => signing(move |input| hmac::sign(&hmac::Key::new(mac(algorithm), &private), input).as_ref().to_vec()),
            Family::Rsa => signing(move |input| sign_rsa(&rsa(&private), padding(algorithm), &random, input)),
            Family::Ec => {
                signing(move |input| ec(algorithm, &private).sign(&random, input).expect("a random source").as_ref().to_vec())
            }
            Family::Okp => {
                signing(move |input| Ed25519KeyPair::from_pkcs8(&private).expect("our own key").sign(input).as_ref().to_vec())
            }
        }
    }

    fn cold_verifier(&self, scheme: Scheme) -> Option<Box<dyn Verifier>> {
        if scheme.is_symmetric() {
            let Encoded { algorithm, private, .. } = Encoded::of(scheme.algorithm()?);
            return verifying(move |input, signature| {
                hmac::verify(&hmac::Key::new(mac(algorithm), &private), input, signature).is_ok()
            });
        }
        let (how, key) = public(scheme);
        verifying(move |input, signature| UnparsedPublicKey::new(how, &key).verify(input, signature).is_ok())
    }
}

fn mac(algorithm: Algorithm) -> hmac::Algorithm {
    match algorithm {
        Algorithm::HS256 => hmac::HMAC_SHA256,
        Algorithm::HS384 => hmac::HMAC_SHA384,
        _ => hmac::HMAC_SHA512,
    }
}

fn rsa(pkcs8: &[u8]) -> RsaKeyPair {
    RsaKeyPair::from_pkcs8(pkcs8).expect("our own key")
}

fn sign_rsa(pair: &RsaKeyPair, padding: &'static dyn RsaEncoding, random: &SystemRandom, input: &[u8]) -> Vec<u8> {
    let mut signature = vec![0; pair.public_modulus_len()];
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

fn ec(algorithm: Algorithm, pkcs8: &[u8]) -> EcdsaKeyPair {
    let how: &'static EcdsaSigningAlgorithm = match algorithm {
        Algorithm::ES256 => &signature::ECDSA_P256_SHA256_FIXED_SIGNING,
        Algorithm::ES384 => &signature::ECDSA_P384_SHA384_FIXED_SIGNING,
        Algorithm::ES512 => &signature::ECDSA_P521_SHA512_FIXED_SIGNING,
        _ => &signature::ECDSA_P256K1_SHA256_FIXED_SIGNING,
    };
    EcdsaKeyPair::from_pkcs8(how, pkcs8).expect("our own key")
}

fn ml_dsa_signing(set: MlDsa) -> &'static PqdsaSigningAlgorithm {
    match set {
        MlDsa::MlDsa44 => &signature::ML_DSA_44_SIGNING,
        MlDsa::MlDsa65 => &signature::ML_DSA_65_SIGNING,
        MlDsa::MlDsa87 => &signature::ML_DSA_87_SIGNING,
    }
}

/// The key whose seed is 32 bytes of 7.
fn ml_dsa(set: MlDsa) -> PqdsaKeyPair {
    PqdsaKeyPair::from_seed(ml_dsa_signing(set), &[7; 32]).expect("any 32 bytes are a seed")
}

fn sign_ml_dsa(pair: &PqdsaKeyPair, input: &[u8]) -> Vec<u8> {
    let mut signature = vec![0; pair.algorithm().signature_len()];
    let length = pair.sign(input, &mut signature).expect("the buffer has the signature's length");
    signature.truncate(length);
    signature
}

/// How to verify, and the public key: SPKI in DER, for ML-DSA as it is.
fn public(scheme: Scheme) -> (&'static dyn VerificationAlgorithm, Vec<u8>) {
    match scheme {
        Scheme::Jws(algorithm) => (verification(algorithm), Encoded::of(algorithm).public),
        Scheme::MlDsa(set) => {
            let how: &'static dyn VerificationAlgorithm = match set {
                MlDsa::MlDsa44 => &signature::ML_DSA_44,
                MlDsa::MlDsa65 => &signature::ML_DSA_65,
                MlDsa::MlDsa87 => &signature::ML_DSA_87,
            };
            (how, ml_dsa(set).public_key().as_ref().to_vec())
        }
    }
}

fn verification(algorithm: Algorithm) -> &'static dyn VerificationAlgorithm {
    match algorithm {
        Algorithm::RS256 => &signature::RSA_PKCS1_2048_8192_SHA256,
        Algorithm::RS384 => &signature::RSA_PKCS1_2048_8192_SHA384,
        Algorithm::RS512 => &signature::RSA_PKCS1_2048_8192_SHA512,
        Algorithm::PS256 => &signature::RSA_PSS_2048_8192_SHA256,
        Algorithm::PS384 => &signature::RSA_PSS_2048_8192_SHA384,
        Algorithm::PS512 => &signature::RSA_PSS_2048_8192_SHA512,
        Algorithm::ES256 => &signature::ECDSA_P256_SHA256_FIXED,
        Algorithm::ES384 => &signature::ECDSA_P384_SHA384_FIXED,
        Algorithm::ES512 => &signature::ECDSA_P521_SHA512_FIXED,
        Algorithm::ES256K => &signature::ECDSA_P256K1_SHA256_FIXED,
        _ => &signature::ED25519,
    }
}
