//! The attacks on signature primitives, as the catalogue has them: each is forged, and its provenance is what its file means.

use jwt_gauntlet::{
    algorithm::Algorithm,
    catalogue::{Case, Catalogue},
    configuration::Configuration,
    issuer::Issuer,
    keys::PublicMaterial,
    recipe::Forged,
    verdict::{Expectation, Provenance},
};

const GROUPS: [&str; 4] = ["ecdsa/", "eddsa/", "rsa/", "hmac/"];

fn forge_all(algorithm: Algorithm, mut with: impl FnMut(&Case, &Issuer, Forged)) {
    let ours = |case: &&Case| GROUPS.iter().any(|g| case.id.starts_with(g)) && case.applies.contains(&algorithm);
    let mut issuers: Vec<(Configuration, Issuer)> = Vec::new();
    for case in Catalogue::built_in().cases.iter().filter(ours) {
        if !issuers.iter().any(|(configuration, _)| *configuration == case.configuration) {
            let issuer = case.configuration.issuer(algorithm).unwrap_or_else(|| panic!("{}: no such key for {algorithm}", case.id));
            issuers.push((case.configuration.clone(), issuer));
        }
        let (_, issuer) = issuers.iter().find(|(configuration, _)| *configuration == case.configuration).expect("just made");
        let forged = case.recipe.forge(issuer, 1, &case.id).unwrap_or_else(|e| panic!("{} for {algorithm}: {e}", case.id));
        with(case, issuer, forged);
    }
}

#[test]
fn every_case_can_be_forged_for_every_algorithm_that_it_names() {
    for algorithm in Algorithm::ALL {
        forge_all(algorithm, |case, issuer, forged| {
            assert_eq!(forged.token.as_str().split('.').count(), 3, "{}", case.id);
            assert_ne!(forged.token.as_str(), issuer.genuine().to_string(), "{} is the genuine token", case.id);
        });
    }
}

#[test]
fn what_either_answer_fits_was_signed_by_the_issuer() {
    for algorithm in Algorithm::ALL {
        forge_all(algorithm, |case, _, forged| {
            if matches!(case.expect, Expectation::Either { .. }) {
                assert_ne!(forged.provenance, Provenance::Forged, "{} would be a forgery all the same", case.id);
            }
        });
    }
}

#[test]
fn only_files_about_policy_and_spelling_hold_tokens_that_the_issuer_signed() {
    let signed = [
        "ecdsa/der-form",
        "ecdsa/size",
        "ecdsa/high-s",
        "eddsa/s-plus-l",
        "eddsa/encoding",
        "eddsa/size-and-variant",
        "rsa/missing-null",
        "rsa/wrong-hash",
        "rsa/pss-parameters",
        "rsa/integer-edges",
        "rsa/pkcs1-padding-mutants",
        "rsa/factorable-keys",
        // Keys for which anyone can sign, the issuer included.
        "rsa/weak-keys",
        "rsa/prime-modulus",
        "rsa/guessable-primes",
        "eddsa/small-order-configured",
        "ecdsa/invalid-public-key",
        "rsa/1024-bit-key",
        "hmac/extended-tag",
        "hmac/secret-encoding",
        "hmac/long-key-hash",
        "hmac/wrong-hash",
        "hmac/short-secret",
    ];
    for algorithm in Algorithm::ALL {
        forge_all(algorithm, |case, _, forged| {
            let by_issuer = forged.provenance != Provenance::Forged;
            assert!(!by_issuer || signed.contains(&case.attack.id.as_str()), "{} for {algorithm}", case.id);
        });
    }
}

#[test]
fn the_reference_mathematics_refuse_what_must_be_refused() {
    // Anyone can sign for these keys, at once or after some work; only a check of the key itself helps.
    let by_key = ["eddsa/small-order-configured", "rsa/prime-modulus", "rsa/guessable-primes"];
    for algorithm in Algorithm::ALL {
        forge_all(algorithm, |case, issuer, forged| {
            let (input, signature) = forged.token.as_str().rsplit_once('.').expect("three segments");
            let Ok(signature) = data_encoding::BASE64URL_NOPAD.decode(signature.as_bytes()) else { return };
            let excused = by_key.contains(&case.attack.id.as_str()) || case.expect != Expectation::Reject;
            let good = issuer.public.verifies(algorithm, input.as_bytes(), &signature);
            assert!(excused || !good, "{} for {algorithm} is a good signature", case.id);
        });
    }
}

#[test]
fn macs_under_truncated_secrets_are_what_a_c_program_would_make() {
    let mut seen = 0;
    for algorithm in [Algorithm::HS256, Algorithm::HS384, Algorithm::HS512] {
        forge_all(algorithm, |case, issuer, forged| {
            let PublicMaterial::Secret(secret) = &issuer.public.material else { panic!("a secret") };
            let stop = match case.id.strip_prefix("hmac/key-truncation#") {
                Some("nul" | "nul-first") => 0,
                Some("line-feed") => b'\n',
                Some("carriage-return") => b'\r',
                _ => return,
            };
            let prefix = secret.split(|byte| *byte == stop).next().expect("a first part");
            let (input, signature) = forged.token.as_str().rsplit_once('.').expect("three segments");
            let tag = algorithm.hash().hmac(prefix, input.as_bytes());
            assert_eq!(signature, data_encoding::BASE64URL_NOPAD.encode(&tag), "{}", case.id);
            seen += 1;
        });
    }
    assert_eq!(seen, 12);
}
