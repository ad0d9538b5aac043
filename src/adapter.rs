//! The other side of the adapter protocol: serving a verifier written in Rust over a pair of pipes.
//!
//! `jwt-gauntlet adapter NAME` serves the built-in verifiers so, and a ten-line `main` serves any other (see `examples/echo_adapter.rs`).
//! Whatever is there is read at once, answered, and written at once: a system call a line would cost more than most answers.
//!
//! A panic is deliberately not caught: it ends the process, and the harness sees what a user of the verifier would see.

use std::{
    borrow::Cow,
    fmt,
    io::{self, Read, Write},
    thread,
    time::Duration,
};

use serde::{
    Deserialize, Deserializer,
    de::{Error, Visitor},
};
use serde_json::value::RawValue;

use crate::{
    protocol::{push_text, text},
    trust::Trust,
    verdict::Verdict,
    verifier::{AskError, Conduct, ConfigureError, Implementation, Verifier},
};

/// One read. Less than there may be, so that the harness has answers to work on while the rest is being answered.
const CHUNK: usize = 24 << 10;
/// The version of the protocol.
const PROTOCOL: u64 = 1;

/// Why an adapter stopped before the end of its input. The process should say so on standard error and exit with 2.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ServeError {
    /// The questions could not be read.
    #[error("cannot read the questions")]
    Read(#[source] io::Error),
    /// The answers could not be written.
    #[error("cannot write the answers")]
    Write(#[source] io::Error),
    /// A line is not the protocol.
    #[error("not a line of the adapter protocol: {0}")]
    Line(String),
    /// The verifier could not be reached.
    #[error(transparent)]
    Ask(#[from] AskError),
    /// The verifier reports that it died; so does the adapter.
    #[error("the verifier crashed: {0}")]
    Crashed(String),
}

/// Answers the questions on `input` on `output` until the end of input.
///
/// # Errors
/// If a line is not the protocol, or `implementation` could not be reached. The answers to all lines before that have been written.
pub fn serve(implementation: &dyn Implementation, input: impl Read, output: impl Write) -> Result<(), ServeError> {
    Adapter { implementation, verifier: None, answers: Vec::new() }.serve(input, output)
}

/// Gives `implementation` the name and version that reports will show.
pub fn named<I: Implementation>(implementation: I, name: &str, version: &str) -> impl Implementation + use<I> {
    Named { implementation, name: name.to_owned(), version: version.to_owned() }
}

struct Named<I> {
    implementation: I,
    name: String,
    version: String,
}

impl<I: Implementation> Implementation for Named<I> {
    fn configure(&self, trust: &Trust) -> Result<Box<dyn Verifier>, ConfigureError> {
        self.implementation.configure(trust)
    }

    fn identity(&self) -> Option<(String, String)> {
        Some((self.name.clone(), self.version.clone()))
    }

    fn conduct(&self) -> Conduct {
        self.implementation.conduct()
    }
}

struct Adapter<'a> {
    implementation: &'a dyn Implementation,
    verifier: Option<Box<dyn Verifier>>,
    answers: Vec<u8>,
}

impl Adapter<'_> {
    fn serve(mut self, mut input: impl Read, mut output: impl Write) -> Result<(), ServeError> {
        let mut buffer = vec![0; CHUNK];
        let mut filled = 0;
        loop {
            if filled == buffer.len() {
                buffer.resize(filled * 2, 0);
            }
            let read = match input.read(&mut buffer[filled..]) {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                read => read.map_err(ServeError::Read)?,
            };
            let whole = match memchr::memrchr(b'\n', &buffer[filled..filled + read]) {
                Some(end) => filled + end + 1,
                // What has no line end at the end of input is a line all the same.
                None if read == 0 => filled,
                None => 0,
            };
            filled += read;
            let answered = self.answer_all(&buffer[..whole]);
            output.write_all(&self.answers).and_then(|()| output.flush()).map_err(ServeError::Write)?;
            self.answers.clear();
            answered?;
            if read == 0 {
                return Ok(());
            }
            buffer.copy_within(whole..filled, 0);
            filled -= whole;
        }
    }

    fn answer_all(&mut self, mut lines: &[u8]) -> Result<(), ServeError> {
        while !lines.is_empty() {
            let end = memchr::memchr(b'\n', lines).unwrap_or(lines.len());
            let (line, rest) = lines.split_at(end);
            lines = rest.get(1..).unwrap_or_default();
            if !line.trim_ascii().is_empty() {
                self.answer(line)?;
            }
        }
        Ok(())
    }

    fn answer(&mut self, line: &[u8]) -> Result<(), ServeError> {
        let bad = || ServeError::Line(String::from_utf8_lossy(line).chars().take(200).collect());
        let message: Message<'_> = serde_json::from_slice(line).map_err(|_| bad())?;
        match (&*message.kind, message.id, message.token) {
            ("verify", Some(id), Some(token)) => self.verify(id.get(), &token.0),
            ("configure", ..) => self.configure(line, message.protocol),
            _ => Err(bad()),
        }
    }

    fn verify(&mut self, id: &str, token: &str) -> Result<(), ServeError> {
        let verdict = match &self.verifier {
            Some(verifier) => verifier.verify(token)?,
            None => Verdict::Rejected("no key is configured".to_owned()),
        };
        let out = &mut self.answers;
        let line_start = out.len();
        out.extend_from_slice(b"{\"type\":\"verdict\",\"id\":");
        out.extend_from_slice(id.as_bytes());
        match verdict {
            Verdict::Accepted(claims) => {
                out.extend_from_slice(b",\"accepted\":true");
                if let Some(claims) = claims {
                    out.extend_from_slice(b",\"claims\":");
                    // Echoed as they are; a line end inside can only be white space.
                    out.extend(claims.0.bytes().map(|b| if b == b'\n' { b' ' } else { b }));
                }
            }
            Verdict::Rejected(reason) => {
                out.extend_from_slice(b",\"accepted\":false,\"error\":");
                push_text(out, &reason);
            }
            Verdict::Crashed(how) => {
                out.truncate(line_start);
                return Err(ServeError::Crashed(how));
            }
            Verdict::Hung(_) => hang(),
        }
        out.extend_from_slice(b"}\n");
        Ok(())
    }

    fn configure(&mut self, line: &[u8], protocol: Option<u64>) -> Result<(), ServeError> {
        self.verifier = None;
        let refused = match serde_json::from_slice::<Trust>(line) {
            _ if protocol != Some(PROTOCOL) => format!("this adapter speaks protocol {PROTOCOL} only"),
            Err(error) => error.to_string(),
            Ok(trust) => match self.implementation.configure(&trust) {
                Ok(verifier) => {
                    self.verifier = Some(verifier);
                    self.ready();
                    return Ok(());
                }
                Err(ConfigureError::Unsupported(reason)) => reason,
                Err(ConfigureError::Unreachable(error)) => return Err(error.into()),
            },
        };
        self.answers.extend_from_slice(b"{\"type\":\"unsupported\",\"reason\":");
        push_text(&mut self.answers, &refused);
        self.answers.extend_from_slice(b"}\n");
        Ok(())
    }

    fn ready(&mut self) {
        let (name, version) = self.implementation.identity().unwrap_or_else(|| ("unnamed".to_owned(), String::new()));
        self.answers.extend_from_slice(b"{\"type\":\"ready\",\"name\":");
        push_text(&mut self.answers, &name);
        self.answers.extend_from_slice(b",\"version\":");
        push_text(&mut self.answers, &version);
        self.answers.extend_from_slice(b"}\n");
    }
}

/// A verifier that reports a hang is served by hanging; whoever asked will end it.
fn hang() -> ! {
    loop {
        thread::sleep(Duration::from_secs(3600));
    }
}

/// What is read of every line. A `configure` line is read a second time, as [`Trust`].
#[derive(Deserialize)]
struct Message<'a> {
    #[serde(borrow, rename = "type")]
    kind: Cow<'a, str>,
    #[serde(borrow)]
    id: Option<&'a RawValue>,
    #[serde(borrow)]
    token: Option<Text<'a>>,
    protocol: Option<u64>,
}

/// Any JSON string, lone surrogates included: those are replaced, since no Rust verifier could be given them.
struct Text<'a>(Cow<'a, str>);

impl<'de: 'a, 'a> Deserialize<'de> for Text<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct TextVisitor;
        impl<'de> Visitor<'de> for TextVisitor {
            type Value = Text<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a string")
            }

            fn visit_borrowed_bytes<E: Error>(self, bytes: &'de [u8]) -> Result<Text<'de>, E> {
                Ok(Text(text(bytes)))
            }

            fn visit_bytes<E: Error>(self, bytes: &[u8]) -> Result<Text<'de>, E> {
                Ok(Text(text(bytes).into_owned().into()))
            }
        }
        deserializer.deserialize_bytes(TextVisitor)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{algorithm::Algorithm, keys::Key, verdict::Claims};

    /// What an adapter for a verifier that knows a few words answers to `lines`, after it was configured.
    fn answers(lines: &str) -> (Vec<String>, Result<(), ServeError>) {
        let implementation = |trust: &Trust| {
            let algorithm = trust.algorithm;
            if algorithm == Algorithm::ES512 {
                return Err(ConfigureError::Unsupported("no \"P-521\"".to_owned()));
            }
            Ok(move |token: &str| match token {
                "good" => Verdict::Accepted(Some(Claims("{\"a\":\n1}".to_owned()))),
                "silent" => Verdict::Accepted(None),
                "crash" => Verdict::Crashed("boom".to_owned()),
                other => Verdict::Rejected(format!("{algorithm}: {other}")),
            })
        };
        let mut out = Vec::new();
        let served = serve(&named(implementation, "test", "1"), lines.as_bytes(), &mut out);
        (String::from_utf8(out).expect("text").lines().map(str::to_owned).collect(), served)
    }

    fn configure(algorithm: &str) -> String {
        let trust = Trust::in_key(&Key::secret("k", b"secret"), Algorithm::HS256);
        let mut value = serde_json::to_value(&trust).expect("JSON");
        value["type"] = "configure".into();
        value["protocol"] = 1.into();
        value["later"] = serde_json::json!({"any": ["thing"]});
        value["algorithm"] = algorithm.into();
        value.to_string()
    }

    #[test]
    fn every_line_gets_its_answer() {
        let lines = [
            r#"{"type":"verify","id":1,"token":"too early"}"#,
            &configure("HS256"),
            r#"{"type":"verify","id":2,"token":"good","more":{"a":[]}}"#,
            "",
            r#" {"token":"silent", "id": 18446744073709551615, "type":"verify"} "#,
            r#"{"type":"verify","id":3,"token":"a\"\\b\ud800"}"#,
            &configure("HS384"),
            r#"{"type":"verify","id":4,"token":""}"#,
        ];
        let (answers, served) = answers(&lines.join("\n"));
        let expected = [
            r#"{"type":"verdict","id":1,"accepted":false,"error":"no key is configured"}"#,
            r#"{"type":"ready","name":"test","version":"1"}"#,
            r#"{"type":"verdict","id":2,"accepted":true,"claims":{"a": 1}}"#,
            r#"{"type":"verdict","id":18446744073709551615,"accepted":true}"#,
            "{\"type\":\"verdict\",\"id\":3,\"accepted\":false,\"error\":\"HS256: a\\\"\\\\b\u{fffd}\u{fffd}\u{fffd}\"}",
            r#"{"type":"ready","name":"test","version":"1"}"#,
            r#"{"type":"verdict","id":4,"accepted":false,"error":"HS384: "}"#,
        ];
        assert_eq!(answers, expected);
        assert!(served.is_ok());
    }

    #[test]
    fn what_cannot_be_set_up_is_unsupported() {
        let (answers, served) =
            answers(&[configure("ES512"), configure("RSA-OAEP"), "{\"type\":\"configure\",\"protocol\":2}".to_owned()].join("\n"));
        assert!(served.is_ok());
        assert_eq!(answers[0], r#"{"type":"unsupported","reason":"no \"P-521\""}"#);
        assert!(answers[1].starts_with(r#"{"type":"unsupported","reason":"unknown variant `RSA-OAEP`"#), "{}", answers[1]);
        assert_eq!(answers[2], r#"{"type":"unsupported","reason":"this adapter speaks protocol 1 only"}"#);
    }

    #[test]
    fn a_bad_line_ends_it_after_the_answers_before() {
        for bad in [
            "hello",
            "{}",
            r#"{"type":"verify","id":1}"#,
            r#"{"type":"verify","id":1,"token":null}"#,
            r#"{"type":"verdict","id":1}"#,
        ] {
            let (answers, served) = answers(&format!("{{\"type\":\"verify\",\"id\":1,\"token\":\"\"}}\n{bad}\n"));
            assert_eq!(answers.len(), 1);
            assert!(matches!(served, Err(ServeError::Line(line)) if line == bad));
        }
    }

    #[test]
    fn a_crash_is_not_answered() {
        let lines = [&configure("HS256"), r#"{"type":"verify","id":1,"token":"crash"}"#];
        let (answers, served) = answers(&lines.join("\n"));
        assert_eq!(answers.len(), 1);
        assert!(matches!(served, Err(ServeError::Crashed(how)) if how == "boom"));
    }
}
