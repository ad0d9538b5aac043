//! Where the tokens of a stage come from: its stream of recipes, forged.
//!
//! Private-key operations cost more than all else together, so they are rationed, and what they made is kept and varied.

use std::{collections::VecDeque, sync::Arc};

use super::stage::{Prepared, Stage};
use crate::{
    algorithm::{Algorithm, Family},
    catalogue::{Attack, Case},
    configuration::Configuration,
    entropy::Entropy,
    recipe::{Base, Recipe},
    step::{Holder, KeyMember, Step, Work},
    verdict::{Expectation, Severity},
};

/// A stream of tokens for one stage.
pub(crate) struct TokenSource<'a> {
    stage: &'a Stage,
    entropy: Entropy,
    /// The two bases, then what expensive steps made of them: recipes with their work done.
    starts: Vec<(Recipe, Work<'a>)>,
    corpus: Vec<Recipe>,
    /// Recipes of another run's corpus that were not asked yet: what they draw is known before anything new is.
    untried: VecDeque<Recipe>,
    /// Tokens that are next: what follows from one that was just asked.
    queued: VecDeque<Prepared>,
    /// Dear recipes that may still be forged.
    signing_budget: usize,
}

/// Kept recipes, and starts that were expensive.
const CORPUS: usize = 512;
const STARTS: usize = 512;
/// Attempts at a recipe that can be forged.
const ATTEMPTS: usize = 50;
/// Per cent of tokens with a key of their own behind which comes one without it.
const KEPT: usize = 30;
/// Of those with a `jwk`, per cent behind which come two others: one brings a key with an id of its own, the next names it.
const APART: usize = 40;
/// One token in so many is asked many times, and how many times that is.
const BURSTS: usize = 1_000;
const BURST: usize = 40;

impl<'a> TokenSource<'a> {
    /// A source that starts from the cases of this stage in `corpus`, another run's.
    pub(crate) fn new(stage: &'a Stage, corpus: &[Case]) -> Self {
        let mine = |case: &&Case| case.configuration == *stage.configuration() && case.applies.contains(&stage.algorithm());
        let bases = [Base::Genuine, Base::Forged].map(|from| (Recipe { from, steps: Vec::new() }, stage.start(from)));
        let corpus: Vec<Recipe> = corpus.iter().filter(mine).map(|case| case.recipe.clone()).collect();
        for (_, work) in &bases {
            work.settle();
        }
        Self {
            entropy: Entropy::seeded(stage.seed()),
            starts: bases.into(),
            untried: corpus.iter().cloned().collect(),
            corpus,
            queued: VecDeque::new(),
            signing_budget: signing_budget(stage),
            stage,
        }
    }

    /// This source with fewer expensive recipes: a run with coverage has several sources to share a few thousand executions.
    #[must_use]
    pub(crate) fn with_small_budget(mut self) -> Self {
        self.signing_budget = match self.stage.algorithm().family() {
            Family::Rsa | Family::Ec => self.signing_budget,
            Family::Okp => self.signing_budget / 2,
            Family::Hmac => self.signing_budget / 4,
        };
        self
    }

    /// The stage.
    pub(crate) fn stage(&self) -> &'a Stage {
        self.stage
    }

    /// Recipes that are worth starting from.
    pub(crate) fn corpus_len(&self) -> usize {
        self.corpus.len()
    }

    /// Takes a recipe in that is worth starting from.
    pub(crate) fn keep(&mut self, recipe: &Recipe) {
        if self.corpus.len() < CORPUS && !self.corpus.contains(recipe) {
            self.corpus.push(recipe.clone());
        }
    }

    /// The corpus as cases, to be saved.
    pub(crate) fn corpus(&self) -> Vec<Case> {
        let attack = Arc::new(Attack {
            id: "corpus".to_owned(),
            title: "A recipe that drew an answer of a kind of its own".to_owned(),
            severity: Severity::Info,
            cwe: Vec::new(),
            references: Vec::new(),
            remedy: "None: a fuzzer starts from it.".to_owned(),
        });
        let label = self.stage.configuration().slug();
        let case = |(i, recipe): (usize, &Recipe)| Case {
            id: format!("corpus#{}-{label}-{i}", self.stage.algorithm()),
            attack: Arc::clone(&attack),
            applies: vec![self.stage.algorithm()],
            configuration: self.stage.configuration().clone(),
            recipe: recipe.clone(),
            expect: Expectation::Reject,
        };
        self.corpus.iter().enumerate().map(case).collect()
    }

    /// The next token, for an engine that seeds every choice.
    pub(crate) fn prepared_from(&mut self, seed: u64) -> Option<Prepared> {
        self.entropy.reseed(seed);
        self.prepared()
    }

    /// The next token.
    pub(crate) fn prepared(&mut self) -> Option<Prepared> {
        while let Some(recipe) = self.untried.pop_front() {
            if let Ok(prepared) = self.stage.forge(&recipe) {
                return Some(prepared);
            }
        }
        (0..ATTEMPTS).find_map(|_| self.attempt())
    }

    /// The next token of a run, in which one may depend on another.
    pub(crate) fn next_of_run(&mut self) -> Option<Prepared> {
        if let Some(prepared) = self.queued.pop_front() {
            return Some(prepared);
        }
        let prepared = self.prepared()?;
        Some(self.led_in(prepared))
    }

    /// What the issuer signed on the way to a token is asked first, since a verifier may remember it; and now and then a token comes many
    /// times, since one may give in.
    fn led_in(&mut self, prepared: Prepared) -> Prepared {
        let signed = prepared.issued.last().filter(|entry| entry.token() != prepared.token);
        if let Some(entry) = signed {
            let recipe = Recipe { from: prepared.recipe.from, steps: signed_part(&prepared.recipe.steps) };
            let first = Prepared { recipe, token: entry.token().to_owned(), issued: prepared.issued.clone() };
            self.queued.push_back(prepared);
            return first;
        }
        // A verifier that keeps a key which a token brought, though it refused the token, takes the next one.
        if let Some(name) = prepared.recipe.steps.iter().find_map(Step::brings_key)
            && self.signing_budget > 0
            && self.entropy.percent(KEPT)
        {
            self.signing_budget -= 1;
            let algorithm = Some(self.stage.algorithm().into());
            let sign = Step::Sign { with: Holder::Attacker.into(), algorithm: algorithm.clone() };
            if name == "jwk" && self.entropy.percent(APART) {
                // Who announces a key names the trusted one, or none.
                let kid = Step::SetHeader { name: "kid".into(), to: r#""attacker-1""#.to_owned().into() };
                let embed = Step::EmbedKey { key: algorithm, r#as: KeyMember::Jwk.into() };
                let bringing = vec![kid.clone(), embed, Step::DropHeader { name: "kid".into() }];
                let pair = [bringing, vec![kid, sign]].map(|steps| self.stage.forge(&Recipe { from: Base::Forged, steps }).ok());
                self.queued.extend(pair.into_iter().flatten());
                return prepared;
            }
            let mut next = prepared.recipe.clone();
            next.steps.extend([Step::DropHeader { name: name.into() }, sign]);
            self.queued.extend(self.stage.forge(&next).ok());
            return prepared;
        }
        if self.entropy.below(BURSTS) == 0 {
            self.queued.extend((1..BURST).map(|_| prepared.clone()));
        }
        prepared
    }

    fn attempt(&mut self) -> Option<Prepared> {
        self.refill();
        let expensive = self.signing_budget > 0;
        let grown = self.starts.len() > 2 && self.entropy.percent(if expensive { 6 } else { 25 });
        if grown {
            let start = 2 + self.entropy.below(self.starts.len() - 2);
            let extra = self.variation();
            let (recipe, work) = &self.starts[start];
            let mut prepared = forge(Recipe { from: recipe.from, steps: extra }, work.clone())?;
            prepared.recipe.steps.splice(0..0, recipe.steps.iter().cloned());
            return Some(prepared);
        }
        let recipe = match self.entropy.below(10) {
            0 if !self.corpus.is_empty() => {
                let seed = self.entropy.pick(&self.corpus).clone();
                if self.entropy.percent(70) {
                    seed.mutated(&mut self.entropy, self.stage.scene())
                } else {
                    let other = self.entropy.pick(&self.corpus).clone();
                    seed.crossed(&other, &mut self.entropy)
                }
            }
            _ if expensive => Recipe::sample(&mut self.entropy, self.stage.scene()),
            _ => Recipe::sample_cheap(&mut self.entropy, self.stage.scene()),
        };
        let costs = recipe.is_expensive(self.stage.algorithm());
        if costs && !expensive {
            return None;
        }
        let base = usize::from(recipe.from == Base::Forged);
        let work = self.starts[base].1.clone();
        if !costs {
            return forge(recipe, work);
        }
        self.signing_budget -= 1;
        let mut work = work;
        for step in &recipe.steps {
            step.apply(&mut work).ok()?;
        }
        work.settle();
        let prepared = Prepared { recipe: recipe.clone(), token: work.wire_text(), issued: work.issued().to_vec() };
        if self.starts.len() < STARTS + 2 {
            self.starts.push((recipe, work));
        } else {
            let at = 2 + self.entropy.below(STARTS);
            self.starts[at] = (recipe, work);
        }
        Some(prepared)
    }

    /// A step or two after what was expensive to make.
    fn variation(&mut self) -> Vec<Step> {
        let count = self.entropy.few(2);
        let steps = (0..count).map(|_| Step::sample(&mut self.entropy, self.stage.scene()));
        steps.filter(|step| !step.is_expensive(self.stage.algorithm())).collect()
    }

    /// A private-key operation now and then, so that they never cost more than everything else.
    fn refill(&mut self) {
        let every = match self.stage.algorithm().family() {
            Family::Hmac => 400,
            Family::Okp => 20,
            // The wider the curve, the dearer.
            Family::Ec => match self.stage.algorithm() {
                Algorithm::ES384 => 120,
                Algorithm::ES512 => 300,
                _ => 40,
            },
            Family::Rsa if self.stage.algorithm().is_pss() => 1_600,
            Family::Rsa => 800,
        };
        if self.entropy.below(every) == 0 {
            self.signing_budget += 1;
        }
    }
}

/// Dear recipes to begin with: a PSS signature, which is made without ring so that its salt follows from the seed, costs four times what
/// PKCS #1 v1.5 does. An odd set-up has its turn seldom, and only an odd key asks for more mathematics than the usual one.
fn signing_budget(stage: &Stage) -> usize {
    let usual = match stage.algorithm().family() {
        Family::Rsa if stage.algorithm().is_pss() => 85,
        Family::Rsa => 165,
        _ => 500,
    };
    let configuration = stage.configuration();
    let share = if *configuration == Configuration::default() {
        1
    } else if configuration.key.is_some() {
        4
    } else {
        16
    };
    usual / share
}

/// The steps up to the last by which the issuer signs.
fn signed_part(steps: &[Step]) -> Vec<Step> {
    let end = steps.iter().rposition(Step::issuer_signs).map_or(steps.len(), |last| last + 1);
    steps[..end].to_vec()
}

/// Applies the recipe to where it starts from.
fn forge(recipe: Recipe, mut work: Work<'_>) -> Option<Prepared> {
    for step in &recipe.steps {
        step.apply(&mut work).ok()?;
    }
    Some(Prepared { recipe, token: work.wire_text(), issued: work.into_issued() })
}
