//! Whole attacks on built-in targets, in their child processes: verdict, exit code, report.
#![cfg(all(feature = "cli", unix))]

use std::{
    fs,
    io::Read,
    path::PathBuf,
    process::{Command, Output, Stdio},
    thread,
    time::{Duration, Instant},
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
    assert!(report.contains("It said: never"), "{report}");
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
    assert!(output.stdout.is_empty() && said.contains("ended before it was set up (exit status 7)"), "{said}");
    assert!(said.contains("ImportError: no module jwt"), "{said}");
}

#[test]
fn an_interrupted_run_reports_what_was_done() {
    let slow = r#"exec:sh -c 'read -r line; echo "{\"type\":\"ready\",\"name\":\"slow\",\"version\":\"1\"}"; sleep 600'"#;
    let mut child = Command::new(env!("CARGO_BIN_EXE_jwt-gauntlet"))
        .args(["attack", slow, "--alg", "HS256", "--timeout", "60000"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("it starts");
    thread::sleep(Duration::from_secs(3));
    let started = Instant::now();
    Command::new("kill").args(["-INT", &child.id().to_string()]).status().expect("kill runs");
    let mut report = String::new();
    child.stdout.take().expect("piped").read_to_string(&mut report).expect("UTF-8");
    let status = child.wait().expect("it ends");
    assert!(started.elapsed() < Duration::from_secs(20), "it ends soon");
    assert_eq!(status.code(), Some(3), "{report}");
    assert!(report.starts_with("PROVED NOTHING: the run was stopped after"), "{report}");
}
