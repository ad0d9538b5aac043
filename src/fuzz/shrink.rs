//! Shrinking: the fewest steps with the plainest values that mean the same.
//!
//! Steps, not bytes: a token of fewer bytes explains nothing, a recipe of fewer steps explains everything.

use std::time::{Duration, Instant};

use super::stage::Prepared;
use crate::{
    ask::alone::Alone,
    oracle::Meaning,
    recipe::{Base, Recipe},
    step::{MacKey, Step},
    verdict::Verdict,
    verifier::AskError,
};

/// Questions that shrinking one finding may cost.
const QUESTIONS: usize = 250;
/// How long shrinking one finding may take: what hangs costs a whole time limit each time.
const TIME: Duration = Duration::from_secs(10);

/// The smallest recipe found, its token and the answer to it; `None` if nothing could be left out.
pub(crate) fn shrink(
    alone: &Alone<'_>,
    prepared: &Prepared,
    meaning: Meaning,
) -> Result<Option<(Recipe, String, Verdict)>, AskError> {
    let mut shrinking =
        Shrinking { alone, meaning, left: QUESTIONS, end: Instant::now() + TIME, best: None, current: prepared.recipe.clone() };
    shrinking.steps()?;
    shrinking.values()?;
    shrinking.steps()?;
    Ok(shrinking.best)
}

struct Shrinking<'a> {
    alone: &'a Alone<'a>,
    meaning: Meaning,
    left: usize,
    end: Instant,
    best: Option<(Recipe, String, Verdict)>,
    current: Recipe,
}

impl Shrinking<'_> {
    /// Takes the candidate if it means the same.
    fn attempt(&mut self, candidate: Recipe) -> Result<bool, AskError> {
        if self.left == 0 || candidate == self.current || Instant::now() >= self.end {
            return Ok(false);
        }
        let Ok(prepared) = self.alone.stage.forge(&candidate) else { return Ok(false) };
        self.left -= 1;
        let (meaning, verdict) = self.alone.meaning(&prepared)?;
        let same = meaning == self.meaning;
        if same {
            self.best = Some((candidate.clone(), prepared.token, verdict));
            self.current = candidate;
        }
        Ok(same)
    }

    /// Leaves steps out: halves first, then one by one.
    fn steps(&mut self) -> Result<(), AskError> {
        let mut size = self.current.steps.len().div_ceil(2);
        while size > 0 {
            let mut at = 0;
            while at < self.current.steps.len() {
                let mut candidate = self.current.clone();
                candidate.steps.drain(at..(at + size).min(candidate.steps.len()));
                if !self.attempt(candidate)? {
                    at += size;
                }
            }
            size /= 2;
        }
        if self.current.from == Base::Forged && self.meaning.rule.is_some() {
            let candidate = Recipe { from: Base::Genuine, steps: self.current.steps.clone() };
            self.attempt(candidate)?;
        }
        Ok(())
    }

    /// Makes values plainer, one step at a time, as long as that goes on.
    fn values(&mut self) -> Result<(), AskError> {
        for at in 0..self.current.steps.len() {
            loop {
                let plainer = plainer(&self.current.steps[at]);
                let mut progress = false;
                for step in plainer {
                    let mut candidate = self.current.clone();
                    candidate.steps[at] = step;
                    if self.attempt(candidate)? {
                        progress = true;
                        break;
                    }
                }
                if !progress || self.left == 0 {
                    break;
                }
            }
        }
        Ok(())
    }
}

/// Recipes that are a little smaller: with steps left out, halves before single ones, then with plainer values.
#[cfg(feature = "proptest")]
pub(crate) fn smaller(recipe: &Recipe) -> Vec<Recipe> {
    let with = |steps: Vec<Step>| Recipe { from: recipe.from, steps };
    let (steps, mut out) = (&recipe.steps, Vec::new());
    let mut size = steps.len();
    while size > 0 {
        for start in (0..steps.len()).step_by(size) {
            let end = (start + size).min(steps.len());
            out.push(with([&steps[..start], &steps[end..]].concat()));
        }
        size /= 2;
    }
    for (at, step) in steps.iter().enumerate() {
        for plainer in plainer(step) {
            let mut steps = steps.clone();
            steps[at] = plainer;
            out.push(with(steps));
        }
    }
    out
}

/// The same step with plainer values, the plainest first.
fn plainer(step: &Step) -> Vec<Step> {
    match step {
        Step::SetHeader { name, to } => {
            texts(to, json).into_iter().map(|to| Step::SetHeader { name: name.clone(), to: to.into() }).collect()
        }
        Step::SetClaim { name, to } => {
            texts(to, json).into_iter().map(|to| Step::SetClaim { name: name.clone(), to: to.into() }).collect()
        }
        Step::AddHeader { name, to, at } => {
            texts(to, json).into_iter().map(|to| Step::AddHeader { name: name.clone(), to: to.into(), at: at.clone() }).collect()
        }
        Step::AddClaim { name, to, at } => {
            texts(to, json).into_iter().map(|to| Step::AddClaim { name: name.clone(), to: to.into(), at: at.clone() }).collect()
        }
        Step::HeaderText { to } => {
            let no_alg = [Step::DropHeader { name: "alg".into() }];
            no_alg.into_iter().chain(texts(to, halves).into_iter().map(|to| Step::HeaderText { to: to.into() })).collect()
        }
        Step::ClaimsText { to } => texts(to, halves).into_iter().map(|to| Step::ClaimsText { to: to.into() }).collect(),
        Step::SignatureText { to } => texts(to, halves).into_iter().map(|to| Step::SignatureText { to: to.into() }).collect(),
        Step::WireText { to } => texts(to, halves).into_iter().map(|to| Step::WireText { to: to.into() }).collect(),
        Step::Append { text } => texts(text, halves).into_iter().map(|text| Step::Append { text: text.into() }).collect(),
        Step::Prepend { text } => texts(text, halves).into_iter().map(|text| Step::Prepend { text: text.into() }).collect(),
        Step::HeaderBytes { hex } => {
            let no_alg = [Step::DropHeader { name: "alg".into() }];
            no_alg.into_iter().chain(texts(hex, bytes).into_iter().map(|hex| Step::HeaderBytes { hex: hex.into() })).collect()
        }
        Step::ClaimsBytes { hex } => texts(hex, bytes).into_iter().map(|hex| Step::ClaimsBytes { hex: hex.into() }).collect(),
        Step::SignatureBytes { hex } => {
            let shorter = texts(hex, bytes).into_iter().map(|hex| Step::SignatureBytes { hex: hex.into() });
            [Step::DropSignature {}].into_iter().chain(shorter).collect()
        }
        Step::ExtendSignature { hex } => {
            texts(hex, bytes).into_iter().map(|hex| Step::ExtendSignature { hex: hex.into() }).collect()
        }
        Step::FillSignature { byte, count } if **count > 1 => {
            [1, **count / 2].map(|count| Step::FillSignature { byte: byte.clone(), count: count.into() }).into()
        }
        Step::RenameHeader { name, .. } => vec![Step::DropHeader { name: name.clone() }],
        Step::Mac { key, hash, derived } => {
            let plain = Step::Mac { key: key.clone(), hash: hash.clone(), derived: None };
            let empty = Step::Mac { key: MacKey::Text("".into()).into(), hash: hash.clone(), derived: None };
            let mut plainer = vec![Step::DropSignature {}];
            plainer.extend(derived.is_some().then_some(plain));
            plainer.extend((empty != *step).then_some(empty));
            plainer
        }
        Step::RandomSignature { .. }
        | Step::TruncateSignature { .. }
        | Step::RepeatSignature {}
        | Step::SpliceSignature { .. }
        | Step::RespellBase64 { .. }
        | Step::Sign { .. }
        | Step::EmbedKey { .. }
        | Step::EmbedChain { .. }
        | Step::EmbedUrl { .. }
        | Step::EcdsaScalars { .. }
        | Step::RespellEcdsa { .. }
        | Step::RespellEddsa { .. }
        | Step::SignEddsaVariant { .. }
        | Step::EddsaSmallOrder { .. }
        | Step::RsaCubeRoot { .. }
        | Step::RsaPadding { .. }
        | Step::RsaDigestInfo { .. }
        | Step::RsaHash { .. }
        | Step::RsaPss { .. }
        | Step::RsaInteger { .. } => vec![Step::DropSignature {}],
        _ => Vec::new(),
    }
}

fn texts(text: &str, smaller: fn(&str) -> Vec<String>) -> Vec<String> {
    smaller(text).into_iter().filter(|candidate| candidate.len() < text.len()).collect()
}

/// A JSON value made shorter.
fn json(text: &str) -> Vec<String> {
    let plain = ["1", "\"\"", "null", "true", "\"x\""].map(str::to_owned);
    let inner = text.strip_prefix('"').and_then(|t| t.strip_suffix('"'));
    let shorter: Vec<String> =
        inner.map(|inner| halves(inner).into_iter().map(|half| format!("\"{half}\"")).collect()).unwrap_or_default();
    if text.len() > 24 { plain.into_iter().chain(shorter).collect() } else { Vec::new() }
}

/// Either half of a text.
fn halves(text: &str) -> Vec<String> {
    let count = text.chars().count();
    if count < 2 {
        return Vec::new();
    }
    let (first, second): (Vec<_>, Vec<_>) = text.chars().enumerate().partition(|(i, _)| *i < count / 2);
    [first, second].map(|half| half.into_iter().map(|(_, c)| c).collect()).into()
}

/// Hex of either half, or without one byte at an end.
fn bytes(hex: &str) -> Vec<String> {
    let count = hex.len() / 2;
    if count == 0 {
        return Vec::new();
    }
    let half = (count / 2) * 2;
    [&hex[..half], &hex[half..], &hex[..hex.len() - 2], &hex[2..]].map(str::to_owned).into()
}
