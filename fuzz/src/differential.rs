//! Several crates side by side on one token. They may differ where the rules leave a choice, and where `known.toml` says why.
//!
//! Every answer is judged by the oracle, not by a vote: what all of them take and nobody signed is as much a failure as what one does.

use std::sync::OnceLock;

use jwt_gauntlet::{
    Algorithm, Outcome, Verdict, Verifier,
    internal::libfuzzer::{
        engine::Engine,
        failure::Failure,
        judge::{Judge, Judgement},
        mutator::Mutator,
    },
};
use jwt_gauntlet_adapters::all;

use crate::known::{Known, is_other_ecdsa_signature, known};

/// One of each scheme that at least three of the crates do.
pub const ALGORITHMS: [Algorithm; 4] = [Algorithm::HS256, Algorithm::RS256, Algorithm::ES256, Algorithm::EdDSA];

/// The verifiers of one algorithm.
pub struct Bench {
    algorithm: Algorithm,
    judge: Judge,
    verifiers: Vec<(&'static str, Box<dyn Verifier>)>,
}

pub fn engine() -> &'static Engine {
    static ENGINE: OnceLock<Engine> = OnceLock::new();
    ENGINE.get_or_init(|| {
        let benches: Vec<Bench> = ALGORITHMS.into_iter().map(bench).collect();
        let body = move |input: &[u8]| {
            let token = std::str::from_utf8(input).ok()?;
            benches.iter().find_map(|bench| bench.ask(token))
        };
        Engine::with(body, Mutator::new(&ALGORITHMS))
    })
}

pub fn differential(input: &[u8]) {
    engine().execute(input);
}

/// Every crate that does the algorithm, once its controls are passed.
#[must_use]
pub fn bench(algorithm: Algorithm) -> Bench {
    let judge = Judge::new(algorithm).expect("every algorithm has its usual configuration");
    let configure = |(name, implementation): (&'static str, Box<dyn jwt_gauntlet::Implementation>)| {
        let verifier = judge.configure(&*implementation).unwrap_or_else(|error| panic!("{name}: {error}"));
        verifier.map(|verifier| (name, verifier))
    };
    let verifiers: Vec<_> = all().into_iter().filter_map(configure).collect();
    assert!(verifiers.len() >= 3, "{algorithm} is done by {} crates only", verifiers.len());
    Bench { algorithm, judge, verifiers }
}

/// What one crate did that the rules do not let it do.
pub struct Deviation<'a> {
    /// Which crate.
    pub name: &'static str,
    /// What the oracle calls it.
    pub judgement: Judgement,
    /// Its own words where it refused or went down.
    pub error: String,
    /// The entry that says why it is not a failure.
    pub known: Option<&'static Known>,
    verifier: &'a dyn Verifier,
}

impl Bench {
    /// Every deviation that the token shows, known or not.
    pub fn deviations(&self, token: &str) -> Vec<Deviation<'_>> {
        let verdicts: Vec<Verdict> = self.verifiers.iter().map(|(_, verifier)| answer(&**verifier, token)).collect();
        // What all refuse, none takes wrongly; and it need not be told why none takes it.
        if verdicts.iter().all(|verdict| matches!(verdict, Verdict::Rejected(_))) {
            return Vec::new();
        }
        self.verifiers
            .iter()
            .zip(&verdicts)
            .filter_map(|((name, verifier), verdict)| self.deviation(token, name, &**verifier, verdict))
            .collect()
    }

    fn deviation<'a>(
        &self,
        token: &str,
        name: &'static str,
        verifier: &'a dyn Verifier,
        verdict: &Verdict,
    ) -> Option<Deviation<'a>> {
        let judgement = self.judge.judge(token, verdict);
        let legal = judgement.outcome == Outcome::Malleable && is_other_ecdsa_signature(self.algorithm, token);
        if judgement.outcome == Outcome::Held || legal {
            return None;
        }
        let error = error(verdict);
        Some(Deviation { name, judgement, known: known(name, self.algorithm, judgement, &error), error, verifier })
    }

    fn ask(&self, token: &str) -> Option<Failure> {
        let Deviation { name, judgement, error, verifier, .. } = self.deviations(token).into_iter().find(|d| d.known.is_none())?;
        let same = |token: &str| {
            let deviation = self.deviation(token, name, verifier, &answer(verifier, token));
            deviation.is_some_and(|again| again.judgement == judgement && again.known.is_none())
        };
        let mut failure = self.judge.failure(token, judgement, name, &same);
        if !error.is_empty() {
            failure.why = format!("{} [{error}]", failure.why);
        }
        Some(failure)
    }
}

fn error(verdict: &Verdict) -> String {
    match verdict {
        Verdict::Rejected(error) | Verdict::Crashed(error) => error.clone(),
        _ => String::new(),
    }
}

fn answer(verifier: &dyn Verifier, token: &str) -> Verdict {
    let mut answer = None;
    let asked = verifier.verify_all(&[token], &mut |_, verdict| {
        answer = Some(verdict);
        std::ops::ControlFlow::Continue(())
    });
    asked.expect("a verifier in this process can be asked");
    answer.expect("there is an answer to each question")
}
