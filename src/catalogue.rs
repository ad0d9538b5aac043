//! The attack files: built in and the user's. Ids come from paths, and a mistake in a file is reported at its line and column.
//!
//! A file names one class of attack and lists its cases; a list of values in a step or in the configuration fans out into one case
//! a value, and several lists into every combination. There are no variables, conditions or templates, on purpose: what cannot be
//! said becomes a new [`Step`].

mod fan;
mod select;
mod write;

use std::{
    collections::{BTreeMap, HashSet},
    fs, io,
    path::{Path, PathBuf},
    sync::Arc,
};

use serde::{Deserialize, Serialize};

pub use select::UnknownAttack;

use crate::{
    algorithm::{Algorithm, Family},
    configuration::Configuration,
    recipe::{Base, Recipe},
    step::Step,
    verdict::{Expectation, Severity},
};

include!(concat!(env!("OUT_DIR"), "/attacks.rs"));

/// All attacks of a run.
#[derive(Clone, Debug, Default)]
pub struct Catalogue {
    /// Every case, in the order of files and of their values.
    pub cases: Vec<Case>,
    /// Which file each class comes from.
    files: BTreeMap<String, PathBuf>,
}

/// One class of attack: what a file says about all its cases.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Attack {
    /// The file's path without its ending: `alg-none/case-variants`.
    pub id: String,
    /// What the weakness is, in one sentence.
    pub title: String,
    /// How bad acceptance is.
    pub severity: Severity,
    /// CWE numbers, such as `CWE-347`.
    pub cwe: Vec<String>,
    /// RFC sections and CVE numbers.
    pub references: Vec<String>,
    /// What to do about it.
    pub remedy: String,
}

impl Attack {
    /// A class without references or CWE numbers; both can be added to it.
    #[must_use]
    pub fn new(id: &str, title: &str, severity: Severity, remedy: &str) -> Self {
        let (id, title, remedy) = (id.to_owned(), title.to_owned(), remedy.to_owned());
        Self { id, title, severity, cwe: Vec::new(), references: Vec::new(), remedy }
    }
}

/// One token to forge and what should come of it.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Case {
    /// Attack id, `#` and the values that set it apart: `alg-none/case-variants#nOnE`.
    pub id: String,
    /// Its class.
    pub attack: Arc<Attack>,
    /// Algorithms that it applies to.
    pub applies: Vec<Algorithm>,
    /// How the verifier is set up.
    pub configuration: Configuration,
    /// How the token is made.
    pub recipe: Recipe,
    /// What a correct verifier does.
    pub expect: Expectation,
}

impl Case {
    /// A case for every algorithm and the usual configuration; both can be changed in it.
    #[must_use]
    pub fn new(id: &str, attack: &Arc<Attack>, recipe: Recipe, expect: Expectation) -> Self {
        let (id, attack, applies) = (id.to_owned(), Arc::clone(attack), Algorithm::ALL.to_vec());
        Self { id, attack, applies, configuration: Configuration::default(), recipe, expect }
    }
}

/// Why a catalogue could not be loaded.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum LoadError {
    /// A file or folder that cannot be read.
    #[error("cannot read {}", file.display())]
    Read {
        /// Which.
        file: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// A file that is not an attack; the source shows line, column and the valid names.
    #[error("{}:{line}:{column} is not a valid attack: {message}\n{excerpt}", file.display())]
    Parse {
        /// Which.
        file: PathBuf,
        /// Line, from 1.
        line: usize,
        /// Column, from 1.
        column: usize,
        /// What is wrong.
        message: String,
        /// The line, with a mark under the place.
        excerpt: String,
    },
    /// Two cases of a file with the same id.
    #[error("{}: two cases have the id `{id}`; give one of them another `name`", file.display())]
    Duplicate {
        /// Which.
        file: PathBuf,
        /// The id.
        id: String,
    },
    /// Two files of the same class: their cases would share ids, and be confused in reports and baselines.
    #[error("{}: there is an attack `{id}` already, from {}; give this file another name", file.display(), other.display())]
    Taken {
        /// Which.
        file: PathBuf,
        /// The one that was loaded before.
        other: PathBuf,
        /// The id of both.
        id: String,
    },
    /// A folder without any attack file.
    #[error("{} holds no attack file (*.toml)", folder.display())]
    Empty {
        /// Which.
        folder: PathBuf,
    },
}

/// A file as it is written.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    title: String,
    severity: Severity,
    #[serde(default)]
    cwe: Vec<String>,
    #[serde(default)]
    references: Vec<String>,
    remedy: String,
    #[serde(rename = "case")]
    cases: Vec<FileCase>,
}

/// One `[[case]]` as it is written.
#[derive(Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct FileCase {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    name: Option<String>,
    #[serde(default, rename = "for", skip_serializing_if = "Vec::is_empty")]
    applies: Vec<Applies>,
    #[serde(default, skip_serializing_if = "is_usual")]
    configure: Configuration,
    from: Base,
    #[serde(default)]
    steps: Vec<Step>,
    expect: Expectation,
}

fn is_usual(configuration: &Configuration) -> bool {
    *configuration == Configuration::default()
}

/// A family or an algorithm in `for`.
#[derive(Clone, Copy, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Applies {
    /// HS256, HS384, HS512.
    Hmac,
    /// RS* and PS*.
    Rsa,
    /// RS* alone.
    RsaPkcs1,
    /// PS* alone.
    RsaPss,
    /// ES*.
    Ec,
    /// `EdDSA`.
    Okp,
    /// One algorithm.
    #[serde(untagged)]
    One(Algorithm),
}

impl Applies {
    fn covers(self, algorithm: Algorithm) -> bool {
        match self {
            Self::Hmac => algorithm.family() == Family::Hmac,
            Self::Rsa => algorithm.family() == Family::Rsa,
            Self::RsaPkcs1 => algorithm.family() == Family::Rsa && !algorithm.is_pss(),
            Self::RsaPss => algorithm.is_pss(),
            Self::Ec => algorithm.family() == Family::Ec,
            Self::Okp => algorithm.family() == Family::Okp,
            Self::One(one) => one == algorithm,
        }
    }
}

impl Catalogue {
    /// The attacks that ship with the gauntlet.
    ///
    /// # Panics
    /// Never in a released crate: its own test loads them.
    #[must_use]
    pub fn built_in() -> Self {
        let mut catalogue = Self::default();
        for (id, text) in BUILT_IN {
            let file = PathBuf::from(format!("built-in attacks/{id}.toml"));
            catalogue.add(id, text, &file).unwrap_or_else(|e| panic!("a built-in attack is broken: {e}"));
        }
        catalogue
    }

    /// Adds every `*.toml` below `folder`; an id is the path from there, without the ending.
    ///
    /// # Errors
    /// If a file cannot be read, is not an attack, or has the id of another one, or the folder holds none.
    pub fn load(&mut self, folder: &Path) -> Result<(), LoadError> {
        let mut files = Vec::new();
        walk(folder, &mut files)?;
        files.sort();
        if files.is_empty() {
            return Err(LoadError::Empty { folder: folder.to_owned() });
        }
        for file in files {
            let text = fs::read_to_string(&file).map_err(|source| LoadError::Read { file: file.clone(), source })?;
            let relative = file.strip_prefix(folder).unwrap_or(&file).with_extension("");
            let id = if relative.as_os_str().is_empty() { file.with_extension("") } else { relative };
            self.add(&id.to_string_lossy().replace('\\', "/"), &text, &file)?;
        }
        Ok(())
    }

    /// Adds the attack in `text` under `id`; `file` is for messages.
    ///
    /// # Errors
    /// If the text is not an attack, or there is one of that id.
    pub fn add(&mut self, id: &str, text: &str, file: &Path) -> Result<(), LoadError> {
        if let Some(other) = self.files.get(id) {
            return Err(LoadError::Taken { file: file.to_owned(), other: other.clone(), id: id.to_owned() });
        }
        let parsed: File = toml::from_str(text).map_err(|e| parse_error(&e, text, file))?;
        let attack = Arc::new(Attack {
            id: id.to_owned(),
            title: parsed.title,
            severity: parsed.severity,
            cwe: parsed.cwe,
            references: parsed.references,
            remedy: parsed.remedy,
        });
        let mut seen = HashSet::new();
        for case in parsed.cases {
            let applies: Vec<Algorithm> = Algorithm::ALL
                .into_iter()
                .filter(|a| case.applies.is_empty() || case.applies.iter().any(|f| f.covers(*a)))
                .collect();
            for (slug, case) in fan::out(&case) {
                let id = if slug.is_empty() { id.to_owned() } else { format!("{id}#{slug}") };
                if !seen.insert(id.clone()) {
                    return Err(LoadError::Duplicate { file: file.to_owned(), id });
                }
                self.cases.push(Case {
                    id,
                    attack: Arc::clone(&attack),
                    applies: applies.clone(),
                    configuration: case.configure,
                    recipe: Recipe { from: case.from, steps: case.steps },
                    expect: case.expect,
                });
            }
        }
        self.files.insert(id.to_owned(), file.to_owned());
        Ok(())
    }
}

fn walk(folder: &Path, files: &mut Vec<PathBuf>) -> Result<(), LoadError> {
    let read = |source| LoadError::Read { file: folder.to_owned(), source };
    if folder.is_file() {
        files.push(folder.to_owned());
        return Ok(());
    }
    for entry in fs::read_dir(folder).map_err(read)? {
        let path = entry.map_err(read)?.path();
        if path.is_dir() {
            walk(&path, files)?;
        } else if path.extension().is_some_and(|e| e == "toml") {
            files.push(path);
        }
    }
    Ok(())
}

fn parse_error(error: &toml::de::Error, text: &str, file: &Path) -> LoadError {
    let start = error.span().map_or(0, |span| span.start).min(text.len());
    let before = text.get(..start).unwrap_or_default();
    let line = before.matches('\n').count() + 1;
    let column = before.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
    let source = text.lines().nth(line - 1).unwrap_or_default();
    let number = line.to_string();
    let gutter = " ".repeat(number.len());
    let excerpt = format!("{gutter} |\n{number} | {source}\n{gutter} | {}^", " ".repeat(column - 1));
    LoadError::Parse { file: file.to_owned(), line, column, message: error.message().to_owned(), excerpt }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn load(text: &str) -> Result<Catalogue, LoadError> {
        let mut catalogue = Catalogue::default();
        catalogue.add("group/class", text, Path::new("attacks/group/class.toml")).map(|()| catalogue)
    }

    const HEAD: &str = "title = \"t\"\nseverity = \"low\"\nremedy = \"r\"\n";

    #[test]
    fn lists_fan_out_into_one_case_a_value() {
        let text = format!(
            "{HEAD}[[case]]\nfrom = \"forged\"\nexpect = \"reject\"\n\
             steps = [{{ set-header = {{ name = \"alg\", to = ['\"None\"', '\"no ne\"'] }} }}, {{ kid = {{ is = [\"kept\", \"absent\"] }} }}]\n"
        );
        let ids: Vec<_> = load(&text).expect("valid").cases.into_iter().map(|c| c.id).collect();
        assert_eq!(
            ids,
            ["group/class#None-kept", "group/class#None-absent", "group/class#no%20ne-kept", "group/class#no%20ne-absent"]
        );
    }

    #[test]
    fn a_typo_is_reported_at_its_place_with_the_valid_names() {
        let text =
            format!("{HEAD}[[case]]\nfrom = \"forged\"\nexpect = \"reject\"\nsteps = [{{ set-heder = {{ name = \"alg\" }} }}]\n");
        let error = load(&text).expect_err("a typo").to_string();
        assert!(error.starts_with("attacks/group/class.toml:7:"), "{error}");
        assert!(error.contains("set-header"), "{error}");
    }

    #[test]
    fn an_unknown_value_inside_a_list_is_reported_too() {
        let text = format!(
            "{HEAD}[[case]]\nfrom = \"forged\"\nexpect = \"reject\"\nsteps = [\n  {{ kid = {{ is = [\"kept\", \"absnt\"] }} }},\n]\n"
        );
        let error = load(&text).expect_err("a typo").to_string();
        assert!(error.contains("class.toml:8:"), "{error}");
        assert!(error.contains("absent"), "{error}");
    }

    #[test]
    fn two_cases_need_two_names() {
        let case = "[[case]]\nfrom = \"forged\"\nexpect = \"reject\"\nsteps = [{ drop-signature = {} }]\n";
        assert!(matches!(load(&format!("{HEAD}{case}{case}")), Err(LoadError::Duplicate { .. })));
    }
}
