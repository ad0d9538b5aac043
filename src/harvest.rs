//! Words that a target itself uses: the names and texts in its source or its binary, for random fronts to put into tokens.
//!
//! No vocabulary of ours holds the header that only one verifier knows (`x-debug`, `skip-auth`). Its own files do, so they are
//! read: string literals and identifiers of sources in any language, printable runs of binaries; and private keys, which are left
//! in sources too. First comes what is not a package of somebody
//! else's, then what stands near the talk of tokens, then what is rare.
//!
//! Deliberately absent: any parser but that of keys, and any running of the target. A word too many costs one token; the bounds below keep a reading
//! short: 2,000 files, 64 MB, 20,000 words. The same files give the same words in the same order.

mod binary;
mod command;
mod files;
mod source;
#[cfg(test)]
mod tests;

use std::{
    collections::{HashMap, HashSet},
    io,
    path::{Path, PathBuf},
    sync::LazyLock,
};

use memchr::memmem::Finder;

pub use command::of_command;

use self::files::Budget;
use crate::keys::private_keys;

/// The most words that a harvest gives.
pub const MOST_WORDS: usize = 20_000;

/// The most passages that a harvest gives.
const MOST_PASSAGES: usize = 1_000;

/// The most private keys that a harvest gives.
const MOST_KEYS: usize = 64;

/// The longest word in bytes.
const LONGEST: usize = 64;

/// [`WORDS`], ready to be looked for: a harvest does so in a hundred thousand texts.
static VOCABULARY: LazyLock<[Finder<'static>; WORDS.len()]> = LazyLock::new(|| WORDS.map(Finder::new));

/// What tokens are talked about with; in lower case.
const WORDS: [&str; 24] = [
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

/// What a reading gave.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Harvest {
    /// Words, the most promising first.
    pub words: Vec<String>,
    /// Literals that stand close together in sources that are not somebody else's package, in their order: a name and its value, an
    /// id and its secret are written side by side.
    pub passages: Vec<Vec<String>>,
    /// Private keys, PEM texts and JWKs, as PEM: in sources and in files of their own.
    pub keys: Vec<String>,
}

impl Harvest {
    /// Adds another's, behind what is there; no word twice.
    pub fn extend(&mut self, other: Self) {
        let mut seen: HashSet<String> = self.words.iter().cloned().collect();
        self.words.extend(other.words.into_iter().filter(|word| seen.insert(word.clone())));
        self.passages.extend(other.passages.into_iter().filter(|passage| !self.passages.contains(passage)).collect::<Vec<_>>());
        self.keys.extend(other.keys.into_iter().filter(|key| !self.keys.contains(key)).collect::<Vec<_>>());
    }
}

impl From<Vec<String>> for Harvest {
    fn from(words: Vec<String>) -> Self {
        Self { words, ..Self::default() }
    }
}

/// The words of a file, or of all files below a folder.
///
/// # Errors
/// If `path` itself cannot be read; files below it that cannot are passed over.
pub fn harvest(path: &Path) -> Result<Harvest, HarvestError> {
    let read = |source| HarvestError::Read { path: path.to_owned(), source };
    let root = path.canonicalize().map_err(read)?;
    let readable = if root.is_dir() { std::fs::read_dir(&root).map(drop) } else { std::fs::File::open(&root).map(drop) };
    readable.map_err(read)?;
    let (mut collector, mut budget) = (Collector::default(), Budget::default());
    collector.scan(&root, &mut budget);
    Ok(collector.ranked())
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
struct Collector {
    words: HashMap<String, Notes>,
    passages: Vec<Vec<String>>,
    keys: Vec<String>,
    /// Whether what is read now is not a package of somebody else's.
    own: bool,
}

impl Collector {
    /// Reads a file or folder as far as the budget goes.
    fn scan(&mut self, path: &Path, budget: &mut Budget) {
        let foreign = ["site-packages", "dist-packages", "node_modules"];
        for (file, bytes) in budget.files(path) {
            self.own = !file.components().any(|part| foreign.iter().any(|name| part.as_os_str() == *name));
            match std::str::from_utf8(&bytes) {
                Ok(text) if !text.contains('\0') => {
                    self.find_keys(text);
                    source::words(text, self);
                }
                _ => binary::words(&bytes, self),
            }
        }
    }

    /// Takes a word in; `near` says whether tokens are talked about around it.
    fn add(&mut self, word: &str, literal: bool, near: bool) {
        if !is_word(word) {
            return;
        }
        let notes = self.words.entry(word.to_owned()).or_default();
        notes.count += 1;
        notes.near |= near;
        notes.literal |= literal;
        notes.own |= self.own;
    }

    fn find_keys(&mut self, text: &str) {
        let room = MOST_KEYS.saturating_sub(self.keys.len());
        let new = private_keys(text).into_iter().filter(|pem| !self.keys.contains(pem)).take(room).collect::<Vec<_>>();
        self.keys.extend(new);
    }

    /// Takes literals in that stand close together.
    fn pass(&mut self, literals: Vec<String>) {
        if self.own && literals.len() > 1 && self.passages.len() < MOST_PASSAGES && !self.passages.contains(&literals) {
            self.passages.push(literals);
        }
    }

    fn ranked(self) -> Harvest {
        let mut words: Vec<(String, Notes)> = self.words.into_iter().collect();
        words.sort_unstable_by(|(a, x), (b, y)| {
            let rank = |notes: &Notes| {
                let Notes { near, literal, own, count } = *notes;
                (!own, !(near && literal), !near, !literal, count)
            };
            rank(x).cmp(&rank(y)).then_with(|| a.cmp(b))
        });
        let words = words.into_iter().take(MOST_WORDS).map(|(word, _)| word).collect();
        Harvest { words, passages: self.passages, keys: self.keys }
    }
}

fn is_word(text: &str) -> bool {
    (2..=LONGEST).contains(&text.len())
        && !text.chars().any(char::is_control)
        && text.chars().any(char::is_alphabetic)
        && !is_prose(text)
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
    VOCABULARY.iter().any(|word| word.find(text.as_bytes()).is_some())
}
