//! A program that does not keep to the protocol, in words for the one who wrote it: what it did, when, and what was expected.

use crate::text::{cut, plain};

/// What a program said that the protocol does not allow, from "it wrote …" on. Nothing it says can be trusted from then on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Breach(pub(super) String);

/// What was to come next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Due {
    Nothing,
    /// The answer to `configure`.
    Greeting,
    /// The answer to the question of this id.
    Verdict(u64),
}

impl Breach {
    /// "it `what` when this was due: `line` — expected …"; an empty line is not quoted.
    pub(super) fn new(what: &str, due: Due, line: &[u8]) -> Self {
        let (when, expected) = match due {
            Due::Nothing => ("no answer was due".to_owned(), "one line for each question, in order, and nothing else".to_owned()),
            Due::Greeting => (
                "the answer to `configure` was due".to_owned(),
                r#"one line {"type":"ready","name":…,"version":…} or {"type":"unsupported","reason":…}"#.to_owned(),
            ),
            Due::Verdict(id) => (
                format!("the answer to question {id} was due"),
                format!(r#"one line {{"type":"verdict","id":{id},"accepted":true|false,…}} for each question, in order"#),
            ),
        };
        let quoted = if line.is_empty() { String::new() } else { format!(": {}", shortened(line)) };
        Self(format!("it {what} when {when}{quoted} — expected {expected}; logs belong on standard error (adapters/README.md)"))
    }

    /// An answer whose id is not that of the oldest question in flight, after `asked` questions.
    pub(super) fn of_id(id: u64, due: Due, asked: u64, line: &[u8]) -> Self {
        // Answers come in order, so that all before the one that is due have been given.
        let open = if let Due::Verdict(due) = due { due } else { asked + 1 };
        let again = if (1..open).contains(&id) { " again" } else { "" };
        Self::new(&format!("answered question {id}{again}"), due, line)
    }
}

/// The start of what a program said, on one line.
pub(super) fn shortened(text: &[u8]) -> String {
    let start = String::from_utf8_lossy(&text[..text.len().min(4 << 10)]);
    plain(&cut(start.trim(), 200))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_quoted_is_short_and_harmless() {
        let line = [b"\x1b[2J\xff".as_slice(), &[b'x'; 10_000]].concat();
        let Breach(text) = Breach::new("wrote a line", Due::Verdict(7), &line);
        assert!(text.starts_with("it wrote a line when the answer to question 7 was due: \\u{1b}[2J\u{fffd}xxx"), "{text}");
        assert!(text.contains("x… — expected one line {\"type\":\"verdict\",\"id\":7,"), "{text}");
        assert!(text.chars().count() < 500, "{text}");
    }

    #[test]
    fn an_id_that_was_answered_before_is_told_from_one_that_was_not() {
        let told = |id, due| Breach::of_id(id, due, 9, b"{}").0.split(": {}").next().map(str::to_owned).expect("a start");
        assert_eq!(told(4, Due::Verdict(5)), "it answered question 4 again when the answer to question 5 was due");
        assert_eq!(told(6, Due::Verdict(5)), "it answered question 6 when the answer to question 5 was due");
        assert_eq!(told(0, Due::Verdict(5)), "it answered question 0 when the answer to question 5 was due");
        assert_eq!(told(9, Due::Nothing), "it answered question 9 again when no answer was due");
        assert_eq!(told(10, Due::Nothing), "it answered question 10 when no answer was due");
    }
}
