//! One verifier each, and tokens: `verify`, `strict`, `strawman` and, without a mutator, `naive`.

use std::{env, sync::OnceLock};

use jwt_gauntlet::{
    Algorithm, Fuzzer, Outcome,
    internal::libfuzzer::{driver::Driver, engine::Engine},
    verifier::builtin,
};

use crate::{
    field::field,
    known::{is_other_ecdsa_signature, known},
};

/// The crate `jsonwebtoken`, one algorithm of each scheme; what is known of it stands in `known.toml`.
pub fn verify_engine() -> &'static Engine {
    static ENGINE: OnceLock<Engine> = OnceLock::new();
    ENGINE.get_or_init(|| {
        let driver = driver("jsonwebtoken", &Fuzzer::ALGORITHMS);
        Engine::of(driver.excusing(|algorithm, judgement, _| known("builtin:jsonwebtoken", algorithm, judgement, "").is_some()))
    })
}

/// The reference verifier, every algorithm. It must not take a second spelling either.
pub fn strict_engine() -> &'static Engine {
    static ENGINE: OnceLock<Engine> = OnceLock::new();
    ENGINE.get_or_init(|| {
        let driver = driver("strict", &Algorithm::ALL).failing_from(Outcome::Malleable);
        Engine::of(driver.excusing(|algorithm, _, token| is_other_ecdsa_signature(algorithm, token)))
    })
}

/// Any built-in verifier, named by `GAUNTLET_TARGET`: to see how long a planted hole lasts.
pub fn strawman_engine() -> &'static Engine {
    static ENGINE: OnceLock<Engine> = OnceLock::new();
    ENGINE.get_or_init(|| {
        let name = env::var("GAUNTLET_TARGET").unwrap_or_else(|_| "strawman/none".to_owned());
        let driver = driver(&name, &algorithms()).failing_from(Outcome::Malleable);
        Engine::of(driver.excusing(|algorithm, _, token| is_other_ecdsa_signature(algorithm, token)))
    })
}

/// Those in `GAUNTLET_ALGORITHMS`, apart from each other by commas; otherwise one of each scheme.
fn algorithms() -> Vec<Algorithm> {
    let Ok(names) = env::var("GAUNTLET_ALGORITHMS") else { return Fuzzer::ALGORITHMS.to_vec() };
    names.split(',').map(|name| name.trim().parse().unwrap_or_else(|error| panic!("GAUNTLET_ALGORITHMS: {error}"))).collect()
}

fn driver(name: &str, algorithms: &[Algorithm]) -> Driver {
    let target = builtin::find(name).unwrap_or_else(|error| panic!("{error}"));
    Driver::new(&*target, algorithms).unwrap_or_else(|error| panic!("{name} cannot be fuzzed: {error}"))
}

pub fn verify(input: &[u8]) {
    verify_engine().execute(input);
}

pub fn strict(input: &[u8]) {
    strict_engine().execute(input);
}

pub fn strawman(input: &[u8]) {
    strawman_engine().execute(input);
}

/// The verifier that `GAUNTLET_TARGET` names, or with `all` every vulnerable verifier at once.
pub fn naive(input: &[u8]) {
    if env::var("GAUNTLET_TARGET").is_ok_and(|name| name == "all") { field(input) } else { strawman(input) }
}
