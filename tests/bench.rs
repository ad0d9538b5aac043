//! `jwt-gauntlet bench`, by what a user sees.

use std::{path::PathBuf, process::Command};

use serde_json::Value;

const BINARY: &str = env!("CARGO_BIN_EXE_jwt-gauntlet");

fn bench(args: &[&str]) -> (i32, String, String) {
    let output = Command::new(BINARY).arg("bench").args(args).output().expect("it starts");
    let text = |bytes| String::from_utf8(bytes).expect("it writes UTF-8");
    (output.status.code().expect("it exits"), text(output.stdout), text(output.stderr))
}

fn scratch(name: &str) -> PathBuf {
    let folder = std::env::temp_dir().join(format!("jwt-gauntlet-bench-{}-{name}", std::process::id()));
    std::fs::create_dir_all(&folder).expect("a writable temporary folder");
    folder
}

#[test]
fn a_run_writes_every_report_and_is_the_baseline_of_the_next() {
    let folder = scratch("reports");
    let file = |name: &str| folder.join(name).to_string_lossy().into_owned();
    let (json, html) = (format!("json={}", file("a.json")), format!("html={}", file("a.html")));
    let chosen = ["--alg", "HS256,ES256", "--backend", "ring", "--operation", "sign,verify", "--time", "500ms"];
    let (code, out, err) = bench(&[&chosen[..], &["--report", "human", "--report", &json, "--report", &html]].concat());
    assert_eq!(code, 0, "{err}");
    assert!(out.contains("ES256     ring") && out.contains("Verify a genuine signature"), "{out}");
    let report: Value = serde_json::from_str(&std::fs::read_to_string(file("a.json")).expect("written")).expect("JSON");
    assert_eq!(report["schema"], "jwt-gauntlet/bench/2");
    let rows = report["rows"].as_array().expect("rows");
    assert_eq!(rows.len(), 4);
    assert!(rows.iter().all(|row| row["ops_per_second"]["mid"].as_f64().is_some_and(|ops| ops > 100.0)));
    assert!(rows.iter().all(|row| row["parts"].as_array().is_some_and(|parts| parts.len() == 10)));
    assert!(std::fs::read_to_string(file("a.html")).expect("written").ends_with("</html>\n"));

    // A baseline of a quiet machine in which everything took half as long: all of it is slower now, and the exit code says so.
    let mut faster = report;
    faster["machine"]["processor"] = "another".into();
    for row in faster["rows"].as_array_mut().expect("rows") {
        for sample in row["parts"].as_array_mut().expect("parts").iter_mut().flat_map(|part| part.as_array_mut().expect("pairs")) {
            sample[0] = (sample[0].as_f64().expect("a time") / 2.0).into();
            sample[2] = sample[1].clone();
        }
    }
    std::fs::write(file("faster.json"), faster.to_string()).expect("written");
    // So short a run may find the machine too busy to compare, which is exit 4.
    let compared = |more: &[&str]| {
        let again = || bench(&[&chosen[..], &["--baseline", &file("faster.json")], more].concat());
        (0..40).map(|_| again()).find(|(code, out, _)| *code != 4 && !out.contains("could not")).expect("a quiet moment")
    };
    let (code, out, _) = compared(&["--report", "markdown"]);
    assert_eq!(code, 1, "{out}");
    assert!(out.contains("4 are slower"), "{out}");
    let (code, out, _) = compared(&["--threshold", "500"]);
    assert_eq!(code, 0, "{out}");
    std::fs::remove_dir_all(folder).expect("it was made");
}

#[test]
fn any_program_is_measured_through_the_protocol() {
    let target = format!("exec:{BINARY} adapter jsonwebtoken");
    let (code, out, err) = bench(&[&target, "--alg", "HS256,ES256,ML-DSA-44", "--time", "1s", "--report", "json"]);
    assert_eq!(code, 0, "{err}");
    let report: Value = serde_json::from_str(&out).expect("JSON");
    let rows = report["rows"].as_array().expect("rows");
    assert_eq!(rows.len(), 4, "{out}");
    let es256 = rows.iter().find(|row| row["scheme"] == "ES256" && row["operation"] == "token-verify").expect("a row");
    assert_eq!(es256["backend"], "jsonwebtoken");
    let net = es256["piped"]["net_ns"]["mid"].as_f64().expect("a time");
    assert!(net > 20_000.0, "no ES256 verification is that quick: {net} ns");
    assert!(es256["piped"]["protocol_ns"]["mid"].as_f64().is_some_and(|protocol| protocol > 0.0));
}

#[test]
fn a_program_that_takes_forged_tokens_is_broken_and_not_timed() {
    let target = format!("exec:{BINARY} adapter strawman/signature-ignored");
    let (code, out, err) = bench(&[&target, "--alg", "HS256", "--time", "200ms"]);
    assert_eq!(code, 1, "{err}");
    assert!(out.contains("BROKEN, not timed") && out.contains("accepted a forged token"), "{out}");
}

#[test]
fn what_cannot_be_done_is_said() {
    for (code, args, says) in [
        (2, vec!["--backend", "rings"], "`rings` is not a back end; use ring"),
        (2, vec!["--alg", "RS255"], "ML-DSA-44"),
        (2, vec!["--operation", "sing"], "use sign, verify"),
        (2, vec!["--baseline", "/nowhere.json"], "cannot read the baseline"),
        (2, vec!["--alg", "ML-DSA-44", "--backend", "ring", "--operation", "sign", "--time", "100ms"], "nothing was timed"),
        (4, vec!["exec:/nowhere/at/all"], "cannot measure"),
    ] {
        let (exit, _, err) = bench(&args);
        assert_eq!(exit, code, "{args:?}: {err}");
        assert!(err.contains(says), "{args:?}: {err}");
    }
}
