//! The vocabulary: spellings and values that have fooled a JWT library, in every part of a token, and words harvested from a target.
//!
//! Values are raw JSON text, written verbatim. Deliberately absent: which of them belongs to which advisory; that is said in the
//! attack files. A word is here because lax code in general mishandles its kind, not because of any one library.

mod claims;
mod header;
mod keys;
mod texts;

use std::sync::Arc;

pub use self::{claims::*, header::*, keys::*, texts::*};
use crate::{harvest::Harvest, text::quoted, trust::Trust};

/// The vocabulary that a sampler draws from, with what was harvested from the target.
#[derive(Clone, Debug)]
pub struct Words {
    /// Words that the target knows: names, texts.
    pub harvested: Arc<[String]>,
    /// Words that may open a back door: such as are often used, then the target's own.
    pub back_doors: Arc<[String]>,
    /// Up to three of the target's words that are written side by side.
    pub neighbours: Arc<[Vec<String>]>,
    /// Private keys that lie about in the target's files.
    pub private_keys: Vec<SigningKey>,
}

/// Neighbourhoods that a sampler deals from.
const NEIGHBOURHOODS: usize = 4_000;

impl Words {
    /// The built-in vocabulary and these words of the target's.
    #[must_use]
    pub fn with(harvested: impl Into<Harvest>) -> Self {
        let Harvest { words, passages, keys } = harvested.into();
        let three = |passage: &Vec<String>| {
            let windows = passage.windows(passage.len().min(3));
            windows.map(<[String]>::to_vec).collect::<Vec<_>>()
        };
        let mut neighbours: Vec<Vec<String>> = passages.iter().flat_map(three).collect();
        neighbours.truncate(NEIGHBOURHOODS);
        let back_doors = BACK_DOORS.iter().map(|word| (*word).to_owned()).chain(words.iter().cloned()).collect();
        Self { harvested: words.into(), back_doors, neighbours: neighbours.into(), private_keys: signing_keys(&keys) }
    }
}

impl Default for Words {
    /// The built-in vocabulary alone.
    fn default() -> Self {
        Self::with(Harvest::default())
    }
}

/// The algorithms' own name, spelled as careless comparisons would take it.
#[must_use]
pub fn spellings(name: &str) -> Vec<String> {
    let (family, size) = name.split_at(2.min(name.len()));
    let texts = [
        name.to_lowercase(),
        name.to_uppercase(),
        format!("{family}-{size}"),
        format!("{family}_{size}"),
        format!("{family} {size}"),
        format!("{name} "),
        format!(" {name}"),
        format!("{name}\n"),
        format!("{name}\0"),
        format!("{name}\0x"),
        format!("{name}x"),
        format!("{name},none"),
        format!("{name}.none"),
        name[..name.len() - 1].to_owned(),
        format!("{}A{}", family.chars().next().unwrap_or_default(), size),
        format!("SHA{size}"),
        size.to_owned(),
        format!("{name}{name}"),
        // What Unicode folds to the same: the long s in capitals, and full width by compatibility.
        name.replace('S', "\u{17f}"),
        name.chars().map(|c| char::from_u32(u32::from(c) + 0xfee0).unwrap_or(c)).collect(),
    ];
    let quote = quoted(name);
    let shapes =
        [format!("[{quote}]"), format!("[\"none\",{quote}]"), format!("{{\"name\":{quote}}}"), format!("{{\"alg\":{quote}}}")];
    // As Web Cryptography spells algorithms.
    let scheme = match family {
        "HS" => "HMAC",
        "RS" => "RSASSA-PKCS1-v1_5",
        "PS" => "RSA-PSS",
        "ES" => "ECDSA",
        _ => "Ed25519",
    };
    let hash = [format!("\"SHA-{size}\""), format!("{{\"name\":\"SHA-{size}\"}}")];
    let webcrypto = hash.map(|hash| format!("{{\"name\":\"{scheme}\",\"hash\":{hash}}}"));
    texts.iter().filter(|text| *text != name).map(|text| quoted(text)).chain(shapes).chain(webcrypto).collect()
}

/// A configured text, spelled as comparisons in part, without case or after "normalising" would take it.
#[must_use]
pub fn lookalikes(own: &str) -> Vec<String> {
    let cut = |n: usize| own.chars().take(n).collect::<String>();
    let count = own.chars().count();
    let texts = [
        format!("{own}.attacker.example"),
        format!("{own}x"),
        format!("x{own}"),
        format!("{own}/"),
        format!("{own} "),
        format!(" {own}"),
        format!("{own}\n"),
        format!("{own}\0"),
        format!("{own}\0.attacker.example"),
        format!("https://attacker.example/?{own}"),
        format!("{own},https://attacker.example"),
        format!("{own} https://attacker.example"),
        format!("{own}@attacker.example"),
        format!("{own}?x=1"),
        format!("{own}#x"),
        own.to_uppercase(),
        own.replace("https:", "http:"),
        own.replace("https://", ""),
        own.replace('.', "x"),
        own.replace("example", "ex%61mple"),
        own.replace('e', "е"),
        cut(count.saturating_sub(1)),
        cut(count / 2),
        cut(8),
        cut(1),
        String::new(),
        "*".to_owned(),
        ".*".to_owned(),
        "https://attacker.example".to_owned(),
    ];
    let quote = quoted(own);
    let shapes = [
        format!("[{quote}]"),
        format!("[{quote},\"https://attacker.example\"]"),
        format!("[\"https://attacker.example\",{quote}]"),
        format!("[[{quote}]]"),
        format!("[{quote},0]"),
        format!("[null,{quote}]"),
        format!("{{{quote}:true}}"),
        format!("{{\"0\":{quote}}}"),
        format!("{{\"toString\":{quote}}}"),
        "[]".to_owned(),
        "null".to_owned(),
        "true".to_owned(),
        "0".to_owned(),
        "[\"*\"]".to_owned(),
        "[\"\"]".to_owned(),
        "{}".to_owned(),
    ];
    texts.iter().map(|t| quoted(t)).chain(shapes).collect()
}

/// Ids like the configured one, as JSON: numbers around its own, what is cut or folded, places in a list.
#[must_use]
pub fn near_kids(own: &str) -> Vec<String> {
    let stem = own.trim_end_matches(|c: char| c.is_ascii_digit());
    let number: i64 = own[stem.len()..].parse().unwrap_or(1);
    let mut texts: Vec<String> = [0, number - 1, number + 1, number + 9, -1].map(|n| format!("{stem}{n}")).into();
    texts.extend([
        format!("{stem}0{number}"),
        stem.to_owned(),
        format!("{own} "),
        format!("{own}\0"),
        format!("{own}\n"),
        format!("{own}x"),
        format!("./{own}"),
        format!("{own}/../{own}"),
        format!("{own}?x"),
        format!("{own}#x"),
        own.to_uppercase(),
        own.chars().rev().collect(),
        own.chars().take(1).collect(),
        "0".to_owned(),
        "-1".to_owned(),
        "1e9".to_owned(),
    ]);
    texts.retain(|text| text != own);
    texts.sort();
    texts.dedup();
    let shapes = ["0", "1", "-1", "1.5", "null", "true", "[]"].map(str::to_owned);
    texts.iter().map(|text| quoted(text)).chain(shapes).chain([format!("[{}]", quoted(own))]).collect()
}

/// What the trust names: texts that an attacker knows as well as the operator.
#[must_use]
pub fn known_texts(trust: &Trust) -> Vec<String> {
    [Some(trust.algorithm.name().to_owned()), trust.kid.clone(), trust.issuer.clone(), trust.audience.clone()]
        .into_iter()
        .flatten()
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_list_names_a_thing_twice() {
        for list in [
            UNSIGNED, ALGORITHMS, SECRETS, HEADERS, CLAIMS, VALUES, TIMES, CRITICAL, TYPES, PAYLOADS, SIGNATURES, AFFIXES,
            BACK_DOORS, OPENERS,
        ] {
            let mut seen = std::collections::HashSet::new();
            for word in list {
                assert!(seen.insert(word), "{word:?}");
            }
        }
    }

    #[test]
    fn a_lookalike_is_hardly_ever_the_text_itself() {
        let own = "https://issuer.example";
        assert!(!lookalikes(own).contains(&quoted(own)));
        assert!(!spellings("ES256K").contains(&quoted("ES256K")));
    }
}
