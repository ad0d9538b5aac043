//! X.509 certificates (RFC 5280) for the test keys: what an operator may have configured, and what an attacker puts into `x5c`.
//!
//! Written by hand because signing must be deterministic and because attacks need certificates that a tidy issuer would not make.

use super::{Key, Material, PublicKey};
use crate::{
    algorithm::{Algorithm, Family},
    keys::der,
};

/// What a certificate says.
#[derive(Clone, Debug)]
pub(crate) struct CertificateSpec {
    /// Common name of the issuer.
    pub issuer: String,
    /// Common name of the subject.
    pub subject: String,
    /// The subject's `SubjectPublicKeyInfo` in DER.
    pub spki: Vec<u8>,
    /// First and last day of validity, as `YYYYMMDD`.
    pub validity: (String, String),
    /// Basic constraints: a CA or not; absent if `None`.
    pub ca: Option<bool>,
    /// Content of the one extended-key-usage OBJECT IDENTIFIER, if any.
    pub extended_key_usage: Option<&'static [u8]>,
    /// Alternative names of the subject (RFC 5280 section 4.2.1.6): hosts as `dNSName`, what holds `://` as a URI.
    pub alternatives: Vec<String>,
}

impl CertificateSpec {
    /// A long-lived certificate of `key` for itself; `None` for a shared secret.
    #[must_use]
    pub(crate) fn self_signed(name: &str, key: &PublicKey) -> Option<Self> {
        Some(Self {
            issuer: name.to_owned(),
            subject: name.to_owned(),
            spki: key.spki_der()?,
            validity: ("20200101".to_owned(), "21000101".to_owned()),
            ca: Some(true),
            extended_key_usage: None,
            alternatives: Vec::new(),
        })
    }

    /// The certificate in DER, signed by `issuer`; `None` if that key cannot sign certificates.
    #[must_use]
    pub(crate) fn issue(&self, issuer: &Key) -> Option<Vec<u8>> {
        let (algorithm, identifier) = signature_algorithm(issuer)?;
        let version = der::nest(0xa0, &[der::tlv(der::INTEGER, &[2])]);
        let serial = der::unsigned(&[&[0x2a], &crate::algorithm::Sha2::Sha256.digest(&self.spki)[..8]].concat());
        let validity = der::nest(der::SEQUENCE, &[time(&self.validity.0), time(&self.validity.1)]);
        let mut parts =
            vec![version, serial, identifier.clone(), name(&self.issuer), validity, name(&self.subject), self.spki.clone()];
        let extensions = self.extensions();
        if !extensions.is_empty() {
            parts.push(der::nest(0xa3, &[der::nest(der::SEQUENCE, &extensions)]));
        }
        let body = der::nest(der::SEQUENCE, &parts);
        let signature = issuer.certify(&body, || issuer.sign(algorithm, &body).ok())?;
        let signature = if algorithm.family() == Family::Ec { ecdsa_der(&signature) } else { signature };
        Some(der::nest(der::SEQUENCE, &[body, identifier, der::bits(&signature)]))
    }

    fn extensions(&self) -> Vec<Vec<u8>> {
        let extension =
            |oid: &[u8], value: Vec<u8>| der::nest(der::SEQUENCE, &[der::oid(oid), der::tlv(der::OCTET_STRING, &value)]);
        let mut out = Vec::new();
        if let Some(ca) = self.ca {
            let flag = if ca { der::tlv(0x01, &[0xff]) } else { Vec::new() };
            out.push(extension(&[0x55, 0x1d, 0x13], der::tlv(der::SEQUENCE, &flag)));
        }
        if let Some(usage) = self.extended_key_usage {
            out.push(extension(&[0x55, 0x1d, 0x25], der::nest(der::SEQUENCE, &[der::oid(usage)])));
        }
        if !self.alternatives.is_empty() {
            let tag = |name: &str| if name.contains("://") { 0x86 } else { 0x82 };
            let names: Vec<Vec<u8>> = self.alternatives.iter().map(|name| der::tlv(tag(name), name.as_bytes())).collect();
            out.push(extension(&[0x55, 0x1d, 0x11], der::nest(der::SEQUENCE, &names)));
        }
        out
    }
}

/// `r || s` as the DER SEQUENCE that X.509 and most cryptographic libraries use.
#[must_use]
pub(super) fn ecdsa_der(signature: &[u8]) -> Vec<u8> {
    let (r, s) = signature.split_at(signature.len() / 2);
    der::nest(der::SEQUENCE, &[der::unsigned(r), der::unsigned(s)])
}

fn signature_algorithm(key: &Key) -> Option<(Algorithm, Vec<u8>)> {
    let null = der::tlv(der::NULL, &[]);
    let (algorithm, parts) = match &key.material {
        Material::Secret(_) => return None,
        Material::Rsa(_) => (Algorithm::RS256, vec![der::oid(&[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x0b]), null]),
        Material::Ec(curve, _) => {
            let algorithm = curve.algorithm();
            let last = match algorithm.hash() {
                crate::algorithm::Sha2::Sha256 => 2,
                crate::algorithm::Sha2::Sha384 => 3,
                crate::algorithm::Sha2::Sha512 => 4,
            };
            (algorithm, vec![der::oid(&[0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x03, last])])
        }
        Material::Ed25519(_) => (Algorithm::EdDSA, vec![der::oid(super::public::ED25519)]),
    };
    Some((algorithm, der::nest(der::SEQUENCE, &parts)))
}

fn name(common: &str) -> Vec<u8> {
    let attribute = der::nest(der::SEQUENCE, &[der::oid(&[0x55, 0x04, 0x03]), der::tlv(0x0c, common.as_bytes())]);
    der::nest(der::SEQUENCE, &[der::nest(der::SET, &[attribute])])
}

/// `UTCTime` up to 2049, `GeneralizedTime` from 2050 (RFC 5280 section 4.1.2.5).
fn time(day: &str) -> Vec<u8> {
    let text = format!("{day}000000Z");
    if day < "20500101" { der::tlv(0x17, &text.as_bytes()[2..]) } else { der::tlv(0x18, text.as_bytes()) }
}
