use std::sync::Arc;

use super::*;
use crate::{
    algorithm::Algorithm,
    catalogue::Attack,
    report::{Finding, Proof, Skipped, Summary, Target},
    verdict::Claims,
};

fn control(algorithm: Algorithm, refused: usize) -> Control {
    Control {
        algorithm,
        configuration: "usual key".to_owned(),
        usual: true,
        genuine_accepted: 14 - refused,
        genuine_refused: refused,
        broken_accepted: 0,
        unsupported: None,
        refusal: (refused > 0).then(|| "InvalidIssuerError: \x1b[31mno".to_owned()),
    }
}

fn finding(case: &str, algorithm: Algorithm, outcome: Outcome, severity: Severity) -> Finding {
    Finding {
        case: case.to_owned(),
        algorithm,
        outcome,
        severity,
        title: "An unsigned token is accepted when alg spells `none` in other letter case".to_owned(),
        token: format!("eyJhbGciOiJOb25lIn0.{}.", "eyJz".repeat(60)),
        claims: Some(Claims("{}".to_owned())),
        why: "The target accepted claims that no trusted key signed, and returned them: canary 00112233 came back.".to_owned(),
        references: vec!["RFC 8725 section 3.1".to_owned(), "CVE-2015-9235".to_owned()],
        cwe: vec!["CWE-347".to_owned()],
        remedy: "Compare alg with an allow list, case-sensitively, before any other processing.".to_owned(),
        proof: Some(Proof::Canary),
        configuration: "usual key".to_owned(),
    }
}

fn report(findings: Vec<Finding>) -> Report {
    Report {
        target: Target { name: "Example".to_owned(), version: "1.2.3".to_owned() },
        seed: 1,
        summary: Summary {
            cases: 1312,
            asked: 1300,
            held: 1300 - findings.len(),
            vacuous: 0,
            skipped: 12,
            findings: findings.len(),
            interrupted: false,
        },
        findings,
        skipped: Vec::new(),
        vacuous: Vec::new(),
        controls: vec![control(Algorithm::RS256, 0), control(Algorithm::ES256, 0)],
        conduct: Conduct::default(),
        failure: None,
    }
}

#[test]
fn a_target_that_ends_on_its_own_is_never_silently_held() {
    let mut report = report(Vec::new());
    report.conduct.restarts = 27;
    report.conduct.asked_again = 1;
    let text = shown(&report, &Baseline::default()).split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(text.starts_with("HELD"), "{text}");
    for part in ["The target ended on its own 27 times", "conduct the target had to be restarted 27 times", "1 answer was lost"] {
        assert!(text.contains(part), "{part} is missing in {text}");
    }
}

fn shown(report: &Report, baseline: &Baseline) -> String {
    let style = Style { width: 80, ..Style::default() };
    let view =
        View { style, fail_on: Severity::Medium, baseline, took: None, target: "exec:./it", options: "", front: Front::Attack };
    let mut out = Vec::new();
    write(&mut out, report, &view).expect("writes to memory");
    String::from_utf8(out).expect("reports are UTF-8")
}

#[test]
fn a_forged_token_is_the_headline_and_shown_with_proof_and_cure() {
    let forged = |case, algorithm| finding(case, algorithm, Outcome::Forged, Severity::Critical);
    let text = shown(
        &report(vec![
            forged("alg-none/case-variants#None", Algorithm::RS256),
            forged("alg-none/case-variants#nOnE", Algorithm::RS256),
            forged("alg-none/case-variants#None", Algorithm::ES256),
            finding("b64/padding#one", Algorithm::RS256, Outcome::Malleable, Severity::Low),
        ]),
        &Baseline::default(),
    );
    let expected = "\
FORGED: 3 of 1,300 attack tokens were accepted, though no trusted key signed
them.

target    Example 1.2.3
controls  RS256   passed   14 of 14 genuine tokens accepted, broken ones refused
          ES256   passed   14 of 14 genuine tokens accepted, broken ones refused

FORGED  accepted, though no trusted key signed it: anyone can make such a token

  critical  alg-none/case-variants  RS256 ES256
            An unsigned token is accepted when alg spells `none` in other letter
            case
            cases       2: #None #nOnE
            why         The target accepted claims that no trusted key signed,
                        and returned them: canary 00112233 came back.
            token       eyJhbGciOiJOb25lIn0.eyJzeyJzeyJzeyJze…  (261 characters)
            full token  jwt-gauntlet forge 'alg-none/case-variants#None' --alg RS256
            fix         Compare alg with an allow list, case-sensitively, before
                        any other processing.
            see         RFC 8725 section 3.1, CVE-2015-9235, CWE-347

MALLEABLE  the issuer's claims accepted in a changed token, which bypasses
           denylists and caches

  low       b64/padding                       RS256 · 1 case
            An unsigned token is accepted when alg spells `none` in other letter
            case

NEXT
  how the attack works:   jwt-gauntlet show alg-none/case-variants
  after the fix:          jwt-gauntlet attack exec:./it --attacks alg-none/case-variants --alg RS256,ES256

1,312 cases: 1,296 held, 4 findings, 12 skipped; seed 1; exit 1: findings at or
above medium
";
    assert_eq!(text, expected);
    // Commands are not broken, so that they can be copied.
    assert!(text.lines().all(|line| line.chars().count() <= 80 || line.contains("  jwt-gauntlet ")));
}

#[test]
fn the_command_after_the_fix_asks_the_same_again() {
    let forged = |case, algorithm| finding(case, algorithm, Outcome::Forged, Severity::Critical);
    let mut report = report(vec![forged("mine/it's odd#1", Algorithm::ES256K), forged("alg-none/exact#1", Algorithm::RS256)]);
    report.seed = 7;
    let style = Style { width: 80, ..Style::default() };
    let (baseline, options) = (Baseline::default(), " --catalogue mine");
    let view = View {
        style,
        fail_on: Severity::Medium,
        baseline: &baseline,
        took: None,
        target: "exec:./it",
        options,
        front: Front::Attack,
    };
    let mut out = Vec::new();
    write(&mut out, &report, &view).expect("writes to memory");
    let text = String::from_utf8(out).expect("UTF-8");
    let command = r"jwt-gauntlet attack exec:./it --attacks 'mine/it'\''s odd' --alg ES256K --seed 7 --catalogue mine";
    assert!(text.contains(command), "{text}");
    let words = shell_words::split(command).expect("a shell reads it");
    assert_eq!(words[4], "mine/it's odd");
}

#[test]
fn no_heading_is_wider_than_the_terminal() {
    let long = "confusion/a-class-with-a-name-that-leaves-no-room-at-all#1";
    for (case, severity) in [("alg-none/exact#1", Severity::Critical), (long, Severity::Critical), (long, Severity::Low)] {
        let findings = Algorithm::ALL.into_iter().map(|algorithm| finding(case, algorithm, Outcome::Forged, severity));
        let text = shown(&report(findings.collect()), &Baseline::default());
        let wide: Vec<&str> = text.lines().filter(|line| line.chars().count() > 80 && !line.contains("  jwt-gauntlet ")).collect();
        assert!(wide.is_empty() && text.contains("ES256K EdDSA"), "{wide:#?}\n{text}");
    }
}

#[test]
fn what_does_not_fail_an_interrupted_run_is_told() {
    let mut report = report(vec![finding("a/b#1", Algorithm::RS256, Outcome::Malleable, Severity::Low)]);
    report.summary.interrupted = true;
    let text = shown(&report, &Baseline::default()).replace('\n', " ");
    assert!(text.contains("with nothing that fails it so far. 1 finding below `--fail-on medium`."), "{text}");
    report.findings.clear();
    let text = shown(&report, &Baseline::default()).replace('\n', " ");
    assert!(text.contains("with no finding so far."), "{text}");
}

#[test]
fn vacuous_refusals_are_told_and_prove_nothing_where_they_are_most() {
    let attack = Arc::clone(&crate::catalogue::Catalogue::built_in().cases[0].attack);
    let case = Skipped { case: "a/b#1".to_owned(), algorithm: Algorithm::RS256, reason: "no such user".to_owned(), attack };
    let mut report = report(Vec::new());
    report.vacuous = vec![case; 2];
    report.summary.vacuous = 2;
    let text = shown(&report, &Baseline::default());
    assert!(text.starts_with("HELD") && text.contains("VACUOUS  2 refusals") && text.contains("2  no such user"), "{text}");
    assert!(text.contains("1,300 held, 2 vacuous,"), "{text}");
    report.summary.held = 1;
    let text = shown(&report, &Baseline::default());
    assert!(text.starts_with("PROVED NOTHING: 2 of 3 refusals say nothing") && text.contains("exit 3"), "{text}");
    let replayed = Replayed::of(&report, &[("a/b#1".to_owned(), Algorithm::RS256)]);
    assert_eq!((replayed[0].outcome, replayed[0].reason.as_deref()), (Outcome::Vacuous, Some("no such user")));
}

#[test]
fn what_is_doubtful_is_not_called_a_forgery() {
    let doubtful =
        Finding { proof: Some(Proof::Doubtful), ..finding("a/b#1", Algorithm::RS256, Outcome::Forged, Severity::Medium) };
    let text = shown(&report(vec![doubtful.clone()]), &Baseline::default()).replace('\n', " ");
    assert!(text.starts_with("DOUBTFUL: 1 of 1,300 attack tokens was accepted, while genuine tokens were refused"), "{text}");
    assert!(text.contains("DOUBTFUL  accepted, while genuine tokens were refused") && !text.contains("anyone can make"), "{text}");
    let proven = finding("a/b#2", Algorithm::RS256, Outcome::Forged, Severity::Critical);
    assert!(shown(&report(vec![proven, doubtful]), &Baseline::default()).starts_with("FORGED"));
}

#[test]
fn refused_genuine_tokens_prove_nothing_and_cannot_steer_the_terminal() {
    let mut report = report(Vec::new());
    report.controls[1] = control(Algorithm::ES256, 14);
    let text = shown(&report, &Baseline::default());
    assert!(text.starts_with("PROVED NOTHING: the controls failed. The target refused genuine tokens (ES256)"), "{text}");
    assert!(text.contains("FAILED   14 of 14 genuine tokens refused. Reason:"), "{text}");
    assert!(!text.contains('\x1b') && text.contains("\\u{1b}[31mno"), "{text}");
    assert!(text.contains("exit 3"), "{text}");
    assert!(text.contains("jwt-gauntlet attack exec:./it --alg ES256 --report json"), "{text}");
}

#[test]
fn what_the_baseline_knows_does_not_fail() {
    let known = report(vec![finding("a/b#1", Algorithm::RS256, Outcome::Forged, Severity::Critical)]);
    let mut json = Vec::new();
    super::super::json::write(&mut json, &known).expect("writes to memory");
    let baseline = Baseline::read(&String::from_utf8(json).expect("UTF-8")).expect("a report is a baseline");
    let text = shown(&known, &baseline);
    assert!(text.starts_with("HELD: nothing new among 1,300 attack tokens. 1 known finding in the baseline."), "{text}");
    assert!(text.contains("known from the baseline") && text.contains("exit 0"), "{text}");
    let worse = report(vec![finding("a/b#1", Algorithm::ES256, Outcome::Forged, Severity::Critical)]);
    assert!(
        shown(&worse, &baseline).starts_with("FORGED: 1 of 1,300 attack tokens was accepted, though no trusted key signed it.")
    );
}

#[test]
fn an_interrupted_run_says_how_far_it_came() {
    let mut report = report(Vec::new());
    report.summary.interrupted = true;
    report.summary.asked = 300;
    let text = shown(&report, &Baseline::default());
    assert!(text.starts_with("PROVED NOTHING: the run was stopped after 300 of 1,312 cases"), "{text}");
}

#[test]
fn a_target_that_was_lost_is_no_clean_run() {
    let mut report = report(Vec::new());
    report.failure = Some("the adapter died 20 times in a row".to_owned());
    report.summary.interrupted = true;
    report.summary.asked = 300;
    let text = shown(&report, &Baseline::default());
    assert!(text.starts_with("PROVED NOTHING: the target stopped responding after 300 of 1,312 cases"), "{text}");
    assert!(text.contains("\nlost      the adapter died 20 times in a row\n"), "{text}");
    assert_eq!(Conclusion::of(&report, Severity::Medium, &Baseline::default()).exit_code(), 4);
}

#[test]
fn skipped_cases_are_counted_by_reason() {
    let attack = Arc::new(Attack {
        id: "a/b".to_owned(),
        title: String::new(),
        severity: Severity::Low,
        cwe: Vec::new(),
        references: Vec::new(),
        remedy: String::new(),
    });
    let skip = |reason: &str| Skipped {
        case: "a/b#1".to_owned(),
        algorithm: Algorithm::RS256,
        reason: reason.to_owned(),
        attack: Arc::clone(&attack),
    };
    let mut report = report(Vec::new());
    report.skipped = vec![skip("one"), skip("two"), skip("two")];
    let text = shown(&report, &Baseline::default());
    assert!(text.contains("SKIPPED  3 cases, not sent or not judged\n       2  two\n       1  one\n"), "{text}");
}
