//! Words that a target itself uses: the names and texts in its source or its binary, for random fronts to put into tokens.
//!
//! No vocabulary of ours holds the header that only one verifier knows (`x-debug`, `skip-auth`). Its own files do, so they are read:
//! string literals and identifiers of sources in any language, printable runs of binaries. First comes what is no package of somebody
//! else's, then what stands near the talk of tokens, then what is rare.
//!
//! Deliberately absent: any parser, and any running of the target. A word too many costs one token; the bounds below keep a reading
//! short: 2,000 files, 64 MB, 20,000 words. The same files give the same words in the same order.

mod binary;
mod command;
mod files;
mod source;
#[cfg(test)]
mod tests;

use std::{
    collections::HashMap,
    io,
    path::{Path, PathBuf},
};

pub use command::of_command;

use self::files::Budget;

/// The most words that a harvest gives.
pub const MOST_WORDS: usize = 20_000;

/// The longest word in bytes.
const LONGEST: usize = 64;

/// What tokens are talked about with; in lower case.
const VOCABULARY: [&str; 24] = [
    "header",
    "alg",
    "kid",
    "claim",
    "token",
    "debug",
    "skip",
    "admin",
    "secret",
    "jwt",
    "jws",
    "jose",
    "verif",
    "bypass",
    "payload",
    "issuer",
    "audience",
    "signature",
    "insecure",
    "unsafe",
    "legacy",
    "backdoor",
    "trust",
    "bearer",
];

/// Why nothing could be harvested.
#[derive(Debug, thiserror::Error)]
pub enum HarvestError {
    /// The file or folder cannot be read.
    #[error("cannot read {}", path.display())]
    Read {
        /// Which.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
}

/// The words of a file, or of all files below a folder, the most promising first.
///
/// # Errors
/// If `path` itself cannot be read; files below it that cannot are passed over.
pub fn harvest(path: &Path) -> Result<Vec<String>, HarvestError> {
    let read = |source| HarvestError::Read { path: path.to_owned(), source };
    let root = path.canonicalize().map_err(read)?;
    let readable = if root.is_dir() { std::fs::read_dir(&root).map(drop) } else { std::fs::File::open(&root).map(drop) };
    readable.map_err(read)?;
    let (mut crop, mut budget) = (Crop::default(), Budget::default());
    crop.reap(&root, &mut budget);
    Ok(crop.ranked())
}

/// What is known about a word.
#[derive(Default)]
struct Notes {
    count: usize,
    near: bool,
    literal: bool,
    own: bool,
}

/// All words so far.
#[derive(Default)]
struct Crop {
    words: HashMap<String, Notes>,
    /// Whether what is read now is no package of somebody else's.
    own: bool,
}

impl Crop {
    /// Reads a file or folder as far as the budget goes.
    fn reap(&mut self, path: &Path, budget: &mut Budget) {
        let foreign = ["site-packages", "dist-packages", "node_modules"];
        self.own = !path.components().any(|part| foreign.iter().any(|name| part.as_os_str() == *name));
        for bytes in budget.files(path) {
            match std::str::from_utf8(&bytes) {
                Ok(text) if !text.contains('\0') => source::words(text, self),
                _ => binary::words(&bytes, self),
            }
        }
    }

    /// Takes a word in; `near` says whether tokens are talked about around it.
    fn add(&mut self, word: &str, literal: bool, near: bool) {
        let fits =
            (2..=LONGEST).contains(&word.len()) && !word.chars().any(char::is_control) && word.chars().any(char::is_alphabetic);
        if !fits || is_prose(word) {
            return;
        }
        let notes = self.words.entry(word.to_owned()).or_default();
        notes.count += 1;
        notes.near |= near;
        notes.literal |= literal;
        notes.own |= self.own;
    }

    fn ranked(self) -> Vec<String> {
        let mut words: Vec<(String, Notes)> = self.words.into_iter().collect();
        words.sort_unstable_by(|(a, x), (b, y)| {
            let rank = |notes: &Notes| {
                let Notes { near, literal, own, count } = *notes;
                (!own, !(near && literal), !near, !literal, count)
            };
            rank(x).cmp(&rank(y)).then_with(|| a.cmp(b))
        });
        words.into_iter().take(MOST_WORDS).map(|(word, _)| word).collect()
    }
}

/// Several words of letters in a row: a message to people.
fn is_prose(text: &str) -> bool {
    let plain = |word: &&str| word.trim_end_matches(['.', ',', ':', ';', '!', '?']).chars().all(char::is_alphabetic);
    let words: Vec<&str> = text.split_whitespace().collect();
    words.len() >= 3 && words.iter().filter(|word| plain(word)).count() * 4 >= words.len() * 3
}

/// Whether tokens are talked about in `text`.
fn is_about_tokens(text: &str) -> bool {
    let text = text.to_ascii_lowercase();
    VOCABULARY.iter().any(|word| text.contains(word))
}
