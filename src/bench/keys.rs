//! The trusted keys in the encodings that back ends read: the secret as it is, PKCS#8 and SPKI in DER for the rest.

use std::sync::Arc;

use crate::{
    algorithm::{Algorithm, Family},
    keys::{Curve, Key, Material, PublicMaterial, Role, der},
};

/// The trusted key of one algorithm, encoded.
#[derive(Clone, Debug)]
pub struct Encoded {
    /// What it is for.
    pub algorithm: Algorithm,
    /// The secret, or PKCS#8 in DER.
    pub private: Vec<u8>,
    /// The secret, or SPKI in DER.
    pub public: Vec<u8>,
    /// What ring takes: the secret, PKCS#1 in DER, or the point.
    pub bare: Vec<u8>,
    /// The key itself.
    pub key: Arc<Key>,
}

impl Encoded {
    /// The key of `algorithm`.
    #[must_use]
    pub fn of(algorithm: Algorithm) -> Self {
        let key = Key::of(Role::Trusted, algorithm).expect("every algorithm has a trusted key");
        let public = key.public();
        let bare = match &public.material {
            PublicMaterial::Secret(secret) => secret.clone(),
            PublicMaterial::Rsa { .. } => public.pkcs1_der().expect("it is an RSA key"),
            PublicMaterial::Ec { x, y, .. } => [&[4], x.as_slice(), y].concat(),
            PublicMaterial::Ed25519 { x } => x.clone(),
        };
        let spki = public.spki_der().unwrap_or_else(|| bare.clone());
        Self { algorithm, private: private(&key.material, &bare), public: spki, bare, key: Arc::clone(&key) }
    }

    /// The kind of key.
    #[must_use]
    pub fn family(&self) -> Family {
        self.algorithm.family()
    }

    /// PKCS#8 in PEM; the secret as it is for HMAC.
    #[must_use]
    pub fn private_pem(&self) -> Vec<u8> {
        if self.family() == Family::Hmac { self.private.clone() } else { der::pem("PRIVATE KEY", &self.private).into_bytes() }
    }

    /// SPKI in PEM; the secret as it is for HMAC.
    #[must_use]
    pub fn public_pem(&self) -> Vec<u8> {
        if self.family() == Family::Hmac { self.public.clone() } else { der::pem("PUBLIC KEY", &self.public).into_bytes() }
    }
}

fn private(material: &Material, point: &[u8]) -> Vec<u8> {
    match material {
        Material::Secret(secret) => secret.clone(),
        Material::Rsa(key) => key.pkcs8_der(),
        Material::Ec(curve, scalar) => ec(*curve, scalar, point),
        Material::Ed25519(seed) => ed25519(seed, point),
    }
}

/// `PrivateKeyInfo` around `ECPrivateKey` with its public point (RFC 5958, RFC 5915).
fn ec(curve: Curve, scalar: &[u8], point: &[u8]) -> Vec<u8> {
    /// `[1]`, constructed.
    const PUBLIC: u8 = 0xa1;
    let inner = [version(1), der::tlv(der::OCTET_STRING, scalar), der::nest(PUBLIC, &[der::bits(point)])];
    let algorithm = [der::oid(&[0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01]), der::oid(curve.oid())];
    info(0, &algorithm, &der::nest(der::SEQUENCE, &inner), &[])
}

/// `OneAsymmetricKey` with the public key, since ring asks for it (RFC 8410 section 7).
fn ed25519(seed: &[u8], point: &[u8]) -> Vec<u8> {
    /// `[1] IMPLICIT BIT STRING`.
    const PUBLIC: u8 = 0x81;
    let public = der::tlv(PUBLIC, &[&[0], point].concat());
    info(1, &[der::oid(&[0x2b, 0x65, 0x70])], &der::tlv(der::OCTET_STRING, seed), &[public])
}

fn info(number: u8, algorithm: &[Vec<u8>], key: &[u8], more: &[Vec<u8>]) -> Vec<u8> {
    let mut parts = vec![version(number), der::nest(der::SEQUENCE, algorithm), der::tlv(der::OCTET_STRING, key)];
    parts.extend_from_slice(more);
    der::nest(der::SEQUENCE, &parts)
}

fn version(number: u8) -> Vec<u8> {
    der::tlv(der::INTEGER, &[number])
}
