//! The command line as its user meets it: exit codes, messages, and nothing on stdout but the answer.
#![cfg(feature = "cli")]

use std::{fs, path::PathBuf, time::Instant};

use assert_cmd::Command;
use data_encoding::BASE64URL_NOPAD;

struct Said {
    code: i32,
    out: String,
    err: String,
}

fn gauntlet(args: &[&str]) -> Said {
    with_input(args, "")
}

fn with_input(args: &[&str], input: &str) -> Said {
    let mut command = Command::cargo_bin("jwt-gauntlet").expect("the binary is built");
    let output = command.args(args).write_stdin(input).output().expect("it runs");
    Said {
        code: output.status.code().expect("it exits"),
        out: String::from_utf8(output.stdout).expect("stdout is UTF-8"),
        err: String::from_utf8(output.stderr).expect("stderr is UTF-8"),
    }
}

/// Fails without output on stdout, and says all of these on stderr.
fn fails(code: i32, args: &[&str], says: &[&str]) {
    let said = gauntlet(args);
    assert_eq!((said.code, said.out.as_str()), (code, ""), "{args:?}: {}", said.err);
    for text in says {
        assert!(said.err.contains(text), "{args:?} should say `{text}`: {}", said.err);
    }
}

fn scratch(name: &str) -> PathBuf {
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(name);
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder).expect("a folder");
    folder
}

fn token(header: &str, claims: &str) -> String {
    let part = |text: &str| BASE64URL_NOPAD.encode(text.as_bytes());
    format!("{}.{}.{}", part(header), part(claims), "A".repeat(342))
}

#[test]
fn usage_errors_exit_2_and_name_the_way_out() {
    fails(2, &["atack"], &["attack"]);
    fails(2, &["attack", "--alg", "HS255"], &["HS255", "HS256"]);
    fails(2, &["attack", "--partition", "3/2"], &["K/N"]);
    fails(2, &["attack", "--fail-on", "bad"], &["critical"]);
    fails(2, &["attack", "--report", "sarif"], &["later version", "json"]);
    fails(2, &["attack", "--report", "pdf"], &["pdf", "human or json"]);
    fails(2, &["attack", "--report", "human", "--report", "json"], &["only one report", "json=report.json"]);
    fails(2, &["attack", "--report", "json=/no/such/folder/x"], &["/no/such/folder"]);
    fails(2, &["attack", "--report", "human=same.txt", "--report", "json=./same.txt"], &["two reports", "same.txt"]);
    fails(2, &["attack", "builtin:srict"], &["`srict`", "did you mean strict?"]);
    fails(2, &["attack", "builtin:strawman/none_any_case"], &["did you mean strawman/none-any-case"]);
    fails(2, &["adapter", "nothing"], &["`nothing`", "jsonwebtoken"]);
    fails(2, &["attack", "https://example.org"], &["later version", "exec:COMMAND"]);
    fails(2, &["attack", "python3"], &["exec:python3"]);
    fails(2, &["attack", "--baseline", "/no/such/file"], &["baseline /no/such/file"]);
    fails(2, &["attack", "--attacks", "alg-nome"], &["alg-nome", "did you mean `alg-none`"]);
    fails(2, &["show", "nothing-like-it"], &["nothing-like-it", "jwt-gauntlet list"]);
}

#[test]
fn a_typo_in_an_attack_file_is_shown_at_its_place_with_the_valid_names() {
    let folder = scratch("typo");
    let file = folder.join("mine.toml");
    let text = "title = \"t\"\nseverity = \"low\"\nremedy = \"r\"\n[[case]]\nfrom = \"forged\"\nexpect = \"reject\"\nsteps = [{ drop-signatur = {} }]\n";
    fs::write(&file, text).expect("a file");
    let place = format!("{}:7:", file.display());
    fails(2, &["attack", "--catalogue", &folder.to_string_lossy()], &[&place, "drop-signatur", "drop-signature", "^"]);
    fails(2, &["list", "--catalogue", "/no/such/folder"], &["cannot read /no/such/folder"]);
}

#[test]
fn two_files_cannot_be_the_same_attack() {
    let text = "title = \"t\"\nseverity = \"low\"\nremedy = \"r\"\n[[case]]\nfrom = \"forged\"\nexpect = \"reject\"\nsteps = [{ drop-signature = {} }]\n";
    let [one, two, built_in] = ["same-one", "same-two", "same-built-in"].map(|name| {
        let class = if name == "same-built-in" { "alg-none/exact.toml" } else { "mine/class.toml" };
        let folder = scratch(name);
        fs::create_dir_all(folder.join(class).parent().expect("a folder")).expect("a folder");
        fs::write(folder.join(class), text).expect("a file");
        folder.to_string_lossy().into_owned()
    });
    assert_eq!(gauntlet(&["list", "mine", "--catalogue", &one]).code, 0);
    let [first, second] = [&one, &two].map(|folder| format!("{folder}/mine/class.toml"));
    fails(2, &["list", "--catalogue", &one, "--catalogue", &two], &["`mine/class`", &first, &second]);
    fails(2, &["attack", "--catalogue", &built_in], &["`alg-none/exact`", &built_in, "built-in attacks/alg-none/exact.toml"]);
}

#[test]
fn a_target_that_is_not_there_exits_4() {
    fails(4, &["attack", "exec:/no/such/program"], &["/no/such/program"]);
}

#[test]
fn a_former_report_of_another_kind_is_no_baseline() {
    let file = scratch("baseline").join("other.json");
    fs::write(&file, "{\"schema\":\"else\",\"findings\":[]}").expect("a file");
    fails(2, &["attack", "--baseline", &file.to_string_lossy()], &["other.json", "jwt-gauntlet/report/1"]);
}

#[test]
fn lists_are_for_people_and_for_pipes() {
    let classes = gauntlet(&["list"]);
    assert!(classes.code == 0 && classes.out.contains("alg-none/case-variants") && classes.err.is_empty());
    assert!(!classes.out.contains('\x1b'), "no colour in a pipe");
    let cases = gauntlet(&["list", "--cases", "alg-none/case-variants"]);
    assert!(cases.out.lines().all(|line| line.starts_with("alg-none/case-variants#")), "{}", cases.out);
    let targets = gauntlet(&["list", "--targets"]).out;
    assert!(targets.lines().any(|line| line == "strict") && targets.lines().all(|line| !line.contains(' ')), "{targets}");
    let json: serde_json::Value = serde_json::from_str(&gauntlet(&["list", "--json"]).out).expect("JSON");
    assert!(json.as_array().is_some_and(|all| all.iter().all(|one| one["cases"].as_u64() > Some(0))));
}

#[test]
fn show_explains_a_class_and_a_case() {
    let class = gauntlet(&["show", "alg-none/case-variants"]).out;
    for text in ["critical", "remedy", "RFC 8725", "54 cases", "drop-signature"] {
        assert!(class.contains(text), "{text}: {class}");
    }
    let case = gauntlet(&["show", "alg-none/case-variants#nOnE-kept", "--alg", "es256"]).out;
    for text in ["expected    reject", "\"alg\": \"nOnE\"", "verifier of ES256", "2100-01-01 00:00:00 UTC"] {
        assert!(case.contains(text), "{text}: {case}");
    }
}

#[test]
fn forge_makes_tokens_from_a_users_token_and_key() {
    let genuine = token(r#"{"alg":"RS256","kid":"mine"}"#, r#"{"sub":"jane","tenant":"t-1"}"#);
    let alone = gauntlet(&["forge", "alg-none/exact", "confusion/asym-to-hmac/rsa", "--token", &genuine]);
    assert!(alone.code == 0 && alone.out.lines().count() > 5 && alone.err.contains("--public-key"), "{}", alone.err);
    let first = alone.out.lines().next().and_then(|line| line.split_once('\t')).expect("id, tab, token");
    let claims = first.1.split('.').nth(1).and_then(|part| BASE64URL_NOPAD.decode(part.as_bytes()).ok()).expect("claims");
    let claims = String::from_utf8(claims).expect("UTF-8");
    assert!(first.0.starts_with("alg-none/exact") && claims.contains("t-1") && claims.contains("admin"), "{claims}");

    let pem = scratch("forge").join("key.pem");
    let key = jwt_gauntlet::keys::Key::of(jwt_gauntlet::keys::Role::OtherTrusted, jwt_gauntlet::Algorithm::RS256).expect("a key");
    fs::write(&pem, key.public().spki_pem().expect("an RSA key")).expect("a file");
    let pem = pem.to_string_lossy().into_owned();
    let with_key = gauntlet(&["forge", "confusion/asym-to-hmac/rsa", "--token", &genuine, "--public-key", &pem, "--plain"]);
    assert!(with_key.code == 0 && with_key.out.lines().count() > 40, "{}", with_key.err);
    assert!(with_key.out.lines().all(|line| !line.contains('\t')));
    let set = scratch("forge-set").join("jwks.json");
    let jwks =
        format!("{{\"keys\":[{{\"kty\":\"oct\"}},{}]}}", key.public().jwk(jwt_gauntlet::Algorithm::RS256).replace("key-2", "mine"));
    fs::write(&set, jwks).expect("a file");
    let with_set =
        gauntlet(&["forge", "confusion/asym-to-hmac/rsa", "--token", &genuine, "--public-key", &set.to_string_lossy(), "--plain"]);
    assert_eq!(with_key.out, with_set.out, "{}", with_set.err);
    fails(2, &["forge", "alg-none", "--token", &genuine, "--alg", "ES256", "--public-key", &pem], &["key.pem", "rsa", "ES256"]);
    fails(2, &["forge", "alg-none", "--token", "abc"], &["three segments"]);
    fails(2, &["forge", "alg-none", "--token", &genuine, "--public-key", "/no/such.pem"], &["/no/such.pem"]);
}

#[test]
fn forge_answers_odd_tokens_and_keys_with_a_reason() {
    let part = |bytes: &[u8]| BASE64URL_NOPAD.encode(bytes);
    let too_large = format!("{}.{}.{}", part(br#"{"alg":"ES256"}"#), part(b"{}"), part(&[0xff; 64]));
    let said = gauntlet(&["forge", "ecdsa", "--token", &too_large]);
    assert!(said.code == 0 && said.err.contains("s is not below the order of the curve"), "{}: {}", said.code, said.err);

    let genuine = token(r#"{"alg":"RS256"}"#, "{}");
    let file = scratch("odd-keys").join("key.jwk");
    for (n, e, member) in [("", "AQAB", "`n`"), ("AAAA", "AQAB", "`n`"), ("u7u7", "", "`e`"), ("u7u7", "AA", "`e`")] {
        fs::write(&file, format!(r#"{{"kty":"RSA","n":"{n}","e":"{e}"}}"#)).expect("a file");
        let args = ["forge", "jwk", "--token", &genuine, "--public-key", &file.to_string_lossy()];
        fails(2, &args, &["key.jwk", &format!("JWK member {member} is missing or malformed")]);
    }
}

#[test]
fn forge_gives_the_same_bytes_for_the_same_seed() {
    let forge = |seed: &str| gauntlet(&["forge", "alg-none", "--seed", seed, "--json"]).out;
    assert_eq!(forge("7"), forge("7"));
    assert_ne!(forge("7"), forge("8"));
}

#[test]
fn inspect_shows_everything_and_trusts_nothing() {
    let text = token(
        r#"{"alg":"none","alg":"HS256","kid":"../key"}"#,
        "{\"email\":\"jane@example.org\",\"exp\":4102444800,\"x\":\"\x1b[31m\"}",
    );
    let said = gauntlet(&["inspect", &text]);
    for expected in
        ["nothing was verified", "2100-01-01 00:00:00 UTC", "again", "more than once", "personal data", "a path", "\\u{1b}[31m"]
    {
        assert!(said.out.contains(expected), "{expected}: {}", said.out);
    }
    assert!(!said.out.contains('\x1b'), "the token cannot steer the terminal");
    let json: serde_json::Value = serde_json::from_str(&gauntlet(&["inspect", &text, "--json"]).out).expect("JSON");
    assert_eq!(json["parts"][0]["shown"]["members"].as_array().map(Vec::len), Some(3));
    assert_eq!(with_input(&["inspect", "-"], &format!("Bearer {text}\n")).code, 0);
    let file = scratch("inspect").join("token.txt");
    fs::write(&file, &text).expect("a file");
    assert!(gauntlet(&["inspect", &file.to_string_lossy()]).out.contains("../key"));
}

#[test]
fn inspect_answers_at_once_whatever_it_gets() {
    let deep = format!("{{\"alg\":{}", "[".repeat(1_000_000));
    let inputs = [
        String::new(),
        "no token".to_owned(),
        "....".to_owned(),
        token(&deep, &deep),
        format!("{0}.{0}.{0}", "A".repeat(34_000_000)),
        ".".repeat(10_000_000),
        "{".repeat(1_000_000),
    ];
    for input in inputs {
        let started = Instant::now();
        let said = with_input(&["inspect", "-"], &input);
        assert_eq!(said.code, 0, "{}", said.err);
        assert!(said.out.len() < 200_000 && started.elapsed().as_secs() < 20, "{} bytes", said.out.len());
    }
}

#[test]
fn inspect_says_what_is_too_large_instead_of_calling_it_no_json() {
    let claims = format!("{{\"sub\":\"jane\",\"x\":\"{}\"}}", "y".repeat(2 << 20));
    let said = with_input(&["inspect", "-"], &token(r#"{"alg":"RS256"}"#, &claims));
    let expected = "payload  too large to decode completely; the limit is 1,048,576 bytes\n";
    assert!(said.code == 0 && said.out.contains(expected), "{}", said.out);
    assert!(said.out.contains("\"sub\": \"jane\"") && !said.out.contains("not a JSON"), "its beginning is shown");
    let serialised = format!("{{\"payload\":\"{}\"}}", "e30".repeat(1 << 20));
    let said = with_input(&["inspect", "-"], &serialised);
    assert!(said.out.contains("too large") && !said.out.contains("not a JSON"), "{}", said.out);
}

/// A program that misbehaves as `how` says, as a target.
#[cfg(unix)]
fn misbehaving(how: &str) -> String {
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/adapters/misbehave.py");
    format!(
        "exec:python3 -I -S {script} {} {how}",
        scratch("misbehaving").join(format!("{}.pids", how.replace(':', "-"))).display()
    )
}

#[cfg(unix)]
#[test]
fn a_program_that_breaks_the_protocol_exits_4_with_the_line_and_what_was_expected() {
    let target = misbehaving("reverse");
    let says = [
        "broke the adapter protocol: it answered question",
        "when the answer to question 1 was due",
        "\"id\":1,\"accepted\":true|false",
    ];
    fails(4, &["attack", &target, "--alg", "HS256"], &says);
    fails(4, &["fuzz", &target, "--alg", "HS256", "--cases", "500"], &says);
}

#[cfg(unix)]
#[test]
fn a_program_that_ends_now_and_then_is_told_in_every_report() {
    let target = misbehaving("ends-after:100");
    let said = gauntlet(&["attack", &target, "--alg", "HS256", "--attacks", "alg-none", "--jobs", "1", "--report", "json"]);
    let report: serde_json::Value = serde_json::from_str(&said.out).expect("a report");
    assert!(report["conduct"]["restarts"].as_u64().is_some_and(|restarts| restarts > 0), "{}", report["conduct"]);
    let said = gauntlet(&["attack", &target, "--alg", "HS256", "--attacks", "alg-none", "--jobs", "1"]);
    assert!(said.out.contains("conduct   the target had to be restarted"), "{}", said.out);
}

#[test]
fn an_adapter_that_tries_to_look_sound_is_caught() {
    let caught = |how: &str, code, says: &str| {
        let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/adapters/hostile.py");
        let target = format!("exec:python3 -I -S {script} {how}");
        let said = gauntlet(&["attack", &target, "--alg", "HS256", "--attacks", "alg-none", "--jobs", "1"]);
        let text = (said.out + &said.err).split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(said.code == code && text.contains(says), "{how} exits {} and should say `{says}`: {text}", said.code);
    };
    caught("by-heart", 3, "The target refused genuine tokens (HS256)");
    caught("cache", 3, "The target accepted tokens with a broken signature (HS256)");
    caught("twice", 4, "it answered question 1 again when the answer to question 2 was due");
    caught("sorted", 4, "broke the adapter protocol");
}
