//! What a contender has to show before it is timed: a wrong answer is cheap to give.
//!
//! It must take the genuine token, give back its claims, refuse every hostile one, and sign tokens that the reference mathematics and
//! its own verifier take. Signing is tried often where numbers in a signature can be short: a library that drops their leading
//! zeros signs well 127 times of 128.

use std::panic::{AssertUnwindSafe, catch_unwind};

use jwt_gauntlet::{Algorithm, algorithm::Family};

use crate::{
    contender::{Contender, Refused, SetUpError, Signer, Verifier},
    workload::Workload,
};

/// A contender that is set up and has shown that it works.
pub struct Sound {
    /// Who.
    pub contender: &'static dyn Contender,
    /// With the private key of the workload.
    pub signer: Box<dyn Signer>,
    /// With the public key of the workload.
    pub verifier: Box<dyn Verifier>,
}

/// Why a contender is not timed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    /// It does not do the algorithm: no fault at all.
    #[error("not implemented")]
    Unsupported,
    /// It refused the key.
    #[error("{0}")]
    Key(String),
    /// It refused a genuine token.
    #[error("it refused {0}: {1}")]
    Refused(&'static str, String),
    /// It took what nobody may take.
    #[error("it took {0}")]
    Took(&'static str),
    /// It gave other claims than the token's.
    #[error("it gave other claims than those of {0}")]
    Claims(&'static str),
    /// It signed a token that does not verify.
    #[error("a token that it signed does not verify (the {0}th of {1})")]
    Signed(usize, usize),
    /// It panicked.
    #[error("it panicked at {0}")]
    Panicked(&'static str),
}

impl Fault {
    /// Whether it is worth a line in a report.
    #[must_use]
    pub fn is_broken(&self) -> bool {
        *self != Self::Unsupported
    }
}

/// Lets `contender` in, set up for the workload's key.
///
/// # Errors
/// If it must not be timed.
pub fn pass(contender: &'static dyn Contender, workload: &Workload) -> Result<Sound, Fault> {
    let set_up = guarded("its key", || Ok((contender.signer(&workload.keys)?, contender.verifier(&workload.keys)?)))?;
    let (signer, verifier) = set_up.map_err(|error: SetUpError| match error {
        SetUpError::Unsupported => Fault::Unsupported,
        SetUpError::Key(_) => Fault::Key(error.to_string()),
    })?;
    takes(&*verifier, workload, "a genuine token", &workload.genuine)?;
    for (what, token) in workload.hostile() {
        if guarded(what, || verifier.verify(&token))?.is_ok() {
            return Err(Fault::Took(what));
        }
    }
    decodes(contender, workload)?;
    signs(&*signer, &*verifier, workload)?;
    Ok(Sound { contender, signer, verifier })
}

fn takes(verifier: &dyn Verifier, workload: &Workload, what: &'static str, token: &str) -> Result<(), Fault> {
    let claims = guarded(what, || verifier.verify(token))?.map_err(|Refused(reason)| Fault::Refused(what, reason))?;
    if claims == workload.claims { Ok(()) } else { Err(Fault::Claims(what)) }
}

fn decodes(contender: &dyn Contender, workload: &Workload) -> Result<(), Fault> {
    const WHAT: &str = "a token that it only decodes";
    match guarded(WHAT, || contender.decode(&workload.forged))? {
        Some(Err(Refused(reason))) => Err(Fault::Refused(WHAT, reason)),
        Some(Ok(claims)) if claims != workload.claims => Err(Fault::Claims(WHAT)),
        _ => Ok(()),
    }
}

fn signs(signer: &dyn Signer, verifier: &dyn Verifier, workload: &Workload) -> Result<(), Fault> {
    let tries = tries(workload.keys.algorithm);
    let mut claims = workload.claims.clone();
    for i in 0..tries {
        // Deterministic signatures differ only where the claims do.
        claims.jti = i.to_string();
        let token = guarded("signing", || signer.sign(&claims))?.map_err(|Refused(reason)| Fault::Refused("to sign", reason))?;
        let (input, signature) = Workload::parts(&token);
        let good = workload.keys.key.public().verifies(workload.keys.algorithm, input, &signature);
        if !good || guarded("its own token", || verifier.verify(&token))?.as_ref() != Ok(&claims) {
            return Err(Fault::Signed(i + 1, tries));
        }
    }
    Ok(())
}

/// Of a library that shortens one ECDSA signature in 128, one in 3,000 gets through.
fn tries(algorithm: Algorithm) -> usize {
    if algorithm.family() == Family::Ec { 1024 } else { 8 }
}

fn guarded<T>(what: &'static str, ask: impl FnOnce() -> T) -> Result<T, Fault> {
    catch_unwind(AssertUnwindSafe(ask)).map_err(|_| Fault::Panicked(what))
}
