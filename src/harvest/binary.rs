//! Printable runs of a binary, in ASCII and in UTF-16LE.
//!
//! Compilers put texts into one another's arms without a mark between them, so that a long run is cut where a word may end: at what
//! is not a part of a name, and around the words that tokens are talked about with.

use super::{Collector, LONGEST, VOCABULARY, is_about_tokens};

/// The shortest run that is not an accident.
const SHORTEST: usize = 4;
/// Runs up to this far apart in the list are near each other.
const AROUND: usize = 3;

pub(super) fn words(bytes: &[u8], collector: &mut Collector) {
    for runs in [ascii(bytes), wide(bytes, 0), wide(bytes, 1)] {
        let about: Vec<bool> = runs.iter().map(|run| is_about_tokens(run)).collect();
        for (i, run) in runs.iter().enumerate() {
            let near = about[i.saturating_sub(AROUND)..(i + AROUND + 1).min(about.len())].contains(&true);
            collector.add(run, true, near);
            for name in run.split(|c: char| !(c.is_ascii_alphanumeric() || "_-.:/#".contains(c))) {
                if name.len() < run.len() {
                    collector.add(name, false, near);
                }
                pieces(name, collector);
            }
        }
    }
}

fn is_printable(byte: u8) -> bool {
    (0x20..0x7f).contains(&byte)
}

fn ascii(bytes: &[u8]) -> Vec<String> {
    let runs = bytes.split(|byte| !is_printable(*byte)).filter(|run| run.len() >= SHORTEST);
    runs.map(|run| String::from_utf8_lossy(run).into_owned()).collect()
}

/// Every second byte printable and the ones between zero, from an even or an odd place on.
fn wide(bytes: &[u8], start: usize) -> Vec<String> {
    let (mut runs, mut run) = (Vec::new(), String::new());
    for pair in bytes.get(start..).unwrap_or_default().chunks(2) {
        match *pair {
            [byte, 0] if is_printable(byte) => run.push(char::from(byte)),
            _ if run.len() >= SHORTEST => runs.push(std::mem::take(&mut run)),
            _ => run.clear(),
        }
    }
    if run.len() >= SHORTEST {
        runs.push(run);
    }
    runs
}

/// The names that end or start at a word of the vocabulary, within a run that may hold several texts.
fn pieces(run: &str, collector: &mut Collector) {
    let lower = run.to_ascii_lowercase();
    for word in VOCABULARY.iter() {
        for at in word.find_iter(lower.as_bytes()) {
            // No word is longer, and a run may be a megabyte of base64.
            let (from, end) = (at.saturating_sub(LONGEST), at + word.needle().len());
            let to = run.len().min(end + LONGEST);
            collector.add(&run[at..end], false, true);
            // A header of one's own starts so.
            if let Some(start) = lower[from..at].rfind("x-") {
                collector.add(&run[from + start..end], false, true);
            }
            let separated = |c: char| !c.is_ascii_alphanumeric();
            let start = run[from..at].rfind(separated).map_or(from, |i| from + i + 1);
            let stop = run[end..to].find(separated).map_or(to, |i| end + i);
            collector.add(&run[start..end], false, true);
            collector.add(&run[at..stop], false, true);
        }
    }
}
