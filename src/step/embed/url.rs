//! `jku` and `x5u` whose URL is itself the document: no host has to answer, so that a verifier that fetches whatever it is pointed
//! to can be tested directly.

use data_encoding::BASE64;
use serde::{Deserialize, Serialize};

use super::{certificate, header_kid, public, text};
use crate::{
    algorithm::Algorithm,
    keys::{Role, der},
    step::{
        SegmentName, StepError, Work, object,
        signature::{role_key, set},
    },
};

/// What the URL gives.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, strum::VariantArray)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Document {
    /// A key set (RFC 7517 section 5).
    KeySet,
    /// A key that is in no set.
    Key,
    /// A self-signed certificate in PEM.
    Pem,
    /// A self-signed certificate in DER.
    Der,
    /// The bare public key in PEM.
    KeyPem,
}

/// How the document stands in its URL.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, strum::VariantArray)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum DataUrl {
    /// In base64, with its media type (RFC 2397).
    Base64,
    /// Percent-encoded, with its media type.
    Escaped,
    /// As it is, without a media type.
    Bare,
    /// In base64, the scheme in capital letters.
    UpperCase,
    /// In base64, behind `data://` and a media type that reads like a path on the issuer's host, as PHP takes it.
    LikeHost,
}

/// Points the header at the document and signs with the key in it.
pub(in crate::step) fn url(
    work: &mut Work<'_>,
    name: &str,
    algorithm: Option<Algorithm>,
    document: Document,
    form: DataUrl,
) -> Result<(), StepError> {
    let algorithm = match algorithm {
        Some(algorithm) => algorithm,
        None => work.header_algorithm()?,
    };
    object::set(work, SegmentName::Header, "alg", &text(algorithm.name()))?;
    let key = role_key(Role::Attacker, algorithm)?;
    let unfit = || StepError::Unfit(format!("an attacker's key for {algorithm} has no form `{document:?}`"));
    // Some verifiers look for the header's kid in the set.
    let kid = header_kid(work)?.unwrap_or_else(|| key.kid.clone());
    let jwk = public(&key, Some(kid)).jwk(algorithm);
    let (media_type, content) = match document {
        Document::KeySet => ("application/jwk-set+json", format!("{{\"keys\":[{jwk}]}}").into_bytes()),
        Document::Key => ("application/jwk+json", jwk.into_bytes()),
        Document::Pem => {
            let certificate = certificate::self_signed(&key).ok_or_else(unfit)?;
            ("application/pem-certificate-chain", der::pem("CERTIFICATE", &certificate).into_bytes())
        }
        Document::Der => ("application/pkix-cert", certificate::self_signed(&key).ok_or_else(unfit)?),
        Document::KeyPem => ("application/x-pem-file", key.public().spki_pem().ok_or_else(unfit)?.into_bytes()),
    };
    let issuer = work.issuer().trust.issuer.as_deref().unwrap_or("https://issuer.example");
    let host = issuer.split("://").last().unwrap_or(issuer);
    let url = match form {
        DataUrl::Base64 => format!("data:{media_type};base64,{}", BASE64.encode(&content)),
        DataUrl::Escaped => format!("data:{media_type},{}", escaped(&content)),
        DataUrl::Bare => format!("data:,{}", String::from_utf8(content).map_err(|_| unfit())?),
        DataUrl::UpperCase => format!("DATA:{media_type};base64,{}", BASE64.encode(&content)),
        DataUrl::LikeHost => format!("data://{host}/keys;base64,{}", BASE64.encode(&content)),
    };
    object::set(work, SegmentName::Header, name, &text(&url))?;
    let signature = key.sign(algorithm, work.signing_input()?.as_bytes())?;
    set(work, signature)
}

/// Every byte percent-encoded but letters and digits (RFC 3986 section 2.1).
fn escaped(bytes: &[u8]) -> String {
    let escape = |byte: &u8| if byte.is_ascii_alphanumeric() { char::from(*byte).to_string() } else { format!("%{byte:02X}") };
    bytes.iter().map(escape).collect()
}

#[cfg(test)]
mod tests {
    use crate::{
        algorithm::Algorithm,
        keys::PublicKey,
        recipe::Base,
        step::fixture::{forge, issuer, parts},
        token::Draft,
        verdict::Provenance,
    };

    fn url(configured: Algorithm, step: &str) -> (String, String, Vec<u8>) {
        let forged = forge(&issuer(configured), Base::Forged, &[step]);
        assert_eq!(forged.provenance, Provenance::Forged);
        let header = Draft::parse(forged.token.as_str()).segments[0].bytes().expect("base64url");
        let header: serde_json::Value = serde_json::from_slice(&header).expect("JSON");
        let (input, signature) = parts(&forged);
        (header["jku"].as_str().expect("a URL").to_owned(), input, signature)
    }

    #[test]
    fn the_document_in_the_url_verifies_the_token() {
        for algorithm in Algorithm::ALL {
            let (url, input, signature) = url(algorithm, "{ embed-url = { name = 'jku', document = 'key-set', url = 'base64' } }");
            let body = url.strip_prefix("data:application/jwk-set+json;base64,").expect("a data URL");
            let set = data_encoding::BASE64.decode(body.as_bytes()).expect("base64");
            let set: serde_json::Value = serde_json::from_slice(&set).expect("JSON");
            let key = PublicKey::from_jwk(&set["keys"][0]).expect("a key");
            assert_eq!(set["keys"][0]["kid"], "key-1");
            assert!(key.verifies(algorithm, input.as_bytes(), &signature), "{algorithm}");
        }
    }

    #[test]
    fn each_form_of_the_url_is_spelled_its_own_way() {
        for (form, start) in [
            ("escaped", "data:application/jwk+json,%7B%22kty%22%3A%22EC%22"),
            ("bare", "data:,{\"kty\":\"EC\""),
            ("upper-case", "DATA:application/jwk+json;base64,ey"),
            ("like-host", "data://issuer.example/keys;base64,ey"),
        ] {
            let step = format!("{{ embed-url = {{ name = 'jku', key = 'ES256', document = 'key', url = '{form}' }} }}");
            assert!(url(Algorithm::RS256, &step).0.starts_with(start), "{form}");
        }
    }
}
