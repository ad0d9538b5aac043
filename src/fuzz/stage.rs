//! One algorithm and configuration under fuzzing: its stream of recipes, what it has learnt, and asking.

use std::{
    collections::{HashSet, VecDeque},
    panic::{self, AssertUnwindSafe},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};

use super::{Trail, class_of, class_of_key, permits::Permits, shrink};
use crate::{
    algorithm::{Algorithm, Family, Sha2},
    catalogue::{Attack, Case, Catalogue, Severity},
    configuration::Configuration,
    entropy::Entropy,
    finding::{Control, Finding},
    issuer::Issuer,
    ledger::Entry,
    policy::{self, Rule, Ruling},
    recipe::{Base, Forged, Recipe},
    sample::Scene,
    step::{Step, StepError, Work},
    target::{AskError, ConfigureError, Implementation, Trust, Verifier, panic_text},
    token::{Draft, Member, Segment, Token},
    verdict::{Claims, Echo, Expectation, Outcome, Provenance, Verdict, judge},
    words::Words,
};

/// An algorithm and a configuration, with all that follows from them.
pub struct Stage {
    algorithm: Algorithm,
    configuration: Configuration,
    issuer: Issuer,
    scene: Scene,
    seed: u64,
    canary: String,
    genuine: String,
    broken: String,
}

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

/// A token to ask about.
pub(super) struct Shot {
    pub(super) recipe: Recipe,
    pub(super) token: String,
    pub(super) issued: Vec<Entry>,
}

/// What an answer means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Meaning {
    pub(super) outcome: Outcome,
    pub(super) rule: Option<Rule>,
}

const HELD: Meaning = Meaning { outcome: Outcome::Held, rule: None };
/// See [`crate::run`]: a gap before an answer that makes it worth a second look.
const SUSPICIOUS: Duration = Duration::from_millis(150);
const SLOW_FACTOR: u32 = 10;
/// Kept recipes, and starts that were dear.
const CORPUS: usize = 512;
const STARTS: usize = 512;
/// Findings of a stage that are still shrunk; a target that takes anything is known by then.
const FINDINGS: usize = 48;
/// Attempts at a recipe that can be forged.
const ATTEMPTS: usize = 50;

impl Stage {
    /// `None` where the configuration makes no sense for the algorithm.
    pub fn new((algorithm, configuration): (Algorithm, Configuration), seed: u64, words: &Words) -> Option<Self> {
        let issuer = configuration.issuer(algorithm)?;
        let hash = Sha2::Sha256.digest(format!("{seed}/fuzz/{algorithm}/{}", configuration.label()).as_bytes());
        let own = u64::from_be_bytes(hash[..8].try_into().expect("eight bytes"));
        let scene = Scene::new(&issuer, words);
        Some(Self {
            canary: data_encoding::HEXLOWER.encode(&hash[8..24]),
            genuine: issuer.genuine().to_string(),
            broken: issuer.broken(),
            seed: own,
            algorithm,
            configuration,
            issuer,
            scene,
        })
    }

    /// What the verifier is told.
    pub(super) fn trust(&self) -> &Trust {
        &self.issuer.trust
    }

    /// Who signs the genuine tokens.
    pub(super) fn issuer(&self) -> &Issuer {
        &self.issuer
    }

    /// The algorithm that verifiers are set up for.
    pub(super) fn algorithm(&self) -> Algorithm {
        self.algorithm
    }

    /// The token that must be accepted.
    pub(super) fn genuine(&self) -> &str {
        &self.genuine
    }

    /// The same with a flipped bit in its signature.
    pub(super) fn broken(&self) -> &str {
        &self.broken
    }

    /// What a sampler knows.
    pub(super) fn scene(&self) -> &Scene {
        &self.scene
    }

    /// A bench with any token on it.
    pub(super) fn work(&self, draft: Draft) -> Work<'_> {
        Work::new(draft, &self.issuer, self.seed.to_be_bytes().to_vec())
    }

    fn start(&self, from: Base) -> Work<'_> {
        Recipe { from, steps: Vec::new() }.start(&self.issuer, self.seed.to_be_bytes().to_vec(), &self.canary)
    }

    /// Forges from the start.
    pub(super) fn forge(&self, recipe: &Recipe) -> Result<Shot, StepError> {
        let mut work = self.start(recipe.from);
        for step in &recipe.steps {
            step.apply(&mut work)?;
        }
        Ok(Shot { recipe: recipe.clone(), token: work.wire_text(), issued: work.into_issued() })
    }

    /// What an answer to `shot` means. Only called for answers that may matter, since the oracle costs more than forging.
    pub(super) fn judge(&self, shot: &Shot, verdict: &Verdict) -> Meaning {
        match verdict {
            Verdict::Rejected(_) => HELD,
            Verdict::Crashed(_) => Meaning { outcome: Outcome::Crashed, rule: None },
            Verdict::Hung(_) => Meaning { outcome: Outcome::Hung, rule: None },
            Verdict::Accepted(claims) => self.accepted(shot, claims.as_ref()),
        }
    }

    fn accepted(&self, shot: &Shot, claims: Option<&Claims>) -> Meaning {
        // What verifies by the book is good in every spelling of its signature, such as the other s of ECDSA.
        if self.verifies(&shot.token) {
            return self.ruled(&shot.token);
        }
        let ledger = self.issuer.ledger_with(&shot.issued);
        let verdict = Verdict::Accepted(claims.cloned());
        let means = |from, echo| Meaning { outcome: judge(&Expectation::Reject, from, &verdict, echo), rule: None };
        let meaning = match (ledger.provenance(&shot.token), self.issuer.provenance_alone(&shot.token)) {
            // Good for some algorithm of the key, but not for the configured one.
            (_, Provenance::Genuine) => match self.ruled(&shot.token) {
                HELD => means(Provenance::Genuine, Echo::Silent),
                meaning => meaning,
            },
            // The issuer made it, but not by the book: padding, hash, parameters.
            (Provenance::Genuine, _) if self.issuer.made(&Draft::parse(&shot.token)) => means(Provenance::Respelled, Echo::Silent),
            (Provenance::Genuine, _) => means(Provenance::Genuine, Echo::Silent),
            (Provenance::Forged, Provenance::Respelled) => means(Provenance::Respelled, Echo::Silent),
            (from, _) => means(from, ledger.echo(&shot.token, &self.canary, claims)),
        };
        // Where anyone signs, a second spelling adds nothing.
        if self.issuer.anyone_signs() && meaning.outcome == Outcome::Malleable { HELD } else { meaning }
    }

    /// What the acceptance of a token means that the issuer signed.
    fn ruled(&self, token: &str) -> Meaning {
        match policy::judge(&self.issuer.trust, token, now()) {
            Ruling::MustRefuse(rule) => Meaning { outcome: Outcome::Policy, rule: Some(rule) },
            Ruling::Good | Ruling::Free(_) => HELD,
        }
    }

    /// Whether the token verifies as it stands, by the configured algorithm's mathematics. How header and claims are spelled is the
    /// signer's affair: nobody else can spell them otherwise.
    fn verifies(&self, token: &str) -> bool {
        let Some((input, signature)) = token.rsplit_once('.').filter(|(input, _)| input.matches('.').count() == 1) else {
            return false;
        };
        let signature = data_encoding::BASE64URL_NOPAD.decode(signature.as_bytes());
        let good = |signature: Vec<u8>| self.issuer.public.verifies_weakly(self.algorithm, input.as_bytes(), &signature);
        !self.issuer.anyone_signs() && signature.is_ok_and(good)
    }

    /// What the issuer would have signed with the last of several members of one name alone.
    fn with_last_members(&self, token: &str) -> Option<String> {
        let mut draft = Draft::parse(token);
        for segment in draft.segments.iter_mut().take(2) {
            if let Segment::Object(members) = segment {
                let name = |member: &Member| serde_json::from_slice::<String>(member.name.trim_ascii()).ok();
                let names: Vec<_> = members.iter().map(name).collect();
                let mut index = 0;
                Arc::make_mut(members).retain(|_| {
                    index += 1;
                    !names[index..].contains(&names[index - 1])
                });
            }
        }
        let signature = self.issuer.key.as_ref()?.sign(self.algorithm, draft.signing_input().as_bytes()).ok()?;
        *draft.segment_mut(2) = Segment::from_bytes(signature);
        Some(draft.to_string())
    }

    pub(super) fn case(&self, recipe: Recipe, meaning: Meaning, catalogue: &Catalogue) -> Case {
        let trail = Trail::of(&recipe);
        let known = match meaning.rule {
            Some(_) => None,
            None if self.issuer.anyone_signs() && meaning.outcome == Outcome::Policy => {
                class_of_key(catalogue, &self.configuration)
            }
            None => class_of(catalogue, &recipe, &trail, &self.configuration),
        };
        let attack = attack(&trail, meaning, known.as_deref());
        let set_up =
            if self.configuration == Configuration::default() { String::new() } else { format!("-{}", self.configuration.slug()) };
        Case {
            id: format!("{}#{}{set_up}", attack.id, self.algorithm),
            attack: Arc::new(attack),
            applies: vec![self.algorithm],
            configuration: self.configuration.clone(),
            recipe,
            expect: Expectation::Reject,
        }
    }
}

/// The class of a finding: its texts come from the attack file that describes it, from the rule that was broken, or from the outcome.
fn attack(trail: &Trail, meaning: Meaning, known: Option<&Attack>) -> Attack {
    let kind = serde_json::to_value(meaning.outcome).ok().and_then(|v| v.as_str().map(str::to_owned)).unwrap_or_default();
    let id = match meaning.rule {
        Some(rule) => format!("fuzz/policy-{}", rule.id()),
        None => format!("fuzz/{kind}-{}", trail.slug()),
    };
    let text = |title: &str, severity, references: &[&str], cwe: &[&str], remedy: &str| Attack {
        id: id.clone(),
        title: title.to_owned(),
        severity,
        cwe: cwe.iter().map(|s| (*s).to_owned()).collect(),
        references: references.iter().map(|s| (*s).to_owned()).collect(),
        remedy: remedy.to_owned(),
    };
    match (meaning.rule, known, meaning.outcome) {
        (Some(rule), ..) => text(rule.title(), rule.severity(), rule.references(), &[rule.cwe()], rule.remedy()),
        (_, Some(known), _) => Attack {
            id,
            title: known.title.clone(),
            severity: known.severity,
            cwe: known.cwe.clone(),
            references: known.references.clone(),
            remedy: known.remedy.clone(),
        },
        (_, _, Outcome::Forged) => text(
            "A token that no trusted key signed is accepted",
            Severity::Critical,
            &["RFC 7515 section 5.2", "RFC 8725 section 3"],
            &["CWE-347"],
            "Let the configuration alone choose algorithm and key, verify before reading anything, and refuse whatever does not fit.",
        ),
        (_, _, Outcome::Policy) => text(
            "A signature by the trusted key that is not made by the book is accepted",
            Severity::Medium,
            &["RFC 7518 section 3", "RFC 8017 section 8"],
            &["CWE-347"],
            "Verify exactly what the algorithm's specification says, and nothing more lenient.",
        ),
        (_, _, Outcome::Malleable) => text(
            "One token is accepted in more than one spelling",
            Severity::Low,
            &["RFC 7515 section 2", "RFC 7515 section 5.2"],
            &["CWE-347"],
            "Accept only the compact serialisation in canonical base64url, with canonical signatures.",
        ),
        (_, _, Outcome::Crashed) => text(
            "A token brings the verifier down",
            Severity::High,
            &["RFC 8725 section 3.11"],
            &["CWE-248", "CWE-400"],
            "Treat every token as hostile input: limit its size, and turn every failure into a refusal.",
        ),
        _ => text(
            "A token takes the verifier far longer than a genuine one",
            Severity::Medium,
            &["RFC 8725 section 3.11"],
            &["CWE-400", "CWE-407"],
            "Limit the size of tokens and the depth of their JSON before parsing.",
        ),
    }
}

/// Asks a verifier about single tokens.
pub(super) struct Alone<'a> {
    pub(super) stage: &'a Stage,
    pub(super) verifier: &'a dyn Verifier,
}

impl Alone<'_> {
    pub(super) fn ask(&self, token: &str) -> Result<(Verdict, Duration), AskError> {
        let started = Instant::now();
        let mut answered = None;
        self.verifier.verify_all(&[token], &mut |_, verdict| answered = Some(verdict))?;
        answered
            .map(|verdict| (verdict, started.elapsed()))
            .ok_or_else(|| AskError("the target gave no answer and no error".to_owned()))
    }

    pub(super) fn meaning(&self, shot: &Shot) -> Result<(Meaning, Verdict), AskError> {
        let (verdict, took) = self.ask(&shot.token)?;
        let meaning = self.stage.judge(shot, &verdict);
        if meaning == HELD && took > SUSPICIOUS && self.is_slow(shot)? {
            return Ok((Meaning { outcome: Outcome::Slow, rule: None }, verdict));
        }
        if meaning.rule == Some(Rule::DuplicateMember) && self.takes_last_alone(shot)? {
            return Ok((HELD, verdict));
        }
        Ok((meaning, verdict))
    }

    /// Whether the rule that the last of two members breaks is none of the target's: then it may well have gone by the last.
    fn takes_last_alone(&self, shot: &Shot) -> Result<bool, AskError> {
        let Some(token) = self.stage.with_last_members(&shot.token) else { return Ok(false) };
        Ok(matches!(self.ask(&token)?.0, Verdict::Accepted(_)))
    }

    fn is_slow(&self, shot: &Shot) -> Result<bool, AskError> {
        let (mut fastest, mut usual) = (Duration::MAX, Duration::MAX);
        for _ in 0..3 {
            fastest = fastest.min(self.ask(&shot.token)?.1);
            usual = usual.min(self.ask(&self.stage.genuine)?.1);
        }
        Ok(fastest > SUSPICIOUS && fastest > usual.saturating_mul(SLOW_FACTOR))
    }
}

impl<'a> Lane<'a> {
    pub fn new(stage: &'a Stage, corpus: &[Case]) -> Self {
        let mine = |case: &&Case| case.configuration == stage.configuration && case.applies.contains(&stage.algorithm);
        let bases = [Base::Genuine, Base::Forged].map(|from| (Recipe { from, steps: Vec::new() }, stage.start(from)));
        let corpus: Vec<Recipe> = corpus.iter().filter(mine).map(|case| case.recipe.clone()).collect();
        for (_, work) in &bases {
            work.settle();
        }
        Self {
            entropy: Entropy::seeded(stage.seed),
            starts: bases.into(),
            untried: corpus.iter().cloned().collect(),
            corpus,
            kinds: HashSet::new(),
            found: Vec::new(),
            control: Control::of(stage.algorithm, &stage.configuration),
            held: 0,
            purse: if stage.algorithm.family() == Family::Rsa { 250 } else { 500 },
            closed: false,
            stage,
        }
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
        let label = self.stage.configuration.slug();
        let case = |(i, recipe): (usize, &Recipe)| Case {
            id: format!("corpus#{}-{label}-{i}", self.stage.algorithm),
            attack: Arc::clone(&attack),
            applies: vec![self.stage.algorithm],
            configuration: self.stage.configuration.clone(),
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
        let verifier = match panic::catch_unwind(AssertUnwindSafe(|| implementation.configure(&self.stage.issuer.trust))) {
            Ok(Ok(verifier)) => verifier,
            Ok(Err(ConfigureError::Unsupported(reason))) => return Ok(self.close(reason)),
            Ok(Err(ConfigureError::Unreachable(error))) if !self.control.usual => return Ok(self.close(error.to_string())),
            Ok(Err(ConfigureError::Unreachable(error))) => return Err(error),
            Err(panic) => return Ok(self.close(panic_text(&*panic))),
        };
        let shots = early.unwrap_or_else(|| self.shots(count));
        let (odd, asked) = self.ask(&*verifier, &shots);
        asked?;
        let alone = Alone { stage: self.stage, verifier: &*verifier };
        for (index, verdict, suspicious) in odd {
            if stop.load(Ordering::Relaxed) || end.is_some_and(|end| Instant::now() >= end + Duration::from_secs(2)) {
                break;
            }
            self.investigate(&shots[index], &verdict, suspicious, seen + index + 1, &alone, catalogue)?;
        }
        Ok(shots.len())
    }

    fn shots(&mut self, count: usize) -> Vec<Shot> {
        (0..count).filter_map(|_| self.shot()).collect()
    }

    fn close(&mut self, reason: String) -> usize {
        self.control.unsupported = Some(reason);
        self.closed = true;
        0
    }

    /// Asks the controls and the shots as one stream. Gives the answers that may matter, in the order of the shots.
    fn ask(&mut self, verifier: &dyn Verifier, shots: &[Shot]) -> (Vec<(usize, Verdict, bool)>, Result<(), AskError>) {
        let ends = [self.stage.genuine.as_str(), self.stage.broken.as_str()].into_iter();
        let tokens: Vec<&str> =
            ends.chain(shots.iter().map(|shot| shot.token.as_str())).chain([self.stage.genuine.as_str()]).collect();
        let end = tokens.len() - 1;
        let (mut odd, mut last) = (Vec::new(), Instant::now());
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
                    match verdict {
                        Verdict::Rejected(_) if !suspicious => self.held += 1,
                        verdict => odd.push((i - 2, verdict, suspicious)),
                    }
                }
            }
        });
        odd.sort_by_key(|(index, ..)| *index);
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

    fn investigate(
        &mut self,
        shot: &Shot,
        verdict: &Verdict,
        suspicious: bool,
        at: usize,
        alone: &Alone<'_>,
        catalogue: &Catalogue,
    ) -> Result<(), AskError> {
        // What a known forgery has to do with it, with steps added, is explained; unless the issuer signed it after all.
        let trail = Trail::of(&shot.recipe);
        let forgery = |found: &Found| found.finding.outcome == Outcome::Forged && found.trail.within(&trail);
        let accepted = matches!(verdict, Verdict::Accepted(_));
        let explained = accepted && self.found.iter().any(forgery) && !self.stage.verifies(&shot.token);
        if explained || self.found.len() >= FINDINGS {
            return Ok(());
        }
        let mut meaning = self.stage.judge(shot, verdict);
        if meaning == HELD && suspicious {
            meaning.outcome = Outcome::Slow;
        }
        // A key that anyone signs for is found out once.
        let void = self.stage.issuer.anyone_signs() && meaning.outcome == Outcome::Policy && meaning.rule.is_none();
        let known = |found: &Found| {
            found.finding.outcome == meaning.outcome && found.rule == meaning.rule && (void || found.trail.within(&trail))
        };
        if meaning == HELD || self.found.iter().any(known) {
            self.held += usize::from(meaning == HELD);
            return Ok(());
        }
        // Next to a control, alone: what does not happen again was no finding, unless a forgery was taken.
        let (genuine, _) = alone.ask(&self.stage.genuine)?;
        self.control.note_genuine(&genuine);
        let (again, answer) = alone.meaning(shot)?;
        if again != meaning && meaning.outcome != Outcome::Forged {
            return Ok(());
        }
        let broken_anyway =
            matches!((&genuine, meaning.outcome), (Verdict::Crashed(_), Outcome::Crashed) | (Verdict::Hung(_), Outcome::Hung));
        if broken_anyway {
            return Ok(());
        }
        let small = if again == meaning { shrink::shrink(alone, shot, meaning)? } else { None };
        let (recipe, token, answer) = match small {
            Some((recipe, token, answer)) => (recipe, token, answer),
            None => (shot.recipe.clone(), shot.token.clone(), answer),
        };
        let trail = Trail::of(&recipe);
        let case = self.stage.case(recipe, meaning, catalogue);
        let provenance = match meaning.outcome {
            Outcome::Policy => Provenance::Genuine,
            Outcome::Malleable => Provenance::Respelled,
            _ => Provenance::Forged,
        };
        let forged = Forged { token: Token(token), canary: self.stage.canary.clone(), provenance, issued: Vec::new() };
        let finding = Finding::new(&case, self.stage.algorithm, meaning.outcome, &forged, &answer);
        let found = Found { finding, case, seen_at: at, trail, rule: meaning.rule };
        if !self.found.iter().any(|known| known.same_as(&found)) {
            self.found.push(found);
        }
        Ok(())
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
        for _ in 0..ATTEMPTS {
            if let Some(shot) = self.attempt() {
                return Some(shot);
            }
        }
        None
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
                    seed.mutated(&mut self.entropy, &self.stage.scene)
                } else {
                    let other = self.entropy.pick(&self.corpus).clone();
                    seed.crossed(&other, &mut self.entropy)
                }
            }
            _ if dear => Recipe::sample(&mut self.entropy, &self.stage.scene),
            _ => Recipe::sample_cheap(&mut self.entropy, &self.stage.scene),
        };
        let costs = recipe.is_dear(self.stage.algorithm);
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
        let steps = (0..count).map(|_| Step::sample(&mut self.entropy, &self.stage.scene));
        steps.filter(|step| !step.is_dear(self.stage.algorithm)).collect()
    }

    /// A private-key operation now and then, so that they never cost more than everything else.
    fn refill(&mut self) {
        let every = match self.stage.algorithm.family() {
            Family::Hmac => 1000,
            Family::Okp => 60,
            Family::Ec => 300,
            Family::Rsa => 1500,
        };
        if self.entropy.below(every) == 0 {
            self.purse += 1;
        }
    }
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

/// Seconds since 1970, UTC.
pub(super) fn now() -> f64 {
    let elapsed = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
    elapsed.map_or(0.0, |elapsed| elapsed.as_secs_f64())
}
