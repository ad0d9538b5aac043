//! Several crates side by side on one token. They may differ where the rules leave a choice, and where `known.toml` says why.
//!
//! Every answer is judged by the oracle, not by a vote: what all of them take and nobody signed is as much a failure as what one does.

mod crates;
mod known;

use std::sync::OnceLock;

use jwt_gauntlet::{
    Algorithm, Outcome, Verdict, Verifier,
    fuzz::{
        driver::{Failure, Mutator},
        engine::Engine,
        judge::{Judge, Judgement},
    },
};

pub use self::{
    crates::all,
    known::{Known, known, table},
};

/// One of each scheme that at least three of the crates do.
const ALGORITHMS: [Algorithm; 4] = [Algorithm::HS256, Algorithm::RS256, Algorithm::ES256, Algorithm::EdDSA];

/// The verifiers of one algorithm.
struct Bench {
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

fn bench(algorithm: Algorithm) -> Bench {
    let judge = Judge::new(algorithm).expect("every algorithm has its usual configuration");
    let configure = |(name, implementation): (&'static str, Box<dyn jwt_gauntlet::Implementation>)| {
        let verifier = judge.configure(&*implementation).unwrap_or_else(|error| panic!("{name}: {error}"));
        verifier.map(|verifier| (name, verifier))
    };
    let verifiers: Vec<_> = all().into_iter().filter_map(configure).collect();
    assert!(verifiers.len() >= 3, "{algorithm} is done by {} crates only", verifiers.len());
    Bench { judge, verifiers }
}

impl Bench {
    fn ask(&self, token: &str) -> Option<Failure> {
        let verdicts: Vec<Verdict> = self.verifiers.iter().map(|(_, verifier)| answer(&**verifier, token)).collect();
        if verdicts.iter().all(|verdict| matches!(verdict, Verdict::Rejected(_))) {
            return None;
        }
        for ((name, verifier), verdict) in self.verifiers.iter().zip(&verdicts) {
            let judgement = self.judge.judge(token, verdict);
            if judgement.outcome == Outcome::Held || known(name, judgement, verdict).is_some() {
                continue;
            }
            let same = |token: &str| {
                let verdict = answer(&**verifier, token);
                self.judge.judge(token, &verdict) == judgement && known(name, judgement, &verdict).is_none()
            };
            let mut failure = self.judge.failure(token, judgement, name, &same);
            if let Verdict::Rejected(why) | Verdict::Crashed(why) = answer(&**verifier, &failure.token) {
                failure.why = format!("{} [{why}]", failure.why);
            }
            return Some(failure);
        }
        None
    }
}

fn answer(verifier: &dyn Verifier, token: &str) -> Verdict {
    let mut answer = None;
    let asked = verifier.verify_all(&[token], &mut |_, verdict| answer = Some(verdict));
    asked.expect("a verifier in this process can be asked");
    answer.expect("there is an answer to each question")
}

/// What kind of deviation a judgement is, in the words of `known.toml`.
fn kind(Judgement { outcome, rule }: Judgement) -> String {
    let name = format!("{outcome:?}").to_lowercase();
    rule.map_or(name.clone(), |rule| format!("{name}/{}", rule.id()))
}
