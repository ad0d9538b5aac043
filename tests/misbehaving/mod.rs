//! `tests/adapters/misbehave.py` as a target, for the tests about programs.

#![allow(dead_code, clippy::print_stderr, reason = "each test uses its part; a skipped test says so")]

use std::{
    env, fs,
    ops::ControlFlow,
    path::PathBuf,
    process::{self, Command},
    sync::{
        OnceLock,
        atomic::{AtomicUsize, Ordering},
    },
    thread,
    time::Duration,
};

use jwt_gauntlet::{
    algorithm::Algorithm,
    keys::Key,
    trust::Trust,
    verdict::Verdict,
    verifier::{
        AskError, ConfigureError, Implementation, Verifier,
        exec::{Exec, Limits},
    },
};
use rustix::process::{Pid, test_kill_process};

/// Far more than anything here takes; a test that waits for silence sets its own.
pub(crate) const PATIENT: Limits =
    Limits { question: Duration::from_secs(20), start: Duration::from_secs(20), configure: Duration::from_secs(20) };

/// `misbehave.py`, and the file that its processes write their numbers to.
pub(crate) struct Misbehaving {
    exec: Option<Exec>,
    command: String,
    pids: PathBuf,
}

impl Misbehaving {
    /// `None`, and a word about it, without Python.
    pub(crate) fn start(how: &str, limits: Limits) -> Option<Self> {
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
        Some(Self { exec: Some(exec), command: shell_words::join(command), pids })
    }

    pub(crate) fn exec(&self) -> &Exec {
        self.exec.as_ref().expect("it is there until it is dropped")
    }

    /// As errors name it.
    pub(crate) fn command(&self) -> &str {
        &self.command
    }

    pub(crate) fn verifier(&self) -> Box<dyn Verifier> {
        self.exec().configure(&trust()).expect("it can be set up")
    }

    pub(crate) fn started(&self) -> Vec<Pid> {
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
pub(crate) fn alive(pid: Pid) -> bool {
    let there = || test_kill_process(pid).is_ok() && !zombie(pid);
    (0..100).all(|_| {
        thread::sleep(Duration::from_millis(if there() { 10 } else { 0 }));
        there()
    })
}

pub(crate) fn zombie(pid: Pid) -> bool {
    let stat = fs::read_to_string(format!("/proc/{}/stat", pid.as_raw_pid())).unwrap_or_default();
    stat.rsplit(')').next().is_some_and(|rest| rest.trim_start().starts_with('Z'))
}

/// The interpreter itself: `python3` may be a script that looks for it, each time.
pub(crate) fn python() -> Option<&'static str> {
    static PYTHON: OnceLock<Option<String>> = OnceLock::new();
    let find = || {
        let output = Command::new("python3").args(["-c", "import sys; print(sys.executable)"]).output().ok()?;
        output.status.success().then(|| String::from_utf8_lossy(&output.stdout).trim().to_owned())
    };
    PYTHON.get_or_init(find).as_deref()
}

pub(crate) fn trust() -> Trust {
    Trust::in_key(&Key::secret("key-1", b"a secret of the tests, 32 bytes."), Algorithm::HS256)
}

pub(crate) fn ask(verifier: &dyn Verifier, tokens: &[&str]) -> Result<Vec<Option<Verdict>>, AskError> {
    let mut answers = vec![None; tokens.len()];
    verifier.verify_all(tokens, &mut |i, verdict| {
        let late = matches!(&verdict, Verdict::Crashed(how) if how.starts_with("after its answer"));
        assert!(answers[i].replace(verdict).is_none() || late, "token {i} was answered twice");
        ControlFlow::Continue(())
    })?;
    Ok(answers)
}

/// What an innocent token gets.
pub(crate) fn saw(token: &str) -> Verdict {
    Verdict::Rejected(format!("saw {}: {}", token.chars().count(), token.chars().take(40).collect::<String>()))
}

/// `count` innocent tokens, each another.
pub(crate) fn innocent(count: usize) -> Vec<String> {
    (0..count).map(|i| format!("token-{i}")).collect()
}

/// `count` innocent tokens with `guilty` in their midst: the guilty one's verdict, after all others were found to have theirs.
pub(crate) fn in_the_midst(verifier: &dyn Verifier, guilty: &str, count: usize) -> Verdict {
    let innocent = innocent(count);
    let mut tokens: Vec<&str> = innocent.iter().map(String::as_str).collect();
    tokens.insert(count / 2, guilty);
    let mut answers = ask(verifier, &tokens).expect("the target answers");
    for (i, token) in tokens.iter().enumerate().filter(|(i, _)| *i != count / 2) {
        assert_eq!(answers[i], Some(saw(token)), "token {i}");
    }
    answers[count / 2].take().expect("an answer")
}

/// Why it cannot be set up.
pub(crate) fn refused_to_start(how: &str, limits: Limits) -> Option<AskError> {
    let target = Misbehaving::start(how, limits)?;
    match target.exec().configure(&trust()).map(|_| ()) {
        Err(ConfigureError::Unreachable(error)) => Some(error),
        other => panic!("{other:?}"),
    }
}
