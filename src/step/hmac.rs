//! MACs under keys that an attacker knows or guesses, and under readings of the secret that differ from the operator's.

use serde::{Deserialize, Serialize};

use super::Choice;
use super::{SegmentName, StepError, signature};
use crate::{
    algorithm::{Algorithm, Sha2},
    keys::{KeyText, Material},
    step::Work,
};

/// The bytes that serve as HMAC key.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub enum MacKey {
    /// A text, as UTF-8.
    Text(Choice<String>),
    /// Bytes in hex.
    Hex(Choice<String>),
    /// The trusted public key in some shape.
    PublicKey(Choice<KeyText>),
    /// Exactly the bytes that the operator configured.
    Configured {},
    /// The text of a header member or claim of this very token.
    Member(Choice<String>),
    /// The trusted secret as a careless program would read it; only the issuer can make this.
    Secret(Choice<SecretReading>),
    /// The first bytes of the trusted secret.
    SecretPrefix(Choice<usize>),
}

/// A reading of the operator's secret other than its plain bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, strum::VariantArray)]
#[serde(rename_all = "kebab-case")]
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

pub(super) fn mac(work: &mut Work<'_>, key: &MacKey, hash: Option<MacHash>, derived: Option<Derivation>) -> Result<(), StepError> {
    let hash = match hash {
        Some(hash) => hash,
        None => named_hash(work.header_algorithm()?)?,
    };
    let secret = key_bytes(work, key)?;
    let input = work.signing_input()?;
    let bytes = derived.map_or(Ok(secret.clone()), |derived| derive(&secret, derived))?;
    signature::set(work, tag(hash, &bytes, input.as_bytes()))?;
    if needs_the_secret(work, key, &secret) { work.issue() } else { Ok(()) }
}

/// The hash of an HS* algorithm.
pub(super) fn named_hash(algorithm: Algorithm) -> Result<MacHash, StepError> {
    match algorithm {
        Algorithm::HS256 => Ok(MacHash::Sha256),
        Algorithm::HS384 => Ok(MacHash::Sha384),
        Algorithm::HS512 => Ok(MacHash::Sha512),
        other => Err(StepError::Value(format!("the header's alg is {other}: name the `hash` of this MAC"))),
    }
}

fn key_bytes(work: &mut Work<'_>, key: &MacKey) -> Result<Vec<u8>, StepError> {
    Ok(match key {
        MacKey::Text(text) => text.as_bytes().to_vec(),
        MacKey::Hex(hex) => super::from_hex(hex)?,
        MacKey::PublicKey(shape) => work
            .public_key_as(**shape)
            .ok_or_else(|| StepError::Unfit(format!("the trusted key has no shape `{}`", shape.name())))?,
        MacKey::Configured {} => work.configured_bytes(),
        MacKey::Member(name) => member_text(work, name)?,
        MacKey::Secret(reading) => read_secret(&trusted_secret(work)?, **reading)?,
        MacKey::SecretPrefix(len) => trusted_secret(work)?.into_iter().take(**len).collect(),
    })
}

/// Whether only someone who holds the operator's secret can make the MAC. Everything else is public, guessed or leaked.
fn needs_the_secret(work: &Work<'_>, key: &MacKey, bytes: &[u8]) -> bool {
    match key {
        MacKey::Secret(_) => true,
        MacKey::Configured {} | MacKey::SecretPrefix(_) => {
            !bytes.is_empty() && trusted_secret(work).is_ok_and(|secret| secret == bytes)
        }
        MacKey::Text(_) | MacKey::Hex(_) | MacKey::PublicKey(_) | MacKey::Member(_) => false,
    }
}

fn trusted_secret(work: &Work<'_>) -> Result<Vec<u8>, StepError> {
    match &work.trusted()?.material {
        Material::Secret(secret) => Ok(secret.clone()),
        _ => Err(StepError::Unfit("the trusted key is not a shared secret".to_owned())),
    }
}

fn member_text(work: &mut Work<'_>, name: &str) -> Result<Vec<u8>, StepError> {
    for part in [SegmentName::Header, SegmentName::Claims] {
        if let Some(value) = work.segment(part)?.and_then(|segment| segment.member(name)) {
            return Ok(serde_json::from_slice::<String>(value).map_or_else(|_| value.to_vec(), String::into_bytes));
        }
    }
    Err(StepError::NoMember(name.to_owned()))
}

pub(crate) fn read_secret(secret: &[u8], reading: SecretReading) -> Result<Vec<u8>, StepError> {
    let decoded = |by: &data_encoding::Encoding| {
        by.decode(secret).map_err(|_| StepError::Unfit("the secret has no such encoding".to_owned()))
    };
    Ok(match reading {
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

fn derive(text: &[u8], by: Derivation) -> Result<Vec<u8>, StepError> {
    use data_encoding::{BASE64, BASE64_NOPAD, BASE64URL_NOPAD, HEXLOWER, HEXLOWER_PERMISSIVE};
    let unfit = || StepError::Unfit("the key has no such encoding".to_owned());
    let hex = |bytes: &[u8]| HEXLOWER.encode(bytes).into_bytes();
    Ok(match by {
        Derivation::Sha256 => Sha2::Sha256.digest(text),
        Derivation::Sha256Hex => hex(&Sha2::Sha256.digest(text)),
        Derivation::Sha256Base64 => BASE64.encode(&Sha2::Sha256.digest(text)).into_bytes(),
        Derivation::Sha512 => Sha2::Sha512.digest(text),
        Derivation::Sha1Hex => hex(&bare(MacHash::Sha1, text)),
        Derivation::Md5Hex => hex(&bare(MacHash::Md5, text)),
        Derivation::FromBase64 => {
            let end = text.iter().rposition(|byte| *byte != b'=').map_or(0, |last| last + 1);
            let decoded = BASE64_NOPAD.decode(&text[..end]).or_else(|_| BASE64URL_NOPAD.decode(&text[..end]));
            decoded.map_err(|_| unfit())?
        }
        Derivation::FromHex => HEXLOWER_PERMISSIVE.decode(text).map_err(|_| unfit())?,
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

/// The bare hash of the signing input: what is left of a MAC when its key is forgotten.
pub(super) fn digest(work: &mut Work<'_>, hash: MacHash) -> Result<(), StepError> {
    let input = work.signing_input()?;
    signature::set(work, bare(hash, input.as_bytes()))
}

fn bare(hash: MacHash, input: &[u8]) -> Vec<u8> {
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        recipe::Base,
        step::fixture::{configured, forge, issuer, parts},
        verdict::Provenance,
    };

    #[test]
    fn old_hashes_give_the_macs_of_rfc_2202() {
        let hex = |bytes: Vec<u8>| data_encoding::HEXLOWER.encode(&bytes);
        assert_eq!(hex(tag(MacHash::Md5, &[0x0b; 16], b"Hi There")), "9294727a3638bb1c13f48ef8158bfc9d");
        assert_eq!(hex(tag(MacHash::Sha1, &[0x0b; 20], b"Hi There")), "b617318655057264e28bc0b6fb378c8ef146be00");
    }

    #[test]
    fn a_key_is_derived_from_a_text_before_it_is_used() {
        let issuer = issuer(Algorithm::HS256);
        let sha256 = "2bb80d537b1da3e38bd30361aa855686bde0eacd7162fef6a25fe97bf527a25b";
        for (text, derived, key) in [
            ("secret", "sha256-hex", sha256.as_bytes().to_vec()),
            ("secret", "sha256", data_encoding::HEXLOWER.decode(sha256.as_bytes()).expect("hex")),
            ("-_8", "from-base64", vec![0xfb, 0xff]),
            ("+/8=", "from-base64", vec![0xfb, 0xff]),
            ("FbFf", "from-hex", vec![0xfb, 0xff]),
            ("Abc", "upper", b"ABC".to_vec()),
            ("abc", "reversed", b"cba".to_vec()),
        ] {
            let step = format!("{{ mac = {{ key = {{ text = '{text}' }}, derived = '{derived}' }} }}");
            let forged = forge(&issuer, Base::Forged, &[&step]);
            assert_eq!(forged.provenance, Provenance::Forged);
            let (input, signature) = parts(&forged);
            assert_eq!(signature, Algorithm::HS256.hash().hmac(&key, input.as_bytes()), "{text} {derived}");
        }
    }

    #[test]
    fn a_cut_mac_is_forged_and_a_whole_one_the_issuers() {
        let issuer = issuer(Algorithm::HS256);
        let mac = "{ mac = { key = { secret = 'plain' } } }";
        assert_eq!(forge(&issuer, Base::Forged, &[mac]).provenance, Provenance::Genuine);
        let cut = forge(&issuer, Base::Forged, &[mac, "{ truncate-signature = { to = 31 } }"]);
        assert_eq!(cut.provenance, Provenance::Forged);
    }

    #[test]
    fn the_whole_configured_secret_is_the_issuers_however_it_is_named() {
        let issuer = issuer(Algorithm::HS256);
        for whole in ["{ configured = {} }", "{ secret-prefix = 64 }"] {
            let forged = forge(&issuer, Base::Forged, &[&format!("{{ mac = {{ key = {whole} }} }}")]);
            assert_eq!(forged.provenance, Provenance::Genuine, "{whole}");
        }
        let part = forge(&issuer, Base::Forged, &["{ mac = { key = { secret-prefix = 4 } } }"]);
        assert_eq!(part.provenance, Provenance::Forged);
        let empty = configured(Algorithm::HS256, "secret-hex = ''");
        assert_eq!(forge(&empty, Base::Forged, &["{ mac = { key = { configured = {} } } }"]).provenance, Provenance::Forged);
    }

    #[test]
    fn the_empty_key_needs_no_issuer() {
        let issuer = configured(Algorithm::HS256, "secret-hex = ''");
        let forged = forge(&issuer, Base::Forged, &["{ mac = { key = { text = '' } } }"]);
        let (input, signature) = parts(&forged);
        assert_eq!(forged.provenance, Provenance::Forged);
        assert!(issuer.public.verifies_weakly(Algorithm::HS256, input.as_bytes(), &signature));
    }

    #[test]
    fn a_secret_is_read_as_the_text_of_its_bytes() {
        for (secret, reading, bytes) in [
            ("-_8", "from-base64url", &[0xfb, 0xff][..]),
            ("+/8=", "from-base64", &[0xfb, 0xff]),
            ("fbff", "from-hex", &[0xfb, 0xff]),
        ] {
            let hex = data_encoding::HEXLOWER.encode(secret.as_bytes());
            let issuer = configured(Algorithm::HS256, &format!("secret-hex = '{hex}'"));
            let forged = forge(&issuer, Base::Forged, &[&format!("{{ mac = {{ key = {{ secret = '{reading}' }} }} }}")]);
            let (input, signature) = parts(&forged);
            assert_eq!(signature, Algorithm::HS256.hash().hmac(bytes, input.as_bytes()), "{reading}");
        }
    }
}
