//! The public surface of the library, as a list that review sees change: every public item, with its declaration, its methods and what it
//! implements.
//!
//! It is read from the pages that `cargo doc` makes, which is the compiler's own opinion on what is public, on stable Rust and without
//! another tool. A new compiler may print a declaration in another way; then the list is written anew. `internal` is hidden from the
//! pages and so from the list. Run alone, since it makes the documentation: `cargo test --release --test surface`.

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
    process::Command,
};

/// After a wanted change.
const UPDATE: &str = "UPDATE_GOLDEN=1 cargo test --release --test surface";

/// What rustdoc's automatic lists at the end of a page are about; the traits are implemented by everything, unless an `!` says otherwise.
const AUTOMATIC: &str = "<h2 id=\"synthetic-implementations\"";
const BLANKET: &str = "<h2 id=\"blanket-implementations\"";

/// Makes the documentation, as `.ci/run` wants it: without a warning.
fn documentation() -> PathBuf {
    let target = Path::new(env!("CARGO_TARGET_TMPDIR")).parent().expect("it is inside of the target folder");
    let status = Command::new(env!("CARGO"))
        .args(["doc", "--release", "--locked", "--no-deps", "--features", "proptest", "--target-dir"])
        .arg(target)
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .env("RUSTDOCFLAGS", "-D warnings")
        .status();
    assert!(status.expect("cargo can be run").success(), "the documentation has warnings");
    target.join("doc/jwt_gauntlet")
}

fn page(file: &Path) -> String {
    fs::read_to_string(file).unwrap_or_else(|error| panic!("{}: {error}", file.display()))
}

/// What stands between two texts, in all places.
fn between<'a>(page: &'a str, start: &str, end: &str) -> Vec<&'a str> {
    page.split(start).skip(1).filter_map(|rest| rest.split_once(end)).map(|(inside, _)| inside).collect()
}

/// The text of a piece of HTML.
fn text(html: &str) -> String {
    let mut text = String::new();
    for (i, part) in html.split('<').enumerate() {
        let (tag, rest) = if i == 0 { ("", part) } else { part.split_once('>').unwrap_or(("", part)) };
        // These begin a line of their own.
        if tag.starts_with("div") || tag == "/div" || tag.starts_with("br") {
            text.push('\n');
        }
        text.push_str(rest);
    }
    let entities = [("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&#39;", "'"), ("&nbsp;", " "), ("&amp;", "&")];
    entities.iter().fold(text, |text, (from, to)| text.replace(from, to))
}

fn one_line(html: &str) -> String {
    let line = text(html).split_whitespace().filter(|word| *word != "\u{24d8}").collect::<Vec<_>>().join(" ");
    line.replace("( ", "(").replace(", )", ")")
}

/// A declaration, its attributes on lines of their own and without the button that unfolds a long one.
fn declaration(html: &str) -> String {
    let mut html = html.to_owned();
    while let Some((before, rest)) = html.split_once("<summary") {
        let (_, after) = rest.split_once("</summary>").expect("it is closed");
        html = format!("{before}{after}");
    }
    text(&html).lines().map(str::trim_end).filter(|line| !line.is_empty()).map(|line| format!("    {line}\n")).collect()
}

/// Lines on one item: its declaration, what belongs to it and what it implements.
fn item(folder: &Path, address: &str) -> String {
    let page = page(&folder.join(address));
    let (path, file) = address.rsplit_once('/').map_or(("", address), |(path, file)| (path, file));
    let (kind, name) = file.trim_end_matches(".html").split_once('.').expect("a kind and a name");
    let path: String = path.split('/').filter(|part| !part.is_empty()).map(|part| format!("{part}::")).collect();
    let written = between(&page, "<pre class=\"rust item-decl\"><code>", "</code></pre>");
    // A macro's page shows its source; the name is the surface.
    let shown = if kind == "macro" { String::new() } else { written.iter().map(|html| declaration(html)).collect() };
    assert!(
        !written.is_empty(),
        "{address} has no declaration; if rustdoc writes another kind of page now, this test has to be mended"
    );
    let own = page.split(BLANKET).next().unwrap_or_default();
    let (own, automatic) = own.split_once(AUTOMATIC).unwrap_or((own, ""));
    let mut lines = BTreeSet::new();
    // A trait's declaration shows its members.
    let classes: &[&str] = if kind == "trait" { &[] } else { &["method", "associatedconstant", "associatedtype"] };
    for class in classes {
        let sections = between(own, &format!("class=\"{class}\">"), "</section>");
        lines
            .extend(sections.into_iter().flat_map(|section| between(section, "<h4 class=\"code-header\">", "</h4>")).map(one_line));
    }
    let sections =
        between(own, "class=\"impl\">", "</section>").into_iter().chain(between(automatic, "class=\"impl\">", "</section>"));
    let headers = sections.flat_map(|section| between(section, "<h3 class=\"code-header\">", "</h3>")).map(one_line);
    // Inherent ones are told by their methods, and of the automatic traits only what is missing is news.
    let automatic = ["Freeze", "RefUnwindSafe", "Send", "Sync", "Unpin", "UnsafeUnpin", "UnwindSafe", "StructuralPartialEq"];
    let news = |line: &String| {
        let implements = line.split(" for ").next().unwrap_or_default();
        let named = implements.rsplit(' ').next().unwrap_or_default();
        line.contains(" for ") && !automatic.contains(&named) && !(named.starts_with('!') && !["!Send", "!Sync"].contains(&named))
    };
    let headers: BTreeSet<String> = headers.filter(news).collect();
    // `impl Clone for NAME` and its like in one line.
    let simple = |line: &str| Some(line.strip_prefix("impl ")?.strip_suffix(name)?.strip_suffix(" for ")?.to_owned());
    let implemented = headers.iter().filter_map(|line| simple(line)).collect::<Vec<_>>().join(", ");
    lines.extend(headers.into_iter().filter(|line| simple(line).is_none()));
    if !implemented.is_empty() {
        lines.insert(format!("impl {implemented}"));
    }
    let members: String = lines.into_iter().map(|line| format!("    {line}\n")).collect();
    format!("{kind} {path}{name}\n{shown}{members}")
}

/// The addresses of all items, and the modules that they are in.
fn addresses(folder: &Path) -> BTreeSet<String> {
    let all = page(&folder.join("all.html"));
    let links = between(&all, "<li><a href=\"", "\"").into_iter();
    // Those within the page are to its headings.
    let found: BTreeSet<String> = links.filter(|link| !link.starts_with('#')).map(str::to_owned).collect();
    assert!(found.len() > 50, "all.html lists only {found:?}; if rustdoc writes another page now, this test has to be mended");
    found
}

fn reexports(folder: &Path, module: &str) -> Vec<String> {
    let page = page(&folder.join(module).join("index.html"));
    let path = if module.is_empty() { String::new() } else { format!("{}: ", module.replace('/', "::")) };
    between(&page, "<dt id=\"reexport.", "</dt>")
        .into_iter()
        .flat_map(|entry| between(entry, "<code>", "</code>"))
        .map(|html| format!("{path}{}\n", one_line(html)))
        .collect()
}

fn surface(folder: &Path) -> String {
    let items = addresses(folder);
    let mut modules: BTreeSet<&str> = BTreeSet::from([""]);
    for address in &items {
        let mut rest = address.as_str();
        while let Some((module, _)) = rest.rsplit_once('/') {
            modules.insert(module);
            rest = module;
        }
    }
    let again: String = modules.into_iter().flat_map(|module| reexports(folder, module)).collect();
    let items: Vec<String> = items.iter().map(|address| item(folder, address)).collect();
    format!("{again}\n{}", items.join("\n"))
}

/// Shows in review what a change adds to the public surface or takes from it. After a wanted change:
/// `UPDATE_GOLDEN=1 cargo test --release --test surface`.
#[test]
fn the_surface_is_that_of_the_golden_list() {
    let golden = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden/surface.txt");
    let now = surface(&documentation());
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        fs::write(&golden, &now).expect("the golden list can be written");
    }
    let before = fs::read_to_string(&golden).unwrap_or_default();
    let added: Vec<_> = now.lines().filter(|line| !before.lines().any(|known| known == *line)).collect();
    let gone: Vec<_> = before.lines().filter(|line| !now.lines().any(|known| known == *line)).collect();
    assert!(
        now == before,
        "the public surface changed. If this is wanted, name it in CHANGELOG.md, and: {UPDATE}\nadded: {added:#?}\ngone: {gone:#?}"
    );
}

#[test]
fn the_reader_of_pages_gives_declarations_as_they_are_written() {
    let html = "<div class=\"code-attribute\">#[non_exhaustive]</div>pub enum <b>E</b>&lt;&#39;a&gt; {<details><summary class=\"x\">Show \
                2 variants</summary>\n    A,\n    B,\n</details>}";
    assert_eq!(declaration(html), "    #[non_exhaustive]\n    pub enum E<'a> {\n        A,\n        B,\n    }\n");
    assert_eq!(one_line("fn <a href=\"x\">f</a>(&amp;self)<div class=\"where\">where\n    T: U</div>"), "fn f(&self) where T: U");
}
