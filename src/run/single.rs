//! One verifier, asked about one token at a time, and the one measure of what is slow. Attack and fuzzer confirm with it.

use std::time::{Duration, Instant};

use crate::{
    target::{AskError, Verifier},
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
    /// counts.
    pub(crate) fn is_slow(&self, token: &str, took: Duration) -> Result<bool, AskError> {
        let (mut fastest, mut usual) = (took, Duration::MAX);
        for _ in 0..2 {
            fastest = fastest.min(self.ask(token)?.1);
            usual = usual.min(self.ask(self.genuine)?.1);
        }
        Ok(fastest > SUSPICIOUS && fastest > usual.saturating_mul(SLOW_FACTOR))
    }
}
