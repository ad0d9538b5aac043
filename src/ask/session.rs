//! Asking one verifier: controls and questions as one stream, single questions, and the one measure of what is slow.

use std::{
    ops::ControlFlow,
    sync::Arc,
    time::{Duration, Instant},
};

use super::{Patience, Setup};
use crate::{
    oracle::{HELD, Meaning},
    report::Control,
    token::{Draft, Member, Segment},
    verdict::{Outcome, Verdict},
    verifier::{AskError, Verifier},
};

/// A token with what decides over the answer to it.
pub(crate) trait Question {
    /// The token.
    fn token(&self) -> &str;

    /// What an answer means, apart from how long it took.
    fn judge(&self, verdict: &Verdict) -> Meaning;

    /// What it has in common with others: after a few hangs the rest is not asked.
    fn class(&self) -> String;

    /// A token whose acceptance excuses that meaning: then the target goes by another rule, which is its own affair.
    fn excuse(&self, _: Meaning) -> Option<String> {
        None
    }
}

/// What came of one question in a stream.
#[derive(Debug)]
pub(crate) enum Answer {
    /// An answer, and whether it came suspiciously late.
    Given(Verdict, bool),
    /// It was not asked, for this reason.
    Skipped(String),
}

/// A verifier that is being asked.
#[derive(Clone, Copy)]
pub(crate) struct Session<'a> {
    pub(crate) setup: &'a Setup,
    pub(crate) verifier: &'a dyn Verifier,
    pub(crate) patience: &'a Patience,
}

/// An answer that comes sooner is never slow: far above what scheduling does to an ordinary one.
const SUSPICIOUS: Duration = Duration::from_millis(150);
/// An answer is slow if it takes this many times as long as that to the control.
const SLOW_FACTOR: u32 = 10;
/// How often in a row it has to be.
const ROUNDS: usize = 3;

fn is_late(took: Duration, usual: Duration) -> bool {
    took > SUSPICIOUS && took > usual.saturating_mul(SLOW_FACTOR)
}

/// The pace of a stream of answers, by which one stands out that is worth a second look.
struct Pace {
    last: Instant,
    /// The quickest answer to a control so far.
    usual: Option<Duration>,
}

impl Pace {
    /// A stream that begins now.
    fn new() -> Self {
        Self { last: Instant::now(), usual: None }
    }

    fn lap(&mut self) -> Duration {
        let now = Instant::now();
        now - std::mem::replace(&mut self.last, now)
    }

    /// The answer to a control has come.
    fn control(&mut self) {
        let took = self.lap();
        self.usual = Some(self.usual.map_or(took, |usual| usual.min(took)));
    }

    /// An answer has come; how long it took, and whether that is suspiciously late.
    fn late(&mut self) -> (Duration, bool) {
        let took = self.lap();
        (took, is_late(took, self.usual.unwrap_or_default()))
    }
}

impl Session<'_> {
    /// Asks the controls, the questions and a control again, as one stream; `lead` of the questions come before the first control, since
    /// some verifiers are not ready by their very first answer. Hands over each answer with the index of its question; one may come
    /// again, see [`Verifier::verify_all`].
    pub(crate) fn stream<Q: Question>(
        &self,
        questions: &[Q],
        lead: usize,
        control: &mut Control,
        on_answer: &mut dyn FnMut(usize, Answer),
    ) -> Result<(), AskError> {
        let mut pending: Vec<usize> = (0..questions.len()).collect();
        let mut lead = lead.min(pending.len());
        loop {
            if self.patience.is_touched() {
                pending.retain(|index| match self.patience.exhausted(&questions[*index].class()) {
                    Some(reason) => {
                        on_answer(*index, Answer::Skipped(reason));
                        false
                    }
                    None => true,
                });
            }
            let mut answered = vec![false; pending.len()];
            self.once(questions, &pending, lead, control, &mut |at, answer| {
                answered[at] = true;
                on_answer(pending[at], answer);
            })?;
            if answered.iter().all(|answered| *answered) {
                return Ok(());
            }
            // Asking on brings nothing; and what got no answer must not count as held.
            if !answered.contains(&true) {
                return Err(AskError::Unreachable("the target gave no answer and no error".to_owned()));
            }
            let mut answered = answered.into_iter();
            pending.retain(|_| !answered.next().unwrap_or_default());
            lead = 0;
        }
    }

    /// One stream, which ends early when the patience with a class does.
    fn once<Q: Question>(
        &self,
        questions: &[Q],
        pending: &[usize],
        lead: usize,
        control: &mut Control,
        on_answer: &mut dyn FnMut(usize, Answer),
    ) -> Result<(), AskError> {
        let Setup { genuine, broken, other, .. } = self.setup;
        let lead = lead.min(pending.len());
        let (before, after) = pending.split_at(lead);
        let text = |index: &usize| questions[*index].token();
        let controls = [genuine.as_str(), broken.as_str()];
        let tokens: Vec<&str> =
            before.iter().map(text).chain(controls).chain(after.iter().map(text)).chain([other.as_str()]).collect();
        let last = tokens.len() - 1;
        let mut pace = Pace::new();
        self.verifier.verify_all(&tokens, &mut |i, verdict| {
            if i == lead || i == lead + 1 || i == last {
                pace.control();
                if i == lead + 1 {
                    control.note_broken(&verdict);
                } else {
                    control.note_genuine(&verdict);
                }
                return ControlFlow::Continue(());
            }
            let at = if i < lead { i } else { i - 2 };
            let (took, late) = pace.late();
            let hung = matches!(verdict, Verdict::Hung(_));
            on_answer(at, Answer::Given(verdict, late));
            if !hung {
                return ControlFlow::Continue(());
            }
            let class = questions[pending[at]].class();
            self.patience.hung(&class, took);
            if self.patience.exhausted(&class).is_some() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        })
    }

    /// The answer to one token alone.
    pub(crate) fn answer(&self, token: &str) -> Result<Verdict, AskError> {
        Ok(self.ask(token)?.0)
    }

    /// What the answer to a question means that is asked alone, and the answer.
    pub(crate) fn meaning<Q: Question>(&self, question: &Q) -> Result<(Meaning, Verdict), AskError> {
        let (verdict, took) = self.ask(question.token())?;
        let meaning = question.judge(&verdict);
        if meaning == HELD && is_late(took, Duration::ZERO) && self.is_slow(question.token())? {
            return Ok((Outcome::Slow.into(), verdict));
        }
        let excused = match question.excuse(meaning) {
            Some(token) => matches!(self.answer(&token)?, Verdict::Accepted(_)),
            None => false,
        };
        Ok((if excused { HELD } else { meaning }, verdict))
    }

    /// Asks one token alone; the answer, and how long it took.
    fn ask(&self, token: &str) -> Result<(Verdict, Duration), AskError> {
        let started = Instant::now();
        let mut answered = None;
        self.verifier.verify_all(&[token], &mut |_, verdict| {
            answered = Some(verdict);
            ControlFlow::Continue(())
        })?;
        answered
            .map(|verdict| (verdict, started.elapsed()))
            .ok_or_else(|| AskError::Unreachable("the target gave no answer and no error".to_owned()))
    }

    /// Whether the token takes far longer than the control, time after time. The control of a long token is as long: reading takes its
    /// time, and a limit on length is the operator's to set.
    pub(crate) fn is_slow(&self, token: &str) -> Result<bool, AskError> {
        let control = self.as_long_as(token);
        for _ in 0..ROUNDS {
            let took = self.ask(token)?.1;
            if !is_late(took, Duration::ZERO) || !is_late(took, self.ask(&control)?.1) {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// The genuine token, with a header member that makes it no shorter than `token`.
    fn as_long_as(&self, token: &str) -> String {
        let genuine = &self.setup.genuine;
        let missing = token.len().saturating_sub(genuine.len());
        let mut draft = Draft::parse(genuine);
        if missing > 0
            && let Some(Segment::Object(members)) = draft.segments.first_mut()
        {
            // Three bytes are four characters.
            let text = "A".repeat(missing / 4 * 3);
            Arc::make_mut(members).push(Member::new("\"x\"", format!("\"{text}\"")));
        }
        draft.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{algorithm::Algorithm, configuration::Configuration};

    fn setup() -> Setup {
        Setup::new(Algorithm::HS256, Configuration::default()).expect("a key")
    }

    /// Takes a while for every byte, and longer for a token with a mark.
    struct Reader;

    impl Verifier for Reader {
        fn verify(&self, token: &str) -> Result<Verdict, AskError> {
            let marked = token.starts_with('!');
            std::thread::sleep(Duration::from_micros(token.len() as u64 * if marked { 60 } else { 4 }));
            Ok(Verdict::rejected("no"))
        }
    }

    #[test]
    fn what_is_late_depends_on_the_controls_of_the_stream() {
        let mut pace = Pace::new();
        let mut wait = |ms, is: &mut dyn FnMut(&mut Pace) -> bool| {
            std::thread::sleep(Duration::from_millis(ms));
            is(&mut pace)
        };
        let mut late = |pace: &mut Pace| pace.late().1;
        assert!(!wait(1, &mut late));
        assert!(wait(200, &mut late), "no control has shown its time yet");
        let mut control = |pace: &mut Pace| {
            pace.control();
            false
        };
        wait(40, &mut control);
        assert!(!wait(200, &mut late), "no more than five times as long as the control");
        assert!(wait(600, &mut late), "fifteen times as long");
    }

    #[test]
    fn a_long_token_is_measured_against_one_as_long() {
        let (setup, patience) = (setup(), Patience::default());
        let session = Session { setup: &setup, verifier: &Reader, patience: &patience };
        let slow = |token: &str| session.is_slow(token).expect("an answer");
        assert!(!slow(&"A".repeat(50_000)), "far slower than the genuine one, and no slower than any of its length");
        assert!(slow(&format!("!{}", "A".repeat(5_000))));
    }

    /// A token of a class, which is the part before its dot.
    struct Plain(&'static str);

    impl Question for Plain {
        fn token(&self) -> &str {
            self.0
        }

        fn judge(&self, verdict: &Verdict) -> Meaning {
            if matches!(verdict, Verdict::Hung(_)) { Outcome::Hung.into() } else { HELD }
        }

        fn class(&self) -> String {
            self.0.split('.').next().unwrap_or_default().to_owned()
        }
    }

    #[test]
    fn after_a_few_hangs_the_rest_of_a_class_is_skipped_and_everything_else_asked() {
        let (setup, patience) = (setup(), Patience::default());
        let hanging = |token: &str| {
            if token.starts_with("hang.") { Verdict::Hung(Duration::from_millis(1)) } else { Verdict::rejected("no") }
        };
        let questions = ["hang.1", "a.1", "hang.2", "a.2", "hang.3", "hang.4", "a.3", "hang.5", "a.4"].map(Plain);
        let mut answers: Vec<Option<Answer>> = questions.iter().map(|_| None).collect();
        let mut control = Control::of(setup.algorithm, &setup.configuration);
        let session = Session { setup: &setup, verifier: &hanging, patience: &patience };
        session.stream(&questions, 0, &mut control, &mut |i, answer| answers[i] = Some(answer)).expect("answers");
        let skipped: Vec<usize> =
            answers.iter().enumerate().filter(|(_, a)| matches!(a, Some(Answer::Skipped(_)))).map(|(i, _)| i).collect();
        assert_eq!(skipped, [5, 7]);
        assert!(answers.iter().all(Option::is_some), "{answers:?}");
    }

    /// Answers nothing, and says that all is well.
    struct Mute;

    impl Verifier for Mute {
        fn verify(&self, _: &str) -> Result<Verdict, AskError> {
            Ok(Verdict::rejected("no"))
        }

        fn verify_all(&self, _: &[&str], _: crate::verifier::OnAnswer<'_>) -> Result<(), AskError> {
            Ok(())
        }
    }

    #[test]
    fn a_target_that_leaves_questions_unanswered_ends_the_stream_with_an_error() {
        let (setup, patience) = (setup(), Patience::default());
        let session = Session { setup: &setup, verifier: &Mute, patience: &patience };
        let mut control = Control::of(setup.algorithm, &setup.configuration);
        let asked = session.stream(&[Plain("a.1")], 0, &mut control, &mut |_, _| {});
        assert!(asked.is_err());
    }
}
