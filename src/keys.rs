//! The keys of the gauntlet: fixed, published test keys by role, so that the same seed gives the same tokens everywhere.
//!
//! RSA keys are files beside this one; the others are derived from their label by one hash, which makes plain that nobody's secret
//! is in here. **Never trust them outside a test.** Signing is deterministic for every algorithm: ECDSA after RFC 6979, PSS with
//! a salt derived from the signing input.
//!
//! Verification prefers ring; what ring lacks (P-521, secp256k1, small RSA keys) comes from `RustCrypto`.

mod certificate;
pub(crate) mod der;
mod ec;
pub(crate) mod eddsa;
pub(crate) mod private;
mod public;
mod rsa_key;
mod secret;
mod text;

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, OnceLock, PoisonError},
};

use data_encoding::BASE64URL_NOPAD;
use ring::signature::Ed25519KeyPair;
use serde::{Deserialize, Serialize};

pub(crate) use self::{
    certificate::CertificateSpec,
    private::private_keys,
    public::rsa_parameters,
    rsa_key::{digest_info, digest_info_without_null, emsa_pkcs1, emsa_pss, mgf1},
    secret::{bare, derive, read_secret, tag},
};
pub use self::{
    ec::Curve,
    public::{KeyError, PublicKey, PublicMaterial},
    rsa_key::RsaKey,
    secret::{Derivation, MacHash, SecretReading},
    text::{KeyText, UnknownKeyText},
};
use crate::algorithm::{Algorithm, Family};

/// Who holds a key, or what is odd about it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Role {
    /// The issuer's key, the one that verifiers are set up to trust.
    Trusted,
    /// Another key of the same issuer: genuine elsewhere, unknown to a verifier that was given the first.
    OtherTrusted,
    /// A key that only the attacker holds.
    Attacker,
    /// RSA 2048 bit with public exponent 3, for low-exponent forgeries; other families have none.
    RsaExponent3,
    /// RSA 512 bit: factored in hours by anyone.
    Rsa512,
    /// RSA 768 bit: factored in 2009.
    Rsa768,
    /// RSA 1024 bit: below the minimum of RFC 7518 section 3.3.
    Rsa1024,
    /// RSA 2048 bit with neighbouring primes: Fermat's method finds them at once (CVE-2022-26320).
    RsaClosePrimes,
    /// RSA 2048 bit with primes of the form that Infineon's library made (ROCA, CVE-2017-15361).
    RsaRoca,
}

/// A private key or shared secret with its key id.
#[derive(Debug)]
pub struct Key {
    /// The `kid` under which it is published.
    pub kid: String,
    /// What it is made of.
    pub material: Material,
    public: OnceLock<PublicKey>,
    /// What it signed of certificates: attacks ask for the same few again and again, and signing is expensive.
    certificates: Mutex<HashMap<Vec<u8>, Vec<u8>>>,
}

/// Private key material.
#[derive(Debug)]
pub enum Material {
    /// An HMAC secret.
    Secret(Vec<u8>),
    /// An RSA key pair.
    Rsa(Box<RsaKey>),
    /// A scalar on a curve, big-endian, as wide as the field.
    Ec(Curve, Vec<u8>),
    /// An Ed25519 seed.
    Ed25519([u8; 32]),
}

/// A key and an algorithm that do not belong together.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("key `{kid}` cannot sign with {algorithm}")]
#[non_exhaustive]
pub struct SignError {
    /// The key asked.
    pub kid: String,
    /// What was asked of it.
    pub algorithm: Algorithm,
}

impl Key {
    /// A key from its material.
    #[must_use]
    pub fn new(kid: &str, material: Material) -> Self {
        Self { kid: kid.to_owned(), material, public: OnceLock::new(), certificates: Mutex::default() }
    }

    /// The fixed key that `role` uses for `algorithm`; `None` where the role has no key of that kind. Loaded once a process.
    #[must_use]
    pub fn of(role: Role, algorithm: Algorithm) -> Option<Arc<Self>> {
        static KEYS: OnceLock<Mutex<Vec<(Slot, Arc<Key>)>>> = OnceLock::new();
        let slot = Slot::of(role, algorithm)?;
        let mut keys = KEYS.get_or_init(Default::default).lock().expect("no thread panics while it holds the key table");
        if let Some((_, key)) = keys.iter().find(|(s, _)| *s == slot) {
            return Some(Arc::clone(key));
        }
        let key = Arc::new(slot.make());
        keys.push((slot, Arc::clone(&key)));
        Some(key)
    }

    /// An HMAC key with the given secret, the empty one included.
    #[must_use]
    pub fn secret(kid: &str, secret: &[u8]) -> Self {
        Self::new(kid, Material::Secret(secret.to_vec()))
    }

    /// Signs or MACs `input`, deterministically; ECDSA gives `r || s` (RFC 7518 section 3.4).
    ///
    /// # Errors
    /// If the key is of another kind than the algorithm needs, or an RSA key too small for the hash.
    pub fn sign(&self, algorithm: Algorithm, input: &[u8]) -> Result<Vec<u8>, SignError> {
        let signature = match &self.material {
            Material::Secret(secret) if algorithm.family() == Family::Hmac => Some(algorithm.hash().hmac(secret, input)),
            Material::Rsa(key) if algorithm.family() == Family::Rsa => key.sign(algorithm, input),
            Material::Ec(curve, scalar) if Curve::of(algorithm) == Some(*curve) => {
                Some(curve.sign(scalar, algorithm.hash(), input))
            }
            Material::Ed25519(seed) if algorithm == Algorithm::EdDSA => Some(ed25519(seed).sign(input).as_ref().to_vec()),
            _ => None,
        };
        signature.ok_or_else(|| SignError { kid: self.kid.clone(), algorithm })
    }

    /// The public half, with a self-signed certificate for RSA and EC keys; for a shared secret, the secret itself.
    #[must_use]
    pub fn public(&self) -> &PublicKey {
        self.public.get_or_init(|| {
            let mut public = PublicKey { kid: Some(self.kid.clone()), material: self.public_material(), certificate: None };
            // Nobody configures an Ed25519 JWT key as a certificate: table E leaves those shapes out, and so does this.
            if public.family() != Family::Okp {
                public.certificate = CertificateSpec::self_signed(&self.kid, &public).and_then(|spec| spec.issue(self));
            }
            public
        })
    }

    /// The public half's numbers, without a certificate, which would have to be signed.
    #[must_use]
    pub fn public_material(&self) -> PublicMaterial {
        match &self.material {
            Material::Secret(secret) => PublicMaterial::Secret(secret.clone()),
            Material::Rsa(key) => PublicMaterial::Rsa { n: key.modulus(), e: key.exponent() },
            Material::Ec(curve, scalar) => {
                let (x, y) = curve.public(scalar);
                PublicMaterial::Ec { curve: *curve, x, y }
            }
            Material::Ed25519(seed) => {
                PublicMaterial::Ed25519 { x: ring::signature::KeyPair::public_key(&ed25519(seed)).as_ref().to_vec() }
            }
        }
    }

    /// The signature of a certificate's body, made by `sign` if it was not asked for before.
    fn certify(&self, body: &[u8], sign: impl FnOnce() -> Option<Vec<u8>>) -> Option<Vec<u8>> {
        let known = || self.certificates.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(signature) = known().get(body) {
            return Some(signature.clone());
        }
        let signature = sign()?;
        known().insert(body.to_vec(), signature.clone());
        Some(signature)
    }

    /// The private members of the JWK (RFC 7518 section 6) as JSON text to follow the public ones: `"d":"…"`.
    #[must_use]
    pub fn private_members(&self) -> Vec<(&'static str, String)> {
        match &self.material {
            Material::Secret(_) => Vec::new(),
            Material::Rsa(key) => key.private_members(),
            Material::Ec(_, scalar) => vec![("d", BASE64URL_NOPAD.encode(scalar))],
            Material::Ed25519(seed) => vec![("d", BASE64URL_NOPAD.encode(seed))],
        }
    }
}

fn ed25519(seed: &[u8; 32]) -> Ed25519KeyPair {
    Ed25519KeyPair::from_seed_unchecked(seed).expect("any 32 bytes are an Ed25519 seed")
}

/// Which fixed key: the role and the kind of key, where several algorithms share one.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Slot {
    role: Role,
    kind: Kind,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Secret,
    Rsa,
    Ec(Curve),
    Ed25519,
}

impl Slot {
    fn of(role: Role, algorithm: Algorithm) -> Option<Self> {
        let kind = match algorithm.family() {
            Family::Hmac => Kind::Secret,
            Family::Rsa => Kind::Rsa,
            Family::Ec => Kind::Ec(Curve::of(algorithm)?),
            Family::Okp => Kind::Ed25519,
        };
        let everyone = matches!(role, Role::Trusted | Role::OtherTrusted | Role::Attacker);
        (everyone || kind == Kind::Rsa).then_some(Self { role, kind })
    }

    fn make(self) -> Key {
        let (kid, name) = match self.role {
            Role::OtherTrusted => ("key-2", "other-trusted"),
            Role::Attacker => ("attacker", "attacker"),
            _ => ("key-1", "trusted"),
        };
        let derive = |label: &str, len: usize| {
            let mut bytes = Vec::new();
            for counter in 0_u8.. {
                if bytes.len() >= len {
                    break;
                }
                let text = format!("jwt-gauntlet test key, {name}, {label}, {counter}");
                bytes.extend(crate::algorithm::Sha2::Sha512.digest(text.as_bytes()));
            }
            bytes.truncate(len);
            bytes
        };
        let material = match self.kind {
            // 64 bytes satisfy RFC 7518 section 3.2 for HS512 too.
            Kind::Secret => Material::Secret(derive("oct", 64)),
            Kind::Rsa => Material::Rsa(Box::new(RsaKey::from_pem(rsa_pem(self.role)))),
            Kind::Ec(curve) => Material::Ec(curve, curve.scalar(&derive(curve.name(), curve.width()))),
            Kind::Ed25519 => Material::Ed25519(derive("Ed25519", 32).try_into().expect("32 bytes were derived")),
        };
        Key::new(kid, material)
    }
}

fn rsa_pem(role: Role) -> &'static str {
    match role {
        Role::Trusted => include_str!("keys/rsa-trusted.pem"),
        Role::OtherTrusted => include_str!("keys/rsa-other-trusted.pem"),
        Role::Attacker => include_str!("keys/rsa-attacker.pem"),
        Role::RsaExponent3 => include_str!("keys/rsa-exponent-3.pem"),
        Role::Rsa512 => include_str!("keys/rsa-512.pem"),
        Role::Rsa768 => include_str!("keys/rsa-768.pem"),
        Role::Rsa1024 => include_str!("keys/rsa-1024.pem"),
        Role::RsaClosePrimes => include_str!("keys/rsa-close-primes.pem"),
        Role::RsaRoca => include_str!("keys/rsa-roca.pem"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_key_signs_its_public_half_verifies_and_nothing_else() {
        for algorithm in Algorithm::ALL {
            for role in [Role::Trusted, Role::OtherTrusted, Role::Attacker] {
                let key = Key::of(role, algorithm).expect("every role has a key for every algorithm");
                let signature = key.sign(algorithm, b"input").expect("the key fits");
                assert_eq!(signature, key.sign(algorithm, b"input").expect("the key fits"), "{algorithm} is deterministic");
                assert!(key.public().verifies(algorithm, b"input", &signature), "{algorithm} {role:?}");
                assert!(!key.public().verifies(algorithm, b"other", &signature), "{algorithm} {role:?}");
                let other = if role == Role::Attacker { Role::Trusted } else { Role::Attacker };
                let other = Key::of(other, algorithm).expect("a key");
                assert!(!other.public().verifies(algorithm, b"input", &signature), "{algorithm} {role:?}");
            }
        }
    }

    #[test]
    fn what_is_read_from_one_form_is_read_from_the_others() {
        let numbers = |n: &[u8], e: &[u8]| {
            let jwk = serde_json::json!({"kty": "RSA", "n": BASE64URL_NOPAD.encode(n), "e": BASE64URL_NOPAD.encode(e)});
            PublicKey::from_text(&jwk.to_string())
        };
        // Leading zeros, an even exponent, a modulus that no library would generate.
        for (n, e) in [(&[0, 0, 0x80, 1][..], &[0, 3][..]), (&[0xff; 1024], &[1, 0, 0]), (&[2], &[1])] {
            let key = numbers(n, e).expect("it has two numbers");
            let pem = PublicKey::from_text(&key.spki_pem().expect("a public key")).expect("our own PEM");
            assert_eq!(pem.material, key.material);
        }
        assert!(numbers(&[0, 0], &[3]).is_err());
        assert!(PublicKey::from_text(r#"{"kty":"OKP","crv":"Ed25519","x":"AQ"}"#).is_err());
    }

    #[test]
    fn odd_rsa_keys_sign_what_they_can() {
        for role in [Role::RsaExponent3, Role::Rsa768, Role::Rsa1024, Role::RsaClosePrimes, Role::RsaRoca] {
            let key = Key::of(role, Algorithm::RS256).expect("an RSA key");
            let signature = key.sign(Algorithm::RS256, b"input").expect("long enough for SHA-256");
            assert!(key.public().verifies_weakly(Algorithm::RS256, b"input", &signature), "{role:?}");
        }
        assert!(Key::of(Role::Rsa512, Algorithm::RS512).expect("an RSA key").sign(Algorithm::RS512, b"").is_err());
        assert!(Key::of(Role::RsaExponent3, Algorithm::ES256).is_none());
    }
}
