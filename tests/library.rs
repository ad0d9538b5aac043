//! The engine as a dev-dependency: what a user's own `#[test]` sees.

use std::ops::ControlFlow;
use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    time::Duration,
};

use data_encoding::BASE64URL_NOPAD;
use jwt_gauntlet::{
    Algorithm, AskError, Catalogue, Conclusion, ConfigureError, Gauntlet, Implementation as _, Outcome, Report, Severity, Trust,
    Verdict, Verifier,
    keys::PublicKey,
    report::{Baseline, Proof},
    verifier::strict::Strict,
};

type Toy = Box<dyn Fn(&str) -> Verdict + Send + Sync>;

/// Verifies HS256 by ring, then hands back the payload; `trusting_none` plants the oldest hole there is.
fn toy(trusting_none: bool) -> impl Fn(&Trust) -> Result<Toy, ConfigureError> {
    move |trust: &Trust| {
        let key = trust.public_key().map_err(|e| ConfigureError::Unsupported(e.to_string()))?;
        Ok(Box::new(move |token: &str| match claims(token, &key, Algorithm::HS256, trusting_none) {
            Ok(claims) => Verdict::accepted(claims),
            Err(reason) => Verdict::rejected(reason),
        }) as Toy)
    }
}

/// The payload of a token, if the signature is good; or if the header says so, where `trusting_none`.
fn claims(token: &str, key: &PublicKey, algorithm: Algorithm, trusting_none: bool) -> Result<String, &'static str> {
    let [header, payload, signature] = token.split('.').collect::<Vec<_>>()[..] else {
        return Err("not three segments");
    };
    let decode = |text: &str| BASE64URL_NOPAD.decode(text.as_bytes()).unwrap_or_default();
    let header_text = String::from_utf8_lossy(&decode(header)).into_owned();
    let unsigned = trusting_none && header_text.to_lowercase().contains("none");
    let input = format!("{header}.{payload}");
    let good = unsigned || key.verifies(algorithm, input.as_bytes(), &decode(signature));
    if good { Ok(String::from_utf8_lossy(&decode(payload)).into_owned()) } else { Err("bad signature") }
}

/// The crate of a user, who writes his verifier as a function.
mod my_crate {
    use super::{Algorithm, PublicKey, claims};

    pub(crate) fn verify(token: &str, pem: &str) -> Result<String, String> {
        let key = PublicKey::from_text(pem).map_err(|error| error.to_string())?;
        claims(token, &key, Algorithm::ES256, true).map_err(str::to_owned)
    }
}

// As README.md shows it.
fn my_verifier(trust: &Trust) -> Result<impl Verifier + use<>, ConfigureError> {
    let pem = String::from_utf8_lossy(&trust.configured_bytes()).into_owned();
    // Called for every token: decides exactly as production code does.
    Ok(move |token: &str| match my_crate::verify(token, &pem) {
        Ok(claims_as_json) => Verdict::accepted(claims_as_json),
        Err(reason) => Verdict::rejected(reason),
    })
}

/// A function may return a trait object as well.
fn boxed(trust: &Trust) -> Result<Box<dyn Verifier>, ConfigureError> {
    Strict.configure(trust)
}

/// Or a closure, called by its type.
fn closure(trust: &Trust) -> Result<impl Fn(&str) -> Verdict + Send + Sync + use<>, ConfigureError> {
    toy(true)(trust)
}

#[test]
fn a_plain_function_is_an_implementation() {
    for (report, algorithm) in [
        (Gauntlet::new(my_verifier).algorithms([Algorithm::ES256]).run(), Algorithm::ES256),
        (Gauntlet::new(closure).algorithms([Algorithm::HS256]).run(), Algorithm::HS256),
    ] {
        let report = report.expect("functions can be asked");
        assert_eq!(report.failed_controls().count(), 0, "{algorithm}: genuine tokens are accepted");
        let forged = report.findings.iter().filter(|finding| finding.outcome == Outcome::Forged);
        assert!(forged.clone().any(|finding| finding.case.starts_with("alg-none/")), "{algorithm}: the hole is found");
    }
    Gauntlet::new(boxed).algorithms([Algorithm::ES256]).run().expect("functions can be asked").assert_secure();
}

#[test]
fn the_function_in_the_readme_is_the_one_that_is_tested_here() {
    let (readme, here) = (include_str!("../README.md"), include_str!("library.rs"));
    let function = |text: &'static str| {
        let (_, rest) = text.split_once("\nfn my_verifier(").expect("it is there");
        rest.split_once("\n}\n").expect("it ends").0
    };
    assert_eq!(function(readme), function(here));
}

#[test]
fn a_planted_hole_is_found_with_its_canary() {
    let report = Gauntlet::new(toy(true)).algorithms([Algorithm::HS256]).run().expect("closures can be asked");
    let finding = report.findings.iter().find(|f| f.case.starts_with("alg-none/")).expect("none is found");
    assert_eq!(finding.outcome, Outcome::Forged);
    assert!(finding.why.contains("canary"), "{}", finding.why);
    let failure = std::panic::catch_unwind(|| report.assert_secure()).expect_err("the test of a user fails");
    let text = failure.downcast_ref::<String>().expect("a message");
    for part in ["alg-none/", &finding.token, "remedy", &finding.remedy, "why"] {
        assert!(text.contains(part), "{part} is missing in {text}");
    }
}

#[test]
fn the_same_seed_gives_the_same_report_on_any_number_of_threads() {
    let run = |seed, jobs| Gauntlet::new(toy(true)).algorithms([Algorithm::HS256]).seed(seed).jobs(jobs).run().expect("runs");
    let json = |report| serde_json::to_string(&report).expect("serialises");
    assert_eq!(json(run(7, 1)), json(run(7, 3)));
    assert_ne!(json(run(7, 1)), json(run(8, 1)));
}

#[test]
fn a_verifier_that_refuses_everything_proves_nothing() {
    let refusing = |_: &Trust| Ok(|_: &str| Verdict::rejected("no"));
    let report = Gauntlet::new(refusing).algorithms([Algorithm::ES256]).run().expect("runs");
    assert_eq!(report.failed_controls().count(), 1);
    assert!(std::panic::catch_unwind(|| report.assert_secure()).is_err());
}

#[test]
fn a_target_that_breaks_in_the_middle_is_not_held_against_the_tokens() {
    let sound = toy(false);
    let breaking = |trust: &Trust| {
        let (verify, answers) = (sound(trust)?, AtomicUsize::new(0));
        Ok(move |token: &str| {
            assert!(answers.fetch_add(1, Ordering::Relaxed) < 20, "out of file handles");
            verify(token)
        })
    };
    let report = Gauntlet::new(breaking).algorithms([Algorithm::HS256]).run().expect("runs");
    assert_eq!(report.findings, [], "nothing is known about the tokens");
    assert_eq!(report.failed_controls().count(), 1);
    assert!(report.skipped.iter().any(|s| s.reason.contains("on a genuine token too")), "{:?}", report.skipped.first());
    let summary = report.summary;
    assert_eq!(summary.asked + summary.skipped, summary.cases, "{summary:?}");
}

#[test]
fn a_token_that_breaks_a_target_is_a_finding() {
    let sound = toy(false);
    let dying = |trust: &Trust| {
        let verify = sound(trust)?;
        Ok(move |token: &str| {
            assert!(!token.starts_with("eyJhbGciOiJub25l"), "planted");
            verify(token)
        })
    };
    let report = Gauntlet::new(dying).algorithms([Algorithm::HS256]).run().expect("runs");
    assert!(report.findings.iter().any(|f| f.outcome == Outcome::Crashed && f.why.contains("planted")), "{:?}", report.summary);
    assert_eq!(report.failed_controls().count(), 0);
}

#[test]
fn a_panic_in_a_target_is_a_verdict() {
    let verifier = |token: &str| if token.contains('!') { panic!("planted") } else { Verdict::rejected("no") };
    let mut answers = Vec::new();
    verifier
        .verify_all(&["a", "!", "b"], &mut |_, verdict| {
            answers.push(verdict);
            ControlFlow::Continue(())
        })
        .expect("answers");
    assert!(matches!(&answers[..], [Verdict::Rejected(_), Verdict::Crashed(why), Verdict::Rejected(_)] if why.contains("planted")));
}

#[test]
fn partitions_cover_every_case_exactly_once() {
    let cases = |k, n| {
        let gauntlet = Gauntlet::new(toy(false)).algorithms([Algorithm::HS256]).partition(k, n);
        gauntlet.plan().tokens().into_iter().map(str::to_owned).collect::<Vec<_>>()
    };
    let mut parts: Vec<String> = (1..=3).flat_map(|k| cases(k, 3)).collect();
    let mut whole = cases(1, 1);
    parts.sort();
    whole.sort();
    assert_eq!(parts, whole);
}

/// Whoever stops a run has not let it ask again.
#[test]
fn an_answer_that_came_late_once_is_no_finding_of_a_stopped_run() {
    let stop = Arc::new(AtomicBool::new(false));
    let stopped = Arc::clone(&stop);
    let stopping = move |trust: &Trust| -> Result<Toy, ConfigureError> {
        let (verify, stop) = (toy(false)(trust)?, Arc::clone(&stopped));
        Ok(Box::new(move |token: &str| {
            // Every control has three segments.
            if token.matches('.').count() != 2 && !stop.swap(true, Ordering::Relaxed) {
                std::thread::sleep(Duration::from_millis(200));
            }
            verify(token)
        }))
    };
    let report = Gauntlet::new(stopping).algorithms([Algorithm::HS256]).jobs(1).run_with(&|_| {}, &stop).expect("runs");
    assert!(report.summary.interrupted);
    assert!(report.findings.iter().all(|finding| finding.outcome != Outcome::Slow), "{:?}", report.findings);
    assert_eq!(report.skipped.iter().filter(|skipped| skipped.reason.contains("was slow")).count(), 1);
}

/// What `assert_secure` says about a report.
fn failure(report: &Report) -> String {
    let failure = std::panic::catch_unwind(|| report.assert_secure()).expect_err("the test of a user fails");
    failure.downcast_ref::<String>().cloned().expect("a message")
}

#[test]
fn a_run_that_asked_nothing_is_not_secure() {
    let report = Gauntlet::new(toy(false)).algorithms([Algorithm::HS256]).catalogue(Catalogue::default()).run().expect("runs");
    assert_eq!(report.summary.asked, 0);
    assert!(failure(&report).contains("every case was skipped"), "{}", failure(&report));
}

#[test]
fn a_target_that_is_lost_midway_is_not_secure() {
    let sound = toy(true);
    let lost = |trust: &Trust| {
        let verify = sound(trust)?;
        Ok(Lost(verify, AtomicUsize::new(0)))
    };
    let mut catalogue = Catalogue::built_in();
    catalogue.select(&["alg-none".to_owned()], &[]).expect("there is such a group");
    let report =
        Gauntlet::new(lost).algorithms([Algorithm::HS256]).catalogue(catalogue).jobs(1).run().expect("what was found is kept");
    assert!(report.failure.as_deref().is_some_and(|failure| failure.contains("gone")), "{:?}", report.summary);
    let mut known = report;
    known.findings.clear();
    assert!(failure(&known).contains("the target was lost, so that nothing was proven: gone"), "{}", failure(&known));
}

#[test]
fn a_target_that_is_lost_before_anything_was_found_leaves_a_report() {
    let sound = toy(false);
    let lost = |trust: &Trust| Ok(Lost(sound(trust)?, AtomicUsize::new(0)));
    let report = Gauntlet::new(lost).algorithms([Algorithm::HS256]).jobs(1).run().expect("the controls that passed are told");
    assert!(report.findings.is_empty() && report.controls[0].genuine_accepted > 0, "{:?}", report.controls);
    assert_eq!(report.failure.as_deref(), Some("gone"));
    assert!(failure(&report).contains("the target was lost"), "{}", failure(&report));
}

#[test]
fn an_acceptance_beside_refused_genuine_tokens_is_doubted_unless_the_canary_came_back() {
    let upside_down = |echoes: bool| {
        move |trust: &Trust| {
            let verify = toy(false)(trust)?;
            Ok(move |token: &str| match verify(token) {
                Verdict::Accepted(_) => Verdict::rejected("good"),
                _ if echoes => Verdict::accepted(payload(token)),
                _ => Verdict::Accepted(None),
            })
        }
    };
    let run = |echoes| Gauntlet::new(upside_down(echoes)).algorithms([Algorithm::HS256]).run().expect("runs");
    // Turned upside down, it accepts genuine tokens where an odd configuration makes it refuse them.
    let of = |report: &Report, proof: Proof| {
        let usual = report.controls.iter().find(|control| control.usual).expect("it was asked").configuration.clone();
        let found = report.findings.iter().filter(|finding| finding.configuration == usual);
        found.filter(|finding| finding.proof == Some(proof)).cloned().collect::<Vec<_>>()
    };
    let silent = run(false);
    let doubted = of(&silent, Proof::Doubtful);
    assert!(doubted.len() > 100, "{}", doubted.len());
    assert_eq!(of(&silent, Proof::Answer), []);
    assert!(doubted.iter().all(|f| f.severity <= Severity::Medium && f.why.contains("refused every genuine token")));
    let proven = of(&run(true), Proof::Canary);
    assert!(proven.iter().any(|f| f.outcome == Outcome::Forged && f.severity == Severity::Critical), "{}", proven.len());
}

/// The claims of a token, unverified.
fn payload(token: &str) -> String {
    let segment = token.split('.').nth(1).unwrap_or_default();
    String::from_utf8_lossy(&BASE64URL_NOPAD.decode(segment.as_bytes()).unwrap_or_default()).into_owned()
}

/// Gives no answer after the first twenty.
struct Lost(Toy, AtomicUsize);

impl Verifier for Lost {
    fn verify(&self, token: &str) -> Result<Verdict, AskError> {
        match self.1.fetch_add(1, Ordering::Relaxed) {
            0..20 => Ok((self.0)(token)),
            _ => Err(AskError::Unreachable("gone".to_owned())),
        }
    }
}

#[test]
fn a_verifier_that_accepts_a_broken_signature_is_not_secure() {
    // Whoever quotes the issuer's header and claims is believed; the chosen attacks quote neither.
    let quoting = |trust: &Trust| {
        let key = trust.public_key().map_err(|e| ConfigureError::Unsupported(e.to_string()))?;
        Ok(move |token: &str| {
            let (input, signature) = token.rsplit_once('.').unwrap_or_default();
            let signature = BASE64URL_NOPAD.decode(signature.as_bytes()).unwrap_or_default();
            let genuine = key.verifies(Algorithm::HS256, input.as_bytes(), &signature);
            let broken = |index: usize| {
                let mut mended = signature.clone();
                if let Some(byte) = mended.get_mut(index) {
                    *byte ^= 0x40;
                }
                key.verifies(Algorithm::HS256, input.as_bytes(), &mended)
            };
            if genuine || broken(8) { Verdict::Accepted(None) } else { Verdict::rejected("bad signature") }
        })
    };
    let mut catalogue = Catalogue::built_in();
    catalogue.select(&["alg-none/exact".to_owned()], &[]).expect("there is such a class");
    let report = Gauntlet::new(quoting).algorithms([Algorithm::HS256]).catalogue(catalogue).run().expect("runs");
    assert_eq!(report.findings, []);
    assert!(failure(&report).contains("a token with a broken signature was accepted"), "{}", failure(&report));
}

#[test]
fn a_refusal_beside_a_refused_twin_proves_nothing() {
    // A service that looks its users up: of forged tokens it knows none, whoever signed them.
    let by_subject = |trust: &Trust| {
        let verify = toy(true)(trust)?;
        Ok(move |token: &str| {
            let known = ["\"user\"", "\"another-user\""].iter().any(|subject| payload(token).contains(subject));
            if known { verify(token) } else { Verdict::rejected("no such user") }
        })
    };
    let run = |classes: &[&str]| {
        let mut catalogue = Catalogue::built_in();
        catalogue
            .select(&classes.iter().map(|class| (*class).to_owned()).collect::<Vec<_>>(), &[])
            .expect("there are such classes");
        Gauntlet::new(by_subject).algorithms([Algorithm::HS256]).catalogue(catalogue).run().expect("runs")
    };
    let report = run(&["alg-none"]);
    assert!(report.summary.vacuous > report.summary.held, "{:?}", report.summary);
    assert_eq!(report.vacuous.len() + report.summary.held + report.summary.skipped + report.findings.len(), report.summary.cases);
    assert!(report.vacuous.iter().any(|case| case.reason == "refused without the forged part too: no such user"));
    assert!(failure(&report).contains("refusals prove nothing: the tokens are refused without the forged part too"));
    assert_eq!(Conclusion::of(&report, Severity::Medium, &Baseline::default()).exit_code(), 3);
}

#[test]
fn the_reference_verifier_refuses_no_twin_but_those_in_json() {
    let report = Gauntlet::new(Strict).run().expect("runs");
    assert!(report.summary.vacuous < report.summary.asked / 10, "{:?}", report.summary);
    let unexplained: Vec<_> = report.vacuous.iter().filter(|case| !case.reason.ends_with("there are not three segments")).collect();
    assert!(unexplained.is_empty(), "{unexplained:?}");
    let json = ["alg-none/wrong-place", "confusion/unprotected-alg", "control/no-token", "sig-strip/json-"];
    assert!(report.vacuous.iter().all(|case| json.iter().any(|class| case.case.starts_with(class))), "{:?}", report.summary);
}
