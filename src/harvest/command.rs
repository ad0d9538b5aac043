//! What a command line runs, as far as its words and the scripts among them tell.

use std::{
    env, fs,
    path::{Path, PathBuf},
};

use super::{
    Collector, Harvest,
    files::{Budget, list},
};

/// Programs that say nothing about the target: they run it.
const RUNNERS: [&str; 13] = ["python", "pypy", "node", "nodejs", "deno", "bun", "ruby", "php", "java", "sh", "bash", "env", "perl"];

/// A folder with more files is not a script's own.
const SMALL_FOLDER: usize = 200;

/// The words of what a command's arguments point to: programs, scripts with their folder, and the modules that these import, where
/// they are installed beside them or for the interpreter. Nothing is run; what cannot be read is passed over.
#[must_use]
pub fn of_command(words: &[String]) -> Harvest {
    let (mut collector, mut budget) = (Collector::default(), Budget::default());
    for path in sources(words) {
        collector.scan(&path, &mut budget);
    }
    collector.ranked()
}

/// Files and folders worth reading, the nearest first.
pub(super) fn sources(words: &[String]) -> Vec<PathBuf> {
    let mut found: Vec<PathBuf> = Vec::new();
    let mut modules = Vec::new();
    let words: Vec<String> = words.iter().flat_map(|word| inner(word)).collect();
    let runners: Vec<PathBuf> = words.iter().filter(|word| is_runner(word)).filter_map(|word| program(word)).collect();
    for (i, word) in words.iter().enumerate().filter(|(_, word)| !is_runner(word) && !word.starts_with('-')) {
        let named = Path::new(word).is_file().then(|| PathBuf::from(word));
        let Some(path) = named.or_else(|| program(word).filter(|_| i == 0)).and_then(|path| path.canonicalize().ok()) else {
            continue;
        };
        if let Some(text) = fs::read(&path).ok().and_then(|bytes| String::from_utf8(bytes).ok()) {
            let folder = path.parent().unwrap_or(Path::new("/"));
            modules.extend(imported(&text, folder, &site_packages(&runners, &text)));
            if list(folder, SMALL_FOLDER + 1).len() <= SMALL_FOLDER {
                modules.push(folder.to_owned());
            }
        }
        found.push(path);
    }
    found.extend(modules);
    found
}

/// The words of a command in a word, as in `sh -c '…'`.
fn inner(word: &str) -> Vec<String> {
    let parts = if word.contains(' ') && !Path::new(word).exists() { shell_words::split(word).ok() } else { None };
    parts.unwrap_or_else(|| vec![word.to_owned()])
}

fn is_runner(word: &str) -> bool {
    let name = Path::new(word).file_name().and_then(|name| name.to_str()).unwrap_or_default();
    let name = name.strip_suffix(".exe").unwrap_or(name);
    RUNNERS.contains(&name.trim_end_matches(|c: char| c.is_ascii_digit() || c == '.'))
}

fn is_python(path: &Path) -> bool {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    name.starts_with("python") || name.starts_with("pypy")
}

/// The file that a shell would run.
fn program(word: &str) -> Option<PathBuf> {
    if word.contains('/') {
        return Some(PathBuf::from(word)).filter(|path| path.is_file());
    }
    env::split_paths(&env::var_os("PATH")?).map(|folder| folder.join(word)).find(|path| path.is_file())
}

/// Where the interpreters of Python among the runners, or the one in the script's first line, keep their packages. A virtual
/// environment is found by the path as given, the system's by where that leads.
fn site_packages(runners: &[PathBuf], script: &str) -> Vec<PathBuf> {
    let shebang = script.lines().next().and_then(|line| line.strip_prefix("#!"));
    let shebang = shebang.into_iter().flat_map(str::split_whitespace).filter_map(program);
    let mut folders = Vec::new();
    for interpreter in runners.iter().cloned().chain(shebang).filter(|path| is_python(path)) {
        let real = interpreter.canonicalize().ok();
        for prefix in [Some(interpreter), real].iter().flatten().filter_map(|path| path.parent()?.parent()) {
            for lib in ["lib", "lib64", "local/lib"].map(|name| prefix.join(name)) {
                let mut versions: Vec<PathBuf> =
                    fs::read_dir(lib).into_iter().flatten().filter_map(|entry| Some(entry.ok()?.path())).collect();
                versions.retain(|path| path.file_name().is_some_and(|name| name.to_string_lossy().starts_with("python")));
                versions.sort_unstable();
                folders.extend(versions.iter().flat_map(|path| [path.join("site-packages"), path.join("dist-packages")]));
            }
        }
    }
    folders.retain(|folder| folder.is_dir());
    folders
}

/// The files and package folders of what a script imports.
fn imported(script: &str, folder: &Path, site_packages: &[PathBuf]) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for line in script.lines().map(str::trim) {
        found.extend(python_names(line).iter().filter_map(|name| python_module(name, folder, site_packages)));
        found.extend(node_names(line).iter().filter_map(|name| node_module(name, folder)));
    }
    let mut found: Vec<PathBuf> = found.into_iter().filter_map(|path| path.canonicalize().ok()).collect();
    found.sort_unstable();
    found.dedup();
    found
}

/// The top names of `import a.b, c as d` and `from a import b`.
fn python_names(line: &str) -> Vec<&str> {
    let names = match (line.strip_prefix("import "), line.strip_prefix("from ")) {
        (Some(names), _) => names,
        (_, Some(name)) => name.split_whitespace().next().unwrap_or_default(),
        _ => "",
    };
    let top = |name: &'_ str| name.trim().split(['.', ' ', ';']).next().unwrap_or_default().len();
    let names = names.split(',').map(str::trim).map(|name| &name[..top(name)]);
    names.filter(|name| !name.is_empty() && name.chars().all(|c| c.is_alphanumeric() || c == '_')).collect()
}

fn python_module(name: &str, folder: &Path, site_packages: &[PathBuf]) -> Option<PathBuf> {
    let places = std::iter::once(folder).chain(site_packages.iter().map(PathBuf::as_path));
    places.flat_map(|place| [place.join(name), place.join(format!("{name}.py"))]).find(|path| path.exists())
}

/// What is quoted behind `require(`, `import` and `from`.
fn node_names(line: &str) -> Vec<&str> {
    let mut names = Vec::new();
    for word in ["require(", "import(", "import ", "from "] {
        for (at, _) in line.match_indices(word) {
            let rest = line[at + word.len()..].trim_start();
            let quote = rest.chars().next().filter(|c| ['\'', '"'].contains(c));
            names.extend(
                quote.and_then(|quote| rest[1..].split_once(quote)).map(|(name, _)| name.strip_prefix("node:").unwrap_or(name)),
            );
        }
    }
    names
}

fn node_module(name: &str, folder: &Path) -> Option<PathBuf> {
    if name.starts_with('.') || name.starts_with('/') {
        let beside = ["", ".js", ".mjs", ".cjs", ".ts", "/index.js"].map(|end| folder.join(format!("{name}{end}")));
        return beside.into_iter().find(|path| path.is_file());
    }
    let parts = if name.starts_with('@') { 2 } else { 1 };
    let package: PathBuf = name.split('/').take(parts).collect();
    folder.ancestors().map(|up| up.join("node_modules").join(&package)).find(|path| !name.is_empty() && path.is_dir())
}
