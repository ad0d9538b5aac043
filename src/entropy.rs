//! The one door through which randomness enters: a seeded stream of numbers, and decks that deal every value before one comes again.
//!
//! `SplitMix64` is written out here, nine lines of a published algorithm, because the same seed has to give the same tokens in every
//! release, and libraries of random numbers change their streams.

use std::collections::HashMap;

/// A stream of choices that follows from a seed.
#[derive(Clone, Debug)]
pub struct Entropy {
    state: u64,
    decks: HashMap<(&'static str, usize), Vec<u16>>,
}

impl Entropy {
    /// The stream of that seed.
    #[must_use]
    pub fn seeded(seed: u64) -> Self {
        Self { state: seed, decks: HashMap::new() }
    }

    /// Goes on with the stream of that seed; the decks stay as they lie.
    pub fn reseed(&mut self, seed: u64) {
        self.state = seed;
    }

    /// The next 64 bits (Steele, Lea, Flood: Fast Splittable Pseudorandom Number Generators, 2014).
    pub fn bits(&mut self) -> u64 {
        self.state = self.state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.state;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// A number below `n`; 0 if there is none.
    #[allow(clippy::cast_possible_truncation)] // The product's upper half is below `n`.
    pub fn below(&mut self, n: usize) -> usize {
        ((u128::from(self.bits()) * n as u128) >> 64) as usize
    }

    /// True in so many of a hundred cases.
    pub fn percent(&mut self, of: usize) -> bool {
        self.below(100) < of
    }

    /// One or more, seldom many: each further one is half as likely.
    pub fn few(&mut self, most: usize) -> usize {
        (1 + self.bits().trailing_ones() as usize).min(most.max(1))
    }

    /// One of several.
    ///
    /// # Panics
    /// If there is none.
    pub fn pick<'t, T>(&mut self, from: &'t [T]) -> &'t T {
        &from[self.below(from.len())]
    }

    /// One of several, each of them once before one comes again; `deck` names the place that asks.
    ///
    /// # Panics
    /// If there is none.
    pub fn draw_without_repeat<'t, T>(&mut self, deck: &'static str, from: &'t [T]) -> &'t T {
        let key = (deck, from.len());
        if self.decks.get(&key).is_none_or(Vec::is_empty) {
            let mut cards: Vec<u16> = (0..u16::try_from(from.len()).unwrap_or(u16::MAX)).collect();
            for i in (1..cards.len()).rev() {
                cards.swap(i, self.below(i + 1));
            }
            self.decks.insert(key, cards);
        }
        let card = self.decks.get_mut(&key).and_then(Vec::pop).expect("a deck of nothing is never asked");
        &from[usize::from(card)]
    }

    /// One of several that are not equally likely.
    ///
    /// # Panics
    /// If there is none.
    pub fn weighted<T: Copy>(&mut self, from: &[(usize, T)]) -> T {
        let mut ticket = self.below(from.iter().map(|(weight, _)| weight).sum());
        for (weight, value) in from {
            match ticket.checked_sub(*weight) {
                None => return *value,
                Some(rest) => ticket = rest,
            }
        }
        from[from.len() - 1].1
    }

    /// Random bytes.
    pub fn bytes(&mut self, count: usize) -> Vec<u8> {
        let mut out = Vec::with_capacity(count + 8);
        while out.len() < count {
            out.extend(self.bits().to_le_bytes());
        }
        out.truncate(count);
        out
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_stream_is_that_of_the_published_algorithm() {
        // The first three outputs for the seed 1234567, as its authors' reference code prints them.
        let mut entropy = Entropy::seeded(1_234_567);
        let first: Vec<u64> = (0..3).map(|_| entropy.bits()).collect();
        assert_eq!(first, [6_457_827_717_110_365_317, 3_203_168_211_198_807_973, 9_817_491_932_198_370_423]);
    }

    #[test]
    fn a_deck_deals_each_card_before_one_comes_again() {
        let (mut entropy, cards) = (Entropy::seeded(7), ["a", "b", "c", "d", "e"]);
        for _ in 0..20 {
            let mut dealt: Vec<&str> = (0..cards.len()).map(|_| *entropy.draw_without_repeat("test", &cards)).collect();
            dealt.sort_unstable();
            assert_eq!(dealt, cards);
        }
    }

    #[test]
    fn numbers_stay_below_their_bound() {
        let mut entropy = Entropy::seeded(0);
        for n in 1..200 {
            assert!(entropy.below(n) < n);
            assert!((1..=n).contains(&entropy.few(n)));
        }
        assert_eq!(entropy.below(0), 0);
        assert_eq!(entropy.bytes(13).len(), 13);
    }
}
