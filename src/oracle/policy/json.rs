//! JSON by the grammar of RFC 8259, duplicates and spellings of numbers kept, with a note of what readers of JSON differ about.

/// A JSON value.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Json {
    Null,
    Bool(bool),
    /// As spelled.
    Number(String),
    /// `NaN`, `Infinity` or `-Infinity`, which are not JSON, though some parsers accept them as numbers.
    NotANumber,
    /// Escapes resolved; half a surrogate pair is U+FFFD.
    Text(String),
    List(Vec<Json>),
    Object(Members),
}

/// The members of an object, in order, duplicates and all.
pub(super) type Members = Vec<(String, Json)>;

/// What the bytes of a header or payload are.
pub(super) enum Read {
    /// An object, and what is odd about it if something is.
    Object(Members, Option<&'static str>),
    /// Something else, to every parser.
    Other,
    /// It depends on the parser.
    Unclear(&'static str),
}

/// Which of several members with one name.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Pick {
    First,
    Last,
}

/// An object as a parser sees it that keeps one member a name.
#[derive(Clone, Copy)]
pub(super) struct View<'a> {
    pub(super) members: &'a Members,
    pub(super) pick: Pick,
}

impl<'a> View<'a> {
    pub(super) fn get(&self, name: &str) -> Option<&'a Json> {
        let mut named = self.members.iter().filter(|(n, _)| n == name).map(|(_, value)| value);
        if self.pick == Pick::First { named.next() } else { named.next_back() }
    }
}

const NO_UTF8: &str = "bytes that are not UTF-8: decoders refuse or replace them";
const NO_GRAMMAR: &str = "not valid JSON, but parsers may accept extensions (RFC 8259 section 9)";
const NESTED: &str = "nested deeper than some parsers support (RFC 8259 section 9)";
const DUPLICATE: &str = "two members with one name: parsers refuse it or use the last one (RFC 7515 section 4)";
const NUMBER: &str = "a number beyond what a double holds exactly (RFC 8259 section 6)";
const TEXT: &str = "a string with half a surrogate pair or a NUL, which parsers treat in different ways (RFC 8259 section 8.2)";

/// Deeper than that, parsers differ, and this one gives up at the second.
const USUAL_DEPTH: usize = 16;
const MOST_DEPTH: usize = 128;

/// Reads the whole of `bytes`.
pub(super) fn read(bytes: &[u8]) -> Read {
    // Without a brace, no parser finds an object in it.
    let unclear = |because| if bytes.contains(&b'{') { Read::Unclear(because) } else { Read::Other };
    let Ok(text) = std::str::from_utf8(bytes) else { return unclear(NO_UTF8) };
    let mut reader = Reader { rest: text, odd: None, depth: 0 };
    match reader.value() {
        Some(value) if reader.rest.trim_start_matches(BLANK).is_empty() => match value {
            Json::Object(members) => Read::Object(members, reader.odd),
            _ => Read::Other,
        },
        _ if reader.depth > MOST_DEPTH => unclear(NESTED),
        _ => unclear(NO_GRAMMAR),
    }
}

const BLANK: [char; 4] = [' ', '\t', '\n', '\r'];

struct Reader<'a> {
    rest: &'a str,
    odd: Option<&'static str>,
    /// Brackets open; stays where it is after a failure.
    depth: usize,
}

impl<'a> Reader<'a> {
    fn value(&mut self) -> Option<Json> {
        self.rest = self.rest.trim_start_matches(BLANK);
        match self.rest.bytes().next()? {
            b'{' => self.object(),
            b'[' => self.list(),
            b'"' => self.text().map(Json::Text),
            _ if ["NaN", "Infinity", "-Infinity"].into_iter().any(|word| self.skip(word)) => {
                self.odd = Some(NO_GRAMMAR);
                Some(Json::NotANumber)
            }
            b'-' | b'0'..=b'9' => self.number(),
            _ => [("null", Json::Null), ("true", Json::Bool(true)), ("false", Json::Bool(false))]
                .into_iter()
                .find_map(|(word, value)| self.skip(word).then_some(value)),
        }
    }

    /// Goes past `word` if it comes next.
    fn skip(&mut self, word: &str) -> bool {
        let rest = self.rest.strip_prefix(word);
        self.rest = rest.unwrap_or(self.rest);
        rest.is_some()
    }

    /// Goes past white space and then `mark`, if it comes next.
    fn mark(&mut self, mark: &str) -> bool {
        self.rest = self.rest.trim_start_matches(BLANK);
        self.skip(mark)
    }

    fn enter(&mut self) -> Option<()> {
        self.depth += 1;
        if self.depth > USUAL_DEPTH {
            self.odd = Some(NESTED);
        }
        (self.depth <= MOST_DEPTH).then_some(())
    }

    fn list(&mut self) -> Option<Json> {
        let mut items = Vec::new();
        self.each(["[", "]"], |reader| {
            items.push(reader.value()?);
            Some(())
        })?;
        Some(Json::List(items))
    }

    fn object(&mut self) -> Option<Json> {
        let (mut members, mut names) = (Members::new(), std::collections::HashSet::new());
        self.each(["{", "}"], |reader| {
            reader.rest = reader.rest.trim_start_matches(BLANK);
            let name = reader.text()?;
            if !reader.mark(":") {
                return None;
            }
            if !names.insert(name.clone()) {
                reader.odd = Some(DUPLICATE);
            }
            members.push((name, reader.value()?));
            Some(())
        })?;
        Some(Json::Object(members))
    }

    /// Reads items with commas between them, one level down.
    fn each(&mut self, [open, close]: [&str; 2], mut item: impl FnMut(&mut Self) -> Option<()>) -> Option<()> {
        self.enter()?;
        let mut more = self.skip(open) && !self.mark(close);
        while more {
            item(self)?;
            more = self.mark(",");
            if !more && !self.mark(close) {
                return None;
            }
        }
        self.depth -= 1;
        Some(())
    }

    /// `-? (0 | 1-9 digits) (. digits)? ([eE] [+-]? digits)?` (RFC 8259 section 6).
    fn number(&mut self) -> Option<Json> {
        let start = self.rest;
        self.skip("-");
        let whole = self.digits()?;
        if whole.len() > 1 && whole.starts_with('0') {
            return None;
        }
        if self.skip(".") {
            self.digits()?;
        }
        if self.skip("e") || self.skip("E") {
            let _ = self.skip("+") || self.skip("-");
            self.digits()?;
        }
        let text = &start[..start.len() - self.rest.len()];
        if value(text).is_none() {
            self.odd = Some(NUMBER);
        }
        Some(Json::Number(text.to_owned()))
    }

    fn digits(&mut self) -> Option<&'a str> {
        let end = self.rest.bytes().take_while(u8::is_ascii_digit).count();
        let (digits, rest) = self.rest.split_at(end);
        self.rest = rest;
        (end > 0).then_some(digits)
    }

    fn text(&mut self) -> Option<String> {
        let mut text = String::new();
        if !self.skip("\"") {
            return None;
        }
        loop {
            let next = self.rest.chars().next()?;
            self.rest = &self.rest[next.len_utf8()..];
            match next {
                '"' => break,
                '\\' => text.push(self.escape()?),
                '\0'..='\u{1f}' => return None,
                _ => text.push(next),
            }
        }
        if text.contains(['\0', char::REPLACEMENT_CHARACTER]) {
            self.odd = Some(TEXT);
        }
        Some(text)
    }

    /// What follows a backslash (RFC 8259 section 7).
    fn escape(&mut self) -> Option<char> {
        let next = self.rest.chars().next()?;
        self.rest = &self.rest[next.len_utf8()..];
        Some(match next {
            '"' | '\\' | '/' => next,
            'b' => '\u{8}',
            'f' => '\u{c}',
            'n' => '\n',
            'r' => '\r',
            't' => '\t',
            'u' => {
                let high = self.unit()?;
                let before = self.rest;
                let pair = (0xd800..0xdc00).contains(&high) && self.skip("\\u");
                let low = if pair { self.unit()? } else { 0 };
                if (0xdc00..0xe000).contains(&low) {
                    char::from_u32(0x1_0000 + ((high - 0xd800) << 10) + (low - 0xdc00))?
                } else {
                    // What looked like the second half stands for itself.
                    self.rest = before;
                    char::from_u32(high).unwrap_or(char::REPLACEMENT_CHARACTER)
                }
            }
            _ => return None,
        })
    }

    fn unit(&mut self) -> Option<u32> {
        let digits = self.rest.get(..4).filter(|digits| digits.bytes().all(|byte| byte.is_ascii_hexdigit()))?;
        self.rest = &self.rest[4..];
        u32::from_str_radix(digits, 16).ok()
    }
}

/// The number, if a double holds all whole numbers up to it: below 2^53.
pub(super) fn value(number: &str) -> Option<f64> {
    number.parse().ok().filter(|value: &f64| value.abs() < 9_007_199_254_740_992.0)
}
