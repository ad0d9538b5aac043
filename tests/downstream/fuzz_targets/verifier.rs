//! A verifier with a planted hole: it takes unsigned tokens, unless `PLANTED` says `closed`.
#![cfg_attr(fuzzing, no_main)]

use jwt_gauntlet::{Algorithm, fuzz_verifier, Implementation, Trust, verifier::builtin};

fuzz_verifier!([Algorithm::HS256], |trust: &Trust| {
    let closed = std::env::var("PLANTED").is_ok_and(|planted| planted == "closed");
    let name = if closed { "strict" } else { "strawman/none" };
    let verifier = builtin::find(name).expect("it is built in").configure(trust)?;
    Ok(move |token: &str| verifier.verify(token).expect("an answer"))
});
