//! Public keys: what an attacker knows and a verifier is given. Read from JWK and PEM, written in every shape of [`super::KeyText`].

use data_encoding::BASE64URL_NOPAD;
use ring::signature;
use rsa::{
    BigUint, Pss,
    pkcs1::{self, der::Decode},
    pkcs8::{Document, spki::SubjectPublicKeyInfoRef},
};
use serde_json::Value;

use super::ec::Curve;
use crate::{
    algorithm::{Algorithm, Family, Sha2},
    keys::der,
};

/// A public key or shared secret with what is published beside it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PublicKey {
    /// The key id, where it has one.
    pub kid: Option<String>,
    /// What it is made of.
    pub material: PublicMaterial,
    /// An X.509 certificate for it in DER, where one is known.
    pub certificate: Option<Vec<u8>>,
}

/// Key material that a verifier needs. Numbers are big-endian.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PublicMaterial {
    /// An HMAC secret.
    Secret(Vec<u8>),
    /// Modulus and exponent without leading zeros.
    Rsa {
        /// The modulus.
        n: Vec<u8>,
        /// The public exponent.
        e: Vec<u8>,
    },
    /// A point; both coordinates as wide as the field.
    Ec {
        /// The curve.
        curve: Curve,
        /// First coordinate.
        x: Vec<u8>,
        /// Second coordinate.
        y: Vec<u8>,
    },
    /// An Ed25519 public key of 32 bytes.
    Ed25519 {
        /// The encoded point.
        x: Vec<u8>,
    },
}

/// Why a text is not a usable public key.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum KeyError {
    /// Neither JSON nor PEM.
    #[error("a JWK or a PEM public key was expected; the text starts with `{0}`")]
    Unrecognised(String),
    /// A member of the JWK is absent or not what it must be.
    #[error("JWK member `{0}` is missing or malformed")]
    Member(&'static str),
    /// A `kty`, `crv` or key type that is not supported.
    #[error("key type `{0}` is not supported; supported are RSA, P-256, P-384, P-521, secp256k1, Ed25519 and oct")]
    Unsupported(String),
    /// The PEM body is not a key.
    #[error("the PEM text holds no public key: {0}")]
    Pem(String),
}

impl PublicKey {
    /// The kind of key.
    #[must_use]
    pub fn family(&self) -> Family {
        match self.material {
            PublicMaterial::Secret(_) => Family::Hmac,
            PublicMaterial::Rsa { .. } => Family::Rsa,
            PublicMaterial::Ec { .. } => Family::Ec,
            PublicMaterial::Ed25519 { .. } => Family::Okp,
        }
    }

    /// Whether the key can serve `algorithm`: family and, for EC, the curve.
    #[must_use]
    pub fn fits(&self, algorithm: Algorithm) -> bool {
        match &self.material {
            PublicMaterial::Ec { curve, .. } => Curve::of(algorithm) == Some(*curve),
            _ => self.family() == algorithm.family(),
        }
    }

    /// Reads a JWK (RFC 7517) or a PEM text: `PUBLIC KEY`, `RSA PUBLIC KEY`.
    ///
    /// # Errors
    /// If the text is neither or the key is of an unsupported type.
    pub fn from_text(text: &str) -> Result<Self, KeyError> {
        let text = text.trim();
        if text.starts_with('{') {
            let jwk = serde_json::from_str(text).map_err(|_| KeyError::Unrecognised(text.chars().take(20).collect()))?;
            Self::from_jwk(&jwk)
        } else if text.starts_with("-----BEGIN") {
            Self::from_pem(text)
        } else {
            Err(KeyError::Unrecognised(text.chars().take(20).collect()))
        }
    }

    /// Reads the public members of a JWK.
    ///
    /// # Errors
    /// If a member is missing or malformed, or the type unsupported.
    pub fn from_jwk(jwk: &Value) -> Result<Self, KeyError> {
        let text = |name| jwk.get(name).and_then(Value::as_str).ok_or(KeyError::Member(name));
        let bytes = |name| BASE64URL_NOPAD.decode(text(name)?.as_bytes()).map_err(|_| KeyError::Member(name));
        let material = match text("kty")? {
            "oct" => PublicMaterial::Secret(bytes("k")?),
            "RSA" => {
                let number = |name| bytes(name).and_then(|bytes| number(&bytes).ok_or(KeyError::Member(name)));
                PublicMaterial::Rsa { n: number("n")?, e: number("e")? }
            }
            "EC" => {
                let name = text("crv")?;
                let curve =
                    Curve::ALL.into_iter().find(|c| c.name() == name).ok_or_else(|| KeyError::Unsupported(name.to_owned()))?;
                // Of any width: a verifier must check that itself (RFC 7518 section 6.2.1.2), and lax ones do not.
                PublicMaterial::Ec { curve, x: bytes("x")?, y: bytes("y")? }
            }
            "OKP" if text("crv")? == "Ed25519" => {
                let x = bytes("x")?;
                if x.len() != ED25519_WIDTH {
                    return Err(KeyError::Member("x"));
                }
                PublicMaterial::Ed25519 { x }
            }
            other => return Err(KeyError::Unsupported(other.to_owned())),
        };
        Ok(Self { kid: text("kid").ok().map(str::to_owned), material, certificate: None })
    }

    /// Reads a PEM public key, SPKI or PKCS#1.
    ///
    /// # Errors
    /// If the text is no such key or the type unsupported.
    pub fn from_pem(text: &str) -> Result<Self, KeyError> {
        let (label, document) = Document::from_pem(text).map_err(|e| KeyError::Pem(e.to_string()))?;
        if label == "RSA PUBLIC KEY" {
            return Ok(Self { kid: None, material: rsa(document.as_bytes())?, certificate: None });
        }
        let spki: SubjectPublicKeyInfoRef<'_> = document.decode_msg().map_err(|e| KeyError::Pem(e.to_string()))?;
        let key = spki.subject_public_key.raw_bytes();
        let curve = spki.algorithm.parameters_oid().ok();
        let curve = Curve::ALL.into_iter().find(|c| curve.is_some_and(|oid| oid.as_bytes() == c.oid()));
        let material = match (spki.algorithm.oid.to_string().as_str(), curve) {
            ("1.2.840.113549.1.1.1", _) => rsa(key)?,
            ("1.2.840.10045.2.1", Some(curve)) if key.len() == 1 + 2 * curve.width() && key[0] == 4 => {
                let (x, y) = key[1..].split_at(curve.width());
                PublicMaterial::Ec { curve, x: x.to_vec(), y: y.to_vec() }
            }
            ("1.3.101.112", _) if key.len() == ED25519_WIDTH => PublicMaterial::Ed25519 { x: key.to_vec() },
            (oid, _) => return Err(KeyError::Unsupported(oid.to_owned())),
        };
        Ok(Self { kid: None, material, certificate: None })
    }

    /// The JWK members after `kty`, as name and text value.
    #[must_use]
    pub fn jwk_members(&self) -> (&'static str, Vec<(&'static str, String)>) {
        let b64 = |bytes: &[u8]| BASE64URL_NOPAD.encode(bytes);
        match &self.material {
            PublicMaterial::Secret(secret) => ("oct", vec![("k", b64(secret))]),
            PublicMaterial::Rsa { n, e } => ("RSA", vec![("n", b64(n)), ("e", b64(e))]),
            PublicMaterial::Ec { curve, x, y } => ("EC", vec![("crv", curve.name().to_owned()), ("x", b64(x)), ("y", b64(y))]),
            PublicMaterial::Ed25519 { x } => ("OKP", vec![("crv", "Ed25519".to_owned()), ("x", b64(x))]),
        }
    }

    /// The JWK as an issuer publishes it for `algorithm`: compact, `kty`, `kid`, `use`, `alg`, then the key.
    #[must_use]
    pub fn jwk(&self, algorithm: Algorithm) -> String {
        let (kty, members) = self.jwk_members();
        let kid = self.kid.iter().map(|kid| ("kid", kid.clone()));
        let fixed = [("use", "sig".to_owned()), ("alg", algorithm.name().to_owned())];
        json_object([("kty", kty.to_owned())].into_iter().chain(kid).chain(fixed).chain(members))
    }

    /// `SubjectPublicKeyInfo` in DER (RFC 5280 section 4.1.2.7); `None` for a shared secret.
    #[must_use]
    pub fn spki_der(&self) -> Option<Vec<u8>> {
        let null = || der::tlv(der::NULL, &[]);
        let (algorithm, key) = match &self.material {
            PublicMaterial::Secret(_) => return None,
            PublicMaterial::Rsa { .. } => (vec![der::oid(RSA_ENCRYPTION), null()], self.pkcs1_der()?),
            PublicMaterial::Ec { curve, x, y } => {
                (vec![der::oid(EC_PUBLIC_KEY), der::oid(curve.oid())], [&[4], x.as_slice(), y].concat())
            }
            PublicMaterial::Ed25519 { x } => (vec![der::oid(ED25519)], x.clone()),
        };
        Some(der::nest(der::SEQUENCE, &[der::nest(der::SEQUENCE, &algorithm), der::bits(&key)]))
    }

    /// PKCS#1 `RSAPublicKey` in DER; `None` for other families.
    #[must_use]
    pub fn pkcs1_der(&self) -> Option<Vec<u8>> {
        match &self.material {
            PublicMaterial::Rsa { n, e } => Some(der::nest(der::SEQUENCE, &[der::unsigned(n), der::unsigned(e)])),
            _ => None,
        }
    }

    /// The SPKI key in PEM, LF line ends; `None` for a shared secret.
    #[must_use]
    pub fn spki_pem(&self) -> Option<String> {
        Some(der::pem("PUBLIC KEY", &self.spki_der()?))
    }

    /// Whether `signature` is good, to the letter of RFC 7515 section 5.2 and RFC 8725 section 3.5: the key must fit the algorithm,
    /// RSA keys have 2048 bits or more, an HMAC secret is as long as its hash or longer.
    #[must_use]
    pub fn verifies(&self, algorithm: Algorithm, input: &[u8], signature: &[u8]) -> bool {
        let strong = match &self.material {
            PublicMaterial::Secret(secret) => secret.len() >= algorithm.hash().len(),
            PublicMaterial::Rsa { n, .. } => n.len() >= 256,
            _ => true,
        };
        strong && self.verifies_weakly(algorithm, input, signature)
    }

    /// Whether `signature` is good by the mathematics alone, however weak the key is.
    #[must_use]
    pub fn verifies_weakly(&self, algorithm: Algorithm, input: &[u8], signature: &[u8]) -> bool {
        if !self.fits(algorithm) {
            return false;
        }
        match &self.material {
            PublicMaterial::Secret(secret) => {
                ring::hmac::verify(&ring::hmac::Key::new(algorithm.hash().for_hmac(), secret), input, signature).is_ok()
            }
            PublicMaterial::Rsa { n, e } => verifies_rsa(n, e, algorithm, input, signature),
            PublicMaterial::Ec { curve, x, y } => {
                let point = [&[4], x.as_slice(), y].concat();
                match curve {
                    Curve::P256 => with_ring(&signature::ECDSA_P256_SHA256_FIXED, &point, input, signature),
                    Curve::P384 => with_ring(&signature::ECDSA_P384_SHA384_FIXED, &point, input, signature),
                    Curve::P521 | Curve::Secp256k1 => curve.verifies(x, y, algorithm.hash(), input, signature),
                }
            }
            PublicMaterial::Ed25519 { x } => with_ring(&signature::ED25519, x, input, signature),
        }
    }
}

/// rsaEncryption (RFC 8017 appendix A.1).
pub(super) const RSA_ENCRYPTION: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x01];
/// id-ecPublicKey (RFC 5480 section 2.1.1).
pub(super) const EC_PUBLIC_KEY: &[u8] = &[0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01];
/// id-Ed25519 (RFC 8410 section 3).
pub(super) const ED25519: &[u8] = &[0x2b, 0x65, 0x70];

/// Bytes of an Ed25519 public key (RFC 8032 section 5.1.5).
const ED25519_WIDTH: usize = 32;

/// Big-endian bytes without leading zeros; `None` for zero.
fn number(bytes: &[u8]) -> Option<Vec<u8>> {
    let start = bytes.iter().position(|byte| *byte != 0)?;
    Some(bytes[start..].to_vec())
}

/// The numbers of a PKCS#1 key, of any size and quality: whether a key is fit for use is another question.
fn rsa(der: &[u8]) -> Result<PublicMaterial, KeyError> {
    let key = pkcs1::RsaPublicKey::from_der(der).map_err(|e| KeyError::Pem(e.to_string()))?;
    let part = |bytes: &[u8]| number(bytes).ok_or_else(|| KeyError::Pem("a number of the key is zero".to_owned()));
    Ok(PublicMaterial::Rsa { n: part(key.modulus.as_bytes())?, e: part(key.public_exponent.as_bytes())? })
}

/// Compact JSON of an object whose values are all plain texts.
pub(super) fn json_object(members: impl IntoIterator<Item = (&'static str, String)>) -> String {
    let parts: Vec<_> = members.into_iter().map(|(name, value)| format!("\"{name}\":{}", Value::String(value))).collect();
    format!("{{{}}}", parts.join(","))
}

fn with_ring(algorithm: &'static dyn signature::VerificationAlgorithm, key: &[u8], input: &[u8], signature: &[u8]) -> bool {
    signature::UnparsedPublicKey::new(algorithm, key).verify(input, signature).is_ok()
}

/// ring's name for an RSA algorithm.
pub(crate) fn rsa_parameters(algorithm: Algorithm) -> &'static signature::RsaParameters {
    match algorithm {
        Algorithm::RS256 => &signature::RSA_PKCS1_2048_8192_SHA256,
        Algorithm::RS384 => &signature::RSA_PKCS1_2048_8192_SHA384,
        Algorithm::RS512 => &signature::RSA_PKCS1_2048_8192_SHA512,
        Algorithm::PS256 => &signature::RSA_PSS_2048_8192_SHA256,
        Algorithm::PS384 => &signature::RSA_PSS_2048_8192_SHA384,
        _ => &signature::RSA_PSS_2048_8192_SHA512,
    }
}

fn verifies_rsa(n: &[u8], e: &[u8], algorithm: Algorithm, input: &[u8], signature: &[u8]) -> bool {
    if n.len() >= 256 {
        return signature::RsaPublicKeyComponents { n, e }.verify(rsa_parameters(algorithm), input, signature).is_ok();
    }
    // ring refuses small keys.
    if algorithm.is_pss() {
        return verifies_short_pss(n, e, algorithm, input, signature);
    }
    // PKCS#1 v1.5 by encoding (RFC 8017 section 8.2.2).
    let (n, e, s) = (BigUint::from_bytes_be(n), BigUint::from_bytes_be(e), BigUint::from_bytes_be(signature));
    let size = n.bits().div_ceil(8);
    let info = super::rsa_key::digest_info(algorithm.hash(), &algorithm.hash().digest(input));
    signature.len() == size
        && s < n
        && super::emsa_pkcs1(&info, size).is_some_and(|expected| BigUint::from_bytes_be(&expected) == s.modpow(&e, &n))
}

/// RSASSA-PSS under a key that is too short for ring, the salt as long as the hash (RFC 7518 section 3.5).
fn verifies_short_pss(n: &[u8], e: &[u8], algorithm: Algorithm, input: &[u8], signature: &[u8]) -> bool {
    let key = rsa::RsaPublicKey::new_unchecked(BigUint::from_bytes_be(n), BigUint::from_bytes_be(e));
    let digest = algorithm.hash().digest(input);
    let padding = match algorithm.hash() {
        Sha2::Sha256 => Pss::new_with_salt::<sha2::Sha256>(digest.len()),
        Sha2::Sha384 => Pss::new_with_salt::<sha2::Sha384>(digest.len()),
        Sha2::Sha512 => Pss::new_with_salt::<sha2::Sha512>(digest.len()),
    };
    key.verify(padding, &digest, signature).is_ok()
}
