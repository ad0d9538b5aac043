//! Programs as targets: what each kind of misbehaviour gets. The programs are `tests/adapters/misbehave.py` and the example adapter.

#![cfg(unix)]
#![expect(clippy::print_stderr, reason = "a skipped test says so")]

use std::{
    env, fs,
    path::PathBuf,
    process::{self, Command},
    sync::{
        OnceLock,
        atomic::{AtomicUsize, Ordering},
    },
    thread,
    time::{Duration, Instant},
};

use jwt_gauntlet::{
    algorithm::Algorithm,
    keys::Key,
    target::{
        AskError, ConfigureError, Implementation, Trust, Verifier,
        exec::{CommandError, Exec, Limits},
    },
    verdict::{Claims, Verdict},
};
use rustix::process::{Pid, test_kill_process};

/// Far more than anything here takes; a test that waits for silence sets its own.
const PATIENT: Limits =
    Limits { question: Duration::from_secs(20), start: Duration::from_secs(20), configure: Duration::from_secs(20) };

/// `misbehave.py`, and the file that its processes write their numbers to.
struct Misbehaving {
    exec: Option<Exec>,
    pids: PathBuf,
}

impl Misbehaving {
    /// `None`, and a word about it, without Python.
    fn start(how: &str, limits: Limits) -> Option<Self> {
        static NUMBER: AtomicUsize = AtomicUsize::new(0);
        let Some(python) = python() else {
            eprintln!("skipped: this test needs python3");
            return None;
        };
        let file = format!("misbehave-{}-{}.pids", process::id(), NUMBER.fetch_add(1, Ordering::Relaxed));
        let pids = env::temp_dir().join(file);
        let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/adapters/misbehave.py");
        let command = [python, "-I", "-S", script, pids.to_str().expect("a plain path"), how];
        let exec = Exec::new(command.map(str::to_owned).to_vec(), limits);
        Some(Self { exec: Some(exec), pids })
    }

    fn exec(&self) -> &Exec {
        self.exec.as_ref().expect("it is there until it is dropped")
    }

    fn verifier(&self) -> Box<dyn Verifier> {
        self.exec().configure(&trust()).expect("it can be set up")
    }

    fn started(&self) -> Vec<Pid> {
        let text = fs::read_to_string(&self.pids).unwrap_or_default();
        text.lines().map(|line| Pid::from_raw(line.parse().expect("a number")).expect("not 0")).collect()
    }
}

impl Drop for Misbehaving {
    /// After every test: no process is left.
    fn drop(&mut self) {
        self.exec = None;
        let left: Vec<_> = self.started().into_iter().filter(|pid| alive(*pid)).collect();
        let _ = fs::remove_file(&self.pids);
        assert!(left.is_empty() || thread::panicking(), "processes were left: {left:?}");
    }
}

/// Whether there is such a process. One that was killed goes in its own time, and one whose parent is gone is reaped by init.
fn alive(pid: Pid) -> bool {
    let there = || test_kill_process(pid).is_ok() && !zombie(pid);
    (0..100).all(|_| {
        thread::sleep(Duration::from_millis(if there() { 10 } else { 0 }));
        there()
    })
}

fn zombie(pid: Pid) -> bool {
    let stat = fs::read_to_string(format!("/proc/{}/stat", pid.as_raw_pid())).unwrap_or_default();
    stat.rsplit(')').next().is_some_and(|rest| rest.trim_start().starts_with('Z'))
}

/// The interpreter itself: `python3` may be a script that looks for it, each time.
fn python() -> Option<&'static str> {
    static PYTHON: OnceLock<Option<String>> = OnceLock::new();
    let find = || {
        let output = Command::new("python3").args(["-c", "import sys; print(sys.executable)"]).output().ok()?;
        output.status.success().then(|| String::from_utf8_lossy(&output.stdout).trim().to_owned())
    };
    PYTHON.get_or_init(find).as_deref()
}

fn trust() -> Trust {
    Trust::in_key(&Key::secret("key-1", b"a secret of the tests, 32 bytes."), Algorithm::HS256)
}

fn ask(verifier: &dyn Verifier, tokens: &[&str]) -> Result<Vec<Option<Verdict>>, AskError> {
    let mut answers = vec![None; tokens.len()];
    verifier.verify_all(tokens, &mut |i, verdict| {
        let late = matches!(&verdict, Verdict::Crashed(how) if how.starts_with("after its answer"));
        assert!(answers[i].replace(verdict).is_none() || late, "token {i} was answered twice");
    })?;
    Ok(answers)
}

/// What an innocent token gets.
fn saw(token: &str) -> Verdict {
    Verdict::Rejected(format!("saw {}: {}", token.chars().count(), token.chars().take(40).collect::<String>()))
}

/// `count` innocent tokens with `guilty` in their midst: the guilty one's verdict, after all others were found to have theirs.
fn in_the_midst(verifier: &dyn Verifier, guilty: &str, count: usize) -> Verdict {
    let innocent: Vec<String> = (0..count).map(|i| format!("token-{i}")).collect();
    let mut tokens: Vec<&str> = innocent.iter().map(String::as_str).collect();
    tokens.insert(count / 2, guilty);
    let mut answers = ask(verifier, &tokens).expect("the target answers");
    for (i, token) in tokens.iter().enumerate().filter(|(i, _)| *i != count / 2) {
        assert_eq!(answers[i], Some(saw(token)), "token {i}");
    }
    answers[count / 2].take().expect("an answer")
}

fn refused_to_start(how: &str, limits: Limits) -> Option<String> {
    let target = Misbehaving::start(how, limits)?;
    match target.exec().configure(&trust()).map(|_| ()) {
        Err(ConfigureError::Unreachable(AskError(text))) => Some(text),
        other => panic!("{other:?}"),
    }
}

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
    assert!(error.contains("something that is not the adapter protocol: $HOME > x"), "{error}");
}

#[test]
fn a_program_that_ends_at_once_is_quoted() {
    let Some(text) = refused_to_start("exit", PATIENT) else { return };
    assert!(text.contains("ended before it was configured (exit status 1)"), "{text}");
    assert!(text.contains("\n  ModuleNotFoundError: No module named 'jwt'"), "{text}");
}

#[test]
fn a_program_that_babbles_at_the_start_is_told_where_logs_belong() {
    let Some(text) = refused_to_start("garbage", PATIENT) else { return };
    assert!(text.contains("not the adapter protocol: Listening on port 8080 ..."), "{text}");
    assert!(text.contains("logs belong on standard error") && text.len() < 700, "{text}");
}

#[test]
fn a_program_that_never_becomes_ready_is_ended() {
    let Some(text) = refused_to_start("silent", Limits { start: Duration::from_millis(300), ..PATIENT }) else { return };
    assert!(text.contains("did not answer `configure` within 300ms"), "{text}");
}

#[test]
fn a_refused_algorithm_is_not_a_failure_and_the_program_serves_on() {
    let Some(target) = Misbehaving::start("", PATIENT) else { return };
    let other = Trust { algorithm: Algorithm::ES384, ..trust() };
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
}

#[test]
fn a_program_that_is_only_slow_is_not_blamed() {
    let limits = Limits { question: Duration::from_millis(300), ..PATIENT };
    let Some(target) = Misbehaving::start("slow", limits) else { return };
    // Forty in a chunk would take 1.2 s: too many at a time, but no token hangs.
    assert_eq!(in_the_midst(&*target.verifier(), "innocent", 40), saw("innocent"));
}

#[test]
fn babble_between_answers_is_blamed_on_its_token() {
    let Some(target) = Misbehaving::start("", PATIENT) else { return };
    let verifier = target.verifier();
    for guilty in ["garbage", "twice", "stranger"] {
        let verdict = in_the_midst(&*verifier, guilty, 20);
        let text = "answered with something that is not the protocol: ";
        match verdict {
            // The answer was there before it was repeated.
            Verdict::Rejected(_) if guilty == "twice" => {}
            Verdict::Crashed(how) => assert!(how.starts_with(text), "{guilty}: {how}"),
            other => panic!("{guilty}: {other:?}"),
        }
    }
}

#[test]
fn a_flood_is_cut_off() {
    let Some(target) = Misbehaving::start("", PATIENT) else { return };
    let verifier = target.verifier();
    let flooded = Ok(Verdict::Crashed("answered with something that is not the protocol: a flood of output".to_owned()));
    assert_eq!(verifier.verify("flood"), flooded);
    assert_eq!(verifier.verify("blank:100000"), flooded);
    assert_eq!(verifier.verify("blank:100"), Ok(saw("blank:100")), "a few blank lines are not a flood");
}

#[test]
fn answers_may_come_out_of_order() {
    let Some(target) = Misbehaving::start("reverse", PATIENT) else { return };
    assert_eq!(in_the_midst(&*target.verifier(), "innocent", 300), saw("innocent"));
}

#[test]
fn a_program_that_ends_now_and_then_is_started_again_and_nobody_is_blamed() {
    let Some(target) = Misbehaving::start("fragile", PATIENT) else { return };
    assert_eq!(in_the_midst(&*target.verifier(), "innocent", 30), saw("innocent"));
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
    for (token, why) in [
        ("die", "last: exit status 3: RuntimeError: last words"),
        ("garbage", "last: answered with something that is not the protocol: WARNING: this is a log line"),
    ] {
        let AskError(text) = ask(&*target.verifier(), &[token; 30]).expect_err("no answer at all");
        assert!(text.contains("failed 20 times in a row without one answer; "), "{text}");
        assert!(text.ends_with(why), "{text}");
    }
}

#[test]
fn a_program_that_cannot_be_set_up_again_ends_the_run() {
    let Some(target) = Misbehaving::start("once", PATIENT) else { return };
    let AskError(text) = ask(&*target.verifier(), &["die", "a"]).expect_err("no second start");
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
fn claims_that_are_no_json_come_back_as_they_are() {
    let Some(target) = Misbehaving::start("", PATIENT) else { return };
    let verifier = target.verifier();
    let nested = format!("{}{}", "[".repeat(50_000), "]".repeat(50_000));
    for claims in ["NaN", "{\"exp\":1e999,\"a\":Infinity}", r#"{"sub":"\ud800"}"#, &nested] {
        let verdict = verifier.verify(&format!("claims:{claims}"));
        assert_eq!(verdict, Ok(Verdict::Accepted(Some(Claims(claims.to_owned())))));
    }
    assert!(matches!(verifier.verify("bytes"), Ok(Verdict::Accepted(Some(_)))), "bytes that are not UTF-8");
    assert_eq!(target.started().len(), 1, "none of that is a failure");
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
    assert_eq!(verifier.verify("hang"), Err(AskError("stopped".to_owned())));
    stopper.join().expect("no panic");
    assert!(begin.elapsed() < Duration::from_secs(5), "{:?}", begin.elapsed());
    assert!(target.exec().configure(&trust()).is_err(), "stopped is stopped");
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
