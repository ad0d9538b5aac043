//! One verifier, asked about one token at a time, and the one measure of what is slow. Attack and fuzzer confirm with it.

use std::{
    ops::ControlFlow,
    sync::Arc,
    time::{Duration, Instant},
};

use crate::{
    token::{Draft, Member, Segment},
    verdict::Verdict,
    verifier::{AskError, Verifier},
};

/// An answer that comes sooner is never slow: far above what scheduling does to an ordinary one.
const SUSPICIOUS: Duration = Duration::from_millis(150);
/// An answer is slow if it takes this many times as long as the answer to the control.
const SLOW_FACTOR: u32 = 10;
/// How often in a row it has to be.
const ROUNDS: usize = 3;

fn is_late(took: Duration, usual: Duration) -> bool {
    took > SUSPICIOUS && took > usual.saturating_mul(SLOW_FACTOR)
}

/// The pace of a stream of answers, by which one stands out that is worth a second look.
pub(crate) struct Pace {
    last: Instant,
    /// The quickest answer to a control so far.
    usual: Option<Duration>,
}

impl Pace {
    /// A stream that begins now.
    pub(crate) fn new() -> Self {
        Self { last: Instant::now(), usual: None }
    }

    fn lap(&mut self) -> Duration {
        let now = Instant::now();
        now - std::mem::replace(&mut self.last, now)
    }

    /// The answer to a control has come.
    pub(crate) fn control(&mut self) {
        let took = self.lap();
        self.usual = Some(self.usual.map_or(took, |usual| usual.min(took)));
    }

    /// An answer has come; whether it is suspiciously late.
    pub(crate) fn late(&mut self) -> bool {
        let took = self.lap();
        is_late(took, self.usual.unwrap_or_default())
    }
}

/// A verifier and its control.
#[derive(Clone, Copy)]
pub(crate) struct Single<'a> {
    pub(crate) verifier: &'a dyn Verifier,
    /// The token that must be accepted.
    pub(crate) genuine: &'a str,
}

impl Single<'_> {
    /// Asks one token alone.
    pub(crate) fn answer(&self, token: &str) -> Result<Verdict, AskError> {
        Ok(self.ask(token)?.0)
    }

    /// Asks one token alone, and whether the answer came suspiciously late.
    pub(crate) fn answer_in_time(&self, token: &str) -> Result<(Verdict, bool), AskError> {
        let (verdict, took) = self.ask(token)?;
        Ok((verdict, is_late(took, Duration::ZERO)))
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
        let missing = token.len().saturating_sub(self.genuine.len());
        let mut draft = Draft::parse(self.genuine);
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
        assert!(!wait(1, &mut Pace::late));
        assert!(wait(200, &mut Pace::late), "no control has shown its time yet");
        let mut control = |pace: &mut Pace| {
            pace.control();
            false
        };
        wait(40, &mut control);
        assert!(!wait(200, &mut Pace::late), "no more than five times as long as the control");
        assert!(wait(600, &mut Pace::late), "fifteen times as long");
    }

    #[test]
    fn a_long_token_is_measured_against_one_as_long() {
        let genuine = "eyJhbGciOiJIUzI1NiJ9.e30.AA";
        let single = Single { verifier: &Reader, genuine };
        let slow = |token: &str| single.is_slow(token).expect("an answer");
        assert!(!slow(&"A".repeat(50_000)), "far slower than the genuine one, and no slower than any of its length");
        assert!(slow(&format!("!{}", "A".repeat(5_000))));
    }
}
