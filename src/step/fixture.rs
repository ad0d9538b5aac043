//! What the tests of the steps share: issuers and quick forging.

use data_encoding::BASE64URL_NOPAD;

use super::Step;
use crate::{
    algorithm::Algorithm,
    configuration::Configuration,
    issuer::Issuer,
    recipe::{Base, Forged, Recipe},
};

/// An issuer under the usual configuration.
pub(crate) fn issuer(algorithm: Algorithm) -> Issuer {
    Configuration::default().issuer(algorithm).expect("every algorithm has a trusted key")
}

/// An issuer under a configuration from TOML.
pub(crate) fn configured(algorithm: Algorithm, toml: &str) -> Issuer {
    let configuration: Configuration = toml::from_str(toml).expect("valid");
    configuration.issuer(algorithm).expect("it fits the algorithm")
}

/// One step from TOML.
pub(crate) fn step(toml: &str) -> Step {
    #[derive(serde::Deserialize)]
    struct Line {
        step: Step,
    }
    toml::from_str::<Line>(&format!("step = {toml}")).expect("a valid step").step
}

pub(crate) fn forge(issuer: &Issuer, from: Base, steps: &[&str]) -> Forged {
    let recipe = Recipe { from, steps: steps.iter().map(|s| step(s)).collect() };
    recipe.forge(issuer, 1, "test").unwrap_or_else(|e| panic!("{} {steps:?}: {e}", issuer.trust.algorithm))
}

/// Signing input and signature bytes.
pub(crate) fn parts(forged: &Forged) -> (String, Vec<u8>) {
    let (input, signature) = forged.token.as_str().rsplit_once('.').expect("three segments");
    (input.to_owned(), BASE64URL_NOPAD.decode(signature.as_bytes()).expect("base64url"))
}
