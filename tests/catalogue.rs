//! The built-in catalogue: every case can be forged, no two are the same token, and the oracle agrees with what each file expects.

#![expect(clippy::print_stdout, reason = "skips and counts are there for whoever runs the tests with --nocapture")]

use std::collections::{BTreeMap, HashMap};

use jwt_gauntlet::{
    algorithm::Algorithm,
    catalogue::{Case, Catalogue},
    recipe::{Base, Forged},
    verdict::{Expectation, Provenance},
};

const ALGORITHMS: [Algorithm; 14] = Algorithm::ALL;

/// Why a case may be left out although its file says that it applies: OpenSSH has no name for keys on secp256k1.
const KNOWN_SKIPS: [&str; 1] = ["the trusted key has no shape `ssh"];

/// Forges every applicable case. With `id`, all under one id, so that canaries and random bytes no longer tell equal recipes apart.
fn forge_all<'a>(catalogue: &'a Catalogue, algorithm: Algorithm, id: Option<&str>) -> Vec<(&'a Case, Result<Forged, String>)> {
    let applicable = catalogue.cases.iter().filter(|case| case.applies.contains(&algorithm));
    let mut issuers = HashMap::new();
    let forged = applicable.map(|case| {
        let label = case.configuration.label();
        let issuer = issuers.entry(label.clone()).or_insert_with(|| case.configuration.issuer(algorithm));
        let forged = match issuer {
            Some(issuer) => case.recipe.forge(issuer, 1, id.unwrap_or(&case.id)).map_err(|error| error.to_string()),
            None => Err(format!("no configuration: {label}")),
        };
        (case, forged)
    });
    forged.collect()
}

#[test]
fn every_applicable_case_is_forged_or_has_a_known_reason_not_to_be() {
    let catalogue = Catalogue::built_in();
    for algorithm in ALGORITHMS {
        let mut groups: BTreeMap<&str, usize> = BTreeMap::new();
        for (case, forged) in forge_all(&catalogue, algorithm, None) {
            match forged {
                Ok(_) => *groups.entry(group(case)).or_default() += 1,
                Err(reason) => {
                    println!("{algorithm} skips {}: {reason}", case.id);
                    assert!(KNOWN_SKIPS.iter().any(|known| reason.starts_with(known)), "{algorithm} {}: {reason}", case.id);
                }
            }
        }
        println!("{algorithm}: {} cases, {groups:?}", groups.values().sum::<usize>());
    }
}

#[test]
fn no_two_cases_make_the_same_token() {
    let catalogue = Catalogue::built_in();
    let mut twins = Vec::new();
    for algorithm in ALGORITHMS {
        let mut seen: HashMap<(String, String), &str> = HashMap::new();
        for (case, forged) in forge_all(&catalogue, algorithm, Some("the same for all")) {
            let Ok(forged) = forged else { continue };
            if let Some(twin) = seen.insert((case.configuration.label(), forged.token.0), &case.id) {
                twins.push(format!("{algorithm}: {twin} and {}", case.id));
            }
        }
    }
    assert!(twins.is_empty(), "the same token under two ids:\n{}", twins.join("\n"));
}

#[test]
fn the_oracle_agrees_with_what_the_files_expect() {
    let catalogue = Catalogue::built_in();
    for algorithm in ALGORITHMS {
        for (case, forged) in forge_all(&catalogue, algorithm, None) {
            let Ok(forged) = forged else { continue };
            let issued = !forged.issued.is_empty();
            let fits = match (&case.expect, case.recipe.from) {
                (Expectation::Accept, _) => forged.provenance == Provenance::Genuine,
                (Expectation::Reject, Base::Forged) if !issued => forged.provenance == Provenance::Forged,
                // A genuine token that nobody changed cannot be one to refuse under the usual key.
                (Expectation::Reject, Base::Genuine) if !issued => forged.provenance != Provenance::Genuine,
                _ => true,
            };
            assert!(fits, "{algorithm} {}: {:?} under {:?}", case.id, forged.provenance, case.expect);
        }
    }
}

#[test]
fn every_attack_says_what_it_is_and_what_to_do() {
    for attack in Catalogue::built_in().attacks() {
        assert!(!attack.title.ends_with('.') && !attack.title.is_empty(), "{}: a title is a sentence without its stop", attack.id);
        assert!(attack.remedy.ends_with('.'), "{}: a remedy is a sentence", attack.id);
        assert!(!attack.references.is_empty(), "{}: no reference", attack.id);
        assert!(attack.cwe.iter().all(|cwe| cwe.starts_with("CWE-")) && !attack.cwe.is_empty(), "{}: no CWE", attack.id);
    }
}

fn group(case: &Case) -> &str {
    case.attack.id.split('/').next().unwrap_or_default()
}

#[test]
fn every_class_that_the_comparison_with_peers_names_exists() {
    assert_eq!(missing_from_peers(), Vec::<String>::new());
}

/// Shows in review what a change adds to the catalogue or drops from it. After a wanted change:
/// `UPDATE_GOLDEN=1 cargo test --test catalogue`.
#[test]
fn the_ids_are_those_of_the_golden_list() {
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/golden/ids.txt");
    let ids: String = Catalogue::built_in().cases.iter().map(|case| format!("{}\n", case.id)).collect();
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        std::fs::write(file, &ids).expect("the golden list can be written");
    }
    let golden = std::fs::read_to_string(file).unwrap_or_default();
    let added: Vec<_> = ids.lines().filter(|id| !golden.lines().any(|known| known == *id)).collect();
    let dropped: Vec<_> = golden.lines().filter(|id| !ids.lines().any(|now| now == *id)).collect();
    assert!(
        ids == golden,
        "UPDATE_GOLDEN=1 cargo test --test catalogue, if this is wanted\nadded: {added:#?}\ndropped: {dropped:#?}"
    );
}

/// Names in the last column of the tables of `docs/peers.md` that are neither a class nor the start of a case id.
fn missing_from_peers() -> Vec<String> {
    let catalogue = Catalogue::built_in();
    let text = include_str!("../docs/peers.md").replace("\\|", "");
    let cells =
        text.lines().filter(|line| line.starts_with("| ")).filter_map(|line| line.trim_end_matches(" |").rsplit(" | ").next());
    let names = cells.flat_map(|cell| cell.split('`').skip(1).step_by(2)).filter(|name| name.contains('/'));
    let exists =
        |name: &str| catalogue.cases.iter().any(|case| case.attack.id == name || case.id.starts_with(name) && name.contains('#'));
    names.filter(|name| !exists(name)).map(str::to_owned).collect()
}
