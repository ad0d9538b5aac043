//! Both ends of the adapter protocol: lines of a hostile adapter, and hostile lines to ours.

use std::sync::OnceLock;

use jwt_gauntlet::{
    Algorithm, Trust, Verdict,
    adapter::serve,
    internal::protocol::{Answer, Greeting, configure, question},
    keys::{Key, Role},
    verifier::strict::Strict,
};

pub fn adapter(input: &[u8]) {
    for line in input.split(|byte| *byte == b'\n') {
        let _ = reads(line);
    }
    // Our adapter answers line by line, until one is not the protocol.
    let mut answers = Vec::new();
    let _ = serve(&Strict, input, &mut answers);
    let asked = input.split(|byte| *byte == b'\n').filter(|line| !line.trim_ascii().is_empty()).count();
    let lines: Vec<&[u8]> = answers.split_inclusive(|byte| *byte == b'\n').collect();
    assert!(lines.len() <= asked, "{} answers to {asked} lines", lines.len());
    for line in lines {
        assert!(line.ends_with(b"\n"), "an answer is a line");
        let odd_id = || line.starts_with(br#"{"type":"verdict","id":"#);
        assert!(reads(line) || odd_id(), "{}", String::from_utf8_lossy(line));
    }
    // Any text is a token, and its answer carries the id of its question.
    let Ok(token) = std::str::from_utf8(input) else { return };
    let mut asked = configured().to_vec();
    question(&mut asked, 7, token);
    let mut answers = Vec::new();
    serve(&Strict, &*asked, &mut answers).expect("our own questions are the protocol");
    let last = answers.trim_ascii_end().rsplit(|byte| *byte == b'\n').next().unwrap_or_default();
    let Ok(Answer { id: 7, verdict: Verdict::Rejected(_) | Verdict::Accepted(_) }) = Answer::read(last) else {
        panic!("no answer: {}", String::from_utf8_lossy(&answers));
    };
}

fn configured() -> &'static [u8] {
    static LINE: OnceLock<Vec<u8>> = OnceLock::new();
    LINE.get_or_init(|| configure(&Trust::in_key(&Key::of(Role::Trusted, Algorithm::HS256).expect("a key"), Algorithm::HS256)))
}

/// Whether a line is one of an adapter's.
fn reads(line: &[u8]) -> bool {
    Answer::read(line).is_ok() || Greeting::read(line).is_ok()
}
