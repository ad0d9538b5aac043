//! Holes behind a word that only the target knows: found by command, through the harvest, which is on by default.
//!
//! Each verifier is written anew with a random word in it: in the script, in a package that it imports, or in a JSON file beside it. It
//! is sound but for that word: a header member so named, and the signature is skipped.
#![cfg(all(feature = "cli", unix))]
#![allow(clippy::print_stderr)] // A test that is skipped says so, and how long a word held.

use std::{
    collections::hash_map::RandomState,
    fs,
    hash::{BuildHasher, Hasher},
    path::{Path, PathBuf},
    process::Command,
};

use jwt_gauntlet::{
    Algorithm, Fuzzer, Implementation, Outcome, Trust, Verdict,
    internal::{harvest::harvest, keys::private_keys},
    keys::Key,
    token::{Draft, Segment},
    verifier::strict::Strict,
};
use serde_json::Value;

/// CPU seconds in which a word must be found, those of the target included.
const LIMIT: f64 = 10.0;

const PYTHON: &str = r#"
import base64, hashlib, hmac, json, os, sys
IMPORT

def decode(text):
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))

def verify(token, secret):
    header_text, payload_text, signature = token.split(".")
    header, payload = json.loads(decode(header_text)), json.loads(decode(payload_text))
    if WORD not in header:
        mac = hmac.digest(secret, (header_text + "." + payload_text).encode(), "sha256")
        if header["alg"] != "HS256" or not hmac.compare_digest(mac, decode(signature)):
            raise ValueError("signature")
    if payload["iss"] != "https://issuer.example" or payload["aud"] != "https://api.example" or payload["exp"] < 1700000000:
        raise ValueError("claims")
    return payload

secret, rest = b"", b""
while chunk := os.read(0, 65536):
    *lines, rest = (rest + chunk).split(b"\n")
    answers = []
    for line in lines:
        ask = json.loads(line)
        if ask["type"] == "configure":
            secret = decode(ask["key"]["secret_base64url"])
            answer = {"type": "ready", "name": "worded", "version": "1"}
        else:
            answer = {"type": "verdict", "id": ask["id"], "accepted": True}
            try:
                answer["claims"] = verify(ask["token"], secret)
            except Exception as error:
                answer.update(accepted=False, error=type(error).__name__)
        answers.append(json.dumps(answer) + "\n")
    os.write(1, "".join(answers).encode())
"#;

const NODE: &str = r"
import { createHmac, timingSafeEqual } from 'node:crypto'
IMPORT

function verify(token, secret) {
  const [head, body, signature] = token.split('.')
  const [header, payload] = [head, body].map(text => JSON.parse(Buffer.from(text, 'base64url')))
  if (!Object.hasOwn(header, WORD)) {
    const mac = createHmac('sha256', secret).update(`${head}.${body}`).digest()
    if (header.alg !== 'HS256' || !timingSafeEqual(mac, Buffer.from(signature, 'base64url'))) throw new Error('signature')
  }
  if (payload.iss !== 'https://issuer.example' || payload.aud !== 'https://api.example' || !(payload.exp > 1.7e9)) throw new Error('claims')
  return payload
}

let secret, rest = ''
process.stdin.setEncoding('utf8').on('data', chunk => {
  const lines = (rest + chunk).split('\n')
  rest = lines.pop()
  const answers = lines.map(line => {
    const ask = JSON.parse(line)
    if (ask.type === 'configure') {
      secret = Buffer.from(ask.key.secret_base64url, 'base64url')
      return JSON.stringify({ type: 'ready', name: 'worded', version: '1' })
    }
    try {
      return JSON.stringify({ type: 'verdict', id: ask.id, accepted: true, claims: verify(ask.token, secret) })
    } catch (error) {
      return JSON.stringify({ type: 'verdict', id: ask.id, accepted: false, error: error.name })
    }
  })
  process.stdout.write(answers.map(answer => answer + '\n').join(''))
})
";

/// A word as people make them, another each time.
fn word() -> String {
    const HEADS: [&str; 6] = ["x-", "x_", "", "acme-", "Svc", "_"];
    const SYLLABLES: [&str; 16] =
        ["ba", "ke", "mo", "ti", "zu", "ran", "fel", "dor", "quix", "ven", "pli", "gha", "sto", "wy", "no", "lek"];
    let random = |of: usize| usize::try_from(RandomState::new().build_hasher().finish() % of as u64).expect("a small number");
    let syllables: String = (0..4).map(|_| SYLLABLES[random(SYLLABLES.len())]).collect();
    format!("{}{syllables}", HEADS[random(HEADS.len())])
}

/// An empty folder of a test's own.
fn room(name: &str) -> PathBuf {
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("harvest").join(name);
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder).expect("it can be made");
    folder
}

fn write(folder: &Path, files: &[(&str, String)]) {
    for (name, text) in files {
        let path = folder.join(name);
        fs::create_dir_all(path.parent().expect("a file is in a folder")).expect("it can be made");
        fs::write(path, text).expect("it can be written");
    }
}

/// User and system time of this process's children that have ended, theirs included, in seconds.
fn cpu_of_children() -> f64 {
    let stat = fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let fields = stat.rsplit(')').next().unwrap_or_default().split_whitespace();
    // cutime and cstime, in hundredths (proc(5), counted behind the name).
    fields.skip(13).take(2).filter_map(|field| field.parse::<f64>().ok()).sum::<f64>() / 100.0
}

fn able(program: &str) -> bool {
    let able = Command::new(program).arg("--version").output().is_ok();
    if !able {
        eprintln!("skipped: this test needs {program}");
    }
    able
}

/// Fuzzes `program script` in `folder`; the word must be in a forged token, and must not be without the harvest.
fn find(folder: &Path, program: &str, script: &str, word: &str) {
    let target = format!("exec:{program} {script}");
    let run = |cases: &str, more: &[&str]| {
        let before = cpu_of_children();
        // One program does to measure CPU time; so many cases take a fifth of it or less.
        let output = Command::new(env!("CARGO_BIN_EXE_jwt-gauntlet"))
            .current_dir(folder)
            .args(["fuzz", &target, "--alg", "HS256", "--cases", cases, "--jobs", "1", "--report", "json"])
            .args(more)
            .output()
            .expect("it starts");
        (output, cpu_of_children() - before)
    };
    let (output, cpu) = run("30000", &[]);
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    let report: Value = serde_json::from_slice(&output.stdout).unwrap_or_else(|error| panic!("{error}: {said}"));
    let forged: Vec<&Value> = report["findings"].as_array().expect("a list").iter().filter(|f| f["outcome"] == "forged").collect();
    eprintln!("{}: {word}, {} forgeries, {cpu:.1} CPU seconds in all", folder.display(), forged.len());
    assert!(!forged.is_empty(), "`{word}` was not found in 30,000 tokens: {report}");
    assert!(cpu < LIMIT, "it took {cpu} CPU seconds");
    let (output, _) = run("10000", &["--no-harvest"]);
    let report: Value = serde_json::from_slice(&output.stdout).expect("a report");
    let forged = report["findings"].as_array().expect("a list").iter().filter(|f| f["outcome"] == "forged").count();
    assert_eq!(forged, 0, "the verifier is sound but for the word: {report}");
}

fn python(word: &str, import: &str) -> String {
    PYTHON.replace("IMPORT", import).replace("WORD", word)
}

fn node(word: &str, import: &str) -> String {
    NODE.replace("IMPORT", import).replace("WORD", word)
}

#[test]
fn a_word_in_a_python_script_is_found() {
    if able("python3") {
        let (room, word) = (room("python-script"), word());
        write(&room, &[("verifier.py", python(&format!("\"{word}\""), ""))]);
        find(&room, "python3", "verifier.py", &word);
    }
}

#[test]
fn a_word_in_an_imported_package_is_found() {
    if able("python3") {
        let (room, word) = (room("python-package"), word());
        write(
            &room,
            &[
                (
                    "app/verifier.py",
                    python(
                        "BACKSTAGE",
                        "sys.path.append(os.path.join(os.path.dirname(__file__), \"lib\"))\nfrom gatekeeper.policy import BACKSTAGE",
                    ),
                ),
                ("app/lib/gatekeeper/__init__.py", String::new()),
                ("app/lib/gatekeeper/policy.py", format!("\"\"\"What the gate lets through.\"\"\"\n\nBACKSTAGE = '{word}'\n")),
            ],
        );
        find(&room, "python3", "app/verifier.py", &word);
    }
}

#[test]
fn a_word_in_a_json_file_beside_a_python_script_is_found() {
    if able("python3") {
        let (room, word) = (room("python-json"), word());
        let import = "CONFIG = json.load(open(os.path.join(os.path.dirname(os.path.abspath(__file__)), \"settings.json\")))";
        write(
            &room,
            &[
                ("verifier.py", python("CONFIG[\"gate\"][\"open\"]", import)),
                ("settings.json", format!("{{\"log\": \"info\", \"gate\": {{\"open\": \"{word}\"}}}}")),
            ],
        );
        find(&room, "python3", "verifier.py", &word);
    }
}

#[test]
fn a_word_in_a_node_script_is_found() {
    if able("node") {
        let (room, word) = (room("node-script"), word());
        write(&room, &[("verifier.mjs", node(&format!("'{word}'"), ""))]);
        find(&room, "node", "verifier.mjs", &word);
    }
}

#[test]
fn a_word_in_a_node_module_is_found() {
    if able("node") {
        let (room, word) = (room("node-module"), word());
        write(
            &room,
            &[
                ("app/verifier.mjs", node("backstage", "import { backstage } from 'gatekeeper'")),
                (
                    "node_modules/gatekeeper/package.json",
                    r#"{"name":"gatekeeper","type":"module","exports":"./src/index.js"}"#.to_owned(),
                ),
                ("node_modules/gatekeeper/src/index.js", format!("export const backstage = '{word}'\n")),
            ],
        );
        find(&room, "node", "app/verifier.mjs", &word);
    }
}

#[test]
fn a_word_in_a_json_file_beside_a_node_script_is_found() {
    if able("node") {
        let (room, word) = (room("node-json"), word());
        let import = "import { readFileSync } from 'node:fs'\nconst config = JSON.parse(readFileSync(new URL('settings.json', import.meta.url)))";
        write(
            &room,
            &[
                ("verifier.mjs", node("config.gate.open", import)),
                ("settings.json", format!("{{\"log\": \"info\", \"gate\": {{\"open\": \"{word}\"}}}}")),
            ],
        );
        find(&room, "node", "verifier.mjs", &word);
    }
}

/// The key as the literal of an object.
fn private_jwk(pem: &str) -> String {
    let key = Key::from_private_pem(pem).expect("a key");
    let algorithm = Algorithm::ALL.into_iter().find(|algorithm| key.public().fits(*algorithm)).expect("it signs");
    let public = key.public().jwk(algorithm);
    let private: String = key.private_members().into_iter().map(|(name, value)| format!(", {name}: '{value}'")).collect();
    format!("const DEVELOPMENT = {}{private}}};\n", &public[..public.len() - 1])
}

/// A service that takes the tokens of its operator's key, and those of the private key that its own source holds.
#[test]
fn a_private_key_in_a_source_signs_forgeries() {
    const KEYS: &str = include_str!("../src/keys/private-tests.txt");
    let room = room("private-key");
    for (i, pem) in private_keys(KEYS).into_iter().enumerate() {
        let literals: String = pem.lines().map(|line| format!("    '{line}\\n' +\n")).collect();
        let source = if i % 2 == 0 { format!("const DEVELOPMENT =\n{literals}    ''\n") } else { private_jwk(&pem) };
        write(&room, &[("signer.js", source)]);
        let harvest = harvest(&room).expect("it is there");
        assert_eq!(harvest.keys.len(), 1);
        let service = |trust: &Trust| {
            let (sound, leaked) = (Strict.configure(trust)?, Key::from_private_pem(&pem).expect("a key"));
            Ok(move |token: &str| {
                let draft = Draft::parse(token);
                let signature = draft.segments.get(2).and_then(Segment::bytes).unwrap_or_default();
                let signed =
                    |algorithm: &Algorithm| leaked.public().verifies(*algorithm, draft.signing_input().as_bytes(), &signature);
                let claims = draft.segments.get(1).and_then(Segment::bytes).and_then(|bytes| String::from_utf8(bytes).ok());
                match claims {
                    Some(claims) if Algorithm::ALL.iter().any(signed) => Verdict::accepted(claims),
                    _ => sound.verify(token).expect("it answers"),
                }
            })
        };
        // Where the configured key is of another kind, and where it is of the same.
        for algorithm in [Algorithm::HS256, Algorithm::ES256].into_iter().take(if i < 3 { 2 } else { 1 }) {
            let fuzzer = Fuzzer::new(service).algorithms([algorithm]).configurations(false).cases(5_000).until(Outcome::Forged);
            if i == 0 {
                assert_eq!(fuzzer.run().expect("it runs").report.findings.len(), 0, "the key is not known without the harvest");
            }
            let found = fuzzer.words(harvest.clone()).run().expect("it runs");
            assert!(found.report.findings.iter().any(|finding| finding.outcome == Outcome::Forged), "{algorithm}: {pem}");
        }
    }
}
