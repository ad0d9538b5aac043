//! What an engine with coverage needs: a token in, a verdict out, and mutation of tokens that keeps them worth asking.
//!
//! The input of such a target is the text of a token, so that a failing input is a token to paste anywhere. Nothing is recorded between
//! runs: the oracle recognises by the reference mathematics what the issuer signed ([`Issuer::provenance_alone`](crate::issuer::Issuer)).

use std::fmt;
use std::sync::Arc;

use super::{
    FuzzError, Invalid,
    alone::Alone,
    gate,
    judge::Judgement,
    mint::Mint,
    plainer,
    stage::{Meaning, Shot, Stage},
};
use crate::{
    algorithm::Algorithm,
    configuration::Configuration,
    entropy::Entropy,
    recipe::{Base, Recipe},
    run::RunError,
    sample,
    step::Step,
    target::{ConfigureError, Implementation, Verifier},
    token::{Draft, Segment},
    verdict::{Outcome, Verdict},
    words::Words,
};

/// Verifiers of one implementation, one an algorithm, and what is needed to judge them.
pub struct Driver {
    stages: &'static [Stage],
    verifiers: Vec<(usize, Box<dyn Verifier>)>,
    worst: Outcome,
    excused: Excuse,
}

/// Whether a deviation is known, by algorithm, judgement and token.
type Excuse = Box<dyn Fn(Algorithm, Judgement, &str) -> bool + Send + Sync>;

/// A failing input, explained.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// The algorithm that the verifier was set up for.
    pub algorithm: Algorithm,
    /// What happened.
    pub outcome: Outcome,
    /// The token with everything that does not matter put back to what the issuer wrote.
    pub token: String,
    /// One line: what differs from the genuine token, and what was wrong about the answer.
    pub why: String,
}

impl fmt::Display for Failure {
    /// Why, and the token on a line of its own to paste anywhere.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let outcome = format!("{:?}", self.outcome).to_lowercase();
        write!(f, "{outcome}, {}: {}\ntoken: {}", self.algorithm, one_line(&self.why), one_line(&self.token))
    }
}

impl Driver {
    /// Sets `implementation` up for each of `algorithms` that it supports, and asks the controls: a genuine token must be accepted, a
    /// broken one refused, and the oracle must fire on a planted hole.
    ///
    /// # Errors
    /// If any of that fails: a run would prove nothing.
    pub fn new(implementation: &dyn Implementation, algorithms: &[Algorithm]) -> Result<Self, FuzzError> {
        gate::oracle()?;
        let set_up = |algorithm: &Algorithm| Stage::new((*algorithm, Configuration::default()), 1, &Words::default());
        // Fuzz targets live as long as their process.
        let stages: &'static [Stage] = Box::leak(algorithms.iter().filter_map(set_up).collect::<Box<[Stage]>>());
        let (mut verifiers, mut reasons) = (Vec::new(), Vec::new());
        for (index, stage) in stages.iter().enumerate() {
            match implementation.configure(stage.trust()) {
                Ok(verifier) => {
                    controls(stage, &*verifier)?;
                    verifiers.push((index, verifier));
                }
                Err(ConfigureError::Unsupported(reason)) => reasons.push(format!("{}: {reason}", stage.algorithm())),
                Err(ConfigureError::Unreachable(error)) => return Err(RunError::Unreachable(error).into()),
            }
        }
        if verifiers.is_empty() {
            return Err(RunError::Unsupported(reasons.join("; ")).into());
        }
        Ok(Self { stages, verifiers, worst: Outcome::Policy, excused: Box::new(|_, _, _| false) })
    }

    /// Outcomes of that gravity and more are failures (default: [`Outcome::Policy`]).
    #[must_use]
    pub fn failing_from(mut self, outcome: Outcome) -> Self {
        self.worst = outcome;
        self
    }

    /// Deviations that are known and are to be no failures.
    #[must_use]
    pub fn excusing(mut self, excused: impl Fn(Algorithm, Judgement, &str) -> bool + Send + Sync + 'static) -> Self {
        self.excused = Box::new(excused);
        self
    }

    /// Asks every verifier about the token in `input`; the first failure, shrunk.
    #[must_use]
    pub fn execute(&self, input: &[u8]) -> Option<Failure> {
        let token = std::str::from_utf8(input).ok()?;
        self.verifiers.iter().find_map(|(index, verifier)| self.ask(&self.stages[*index], &**verifier, token))
    }

    fn ask(&self, stage: &Stage, verifier: &dyn Verifier, token: &str) -> Option<Failure> {
        let asking = Alone { stage, verifier };
        let (verdict, _) = asking.ask(token).ok()?;
        let meaning = stage.judge(&alone(token), &verdict);
        let excused = |meaning: Meaning, token: &str| {
            meaning.outcome < self.worst || (self.excused)(stage.algorithm(), meaning.into(), token)
        };
        if excused(meaning, token) {
            return None;
        }
        let same = |token: &str| asking.meaning(&alone(token)).is_ok_and(|(again, _)| again == meaning && !excused(meaning, token));
        let token = simplest(stage, token, &same);
        let mut why = explain(stage, &token, meaning);
        if let Verdict::Crashed(how) = verdict {
            why = format!("{why}: {how}");
        }
        Some(Failure { algorithm: stage.algorithm(), outcome: meaning.outcome, token, why })
    }

    /// Genuine tokens to start from.
    #[must_use]
    pub fn seeds(&self) -> Vec<String> {
        self.stages.iter().map(|stage| stage.genuine().to_owned()).collect()
    }

    /// The mutator for these verifiers.
    #[must_use]
    pub fn mutator(&self) -> Mutator {
        Mutator::on(self.stages)
    }
}

/// Per cent of mutations that begin with a genuine token: junk that reached new code otherwise crowds out what comes near to acceptance.
const RESTARTS: usize = 80;

/// Mutates tokens; keeps what was dear to make, so that most tokens cost nothing.
pub struct Mutator {
    mints: Vec<Mint<'static>>,
    entropy: Entropy,
}

impl Mutator {
    /// A mutator for verifiers of these algorithms, without any verifier.
    #[must_use]
    pub fn new(algorithms: &[Algorithm]) -> Self {
        let set_up = |algorithm: &Algorithm| Stage::new((*algorithm, Configuration::default()), 1, &Words::default());
        Self::on(Box::leak(algorithms.iter().filter_map(set_up).collect::<Box<[Stage]>>()))
    }

    fn on(stages: &'static [Stage]) -> Self {
        Self { mints: stages.iter().map(|stage| Mint::new(stage, &[]).thrifty()).collect(), entropy: Entropy::seeded(0) }
    }

    /// A token made of `token`, or in more than half of the cases of a genuine one. `blind` changes raw bytes as the engine likes it. The same
    /// calls with the same seeds give the same tokens.
    pub fn mutate(&mut self, token: &str, seed: u64, blind: &mut dyn FnMut(Vec<u8>) -> Vec<u8>) -> String {
        let Self { mints, entropy } = self;
        entropy.turn_to(seed);
        let count = mints.len();
        let any = entropy.below(count);
        if token.is_empty() || entropy.percent(RESTARTS) {
            let own = entropy.bits();
            let mint = &mut mints[any];
            return mint.shot_from(own).map_or_else(|| mint.stage().genuine().to_owned(), |shot| shot.token);
        }
        // Steps of the algorithm that the token was made for have more to work on.
        let own = mints.iter().position(|mint| shares_a_segment(mint.stage().genuine(), token));
        let stage = mints[own.unwrap_or(any)].stage();
        if entropy.percent(20) {
            let mut draft = Draft::parse(token);
            let index = entropy.below(draft.segments.len().min(3));
            let segment = draft.segment_mut(index);
            *segment = Segment::from_bytes(blind(segment.bytes().unwrap_or_else(|| segment.to_string().into_bytes())));
            return draft.to_string();
        }
        let mut work = stage.work(Draft::parse(token));
        for _ in 0..entropy.few(4) {
            let step = Step::sample(entropy, stage.scene());
            if !step.is_dear(stage.algorithm()) {
                // What does not fit this token is left out.
                let _ = step.apply(&mut work);
            }
        }
        work.wire_text()
    }

    /// `token` in at most `most` bytes, with parts put back to those of a genuine token or left out: what is left of a failing token
    /// so still says what failed.
    pub fn simplify(&mut self, token: &str, seed: u64, most: usize) -> String {
        self.entropy.turn_to(seed);
        let genuine = Draft::parse(self.entropy.pick(&self.mints).stage().genuine());
        plainer::token(token, &genuine, most, &mut self.entropy)
    }

    /// A token with segments, and members of segments, of both.
    #[must_use]
    pub fn cross(one: &str, other: &str, seed: u64) -> String {
        let mut entropy = Entropy::seeded(seed);
        let (mut draft, other) = (Draft::parse(one), Draft::parse(other));
        for index in 0..draft.segments.len().max(other.segments.len()).min(8) {
            let Some(theirs) = other.segments.get(index) else { continue };
            match (entropy.below(3), draft.segment_mut(index), theirs) {
                (0, ours, theirs) => *ours = theirs.clone(),
                (1, Segment::Object(ours), Segment::Object(theirs)) if !theirs.is_empty() => {
                    Arc::make_mut(ours).push(entropy.pick(theirs).clone());
                }
                _ => {}
            }
        }
        draft.to_string()
    }

    /// Raw bytes changed as [`sample`] does it, for engines without an opinion.
    #[must_use]
    pub fn blind(bytes: Vec<u8>, seed: u64) -> Vec<u8> {
        sample::mutate_bytes(bytes, &mut Entropy::seeded(seed))
    }
}

impl Iterator for Mutator {
    type Item = String;

    /// A token of the next algorithm's, made from nothing; never ends.
    fn next(&mut self) -> Option<String> {
        self.mints.rotate_left(1);
        let mint = self.mints.last_mut()?;
        Some(mint.shot().map_or_else(|| mint.stage().genuine().to_owned(), |shot| shot.token))
    }
}

pub(super) fn controls(stage: &Stage, verifier: &dyn Verifier) -> Result<(), Invalid> {
    let ask = |token: &str| verifier.verify(token).map_err(|error| Invalid(error.to_string()));
    match ask(stage.genuine())? {
        Verdict::Accepted(_) => {}
        other => return Err(Invalid(format!("the genuine {} token is not accepted: {other:?}", stage.algorithm()))),
    }
    match ask(stage.broken())? {
        Verdict::Accepted(_) => {
            Err(Invalid(format!("a {} token with a flipped signature bit is accepted; attack that first", stage.algorithm())))
        }
        _ => Ok(()),
    }
}

fn shares_a_segment(one: &str, other: &str) -> bool {
    one.split('.').any(|ours| !ours.is_empty() && other.split('.').any(|theirs| theirs == ours))
}

pub(super) fn alone(token: &str) -> Shot {
    Shot { recipe: Recipe { from: Base::Genuine, steps: Vec::new() }, token: token.to_owned(), issued: Vec::new() }
}

/// Puts members and segments back to those of the genuine token as long as the answer means the same.
pub(super) fn simplest(stage: &Stage, token: &str, means_the_same: &dyn Fn(&str) -> bool) -> String {
    let genuine = Draft::parse(stage.genuine());
    let mut best = Draft::parse(token);
    let means_the_same = |draft: &Draft| means_the_same(&draft.to_string());
    for index in 0..best.segments.len().min(3) {
        let mut candidate = best.clone();
        candidate.segments[index] = genuine.segments[index].clone();
        if candidate != best && means_the_same(&candidate) {
            best = candidate;
            continue;
        }
        for candidate in nearer(&best, &genuine, index) {
            if candidate != best && means_the_same(&candidate) {
                best = candidate;
            }
        }
    }
    best.to_string()
}

/// The draft with one member less, or one as the genuine token has it.
fn nearer(draft: &Draft, genuine: &Draft, index: usize) -> Vec<Draft> {
    let (Segment::Object(ours), Segment::Object(theirs)) = (&draft.segments[index], &genuine.segments[index]) else {
        return Vec::new();
    };
    let mut out = Vec::new();
    for member in ours.iter() {
        let mut candidate = draft.clone();
        if let Segment::Object(members) = &mut candidate.segments[index] {
            match theirs.iter().find(|known| known.name == member.name) {
                Some(known) => Arc::make_mut(members).iter_mut().filter(|m| m.name == member.name).for_each(|m| *m = known.clone()),
                None => Arc::make_mut(members).retain(|m| m != member),
            }
        }
        out.push(candidate);
    }
    out
}

/// One line about what the token is and why its acceptance is wrong.
pub(super) fn explain(stage: &Stage, token: &str, meaning: Meaning) -> String {
    let (draft, genuine) = (Draft::parse(token), Draft::parse(stage.genuine()));
    let names = ["header", "claims", "signature"];
    let mut differs: Vec<String> = Vec::new();
    for (index, name) in names.iter().enumerate() {
        match (draft.segments.get(index), genuine.segments.get(index)) {
            (None, _) => differs.push(format!("no {name}")),
            (Some(ours), Some(theirs)) if ours != theirs => differs.push(match ours {
                Segment::Bytes(bytes) if bytes.is_empty() => format!("empty {name}"),
                Segment::Object(members) => {
                    let odd = members.iter().filter(|m| !theirs.members().unwrap_or_default().contains(m));
                    let texts: Vec<String> = odd
                        .take(4)
                        .map(|m| format!("{}: {}", String::from_utf8_lossy(&m.name), clipped(&String::from_utf8_lossy(&m.value))))
                        .collect();
                    if texts.is_empty() { format!("{name} lacks members") } else { format!("{name} {{{}}}", texts.join(", ")) }
                }
                _ => format!("another {name}"),
            }),
            _ => {}
        }
    }
    if draft.segments.len() > 3 {
        differs.push(format!("{} segments", draft.segments.len()));
    }
    let what = match (meaning.outcome, meaning.rule) {
        (Outcome::Forged, _) => "accepted, though no trusted key signed it",
        (_, Some(rule)) => rule.title(),
        (Outcome::Policy, None) => "accepted, though the signature is not made by the book",
        (Outcome::Malleable, _) => "accepted in another spelling than the issuer's",
        (Outcome::Overstrict, _) => "refused, though it keeps every rule",
        (Outcome::Slow | Outcome::Hung, _) => "takes far longer than a genuine token",
        _ => "brings the verifier down",
    };
    let how = if differs.is_empty() { "as the issuer wrote it".to_owned() } else { differs.join("; ") };
    format!("{what} ({how})")
}

/// Text that survives a terminal and a shell's history: as it is, or as a JSON string where it holds anything odd.
fn one_line(text: &str) -> String {
    let odd = |c: char| {
        c.is_control() || matches!(c, '\u{2028}' | '\u{2029}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{feff}')
    };
    if text.contains(odd) { format!("{text:?}") } else { text.to_owned() }
}

fn clipped(text: &str) -> String {
    if text.chars().count() > 40 { format!("{}…", text.chars().take(40).collect::<String>()) } else { text.to_owned() }
}
