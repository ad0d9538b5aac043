//! The bench from outside.

use std::{fs, time::Duration};

use assert_cmd::Command;
use serde_json::Value;

fn bench(args: &[&str]) -> Command {
    let mut command = Command::cargo_bin("jwt-gauntlet-sessions").expect("it is built with the tests");
    command.args(args).timeout(Duration::from_secs(120));
    command
}

/// Short enough for a test; no figure of it means anything.
const SHORT: &[&str] = &["--time", "0.5", "--rounds", "3", "--sessions", "300", "--denied", "10", "--growth", "1,20"];

#[test]
fn the_table_fits_and_the_json_holds_every_contender() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let file = folder.path().join("out.json");
    let mut args = SHORT.to_vec();
    args.extend(["--json", file.to_str().expect("UTF-8")]);
    let run = bench(&args).assert().success();
    let table = String::from_utf8_lossy(&run.get_output().stdout).into_owned();
    for line in table.lines() {
        assert!(line.chars().count() <= 100, "{line}");
    }
    let json: Value = serde_json::from_slice(&fs::read(&file).expect("it was written")).expect("it is JSON");
    assert_eq!(json["schema"], "jwt-gauntlet/sessions/1");
    assert_eq!(json["broken"], Value::Array(Vec::new()));
    let timed = json["timed"].as_array().expect("a list");
    // 4 algorithms, 2 local sessions, 2 local denylists each; twice 6 as roles grow; over HTTP 6 and 2. Redis adds to that.
    let local = timed.iter().filter(|t| !t["store"].as_str().is_some_and(|store| store.starts_with("redis"))).count();
    assert_eq!(local, 14 + 12 + 8);
    for contender in timed {
        let of = |part: &str| contender["wall"][part].as_f64().expect("a number");
        assert!(0.0 < of("low") && of("low") <= of("mid") && of("mid") <= of("high"), "{contender}");
        assert!(contender["header_bytes"].as_u64() > Some(30), "{contender}");
    }
}

#[test]
fn without_redis_the_rest_is_measured_and_the_way_out_is_named() {
    let run = bench(SHORT).env("REDIS_SERVER", "/nowhere/redis-server").assert().success();
    let table = String::from_utf8_lossy(&run.get_output().stdout).into_owned();
    assert!(table.contains("skipped   Redis: ") && table.contains("install"), "{table}");
    assert!(table.contains("session in SQLite") && !table.contains("session in Redis"), "{table}");
}

#[test]
fn who_requires_redis_is_told_by_the_exit_code() {
    let mut command = bench(SHORT);
    command.arg("--require-redis").env("REDIS_SERVER", "/nowhere/redis-server").assert().code(4);
}

#[test]
fn a_server_that_does_not_serve_is_skipped_too() {
    let run = bench(SHORT).env("REDIS_SERVER", "false").assert().success();
    assert!(String::from_utf8_lossy(&run.get_output().stdout).contains("does not serve"));
}

#[test]
fn bad_options_are_usage_errors() {
    for args in [["--time", "0"], ["--time", "soon"], ["--rounds", "1"], ["--growth", "1,2,3,4,5"], ["--json", "/nowhere/at/all"]] {
        let mut all = SHORT.iter().filter(|_| args[0] == "--json").copied().collect::<Vec<_>>();
        all.extend(args);
        bench(&all).assert().code(2);
    }
}
