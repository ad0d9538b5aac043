//! What the hooks of an engine with coverage call: execute, mutate and cross, on buffers as libFuzzer hands them out.
//!
//! Nothing here needs the engine: it gives the function that mutates raw bytes, so that all of this is tested on a stable compiler.

use std::{
    cell::{Cell, RefCell},
    panic::{self, AssertUnwindSafe},
    sync::{Mutex, PoisonError},
};

use super::{driver::Driver, failure::Failure, mutator::Mutator, simplify::cut};
use crate::{
    algorithm::Algorithm,
    entropy::Entropy,
    verdict::Outcome,
    verifier::{Implementation, panic_text},
};

/// A fuzz target: a body that looks for a failure in a token, and the mutator for such tokens.
pub struct Engine {
    body: Box<dyn Fn(&[u8]) -> Option<Failure> + Send + Sync>,
    mutator: Mutex<Mutator>,
}

/// `LLVMFuzzerMutate` as libfuzzer-sys wraps it: buffer, bytes in use, most bytes; gives the bytes then in use.
pub type Blind = fn(&mut [u8], usize, usize) -> usize;

/// Attempts at a token that fits.
const ATTEMPTS: u64 = 4;

thread_local! {
    /// Whether a panic now is the body's.
    static HELD: Cell<bool> = const { Cell::new(false) };
    static PLACE: RefCell<String> = const { RefCell::new(String::new()) };
}

impl Engine {
    /// A target for one implementation: what it wrongly accepts, from `outcome` on, and what crashes it.
    ///
    /// # Panics
    /// If the controls or the oracle fail: the run would be invalid, and must not look clean.
    pub fn new(implementation: &dyn Implementation, algorithms: &[Algorithm], outcome: Outcome) -> Self {
        match Driver::new(implementation, algorithms) {
            Ok(driver) => Self::of(driver.failing_from(outcome)),
            Err(error) => panic!("jwt-gauntlet cannot fuzz this: {error}"),
        }
    }

    /// A target for a driver that was set up by hand.
    #[must_use]
    pub fn of(driver: Driver) -> Self {
        let mutator = driver.mutator();
        Self::with(move |input| driver.execute(input), mutator)
    }

    /// A target with a body of its own.
    pub fn with(body: impl Fn(&[u8]) -> Option<Failure> + Send + Sync + 'static, mutator: Mutator) -> Self {
        Self { body: Box::new(body), mutator: Mutex::new(mutator) }
    }

    /// The failure in `input`, if there is one.
    ///
    /// # Panics
    /// If the gauntlet itself does, with the token.
    #[must_use]
    pub fn failure(&self, input: &[u8]) -> Option<Failure> {
        HELD.set(true);
        let found = panic::catch_unwind(AssertUnwindSafe(|| (self.body)(input)));
        HELD.set(false);
        let place = PLACE.take();
        let at = if place.is_empty() { place } else { format!(" at {place}") };
        match found {
            Ok(found) => found.map(|failure| match failure.outcome {
                Outcome::Crashed => Failure { why: format!("{}{at}", failure.why), ..failure },
                _ => failure,
            }),
            Err(panic) => panic!("a bug in jwt-gauntlet: {}{at}\ntoken: {:?}", panic_text(&*panic), String::from_utf8_lossy(input)),
        }
    }

    /// Looks for a failure in `input`.
    ///
    /// # Panics
    /// With the failure: that is what engines take for a crash.
    pub fn execute(&self, input: &[u8]) {
        if let Some(failure) = self.failure(input) {
            panic!("jwt-gauntlet found a failure: {failure}");
        }
    }

    /// Replaces the first `size` bytes of `data` by another token of at most `max_size` bytes. Fewer allowed than there are means that
    /// the engine minimises: then parts go back to the genuine token's, or out.
    pub fn mutate(&self, data: &mut [u8], size: usize, max_size: usize, seed: u32, blind: Blind) -> usize {
        let token = String::from_utf8_lossy(&data[..size]).into_owned();
        let mut mutator = self.mutator.lock().unwrap_or_else(PoisonError::into_inner);
        let seed = u64::from(seed);
        if max_size < size {
            return put(&mutator.simplify(&token, seed, max_size), &mut data[..max_size]);
        }
        let mut bytes = |bytes: Vec<u8>| grown(bytes, max_size, blind);
        let tries = (0..ATTEMPTS).map(|attempt| mutator.mutate(&token, seed ^ (attempt << 32), &mut bytes));
        let fitting = tries.into_iter().find(|token| token.len() <= max_size);
        let token = fitting.unwrap_or_else(|| mutator.simplify(&token, seed, max_size));
        put(&token, &mut data[..max_size])
    }

    /// Writes a token made of both to `out`; or nothing, whereupon the engine mutates instead. It would otherwise cross every second
    /// time, and what mutation finds would take twice as long.
    #[must_use]
    pub fn cross(one: &[u8], other: &[u8], out: &mut [u8], seed: u32) -> usize {
        if !Entropy::seeded(u64::from(seed)).percent(12) {
            return 0;
        }
        let crossed = Mutator::cross(&String::from_utf8_lossy(one), &String::from_utf8_lossy(other), u64::from(seed));
        put(&crossed, out)
    }
}

/// Lets the failures of a body pass a panic hook that would end the process: they are told with their token instead.
pub fn hold_panics() {
    let rest = panic::take_hook();
    panic::set_hook(Box::new(move |info| {
        if HELD.get() {
            PLACE.set(info.location().map(ToString::to_string).unwrap_or_default());
        } else {
            rest(info);
        }
    }));
}

/// Raw bytes as the engine mutates them, with room to grow.
fn grown(mut bytes: Vec<u8>, most: usize, blind: Blind) -> Vec<u8> {
    let size = bytes.len();
    bytes.resize((size * 2 + 64).min(most.max(size).max(1)), 0);
    let most = bytes.len();
    let used = blind(&mut bytes, size, most);
    bytes.truncate(used);
    bytes
}

fn put(token: &str, out: &mut [u8]) -> usize {
    let token = cut(token, out.len());
    out[..token.len()].copy_from_slice(token.as_bytes());
    token.len()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::verifier::{
        strawman::{Hole, Strawman},
        strict::Strict,
    };

    fn blind(data: &mut [u8], size: usize, max_size: usize) -> usize {
        let mutated = Mutator::blind(data[..size].to_vec(), size as u64);
        let size = mutated.len().min(max_size);
        data[..size].copy_from_slice(&mutated[..size]);
        size
    }

    /// Mutates and executes until something fails.
    fn run(engine: &Engine, count: u32) -> Option<(Vec<u8>, Failure)> {
        let mut data = vec![0; 4096];
        let mut size = 0;
        for seed in 0..count {
            size = engine.mutate(&mut data, size, 4096, seed, blind);
            if let Some(failure) = engine.failure(&data[..size]) {
                return Some((data[..size].to_vec(), failure));
            }
        }
        None
    }

    #[test]
    fn a_planted_hole_is_found_with_its_token_and_minimised_with_its_meaning() {
        let engine = Engine::new(&Strawman(Hole::NoneAccepted), &[Algorithm::HS256], Outcome::Policy);
        let (mut input, failure) = run(&engine, 20_000).expect("the hole is found");
        assert_eq!(failure.outcome, Outcome::Forged);
        assert!(failure.to_string().contains(&format!("token: {}", failure.token)), "{failure}");
        for seed in 0..500 {
            let (mut data, size) = (input.clone(), input.len());
            let shorter = engine.mutate(&mut data, size, size - 1, seed, blind);
            assert!(shorter < size);
            if engine.failure(&data[..shorter]).is_some() {
                input = data[..shorter].to_vec();
            }
        }
        let failure = engine.failure(&input).expect("it still fails");
        assert!(failure.why.contains("alg"), "{failure}");
    }

    #[test]
    fn what_fits_is_kept_to_and_the_same_seeds_give_the_same_tokens() {
        let stream = || {
            let engine = Engine::new(&Strict, &[Algorithm::HS256, Algorithm::ES256], Outcome::Malleable);
            let mut tokens = Vec::new();
            for (seed, most) in (0..400).zip([64, 300, 4096].into_iter().cycle()) {
                let mut data = vec![b'a'; most];
                let size = engine.mutate(&mut data, most.min(40), most, seed, blind);
                assert!(size <= most);
                tokens.push(data[..size].to_vec());
            }
            tokens
        };
        assert_eq!(stream(), stream());
    }

    #[test]
    fn a_panic_of_the_verifier_is_a_failure_with_a_token() {
        let panicking = |_: &crate::Trust| {
            let strict = Strict.configure(&crate::Trust::in_key(
                &crate::keys::Key::of(crate::keys::Role::Trusted, Algorithm::HS256).expect("a key"),
                Algorithm::HS256,
            ))?;
            Ok(move |token: &str| {
                assert!(!token.starts_with('.'), "planted");
                strict.verify(token).expect("an answer")
            })
        };
        let engine = Engine::new(&panicking, &[Algorithm::HS256], Outcome::Policy);
        let failure = engine.failure(b".a.b").expect("a crash");
        assert_eq!(failure.outcome, Outcome::Crashed);
        assert!(failure.why.contains("planted"), "{failure}");
    }

    #[test]
    #[should_panic(expected = "the run is invalid, not clean")]
    fn a_verifier_that_refuses_everything_is_no_clean_run() {
        let deaf = |_: &crate::Trust| Ok(|_: &str| crate::Verdict::rejected("no"));
        let _ = Engine::new(&deaf, &[Algorithm::HS256], Outcome::Policy);
    }
}
