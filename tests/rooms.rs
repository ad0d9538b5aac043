//! The house of the crate: which room (module at the root) may use which. The graph has no cycle, so that each room can be understood
//! with those below it alone.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
};

/// Each room with the rooms that it may use; all of them stand above it in this list, so that there is no cycle.
const ROOMS: &[(&str, &str)] = &[
    ("algorithm", ""),
    ("choice", ""),
    ("entropy", ""),
    ("guard", ""),
    ("text", ""),
    ("token", ""),
    ("verdict", ""),
    ("inspect", "algorithm text token verdict"),
    ("keys", "algorithm"),
    ("harvest", "keys"),
    ("trust", "algorithm keys"),
    ("oracle", "algorithm keys token trust verdict"),
    ("protocol", "token trust verdict"),
    ("words", "algorithm harvest keys text trust"),
    ("issuer", "keys oracle token trust verdict"),
    ("verifier", "algorithm guard keys protocol text token trust verdict"),
    ("adapter", "protocol trust verdict verifier"),
    ("configuration", "algorithm choice issuer keys trust"),
    ("step", "algorithm choice issuer keys oracle text token"),
    ("recipe", "algorithm issuer oracle step token verdict"),
    ("catalogue", "algorithm configuration recipe step verdict"),
    ("sample", "algorithm choice entropy issuer keys recipe step text token words"),
    ("proptest", "algorithm configuration entropy issuer oracle recipe sample step text trust verdict words"),
    ("report", "algorithm catalogue configuration recipe step text verdict verifier"),
    ("ask", "algorithm configuration issuer oracle report token verdict verifier"),
    ("bench", "algorithm keys report text trust verdict verifier"),
    ("attack", "algorithm ask catalogue configuration oracle recipe report step text verdict verifier"),
    (
        "fuzz",
        "algorithm ask catalogue configuration entropy harvest issuer oracle recipe report sample step text token trust verdict verifier words",
    ),
    (
        "libfuzzer",
        "algorithm ask attack catalogue configuration entropy fuzz oracle report sample step token verdict verifier words",
    ),
    ("replay", "algorithm ask catalogue configuration fuzz oracle report verdict verifier words"),
];

/// Rooms by name, with the rooms that their code names.
fn used() -> BTreeMap<String, BTreeSet<String>> {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut used: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for file in files(&source) {
        let inside = file.strip_prefix(&source).expect("a file of the folder");
        let room = inside.iter().next().expect("a name").to_string_lossy().trim_end_matches(".rs").to_owned();
        let is_test = inside.file_name().is_some_and(|name| name == "tests.rs" || name == "fixture.rs");
        // The crate's own source and the program see every room.
        if is_test || room == "lib" || room == "main" || room == "cli" {
            continue;
        }
        let text = fs::read_to_string(&file).expect("a source file");
        let code = text.split("#[cfg(test)]\nmod tests {").next().expect("a first part");
        let names = paths(code).into_iter().filter(|name| *name != room);
        used.entry(room.clone()).or_default().extend(names);
    }
    used
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).expect("a folder").filter_map(Result::ok) {
        let path = entry.path();
        if path.is_dir() { found.extend(files(&path)) } else { found.push(path) }
    }
    found
}

/// The modules at the root that a source names as `crate::NAME` or `crate::{NAME…, …}`; comments and re-exports of types do not count.
fn paths(code: &str) -> BTreeSet<String> {
    let lines = code.lines().filter(|line| !line.trim_start().starts_with("//"));
    let code: String = lines.map(|line| format!("{line}\n")).collect();
    let mut names = BTreeSet::new();
    // A macro names `$crate`, which is the user's way in.
    for (at, _) in code.match_indices("crate::").filter(|(at, _)| !code[..*at].ends_with('$')) {
        let rest = &code[at + "crate::".len()..];
        match rest.strip_prefix('{') {
            None => names.extend(word(rest)),
            Some(list) => names.extend(members(list).into_iter().filter_map(word)),
        }
    }
    names
}

/// The members of a list up to its closing brace, at its own depth.
fn members(list: &str) -> Vec<&str> {
    let (mut depth, mut start, mut found) = (0, 0, Vec::new());
    for (at, character) in list.char_indices() {
        match character {
            '{' => depth += 1,
            '}' if depth == 0 => {
                found.push(list[start..at].trim());
                break;
            }
            '}' => depth -= 1,
            ',' if depth == 0 => {
                found.push(list[start..at].trim());
                start = at + 1;
            }
            _ => {}
        }
    }
    found
}

/// The name at the start, if it is one of a module.
fn word(text: &str) -> Option<String> {
    let end = text.find(|c: char| !c.is_ascii_alphanumeric() && c != '_').unwrap_or(text.len());
    let name = &text[..end];
    name.starts_with(|c: char| c.is_ascii_lowercase()).then(|| name.to_owned())
}

#[test]
fn rooms_use_only_the_rooms_that_the_list_allows() {
    let mut wrong = Vec::new();
    for (room, uses) in used() {
        let Some((_, allowed)) = ROOMS.iter().find(|(name, _)| *name == room) else {
            wrong.push(format!("{room} is not in the list"));
            continue;
        };
        let allowed: BTreeSet<String> = allowed.split_whitespace().map(str::to_owned).collect();
        wrong.extend(uses.difference(&allowed).map(|other| format!("{room} uses {other}, which the list does not allow")));
        wrong.extend(allowed.difference(&uses).map(|other| format!("{room} does not use {other}; take it off the list")));
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn the_list_has_no_cycle() {
    for (at, (room, uses)) in ROOMS.iter().enumerate() {
        for other in uses.split_whitespace() {
            assert!(ROOMS[..at].iter().any(|(name, _)| *name == other), "{room} uses {other}, which does not stand above it");
        }
    }
}

#[test]
fn the_reader_of_paths_sees_lists_and_single_names() {
    let code = "use crate::{\n    a::{B, c::D},\n    e,\n};\n// crate::comment\nfn f() { crate::g::h() } macro $crate::i::j use crate::Type;";
    assert_eq!(paths(code).into_iter().collect::<Vec<_>>(), ["a", "e", "g"]);
}
