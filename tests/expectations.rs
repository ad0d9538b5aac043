//! What the attack files expect, held against what the oracle says of the bytes alone: two witnesses, of which neither reads the other.
//!
//! A file says what a verifier must do with a case; the oracle knows the key, the list of what was signed, and the model of the rules.
//! Where the two differ, one of them is wrong, or the difference has a reason, which is written down here.
//!
//! Deliberately absent: whether the key alone tells as much as that list, which `oracle::recognise` asks of the whole catalogue itself.

use std::collections::HashMap;

use jwt_gauntlet::{
    Algorithm, Catalogue, Outcome, Verdict,
    catalogue::Case,
    internal::oracle::{self, policy},
    issuer::Issuer,
    recipe::Forged,
    verdict::{Echo, Expectation, Provenance},
};
use rayon::prelude::*;
use wildmatch::WildMatch;

/// Cases, by glob over their ids, in which the two differ, and why that is so.
const DIFFERENT: [(&str, &str); 10] = [
    ("confusion/key-type-mismatch#configured-x25519", KEY),
    ("hmac/short-secret#*", KEY),
    ("rsa/1024-bit-key", KEY),
    ("rsa/factorable-keys#*", KEY),
    ("rsa/guessable-primes#*", KEY),
    (
        "hmac/empty-key#configured-*",
        "the operator's own secret is the empty one: from the bytes, whoever made this MAC may be the issuer",
    ),
    (
        "hmac/long-key-hash",
        "to HMAC both keys are one (RFC 2104 section 2), so that the token is the issuer's; the case is there to be read",
    ),
    (
        "ecdsa/high-s",
        "half of all signatures have a high s, so that no rule speaks against it; who wants one spelling may refuse it",
    ),
    ("control/benign-json#fractional-*", FRACTION),
    ("control/benign-json#past-nbf-1704067200.5", FRACTION),
];

const KEY: &str = "the weakness lies in the key that the operator configured: no token shows it";

const FRACTION: &str = "a time with a fraction is legal (RFC 7519 section 2), so that refusing it is worth a note; too many libraries do for a failed test";

/// What a verifier does about a token, and what it means if it accepts.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Says {
    Accept,
    Either,
    Refuse(Outcome),
}

fn file(case: &Case, forged: &Forged) -> Says {
    let outcome = oracle::judge(&case.expect, forged.provenance, &Verdict::Accepted(None), Echo::Silent);
    match (outcome, &case.expect) {
        (Outcome::Held, Expectation::Accept) => Says::Accept,
        (Outcome::Held, _) => Says::Either,
        (outcome, _) => Says::Refuse(outcome),
    }
}

fn bytes(issuer: &Issuer, forged: &Forged) -> Says {
    let (oracle, token) = (issuer.oracle(), forged.token.as_str());
    let (verifies, open) = (oracle.verifies(token), oracle.is_left_open(token));
    if forged.provenance == Provenance::Forged && !verifies && !open {
        return Says::Refuse(Outcome::Forged);
    }
    let rules = policy::judge(&issuer.trust, token, oracle::now());
    match oracle.meaning(token, &forged.issued, &forged.canary, &Verdict::Accepted(None)).outcome {
        Outcome::Held if verifies && !open && rules == policy::Ruling::Good => Says::Accept,
        Outcome::Held => Says::Either,
        outcome => Says::Refuse(outcome),
    }
}

/// The cases that apply to an algorithm and in which the two differ.
fn differing(catalogue: &Catalogue, algorithm: Algorithm) -> Vec<(&str, String)> {
    let mut issuers: HashMap<String, Option<Issuer>> = HashMap::new();
    let mut differing = Vec::new();
    for case in catalogue.cases.iter().filter(|case| case.applies.contains(&algorithm)) {
        let issuer = issuers.entry(case.configuration.label()).or_insert_with(|| case.configuration.issuer(algorithm));
        // Whether a case can be forged at all is asked in tests/catalogue.rs.
        let Some(Ok(forged)) = issuer.as_ref().map(|issuer| case.recipe.forge(issuer, 1, &case.id)) else { continue };
        let (file, bytes) = (file(case, &forged), issuer.as_ref().map(|issuer| bytes(issuer, &forged)));
        if bytes != Some(file) {
            differing.push((&*case.id, format!("{} for {algorithm}: the file says {file:?}, the bytes say {bytes:?}", case.id)));
        }
    }
    differing
}

#[test]
fn the_files_and_the_oracle_agree_on_every_case_or_have_a_reason_not_to() {
    let catalogue = Catalogue::built_in();
    let differing: Vec<(&str, String)> =
        Algorithm::ALL.into_par_iter().flat_map_iter(|algorithm| differing(&catalogue, algorithm)).collect();
    let listed = DIFFERENT.map(|(cases, why)| (WildMatch::new(cases), why));
    let unexplained: Vec<&String> =
        differing.iter().filter(|(id, _)| !listed.iter().any(|(cases, _)| cases.matches(id))).map(|(_, line)| line).collect();
    assert!(unexplained.is_empty(), "{unexplained:#?}");
    for (cases, why) in listed {
        assert!(differing.iter().any(|(id, _)| cases.matches(id)), "{cases} no longer differs: {why}");
    }
}
