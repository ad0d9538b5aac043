//! Secrets as careless programs read them, and what is made with them: MACs under any hash, and bare hashes.

use serde::{Deserialize, Serialize};

use crate::algorithm::Sha2;

/// A reading of the operator's secret other than its plain bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, strum::VariantArray)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum SecretReading {
    /// Its plain bytes.
    Plain,
    /// The base64 text of it.
    Base64,
    /// The base64url text of it.
    Base64url,
    /// The hex text of it.
    Hex,
    /// With a final LF.
    Newline,
    /// Without white space and zero bytes at its ends.
    Trimmed,
    /// As UTF-16LE text.
    Utf16,
    /// Its SHA-256, which HMAC itself uses for keys longer than a block.
    Sha256,
    /// The bytes that it is the base64 text of.
    FromBase64,
    /// The bytes that it is the base64url text of.
    FromBase64url,
    /// The bytes that it is the hex text of.
    FromHex,
}

/// What a careless program does to a text before it serves as an HMAC key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, strum::VariantArray)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Derivation {
    /// Its SHA-256.
    Sha256,
    /// Its SHA-256, in lower-case hex.
    Sha256Hex,
    /// Its SHA-256, in base64.
    Sha256Base64,
    /// Its SHA-512.
    Sha512,
    /// Its SHA-1, in lower-case hex.
    Sha1Hex,
    /// Its MD5, in lower-case hex.
    Md5Hex,
    /// The bytes that it is the base64 or base64url text of.
    FromBase64,
    /// The bytes that it is the hex text of.
    FromHex,
    /// Its base64 text.
    Base64,
    /// Its lower-case hex text.
    Hex,
    /// In lower case.
    Lower,
    /// In upper case.
    Upper,
    /// With the order of its bytes reversed.
    Reversed,
}

/// The hash of a MAC where it is not the one that the header names.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, strum::VariantArray)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum MacHash {
    /// HMAC-SHA-256.
    Sha256,
    /// HMAC-SHA-384.
    Sha384,
    /// HMAC-SHA-512.
    Sha512,
    /// HMAC-MD5, 16 bytes.
    Md5,
    /// HMAC-SHA-1, 20 bytes.
    Sha1,
    /// HMAC-SHA-512 cut to 32 bytes.
    Sha512Cut32,
}

impl SecretReading {
    /// Every reading.
    pub const ALL: [Self; 11] = [
        Self::Plain,
        Self::Base64,
        Self::Base64url,
        Self::Hex,
        Self::Newline,
        Self::Trimmed,
        Self::Utf16,
        Self::Sha256,
        Self::FromBase64,
        Self::FromBase64url,
        Self::FromHex,
    ];
}

impl MacHash {
    /// Every hash.
    pub const ALL: [Self; 6] = [Self::Sha256, Self::Sha384, Self::Sha512, Self::Md5, Self::Sha1, Self::Sha512Cut32];
}

/// The secret in that reading; `None` where it is not such a text.
pub(crate) fn read_secret(secret: &[u8], reading: SecretReading) -> Option<Vec<u8>> {
    let decoded = |by: &data_encoding::Encoding| by.decode(secret).ok();
    Some(match reading {
        SecretReading::Plain => secret.to_vec(),
        SecretReading::Base64 => data_encoding::BASE64.encode(secret).into_bytes(),
        SecretReading::Base64url => data_encoding::BASE64URL_NOPAD.encode(secret).into_bytes(),
        SecretReading::Hex => data_encoding::HEXLOWER.encode(secret).into_bytes(),
        SecretReading::Newline => [secret, b"\n"].concat(),
        SecretReading::Trimmed => {
            let text: &[u8] = secret;
            let start = text.iter().position(|b| !is_blank(*b)).unwrap_or(text.len());
            let end = text.iter().rposition(|b| !is_blank(*b)).map_or(start, |i| i + 1);
            text[start..end].to_vec()
        }
        SecretReading::Utf16 => secret.iter().flat_map(|b| [*b, 0]).collect(),
        SecretReading::Sha256 => Sha2::Sha256.digest(secret),
        SecretReading::FromBase64 => decoded(&data_encoding::BASE64)?,
        SecretReading::FromBase64url => decoded(&data_encoding::BASE64URL_NOPAD)?,
        SecretReading::FromHex => decoded(&data_encoding::HEXLOWER)?,
    })
}

/// What the program makes of the text; `None` where it is not of the kind that it decodes.
pub(crate) fn derive(text: &[u8], by: Derivation) -> Option<Vec<u8>> {
    use data_encoding::{BASE64, BASE64_NOPAD, BASE64URL_NOPAD, HEXLOWER, HEXLOWER_PERMISSIVE};
    let hex = |bytes: &[u8]| HEXLOWER.encode(bytes).into_bytes();
    Some(match by {
        Derivation::Sha256 => Sha2::Sha256.digest(text),
        Derivation::Sha256Hex => hex(&Sha2::Sha256.digest(text)),
        Derivation::Sha256Base64 => BASE64.encode(&Sha2::Sha256.digest(text)).into_bytes(),
        Derivation::Sha512 => Sha2::Sha512.digest(text),
        Derivation::Sha1Hex => hex(&bare(MacHash::Sha1, text)),
        Derivation::Md5Hex => hex(&bare(MacHash::Md5, text)),
        Derivation::FromBase64 => {
            let end = text.iter().rposition(|byte| *byte != b'=').map_or(0, |last| last + 1);
            let decoded = BASE64_NOPAD.decode(&text[..end]).or_else(|_| BASE64URL_NOPAD.decode(&text[..end]));
            decoded.ok()?
        }
        Derivation::FromHex => HEXLOWER_PERMISSIVE.decode(text).ok()?,
        Derivation::Base64 => BASE64.encode(text).into_bytes(),
        Derivation::Hex => hex(text),
        Derivation::Lower => text.to_ascii_lowercase(),
        Derivation::Upper => text.to_ascii_uppercase(),
        Derivation::Reversed => text.iter().rev().copied().collect(),
    })
}

fn is_blank(byte: u8) -> bool {
    byte == 0 || byte.is_ascii_whitespace()
}

/// The MAC by `RustCrypto`, so that ring, which verifies, never checks its own work.
pub(crate) fn tag(hash: MacHash, key: &[u8], input: &[u8]) -> Vec<u8> {
    use hmac::{Hmac, Mac};
    fn with<M: Mac + hmac::digest::KeyInit>(key: &[u8], input: &[u8]) -> Vec<u8> {
        let mut mac = <M as Mac>::new_from_slice(key).expect("HMAC takes a key of any length");
        mac.update(input);
        mac.finalize().into_bytes().to_vec()
    }
    match hash {
        MacHash::Sha256 => with::<Hmac<sha2::Sha256>>(key, input),
        MacHash::Sha384 => with::<Hmac<sha2::Sha384>>(key, input),
        MacHash::Sha512 => with::<Hmac<sha2::Sha512>>(key, input),
        MacHash::Md5 => with::<Hmac<md5::Md5>>(key, input),
        MacHash::Sha1 => with::<Hmac<sha1::Sha1>>(key, input),
        MacHash::Sha512Cut32 => with::<Hmac<sha2::Sha512>>(key, input)[..32].to_vec(),
    }
}

/// The bare hash, without any key.
pub(crate) fn bare(hash: MacHash, input: &[u8]) -> Vec<u8> {
    use sha1::Digest as _;
    match hash {
        MacHash::Sha256 => sha2::Sha256::digest(input).to_vec(),
        MacHash::Sha384 => sha2::Sha384::digest(input).to_vec(),
        MacHash::Sha512 => sha2::Sha512::digest(input).to_vec(),
        MacHash::Md5 => md5::Md5::digest(input).to_vec(),
        MacHash::Sha1 => sha1::Sha1::digest(input).to_vec(),
        MacHash::Sha512Cut32 => sha2::Sha512::digest(input)[..32].to_vec(),
    }
}
