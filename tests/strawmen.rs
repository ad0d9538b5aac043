//! Proof that attacks bite: every case that must be refused fells a vulnerable verifier, every vulnerable verifier is felled, and
//! no sound verifier is.

use std::{
    cell::OnceCell,
    collections::{BTreeSet, HashMap},
    panic::{self, AssertUnwindSafe},
    sync::{Mutex, OnceLock, atomic::AtomicBool},
};

use jwt_gauntlet::{
    algorithm::Algorithm,
    attack::{Gauntlet, Plan},
    catalogue::{Case, Catalogue},
    internal::verifier::strawman::{Hole, Strawman},
    issuer::Issuer,
    verdict::{Expectation, Outcome, Verdict},
    verifier::{Implementation, Verifier, strict::Strict},
};
use rayon::prelude::*;

const ALGORITHMS: [Algorithm; 14] = Algorithm::ALL;

/// Vulnerable verifiers that fall for so much that it says nothing about a case; they count for the groups that they are made for
/// only.
fn tells(hole: Hole, case: &str) -> bool {
    let groups: &[&str] = match hole {
        Hole::SignatureIgnored => &["control/", "sig-ignored/"],
        Hole::EmptySignature | Hole::TwoSegments | Hole::MalformedIsNull => &["control/", "sig-"],
        Hole::CastPanics => &["confusion/key-type-mismatch"],
        Hole::KeyTypeCast => &["confusion/key-type-mismatch#configured-cast"],
        _ => return true,
    };
    groups.iter().any(|group| case.starts_with(group))
}

/// Vulnerable verifiers for groups of attacks; they may stand for as long as the catalogue has no case of that group.
const AWAITED: [(Hole, &str); 12] = [
    (Hole::SplitTwice, "seg/"),
    (Hole::ExtraSegments, "seg/"),
    (Hole::LeadingSegments, "seg/"),
    (Hole::JsonAccepted, "ser/"),
    (Hole::AnyJson, "json/"),
    (Hole::TimesIgnored, "exp/"),
    (Hole::OddTypesSkipped, "exp/"),
    (Hole::AudienceIgnored, "aud/"),
    (Hole::TextsOverlap, "aud/"),
    (Hole::IssuerIgnored, "iss/"),
    (Hole::CritIgnored, "crit/"),
    (Hole::TypIgnored, "typ/"),
];

/// The cases of one configuration that must be refused, with their tokens.
struct Stage<'a> {
    issuer: Issuer,
    cases: Vec<(&'a Case, String)>,
}

fn stages(catalogue: &Catalogue, algorithm: Algorithm) -> Vec<Stage<'_>> {
    let mut stages: HashMap<String, Stage<'_>> = HashMap::new();
    let rejects = catalogue.cases.iter().filter(|c| c.expect == Expectation::Reject && c.applies.contains(&algorithm));
    for case in rejects {
        let label = case.configuration.label();
        if !stages.contains_key(&label) {
            let Some(issuer) = case.configuration.issuer(algorithm) else { continue };
            stages.insert(label.clone(), Stage { issuer, cases: Vec::new() });
        }
        let Stage { issuer, cases } = stages.get_mut(&label).expect("it was just put there");
        if let Ok(forged) = case.recipe.forge(issuer, 1, &case.id) {
            cases.push((case, forged.token.0));
        }
    }
    stages.into_values().collect()
}

/// Whether the vulnerable verifier takes the token, or dies of it.
fn falls(verifier: &dyn Verifier, token: &str) -> bool {
    let verdict = panic::catch_unwind(AssertUnwindSafe(|| verifier.verify(token)));
    !matches!(verdict, Ok(Ok(Verdict::Rejected(_))))
}

#[test]
fn every_case_fells_a_straw_man_and_every_straw_man_is_felled() {
    let catalogue = Catalogue::built_in();
    let stages: Vec<_> = ALGORITHMS.into_par_iter().flat_map(|algorithm| stages(&catalogue, algorithm)).collect();
    let felled = Mutex::new(HashMap::new());
    let standing = Mutex::new(BTreeSet::new());
    stages.par_iter().for_each(|Stage { issuer, cases }| {
        let holes: Vec<_> = Hole::ALL.iter().map(|hole| (*hole, OnceCell::new())).collect();
        for (case, token) in cases {
            // What felled one case of a class mostly fells the next, and loading a key costs more than asking.
            let lately = felled.lock().expect("unpoisoned").get(case.attack.id.as_str()).copied();
            let first = holes.iter().filter(|(hole, _)| Some(*hole) == lately);
            let fallen = first.chain(&holes).filter(|(hole, _)| tells(*hole, &case.id)).find(|(hole, verifier)| {
                let verifier = verifier.get_or_init(|| Strawman(*hole).configure(&issuer.trust).ok());
                verifier.as_ref().is_some_and(|verifier| falls(&**verifier, token))
            });
            match fallen {
                Some((hole, _)) => {
                    felled.lock().expect("unpoisoned").insert(case.attack.id.as_str(), *hole);
                }
                None => {
                    standing.lock().expect("unpoisoned").insert(format!("{} [{}]", case.id, issuer.trust.algorithm));
                }
            }
        }
    });
    let standing = standing.into_inner().expect("unpoisoned");
    assert!(standing.is_empty(), "{} cases fell no vulnerable verifier:\n{}", standing.len(), Vec::from_iter(standing).join("\n"));
    let felled: Vec<Hole> = felled.into_inner().expect("unpoisoned").into_values().collect();
    let awaited = |hole: &Hole| {
        let group = AWAITED.iter().find(|(awaited, _)| awaited == hole).map(|(_, group)| group);
        group.is_some_and(|group| !catalogue.cases.iter().any(|case| case.id.starts_with(group)))
    };
    let upright = Hole::ALL.par_iter().filter(|hole| !felled.contains(hole) && !awaited(hole) && !any_fells(**hole, &stages));
    let upright: Vec<_> = upright.collect();
    assert!(upright.is_empty(), "no case fells {upright:?}");
}

/// Which classes fell which vulnerable verifier, as a reviewer wants to see it change. After a wanted change:
/// `UPDATE_GOLDEN=1 cargo test --test strawmen`.
#[test]
fn each_straw_man_falls_to_the_classes_of_the_golden_list() {
    let algorithms = [Algorithm::HS256, Algorithm::RS256, Algorithm::PS256, Algorithm::ES256, Algorithm::EdDSA];
    let plan = Gauntlet::new(Strict).algorithms(algorithms).plan();
    let line = |hole: &Hole| {
        let gauntlet = Gauntlet::new(Strawman(*hole)).catalogue(Catalogue::default()).jobs(1);
        let report = gauntlet.run_plan(&plan, &|_| {}, &AtomicBool::new(false)).expect("a target in this process");
        let bad = report.findings.iter().filter(|f| f.outcome > Outcome::Overstrict);
        let classes: BTreeSet<&str> = bad.filter_map(|f| f.case.split('#').next()).collect();
        format!("{hole}: {}\n", Vec::from_iter(classes).join(" "))
    };
    let now: String = Hole::ALL.par_iter().map(line).collect::<Vec<_>>().concat();
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/golden/strawmen.txt");
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        std::fs::write(file, &now).expect("the golden list can be written");
    }
    let golden = std::fs::read_to_string(file).unwrap_or_default();
    let changed: Vec<_> = now.lines().filter(|line| !golden.lines().any(|known| known == *line)).collect();
    assert!(now == golden, "UPDATE_GOLDEN=1 cargo test --test strawmen, if this is wanted\nnow: {changed:#?}");
}

/// A verifier that compares as many bytes as it is given falls to an attacker who knows no secret, in 256 tries at most.
#[test]
fn one_blind_guess_of_a_single_byte_is_right() {
    let mut catalogue = Catalogue::built_in();
    catalogue.cases.retain(|case| case.id.starts_with("hmac/truncated-tag#blind"));
    let target = Strawman("mac-prefix".parse().expect("a vulnerable verifier"));
    let algorithms = [Algorithm::HS256, Algorithm::HS384, Algorithm::HS512];
    let report = Gauntlet::new(target).catalogue(catalogue).algorithms(algorithms).run().expect("a target in this process");
    let fallen: Vec<_> = report.findings.iter().map(|f| (f.algorithm, f.outcome)).collect();
    assert_eq!(fallen, algorithms.map(|algorithm| (algorithm, Outcome::Forged)));
}

fn any_fells(hole: Hole, stages: &[Stage<'_>]) -> bool {
    stages.iter().any(|Stage { issuer, cases }| {
        let verifier = Strawman(hole).configure(&issuer.trust);
        verifier.is_ok_and(|verifier| cases.iter().any(|(_, token)| falls(&*verifier, token)))
    })
}

/// Every case for every algorithm of the list, forged once: that takes far longer than asking.
fn plan() -> &'static Plan {
    static PLAN: OnceLock<Plan> = OnceLock::new();
    PLAN.get_or_init(|| Gauntlet::new(Strict).algorithms(ALGORITHMS).plan())
}

/// What a run over every algorithm of the list finds, as ids.
fn findings(target: impl Implementation, note: impl Fn(&jwt_gauntlet::report::Finding) -> bool) -> Vec<String> {
    let gauntlet = Gauntlet::new(target).catalogue(Catalogue::default());
    let report = gauntlet.run_plan(plan(), &|_| {}, &AtomicBool::new(false)).expect("a target in this process");
    assert_eq!(report.failed_controls().count(), 0, "{:?}", report.failed_controls().collect::<Vec<_>>());
    let told = |f: &jwt_gauntlet::report::Finding| format!("{:?} {} [{}] {}", f.outcome, f.case, f.algorithm, f.token);
    report.findings.iter().filter(|f| note(f)).map(told).collect()
}

#[test]
fn the_reference_verifier_holds() {
    let found = findings(Strict, |_| true);
    assert!(found.is_empty(), "{} findings:\n{}", found.len(), found.join("\n"));
}

#[test]
fn straw_men_take_genuine_tokens_and_refuse_broken_ones() {
    let baseline = |algorithm| {
        let key = jwt_gauntlet::keys::Key::of(jwt_gauntlet::keys::Role::Trusted, algorithm).expect("a key");
        let trust = jwt_gauntlet::trust::Trust::in_key(&key, algorithm);
        Issuer::new(Some(key.clone()), key.public().clone(), trust)
    };
    let issuers: Vec<_> = ALGORITHMS.into_iter().map(baseline).collect();
    for hole in Hole::ALL {
        for issuer in &issuers {
            let verifier = Strawman(*hole).configure(&issuer.trust).expect("a good key");
            let genuine = issuer.genuine().to_string();
            assert!(falls(&*verifier, &genuine), "{hole} {}", issuer.trust.algorithm);
            let stale = issuer.with_canary("c0ffee").to_string();
            assert_eq!(falls(&*verifier, &stale), *hole == Hole::SignatureIgnored, "{hole} {}", issuer.trust.algorithm);
        }
    }
}

#[cfg(feature = "jsonwebtoken")]
#[test]
fn jsonwebtoken_takes_no_forgery_on_either_back_end() {
    use jwt_gauntlet::verifier::jsonwebtoken::{Backend, JsonWebToken};
    let backends = [
        Backend::RustCrypto,
        #[cfg(feature = "aws-lc-rs")]
        Backend::AwsLcRs,
    ];
    for backend in backends {
        let found = findings(JsonWebToken { backend }, |f| f.outcome == Outcome::Forged);
        assert!(found.is_empty(), "{backend:?}, {} findings:\n{}", found.len(), found.join("\n"));
    }
}
