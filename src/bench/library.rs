//! Libraries that sign and verify whole tokens, on top of some back end: `jsonwebtoken`, on both of its own.
//!
//! What such a library adds to the bare signature is base64, JSON and the checks of the claims.

use super::{scheme::Scheme, workload::Claims};

/// Makes a token of claims.
pub type Issue = Box<dyn Fn(&Claims) -> String + Send + Sync>;
/// Whether a token is good.
pub type Check = Box<dyn Fn(&str) -> bool + Send + Sync>;

/// A library at token level. `None` for a scheme that it lacks. All use the trusted keys of this crate, made ready once.
pub trait Library: Send + Sync {
    /// Its name in reports.
    fn name(&self) -> &'static str;

    /// The release that is compiled in.
    fn version(&self) -> String;

    /// The back end whose mathematics it uses, by its name; `None` if it is none of those that are measured.
    fn raw(&self) -> Option<&'static str>;

    /// Signs.
    fn issue(&self, scheme: Scheme) -> Option<Issue>;

    /// Verifies: the signature, issuer, audience and expiry.
    fn check(&self, scheme: Scheme) -> Option<Check>;
}

/// All that are compiled in.
#[must_use]
pub fn all() -> Vec<Box<dyn Library>> {
    vec![
        #[cfg(feature = "aws-lc-rs")]
        Box::new(JsonWebToken(crate::verifier::jsonwebtoken::Backend::AwsLcRs)),
        #[cfg(feature = "jsonwebtoken")]
        Box::new(JsonWebToken(crate::verifier::jsonwebtoken::Backend::RustCrypto)),
    ]
}

#[cfg(feature = "jsonwebtoken")]
pub use json_web_token::JsonWebToken;

#[cfg(feature = "jsonwebtoken")]
mod json_web_token {
    use jsonwebtoken::{DecodingKey, EncodingKey, Header, Validation, decode, encode};

    use super::{Check, Claims, Issue, Library, Scheme};
    use crate::{
        algorithm::{Algorithm, Family},
        bench::keys::Encoded,
        trust::Trust,
        verifier::jsonwebtoken::{Backend, VERSION, name, using},
    };

    /// `jsonwebtoken` on one of its back ends.
    #[derive(Clone, Copy, Debug)]
    pub struct JsonWebToken(pub Backend);

    impl Library for JsonWebToken {
        fn name(&self) -> &'static str {
            match self.0 {
                Backend::RustCrypto => "jsonwebtoken/rust-crypto",
                #[cfg(feature = "aws-lc-rs")]
                Backend::AwsLcRs => "jsonwebtoken/aws-lc-rs",
            }
        }

        fn version(&self) -> String {
            VERSION.to_owned()
        }

        fn raw(&self) -> Option<&'static str> {
            Some(self.0.name())
        }

        fn issue(&self, scheme: Scheme) -> Option<Issue> {
            let algorithm = scheme.algorithm()?;
            let (header, backend) = (Header::new(name(algorithm)?), self.0);
            let key = encoding_key(algorithm)?;
            Some(Box::new(move |claims: &Claims| using(backend, || encode(&header, claims, &key).unwrap_or_default())))
        }

        fn check(&self, scheme: Scheme) -> Option<Check> {
            let algorithm = scheme.algorithm()?;
            let mut validation = Validation::new(name(algorithm)?);
            validation.set_issuer(&[Trust::ISSUER]);
            validation.set_audience(&[Trust::AUDIENCE]);
            let (key, backend) = (decoding_key(algorithm)?, self.0);
            Some(Box::new(move |token: &str| using(backend, || decode::<Claims>(token, &key, &validation).is_ok())))
        }
    }

    fn encoding_key(algorithm: Algorithm) -> Option<EncodingKey> {
        let pem = Encoded::of(algorithm).private_pem();
        match algorithm.family() {
            Family::Hmac => Some(EncodingKey::from_secret(&pem)),
            Family::Rsa => EncodingKey::from_rsa_pem(&pem).ok(),
            Family::Ec => EncodingKey::from_ec_pem(&pem).ok(),
            Family::Okp => EncodingKey::from_ed_pem(&pem).ok(),
        }
    }

    fn decoding_key(algorithm: Algorithm) -> Option<DecodingKey> {
        let pem = Encoded::of(algorithm).public_pem();
        match algorithm.family() {
            Family::Hmac => Some(DecodingKey::from_secret(&pem)),
            Family::Rsa => DecodingKey::from_rsa_pem(&pem).ok(),
            Family::Ec => DecodingKey::from_ec_pem(&pem).ok(),
            Family::Okp => DecodingKey::from_ed_pem(&pem).ok(),
        }
    }
}
