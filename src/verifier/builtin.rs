//! Verifiers that are compiled in, by the name behind `builtin:`.

use super::{
    Implementation,
    strawman::{Hole, Strawman},
    strict::Strict,
};

/// A name behind which there is no verifier.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum UnknownBuiltin {
    /// Nothing is called so.
    #[error(
        "unknown built-in verifier `{name}`{}; available: {}",
        if close.is_empty() { String::new() } else { format!(" (did you mean {}?)", close.join(", ")) },
        known()
    )]
    Unknown {
        /// The name.
        name: String,
        /// Names much like it.
        close: Vec<String>,
    },
    /// It exists, but was left out of this build.
    #[error("`{name}` is not in this build; build with `--features {feature}`")]
    NotCompiled {
        /// The name.
        name: String,
        /// The cargo feature that brings it.
        feature: &'static str,
    },
}

/// Every name that [`find`] knows in this build.
#[must_use]
pub fn names() -> Vec<String> {
    let straw = Hole::ALL.iter().map(|hole| format!("strawman/{hole}"));
    crates().into_iter().map(|(name, _)| name.to_owned()).chain(["strict".to_owned()]).chain(straw).collect()
}

/// The verifier of that name.
///
/// # Errors
/// If there is none, with names much like it, or if it is not in this build.
pub fn find(name: &str) -> Result<Box<dyn Implementation>, UnknownBuiltin> {
    if let Some((_, implementation)) = crates().into_iter().find(|(known, _)| *known == name) {
        return Ok(implementation);
    }
    if name == "strict" {
        return Ok(Box::new(Strict));
    }
    if let Some(hole) = name.strip_prefix("strawman/").and_then(|hole| hole.parse::<Hole>().ok()) {
        return Ok(Box::new(Strawman(hole)));
    }
    if let Some((_, feature)) = OPTIONAL.iter().find(|(known, _)| *known == name) {
        return Err(UnknownBuiltin::NotCompiled { name: name.to_owned(), feature });
    }
    Err(UnknownBuiltin::Unknown { name: name.to_owned(), close: close(name) })
}

/// Names that need a feature.
const OPTIONAL: [(&str, &str); 3] =
    [("jsonwebtoken", "jsonwebtoken"), ("jsonwebtoken/rust-crypto", "jsonwebtoken"), ("jsonwebtoken/aws-lc-rs", "aws-lc-rs")];

#[cfg(feature = "jsonwebtoken")]
fn crates() -> Vec<(&'static str, Box<dyn Implementation>)> {
    use super::jsonwebtoken::{Backend, JsonWebToken};
    vec![
        ("jsonwebtoken", Box::new(JsonWebToken { backend: Backend::RustCrypto })),
        ("jsonwebtoken/rust-crypto", Box::new(JsonWebToken { backend: Backend::RustCrypto })),
        #[cfg(feature = "aws-lc-rs")]
        ("jsonwebtoken/aws-lc-rs", Box::new(JsonWebToken { backend: Backend::AwsLcRs })),
    ]
}

#[cfg(not(feature = "jsonwebtoken"))]
fn crates() -> Vec<(&'static str, Box<dyn Implementation>)> {
    Vec::new()
}

/// The vulnerable verifiers are too many to list in an error message.
fn known() -> String {
    let mut names: Vec<_> = names().into_iter().filter(|name| !name.starts_with("strawman/")).collect();
    names.push(format!("strawman/HOLE with one of {} holes, such as strawman/none", Hole::ALL.len()));
    names.join(", ")
}

/// Names that hold the wanted one, are held by it, begin alike or differ in few letters; those that differ least first.
fn close(name: &str) -> Vec<String> {
    let bare = name.rsplit('/').next().unwrap_or(name).to_lowercase();
    if bare.is_empty() {
        return Vec::new();
    }
    let difference = |known: String| {
        let own = known.rsplit('/').next().unwrap_or(&known);
        let (common, distance) =
            (own.chars().zip(bare.chars()).take_while(|(a, b)| a == b).count(), strsim::levenshtein(own, &bare));
        let alike = own.contains(&bare) || bare.contains(own) || common >= 3 || distance <= bare.len() / 3;
        alike.then_some((distance, known))
    };
    let mut names: Vec<_> = names().into_iter().filter_map(difference).collect();
    names.sort_by_key(|(distance, _)| *distance);
    names.into_iter().map(|(_, name)| name).take(3).collect()
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn every_name_is_found_and_stands_once() {
        let names = names();
        assert_eq!(names.iter().collect::<HashSet<_>>().len(), names.len());
        for name in &names {
            assert!(find(name).is_ok(), "{name}");
        }
    }

    #[test]
    fn a_typo_is_answered_with_names_like_it() {
        let message = find("strawman/non").err().expect("unknown").to_string();
        assert!(message.contains("strawman/none"), "{message}");
        let message = find("jsonwebtokn").err().expect("unknown").to_string();
        assert!(message.contains("did you mean jsonwebtoken"), "{message}");
    }
}
