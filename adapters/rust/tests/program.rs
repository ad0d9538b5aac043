//! The program: every library answers over pipes, and what it does not know is a usage error.

use std::process::{Command, Stdio};

use jwt_gauntlet::{
    Algorithm, Implementation as _, Trust, Verdict,
    issuer::Issuer,
    keys::{Key, Role},
    verifier::exec::{Exec, Limits},
};

const PROGRAM: &str = env!("CARGO_BIN_EXE_jwt-gauntlet-adapter-rust");

#[test]
fn every_library_accepts_the_genuine_token_over_pipes_and_refuses_a_broken_one() {
    let key = Key::of(Role::Trusted, Algorithm::HS256).expect("a key");
    let trust = Trust::in_key(&key, Algorithm::HS256);
    let genuine = Issuer::new(Some(key.clone()), key.public().clone(), trust.clone()).genuine().to_string();
    for (name, _) in jwt_gauntlet_adapters::all() {
        let exec = Exec::new(vec![PROGRAM.to_owned(), name.to_owned(), "pinned".to_owned()], Limits::default());
        let verifier = exec.configure(&trust).expect("it is done by all");
        let verdict = verifier.verify(&genuine);
        assert!(matches!(verdict, Ok(Verdict::Accepted(Some(_)))), "{name}: {verdict:?}");
        let verdict = verifier.verify(&genuine[..genuine.len() - 4]);
        assert!(matches!(verdict, Ok(Verdict::Rejected(_))), "{name}: {verdict:?}");
    }
}

#[test]
fn an_unknown_library_and_an_unknown_set_up_are_named_with_exit_code_2() {
    for (arguments, named) in [(&["nonsense"][..], "nonsense"), (&["jwt", "lax"], "lax"), (&[], "usage")] {
        let output = Command::new(PROGRAM).args(arguments).stdin(Stdio::null()).output().expect("it starts");
        let told = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(output.status.code() == Some(2) && told.contains(named), "{arguments:?}: {told}");
    }
}
