//! Fuzzing and replaying by command: what is found, saved, asked again, and survives an interruption.
#![cfg(all(feature = "cli", unix))]
#![allow(clippy::print_stderr)] // A test that is skipped says so.

use std::{
    fs,
    io::Read,
    path::{Path, PathBuf},
    process::{Child, Output, Stdio},
    thread,
    time::{Duration, Instant},
};

use assert_cmd::Command;
use serde_json::Value;

fn gauntlet(folder: &Path, args: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_jwt-gauntlet")).current_dir(folder).args(args).output().expect("it runs")
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// An empty folder of a test's own.
fn room(name: &str) -> PathBuf {
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("fuzz").join(name);
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder).expect("it can be made");
    folder
}

/// Names and contents of all files below a folder.
fn tree(folder: &Path) -> Vec<(String, String)> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        if path.is_dir() {
            files.extend(tree(&path));
        } else {
            files.push((path.to_string_lossy().into_owned(), fs::read_to_string(&path).expect("text")));
        }
    }
    files.sort();
    files
}

fn saved(folder: &Path) -> Vec<(String, String)> {
    tree(&folder.join("gauntlet-findings"))
}

#[test]
fn a_planted_hole_is_found_saved_and_asked_again() {
    let room = room("hole");
    let what = ["fuzz", "builtin:strawman/none", "--alg", "RS256,HS256", "--cases", "3000"];
    let output = gauntlet(&room, &what);
    let report = text(&output.stdout);
    assert_eq!(output.status.code(), Some(1), "{report}{}", text(&output.stderr));
    assert!(report.starts_with("FORGED: ") && report.contains("among 3,000 attack tokens"), "{report}");
    for part in
        ["steps  ", "drop-signature", "set-header", "none", "kinds of answers", "a second", "file  ", "jwt-gauntlet replay "]
    {
        assert!(report.contains(part), "{part}: {report}");
    }
    assert!(output.stderr.is_empty() && !report.contains('\x1b'), "{}", text(&output.stderr));
    let files = saved(&room);
    let forged: Vec<_> = files.iter().filter(|(name, _)| name.contains("/fuzz/forged-")).collect();
    assert!(!forged.is_empty(), "{files:?}");

    // The same again: nothing is lost, nothing is saved twice.
    gauntlet(&room, &what);
    assert_eq!(saved(&room), files);

    let (file, _) = forged[0];
    let output = gauntlet(&room, &["replay", file, "builtin:strawman/none"]);
    assert_eq!(output.status.code(), Some(1), "{}{}", text(&output.stdout), text(&output.stderr));
    assert!(output.stdout.starts_with(b"STILL HAPPENS: "), "{}", text(&output.stdout));
    let output = gauntlet(&room, &["replay", file, "builtin:strict"]);
    assert_eq!(output.status.code(), Some(0), "{}{}", text(&output.stdout), text(&output.stderr));
    assert!(text(&output.stdout).contains("does not happen"), "{}", text(&output.stdout));
    let output = gauntlet(&room, &["replay", "gauntlet-findings", "builtin:strict"]);
    assert_eq!(output.status.code(), Some(0), "{}{}", text(&output.stdout), text(&output.stderr));

    let with_findings = ["--catalogue", "gauntlet-findings", "--attacks", "fuzz/*", "--alg", "RS256,HS256", "--report", "json"];
    let output = gauntlet(&room, &[&["attack", "builtin:strawman/none"][..], &with_findings].concat());
    assert_eq!(output.status.code(), Some(1), "{}", text(&output.stdout));
    let report: Value = serde_json::from_slice(&output.stdout).expect("one JSON document");
    let findings = report["findings"].as_array().expect("a list");
    assert!(findings.iter().any(|f| f["case"].as_str().is_some_and(|case| case.starts_with("fuzz/forged-"))), "{report}");
}

#[test]
fn a_file_of_the_users_is_not_overwritten() {
    let room = room("not-overwritten");
    let what = ["fuzz", "builtin:strawman/none", "--alg", "HS256", "--cases", "2000"];
    gauntlet(&room, &what);
    let files = saved(&room);
    for (name, _) in &files {
        fs::write(name, "mine").expect("it can be written");
    }
    assert_eq!(gauntlet(&room, &what).status.code(), Some(1));
    let now = saved(&room);
    assert!(files.iter().all(|(name, _)| now.contains(&(name.clone(), "mine".to_owned()))), "{now:?}");
    assert_eq!(now.len(), 2 * files.len(), "beside it, under a name of its own");
}

#[test]
fn the_same_seed_gives_the_same_report_on_any_number_of_cores() {
    let room = room("determinism");
    let report = |jobs: &str, seed: &str| {
        let what = ["fuzz", "builtin:strawman/none", "--alg", "HS256,ES256", "--cases", "3000", "--report", "json"];
        text(&gauntlet(&room, &[&what[..], &["--jobs", jobs, "--seed", seed]].concat()).stdout)
    };
    let one = report("1", "5");
    assert!(one.contains("\"schema\": \"jwt-gauntlet/report/1\"") && one.contains("\"seed\": 5"), "{one}");
    assert_eq!(one, report("1", "5"));
    assert_eq!(one, report("2", "5"));
    assert_ne!(one, report("1", "6"));
}

#[test]
fn a_sound_verifier_holds_and_leaves_no_folder() {
    let room = room("sound");
    let output = gauntlet(&room, &["fuzz", "builtin:strict", "--alg", "HS256,RS256,PS256,EdDSA", "--cases", "4000"]);
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stdout));
    assert!(output.stdout.starts_with(b"HELD: none of 4,000 attack tokens"), "{}", text(&output.stdout));
    assert!(text(&output.stdout).contains(" 0 findings"), "{}", text(&output.stdout));
    assert_eq!(fs::read_dir(&room).expect("it is there").count(), 0);
}

#[test]
fn a_baseline_silences_what_is_known() {
    let room = room("baseline");
    let what = ["fuzz", "builtin:strawman/none", "--alg", "HS256", "--cases", "2000"];
    let output = gauntlet(&room, &[&what[..], &["--report", "json=known.json"]].concat());
    assert_eq!(output.status.code(), Some(1), "{}", text(&output.stderr));
    assert!(text(&output.stderr).starts_with("FORGED: "), "{}", text(&output.stderr));
    let output = gauntlet(&room, &[&what[..], &["--baseline", "known.json"]].concat());
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stdout));

    // The report can be replayed, too.
    let output = gauntlet(&room, &["replay", "known.json", "builtin:strawman/none", "--report", "json"]);
    assert_eq!(output.status.code(), Some(1), "{}{}", text(&output.stdout), text(&output.stderr));
    let report: Value = serde_json::from_slice(&output.stdout).expect("one JSON document");
    assert_eq!(report["schema"], "jwt-gauntlet/report/1");
    let outcomes = report["replayed"].as_array().expect("a list");
    assert!(!outcomes.is_empty() && outcomes.iter().all(|r| r["outcome"] != "held"), "{report}");
    assert_eq!(gauntlet(&room, &["replay", "known.json", "builtin:strict"]).status.code(), Some(0));
}

#[test]
fn a_corpus_grows_and_is_started_from() {
    let room = room("corpus");
    let run = |seed: &str| {
        let what = ["fuzz", "builtin:strict", "--alg", "HS256", "--cases", "1500", "--corpus", "corpus", "--seed", seed];
        let output = gauntlet(&room, &what);
        assert_eq!(output.status.code(), Some(0), "{}{}", text(&output.stdout), text(&output.stderr));
        assert!(text(&output.stdout).contains("corpus    "), "{}", text(&output.stdout));
        tree(&room.join("corpus"))
    };
    let cases = |files: &[(String, String)]| files.iter().map(|(_, text)| text.matches("[[case]]").count()).sum::<usize>();
    let first = run("1");
    assert!(first.iter().any(|(name, _)| name.ends_with("corpus/HS256-usual-key.toml")), "{first:?}");
    let second = run("2");
    for ((name, before), (_, after)) in first.iter().zip(&second) {
        assert!(after.starts_with(before.trim_end()), "{name} keeps what it had");
    }
    assert!(cases(&second) < 2 * cases(&first), "kinds of answers that are known are not kept again");
}

#[test]
fn a_broken_corpus_is_named() {
    let room = room("broken-corpus");
    fs::write(room.join("x.toml"), "title = 1").expect("it can be written");
    let output = gauntlet(&room, &["fuzz", "builtin:strict", "--cases", "10", "--corpus", "."]);
    assert_eq!(output.status.code(), Some(2), "{}", text(&output.stdout));
    assert!(text(&output.stderr).contains("x.toml:1:"), "{}", text(&output.stderr));
}

fn start(folder: &Path, args: &[&str]) -> Child {
    std::process::Command::new(env!("CARGO_BIN_EXE_jwt-gauntlet"))
        .current_dir(folder)
        .args(args)
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("it starts")
}

fn wait_for(what: &str, mut there: impl FnMut() -> bool) {
    let started = Instant::now();
    while !there() {
        assert!(started.elapsed() < Duration::from_secs(60), "{what}");
        thread::sleep(Duration::from_millis(50));
    }
}

#[test]
fn an_interrupted_run_reports_and_has_saved() {
    let room = room("interrupted");
    let what = ["fuzz", "builtin:strawman/none", "--alg", "HS256", "--time", "10m", "--corpus", "corpus"];
    let mut child = start(&room, &what);
    wait_for("findings are saved at once, a corpus now and then", || {
        !saved(&room).is_empty() && !tree(&room.join("corpus")).is_empty()
    });
    let kill = std::process::Command::new("kill").args(["-INT", &child.id().to_string()]).status();
    assert!(kill.expect("kill runs").success());
    let mut report = String::new();
    child.stdout.take().expect("piped").read_to_string(&mut report).expect("UTF-8");
    assert_eq!(child.wait().expect("it ends").code(), Some(1), "{report}");
    assert!(report.starts_with("FORGED: ") && report.contains("stopped early"), "{report}");
    assert!(!tree(&room.join("corpus")).is_empty());
}

#[test]
fn an_interrupted_run_without_a_finding_proves_nothing() {
    let room = room("interrupted-clean");
    let mut child = start(&room, &["fuzz", "builtin:strict", "--alg", "HS256", "--time", "10m", "--corpus", "corpus"]);
    wait_for("it runs", || !tree(&room.join("corpus")).is_empty());
    let kill = std::process::Command::new("kill").args(["-INT", &child.id().to_string()]).status();
    assert!(kill.expect("kill runs").success());
    let mut report = String::new();
    child.stdout.take().expect("piped").read_to_string(&mut report).expect("UTF-8");
    assert_eq!(child.wait().expect("it ends").code(), Some(3), "{report}");
    assert!(report.starts_with("PROVED NOTHING: the run was stopped after "), "{report}");
}

#[test]
fn what_cannot_be_asked_or_read_is_told() {
    let room = room("errors");
    fs::write(room.join("report.json"), r#"{"schema":"other","findings":[]}"#).expect("it can be written");
    fs::write(room.join("file"), "").expect("it can be written");
    for (args, code, told) in [
        (&["fuzz", "exec:/no/such/program", "--cases", "10"][..], 4, "cannot fuzz exec:/no/such/program"),
        (&["fuzz", "--time", "10"], 2, "30s, 10m, 1h"),
        (&["fuzz", "--time", "soon"], 2, "30s, 10m, 1h"),
        (&["fuzz", "--cases", "0"], 2, "--cases"),
        (&["fuzz", "--alg", "HS257"], 2, "HS257"),
        (&["fuzz", "builtin:strict", "--words", "nowhere"], 2, "cannot read nowhere"),
        (&["fuzz", "builtin:strict", "--findings", "file/x"], 2, "file is not a folder"),
        (&["replay"], 2, "FILE"),
        (&["replay", "builtin:strict"], 2, "nothing to replay"),
        (&["replay", "missing.toml"], 2, "cannot read missing.toml"),
        (&["replay", "report.json"], 2, "cannot use the report report.json"),
        (&["replay", "file", "builtin:strict", "builtin:jsonwebtoken"], 2, "only one target is allowed"),
        (&["replay", "file", "exec:/no/such/program"], 4, "cannot replay on exec:/no/such/program"),
    ] {
        let output = gauntlet(&room, args);
        let said = text(&output.stderr);
        assert_eq!(output.status.code(), Some(code), "{args:?}: {}{said}", text(&output.stdout));
        assert!(output.stdout.is_empty() && said.contains(told), "{args:?}: {said}");
    }
}

/// An adapter that refuses everything.
const REFUSES: &str = r#"exec:sh -c 'while read -r line; do case "$line" in *configure*) echo "{\"type\":\"ready\",\"name\":\"no\",\"version\":\"1\"}";; *) id=${line#*\"id\":}; echo "{\"type\":\"verdict\",\"id\":${id%%,*},\"accepted\":false,\"error\":\"never\"}";; esac; done'"#;

#[test]
fn a_target_that_refuses_genuine_tokens_proves_nothing() {
    let room = room("refuses");
    let output = gauntlet(&room, &["fuzz", REFUSES, "--alg", "HS256", "--cases", "100"]);
    assert_eq!(output.status.code(), Some(3), "{}", text(&output.stdout));
    assert!(output.stdout.starts_with(b"PROVED NOTHING: the controls failed."), "{}", text(&output.stdout));
    fs::write(room.join("token"), "a.b.c").expect("it can be written");
    let output = gauntlet(&room, &["replay", "token", REFUSES, "--alg", "HS256"]);
    assert_eq!(output.status.code(), Some(3), "{}", text(&output.stdout));
}

#[test]
fn a_bare_token_is_judged_by_what_the_issuer_can_have_signed() {
    let room = room("token");
    let forge = |case: &str| {
        let output = gauntlet(&room, &["forge", case, "--alg", "HS256"]);
        assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
        text(&output.stdout).lines().next().and_then(|line| line.rsplit('\t').next()).unwrap_or_default().to_owned()
    };
    fs::write(room.join("unsigned"), forge("alg-none/exact")).expect("it can be written");
    fs::write(room.join("genuine"), forge("control")).expect("it can be written");
    let replay = |file: &str, target: &str| {
        let output = gauntlet(&room, &["replay", file, target, "--alg", "HS256"]);
        (output.status.code(), text(&output.stdout))
    };
    let (code, report) = replay("unsigned", "builtin:strawman/none");
    assert!(code == Some(1) && report.contains("still happens: accepted, though no trusted key signed it"), "{report}");
    let (code, report) = replay("unsigned", "builtin:strict");
    assert!(code == Some(0) && report.contains("does not happen"), "{report}");
    let (code, report) = replay("genuine", "builtin:strict");
    assert!(code == Some(0), "taking a genuine token is not a finding: {report}");
}

/// Takes whatever has a header that nobody else knows.
const SECRETIVE: &str = r#"
import base64, json, sys
for line in sys.stdin:
    ask = json.loads(line)
    if ask["type"] == "configure":
        print(json.dumps({"type": "ready", "name": "secretive", "version": "1"}), flush=True)
        continue
    try:
        text = ask["token"].split(".")[0]
        header = json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
        accepted = isinstance(header, dict) and "zq-skip-check" in header
    except Exception:
        accepted = False
    print(json.dumps({"type": "verdict", "id": ask["id"], "accepted": accepted, "error": "no"}), flush=True)
"#;

#[test]
fn words_of_the_target_reach_the_tokens() {
    if std::process::Command::new("python3").arg("--version").output().is_err() {
        eprintln!("skipped: this test needs python3");
        return;
    }
    let room = room("words");
    fs::write(room.join("verifier.py"), SECRETIVE).expect("it can be written");
    let what = ["fuzz", "exec:python3 verifier.py", "--alg", "HS256", "--cases", "4000"];
    let output = gauntlet(&room, &[&what[..], &["--no-harvest"]].concat());
    assert_eq!(output.status.code(), Some(3), "{}", text(&output.stdout));
    let output = gauntlet(&room, &what);
    assert_eq!(output.status.code(), Some(1), "{}{}", text(&output.stdout), text(&output.stderr));
    assert!(text(&output.stdout).contains("zq-skip-check"), "{}", text(&output.stdout));
    let output = gauntlet(&room, &[&what[..], &["--no-harvest", "--words", "verifier.py"]].concat());
    assert_eq!(output.status.code(), Some(1), "{}", text(&output.stdout));
}
