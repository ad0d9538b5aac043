//! Certificate chains in `x5c`, and certificate thumbprints.

use std::sync::Arc;

use data_encoding::{BASE64, BASE64URL_NOPAD};
use serde::{Deserialize, Serialize};
use sha1::{Digest, Sha1};

use super::text;
use crate::{
    algorithm::{Algorithm, Family, Sha2},
    keys::{CertificateSpec, Key, Role, der},
    step::{
        Holder, SegmentName, StepError, Work, object,
        signature::{role_key, set},
    },
};

/// What `x5c` holds. The leaf is for the attacker's key, of the kind that the header's `alg` needs, and that key signs the token.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, strum::VariantArray)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Chain {
    /// A self-signed leaf.
    SelfSigned,
    /// A leaf under the attacker's own authority, and that.
    AttackerCa,
    /// A leaf that names the trusted certificate as issuer, which did not sign it, and the trusted certificate.
    TrustedAppended,
    /// The trusted certificate, then the attacker's leaf.
    TrustedFirst,
    /// The authority first and the leaf behind it.
    Reversed,
    /// A leaf that expired in 2002.
    Expired,
    /// A leaf that is valid from 2090.
    NotYetValid,
    /// A leaf under a certificate that is not an authority.
    IssuerNoCa,
    /// A leaf for OCSP signing only.
    WrongUsage,
    /// A leaf that names another issuer than the one behind it.
    NameMismatch,
    /// A self-signed leaf with the names of the trusted certificate.
    TrustedName,
    /// A self-signed leaf for the issuer's host.
    IssuerHost,
    /// A self-signed leaf for the issuer's URL.
    IssuerUrl,
    /// A self-signed leaf in base64url.
    Base64url,
    /// A self-signed leaf with its PEM armour.
    Pem,
    /// The same self-signed leaf twice.
    Duplicate,
    /// A self-signed leaf as a string instead of an array.
    Text,
}

/// The attacker's authority in chains that have one.
const AUTHORITY: &str = "Example Root CA";
/// id-kp-OCSPSigning (RFC 5280 section 4.2.1.12).
const OCSP_SIGNING: &[u8] = &[0x2b, 0x06, 0x01, 0x05, 0x05, 0x07, 0x03, 0x09];

/// Puts the chain into `x5c` and signs with the key of the attacker's leaf.
pub(in crate::step) fn chain(work: &mut Work<'_>, chain: Chain) -> Result<(), StepError> {
    let algorithm = leaf_algorithm(work);
    object::set(work, SegmentName::Header, "alg", &text(algorithm.name()))?;
    let leaf = role_key(Role::Attacker, algorithm)?;
    let certificates = certificates(work, chain, &leaf)?;
    let value = match chain {
        Chain::Base64url => format!("[{}]", text(&BASE64URL_NOPAD.encode(&certificates[0]))),
        Chain::Pem => format!("[{}]", text(&der::pem("CERTIFICATE", &certificates[0]))),
        Chain::Text => text(&BASE64.encode(&certificates[0])),
        _ => format!("[{}]", certificates.iter().map(|c| text(&BASE64.encode(c))).collect::<Vec<_>>().join(",")),
    };
    object::set(work, SegmentName::Header, "x5c", &value)?;
    let signature = leaf.sign(algorithm, work.signing_input()?.as_bytes())?;
    set(work, signature)
}

/// Sets `x5t` or `x5t#S256` to the thumbprint of somebody's certificate.
pub(in crate::step) fn thumbprint(work: &mut Work<'_>, name: &str, of: Holder) -> Result<(), StepError> {
    let algorithm = leaf_algorithm(work);
    let certificate = match of {
        Holder::Trusted => trusted(work),
        Holder::OtherTrusted => self_signed(&*role_key(Role::OtherTrusted, algorithm)?),
        Holder::Attacker => self_signed(&*role_key(Role::Attacker, algorithm)?),
    };
    let certificate = certificate.ok_or_else(no_certificate)?;
    let digest = match name {
        "x5t" => Sha1::digest(&certificate).to_vec(),
        "x5t#S256" => Sha2::Sha256.digest(&certificate),
        other => return Err(StepError::Value(format!("`{other}` is not a thumbprint header: x5t, x5t#S256"))),
    };
    object::set(work, SegmentName::Header, name, &text(&BASE64URL_NOPAD.encode(&digest)))
}

/// The certificate of a key for itself, under its key id.
pub(super) fn self_signed(key: &Key) -> Option<Vec<u8>> {
    CertificateSpec::self_signed(&key.kid, key.public())?.issue(key)
}

/// The header's `alg` if a certificate can serve it, else RS256.
fn leaf_algorithm(work: &Work<'_>) -> Algorithm {
    work.header_algorithm().ok().filter(|a| a.family() != Family::Hmac).unwrap_or(Algorithm::RS256)
}

/// The trusted certificate; for Ed25519 keys, which have none by custom, one that the issuer would make.
fn trusted(work: &Work<'_>) -> Option<Vec<u8>> {
    let issuer = work.issuer();
    issuer.public.certificate.clone().or_else(|| self_signed(issuer.key.as_deref()?))
}

fn no_certificate() -> StepError {
    StepError::Unfit("the trusted key has no certificate".to_owned())
}

fn certificates(work: &Work<'_>, chain: Chain, leaf: &Arc<Key>) -> Result<Vec<Vec<u8>>, StepError> {
    // The authority has a key of another kind than the leaf, so that no chain is self-signed by accident.
    let leaf_is_ec = leaf.public().family() == Family::Ec;
    let authority = role_key(Role::Attacker, if leaf_is_ec { Algorithm::RS256 } else { Algorithm::ES256 })?;
    let own = spec(&leaf.kid, leaf)?;
    let named = |issuer: &str| CertificateSpec { issuer: issuer.to_owned(), ca: Some(false), ..own.clone() };
    let valid = |from: &str, to: &str| CertificateSpec { validity: (from.to_owned(), to.to_owned()), ..own.clone() };
    let issue = |spec: &CertificateSpec, by: &Key| spec.issue(by).ok_or_else(no_certificate);
    let root = || issue(&spec(AUTHORITY, &authority)?, &authority);
    let trusted_name = || work.issuer().public.kid.clone().unwrap_or_default();
    let trusted = || trusted(work).ok_or_else(no_certificate);
    Ok(match chain {
        Chain::SelfSigned | Chain::Base64url | Chain::Pem | Chain::Text => vec![issue(&own, leaf)?],
        Chain::AttackerCa => vec![issue(&named(AUTHORITY), &authority)?, root()?],
        Chain::TrustedAppended => vec![issue(&named(&trusted_name()), &authority)?, trusted()?],
        Chain::TrustedFirst => vec![trusted()?, issue(&own, leaf)?],
        Chain::Reversed => vec![root()?, issue(&named(AUTHORITY), &authority)?],
        Chain::Expired => vec![issue(&valid("20010101", "20020101"), leaf)?],
        Chain::NotYetValid => vec![issue(&valid("20900101", "21000101"), leaf)?],
        Chain::IssuerNoCa => {
            let no_ca = CertificateSpec { ca: Some(false), ..spec(AUTHORITY, &authority)? };
            vec![issue(&named(AUTHORITY), &authority)?, issue(&no_ca, &authority)?]
        }
        Chain::WrongUsage => {
            vec![issue(&CertificateSpec { extended_key_usage: Some(OCSP_SIGNING), ..own.clone() }, leaf)?]
        }
        Chain::NameMismatch => vec![issue(&named("Another CA"), &authority)?, root()?],
        Chain::TrustedName => {
            let name = trusted_name();
            vec![issue(&CertificateSpec { issuer: name.clone(), subject: name, ..own.clone() }, leaf)?]
        }
        Chain::IssuerHost | Chain::IssuerUrl => {
            let url = work.issuer().trust.issuer.clone().unwrap_or_else(|| "https://issuer.example".to_owned());
            let host = url.split("://").last().and_then(|rest| rest.split(['/', ':']).next()).unwrap_or_default().to_owned();
            let name = if chain == Chain::IssuerHost { host.clone() } else { url.clone() };
            vec![issue(
                &CertificateSpec { issuer: name.clone(), subject: name, alternatives: vec![host, url], ..own.clone() },
                leaf,
            )?]
        }
        Chain::Duplicate => vec![issue(&own, leaf)?, issue(&own, leaf)?],
    })
}

fn spec(name: &str, key: &Key) -> Result<CertificateSpec, StepError> {
    CertificateSpec::self_signed(name, key.public()).ok_or_else(no_certificate)
}
