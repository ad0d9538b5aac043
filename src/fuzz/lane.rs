//! A stage in a run: its stream of recipes, what it has learnt, and asking.

use std::{
    collections::{HashSet, VecDeque},
    panic::{self, AssertUnwindSafe},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};

use super::{
    Trail,
    alone::Alone,
    permits::Permits,
    shrink,
    stage::{HELD, Meaning, Shot, Stage},
};
use crate::{
    algorithm::Family,
    catalogue::{Attack, Case, Catalogue, Severity},
    configuration::Configuration,
    entropy::Entropy,
    finding::{Control, Finding},
    policy::Rule,
    recipe::{Base, Forged, Recipe},
    run::single::SUSPICIOUS,
    step::{Holder, MacKey, Step, Work},
    target::{AskError, ConfigureError, Implementation, Verifier, panic_text},
    token::Token,
    verdict::{Expectation, Outcome, Provenance, Verdict},
};

/// A stage and what became of it.
pub struct Lane<'a> {
    stage: &'a Stage,
    entropy: Entropy,
    /// The two bases, then what dear steps made of them: recipes with their work done.
    starts: Vec<(Recipe, Work<'a>)>,
    corpus: Vec<Recipe>,
    /// Recipes of another run's corpus that were not asked yet: what they draw is known before anything new is.
    untried: VecDeque<Recipe>,
    kinds: HashSet<String>,
    found: Vec<Found>,
    control: Control,
    held: usize,
    /// Tokens that are next: what follows from one that was just asked.
    queued: VecDeque<Shot>,
    /// Tokens that were answered, controls left out; a batch that was cut short counts as far as it came.
    answered: usize,
    /// Dear recipes that may still be forged.
    purse: usize,
    /// Set once the target has refused to be set up so.
    closed: bool,
}

/// A finding, shrunk and confirmed.
#[derive(Clone, Debug)]
pub struct Found {
    pub finding: Finding,
    pub case: Case,
    pub seen_at: usize,
    trail: Trail,
    rule: Option<Rule>,
}

/// An answer that may matter.
struct Odd {
    index: usize,
    verdict: Verdict,
    /// Whether it came late.
    suspicious: bool,
}

/// Whom to ask again, and what is known already.
struct Asking<'a> {
    alone: Alone<'a>,
    catalogue: &'a Catalogue,
}

/// Kept recipes, and starts that were dear.
const CORPUS: usize = 512;
const STARTS: usize = 512;
/// Findings of a stage that are still shrunk; a target that takes anything is known by then.
const FINDINGS: usize = 48;
/// Attempts at a recipe that can be forged.
const ATTEMPTS: usize = 50;
/// One token in so many is asked many times, and how many times that is.
const BURSTS: usize = 1_000;
const BURST: usize = 40;

impl<'a> Lane<'a> {
    pub fn new(stage: &'a Stage, corpus: &[Case]) -> Self {
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
            kinds: HashSet::new(),
            found: Vec::new(),
            control: Control::of(stage.algorithm(), stage.configuration()),
            held: 0,
            queued: VecDeque::new(),
            answered: 0,
            purse: if *stage.configuration() == Configuration::default() { purse(stage) } else { purse(stage) / 8 },
            closed: false,
            stage,
        }
    }

    /// This lane with a quarter of its dear recipes: under instrumentation private-key operations cost ten times as much, and a run with
    /// coverage has several lanes to share a few thousand executions.
    #[must_use]
    pub fn thrifty(mut self) -> Self {
        self.purse /= 4;
        self
    }

    /// The stage.
    pub fn stage(&self) -> &'a Stage {
        self.stage
    }

    pub fn findings(&self) -> &[Found] {
        &self.found
    }

    pub fn into_findings(self) -> Vec<Found> {
        self.found
    }

    pub fn control(&self) -> &Control {
        &self.control
    }

    pub fn kinds(&self) -> usize {
        self.kinds.len()
    }

    pub fn corpus_len(&self) -> usize {
        self.corpus.len()
    }

    pub fn held(&self) -> usize {
        self.held
    }

    pub fn answered(&self) -> usize {
        self.answered
    }

    /// The corpus as cases, to be saved.
    pub fn corpus(&self) -> Vec<Case> {
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

    /// Forges and asks `count` tokens, of which `seen` were asked before over all stages; how many were asked.
    pub fn run(
        &mut self,
        (implementation, permits): (&dyn Implementation, &Permits),
        count: usize,
        seen: usize,
        catalogue: &Catalogue,
        stop: &AtomicBool,
        end: Option<Instant>,
    ) -> Result<usize, AskError> {
        if self.closed {
            return Ok(0);
        }
        // Whether the target can be set up so is known from the second time on.
        let early = if self.control.asked() { Some(self.shots(count)) } else { None };
        let _permit = permits.take();
        let verifier = match panic::catch_unwind(AssertUnwindSafe(|| implementation.configure(&self.stage.issuer().trust))) {
            Ok(Ok(verifier)) => verifier,
            Ok(Err(ConfigureError::Unsupported(reason))) => return Ok(self.close(reason)),
            Ok(Err(ConfigureError::Unreachable(error))) if !self.control.usual => return Ok(self.close(error.to_string())),
            Ok(Err(ConfigureError::Unreachable(error))) => return Err(error),
            Err(panic) => return Ok(self.close(panic_text(&*panic))),
        };
        let shots = early.unwrap_or_else(|| self.shots(count));
        let (odd, asked) = self.ask(&*verifier, &shots);
        asked?;
        let asking = Asking { alone: Alone { stage: self.stage, verifier: &*verifier }, catalogue };
        for odd in odd {
            if stop.load(Ordering::Relaxed) || end.is_some_and(|end| Instant::now() >= end + Duration::from_secs(2)) {
                break;
            }
            self.investigate(&shots[odd.index], &odd, seen + odd.index + 1, &asking)?;
        }
        Ok(shots.len())
    }

    fn shots(&mut self, count: usize) -> Vec<Shot> {
        (0..count).filter_map(|_| self.next_of_run()).collect()
    }

    fn close(&mut self, reason: String) -> usize {
        self.control.unsupported = Some(reason);
        self.closed = true;
        0
    }

    /// Asks the controls and the shots as one stream. Gives the answers that may matter, in the order of the shots.
    fn ask(&mut self, verifier: &dyn Verifier, shots: &[Shot]) -> (Vec<Odd>, Result<(), AskError>) {
        let ends = [self.stage.genuine(), self.stage.broken()].into_iter();
        let tokens: Vec<&str> = ends.chain(shots.iter().map(|shot| shot.token.as_str())).chain([self.stage.genuine()]).collect();
        let end = tokens.len() - 1;
        let (mut odd, mut last) = (Vec::new(), Instant::now());
        let mut answers = vec![None; shots.len()];
        let asked = verifier.verify_all(&tokens, &mut |i, verdict| {
            let now = Instant::now();
            let suspicious = now - last > SUSPICIOUS;
            last = now;
            match i {
                0 => self.control.note_genuine(&verdict),
                1 => self.control.note_broken(&verdict),
                i if i == end => self.control.note_genuine(&verdict),
                i => {
                    self.learn(&shots[i - 2].recipe, &verdict);
                    let holds = matches!(verdict, Verdict::Rejected(_)) && !suspicious;
                    answers[i - 2] = Some(holds);
                    if !holds {
                        odd.push(Odd { index: i - 2, verdict, suspicious });
                    }
                }
            }
        });
        self.answered += answers.iter().flatten().count();
        self.held += answers.iter().filter(|holds| **holds == Some(true)).count();
        odd.sort_by_key(|odd| odd.index);
        (odd, asked)
    }

    /// A recipe that draws an answer of a new kind is worth starting from.
    fn learn(&mut self, recipe: &Recipe, verdict: &Verdict) {
        let kind = match verdict {
            Verdict::Rejected(reason) => kind(reason),
            Verdict::Accepted(_) => "accepted".to_owned(),
            Verdict::Crashed(reason) => format!("crashed: {}", kind(reason)),
            Verdict::Hung(_) => "hung".to_owned(),
        };
        if self.kinds.len() < 4 * CORPUS && !self.kinds.contains(&kind) {
            self.kinds.insert(kind);
            if self.corpus.len() < CORPUS && !self.corpus.contains(recipe) {
                self.corpus.push(recipe.clone());
            }
        }
    }

    /// Looks into the odd answer to a shot, confirms it and keeps what was found.
    fn investigate(&mut self, shot: &Shot, odd: &Odd, at: usize, asking: &Asking<'_>) -> Result<(), AskError> {
        let Some(meaning) = self.news(shot, odd) else { return Ok(()) };
        // Next to a control, alone: what does not happen again was no finding, unless a forgery was taken.
        let (genuine, _) = asking.alone.ask(self.stage.genuine())?;
        self.control.note_genuine(&genuine);
        let (again, answer) = asking.alone.meaning(shot)?;
        let broken_anyway =
            matches!((&genuine, meaning.outcome), (Verdict::Crashed(_), Outcome::Crashed) | (Verdict::Hung(_), Outcome::Hung));
        if broken_anyway || (again != meaning && meaning.outcome != Outcome::Forged) {
            return Ok(());
        }
        let small = if again == meaning { shrink::shrink(&asking.alone, shot, meaning)? } else { None };
        self.keep(small.unwrap_or_else(|| (shot.recipe.clone(), shot.token.clone(), answer)), meaning, at, asking.catalogue);
        Ok(())
    }

    /// What the answer means, unless that is nothing, or known.
    fn news(&mut self, shot: &Shot, odd: &Odd) -> Option<Meaning> {
        // What a known forgery has to do with it, with steps added, is explained; unless the issuer signed it after all.
        let trail = Trail::of(&shot.recipe);
        let forgery = |found: &Found| found.finding.outcome == Outcome::Forged && found.trail.within(&trail);
        let accepted = matches!(odd.verdict, Verdict::Accepted(_));
        let explained = accepted && self.found.iter().any(forgery) && !self.stage.verifies(&shot.token);
        if explained || self.found.len() >= FINDINGS {
            return None;
        }
        let mut meaning = self.stage.judge(shot, &odd.verdict);
        if meaning == HELD && odd.suspicious {
            meaning.outcome = Outcome::Slow;
        }
        // A key that anyone signs for is found out once.
        let void = self.stage.issuer().anyone_signs() && meaning.outcome == Outcome::Policy && meaning.rule.is_none();
        let known = |found: &Found| {
            found.finding.outcome == meaning.outcome && found.rule == meaning.rule && (void || found.trail.within(&trail))
        };
        self.held += usize::from(meaning == HELD);
        (meaning != HELD && !self.found.iter().any(known)).then_some(meaning)
    }

    fn keep(&mut self, (recipe, token, answer): (Recipe, String, Verdict), meaning: Meaning, at: usize, catalogue: &Catalogue) {
        let trail = Trail::of(&recipe);
        let case = self.stage.case(recipe, meaning, catalogue);
        let provenance = match meaning.outcome {
            Outcome::Policy => Provenance::Genuine,
            Outcome::Malleable => Provenance::Respelled,
            _ => Provenance::Forged,
        };
        let forged = Forged { token: Token(token), canary: self.stage.canary().to_owned(), provenance, issued: Vec::new() };
        let finding = Finding::new(&case, self.stage.algorithm(), meaning.outcome, &forged, &answer);
        let found = Found { finding, case, seen_at: at, trail, rule: meaning.rule };
        if !self.found.iter().any(|known| known.same_as(&found)) {
            self.found.push(found);
        }
    }

    /// The next token, for an engine that seeds every choice.
    pub(super) fn shot_from(&mut self, seed: u64) -> Option<Shot> {
        self.entropy.turn_to(seed);
        self.shot()
    }

    /// The next token.
    pub(super) fn shot(&mut self) -> Option<Shot> {
        while let Some(recipe) = self.untried.pop_front() {
            if let Ok(shot) = self.stage.forge(&recipe) {
                return Some(shot);
            }
        }
        (0..ATTEMPTS).find_map(|_| self.attempt())
    }

    /// The next token of a run, in which one may depend on another.
    fn next_of_run(&mut self) -> Option<Shot> {
        if let Some(shot) = self.queued.pop_front() {
            return Some(shot);
        }
        let shot = self.shot()?;
        Some(self.led_in(shot))
    }

    /// What the issuer signed on the way to a token is asked first, since a verifier may remember it; and now and then a token comes many
    /// times, since one may give in.
    fn led_in(&mut self, shot: Shot) -> Shot {
        let signed = shot.issued.last().filter(|entry| entry.token() != shot.token);
        if let Some(entry) = signed {
            let recipe = Recipe { from: shot.recipe.from, steps: signed_part(&shot.recipe.steps) };
            let first = Shot { recipe, token: entry.token().to_owned(), issued: shot.issued.clone() };
            self.queued.push_back(shot);
            return first;
        }
        if self.entropy.below(BURSTS) == 0 {
            self.queued.extend((1..BURST).map(|_| shot.clone()));
        }
        shot
    }

    fn attempt(&mut self) -> Option<Shot> {
        self.refill();
        let dear = self.purse > 0;
        let grown = self.starts.len() > 2 && self.entropy.percent(if dear { 6 } else { 25 });
        if grown {
            let start = 2 + self.entropy.below(self.starts.len() - 2);
            let extra = self.variation();
            let (recipe, work) = &self.starts[start];
            let mut shot = forge(Recipe { from: recipe.from, steps: extra }, work.clone())?;
            shot.recipe.steps.splice(0..0, recipe.steps.iter().cloned());
            return Some(shot);
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
            _ if dear => Recipe::sample(&mut self.entropy, self.stage.scene()),
            _ => Recipe::sample_cheap(&mut self.entropy, self.stage.scene()),
        };
        let costs = recipe.is_dear(self.stage.algorithm());
        if costs && !dear {
            return None;
        }
        let base = usize::from(recipe.from == Base::Forged);
        let work = self.starts[base].1.clone();
        if !costs {
            return forge(recipe, work);
        }
        self.purse -= 1;
        let mut work = work;
        for step in &recipe.steps {
            step.apply(&mut work).ok()?;
        }
        work.settle();
        let shot = Shot { recipe: recipe.clone(), token: work.wire_text(), issued: work.issued().to_vec() };
        if self.starts.len() < STARTS + 2 {
            self.starts.push((recipe, work));
        } else {
            let at = 2 + self.entropy.below(STARTS);
            self.starts[at] = (recipe, work);
        }
        Some(shot)
    }

    /// A step or two behind what was dear to make.
    fn variation(&mut self) -> Vec<Step> {
        let count = self.entropy.few(2);
        let steps = (0..count).map(|_| Step::sample(&mut self.entropy, self.stage.scene()));
        steps.filter(|step| !step.is_dear(self.stage.algorithm())).collect()
    }

    /// A private-key operation now and then, so that they never cost more than everything else.
    fn refill(&mut self) {
        let every = match self.stage.algorithm().family() {
            Family::Hmac => 400,
            Family::Okp => 20,
            Family::Ec => 120,
            Family::Rsa => 800,
        };
        if self.entropy.below(every) == 0 {
            self.purse += 1;
        }
    }
}

/// Dear recipes to begin with.
fn purse(stage: &Stage) -> usize {
    if stage.algorithm().family() == Family::Rsa { 250 } else { 500 }
}

/// The steps up to the last by which the issuer signs.
fn signed_part(steps: &[Step]) -> Vec<Step> {
    let signs = |step: &Step| match step {
        Step::Sign { with, .. } => **with == Holder::Trusted,
        Step::Mac { key, .. } => matches!(**key, MacKey::Secret(_) | MacKey::Configured {} | MacKey::SecretPrefix(_)),
        _ => false,
    };
    let end = steps.iter().rposition(signs).map_or(steps.len(), |last| last + 1);
    steps[..end].to_vec()
}

/// Applies the recipe to where it starts from.
fn forge(recipe: Recipe, mut work: Work<'_>) -> Option<Shot> {
    for step in &recipe.steps {
        step.apply(&mut work).ok()?;
    }
    Some(Shot { recipe, token: work.wire_text(), issued: work.into_issued() })
}

impl Found {
    /// Whether the policy model names the rule that was broken.
    pub(super) fn breaks_rule(&self) -> bool {
        self.rule.is_some()
    }

    /// The kinds of its steps.
    pub(super) fn trail(&self) -> &Trail {
        &self.trail
    }

    /// Whether this finding already says what the other does.
    pub(super) fn same_as(&self, other: &Self) -> bool {
        self.finding.outcome == other.finding.outcome
            && self.rule == other.rule
            && (self.rule.is_some() || self.trail == other.trail)
    }
}

/// A reason without what changes from token to token: numbers, quoted texts, long words.
fn kind(reason: &str) -> String {
    let mut out = String::new();
    let mut quote = None;
    for c in reason.chars().take(200) {
        match quote {
            Some(end) if c == end => quote = None,
            Some(_) => continue,
            None if matches!(c, '"' | '\'' | '`') => quote = Some(c),
            None => {}
        }
        out.push(if c.is_ascii_digit() { '#' } else { c });
    }
    let words = out.split_whitespace().map(|word| if word.len() > 32 { "…" } else { word });
    words.collect::<Vec<_>>().join(" ")
}
