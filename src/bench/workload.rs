//! What is signed and verified: a handful of tokens with the claims of a usual access token, and forged ones beside them.
//!
//! Several tokens in turn, so that no branch predictor learns one by heart. A forged token carries the genuine signature of another
//! one: whoever changes claims has nothing better, and a verifier has to do all of its mathematics to refuse it.

use data_encoding::BASE64URL_NOPAD;
use serde::{Deserialize, Serialize};

use super::{backend, scheme::Scheme};
use crate::{
    keys::{Key, Role},
    trust::Trust,
};

/// Tokens in turn.
const TOKENS: usize = 8;

/// The claims of an access token.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Claims {
    /// Who issued it.
    pub iss: String,
    /// Whom it is about.
    pub sub: String,
    /// Whom it is for.
    pub aud: String,
    /// When it was issued.
    pub iat: u64,
    /// When it ends; in the year 2100.
    pub exp: u64,
    /// Which one it is.
    pub jti: String,
    /// What it is good for; as long as is asked.
    pub scope: String,
}

/// The tokens of one scheme.
#[derive(Clone, Debug)]
pub struct Workload {
    /// What they are signed with.
    pub scheme: Scheme,
    /// Their claims.
    pub claims: Vec<Claims>,
    /// What is signed, `header.payload`.
    pub inputs: Vec<String>,
    /// The genuine signatures, one an input.
    pub signatures: Vec<Vec<u8>>,
    /// A signature for each input that is good for another one only.
    pub forged: Vec<Vec<u8>>,
}

impl Workload {
    /// Tokens with claims of about 200 bytes; `None` if nothing that is compiled in can sign them.
    #[must_use]
    pub fn of(scheme: Scheme) -> Option<Self> {
        Self::sized(scheme, 0)
    }

    /// Tokens whose claims have `bytes` bytes as JSON, or a little under 200 if that is more.
    #[must_use]
    pub fn sized(scheme: Scheme, bytes: usize) -> Option<Self> {
        let sign = reference_signer(scheme)?;
        let claims: Vec<Claims> = (0..TOKENS).map(|number| claims(number, bytes)).collect();
        let inputs: Vec<String> = claims.iter().map(|claims| input(scheme, claims)).collect();
        let signatures: Vec<Vec<u8>> = inputs.iter().map(|input| sign(input.as_bytes())).collect();
        let mut forged = signatures.clone();
        forged.rotate_left(1);
        Some(Self { scheme, claims, inputs, signatures, forged })
    }

    /// The genuine tokens.
    #[must_use]
    pub fn tokens(&self) -> Vec<String> {
        self.with(&self.signatures)
    }

    /// The forged tokens.
    #[must_use]
    pub fn forged_tokens(&self) -> Vec<String> {
        self.with(&self.forged)
    }

    /// Bytes of a signature: that of the first token.
    #[must_use]
    pub fn signature_bytes(&self) -> usize {
        self.signatures[0].len()
    }

    /// Bytes of a token: of the first one.
    #[must_use]
    pub fn token_bytes(&self) -> usize {
        self.inputs[0].len() + 1 + BASE64URL_NOPAD.encode_len(self.signature_bytes())
    }

    fn with(&self, signatures: &[Vec<u8>]) -> Vec<String> {
        let pairs = self.inputs.iter().zip(signatures);
        pairs.map(|(input, signature)| format!("{input}.{}", BASE64URL_NOPAD.encode(signature))).collect()
    }
}

/// The engine's own signer; ML-DSA only aws-lc-rs can.
fn reference_signer(scheme: Scheme) -> Option<Box<dyn Fn(&[u8]) -> Vec<u8>>> {
    match scheme {
        Scheme::Jws(algorithm) => {
            let key = Key::of(Role::Trusted, algorithm)?;
            Some(Box::new(move |input| key.sign(algorithm, input).expect("the trusted key fits")))
        }
        Scheme::MlDsa(_) => {
            let signer = backend::all().iter().find_map(|backend| backend.signer(scheme))?;
            Some(Box::new(move |input| signer.sign(input)))
        }
    }
}

fn claims(number: usize, bytes: usize) -> Claims {
    let mut claims = Claims {
        iss: Trust::ISSUER.to_owned(),
        sub: format!("user-{number}"),
        aud: Trust::AUDIENCE.to_owned(),
        iat: 1_704_067_200,
        exp: 4_102_444_800,
        jti: format!("5f0c1a8e-92d4-4b7f-8a63-0e1d2c3b4a5{number}"),
        scope: "openid profile orders:read".to_owned(),
    };
    let short = bytes.saturating_sub(json(&claims).len());
    claims.scope.extend(" orders:read".chars().cycle().take(short));
    claims
}

fn input(scheme: Scheme, claims: &Claims) -> String {
    let header = format!("{{\"typ\":\"JWT\",\"alg\":\"{scheme}\"}}");
    format!("{}.{}", BASE64URL_NOPAD.encode(header.as_bytes()), BASE64URL_NOPAD.encode(json(claims).as_bytes()))
}

fn json(claims: &Claims) -> String {
    serde_json::to_string(claims).expect("claims are JSON")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Algorithm, bench::keys::Encoded};

    #[test]
    fn a_forged_token_is_a_genuine_one_with_the_signature_of_another() {
        for algorithm in Algorithm::ALL {
            let work = Workload::of(Scheme::Jws(algorithm)).expect("it can be signed");
            let key = Encoded::of(algorithm).key;
            for (place, input) in work.inputs.iter().enumerate() {
                let good = |signature: &[u8]| key.public().verifies(algorithm, input.as_bytes(), signature);
                assert!(good(&work.signatures[place]) && !good(&work.forged[place]), "{algorithm}");
            }
        }
    }

    #[test]
    fn claims_are_as_long_as_asked() {
        for bytes in [200, 1024, 8192, 65536] {
            let work = Workload::sized(Scheme::Jws(Algorithm::HS256), bytes).expect("it can be signed");
            assert!(json(&work.claims[0]).len().abs_diff(bytes) < 30, "{bytes}");
        }
    }
}
