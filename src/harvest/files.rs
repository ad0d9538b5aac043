//! Which files are read, and how much of them: folder by folder from the top, sorted by name, no link followed below the start.

use std::{
    collections::{HashSet, VecDeque},
    fs,
    path::{Path, PathBuf},
};

const MOST_FILES: usize = 2_000;
const MOST_BYTES: u64 = 64 << 20;
/// Larger files are data.
const LARGEST: u64 = 32 << 20;
/// Folders looked into; a tree of nothing but folders ends too.
const MOST_FOLDERS: usize = 20_000;

/// Folders of version control, caches and build output.
const SKIPPED: [&str; 6] = [".git", ".hg", ".svn", "__pycache__", ".mypy_cache", ".pytest_cache"];
/// Compressed or drawn: no words in there.
const WORDLESS: [&str; 18] = [
    "png", "jpg", "jpeg", "gif", "ico", "webp", "woff", "woff2", "ttf", "otf", "zip", "gz", "xz", "bz2", "zst", "pdf", "mp4", "map",
];

/// What may still be read, over all starts.
pub(super) struct Budget {
    files: usize,
    bytes: u64,
    seen: HashSet<PathBuf>,
}

impl Default for Budget {
    fn default() -> Self {
        Self { files: MOST_FILES, bytes: MOST_BYTES, seen: HashSet::new() }
    }
}

impl Budget {
    /// The file, or the files below the folder, one after the other, with their contents.
    pub(super) fn files(&mut self, start: &Path) -> impl Iterator<Item = (PathBuf, Vec<u8>)> {
        let mut paths = list(start, MOST_FILES).into_iter();
        std::iter::from_fn(move || {
            paths.by_ref().find_map(|path| {
                let bytes = self.read(&path)?;
                Some((path, bytes))
            })
        })
    }

    fn read(&mut self, path: &Path) -> Option<Vec<u8>> {
        let metadata = fs::metadata(path).ok()?;
        let wordless = path.extension().is_some_and(|e| WORDLESS.iter().any(|known| e.eq_ignore_ascii_case(known)));
        let fits = metadata.is_file() && metadata.len() <= LARGEST.min(self.bytes) && self.files > 0;
        if !fits || wordless || !self.seen.insert(path.to_owned()) {
            return None;
        }
        let bytes = fs::read(path).ok()?;
        self.files -= 1;
        self.bytes = self.bytes.saturating_sub(bytes.len() as u64);
        Some(bytes)
    }
}

/// The files below a folder, or the file itself; `most` of them.
pub(super) fn list(start: &Path, most: usize) -> Vec<PathBuf> {
    if start.is_file() {
        return vec![start.to_owned()];
    }
    let (mut files, mut folders) = (Vec::new(), VecDeque::from([start.to_owned()]));
    for _ in 0..MOST_FOLDERS {
        let Some(folder) = folders.pop_front().filter(|_| files.len() < most) else { break };
        let Ok(entries) = fs::read_dir(&folder) else { continue };
        let mut entries: Vec<fs::DirEntry> = entries.filter_map(Result::ok).collect();
        entries.sort_unstable_by_key(fs::DirEntry::file_name);
        for entry in entries {
            match entry.file_type() {
                Ok(kind) if kind.is_dir() && !is_skipped(&entry.path()) => folders.push_back(entry.path()),
                Ok(kind) if kind.is_file() => files.push(entry.path()),
                _ => {}
            }
        }
    }
    files.truncate(most);
    files
}

/// A `target` is build output where cargo marked it as a cache, or Maven's project file stands beside it.
fn is_skipped(folder: &Path) -> bool {
    let name = folder.file_name().unwrap_or_default();
    let built = || folder.join("CACHEDIR.TAG").exists() || folder.with_file_name("pom.xml").exists();
    SKIPPED.iter().any(|skipped| name == *skipped) || name == "target" && built()
}
