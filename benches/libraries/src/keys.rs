//! The keys as the texts that an operator hands to a library: the secret's bytes, or PKCS#8 and SPKI in PEM.

use std::sync::Arc;

use ed25519_dalek::pkcs8::KeypairBytes;
use jwt_gauntlet::{
    Algorithm, Trust,
    keys::{Key, Material, Role},
};
use rsa::{
    BigUint, RsaPrivateKey,
    pkcs8::{EncodePrivateKey as _, LineEnding},
};

/// One key of the gauntlet and its texts.
pub struct KeyTexts {
    /// What it signs with.
    pub algorithm: Algorithm,
    /// The key itself, for tokens that no contender has made.
    pub key: Arc<Key>,
    /// The secret, or PKCS#8 in PEM.
    pub private: Vec<u8>,
    /// The secret, or SPKI in PEM.
    pub public: Vec<u8>,
    /// The public key with issuer and audience, as adapters are told them.
    pub trust: Trust,
}

impl KeyTexts {
    /// The published test key of `role`.
    #[must_use]
    pub fn of(role: Role, algorithm: Algorithm) -> Self {
        let key = Key::of(role, algorithm).expect("these roles have a key for every algorithm");
        let private = match &key.material {
            Material::Secret(secret) => secret.clone(),
            _ => pkcs8(&key).into_bytes(),
        };
        let public = key.public().spki_pem().map_or_else(|| private.clone(), String::into_bytes);
        let trust = Trust::in_key(&key, algorithm);
        Self { algorithm, key, private, public, trust }
    }

    /// The PEM of the private key; nothing sensible for a secret.
    #[must_use]
    pub fn private_pem(&self) -> &str {
        std::str::from_utf8(&self.private).unwrap_or_default()
    }

    /// The PEM of the public key; nothing sensible for a secret.
    #[must_use]
    pub fn public_pem(&self) -> &str {
        std::str::from_utf8(&self.public).unwrap_or_default()
    }
}

fn pkcs8(key: &Key) -> String {
    let text = match &key.material {
        Material::Secret(_) => unreachable!("a secret has no PKCS#8"),
        Material::Rsa(rsa) => {
            let private = rsa.private_members();
            let number = |name: &str| {
                let (_, text) = private.iter().find(|(n, _)| *n == name).expect("RFC 7518 section 6.3.2 has it");
                BigUint::from_bytes_be(&data_encoding::BASE64URL_NOPAD.decode(text.as_bytes()).expect("base64url"))
            };
            let (n, e) = (BigUint::from_bytes_be(&rsa.modulus()), BigUint::from_bytes_be(&rsa.exponent()));
            let key = RsaPrivateKey::from_components(n, e, number("d"), vec![number("p"), number("q")]);
            key.expect("a sound key").to_pkcs8_pem(LineEnding::LF)
        }
        Material::Ec(_, scalar) => p256::SecretKey::from_slice(scalar).expect("P-256").to_pkcs8_pem(LineEnding::LF),
        // Without the public half (RFC 8410 section 7): OpenSSL 3.0 reads nothing else.
        Material::Ed25519(seed) => KeypairBytes { secret_key: *seed, public_key: None }.to_pkcs8_pem(LineEnding::LF),
    };
    text.expect("a key that can be written").to_string()
}
