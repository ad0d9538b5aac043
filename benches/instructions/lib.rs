//! What is counted: the engine's parts and whole verifications, each as a value that is made ready beforehand and one call.
//!
//! Everything is fixed, keys and seed included. Where a count still wavers, it is because the standard library seeds its hash maps anew
//! in every process; `run.sh twice` shows by how much.

use jwt_gauntlet::{
    Algorithm, Catalogue, Outcome, Verdict, Verifier,
    catalogue::Case,
    configuration::Configuration,
    internal::oracle::{judge, ledger::Ledger},
    issuer::Issuer,
    recipe::Forged,
    verifier::builtin,
};

/// The seed of all forging.
const SEED: u64 = 1;

/// Cases of the usual configuration, with the issuer whose tokens they start from.
pub struct Plan {
    issuer: Issuer,
    cases: Vec<Case>,
}

impl Plan {
    /// All cases for `algorithm` whose id starts with `prefix`.
    ///
    /// # Panics
    /// If there are none: nothing would be counted.
    #[must_use]
    pub fn new(algorithm: Algorithm, prefix: &str) -> Self {
        let usual = Configuration::default();
        let mut cases = Catalogue::built_in().cases;
        cases.retain(|case| case.configuration == usual && case.applies.contains(&algorithm) && case.id.starts_with(prefix));
        assert!(!cases.is_empty(), "no case starts with {prefix}");
        let plan = Self { issuer: usual.issuer(algorithm).expect("the usual key does every algorithm"), cases };
        // What is made on first use, such as the texts of a key, is no part of a token's cost.
        let _ = plan.forge();
        plan
    }

    /// Forges them all; those that these keys cannot make are left out.
    #[must_use]
    pub fn forge(&self) -> Vec<Forged> {
        self.cases.iter().filter_map(|case| case.recipe.forge(&self.issuer, SEED, &case.id).ok()).collect()
    }

    /// What judging them takes.
    #[must_use]
    pub fn answers(self) -> Answers {
        let forged = |case: &Case| case.recipe.forge(&self.issuer, SEED, &case.id).ok();
        let answers = self.cases.iter().filter_map(|case| Some((case.clone(), forged(case)?))).collect();
        Answers { ledger: self.issuer.ledger_with(&[]).into_owned(), answers }
    }
}

/// Forged tokens, each of which a verifier has refused.
pub struct Answers {
    ledger: Ledger,
    answers: Vec<(Case, Forged)>,
}

impl Answers {
    /// Judges them all, and says how many held.
    #[must_use]
    pub fn judge(&self) -> usize {
        let refused = Verdict::rejected("no");
        let held = |(case, forged): &&(Case, Forged)| {
            let token = forged.token.as_str();
            let echo = self.ledger.echo(token, &forged.canary, None);
            judge(&case.expect, self.ledger.provenance(token), &refused, echo) == Outcome::Held
        };
        self.answers.iter().filter(held).count()
    }
}

/// A verifier and a genuine token.
pub struct Ready {
    verifier: Box<dyn Verifier>,
    token: String,
}

impl Ready {
    /// The built-in target `name`, set up for `algorithm`. It has verified the token once, so that nothing is done for the first time.
    ///
    /// # Panics
    /// If it does not take the genuine token, or takes a broken one: then there is nothing worth counting.
    #[must_use]
    pub fn new(name: &str, algorithm: Algorithm) -> Self {
        let issuer = Configuration::default().issuer(algorithm).expect("the usual key does every algorithm");
        let target = builtin::find(name).expect("a built-in target");
        let verifier = target.configure(&issuer.trust).expect("it supports the algorithm");
        let broken = verifier.verify(&issuer.broken()).expect("an answer");
        assert!(matches!(broken, Verdict::Rejected(_)), "{name} takes a broken token");
        let ready = Self { verifier, token: issuer.genuine().to_string() };
        assert!(matches!(ready.verify(), Verdict::Accepted(_)), "{name} refuses a genuine token");
        ready
    }

    /// Verifies the token.
    ///
    /// # Panics
    /// Never: a built-in target always answers.
    #[must_use]
    pub fn verify(&self) -> Verdict {
        self.verifier.verify(&self.token).expect("an answer")
    }
}

/// The wire text of the issuer's genuine token.
///
/// # Panics
/// Never: the usual key does every algorithm.
#[must_use]
pub fn genuine(algorithm: Algorithm) -> String {
    Configuration::default().issuer(algorithm).expect("the usual key does every algorithm").genuine().to_string()
}
