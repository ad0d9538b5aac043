//! One verifier, asked about one token at a time, and the one measure of what is slow. Attack and fuzzer confirm with it.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use crate::{
    target::{AskError, Verifier},
    token::{Draft, Member, Segment},
    verdict::Verdict,
};

/// A wait for an answer that makes it worth a second look; far above what scheduling does to an ordinary answer.
pub(crate) const SUSPICIOUS: Duration = Duration::from_millis(150);
/// An answer is slow if it takes this many times as long as that to the control, and [`SUSPICIOUS`] longer.
const SLOW_FACTOR: u32 = 10;

/// A verifier and its control.
#[derive(Clone, Copy)]
pub(crate) struct Single<'a> {
    pub(crate) verifier: &'a dyn Verifier,
    /// The token that must be accepted.
    pub(crate) genuine: &'a str,
}

impl Single<'_> {
    /// Asks one token alone; the answer, and how long it took.
    pub(crate) fn ask(&self, token: &str) -> Result<(Verdict, Duration), AskError> {
        let started = Instant::now();
        let mut answered = None;
        self.verifier.verify_all(&[token], &mut |_, verdict| answered = Some(verdict))?;
        answered
            .map(|verdict| (verdict, started.elapsed()))
            .ok_or_else(|| AskError("the target gave no answer and no error".to_owned()))
    }

    /// Whether the token takes far longer than the control each time, after an answer that `took` so long: the fastest of three
    /// counts. The control of a long token is as long: reading takes its time, and a limit on length is the operator's to set.
    pub(crate) fn is_slow(&self, token: &str, took: Duration) -> Result<bool, AskError> {
        let control = self.as_long_as(token);
        let (mut fastest, mut usual) = (took, Duration::MAX);
        for _ in 0..2 {
            fastest = fastest.min(self.ask(token)?.1);
            usual = usual.min(self.ask(&control)?.1);
        }
        Ok(fastest > SUSPICIOUS && fastest > usual.saturating_mul(SLOW_FACTOR))
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
    fn a_long_token_is_measured_against_one_as_long() {
        let genuine = "eyJhbGciOiJIUzI1NiJ9.e30.AA";
        let single = Single { verifier: &Reader, genuine };
        let slow = |token: &str| single.ask(token).and_then(|(_, took)| single.is_slow(token, took)).expect("an answer");
        assert!(!slow(&"A".repeat(50_000)), "far slower than the genuine one, and no slower than any of its length");
        assert!(slow(&format!("!{}", "A".repeat(5_000))));
    }
}
