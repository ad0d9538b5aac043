//! The table between what should happen, what happened, and what that means.
//!
//! Invariant: no I/O and no knowledge of any attack: only the provenance of the bytes, what the case expects, and the answer.

use crate::verdict::{Echo, Expectation, Outcome, Provenance, Verdict};

/// Decides what an answer means. The whole policy of the gauntlet is this table.
#[must_use]
#[allow(clippy::match_same_arms)] // Read as a table, row by row.
pub fn judge(expected: &Expectation, from: Provenance, verdict: &Verdict, echo: Echo) -> Outcome {
    use {Expectation as E, Provenance as P, Verdict as V};
    match (verdict, expected, from, echo) {
        (V::Crashed(_), ..) => Outcome::Crashed,
        (V::Hung(_), ..) => Outcome::Hung,
        (V::Rejected(_), E::Accept, ..) => Outcome::Overstrict,
        (V::Rejected(_), ..) => Outcome::Held,
        // The bytes outrank the file: nothing excuses taking claims that nobody signed.
        (V::Accepted(_), _, P::Forged, Echo::Silent | Echo::Canary) | (V::Accepted(_), _, P::Respelled, Echo::Canary) => {
            Outcome::Forged
        }
        (V::Accepted(_), E::Accept | E::Either { .. }, ..) => Outcome::Held,
        (V::Accepted(_), E::Reject, P::Forged, Echo::Quoted) => Outcome::Malleable,
        (V::Accepted(_), E::Reject, P::Respelled, _) => Outcome::Malleable,
        (V::Accepted(_), E::Reject, P::Genuine, _) => Outcome::Policy,
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn the_table_is_what_it_says() {
        let either = Expectation::Either { because: "a test".into() };
        let accepted = Verdict::Accepted(None);
        let rejected = Verdict::Rejected("no".into());
        let table = [
            (&Expectation::Reject, Provenance::Forged, &accepted, Echo::Silent, Outcome::Forged),
            (&Expectation::Reject, Provenance::Forged, &accepted, Echo::Canary, Outcome::Forged),
            (&Expectation::Reject, Provenance::Forged, &accepted, Echo::Quoted, Outcome::Malleable),
            (&Expectation::Reject, Provenance::Respelled, &accepted, Echo::Silent, Outcome::Malleable),
            (&Expectation::Reject, Provenance::Respelled, &accepted, Echo::Canary, Outcome::Forged),
            (&Expectation::Reject, Provenance::Genuine, &accepted, Echo::Silent, Outcome::Policy),
            (&Expectation::Reject, Provenance::Forged, &rejected, Echo::Silent, Outcome::Held),
            (&Expectation::Accept, Provenance::Genuine, &accepted, Echo::Silent, Outcome::Held),
            (&Expectation::Accept, Provenance::Respelled, &accepted, Echo::Silent, Outcome::Held),
            (&Expectation::Accept, Provenance::Forged, &accepted, Echo::Silent, Outcome::Forged),
            (&Expectation::Accept, Provenance::Genuine, &rejected, Echo::Silent, Outcome::Overstrict),
            (&either, Provenance::Forged, &accepted, Echo::Silent, Outcome::Forged),
            (&either, Provenance::Respelled, &accepted, Echo::Silent, Outcome::Held),
            (&either, Provenance::Genuine, &rejected, Echo::Silent, Outcome::Held),
        ];
        for (expected, from, verdict, echo, outcome) in table {
            assert_eq!(judge(expected, from, verdict, echo), outcome, "{expected:?} {from:?} {verdict:?} {echo:?}");
        }
    }

    #[test]
    fn a_crash_or_a_hang_is_never_excused() {
        for expected in [Expectation::Accept, Expectation::Reject] {
            for from in [Provenance::Genuine, Provenance::Respelled, Provenance::Forged] {
                assert_eq!(judge(&expected, from, &Verdict::Crashed("x".into()), Echo::Silent), Outcome::Crashed);
                assert_eq!(judge(&expected, from, &Verdict::Hung(Duration::ZERO), Echo::Silent), Outcome::Hung);
            }
        }
    }
}
