//! Which back ends are timed for which operation, after the controls: a back end that is wrong is not timed.

use std::{fmt, hint::black_box, sync::Arc};

use data_encoding::BASE64URL_NOPAD;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{backend::Backend, keys::Encoded, library::Library, scheme::Scheme, workload::Workload};

/// What is timed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Operation {
    /// Signing `header.payload` with a key that is ready.
    Sign,
    /// Verifying a genuine signature with a key that is ready.
    Verify,
    /// Refusing a forged signature with a key that is ready.
    VerifyForged,
    /// Reading the private key and signing.
    ColdSign,
    /// Reading the public key and verifying a genuine signature.
    ColdVerify,
    /// Making a whole token out of claims.
    TokenSign,
    /// Verifying a whole genuine token, claims included.
    TokenVerify,
    /// Refusing a whole forged token.
    TokenForged,
    /// Splitting a token, base64 and JSON, without any cryptography: the floor of whatever verifies tokens.
    Decode,
}

impl Operation {
    /// All of them, in the order of reports.
    pub const ALL: [Self; 9] = [
        Self::Sign,
        Self::Verify,
        Self::VerifyForged,
        Self::ColdSign,
        Self::ColdVerify,
        Self::TokenSign,
        Self::TokenVerify,
        Self::TokenForged,
        Self::Decode,
    ];

    /// Its name, as in JSON.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Sign => "sign",
            Self::Verify => "verify",
            Self::VerifyForged => "verify-forged",
            Self::ColdSign => "cold-sign",
            Self::ColdVerify => "cold-verify",
            Self::TokenSign => "token-sign",
            Self::TokenVerify => "token-verify",
            Self::TokenForged => "token-forged",
            Self::Decode => "decode",
        }
    }

    /// The operation on a bare signature that this one contains.
    #[must_use]
    pub fn raw(self) -> Option<Self> {
        match self {
            Self::ColdSign | Self::TokenSign => Some(Self::Sign),
            Self::ColdVerify | Self::TokenVerify => Some(Self::Verify),
            Self::TokenForged => Some(Self::VerifyForged),
            _ => None,
        }
    }
}

impl fmt::Display for Operation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

/// Who made what is timed where nobody did: decoding uses this crate's own dependencies.
pub const DECODE_ONLY: &str = "base64 + JSON";

/// One operation of one back end or library with one scheme.
pub struct Contender {
    /// The scheme.
    pub scheme: Scheme,
    /// The back end or library.
    pub backend: String,
    /// The back end below a library.
    pub raw: Option<&'static str>,
    /// What it does.
    pub operation: Operation,
    /// Bytes of a signature.
    pub signature_bytes: usize,
    /// Bytes of a token.
    pub token_bytes: usize,
    /// Does it once, with the input of that number; false if the outcome is not what it must be.
    pub work: Box<dyn Fn(usize) -> bool + Send + Sync>,
}

impl fmt::Debug for Contender {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {} {}", self.scheme, self.backend, self.operation)
    }
}

/// A back end that did not pass its controls.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Broken {
    /// The scheme.
    pub scheme: Scheme,
    /// The back end or library.
    pub backend: String,
    /// What it did.
    pub why: String,
}

/// What is chosen to be timed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Choice {
    /// These schemes.
    pub schemes: Vec<Scheme>,
    /// These operations.
    pub operations: Vec<Operation>,
}

/// Whether the controls are asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Gate {
    /// They are.
    Check,
    /// They were, by another part of the same run.
    Passed,
}

impl Gate {
    fn ask(self, controls: impl FnOnce() -> Result<(), String>) -> Result<(), String> {
        if self == Self::Check { controls() } else { Ok(()) }
    }
}

/// Everyone who competes, and those who may not.
#[must_use]
pub fn contenders(
    choice: &Choice,
    backends: &[Box<dyn Backend>],
    libraries: &[Box<dyn Library>],
    gate: Gate,
) -> (Vec<Contender>, Vec<Broken>) {
    let (mut all, mut broken) = (Vec::new(), Vec::new());
    for scheme in &choice.schemes {
        let Some(work) = Workload::of(*scheme).map(Arc::new) else { continue };
        let fail = |backend: &str, why| Broken { scheme: *scheme, backend: backend.to_owned(), why };
        for backend in backends {
            match raw(&work, &**backend, gate) {
                Ok(found) => all.extend(found),
                Err(why) => broken.push(fail(backend.name(), why)),
            }
        }
        for library in libraries {
            match whole(&work, &**library, gate) {
                Ok(found) => all.extend(found),
                Err(why) => broken.push(fail(library.name(), why)),
            }
        }
        all.push(decode(&work));
    }
    all.retain(|contender| choice.operations.contains(&contender.operation));
    (all, broken)
}

/// The operations of a back end, if it does them rightly.
fn raw(work: &Arc<Workload>, backend: &dyn Backend, gate: Gate) -> Result<Vec<Contender>, String> {
    let scheme = work.scheme;
    let make = |operation, todo| contender(work, backend.name(), None, operation, todo);
    let mut found = Vec::new();
    for (operation, signer) in [(Operation::Sign, backend.signer(scheme)), (Operation::ColdSign, backend.cold_signer(scheme))] {
        let Some(signer) = signer else { continue };
        gate.ask(|| check_signer(work, &|input| signer.sign(input), backend)).map_err(|why| format!("{operation}: {why}"))?;
        let (inputs, length) = (Arc::clone(work), work.signature_bytes());
        let todo = move |turn: usize| {
            let input = &inputs.inputs[turn % inputs.inputs.len()];
            black_box(signer.sign(black_box(input.as_bytes()))).len() == length
        };
        found.push(make(operation, Box::new(todo)));
    }
    for (operation, forged, verifier) in [
        (Operation::Verify, false, backend.verifier(scheme)),
        (Operation::VerifyForged, true, backend.verifier(scheme)),
        (Operation::ColdVerify, false, backend.cold_verifier(scheme)),
    ] {
        let Some(verifier) = verifier else { continue };
        gate.ask(|| check_verifier(work, &|input, signature| verifier.verify(input, signature)))
            .map_err(|why| format!("{operation}: {why}"))?;
        let inputs = Arc::clone(work);
        let todo = move |turn: usize| {
            let place = turn % inputs.inputs.len();
            let signatures = if forged { &inputs.forged } else { &inputs.signatures };
            verifier.verify(black_box(inputs.inputs[place].as_bytes()), black_box(&signatures[place])) != forged
        };
        found.push(make(operation, Box::new(todo)));
    }
    Ok(found)
}

/// The operations of a library, if it does them rightly.
fn whole(work: &Arc<Workload>, library: &dyn Library, gate: Gate) -> Result<Vec<Contender>, String> {
    let scheme = work.scheme;
    let make = |operation, todo| contender(work, library.name(), library.raw(), operation, todo);
    let mut found = Vec::new();
    let issue = library.issue(scheme);
    if let Some(issue) = issue {
        gate.ask(|| check_issuer(work, &issue))?;
        let claims = work.claims.clone();
        let todo = move |turn: usize| !black_box(issue(black_box(&claims[turn % claims.len()]))).is_empty();
        found.push(make(Operation::TokenSign, Box::new(todo)));
    }
    for (operation, tokens, good) in
        [(Operation::TokenVerify, work.tokens(), true), (Operation::TokenForged, work.forged_tokens(), false)]
    {
        let Some(check) = library.check(scheme) else { continue };
        gate.ask(|| check_library(work, &check)).map_err(|why| format!("{operation}: {why}"))?;
        let todo = move |turn: usize| check(black_box(&tokens[turn % tokens.len()])) == good;
        found.push(make(operation, Box::new(todo)));
    }
    Ok(found)
}

fn decode(work: &Arc<Workload>) -> Contender {
    let tokens = work.tokens();
    let todo = move |turn: usize| decoded(black_box(&tokens[turn % tokens.len()])).is_some();
    contender(work, DECODE_ONLY, None, Operation::Decode, Box::new(todo))
}

/// What has to be done to read a token at all.
fn decoded(token: &str) -> Option<(Value, Value, Vec<u8>)> {
    let mut parts = token.split('.').map(|part| BASE64URL_NOPAD.decode(part.as_bytes()).ok());
    let (header, claims, signature) = (parts.next()??, parts.next()??, parts.next()??);
    Some((serde_json::from_slice(&header).ok()?, serde_json::from_slice(&claims).ok()?, black_box(signature)))
}

fn contender(
    work: &Workload,
    backend: &str,
    raw: Option<&'static str>,
    operation: Operation,
    todo: Box<dyn Fn(usize) -> bool + Send + Sync>,
) -> Contender {
    Contender {
        scheme: work.scheme,
        backend: backend.to_owned(),
        raw,
        operation,
        signature_bytes: work.signature_bytes(),
        token_bytes: work.token_bytes(),
        work: todo,
    }
}

/// Genuine signatures must pass; those of another token, turned bits, and none at all must not.
fn check_verifier(work: &Workload, verify: &dyn Fn(&[u8], &[u8]) -> bool) -> Result<(), String> {
    for (place, input) in work.inputs.iter().enumerate() {
        let genuine = &work.signatures[place];
        if !verify(input.as_bytes(), genuine) {
            return Err("refused a genuine signature".to_owned());
        }
        if verify(input.as_bytes(), &work.forged[place]) {
            return Err("accepted the signature of another token".to_owned());
        }
        let mut turned = genuine.clone();
        let middle = turned.len() / 2;
        turned[middle] ^= 0x40;
        if verify(input.as_bytes(), &turned) {
            return Err("accepted a signature with one bit turned".to_owned());
        }
    }
    if verify(work.inputs[0].as_bytes(), &[]) {
        return Err("accepted an empty signature".to_owned());
    }
    Ok(())
}

/// Genuine tokens must pass, forged ones must not.
fn check_library(work: &Workload, check: &dyn Fn(&str) -> bool) -> Result<(), String> {
    if let Some(wrong) = work.tokens().iter().find(|token| !check(token)) {
        return Err(format!("refused the genuine token {wrong}"));
    }
    work.forged_tokens().iter().find(|token| check(token)).map_or(Ok(()), |wrong| Err(format!("accepted the forged token {wrong}")))
}

/// What it signs must verify by the reference mathematics, by its own verifier where there are none.
fn check_signer(work: &Workload, sign: &dyn Fn(&[u8]) -> Vec<u8>, backend: &dyn Backend) -> Result<(), String> {
    let verify: Box<dyn Fn(&[u8], &[u8]) -> bool> = match work.scheme {
        Scheme::Jws(algorithm) => {
            let key = Encoded::of(algorithm).key;
            Box::new(move |input, signature| key.public().verifies(algorithm, input, signature))
        }
        Scheme::MlDsa(_) => {
            let verifier = backend.verifier(work.scheme).ok_or("no verifier is available to check it")?;
            Box::new(move |input, signature| verifier.verify(input, signature))
        }
    };
    let inputs = &work.inputs;
    let signed: Vec<Vec<u8>> = inputs.iter().map(|input| sign(input.as_bytes())).collect();
    for (place, signature) in signed.iter().enumerate() {
        if !verify(inputs[place].as_bytes(), signature) {
            return Err("made a signature that does not verify".to_owned());
        }
        if verify(inputs[(place + 1) % inputs.len()].as_bytes(), signature) {
            return Err("made a signature that verifies for another token".to_owned());
        }
    }
    Ok(())
}

/// The tokens that a library makes must verify, and carry the claims that it was given.
fn check_issuer(work: &Workload, issue: &dyn Fn(&super::workload::Claims) -> String) -> Result<(), String> {
    let Scheme::Jws(algorithm) = work.scheme else { return Err("no reference verifier is available to check it".to_owned()) };
    let key = Encoded::of(algorithm).key;
    for claims in &work.claims {
        let token = issue(claims);
        let (input, _) = token.rsplit_once('.').unwrap_or_default();
        let parts = decoded(&token).filter(|(_, payload, _)| serde_json::to_value(claims).is_ok_and(|given| given == *payload));
        if !parts.is_some_and(|(_, _, signature)| key.public().verifies(algorithm, input.as_bytes(), &signature)) {
            return Err(format!("{}: made a token that does not verify: {token}", Operation::TokenSign));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests;
