//! The liveness gate: before the first token, the oracle must fire on a planted hole and be silent about the reference verifier.
//! Otherwise the run is invalid, not clean.
//!
//! A fuzz target that never reaches a signature looks exactly like one that finds nothing. (The target's own controls, a genuine token
//! that it must accept and a broken one that it must refuse, are asked in every batch and decide over exit code 3.)

use crate::{
    algorithm::Algorithm,
    configuration::Configuration,
    fuzz::stage::{Prepared, Stage},
    recipe::{Base, Recipe},
    step::Step,
    verdict::{Outcome, Verdict},
    verifier::{
        Implementation,
        strawman::{Hole, Strawman},
        strict::Strict,
    },
    words::Words,
};

pub use crate::ask::Invalid;

/// Checks the oracle against a verifier with a planted hole and against the reference verifier.
///
/// # Errors
/// With what does not work.
pub fn oracle() -> Result<(), Invalid> {
    let stage = Stage::new((Algorithm::HS256, Configuration::default()), 0, &Words::default())
        .ok_or_else(|| Invalid("there is no default configuration for HS256".to_owned()))?;
    let none = Recipe {
        from: Base::Forged,
        steps: vec![Step::SetHeader { name: "alg".into(), to: r#""none""#.into() }, Step::DropSignature {}],
    };
    let prepared = stage.forge(&none).map_err(|error| Invalid(format!("an unsigned token cannot be forged: {error}")))?;
    let genuine = stage.forge(&Recipe { from: Base::Genuine, steps: Vec::new() }).map_err(|error| Invalid(error.to_string()))?;
    let holed = ask(&Strawman(Hole::NoneAccepted), &stage, &prepared)?;
    if holed != Outcome::Forged {
        return Err(Invalid(format!("a forgery that a planted hole accepts is judged {holed:?}")));
    }
    for (name, prepared) in [("a forgery", &prepared), ("a genuine token", &genuine)] {
        let outcome = ask(&Strict, &stage, prepared)?;
        if outcome != Outcome::Held {
            return Err(Invalid(format!("what the reference verifier says about {name} is judged {outcome:?}")));
        }
    }
    Ok(())
}

fn ask(implementation: &dyn Implementation, stage: &Stage, prepared: &Prepared) -> Result<Outcome, Invalid> {
    let verifier = stage.setup().configure(implementation).map_err(|error| Invalid(error.to_string()))?.map_err(Invalid)?;
    let verdict: Verdict = verifier.verify(&prepared.token).map_err(|error| Invalid(error.to_string()))?;
    Ok(stage.judge(prepared, &verdict).outcome)
}
