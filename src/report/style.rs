//! How text looks on a terminal: width, colour or none, and the one rule that keeps foreign text harmless.
//!
//! What a target or a token says goes through [`plain`](crate::text::plain): a control character or a bidirectional override in it must
//! not steer the terminal of the person who reads.

use std::borrow::Cow;

use crate::{text::cut, verdict::Severity};

/// Width and colour of a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Style {
    /// Columns.
    pub width: usize,
    /// Whether to colour.
    pub colour: Colour,
}

/// Whether to colour.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Colour {
    /// With ANSI escapes.
    Ansi,
    /// Plain text.
    Plain,
}

/// What a piece of text is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ink {
    /// A headline or a name.
    Bold,
    /// What can be skipped at first.
    Faint,
    /// Good news.
    Good,
    /// Worth a look.
    Warn,
    /// Bad news.
    Bad,
}

impl Default for Style {
    fn default() -> Self {
        Self { width: 100, colour: Colour::Plain }
    }
}

impl Style {
    /// `text` in that ink.
    #[must_use]
    pub fn paint(&self, ink: Ink, text: &str) -> String {
        let code = match ink {
            Ink::Bold => "1",
            Ink::Faint => "2",
            Ink::Good => "1;32",
            Ink::Warn => "33",
            Ink::Bad => "1;31",
        };
        match self.colour {
            Colour::Ansi if !text.is_empty() => format!("\x1b[{code}m{text}\x1b[0m"),
            _ => text.to_owned(),
        }
    }

    /// A severity, as wide as the longest.
    #[must_use]
    pub fn severity(&self, severity: Severity) -> String {
        self.paint(severity_ink(severity), &format!("{:<8}", severity_name(severity)))
    }

    /// `text` broken at words, each line after `indent` columns; the first line starts without.
    #[must_use]
    pub fn wrap(&self, text: &str, indent: usize) -> String {
        wrap(text, self.width.saturating_sub(indent).max(20)).join(&format!("\n{}", " ".repeat(indent)))
    }

    /// The start of `text`, cut to what is left of a line after `indent` columns.
    #[must_use]
    pub fn cut(&self, text: &str, indent: usize) -> String {
        cut(text, self.width.saturating_sub(indent).max(20))
    }
}

/// The ink of a severity.
#[must_use]
pub fn severity_ink(severity: Severity) -> Ink {
    match severity {
        Severity::Critical | Severity::High => Ink::Bad,
        Severity::Medium => Ink::Warn,
        Severity::Low | Severity::Info => Ink::Faint,
    }
}

/// A severity as attack files and `--fail-on` spell it.
#[must_use]
pub fn severity_name(severity: Severity) -> &'static str {
    match severity {
        Severity::Info => "info",
        Severity::Low => "low",
        Severity::Medium => "medium",
        Severity::High => "high",
        Severity::Critical => "critical",
    }
}

/// Breaks at words; a word longer than a line is broken too.
fn wrap(text: &str, width: usize) -> Vec<String> {
    let words: Vec<&str> = text.split_whitespace().collect();
    let options = textwrap::Options::new(width).word_splitter(textwrap::WordSplitter::NoHyphenation);
    textwrap::wrap(&words.join(" "), options).into_iter().map(Cow::into_owned).collect()
}

/// `1312` as `1,312`.
#[must_use]
pub fn grouped(number: usize) -> String {
    let digits = number.to_string();
    let mut out = String::new();
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

/// `1 case`, `2 cases`.
#[must_use]
pub fn count(number: usize, one: &str, many: &str) -> String {
    format!("{} {}", grouped(number), if number == 1 { one } else { many })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_break_at_words_and_long_words_inside() {
        assert_eq!(wrap("one two three", 8), ["one two", "three"]);
        assert_eq!(wrap("a bcdefghijkl", 5), ["a", "bcdef", "ghijk", "l"]);
        assert_eq!(wrap("", 5), [""]);
        assert_eq!(wrap("a well-known\n  name", 8), ["a", "well-kno", "wn name"]);
        assert_eq!(wrap("二つの文字 one", 10), ["二つの文字", "one"], "wide characters take two columns");
    }

    #[test]
    fn numbers_are_grouped() {
        assert_eq!([0, 999, 1312, 1_234_567].map(grouped), ["0", "999", "1,312", "1,234,567"]);
    }
}
