//! Private keys out of texts: what somebody left in a source or a key file.
//!
//! Deliberately absent: encrypted keys, and every format but those that JWT libraries are given: PEM (PKCS#8, PKCS#1, SEC1) and JWK.

mod jwk;

use data_encoding::BASE64;
use rsa::{RsaPrivateKey, pkcs1::DecodeRsaPrivateKey as _, pkcs8::DecodePrivateKey as _};

use super::{Curve, Key, Material, RsaKey};
use crate::keys::der;

/// PKCS#8 of Ed25519 in front of the seed (RFC 8410 section 7).
const ED25519: [u8; 16] = [0x30, 0x2e, 0x02, 0x01, 0x00, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x04, 0x22, 0x04, 0x20];

impl Key {
    /// Reads a private key in PEM: `PRIVATE KEY`, `RSA PRIVATE KEY`, `EC PRIVATE KEY`. `None` if there is none that JOSE signs with.
    #[must_use]
    pub fn from_private_pem(pem: &str) -> Option<Self> {
        let (_, rest) = pem.split_once("-----BEGIN ")?;
        let (label, rest) = rest.split_once("-----")?;
        let (body, _) = rest.split_once("-----END ")?;
        let compact: String = body.split_whitespace().collect();
        let der = BASE64.decode(compact.as_bytes()).ok()?;
        let material = match label {
            "RSA PRIVATE KEY" => rsa(RsaPrivateKey::from_pkcs1_der(&der).ok()?)?,
            "EC PRIVATE KEY" => ec(&der)?,
            "PRIVATE KEY" => pkcs8(&der)?,
            _ => return None,
        };
        Some(Self::new("leaked", material))
    }
}

fn rsa(key: RsaPrivateKey) -> Option<Material> {
    RsaKey::of(key).map(|key| Material::Rsa(Box::new(key)))
}

fn pkcs8(der: &[u8]) -> Option<Material> {
    if let Some(seed) = der.strip_prefix(&ED25519) {
        return Some(Material::Ed25519(seed.get(..32)?.try_into().ok()?));
    }
    if let Ok(key) = RsaPrivateKey::from_pkcs8_der(der) {
        return rsa(key);
    }
    ec(der)
}

/// SEC1 or PKCS#8, which names its curve.
fn ec(der: &[u8]) -> Option<Material> {
    let named = |curve: &Curve| der::contains_oid(der, curve.oid());
    let curve = Curve::ALL.into_iter().find(named)?;
    Some(Material::Ec(curve, curve.scalar_in(der)?))
}

/// The private keys in a source, as PEM texts: those that are some, as they are or spread over the literals of any language; and those
/// of JWKs.
#[must_use]
pub fn private_keys(text: &str) -> Vec<String> {
    let mut found = pems(text);
    for pem in jwk::pems(text) {
        if found.len() < MOST && !found.contains(&pem) {
            found.push(pem);
        }
    }
    found
}

fn pems(text: &str) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    // Each key that ends is looked at once, whatever begins inside it.
    let mut rest = text;
    while let Some((_, after)) = rest.split_once("-----BEGIN ") {
        rest = after;
        let Some((label, behind)) = after.split_once("-----") else { break };
        if label.len() > 20 || !label.ends_with("PRIVATE KEY") {
            continue;
        }
        let Some((body, _)) = behind.split_once("-----END ") else { break };
        let pem = body.len() < LONGEST && found.len() < MOST;
        if let Some(pem) = pem.then(|| plain(label, body)).flatten().filter(|pem| Key::from_private_pem(pem).is_some())
            && !found.contains(&pem)
        {
            found.push(pem);
        }
    }
    found
}

/// An RSA key of 16,384 bits is half as long.
const LONGEST: usize = 30_000;
/// Keys of one text; each is read, which takes a millisecond.
const MOST: usize = 32;

/// A PEM text without the quotes, escapes and signs of concatenation that its lines stand between.
fn plain(label: &str, body: &str) -> Option<String> {
    let body = body.replace("\\r", "").replace("\\n", "\n");
    let quotes = ['"', '\'', '`'];
    let bare = |line: &str| -> String {
        let line = line.trim();
        let line = if line.contains(quotes) {
            let first = line.trim_start_matches(['+', '.', '&', ' ', '(', 'b']).trim_start_matches(quotes);
            first.trim_end_matches(['+', '.', '&', '\\', ',', ' ']).trim_end_matches(quotes)
        } else {
            line.trim_end_matches('\\')
        };
        line.to_owned()
    };
    let base64: String = body.lines().map(bare).collect();
    let der = BASE64.decode(base64.as_bytes()).ok()?;
    Some(der::pem(label, &der))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        algorithm::Algorithm,
        keys::{KeyText, Role},
    };

    /// Made by OpenSSL 3.0 for this test: `genpkey`, `ecparam -genkey`, `genrsa -traditional`.
    const KEYS: &str = include_str!("private-tests.txt");

    #[test]
    fn keys_of_openssl_are_read_and_sign() {
        let pems = pems(KEYS);
        let signs = |pem: &String| {
            let key = Key::from_private_pem(pem).expect("it was found");
            let fit = Algorithm::ALL.into_iter().filter(|a| key.public().fits(*a) && *a != Algorithm::HS256);
            fit.filter(|a| key.sign(*a, b"x").is_ok_and(|s| key.public().verifies(*a, b"x", &s))).count()
        };
        let counts: Vec<usize> = pems.iter().map(signs).collect();
        assert_eq!(counts, [6, 6, 1, 1, 1, 1, 1, 1], "RSA in PKCS#8 and PKCS#1, P-256 in both, P-384, P-521, secp256k1, Ed25519");
    }

    #[test]
    fn a_key_is_found_in_the_literals_of_any_language() {
        let pem = &pems(KEYS)[2];
        let lines: Vec<&str> = pem.lines().collect();
        let spread = [
            format!("KEY = \"{}\"", pem.replace('\n', "\\n")),
            format!("const KEY = `{pem}`;"),
            lines.iter().map(|line| format!("    '{line}\\n' +\n")).collect(),
            lines.iter().map(|line| format!("    \"{line}\\r\\n\"\n")).collect(),
            lines.iter().map(|line| format!("  {line}\n")).collect(),
            lines.iter().map(|line| format!("    b\"{line}\\n\"\n")).collect(),
            format!("let key = \"{}\\\n\";", lines.join("\\n\\\n")),
        ];
        for text in spread {
            assert_eq!(pems(&text), std::slice::from_ref(pem), "{text}");
        }
    }

    #[test]
    fn public_keys_and_broken_ones_are_none() {
        let trusted = Key::of(Role::Trusted, Algorithm::RS256).expect("a key");
        let public = KeyText::SpkiPem.render(trusted.public(), Algorithm::RS256).expect("a text");
        let public = String::from_utf8(public).expect("ASCII");
        for text in [public.as_str(), "-----BEGIN PRIVATE KEY-----", "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----"]
        {
            assert_eq!(pems(text), Vec::<String>::new(), "{text}");
        }
    }
}
