//! Whole attacks on built-in targets, in their child processes: verdict, exit code, report.
#![cfg(all(feature = "cli", unix))]

use std::{
    fs,
    io::{BufRead, BufReader, Read},
    path::PathBuf,
    process::{Child, Command, Output, Stdio},
};

fn attack(args: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_jwt-gauntlet")).arg("attack").args(args).output().expect("it runs")
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

fn file(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(name)
}

#[test]
fn a_sound_verifier_holds() {
    let output = attack(&["builtin:strict", "--alg", "ES256", "--attacks", "alg-none"]);
    let report = text(&output.stdout);
    assert_eq!(output.status.code(), Some(0), "{report}");
    assert!(report.starts_with("HELD: none of "), "{report}");
    assert!(output.stderr.is_empty() && !report.contains('\x1b'), "{}", text(&output.stderr));
}

#[test]
fn a_strawman_falls_and_a_baseline_silences_it() {
    let json = file("strawman.json");
    let to_file = format!("json={}", json.display());
    let what = ["builtin:strawman/signature-ignored", "--alg", "RS256", "--attacks", "sig-ignored"];
    let output = attack(&[&what[..], &["--report", "human", "--report", &to_file]].concat());
    let report = text(&output.stdout);
    assert_eq!(output.status.code(), Some(1), "{report}");
    for part in ["FORGED: ", "critical", "token  ", "fix  ", "jwt-gauntlet show", "exit 1"] {
        assert!(report.contains(part), "{part}: {report}");
    }
    let first = fs::read(&json).expect("the report was written");
    let output = attack(&[&what[..], &["--report", "json"]].concat());
    assert_eq!(text(&first), text(&output.stdout), "the same findings give the same bytes");
    let output = attack(&[&what[..], &["--baseline", &json.to_string_lossy()]].concat());
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stdout));
    assert!(output.stdout.starts_with(b"HELD: nothing new"), "{}", text(&output.stdout));
}

#[test]
fn json_on_stdout_is_one_document_and_nothing_else() {
    let output = attack(&["builtin:strict", "--alg", "HS256,EdDSA", "--attacks", "alg-none/exact", "--report", "json"]);
    let report: serde_json::Value = serde_json::from_slice(&output.stdout).expect("one JSON document");
    assert_eq!(report["schema"], "jwt-gauntlet/report/1");
    assert_eq!(report["summary"]["findings"], 0);
    assert_eq!(report["controls"].as_array().map(Vec::len), Some(2));
}

#[test]
fn a_report_that_cannot_be_written_keeps_no_other_from_its_reader() {
    let written = file("beside-full.txt");
    let to_file = format!("human={}", written.display());
    let what = ["builtin:strict", "--alg", "HS256", "--attacks", "alg-none/exact", "--report", "json=/dev/full"];
    let output = attack(&[&what[..], &["--report", &to_file, "--report", "human"]].concat());
    assert_eq!(output.status.code(), Some(2), "{}", text(&output.stdout));
    assert!(text(&output.stderr).contains("cannot write /dev/full"), "{}", text(&output.stderr));
    assert!(output.stdout.starts_with(b"HELD: "), "{}", text(&output.stdout));
    assert!(fs::read(&written).expect("the report was written").starts_with(b"HELD: "));
    let output = attack(&what);
    assert_eq!(output.status.code(), Some(2), "{}", text(&output.stdout));
    assert!(text(&output.stderr).starts_with("HELD: "), "the verdict is told all the same: {}", text(&output.stderr));
}

#[test]
fn a_reader_who_leaves_early_does_not_change_the_verdict() {
    let mut child = Command::new(env!("CARGO_BIN_EXE_jwt-gauntlet"))
        .args(["attack", "builtin:strawman/none", "--alg", "HS256", "--attacks", "alg-none/exact"])
        .stdout(Stdio::piped())
        .spawn()
        .expect("it starts");
    drop(child.stdout.take());
    assert_eq!(child.wait().expect("it ends").code(), Some(1));
}

/// An adapter that refuses everything.
const REFUSES: &str = r#"exec:sh -c 'while read -r line; do case "$line" in *configure*) echo "{\"type\":\"ready\",\"name\":\"no\",\"version\":\"1\"}";; *) id=${line#*\"id\":}; echo "{\"type\":\"verdict\",\"id\":${id%%,*},\"accepted\":false,\"error\":\"never\"}";; esac; done'"#;

#[test]
fn a_verifier_that_refuses_everything_proves_nothing() {
    let output = attack(&[REFUSES, "--alg", "HS256", "--attacks", "alg-none/exact"]);
    let report = text(&output.stdout);
    assert_eq!(output.status.code(), Some(3), "{report}{}", text(&output.stderr));
    assert!(report.starts_with("PROVED NOTHING: the controls failed."), "{report}");
    assert!(report.contains("Reason: never"), "{report}");
}

#[test]
fn a_target_that_supports_nothing_could_not_be_asked() {
    let unsupported = r#"exec:sh -c 'while read -r line; do echo "{\"type\":\"unsupported\",\"reason\":\"not today\"}"; done'"#;
    let output = attack(&[unsupported, "--alg", "HS256"]);
    assert_eq!(output.status.code(), Some(4), "{}", text(&output.stdout));
    assert!(output.stdout.is_empty() && text(&output.stderr).contains("not today"), "{}", text(&output.stderr));
}

#[test]
fn an_adapter_that_dies_when_it_is_set_up_is_quoted() {
    let dies = "exec:sh -c 'read -r line; echo \"ImportError: no module jwt\" >&2; exit 7'";
    let output = attack(&[dies, "--alg", "HS256"]);
    let said = text(&output.stderr);
    assert_eq!(output.status.code(), Some(4), "{}{said}", text(&output.stdout));
    assert!(output.stdout.is_empty() && said.contains("ended before it was configured (exit status 7)"), "{said}");
    assert!(said.contains("ImportError: no module jwt"), "{said}");
}

/// A run against an adapter that never answers its first question.
struct Hanging {
    child: Child,
    /// Where the adapter said that it was asked; it ends when no process of the adapter's is left.
    asked: BufReader<fs::File>,
}

impl Hanging {
    fn start(name: &str) -> Self {
        let pipe = file(name);
        let _ = fs::remove_file(&pipe);
        assert!(Command::new("mkfifo").arg(&pipe).status().expect("mkfifo runs").success());
        let ready = r#"echo "{\"type\":\"ready\",\"name\":\"slow\",\"version\":\"1\"}""#;
        let pipe_name = pipe.display();
        let target =
            format!(r#"exec:sh -c 'read -r line; {ready}; read -r line; exec 3>"{pipe_name}"; echo asked >&3; sleep 600'"#);
        let child = Command::new(env!("CARGO_BIN_EXE_jwt-gauntlet"))
            .args(["attack", &target, "--alg", "HS256", "--jobs", "1", "--timeout", "600000"])
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("it starts");
        let mut asked = BufReader::new(fs::File::open(&pipe).expect("the adapter opens it too"));
        let mut line = String::new();
        asked.read_line(&mut line).expect("UTF-8");
        assert_eq!(line, "asked\n");
        Self { child, asked }
    }

    /// Ctrl-C.
    fn interrupt(&self) {
        let status = Command::new("kill").args(["-INT", &self.child.id().to_string()]).status();
        assert!(status.expect("kill runs").success());
    }

    /// Waits for its end, and gives the exit code and what it said on stdout.
    fn end(mut self) -> (Option<i32>, String) {
        let mut report = String::new();
        self.child.stdout.take().expect("piped").read_to_string(&mut report).expect("UTF-8");
        let code = self.child.wait().expect("it ends").code();
        self.asked.read_to_end(&mut Vec::new()).expect("no process of the adapter's is left");
        (code, report)
    }
}

#[test]
fn an_interrupted_run_reports_what_was_done() {
    let run = Hanging::start("interrupted.pipe");
    run.interrupt();
    let (code, report) = run.end();
    assert_eq!(code, Some(3), "{report}");
    assert!(report.starts_with("PROVED NOTHING: the run was stopped after"), "{report}");
}

#[test]
fn the_second_interrupt_ends_at_once_and_leaves_no_process() {
    let mut run = Hanging::start("interrupted-twice.pipe");
    run.interrupt();
    let told = BufReader::new(run.child.stderr.take().expect("piped"));
    let told = told.lines().map_while(Result::ok).find(|line| line.contains("Press Ctrl-C again to end at once"));
    assert!(told.is_some(), "the first one says so");
    run.interrupt();
    assert_eq!(run.end(), (Some(3), String::new()), "no report");
}
