//! The second axis of attack: what the operator configured. A case may ask for another key than the usual one, the same key in
//! another shape of text, or an unusual secret; each distinct configuration gets controls of its own.

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use crate::{
    algorithm::{Algorithm, Family},
    choice::Choice,
    issuer::Issuer,
    keys::{Key, KeyText, PublicKey, PublicMaterial, Role},
    trust::{Trust, TrustedKey},
};

/// How the verifier is set up for a case; the default is the trusted key in its usual shape.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
#[non_exhaustive]
pub struct Configuration {
    /// Another key than the trusted one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub key: Option<Choice<OddKey>>,
    /// The exact text that the operator holds, instead of SPKI PEM.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub key_text: Option<Choice<KeyText>>,
    /// The operator's HMAC secret, in hex; empty for the empty secret.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub secret_hex: Option<Choice<String>>,
    /// Algorithms that the operator allows beside the configured one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub allow: Option<Choice<Allow>>,
}

/// Secrets that an operator should not have configured, in hex: none, one byte, a word, and long ones with a line end or a NUL inside.
const ODD_SECRETS: [&str; 7] = [
    "",
    "61",
    "0a",
    "00",
    "736563726574",
    "7365637265742d310a7365637265742d6f662d6d616e792d62797465732d616e642d6c696e6573",
    "7365637265742d6f662d736978746565006279746573202d20616e64206d6f72652062796e6f77",
];

/// An allow list of more than one algorithm.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Allow {
    /// HS256, HS384 and HS512 too: the list of a service that is moving from secrets to key pairs.
    WithHmac,
}

/// A key that an operator should not have configured.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, strum::VariantArray)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum OddKey {
    /// RSA 2048 bit, public exponent 3: allowed, but it turns lax padding checks into forgery.
    #[serde(rename = "rsa-exponent-3")]
    RsaExponent3,
    /// RSA 512 bit.
    #[serde(rename = "rsa-512")]
    Rsa512,
    /// RSA 768 bit.
    #[serde(rename = "rsa-768")]
    Rsa768,
    /// RSA 1024 bit.
    #[serde(rename = "rsa-1024")]
    Rsa1024,
    /// The trusted modulus with public exponent 1: every number is its own signature.
    #[serde(rename = "rsa-exponent-1")]
    RsaExponent1,
    /// The trusted modulus with public exponent 2.
    RsaExponentEven,
    /// The trusted modulus less one: even, hence factored at sight.
    RsaModulusEven,
    /// A prime as modulus: its private exponent is public knowledge.
    RsaModulusPrime,
    /// RSA 2048 bit with neighbouring primes.
    RsaClosePrimes,
    /// RSA 2048 bit with primes of the ROCA form.
    RsaRoca,
    /// A point that is not on the curve.
    EcOffCurve,
    /// The point (0, 0).
    EcZero,
    /// A point with x not below the field prime.
    EcXTooLarge,
    /// The right point under the name of another curve.
    EcWrongCurve,
    /// An Ed25519 key of small order: the identity.
    Ed25519Identity,
    /// An Ed25519 key of small order: the point of order two.
    Ed25519OrderTwo,
    /// An Ed25519 key of small order: a point of order four.
    Ed25519OrderFour,
    /// An Ed25519 key of small order: a point of order eight.
    Ed25519OrderEight,
    /// An RSA key where the algorithm needs a point.
    OfTypeRsa,
    /// A key on P-256 where the algorithm needs RSA or Ed25519.
    OfTypeEc,
    /// A key on another curve than that of the ES* algorithm.
    OfOtherCurve,
    /// An Ed25519 key where the algorithm needs another.
    OfTypeEd25519,
    /// The trusted Ed25519 key, published as one for key agreement (RFC 8037 section 3.2).
    OfTypeX25519,
}

impl Configuration {
    /// The issuer and the trust that this configuration means for `algorithm`; `None` where it makes no sense for it.
    #[must_use]
    pub fn issuer(&self, algorithm: Algorithm) -> Option<Issuer> {
        let (key, public, trust) = self.trust(algorithm)?;
        Some(match key {
            Some(key) => Issuer::new(Some(key), public, trust),
            None => Issuer::with_void_key(public, trust),
        })
    }

    /// The key, if anyone in particular holds it, its public half, and what the verifier is told.
    fn trust(&self, algorithm: Algorithm) -> Option<(Option<Arc<Key>>, PublicKey, Trust)> {
        let trusted = Key::of(Role::Trusted, algorithm)?;
        let (key, public) = match (&self.key, &self.secret_hex) {
            (None, None) => (Some(trusted.clone()), trusted.public().clone()),
            (Some(odd), _) => odd.load(&trusted, algorithm)?,
            (None, Some(hex)) if algorithm.family() == Family::Hmac => {
                let secret = data_encoding::HEXLOWER_PERMISSIVE.decode(hex.as_bytes()).ok()?;
                let key = Arc::new(Key::secret(&trusted.kid, &secret));
                let public = key.public().clone();
                (Some(key), public)
            }
            (None, Some(_)) => return None,
        };
        let mut trust = Trust::in_public(&public, algorithm);
        if let Some(Allow::WithHmac) = self.allow.as_deref() {
            let hmac = [Algorithm::HS256, Algorithm::HS384, Algorithm::HS512];
            trust.algorithms = Some([algorithm].into_iter().chain(hmac).collect());
        }
        if let Some(OddKey::OfTypeX25519) = self.key.as_deref() {
            name_x25519(&mut trust.key)?;
        }
        if let Some(shape) = &self.key_text {
            trust.key.text = Some(String::from_utf8(shape.render(&public, algorithm)?).ok()?);
        }
        Some((key, public, trust))
    }

    /// Every odd way to set a verifier up for `algorithm` that makes sense, by kind: keys, key texts, secrets, longer allow lists.
    #[must_use]
    pub fn odd(algorithm: Algorithm) -> [Vec<Self>; 4] {
        use strum::VariantArray as _;
        let usual = Self::default;
        let keys = OddKey::VARIANTS.iter().map(|&key| Self { key: Some(key.into()), ..usual() }).collect();
        let texts = KeyText::ALL.iter().map(|&shape| Self { key_text: Some(shape.into()), ..usual() }).collect();
        let secrets = ODD_SECRETS.map(|hex| Self { secret_hex: Some(hex.into()), ..usual() }).into();
        let lists = vec![Self { allow: Some(Allow::WithHmac.into()), ..usual() }];
        let sensible = |all: Vec<Self>| all.into_iter().filter(|configuration| configuration.trust(algorithm).is_some()).collect();
        [keys, texts, secrets, lists].map(sensible)
    }

    /// Whether it asks for no key or secret of its own, so that a token for it can be forged against a verifier that someone else
    /// configured.
    #[must_use]
    pub fn suits_any_key(&self) -> bool {
        let Self { key, secret_hex, key_text: _, allow: _ } = self;
        key.is_none() && secret_hex.is_none()
    }

    /// Whether the configured key is one that anyone can sign for.
    #[must_use]
    pub fn has_void_key(&self) -> bool {
        self.key.as_deref().is_some_and(|key| key.role().is_none())
    }

    /// A short name for messages: `key rsa-exponent-3`, `key text pkcs1-pem`.
    #[must_use]
    pub fn label(&self) -> String {
        let mut parts = Vec::new();
        if let Some(key) = &self.key {
            parts.push(format!("key {}", toml_name(&**key)));
        }
        if let Some(shape) = &self.key_text {
            parts.push(format!("key text {}", shape.name()));
        }
        if let Some(secret) = &self.secret_hex {
            parts.push(match secret.len() {
                0 => "empty secret".to_owned(),
                1..=32 => format!("secret 0x{}", **secret),
                long => {
                    let hash = data_encoding::HEXLOWER.encode(&crate::algorithm::Sha2::Sha256.digest(secret.as_bytes())[..3]);
                    format!("secret 0x{}…~{hash} ({} bytes)", &secret[..16], long / 2)
                }
            });
        }
        if self.allow.is_some() {
            parts.push("HS* allowed too".to_owned());
        }
        if parts.is_empty() { "usual key".to_owned() } else { parts.join(", ") }
    }

    /// The label as a part of ids and file names: `usual-key`, `key-rsa-exponent-3`.
    #[must_use]
    pub fn slug(&self) -> String {
        slug(&self.label())
    }
}

/// Letters, digits and single dashes.
fn slug(text: &str) -> String {
    let words = text.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| !word.is_empty());
    words.collect::<Vec<_>>().join("-").to_ascii_lowercase()
}

/// The name under which attack files know a plain enum value.
fn toml_name<T: Serialize>(value: &T) -> String {
    serde_json::to_value(value).ok().and_then(|v| v.as_str().map(str::to_owned)).unwrap_or_default()
}

impl OddKey {
    /// Who holds the private half; `None` where everyone does.
    fn role(self) -> Option<Role> {
        match self {
            Self::RsaExponent3 => Some(Role::RsaExponent3),
            Self::Rsa512 => Some(Role::Rsa512),
            Self::Rsa768 => Some(Role::Rsa768),
            Self::Rsa1024 => Some(Role::Rsa1024),
            Self::RsaClosePrimes => Some(Role::RsaClosePrimes),
            Self::RsaRoca => Some(Role::RsaRoca),
            Self::OfTypeRsa | Self::OfTypeEc | Self::OfOtherCurve | Self::OfTypeEd25519 | Self::OfTypeX25519 => Some(Role::Trusted),
            _ => None,
        }
    }

    /// The algorithm that the key is meant for, where the verifier is set up for `algorithm`; `None` where there is nothing odd in that.
    fn meant_for(self, algorithm: Algorithm) -> Option<Algorithm> {
        let family = algorithm.family();
        let other = match self {
            Self::OfTypeRsa if family != Family::Rsa => Algorithm::RS256,
            Self::OfTypeEc if family != Family::Ec => Algorithm::ES256,
            Self::OfOtherCurve if algorithm == Algorithm::ES256 => Algorithm::ES384,
            Self::OfOtherCurve if family == Family::Ec => Algorithm::ES256,
            Self::OfTypeEd25519 if family != Family::Okp => Algorithm::EdDSA,
            Self::OfTypeX25519 if family == Family::Okp => algorithm,
            Self::OfTypeRsa | Self::OfTypeEc | Self::OfOtherCurve | Self::OfTypeEd25519 | Self::OfTypeX25519 => return None,
            _ => return Some(algorithm),
        };
        // A public key in place of a secret is a matter of its own: confusion/*.
        (family != Family::Hmac).then_some(other)
    }

    fn load(self, trusted: &Arc<Key>, algorithm: Algorithm) -> Option<(Option<Arc<Key>>, PublicKey)> {
        if let Some(role) = self.role() {
            let key = Key::of(role, self.meant_for(algorithm)?)?;
            let public = key.public().clone();
            return Some((Some(key), public));
        }
        let mut public = trusted.public().clone();
        public.certificate = None;
        self.distort(&mut public.material).then_some((None, public))
    }

    /// Bends the trusted public key; false if it is of another family.
    fn distort(self, material: &mut PublicMaterial) -> bool {
        match (self, material) {
            (Self::RsaExponent1, PublicMaterial::Rsa { e, .. }) => *e = vec![1],
            (Self::RsaExponentEven, PublicMaterial::Rsa { e, .. }) => *e = vec![2],
            (Self::RsaModulusEven, PublicMaterial::Rsa { n, .. }) => {
                if let Some(last) = n.last_mut() {
                    *last &= 0xfe;
                }
            }
            (Self::RsaModulusPrime, PublicMaterial::Rsa { n, .. }) => *n = mersenne_prime(),
            (Self::EcOffCurve, PublicMaterial::Ec { y, .. }) => {
                if let Some(last) = y.last_mut() {
                    *last ^= 1;
                }
            }
            (Self::EcZero, PublicMaterial::Ec { x, y, .. }) => {
                x.fill(0);
                y.fill(0);
            }
            (Self::EcXTooLarge, PublicMaterial::Ec { x, .. }) => x.fill(0xff),
            (Self::EcWrongCurve, PublicMaterial::Ec { curve, .. }) => {
                use crate::keys::Curve;
                *curve = if *curve == Curve::P256 { Curve::Secp256k1 } else { Curve::P256 };
            }
            (Self::Ed25519Identity, PublicMaterial::Ed25519 { x }) => *x = small_order(0),
            (Self::Ed25519OrderTwo, PublicMaterial::Ed25519 { x }) => *x = small_order(1),
            (Self::Ed25519OrderFour, PublicMaterial::Ed25519 { x }) => *x = small_order(2),
            (Self::Ed25519OrderEight, PublicMaterial::Ed25519 { x }) => *x = small_order(3),
            _ => return false,
        }
        true
    }
}

/// Publishes an Ed25519 key under the name of X25519: another `crv`, and 1.3.101.110 for 1.3.101.112.
fn name_x25519(key: &mut TrustedKey) -> Option<()> {
    let jwk = key.jwk.get().replace("\"Ed25519\"", "\"X25519\"");
    key.jwk = RawValue::from_string(jwk).ok()?;
    key.pem = key.pem.as_ref().map(|pem| pem.replace("MCowBQYDK2VwAyEA", "MCowBQYDK2VuAyEA"));
    Some(())
}

/// 2^2203 - 1, a prime, as modulus of 2203 bits.
fn mersenne_prime() -> Vec<u8> {
    let mut bytes = vec![0xff; 276];
    bytes[0] = 0x07;
    bytes
}

fn small_order(index: usize) -> Vec<u8> {
    let encodings = [
        "0100000000000000000000000000000000000000000000000000000000000000",
        "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        "0000000000000000000000000000000000000000000000000000000000000000",
        "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
    ];
    data_encoding::HEXLOWER.decode(encodings[index].as_bytes()).expect("a constant")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_of_another_type_is_odd_for_some_algorithms_only() {
        let fits = |odd: OddKey, algorithm: Algorithm| {
            let configuration = Configuration { key: Some(odd.into()), ..Configuration::default() };
            configuration.issuer(algorithm).map(|issuer| issuer.public.fits(algorithm))
        };
        for algorithm in Algorithm::ALL {
            let family = algorithm.family();
            for (odd, own) in
                [(OddKey::OfTypeRsa, Family::Rsa), (OddKey::OfTypeEc, Family::Ec), (OddKey::OfTypeEd25519, Family::Okp)]
            {
                let expected = (family != own && family != Family::Hmac).then_some(false);
                assert_eq!(fits(odd, algorithm), expected, "{algorithm} {odd:?}");
            }
            assert_eq!(fits(OddKey::OfOtherCurve, algorithm), (family == Family::Ec).then_some(false), "{algorithm}");
        }
    }

    #[test]
    fn a_key_for_key_agreement_says_so_in_every_form() {
        let configuration = Configuration { key: Some(OddKey::OfTypeX25519.into()), ..Configuration::default() };
        let trust = configuration.issuer(Algorithm::EdDSA).expect("it fits").trust;
        assert!(trust.key.jwk.get().contains("\"crv\":\"X25519\""), "{}", trust.key.jwk);
        // id-X25519 (RFC 8410 section 3) in the base64 of the SPKI.
        assert!(trust.key.pem.is_some_and(|pem| pem.contains("MCowBQYDK2VuAyEA")));
        assert!(configuration.issuer(Algorithm::ES256).is_none());
    }
}
