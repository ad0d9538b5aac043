//! Programs as targets: starting and ending them, and whom a crash or a silence is put down to. What a program may say is in
//! `protocol.rs`. The programs are `tests/adapters/misbehave.py` and the example adapter.

#![cfg(unix)]
#![expect(clippy::print_stderr, reason = "a skipped test says so")]

mod misbehaving;

use std::{
    env,
    ops::ControlFlow,
    panic::{self, AssertUnwindSafe},
    thread,
    time::{Duration, Instant},
};

use jwt_gauntlet::{
    algorithm::Algorithm,
    verdict::{Claims, Verdict},
    verifier::{
        AskError, Conduct, ConfigureError, Implementation,
        exec::Limits,
        exec::{CommandError, Exec},
    },
};

use crate::misbehaving::{Misbehaving, PATIENT, ask, in_the_midst, innocent, refused_to_start, saw, trust};

#[test]
fn a_command_that_is_not_found_is_named() {
    let exec = Exec::parse("'no such program' x", PATIENT).expect("two words");
    let error = exec.configure(&trust()).map(|_| ()).expect_err("nothing to start");
    let text = error.to_string();
    assert!(text.starts_with("cannot start `no such program`: program not found (write exec:"), "{text}");
}

#[test]
fn a_command_is_split_into_words_without_a_shell() {
    assert!(matches!(Exec::parse("python3 'open", PATIENT), Err(CommandError::Quote(_))));
    assert!(matches!(Exec::parse("  ", PATIENT), Err(CommandError::Empty)));
    assert!(matches!(Exec::parse("''", PATIENT), Err(CommandError::Empty)));
    let exec = Exec::parse("echo $HOME > x", PATIENT).expect("four words");
    let error = exec.configure(&trust()).map(|_| ()).expect_err("echo is not an adapter").to_string();
    assert!(error.ends_with("(exit status 0); its standard output ends with:\n  $HOME > x"), "{error}");
}

#[test]
fn a_program_that_ends_at_once_is_quoted() {
    let Some(text) = refused_to_start("exit", PATIENT) else { return };
    let text = text.to_string();
    assert!(text.contains("ended before it was configured (exit status 1)"), "{text}");
    assert!(text.contains("\n  ModuleNotFoundError: No module named 'jwt'"), "{text}");
}

#[test]
fn a_program_that_never_becomes_ready_is_ended() {
    let Some(text) = refused_to_start("silent", Limits { start: Duration::from_millis(300), ..PATIENT }) else { return };
    assert!(text.to_string().contains("did not answer `configure` within 300ms"), "{text}");
}

#[test]
fn a_refused_algorithm_is_not_a_failure_and_the_program_serves_on() {
    let Some(target) = Misbehaving::start("", PATIENT) else { return };
    let mut other = trust();
    other.algorithm = Algorithm::ES384;
    let refused = target.exec().configure(&other).map(|_| ());
    assert_eq!(refused, Err(ConfigureError::Unsupported("no ES384 here".to_owned())));
    assert_eq!(target.verifier().verify("a"), Ok(saw("a")));
    assert_eq!(target.verifier().verify("b"), Ok(saw("b")));
    assert_eq!(target.exec().identity(), Some(("misbehave".to_owned(), "1.0".to_owned())));
    assert_eq!(target.started().len(), 1, "one process serves one verifier after the other");
}

#[test]
fn the_right_token_is_blamed_for_a_crash_among_many_in_flight() {
    let Some(target) = Misbehaving::start("", PATIENT) else { return };
    let verdict = in_the_midst(&*target.verifier(), "die", 200);
    assert_eq!(verdict, Verdict::Crashed("exit status 3: RuntimeError: last words".to_owned()));
    assert_eq!(target.exec().conduct(), Conduct::default(), "a token was to blame");
}

#[test]
fn a_stack_trace_on_standard_output_and_then_the_end_is_a_crash() {
    let Some(target) = Misbehaving::start("", PATIENT) else { return };
    let verdict = in_the_midst(&*target.verifier(), "trace", 30);
    assert_eq!(verdict, Verdict::Crashed("exit status 1: RuntimeError: on the wrong stream".to_owned()));
    let Some(text) = refused_to_start("trace", PATIENT) else { return };
    let ends = "ended before it was configured (exit status 1); its standard output ends with:\n  Traceback (most recent call last):\n  \
                RuntimeError: on the wrong stream";
    assert!(text.to_string().ends_with(ends), "{text}");
}

#[test]
fn a_signal_is_named() {
    let Some(target) = Misbehaving::start("", PATIENT) else { return };
    let verdict = target.verifier().verify("abort");
    assert!(matches!(&verdict, Ok(Verdict::Crashed(how)) if how.starts_with("killed by signal 6 (SIGABRT)")), "{verdict:?}");
}

#[test]
fn a_hang_is_blamed_on_its_token_and_the_program_is_replaced() {
    let limit = Duration::from_millis(400);
    let Some(target) = Misbehaving::start("", Limits { question: limit, ..PATIENT }) else { return };
    assert_eq!(in_the_midst(&*target.verifier(), "hang", 70), Verdict::Hung(limit));
    assert_eq!(target.exec().conduct(), Conduct::default(), "a token was to blame");
}

#[test]
fn a_program_that_is_only_slow_is_not_blamed() {
    let limits = Limits { question: Duration::from_millis(300), ..PATIENT };
    let Some(target) = Misbehaving::start("slow", limits) else { return };
    // Forty in a chunk would take 1.2 s: too many at a time, but no token hangs.
    assert_eq!(in_the_midst(&*target.verifier(), "innocent", 40), saw("innocent"));
    let conduct = target.exec().conduct();
    assert!(conduct.unanswered >= 1 && conduct.restarts == conduct.unanswered, "{conduct:?}");
}

#[test]
fn a_program_that_ends_now_and_then_is_started_again_and_nobody_is_blamed_but_it_is_counted() {
    for (every, count) in [(10, 30), (300, 1000)] {
        let Some(target) = Misbehaving::start(&format!("ends-after:{every}"), PATIENT) else { return };
        assert_eq!(in_the_midst(&*target.verifier(), "innocent", count), saw("innocent"));
        let conduct = target.exec().conduct();
        assert!(conduct.restarts >= count / every && conduct.restarts < target.started().len(), "{every}: {conduct:?}");
        assert!(conduct.asked_again >= 1 && conduct.unanswered == 0, "{every}: {conduct:?}");
    }
}

#[test]
fn a_program_that_is_gone_when_it_is_set_up_anew_is_replaced_and_counted() {
    let Some(target) = Misbehaving::start("", PATIENT) else { return };
    assert_eq!(target.verifier().verify("later-death"), Ok(saw("later-death")));
    thread::sleep(Duration::from_millis(400));
    assert_eq!(target.verifier().verify("a"), Ok(saw("a")));
    let once = target.exec().conduct();
    assert_eq!((once.restarts, once.asked_again, once.unanswered), (1, 0, 0));
}

#[test]
fn a_program_that_dies_after_its_answer_is_not_held_against_the_next_token() {
    let Some(target) = Misbehaving::start("", PATIENT) else { return };
    let verifier = target.verifier();
    for _ in 0..2 {
        let late = verifier.verify("late-death");
        assert!(matches!(&late, Ok(Verdict::Crashed(how)) if how.starts_with("after its answer: ")), "{late:?}");
        assert_eq!(verifier.verify("innocent"), Ok(saw("innocent")));
    }
}

#[test]
fn a_program_that_dies_after_its_answer_is_held_against_the_token_that_it_answered() {
    let Some(target) = Misbehaving::start("", PATIENT) else { return };
    let verdict = in_the_midst(&*target.verifier(), "late-death", 30);
    assert!(matches!(&verdict, Verdict::Crashed(how) if how.starts_with("after its answer: ")), "{verdict:?}");
}

#[test]
fn many_bad_tokens_in_a_row_do_not_end_the_run() {
    let Some(target) = Misbehaving::start("", PATIENT) else { return };
    let mut tokens = vec!["die"; 11];
    tokens.insert(0, "good");
    tokens.push("good");
    let answers = ask(&*target.verifier(), &tokens).expect("it answers good tokens");
    assert!(answers[1..12].iter().all(|a| matches!(a, Some(Verdict::Crashed(_)))), "{answers:?}");
    assert_eq!(answers[12], Some(saw("good")));
}

#[test]
fn a_program_that_never_answers_ends_the_run() {
    let Some(target) = Misbehaving::start("", PATIENT) else { return };
    let text = ask(&*target.verifier(), &["die"; 30]).expect_err("no answer at all").to_string();
    assert!(text.contains("failed 20 times in a row without one answer; "), "{text}");
    assert!(text.ends_with("last: exit status 3: RuntimeError: last words"), "{text}");
}

#[test]
fn a_program_that_cannot_be_set_up_again_ends_the_run() {
    let Some(target) = Misbehaving::start("once", PATIENT) else { return };
    let text = ask(&*target.verifier(), &["die", "a"]).expect_err("no second start").to_string();
    assert!(text.contains("could not be configured: unsupported: not again"), "{text}");
}

#[test]
fn megabytes_go_both_ways_without_a_deadlock() {
    let Some(target) = Misbehaving::start("", PATIENT) else { return };
    let long = "x".repeat(3 << 20);
    let tokens = ["a", &long, "big:4000000", &long, &long, "big:4000000", "b"];
    let answers = ask(&*target.verifier(), &tokens).expect("the target answers");
    for i in [0, 1, 3, 4, 6] {
        assert_eq!(answers[i], Some(saw(tokens[i])));
    }
    for i in [2, 5] {
        assert!(matches!(&answers[i], Some(Verdict::Accepted(Some(Claims(c)))) if c.len() > 4_000_000));
    }
}

#[test]
fn a_flood_of_logs_does_not_block_the_program() {
    let Some(target) = Misbehaving::start("", PATIENT) else { return };
    assert_eq!(in_the_midst(&*target.verifier(), "stderr:5000000", 100), saw("stderr:5000000"));
}

#[test]
fn a_program_that_ignores_every_hint_to_end_is_ended() {
    let Some(target) = Misbehaving::start("stubborn", PATIENT) else { return };
    assert_eq!(target.verifier().verify("a"), Ok(saw("a")));
    // Dropping the target checks.
}

#[test]
fn a_grandchild_is_ended_too_and_does_not_hide_a_crash() {
    let Some(target) = Misbehaving::start("grandchild", PATIENT) else { return };
    let verdict = target.verifier().verify("die");
    assert_eq!(verdict, Ok(Verdict::Crashed("exit status 3: RuntimeError: last words".to_owned())));
    assert_eq!(target.started().len(), 2);
    assert_eq!(target.verifier().verify("a"), Ok(saw("a")));
}

#[test]
fn stopping_ends_questions_in_progress() {
    let Some(target) = Misbehaving::start("", PATIENT) else { return };
    let verifier = target.verifier();
    let exec = target.exec().clone();
    let begin = Instant::now();
    let stopper = thread::spawn(move || {
        thread::sleep(Duration::from_millis(100));
        exec.stop();
    });
    assert_eq!(verifier.verify("hang"), Err(AskError::Stopped));
    stopper.join().expect("no panic");
    assert!(begin.elapsed() < Duration::from_secs(5), "{:?}", begin.elapsed());
    assert!(target.exec().configure(&trust()).is_err(), "stopped is stopped");
}

#[test]
fn nothing_is_asked_once_there_is_enough() {
    let Some(target) = Misbehaving::start("count", PATIENT) else { return };
    let verifier = target.verifier();
    let tokens = innocent(5000);
    let tokens: Vec<&str> = tokens.iter().map(String::as_str).collect();
    let mut answers = 0;
    let asked = verifier.verify_all(&tokens, &mut |_, _| {
        answers += 1;
        if answers == 10 { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    });
    assert_eq!(asked, Ok(()));
    let Ok(Verdict::Rejected(number)) = verifier.verify("one more") else { panic!("no number") };
    let number: usize = number.parse().expect("how many it was asked");
    assert!((11..=1000).contains(&number) && answers < number, "{number} questions, {answers} answers");
    assert_eq!(target.started().len(), 1, "what was in flight is waited for");
    assert_eq!(target.exec().conduct(), Conduct::default());
}

/// Four tokens, the second or first of which is bad, to a caller that has enough after one answer; and then another token.
fn one_is_enough(how: &str, bad: [&str; 4]) -> Option<Conduct> {
    let limit = Duration::from_millis(300);
    let target = Misbehaving::start(how, Limits { question: limit, ..PATIENT })?;
    let verifier = target.verifier();
    let mut answers = Vec::new();
    let begin = Instant::now();
    let asked = verifier.verify_all(&bad, &mut |i, _| {
        answers.push(i);
        ControlFlow::Break(())
    });
    assert_eq!((asked, answers), (Ok(()), vec![0]), "{how}: {bad:?}");
    assert!(begin.elapsed() < Duration::from_secs(3), "{how}: {bad:?}: {:?}", begin.elapsed());
    assert_eq!(verifier.verify("after"), Ok(saw("after")), "nobody else is blamed");
    Some(target.exec().conduct())
}

#[test]
fn nothing_is_asked_again_once_there_is_enough() {
    let counts = |how, bad| one_is_enough(how, bad).map(|c| (c.restarts, c.asked_again, c.unanswered));
    let Some(hung_on_the_way) = counts("prompt", ["a", "hang", "b", "c"]) else { return };
    assert_eq!(hung_on_the_way, (0, 0, 0), "the silence was cut short by us");
    assert_eq!(counts("prompt", ["a", "die", "b", "c"]), Some((1, 0, 0)), "nobody asked who did it");
    // This one answers nothing before it has read all.
    assert_eq!(counts("", ["a", "hang", "b", "c"]), Some((1, 0, 1)), "the first was answered alone");
    assert_eq!(counts("", ["a", "die", "b", "c"]), Some((1, 1, 0)), "the first was asked again");
    assert_eq!(counts("", ["die", "a", "b", "c"]), Some((0, 0, 0)), "the first did it");
}

#[test]
fn a_caller_that_panics_over_an_answer_leaves_nothing_behind() {
    let Some(target) = Misbehaving::start("", PATIENT) else { return };
    let verifier = target.verifier();
    let panicked = panic::catch_unwind(AssertUnwindSafe(|| {
        let _ = verifier.verify_all(&["a", "b", "c"], &mut |_, _| panic!("not today"));
    }));
    assert!(panicked.is_err());
    assert_eq!(verifier.verify("d"), Ok(saw("d")));
    assert_eq!(target.exec().conduct(), Conduct::default(), "the program did nothing wrong");
}

#[test]
fn the_example_adapter_speaks_the_protocol() {
    let mut program = env::current_exe().expect("this test");
    program.pop();
    program.pop();
    let program = program.join("examples").join("echo_adapter");
    if !program.exists() {
        eprintln!("skipped: `cargo test` builds the example for this test, `cargo test --test exec` does not");
        return;
    }
    let exec = Exec::new(vec![program.to_str().expect("a plain path").to_owned()], PATIENT);
    let verifier = exec.configure(&trust()).expect("it is set up");
    let claims = |text: &str| Some(Verdict::Accepted(Some(Claims(text.to_owned()))));
    let tokens: Vec<&str> = ["a.e30.b", "a.e30=.b"].into_iter().cycle().take(1000).collect();
    let answers = ask(&*verifier, &tokens).expect("it answers");
    assert!(answers.iter().step_by(2).all(|a| *a == claims("{}")));
    assert!(answers.iter().skip(1).step_by(2).all(|a| *a == Some(Verdict::Rejected("no claims".to_owned()))));
    assert_eq!(exec.identity(), Some(("echo".to_owned(), env!("CARGO_PKG_VERSION").to_owned())));
}
