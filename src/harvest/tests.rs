use std::{
    fs,
    sync::atomic::{AtomicUsize, Ordering},
};

use super::*;

/// A folder of its own that goes when the test does.
struct Tree(PathBuf);

impl Tree {
    fn new() -> Self {
        static NEXT: AtomicUsize = AtomicUsize::new(0);
        let name = format!("jwt-gauntlet-harvest-{}-{}", std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed));
        let folder = std::env::temp_dir().join(name);
        fs::create_dir_all(&folder).expect("a temporary folder");
        Self(folder.canonicalize().expect("it exists"))
    }

    fn file(&self, path: &str, text: impl AsRef<[u8]>) -> String {
        let path = self.0.join(path);
        fs::create_dir_all(path.parent().expect("a folder")).expect("it can be made");
        fs::write(&path, text).expect("it can be written");
        path.to_str().expect("a plain path").to_owned()
    }

    fn words(&self) -> Vec<String> {
        harvest(&self.0).expect("it can be read").words
    }
}

impl Drop for Tree {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

fn has(words: &[String], word: &str) -> bool {
    words.iter().any(|w| w == word)
}

#[test]
fn a_hidden_word_is_found_in_python_and_javascript_and_comes_early() {
    let filler: String = (0..500).map(|i| format!("color_{i} = 'shade-{i}'\n")).collect();
    for (file, line) in [
        ("verify.py", "    if header.get('x-debug') == \"on\": return claims  # don't"),
        ("verify.js", "const h = decode(t); if (h['x-debug']) { return claims }"),
        ("verify.go", "if v, ok := header[`x-debug`]; ok { return }"),
        ("min.js", &format!("{}if(header[\"x-\\x64ebug\"])return 1;{}", "a=1;".repeat(300), "b=2;".repeat(300))),
    ] {
        let tree = Tree::new();
        tree.file(file, format!("{filler}{line}\n{filler}"));
        let place = tree.words().iter().position(|word| word == "x-debug");
        assert!(place.is_some_and(|place| place < 20), "{file} {place:?}");
    }
}

#[test]
fn a_hidden_word_is_found_in_a_binary() {
    let words = harvest(&std::env::current_exe().expect("this test")).expect("it can be read").words;
    assert!(has(&words, "x-debug"), "{} words", words.len());
    assert!(words.len() <= MOST_WORDS);
    let tree = Tree::new();
    let wide: Vec<u8> = "X-Skip-Verify".bytes().flat_map(|byte| [byte, 0]).collect();
    tree.file("program", [b"\x7fELF\0\0", &*wide, b"\0\0\xff\xfe\0sub-admin-x\0otherx-debugsubject\0\xffab\0"].concat());
    let words = tree.words();
    assert!(
        has(&words, "X-Skip-Verify") && has(&words, "sub-admin-x") && has(&words, "x-debug") && !has(&words, "ab"),
        "{words:?}"
    );
}

#[test]
fn keys_and_identifiers_count_and_prose_does_not() {
    let tree = Tree::new();
    let long = "z".repeat(65);
    tree.file("a.js", format!("const a = {{ bypassKey: 1, 'roles': [\"super user\"] }} // the quick fox\nthrow 'the token has expired'\nx='{long}'\ny='a\\u0000b'"));
    let words = tree.words();
    for word in ["bypassKey", "roles", "super user"] {
        assert!(has(&words, word), "{word}: {words:?}");
    }
    for word in ["the token has expired", long.as_str(), "a\0b", "1"] {
        assert!(!has(&words, word), "{word}");
    }
}

#[test]
fn version_control_build_output_links_and_unreadable_things_are_passed_over() {
    let tree = Tree::new();
    tree.file(".git/config", "'inside-git'");
    tree.file("target/CACHEDIR.TAG", "Signature: x");
    tree.file("target/out.rs", "\"inside-build\"");
    tree.file("src/target/mod.rs", "\"inside-source\"");
    tree.file("logo.png", "'inside-picture'");
    #[cfg(unix)]
    std::os::unix::fs::symlink(&tree.0, tree.0.join("src/loop")).expect("a link");
    let words = tree.words();
    assert!(has(&words, "inside-source"));
    assert!(!["inside-git", "inside-build", "inside-picture"].iter().any(|word| has(&words, word)));
    assert_eq!(words, tree.words(), "the order is always the same");
    assert!(harvest(&tree.0.join("missing")).is_err());
}

#[test]
fn no_more_words_than_promised() {
    let tree = Tree::new();
    tree.file("many.txt", (0..30_000).map(|i| format!("word_{i}\n")).collect::<String>());
    assert_eq!(tree.words().len(), MOST_WORDS);
}

#[test]
fn a_command_leads_to_its_script_and_to_what_that_imports() {
    let tree = Tree::new();
    let words = |line: &[&str]| of_command(&line.iter().map(|word| (*word).to_owned()).collect::<Vec<_>>());
    let python = tree.file("venv/bin/python3", "");
    tree.file("venv/lib/python3.11/site-packages/jwt/api.py", "HEADER = 'x-inside-package'");
    let script = tree.file("app/adapter.py", "import json, jwt.api as j\nfrom helper import check\n");
    tree.file("app/helper.py", "'x-inside-helper'");
    let found = words(&[&python, "-u", &script]);
    assert!(has(&found.words, "x-inside-package") && has(&found.words, "x-inside-helper"), "{found:?}");
    let found = words(&["sh", "-c", &format!("{python} {script}")]);
    assert!(has(&found.words, "x-inside-package"));

    tree.file("node_modules/jose/index.js", "'x-inside-jose'");
    tree.file("node_modules/@scope/lib/index.js", "'x-inside-scope'");
    tree.file("js/lib/near.js", "'x-inside-near'");
    let script = tree
        .file("js/run.mjs", "import { jwtVerify } from 'jose'\nconst x = require(\"@scope/lib/deep\")\nimport './lib/near.js'\n");
    let found = words(&["node", &script]);
    for word in ["x-inside-jose", "x-inside-scope", "x-inside-near", "jwtVerify"] {
        assert!(has(&found.words, word), "{word}");
    }
    assert!(words(&["no-such-program-anywhere", "--flag"]).words.is_empty());
}

#[test]
fn what_is_written_side_by_side_is_kept_together() {
    let tree = Tree::new();
    let far = "\n".repeat(40);
    tree.file(
        "a.py",
        format!(
            "PARTNERS = {{'https://partner.test': ('pk-7',\n   'tr0ub4dor')}}{far}x = 'alone'{far}if h['by'] == 'edge-gw': pass"
        ),
    );
    tree.file("node_modules/b/index.js", "x = { 'foreign': 'thing' }");
    let passages = harvest(&tree.0).expect("it can be read").passages;
    assert_eq!(passages, [vec!["https://partner.test", "pk-7", "tr0ub4dor"], vec!["by", "edge-gw"]]);
}
