//! A stage in a run: asking about its tokens, and what came of it.

use std::{
    collections::HashSet,
    sync::atomic::{AtomicBool, Ordering},
    time::{Duration, Instant},
};

use super::{
    Fingerprint,
    semaphore::{Permit, Semaphore},
    shrink,
    stage::{Prepared, Shown, Stage},
    token_source::TokenSource,
};
use crate::{
    ask::{Answer, Confirmed, Patience, Session},
    catalogue::{Case, Catalogue},
    oracle::{HELD, Meaning, policy::Rule},
    recipe::Recipe,
    report::{Control, Finding},
    verdict::{Outcome, Verdict},
    verifier::{AskError, Implementation, Verifier},
};

/// A stage and what became of it.
pub(super) struct StageRunner<'a> {
    stage: &'a Stage,
    source: TokenSource<'a>,
    kinds: HashSet<String>,
    found: Vec<Found>,
    control: Control,
    held: usize,
    /// Tokens that were answered, controls left out; a batch that was cut short counts as far as it came.
    answered: usize,
    /// Batches asked.
    batches: usize,
    /// Set once the target has refused to be set up so.
    closed: bool,
}

/// A finding, shrunk and confirmed.
#[derive(Clone, Debug)]
pub(super) struct Found {
    pub finding: Finding,
    pub case: Case,
    pub seen_at: usize,
    fingerprint: Fingerprint,
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
    session: Session<'a>,
    catalogue: &'a Catalogue,
}

/// Kinds of answers that are told apart.
const KINDS: usize = 2048;
/// One batch in so many begins with a token and not with a control.
const UNREADY: usize = 4;
/// Findings of a stage that are still shrunk; a target that accepts anything is known by then.
const FINDINGS: usize = 48;
impl<'a> StageRunner<'a> {
    pub(super) fn new(stage: &'a Stage, corpus: &[Case]) -> Self {
        Self {
            source: TokenSource::new(stage, corpus),
            kinds: HashSet::new(),
            found: Vec::new(),
            control: Control::of(stage.algorithm(), stage.configuration()),
            held: 0,
            answered: 0,
            batches: 0,
            closed: false,
            stage,
        }
    }

    pub(super) fn findings(&self) -> &[Found] {
        &self.found
    }

    pub(super) fn into_findings(self) -> Vec<Found> {
        self.found
    }

    pub(super) fn control(&self) -> &Control {
        &self.control
    }

    pub(super) fn kinds(&self) -> usize {
        self.kinds.len()
    }

    pub(super) fn source(&self) -> &TokenSource<'a> {
        &self.source
    }

    pub(super) fn held(&self) -> usize {
        self.held
    }

    pub(super) fn answered(&self) -> usize {
        self.answered
    }

    /// Forges and asks `count` tokens, of which `seen` were asked before over all stages; how many were asked.
    pub(super) fn run(
        &mut self,
        (implementation, semaphore, patience): (&dyn Implementation, &Semaphore, &Patience),
        count: usize,
        seen: usize,
        catalogue: &Catalogue,
        stop: &AtomicBool,
        end: Option<Instant>,
    ) -> Result<usize, AskError> {
        if self.closed {
            return Ok(0);
        }
        // Nothing is forged for what the target does not support, and it answers others while tokens are made.
        if !self.control.asked() && self.set_up(implementation, &semaphore.take())?.is_none() {
            return Ok(0);
        }
        let batch = self.batch(count);
        let permit = semaphore.take();
        let Some(verifier) = self.set_up(implementation, &permit)? else { return Ok(0) };
        let session = Session { setup: self.stage.setup(), verifier: &*verifier, patience };
        let (odd, asked) = self.ask(session, &batch);
        asked?;
        let asking = Asking { session, catalogue };
        for odd in odd {
            if stop.load(Ordering::Relaxed) || end.is_some_and(|end| Instant::now() >= end + Duration::from_secs(2)) {
                break;
            }
            self.investigate(&batch[odd.index], &odd, seen + odd.index + 1, &asking)?;
        }
        Ok(batch.len())
    }

    /// A verifier for this stage; `None` closes the stage.
    fn set_up(&mut self, implementation: &dyn Implementation, _: &Permit<'_>) -> Result<Option<Box<dyn Verifier>>, AskError> {
        let reason = match self.stage.setup().configure(implementation)? {
            Ok(verifier) => return Ok(Some(verifier)),
            Err(reason) => reason,
        };
        self.control.unsupported = Some(reason);
        self.closed = true;
        Ok(None)
    }

    fn batch(&mut self, count: usize) -> Vec<Prepared> {
        (0..count).filter_map(|_| self.source.next_of_run()).collect()
    }

    /// Asks the controls and the batch as one stream. Gives the answers that may matter, in the order of the batch.
    fn ask(&mut self, session: Session<'_>, batch: &[Prepared]) -> (Vec<Odd>, Result<(), AskError>) {
        self.batches += 1;
        let stage = self.stage;
        let lead = usize::from(self.batches.is_multiple_of(UNREADY));
        let questions: Vec<Shown<'_>> = batch.iter().map(|prepared| Shown { stage, prepared }).collect();
        let (mut odd, mut answers) = (Vec::new(), vec![None; batch.len()]);
        // Lent out, since what is learned from an answer goes elsewhere than what the controls say.
        let mut control = self.control.clone();
        let asked = session.stream(&questions, lead, &mut control, &mut |index, answer| {
            let Answer::Given(verdict, suspicious) = answer else { return };
            self.learn(&batch[index].recipe, &verdict);
            let holds = matches!(verdict, Verdict::Rejected(_)) && !suspicious;
            answers[index] = Some(holds);
            if !holds {
                odd.push(Odd { index, verdict, suspicious });
            }
        });
        self.control = control;
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
        if self.kinds.len() < KINDS && !self.kinds.contains(&kind) {
            self.kinds.insert(kind);
            self.source.keep(recipe);
        }
    }

    /// Looks into the odd answer to a prepared, confirms it and keeps what was found.
    fn investigate(&mut self, prepared: &Prepared, odd: &Odd, at: usize, asking: &Asking<'_>) -> Result<(), AskError> {
        let Some(meaning) = self.news(prepared, odd) else { return Ok(()) };
        let shown = Shown { stage: self.stage, prepared };
        let confirmed = asking.session.confirm(&shown, meaning, odd.verdict.clone(), &mut self.control)?;
        let Confirmed { meaning, verdict, again } = confirmed;
        // What came late once, or is the target's own affair, holds.
        self.held += usize::from(meaning == HELD);
        if matches!(meaning.outcome, Outcome::Held | Outcome::Skipped) {
            return Ok(());
        }
        let small = if again { shrink::shrink(&asking.session, &shown, meaning)? } else { None };
        self.keep(
            small.unwrap_or_else(|| (prepared.recipe.clone(), prepared.token.clone(), verdict)),
            meaning,
            at,
            asking.catalogue,
        );
        Ok(())
    }

    /// What the answer means, unless that is nothing, or known.
    fn news(&mut self, prepared: &Prepared, odd: &Odd) -> Option<Meaning> {
        // What a known forgery has to do with it, with steps added, is explained; unless the issuer signed it after all.
        let fingerprint = Fingerprint::of(&prepared.recipe);
        let forgery = |found: &Found| found.finding.outcome == Outcome::Forged && found.fingerprint.within(&fingerprint);
        let accepted = matches!(odd.verdict, Verdict::Accepted(_));
        let explained = accepted && self.found.iter().any(forgery) && !self.stage.verifies(&prepared.token);
        if explained || self.found.len() >= FINDINGS {
            return None;
        }
        let mut meaning = self.stage.judge(prepared, &odd.verdict);
        if meaning == HELD && odd.suspicious {
            meaning.outcome = Outcome::Slow;
        }
        // A key that anyone signs for is found out once.
        let void = self.stage.issuer().anyone_signs() && meaning.outcome == Outcome::Policy && meaning.rule.is_none();
        let known = |found: &Found| {
            found.finding.outcome == meaning.outcome
                && found.rule == meaning.rule
                && (void || found.fingerprint.within(&fingerprint))
        };
        self.held += usize::from(meaning == HELD);
        (meaning != HELD && !self.found.iter().any(known)).then_some(meaning)
    }

    fn keep(&mut self, (recipe, token, answer): (Recipe, String, Verdict), meaning: Meaning, at: usize, catalogue: &Catalogue) {
        let fingerprint = Fingerprint::of(&recipe);
        let case = self.stage.case(recipe, meaning, catalogue);
        let shown = (token.as_str(), Some(self.stage.canary()));
        let finding = Finding::new(&case, self.stage.algorithm(), meaning.outcome, shown, &answer);
        let found = Found { finding, case, seen_at: at, fingerprint, rule: meaning.rule };
        if !self.found.iter().any(|known| known.same_as(&found)) {
            self.found.push(found);
        }
    }
}

impl Found {
    /// Whether the policy model names the rule that was broken.
    pub(super) fn breaks_rule(&self) -> bool {
        self.rule.is_some()
    }

    /// The kinds of its steps.
    pub(super) fn fingerprint(&self) -> &Fingerprint {
        &self.fingerprint
    }

    /// Whether this finding already says what the other does.
    pub(super) fn same_as(&self, other: &Self) -> bool {
        self.finding.outcome == other.finding.outcome
            && self.rule == other.rule
            && (self.rule.is_some() || self.fingerprint == other.fingerprint)
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
