//! A part of a long list: `GAUNTLET_SAMPLE=K/N` takes every Nth entry from the Kth on, counted from 0. `.ci/run` lets the part rotate with
//! the commit; without the variable, everything is taken.

#![allow(clippy::print_stdout)] // Which part it was belongs beside the table.

/// Which part.
#[derive(Clone, Copy)]
pub struct Sample {
    first: usize,
    step: usize,
}

impl Sample {
    /// What the environment asks for, printed.
    pub fn asked() -> Self {
        let Ok(text) = std::env::var("GAUNTLET_SAMPLE") else { return Self { first: 0, step: 1 } };
        let parsed = text.split_once('/').and_then(|(first, step)| Some((first.parse().ok()?, step.parse().ok()?)));
        match parsed {
            Some((first, step)) if first < step => {
                println!("a sample: GAUNTLET_SAMPLE={text}");
                Self { first, step }
            }
            _ => panic!("GAUNTLET_SAMPLE={text} is not K/N with K below N"),
        }
    }

    /// Whether the entry at that place is in it.
    pub fn takes(self, place: usize) -> bool {
        place % self.step == self.first
    }
}
