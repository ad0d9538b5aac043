//! Literals and identifiers of a source text, line by line. Quotes are paired within a line, whatever the language; an apostrophe in a
//! comment then spoils no more than its own line, and that line's words are found as identifiers all the same.

use super::{Collector, is_about_tokens, is_word};

/// Lines before and after one that talks of tokens.
const AROUND: usize = 2;
/// Literals this many lines apart have nothing to do with each other.
const APART: usize = 12;
/// Longer lines are minified code, where "near" is taken from the text right around a literal.
const LONG_LINE: usize = 400;

pub(super) fn words(text: &str, collector: &mut Collector) {
    let lines: Vec<&str> = text.lines().collect();
    let about: Vec<bool> = lines.iter().map(|line| line.len() <= LONG_LINE && is_about_tokens(line)).collect();
    let (mut passage, mut last) = (Vec::new(), 0);
    for (i, line) in lines.iter().enumerate() {
        let near = about[i.saturating_sub(AROUND)..(i + AROUND + 1).min(about.len())].contains(&true);
        let found = literals(line, near, collector);
        if !found.is_empty() {
            if i > last + APART {
                collector.pass(std::mem::take(&mut passage));
            }
            last = i;
            passage.extend(found);
        }
        for name in line.split(|c: char| !(c.is_alphanumeric() || c == '_' || c == '$')) {
            collector.add(name, false, near);
        }
    }
    collector.pass(passage);
}

/// Takes the literals of a line in, and gives those that may mean something.
fn literals(line: &str, near: bool, collector: &mut Collector) -> Vec<String> {
    let (mut rest, mut found) = (line, Vec::new());
    while let Some(start) = rest.find(['\'', '"', '`']) {
        let (quote, after) = (&rest[start..=start], &rest[start + 1..]);
        let Some(end) = closing(after, quote) else {
            rest = after;
            continue;
        };
        let near = near || line.len() > LONG_LINE && is_about_tokens(around(line, line.len() - after.len(), end));
        if end <= 4 * super::LONGEST {
            let literal = unescaped(&after[..end]);
            collector.add(&literal, true, near);
            found.extend(is_word(&literal).then_some(literal));
        }
        rest = &after[end + 1..];
    }
    found
}

/// Where the quote is that is not escaped.
fn closing(text: &str, quote: &str) -> Option<usize> {
    let mut escaped = false;
    text.char_indices().find_map(|(i, c)| {
        let ends = !escaped && quote.starts_with(c);
        escaped = !escaped && c == '\\';
        ends.then_some(i)
    })
}

/// Some hundred bytes on either side.
fn around(line: &str, start: usize, len: usize) -> &str {
    let down = |mut at: usize| {
        while !line.is_char_boundary(at) {
            at -= 1;
        }
        at
    };
    &line[down(start.saturating_sub(100))..down((start + len + 100).min(line.len()))]
}

/// The escapes that most languages share.
fn unescaped(text: &str) -> String {
    let (mut out, mut rest) = (String::new(), text);
    while let Some(at) = rest.find('\\') {
        out.push_str(&rest[..at]);
        rest = &rest[at + 1..];
        let Some(next) = rest.chars().next() else { break };
        rest = &rest[next.len_utf8()..];
        let digits = match next {
            'x' => 2,
            'u' => 4,
            _ => 0,
        };
        let code = rest.get(..digits).and_then(|hex| u32::from_str_radix(hex, 16).ok()).and_then(char::from_u32);
        match (next, code) {
            ('x' | 'u', Some(c)) => {
                out.push(c);
                rest = &rest[digits..];
            }
            ('n', _) => out.push('\n'),
            ('t', _) => out.push('\t'),
            ('r', _) => out.push('\r'),
            ('0', _) => out.push('\0'),
            (other, _) => out.push(other),
        }
    }
    out + rest
}
