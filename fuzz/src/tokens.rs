//! One verifier each, and tokens: `verify`, `strict`, `strawman` and, without a mutator, `naive`.

use std::{env, sync::OnceLock};

use jwt_gauntlet::{Algorithm, Fuzzer, Outcome, fuzz::engine::Engine, target::builtin};

/// The crate `jsonwebtoken`, one algorithm of each scheme. It has no known deviation that counts here: what it takes in another spelling
/// is below `Policy`.
pub fn verify_engine() -> &'static Engine {
    static ENGINE: OnceLock<Engine> = OnceLock::new();
    ENGINE.get_or_init(|| engine("jsonwebtoken", &Fuzzer::ALGORITHMS, Outcome::Policy))
}

/// The reference verifier, every algorithm. It must not take a second spelling either.
pub fn strict_engine() -> &'static Engine {
    static ENGINE: OnceLock<Engine> = OnceLock::new();
    ENGINE.get_or_init(|| engine("strict", &Algorithm::ALL, Outcome::Malleable))
}

/// Any built-in verifier, named by `GAUNTLET_TARGET`: to see how long a planted hole lasts.
pub fn strawman_engine() -> &'static Engine {
    static ENGINE: OnceLock<Engine> = OnceLock::new();
    ENGINE.get_or_init(|| {
        let name = env::var("GAUNTLET_TARGET").unwrap_or_else(|_| "strawman/none".to_owned());
        engine(&name, &algorithms(), Outcome::Policy)
    })
}

/// Those in `GAUNTLET_ALGORITHMS`, apart from each other by commas; otherwise one of each scheme.
fn algorithms() -> Vec<Algorithm> {
    let Ok(names) = env::var("GAUNTLET_ALGORITHMS") else { return Fuzzer::ALGORITHMS.to_vec() };
    names.split(',').map(|name| name.trim().parse().unwrap_or_else(|error| panic!("GAUNTLET_ALGORITHMS: {error}"))).collect()
}

fn engine(name: &str, algorithms: &[Algorithm], outcome: Outcome) -> Engine {
    let target = builtin::find(name).unwrap_or_else(|error| panic!("{error}"));
    Engine::new(&*target, algorithms, outcome)
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
