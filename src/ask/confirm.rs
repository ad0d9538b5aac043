//! Asking again about what looked odd, and who is to blame.
//!
//! The one rule: what is odd is asked again, alone, next to the genuine token, and only what happens again is a finding. A target that
//! dies or hangs over the genuine token as well is broken, and the token beside it not to blame. Accepting a forgery once is enough.

use std::sync::atomic::{AtomicBool, Ordering};

use super::{
    Session,
    session::{Answer, Question},
};
use crate::{
    oracle::{HELD, Meaning},
    report::Control,
    verdict::{Outcome, Verdict},
    verifier::AskError,
};

/// Why a case is skipped over which the target died or hung.
const NO_FAULT: &str = "the target crashed or hung on a genuine token too, so nothing is known about the case";

/// Why a case is skipped whose answer came late, once.
const LATE_ONCE: &str = "its answer was slow, and the run ended before it could be repeated";

/// What is left of an odd answer once it was asked about again.
#[derive(Clone, Debug)]
pub(crate) struct Confirmed {
    /// [`Outcome::Skipped`] if the target did the same over the genuine token.
    pub(crate) meaning: Meaning,
    /// The answer that decided.
    pub(crate) verdict: Verdict,
    /// Whether it happened again at once.
    pub(crate) again: bool,
}

/// What came of a question in the end.
#[derive(Clone, Debug)]
pub(crate) enum Settled {
    /// As it should be.
    Held,
    /// Nothing is known, for this reason.
    Skipped(String),
    /// It did not hold.
    Found(Meaning, Verdict),
}

impl Session<'_> {
    /// Asks again about a question whose first answer, `verdict`, means `first`.
    pub(crate) fn confirm<Q: Question>(
        &self,
        question: &Q,
        first: Meaning,
        verdict: Verdict,
        control: &mut Control,
    ) -> Result<Confirmed, AskError> {
        if first.outcome == Outcome::Slow {
            let again = self.is_slow(question.token())?;
            return Ok(Confirmed { meaning: if again { first } else { HELD }, verdict, again });
        }
        let genuine = self.answer(&self.setup.genuine)?;
        control.note_genuine(&genuine);
        let (second, again) = self.meaning(question)?;
        if let Verdict::Hung(limit) = again {
            self.patience.hung(&question.class(), limit);
        }
        if second == first {
            return Ok(Confirmed { meaning: blamed(first, &genuine), verdict, again: true });
        }
        // Not the same twice. Of anything but a forgery the graver of two more answers counts.
        let (third, last) = self.meaning(question)?;
        let first = if first.outcome == Outcome::Forged { first } else { HELD };
        let answers = [(first, verdict), (second, again), (third, last)];
        let (meaning, verdict) = answers.into_iter().max_by_key(|(meaning, _)| meaning.outcome).expect("three answers");
        Ok(Confirmed { meaning: blamed(meaning, &genuine), verdict, again: false })
    }

    /// Asks all questions as one stream, confirms what is odd, and hands over what came of each, in order. What was found before an
    /// error is handed over.
    pub(crate) fn settle<Q: Question>(
        &self,
        questions: &[Q],
        control: &mut Control,
        stop: &AtomicBool,
        on_settled: &mut dyn FnMut(usize, Settled),
    ) -> Result<(), AskError> {
        let mut answers: Vec<Option<Answer>> = questions.iter().map(|_| None).collect();
        let mut asked = self.stream(questions, 0, control, &mut |index, answer| answers[index] = Some(answer));
        for (index, answer) in answers.into_iter().enumerate() {
            let (verdict, late) = match answer {
                None => continue,
                Some(Answer::Skipped(reason)) => {
                    on_settled(index, Settled::Skipped(reason));
                    continue;
                }
                Some(Answer::Given(verdict, late)) => (verdict, late),
            };
            let meaning = questions[index].judge(&verdict);
            let first = if meaning == HELD && late { Outcome::Slow.into() } else { meaning };
            if first == HELD {
                on_settled(index, Settled::Held);
                continue;
            }
            let confirmed = if asked.is_err() || stop.load(Ordering::Relaxed) {
                None
            } else {
                // A target that is lost meanwhile leaves the finding as it was first seen.
                self.confirm(&questions[index], first, verdict.clone(), control).map_err(|error| asked = Err(error)).ok()
            };
            on_settled(index, settled(first, verdict, confirmed));
        }
        asked
    }
}

fn settled(first: Meaning, verdict: Verdict, confirmed: Option<Confirmed>) -> Settled {
    let (meaning, verdict) = match confirmed {
        None if first.outcome == Outcome::Slow => return Settled::Skipped(LATE_ONCE.to_owned()),
        None => (first, verdict),
        Some(Confirmed { meaning, verdict, .. }) => (meaning, verdict),
    };
    match meaning.outcome {
        Outcome::Held => Settled::Held,
        Outcome::Skipped => Settled::Skipped(NO_FAULT.to_owned()),
        _ => Settled::Found(meaning, verdict),
    }
}

/// A target that dies or hangs over a genuine token as well is broken or slow: then the token beside it is not to blame.
fn blamed(meaning: Meaning, genuine: &Verdict) -> Meaning {
    let dead = matches!(genuine, Verdict::Crashed(_) | Verdict::Hung(_));
    if dead && matches!(meaning.outcome, Outcome::Crashed | Outcome::Hung) { Outcome::Skipped.into() } else { meaning }
}
