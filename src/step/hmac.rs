//! MACs under keys that an attacker knows or guesses, and under readings of the secret that differ from the operator's.

use serde::{Deserialize, Serialize};

use super::{
    Choice, SegmentName, Step, StepError,
    profile::{Cost, Kind, Profile},
    signature,
};
use crate::{
    algorithm::Algorithm,
    keys::{Derivation, MacHash, SecretReading, bare, derive, read_secret, tag},
    keys::{KeyText, Material},
    step::Work,
};

/// The bytes that serve as HMAC key.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, strum::IntoStaticStr)]
#[strum(serialize_all = "kebab-case")]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
#[non_exhaustive]
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

/// A hash that no key went into.
pub(super) const BARE: Profile<'_> = Profile::new(Cost::Cheap, Kind::AllWords);

/// Where the key comes from tells, and not which it is; that there is none is a weakness of its own.
pub(super) fn tagged(key: &MacKey) -> Profile<'_> {
    let (kind, issuer) = match key {
        MacKey::Text(text) | MacKey::Hex(text) if text.is_empty() => ("empty", false),
        MacKey::Text(_) | MacKey::Hex(_) | MacKey::PublicKey(_) | MacKey::Member(_) => (key.into(), false),
        MacKey::Configured {} | MacKey::Secret(_) | MacKey::SecretPrefix(_) => (key.into(), true),
    };
    Profile::new(Cost::Cheap, Kind::Word(kind)).issuer_signs(issuer)
}

/// No MAC, then a key as it is, then no key.
pub(super) fn plainer(key: &Choice<MacKey>, hash: Option<&Choice<MacHash>>, derived: Option<&Choice<Derivation>>) -> Vec<Step> {
    let under = |key: Choice<MacKey>| Step::Mac { key, hash: hash.cloned(), derived: None };
    let none = Choice::from(MacKey::Text("".into()));
    let as_it_is = derived.map(|_| under(key.clone()));
    let with_none = (derived.is_some() || *key != none).then(|| under(none));
    signature::dropped_or(as_it_is.into_iter().chain(with_none).collect())
}

pub(super) fn mac(work: &mut Work<'_>, key: &MacKey, hash: Option<MacHash>, derived: Option<Derivation>) -> Result<(), StepError> {
    let hash = match hash {
        Some(hash) => hash,
        None => named_hash(work.header_algorithm()?)?,
    };
    let secret = key_bytes(work, key)?;
    let input = work.signing_input()?;
    let bytes = match derived {
        None => secret.clone(),
        Some(by) => derive(&secret, by).ok_or_else(|| StepError::Unfit("the key is not such a text".to_owned()))?,
    };
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
        MacKey::Secret(reading) => read_secret(&trusted_secret(work)?, **reading)
            .ok_or_else(|| StepError::Unfit("the secret is not such a text".to_owned()))?,
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

/// The bare hash of the signing input: what is left of a MAC when its key is forgotten.
pub(super) fn digest(work: &mut Work<'_>, hash: MacHash) -> Result<(), StepError> {
    let input = work.signing_input()?;
    signature::set(work, bare(hash, input.as_bytes()))
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
