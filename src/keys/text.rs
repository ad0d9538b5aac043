//! The shapes in which a public key is written down: table E of the attack map, 42 for RSA, 38 for EC, 31 for Ed25519, and a few
//! that operators are known to have configured.
//!
//! Each is a byte string. Key confusion uses it as an HMAC secret; `configured-key-shape` gives it to the verifier as its key.

use std::str::FromStr;

use data_encoding::{BASE64, BASE64URL, BASE64URL_NOPAD, HEXLOWER, HEXUPPER};
use rsa::BigUint;

use super::{PublicKey, PublicMaterial, public::json_object};
use crate::{
    algorithm::{Algorithm, Family, Sha2},
    keys::der,
};

macro_rules! key_texts {
    ($($(#[doc = $doc:literal])+ $variant:ident = $name:literal,)+) => {
        /// One way to write a public key down.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
        #[non_exhaustive]
        pub enum KeyText {
            $($(#[doc = $doc])+ #[serde(rename = $name)] $variant,)+
        }

        impl KeyText {
            /// All shapes, by expected hit rate.
            pub const ALL: &[Self] = &[$(Self::$variant),+];

            /// The name used in attack files and ids.
            #[must_use]
            pub fn name(self) -> &'static str {
                match self { $(Self::$variant => $name,)+ }
            }
        }
    };
}

key_texts! {
    /// SPKI PEM, LF, final LF.
    SpkiPem = "spki-pem",
    /// SPKI PEM without the final LF.
    SpkiPemOpen = "spki-pem-no-final-lf",
    /// PKCS#1 PEM, final LF.
    Pkcs1Pem = "pkcs1-pem",
    /// PKCS#1 PEM without the final LF.
    Pkcs1PemOpen = "pkcs1-pem-no-final-lf",
    /// X.509 certificate PEM, final LF.
    X509Pem = "x509-pem",
    /// X.509 certificate PEM without the final LF.
    X509PemOpen = "x509-pem-no-final-lf",
    /// SPKI PEM, CRLF.
    SpkiPemCrlf = "spki-pem-crlf",
    /// SPKI PEM, CRLF, without the final one.
    SpkiPemCrlfOpen = "spki-pem-crlf-no-final",
    /// PKCS#1 PEM, CRLF.
    Pkcs1PemCrlf = "pkcs1-pem-crlf",
    /// X.509 PEM, CRLF.
    X509PemCrlf = "x509-pem-crlf",
    /// The JWK, compact, as published.
    Jwk = "jwk",
    /// The JWKS document, compact, as published.
    Jwks = "jwks",
    /// The JWK with its required members only, in the order of RFC 7638.
    JwkMinimal = "jwk-minimal",
    /// The JWK, indented by two spaces.
    JwkPretty = "jwk-pretty",
    /// SPKI DER.
    SpkiDer = "spki-der",
    /// PKCS#1 DER.
    Pkcs1Der = "pkcs1-der",
    /// X.509 DER.
    X509Der = "x509-der",
    /// The certificate as in `x5c`: base64 of its DER on one line.
    X5c = "x5c",
    /// Body of the SPKI PEM on one line.
    SpkiBody = "spki-body",
    /// Body of the SPKI PEM with its line breaks.
    SpkiBodyLines = "spki-body-lines",
    /// Body of the PKCS#1 PEM on one line.
    Pkcs1Body = "pkcs1-body",
    /// SPKI PEM with armour, the body on one line.
    SpkiPemOneLine = "spki-pem-one-line-body",
    /// SPKI PEM with each line break as the two characters `\n`.
    SpkiPemEscaped = "spki-pem-escaped-newlines",
    /// SPKI PEM in double quotes.
    SpkiPemQuoted = "spki-pem-quoted",
    /// Base64 of the whole SPKI PEM.
    SpkiPemBase64 = "spki-pem-base64",
    /// SPKI PEM with two final LFs.
    SpkiPemTwoLf = "spki-pem-two-final-lf",
    /// SPKI PEM behind a LF.
    SpkiPemLeadingLf = "spki-pem-leading-lf",
    /// SPKI PEM behind a space.
    SpkiPemLeadingSpace = "spki-pem-leading-space",
    /// SPKI PEM behind a UTF-8 byte order mark.
    SpkiPemBom = "spki-pem-bom",
    /// SPKI PEM behind a comment line.
    SpkiPemComment = "spki-pem-comment",
    /// SPKI PEM and a NUL.
    SpkiPemNul = "spki-pem-trailing-nul",
    /// Bytes of the modulus.
    Modulus = "n",
    /// Bytes of the modulus behind a zero byte.
    ModulusPadded = "n-leading-zero",
    /// The modulus in base64url.
    ModulusBase64url = "n-base64url",
    /// The modulus in lower-case hex.
    ModulusHexLower = "n-hex-lower",
    /// The modulus in upper-case hex.
    ModulusHexUpper = "n-hex-upper",
    /// The modulus in decimal.
    ModulusDecimal = "n-decimal",
    /// OpenSSH line without a comment.
    Ssh = "ssh",
    /// OpenSSH line with a comment.
    SshComment = "ssh-comment",
    /// OpenSSH wire blob.
    SshBlob = "ssh-blob",
    /// RFC 7638 thumbprint, raw.
    Thumbprint = "thumbprint",
    /// RFC 7638 thumbprint in base64url.
    ThumbprintBase64url = "thumbprint-base64url",
    /// SPKI PEM behind an `EC PARAMETERS` block.
    EcParameters = "ec-parameters-pem",
    /// `x || y`.
    XY = "xy",
    /// `04 || x || y`.
    Uncompressed = "point-uncompressed",
    /// Compressed point.
    Compressed = "point-compressed",
    /// `x` alone.
    X = "x",
    /// `04 || x || y` in lower-case hex.
    UncompressedHex = "point-uncompressed-hex",
    /// `x` in base64url.
    XBase64url = "x-base64url",
    /// `x` in base64url with padding.
    XBase64urlPadded = "x-base64url-padded",
    /// `x` in lower-case hex.
    XHexLower = "x-hex-lower",
    /// `x` in upper-case hex.
    XHexUpper = "x-hex-upper",
    /// The JWK with a space behind each comma and colon, as Python prints it.
    JwkSpaced = "jwk-spaced",
    /// The JWK as Python's `str` shows a dictionary.
    JwkPython = "jwk-python",
    /// A bare array that holds the JWK.
    JwkArray = "jwk-array",
    /// SPKI PEM behind a tab.
    SpkiPemLeadingTab = "spki-pem-leading-tab",
    /// SPKI PEM behind a control byte.
    SpkiPemControl = "spki-pem-control-byte",
    /// SPKI PEM behind a zero-width space.
    SpkiPemZeroWidth = "spki-pem-zero-width-space",
    /// SPKI PEM behind header lines like those of an HTTP answer.
    SpkiPemHttp = "spki-pem-http-header",
    /// PKCS#1 PEM behind a space.
    Pkcs1PemLeadingSpace = "pkcs1-pem-leading-space",
    /// PKCS#1 PEM behind a comment line.
    Pkcs1PemComment = "pkcs1-pem-comment",
}

/// A text that names no [`KeyText`].
#[derive(Debug, thiserror::Error)]
#[error("`{0}` is not a key encoding")]
pub struct UnknownKeyText(String);

impl FromStr for KeyText {
    type Err = UnknownKeyText;

    fn from_str(text: &str) -> Result<Self, UnknownKeyText> {
        Self::ALL.iter().copied().find(|t| t.name() == text).ok_or_else(|| UnknownKeyText(text.to_owned()))
    }
}

impl KeyText {
    /// Writes `key`, published for `algorithm`, in this shape; `None` where the shape does not exist for it (a modulus of an EC key,
    /// a certificate that is not known, anything but JSON for a shared secret).
    #[must_use]
    pub fn render(self, key: &PublicKey, algorithm: Algorithm) -> Option<Vec<u8>> {
        let spki = || key.spki_pem();
        let pkcs1 = || Some(der::pem("RSA PUBLIC KEY", &key.pkcs1_der()?));
        let x509 = || Some(der::pem("CERTIFICATE", key.certificate.as_ref()?));
        let before = |prefix: &str, text: String| format!("{prefix}{text}").into_bytes();
        let open = |text: String| text.trim_end().to_owned().into_bytes();
        let jwk = || (key.family() != Family::Hmac).then(|| key.jwk(algorithm));
        Some(match self {
            Self::SpkiPem => spki()?.into_bytes(),
            Self::SpkiPemOpen => open(spki()?),
            Self::Pkcs1Pem => pkcs1()?.into_bytes(),
            Self::Pkcs1PemOpen => open(pkcs1()?),
            Self::X509Pem => x509()?.into_bytes(),
            Self::X509PemOpen => open(x509()?),
            Self::SpkiPemCrlf => crlf(&spki()?),
            Self::SpkiPemCrlfOpen => crlf(spki()?.trim_end()),
            Self::Pkcs1PemCrlf => crlf(&pkcs1()?),
            Self::X509PemCrlf => crlf(&x509()?),
            Self::Jwk => jwk()?.into_bytes(),
            Self::Jwks => format!("{{\"keys\":[{}]}}", jwk()?).into_bytes(),
            Self::JwkArray => format!("[{}]", jwk()?).into_bytes(),
            Self::JwkMinimal => jwk().map(|_| minimal_jwk(key))?.into_bytes(),
            Self::JwkPretty => {
                jwk()?.replace('{', "{\n  ").replace(',', ",\n  ").replace("\":", "\": ").replace('}', "\n}").into_bytes()
            }
            Self::JwkSpaced => jwk()?.replace("\",", "\", ").replace("\":", "\": ").into_bytes(),
            Self::JwkPython => jwk()?.replace("\",", "\", ").replace("\":", "\": ").replace('"', "'").into_bytes(),
            Self::SpkiDer => key.spki_der()?,
            Self::Pkcs1Der => key.pkcs1_der()?,
            Self::X509Der => key.certificate.clone()?,
            Self::X5c => BASE64.encode(key.certificate.as_ref()?).into_bytes(),
            Self::SpkiBody => BASE64.encode(&key.spki_der()?).into_bytes(),
            Self::SpkiBodyLines => body_lines(&spki()?).into_bytes(),
            Self::Pkcs1Body => BASE64.encode(&key.pkcs1_der()?).into_bytes(),
            Self::SpkiPemOneLine => one_line(&key.spki_der()?).into_bytes(),
            Self::SpkiPemEscaped => spki()?.replace('\n', "\\n").into_bytes(),
            Self::SpkiPemQuoted => format!("\"{}\"", spki()?).into_bytes(),
            Self::SpkiPemBase64 => BASE64.encode(spki()?.as_bytes()).into_bytes(),
            Self::SpkiPemTwoLf => format!("{}\n", spki()?).into_bytes(),
            Self::SpkiPemLeadingLf => before("\n", spki()?),
            Self::SpkiPemLeadingSpace => before(" ", spki()?),
            Self::SpkiPemLeadingTab => before("\t", spki()?),
            Self::SpkiPemControl => before("\u{1}", spki()?),
            Self::SpkiPemZeroWidth => before("\u{200b}", spki()?),
            Self::SpkiPemHttp => before("Content-Type: application/x-pem-file\n\n", spki()?),
            Self::SpkiPemBom => before("\u{feff}", spki()?),
            Self::SpkiPemComment => before("# key of the token issuer\n", spki()?),
            Self::Pkcs1PemLeadingSpace => before(" ", pkcs1()?),
            Self::Pkcs1PemComment => before("# key of the token issuer\n", pkcs1()?),
            Self::SpkiPemNul => format!("{}\0", spki()?).into_bytes(),
            Self::Thumbprint => jwk().map(|_| thumbprint(key))?,
            Self::ThumbprintBase64url => jwk().map(|_| BASE64URL_NOPAD.encode(&thumbprint(key)))?.into_bytes(),
            Self::Ssh => ssh_line(key)?.into_bytes(),
            Self::SshComment => format!("{} issuer@example", ssh_line(key)?).into_bytes(),
            Self::SshBlob => ssh_blob(key)?.1,
            _ => return self.render_numbers(key),
        })
    }

    /// The shapes made of the key's bare numbers.
    fn render_numbers(self, key: &PublicKey) -> Option<Vec<u8>> {
        Some(match (&key.material, self) {
            (PublicMaterial::Rsa { n, .. }, Self::Modulus) => n.clone(),
            (PublicMaterial::Rsa { n, .. }, Self::ModulusPadded) => [&[0], n.as_slice()].concat(),
            (PublicMaterial::Rsa { n, .. }, Self::ModulusBase64url) => BASE64URL_NOPAD.encode(n).into_bytes(),
            (PublicMaterial::Rsa { n, .. }, Self::ModulusHexLower) => HEXLOWER.encode(n).into_bytes(),
            (PublicMaterial::Rsa { n, .. }, Self::ModulusHexUpper) => HEXUPPER.encode(n).into_bytes(),
            (PublicMaterial::Rsa { n, .. }, Self::ModulusDecimal) => BigUint::from_bytes_be(n).to_str_radix(10).into_bytes(),
            (PublicMaterial::Ec { curve, .. }, Self::EcParameters) => {
                format!("{}{}", der::pem("EC PARAMETERS", &der::oid(curve.oid())), key.spki_pem()?).into_bytes()
            }
            (PublicMaterial::Ec { x, y, .. }, Self::XY) => [x.as_slice(), y].concat(),
            (PublicMaterial::Ec { x, y, .. }, Self::Uncompressed) => [&[4], x.as_slice(), y].concat(),
            (PublicMaterial::Ec { x, y, .. }, Self::UncompressedHex) => {
                HEXLOWER.encode(&[&[4], x.as_slice(), y].concat()).into_bytes()
            }
            (PublicMaterial::Ec { x, y, .. }, Self::Compressed) => [&[2 | (y.last()? & 1)], x.as_slice()].concat(),
            (PublicMaterial::Ec { x, .. } | PublicMaterial::Ed25519 { x }, Self::X) => x.clone(),
            (PublicMaterial::Ec { x, .. } | PublicMaterial::Ed25519 { x }, Self::XBase64url) => {
                BASE64URL_NOPAD.encode(x).into_bytes()
            }
            (PublicMaterial::Ed25519 { x }, Self::XBase64urlPadded) => BASE64URL.encode(x).into_bytes(),
            (PublicMaterial::Ed25519 { x }, Self::XHexLower) => HEXLOWER.encode(x).into_bytes(),
            (PublicMaterial::Ed25519 { x }, Self::XHexUpper) => HEXUPPER.encode(x).into_bytes(),
            _ => return None,
        })
    }
}

fn crlf(text: &str) -> Vec<u8> {
    text.replace('\n', "\r\n").into_bytes()
}

/// A body that needs no line break anyway loses those around it.
fn one_line(spki: &[u8]) -> String {
    let body = BASE64.encode(spki);
    let lf = if body.len() > 64 { "\n" } else { "" };
    format!("-----BEGIN PUBLIC KEY-----{lf}{body}{lf}-----END PUBLIC KEY-----\n")
}

fn body_lines(pem: &str) -> String {
    pem.lines().filter(|line| !line.starts_with('-')).map(|line| format!("{line}\n")).collect()
}

/// Required members in lexicographic order (RFC 7638 section 3.2).
fn minimal_jwk(key: &PublicKey) -> String {
    let (kty, members) = key.jwk_members();
    let mut members: Vec<_> = [("kty", kty.to_owned())].into_iter().chain(members).collect();
    members.sort_by_key(|(name, _)| *name);
    json_object(members)
}

fn thumbprint(key: &PublicKey) -> Vec<u8> {
    Sha2::Sha256.digest(minimal_jwk(key).as_bytes())
}

/// Key type and wire blob (RFC 4253 section 6.6, RFC 5656 section 3.1, RFC 8709 section 4).
fn ssh_blob(key: &PublicKey) -> Option<(String, Vec<u8>)> {
    let field = |bytes: &[u8]| {
        let len = u32::try_from(bytes.len()).expect("a key is short");
        [&len.to_be_bytes(), bytes].concat()
    };
    // An mpint has a zero byte in front where the first bit is set.
    let number = |bytes: &[u8]| field(&[if bytes[0] < 0x80 { &[][..] } else { &[0] }, bytes].concat());
    let (name, fields) = match &key.material {
        PublicMaterial::Secret(_) => return None,
        PublicMaterial::Rsa { n, e } => ("ssh-rsa".to_owned(), vec![number(e), number(n)]),
        PublicMaterial::Ec { curve, x, y } => {
            let curve = curve.ssh_name()?;
            (format!("ecdsa-sha2-{curve}"), vec![field(curve.as_bytes()), field(&[&[4], x.as_slice(), y].concat())])
        }
        PublicMaterial::Ed25519 { x } => ("ssh-ed25519".to_owned(), vec![field(x)]),
    };
    let blob = [field(name.as_bytes()), fields.concat()].concat();
    Some((name, blob))
}

fn ssh_line(key: &PublicKey) -> Option<String> {
    let (name, blob) = ssh_blob(key)?;
    Some(format!("{name} {}", BASE64.encode(&blob)))
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;
    use crate::keys::{Key, Role};

    /// The last eight shapes are not part of table E.
    fn table_e(algorithm: Algorithm) -> Vec<Vec<u8>> {
        let key = Key::of(Role::Trusted, algorithm).expect("a key");
        let table = KeyText::ALL.iter().take_while(|t| **t != KeyText::JwkSpaced);
        table.filter_map(|t| t.render(key.public(), algorithm)).collect()
    }

    #[test]
    fn table_e_is_complete_and_every_shape_differs() {
        for (algorithm, count) in [(Algorithm::RS256, 42), (Algorithm::ES256, 38), (Algorithm::EdDSA, 31)] {
            let texts = table_e(algorithm);
            assert_eq!(texts.len(), count, "{algorithm}");
            assert_eq!(texts.iter().collect::<HashSet<_>>().len(), count, "{algorithm}");
        }
    }

    #[test]
    fn pem_and_jwk_read_back_to_the_same_key() {
        for algorithm in
            [Algorithm::RS256, Algorithm::ES256, Algorithm::ES384, Algorithm::ES512, Algorithm::ES256K, Algorithm::EdDSA]
        {
            let key = Key::of(Role::Trusted, algorithm).expect("a key");
            for shape in [KeyText::SpkiPem, KeyText::Pkcs1Pem, KeyText::SpkiPemCrlf, KeyText::Jwk, KeyText::JwkPretty] {
                let Some(text) = shape.render(key.public(), algorithm) else { continue };
                let read = PublicKey::from_text(std::str::from_utf8(&text).expect("a text shape")).expect("readable");
                assert_eq!(read.material, key.public().material, "{algorithm} {shape:?}");
            }
        }
    }
}
