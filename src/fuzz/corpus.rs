//! What an engine with coverage starts from: tokens, and a dictionary.

use std::collections::BTreeSet;

use crate::{algorithm::Algorithm, catalogue::Catalogue, configuration::Configuration, issuer::Issuer, words};

/// The longest word that libFuzzer takes.
const LONGEST_WORD: usize = 64;
/// The longest token that is a good start; longer ones are about length, which an engine finds by itself.
const LONGEST_TOKEN: usize = 4096;

/// A seed with the name of its file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Seed {
    /// A name that is good for a file.
    pub name: String,
    /// The token.
    pub token: String,
}

/// The genuine token of each algorithm.
#[must_use]
pub fn genuine(algorithms: &[Algorithm]) -> Vec<Seed> {
    let seed = |(algorithm, issuer): (Algorithm, Issuer)| Seed {
        name: format!("genuine-{algorithm}"),
        token: issuer.genuine().to_string(),
    };
    issuers(algorithms).map(seed).collect()
}

/// The first case of every class of attack that can be forged for one of the algorithms, the genuine tokens first.
#[must_use]
pub fn tokens(algorithms: &[Algorithm], catalogue: &Catalogue) -> Vec<Seed> {
    let mut seeds = genuine(algorithms);
    let mut seen: BTreeSet<(Algorithm, &str)> = BTreeSet::new();
    for (algorithm, issuer) in issuers(algorithms) {
        for case in catalogue.cases.iter().filter(|c| c.applies.contains(&algorithm) && c.configuration == Configuration::default())
        {
            if seen.contains(&(algorithm, case.attack.id.as_str())) {
                continue;
            }
            let Ok(forged) = case.recipe.forge(&issuer, 1, &case.id) else { continue };
            let token = forged.token.0;
            if token.len() <= LONGEST_TOKEN && !seeds.iter().any(|seed| seed.token == token) {
                seen.insert((algorithm, &case.attack.id));
                seeds.push(Seed { name: format!("{}-{algorithm}", case.attack.id.replace('/', "-")), token });
            }
        }
    }
    seeds
}

fn issuers(algorithms: &[Algorithm]) -> impl Iterator<Item = (Algorithm, Issuer)> + use<'_> {
    algorithms.iter().filter_map(|&algorithm| Some((algorithm, Configuration::default().issuer(algorithm)?)))
}

/// The vocabulary in the form that libFuzzer and AFL++ read. The words are those of decoded segments: that is where they are put.
#[must_use]
pub fn dictionary() -> String {
    let names = [words::HEADERS, words::CLAIMS, words::BACK_DOORS].concat().into_iter().map(crate::text::quoted);
    let texts = [words::UNSIGNED, words::ALGORITHMS].concat().into_iter().map(crate::text::quoted);
    let values = [words::VALUES, words::TIMES, words::CRITICAL, words::TYPES, words::PAYLOADS].concat();
    let ids = words::KEY_IDS.iter().flat_map(|(_, ids)| ids.iter().copied()).map(crate::text::quoted);
    let all: BTreeSet<String> = names.chain(texts).chain(ids).chain(values.into_iter().map(str::to_owned)).collect();
    all.iter()
        .filter(|word| !word.is_empty() && word.len() <= LONGEST_WORD)
        .map(|word| format!("\"{}\"\n", escaped(word)))
        .collect()
}

fn escaped(word: &str) -> String {
    let escape = |byte: u8| match byte {
        b'"' => "\\\"".to_owned(),
        b'\\' => "\\\\".to_owned(),
        0x20..=0x7e => char::from(byte).to_string(),
        other => format!("\\x{other:02x}"),
    };
    word.bytes().map(escape).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_algorithm_has_its_genuine_token_and_the_attacks_follow() {
        let algorithms = [Algorithm::HS256, Algorithm::ES256];
        let seeds = tokens(&algorithms, &Catalogue::built_in());
        assert_eq!(seeds[..2], genuine(&algorithms));
        assert!(seeds.len() > 100, "{}", seeds.len());
        let names: BTreeSet<_> = seeds.iter().map(|seed| &seed.name).collect();
        assert_eq!(names.len(), seeds.len(), "every seed has a file of its own");
        assert!(names.iter().all(|name| name.chars().all(|c| c.is_ascii_alphanumeric() || "-_.".contains(c))));
    }

    #[test]
    fn the_dictionary_is_one_quoted_word_a_line() {
        let text = dictionary();
        assert!(text.lines().any(|line| line == r#""\"none\"""#), "{text}");
        for line in text.lines() {
            assert!(line.len() > 2 && line.starts_with('"') && line.ends_with('"') && line.is_ascii(), "{line}");
        }
    }
}
