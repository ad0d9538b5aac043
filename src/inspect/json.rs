//! JSON as it is written: printed with indentation, nothing normalised, nothing required to be legal.
//!
//! A scanner over bytes instead of a parser: duplicates, odd numbers, unbalanced brackets and any depth go through it.

/// One lexical piece of a JSON text, as written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Piece<'a> {
    Open(u8),
    Close(u8),
    Comma,
    Colon,
    /// A string with its quotes; the last one of a cut text may lack the closing quote.
    Text(&'a [u8]),
    /// A number, a word, or anything else.
    Word(&'a [u8]),
}

/// The pieces of `bytes`, white space left out.
pub(super) fn pieces(mut rest: &[u8]) -> impl Iterator<Item = Piece<'_>> {
    std::iter::from_fn(move || {
        rest = rest.trim_ascii_start();
        let first = *rest.first()?;
        let length = match first {
            b'"' => text_length(rest),
            b'{' | b'[' | b'}' | b']' | b',' | b':' => 1,
            _ => rest.iter().position(|b| b.is_ascii_whitespace() || b"{}[],:\"".contains(b)).unwrap_or(rest.len()),
        };
        let (piece, after) = rest.split_at(length);
        rest = after;
        Some(match first {
            b'{' | b'[' => Piece::Open(first),
            b'}' | b']' => Piece::Close(first),
            b',' => Piece::Comma,
            b':' => Piece::Colon,
            b'"' => Piece::Text(piece),
            _ => Piece::Word(piece),
        })
    })
}

fn text_length(bytes: &[u8]) -> usize {
    let mut escaped = false;
    for (i, byte) in bytes.iter().enumerate().skip(1) {
        match byte {
            _ if escaped => escaped = false,
            b'\\' => escaped = true,
            b'"' => return i + 1,
            _ => {}
        }
    }
    bytes.len()
}

/// Nesting that is still shown by indentation.
const DEEP: usize = 16;

/// The text with line breaks and indentation, `indent` columns in; at most about `limit` bytes of it.
#[must_use]
pub fn pretty(bytes: &[u8], indent: usize, limit: usize) -> String {
    let mut out = Vec::new();
    let mut depth = 0_usize;
    let mut opened = false;
    let line = |out: &mut Vec<u8>, depth: usize| {
        if depth <= DEEP {
            out.push(b'\n');
            out.resize(out.len() + indent + 2 * depth, b' ');
        }
    };
    for piece in pieces(bytes) {
        if out.len() > limit {
            out.extend("…".as_bytes());
            break;
        }
        if opened && !matches!(piece, Piece::Close(_)) {
            line(&mut out, depth);
        }
        match piece {
            Piece::Open(bracket) => {
                out.push(bracket);
                depth += 1;
            }
            Piece::Close(bracket) => {
                depth = depth.saturating_sub(1);
                if !opened {
                    line(&mut out, depth);
                }
                out.push(bracket);
            }
            Piece::Comma => {
                out.push(b',');
                line(&mut out, depth);
            }
            Piece::Colon => out.extend(b": "),
            Piece::Text(text) | Piece::Word(text) if text.len() > limit => {
                out.extend(&text[..limit]);
                out.extend("…".as_bytes());
            }
            Piece::Text(text) | Piece::Word(text) => out.extend(text),
        }
        opened = matches!(piece, Piece::Open(_));
    }
    readable(&out)
}

/// UTF-8 as it is, other bytes as `\xNN`.
pub(super) fn readable(bytes: &[u8]) -> String {
    let mut out = String::with_capacity(bytes.len());
    for chunk in bytes.utf8_chunks() {
        out.push_str(chunk.valid());
        for byte in chunk.invalid() {
            out.push_str(&format!("\\x{byte:02x}"));
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn structure_is_indented_and_spelling_kept() {
        let text = br#"{"a":[1,01,{"b" : "x\"]"}],"a":{},"c":NaN}"#;
        let shown = pretty(text, 0, 1000);
        assert_eq!(
            shown,
            "{\n  \"a\": [\n    1,\n    01,\n    {\n      \"b\": \"x\\\"]\"\n    }\n  ],\n  \"a\": {},\n  \"c\": NaN\n}"
        );
    }

    #[test]
    fn a_million_brackets_are_cut_not_followed() {
        let deep = vec![b'['; 1_000_000];
        assert!(pretty(&deep, 0, 500).len() < 2000);
        assert_eq!(pretty(b"]]]", 0, 100).matches(']').count(), 3);
        assert_eq!(pretty(b"\"open", 0, 100), "\"open");
        assert_eq!(pretty(b"\"\xff\"", 0, 100), "\"\\xff\"");
    }
}
