//! What a program may say: a line that the protocol does not allow ends the questioning, and its message tells what and why.

#![cfg(unix)]

mod misbehaving;

use std::{
    ops::ControlFlow,
    thread,
    time::{Duration, Instant},
};

use jwt_gauntlet::{
    verdict::{Claims, Verdict},
    verifier::{AskError, Conduct, ConfigureError, Implementation, Verifier, exec::Limits},
};

use crate::misbehaving::{Misbehaving, PATIENT, ask, in_the_midst, innocent, refused_to_start, saw, trust};

/// The second half of a message about an answer.
fn expected(id: u64) -> String {
    format!(
        "expected one line {{\"type\":\"verdict\",\"id\":{id},\"accepted\":true|false,…}} for each question, in order; logs belong on \
         standard error (adapters/README.md)"
    )
}

/// The second half of a message about something that nobody asked for.
const NOTHING: &str =
    "expected one line for each question, in order, and nothing else; logs belong on standard error (adapters/README.md)";

fn broke(target: &Misbehaving, what: &str, expected: &str) -> AskError {
    AskError::Protocol(format!("`{}` broke the adapter protocol: it {what} — {expected}", target.command()))
}

/// Question 11 of 21 is about `token`: the error, after the answers to the first `right` were found to be right and the only ones.
fn eleventh(verifier: &dyn Verifier, token: &str, right: usize) -> AskError {
    let innocent = innocent(20);
    let mut tokens: Vec<&str> = innocent.iter().map(String::as_str).collect();
    tokens.insert(10, token);
    let mut answers = Vec::new();
    let asked = verifier.verify_all(&tokens, &mut |i, verdict| {
        answers.push((i, verdict));
        ControlFlow::Continue(())
    });
    let wanted: Vec<_> = tokens[..right].iter().map(|token| saw(token)).enumerate().collect();
    assert_eq!(answers, wanted, "{token}");
    asked.expect_err(token)
}

#[test]
fn the_first_line_that_breaks_the_protocol_ends_the_run() {
    let saw_it = |id: &str, error: &str| format!(r#"{{"accepted": false, "error": "{error}", "type": "verdict", "id": {id}}}"#);
    let due = "when the answer to question 11 was due: ";
    for (token, what, line) in [
        ("ahead", "answered question 12", saw_it("12", "saw 5: ahead")),
        ("stranger", "answered question 999999999", r#"{"accepted": true, "type": "verdict", "id": 999999999}"#.to_owned()),
        ("left-out", "answered question 12", saw_it("12", "saw 8: token-10")),
        ("before", "answered question 3 again", saw_it("3", "saw 6: before")),
        ("text-id", "wrote an answer whose id is not a whole number", saw_it("\"11\"", "saw 7: text-id")),
        ("fraction-id", "wrote an answer whose id is not a whole number", saw_it("11.5", "saw 11: fraction-id")),
        ("no-id", "wrote an answer whose id is not a whole number", r#"{"type": "verdict", "accepted": true}"#.to_owned()),
        (
            "text-accepted",
            r#"wrote an answer in which "accepted" is neither true nor false"#,
            r#"{"accepted": "true", "type": "verdict", "id": 11}"#.to_owned(),
        ),
        (
            "no-accepted",
            r#"wrote an answer in which "accepted" is neither true nor false"#,
            r#"{"type": "verdict", "id": 11}"#.to_owned(),
        ),
        (
            "both",
            "wrote an answer that has its type, id or accepted twice",
            r#"{"type":"verdict","id":11,"accepted":false,"accepted":true}"#.to_owned(),
        ),
        ("ready", r#"wrote a line whose type is not "verdict""#, r#"{"type": "ready", "id": 11}"#.to_owned()),
        ("garbage", "wrote a line that is not a JSON object", "WARNING: this is a log line".to_owned()),
        ("replaced", "wrote a line that is not a JSON object", "WARNING: this is a log line".to_owned()),
        ("control", "wrote a line that is not a JSON object", r"\u{1b}[2J red \u{202e}".to_owned()),
    ] {
        let Some(target) = Misbehaving::start("", PATIENT) else { return };
        let begin = Instant::now();
        let error = eleventh(&*target.verifier(), token, 10);
        assert_eq!(error, broke(&target, &format!("{what} {due}{line}"), &expected(11)), "{token}");
        assert!(begin.elapsed() < Duration::from_secs(3), "{token}: {:?}", begin.elapsed());
        assert_eq!(target.started().len(), 1, "{token}: there is no second try");
        assert_eq!(target.exec().conduct(), Conduct::default(), "{token}");
    }
}

#[test]
fn an_answer_that_comes_twice_is_found_at_the_next_one() {
    let Some(target) = Misbehaving::start("", PATIENT) else { return };
    let what = "answered question 11 again when the answer to question 12 was due: \
                {\"accepted\": false, \"error\": \"saw 5: twice\", \"type\": \"verdict\", \"id\": 11}";
    assert_eq!(eleventh(&*target.verifier(), "twice", 11), broke(&target, what, &expected(12)));
}

#[test]
fn answers_out_of_order_are_not_sorted() {
    let Some(target) = Misbehaving::start("reverse", PATIENT) else { return };
    let what = "answered question 21 when the answer to question 1 was due: \
                {\"accepted\": false, \"error\": \"saw 8: token-19\", \"type\": \"verdict\", \"id\": 21}";
    assert_eq!(eleventh(&*target.verifier(), "innocent", 0), broke(&target, what, &expected(1)));
}

#[test]
fn an_acceptance_under_another_id_is_not_an_acceptance_of_the_empty_token() {
    let Some(target) = Misbehaving::start("", PATIENT) else { return };
    let verdict = target.verifier().verify("stranger");
    assert!(matches!(&verdict, Err(AskError::Protocol(_))), "{verdict:?}");
}

#[test]
fn the_last_answer_left_out_is_silence() {
    let limit = Duration::from_millis(300);
    let Some(target) = Misbehaving::start("", Limits { question: limit, ..PATIENT }) else { return };
    assert_eq!(target.verifier().verify("left-out"), Ok(Verdict::Hung(limit)));
}

#[test]
fn an_answer_that_nobody_asked_for_is_a_breach_whenever_it_is_read() {
    let what = "answered question 99 when no answer was due: {\"accepted\": true, \"type\": \"verdict\", \"id\": 99}";
    let Some(target) = Misbehaving::start("", PATIENT) else { return };
    let verifier = target.verifier();
    for token in ["a", "unasked"] {
        assert_eq!(verifier.verify(token), Ok(saw(token)));
    }
    thread::sleep(Duration::from_millis(500));
    assert_eq!(verifier.verify("b"), Err(broke(&target, what, NOTHING)));
    drop(verifier);

    let verifier = target.verifier();
    for token in ["a", "unasked"] {
        assert_eq!(verifier.verify(token), Ok(saw(token)));
    }
    drop(verifier);
    thread::sleep(Duration::from_millis(500));
    let anew = target.exec().configure(&trust()).map(|_| ());
    assert_eq!(anew, Err(ConfigureError::Unreachable(broke(&target, what, NOTHING))));
}

#[test]
fn a_program_that_babbles_at_the_start_is_told_what_was_expected() {
    let Some(error) = refused_to_start("garbage", PATIENT) else { return };
    let AskError::Protocol(text) = &error else { panic!("{error:?}") };
    let what = "it wrote a line that is not a JSON object when the answer to `configure` was due: Listening on port 8080 ....";
    let expected = "… — expected one line {\"type\":\"ready\",\"name\":…,\"version\":…} or {\"type\":\"unsupported\",\"reason\":…}; \
                    logs belong on standard error (adapters/README.md)";
    assert!(text.contains(what) && text.ends_with(expected) && text.len() < 800, "{text}");
}

#[test]
fn a_verdict_does_not_answer_configure() {
    let Some(error) = refused_to_start("verdict", PATIENT) else { return };
    let what = "broke the adapter protocol: it wrote a line whose type is neither \"ready\" nor \"unsupported\" when the answer to \
                `configure` was due: {\"accepted\": true, \"type\": \"verdict\", \"id\": 1} — expected one line";
    assert!(matches!(&error, AskError::Protocol(text) if text.contains(what)), "{error:?}");
}

#[test]
fn a_breach_at_the_second_start_is_a_breach() {
    let Some(target) = Misbehaving::start("garbage-again", PATIENT) else { return };
    let error = ask(&*target.verifier(), &["die", "a"]).expect_err("no second start");
    assert!(matches!(&error, AskError::Protocol(text) if text.contains("was due: Restored after a crash — ")), "{error:?}");
}

#[test]
fn a_flood_is_cut_off() {
    let Some(target) = Misbehaving::start("", PATIENT) else { return };
    for (token, what) in [
        ("flood", "wrote a flood of output without a line end when the answer to question 1 was due"),
        ("blank:100000", "wrote more than 1000 blank lines when the answer to question 1 was due"),
    ] {
        assert_eq!(target.verifier().verify(token), Err(broke(&target, what, &expected(1))));
    }
    assert_eq!(target.verifier().verify("blank:100"), Ok(saw("blank:100")), "a few blank lines are not a flood");
}

#[test]
fn claims_that_are_not_json_come_back_as_they_are() {
    let Some(target) = Misbehaving::start("", PATIENT) else { return };
    let verifier = target.verifier();
    let nested = format!("{}{}", "[".repeat(50_000), "]".repeat(50_000));
    for claims in ["NaN", "{\"exp\":1e999,\"a\":Infinity}", r#"{"sub":"\ud800"}"#, &nested] {
        let verdict = verifier.verify(&format!("claims:{claims}"));
        assert_eq!(verdict, Ok(Verdict::Accepted(Some(Claims(claims.to_owned())))));
    }
    assert!(matches!(verifier.verify("bytes"), Ok(Verdict::Accepted(Some(_)))), "bytes that are no UTF-8");
    assert_eq!(target.started().len(), 1, "none of that is a failure");
}

#[test]
fn a_breach_among_the_last_answers_is_told_even_to_a_caller_that_has_enough() {
    let Some(target) = Misbehaving::start("", PATIENT) else { return };
    let asked = target.verifier().verify_all(&["a", "ahead", "b"], &mut |_, _| ControlFlow::Break(()));
    assert!(matches!(&asked, Err(AskError::Protocol(_))), "{asked:?}");
    assert_eq!(in_the_midst(&*target.verifier(), "innocent", 20), saw("innocent"));
}
