//! The strategies of `jwt_gauntlet::proptest`: what they promise, and what is left of a failure.

use std::fmt::Debug;

use jwt_gauntlet::{
    Algorithm, Implementation, Verdict, Verifier,
    internal::verifier::strawman::{Hole, Strawman},
    proptest::{Recipes, Sample, claims, forged, genuine, header, respelled, steps},
    verdict::Provenance,
    verifier::strict::Strict,
};
use proptest::{
    prelude::*,
    test_runner::{Config, TestError, TestRunner},
};

fn runner(cases: u32) -> TestRunner {
    // The same cases each time, and no file of failures.
    let config = Config { cases, failure_persistence: None, ..Config::default() };
    let seeded = proptest::test_runner::TestRng::deterministic_rng(config.rng_algorithm);
    TestRunner::new_with_rng(config, seeded)
}

fn check<T: Clone + Debug>(cases: u32, strategy: &Recipes<T>, holds: impl Fn(T) -> bool) {
    let result = runner(cases).run(strategy, |value| {
        prop_assert!(holds(value));
        Ok(())
    });
    result.unwrap_or_else(|failure| panic!("{strategy:?}: {failure}"));
}

fn accepts(implementation: &dyn Implementation, sample: &Sample) -> bool {
    let verifier: Box<dyn Verifier> = implementation.configure(&sample.trust).expect("it supports the algorithm");
    matches!(verifier.verify(&sample.token).expect("an answer"), Verdict::Accepted(_))
}

#[test]
fn the_reference_verifier_passes() {
    check(2000, &genuine(), |sample| accepts(&Strict, &sample));
    check(2000, &forged(), |sample| !accepts(&Strict, &sample));
    check(2000, &respelled(), |sample| !accepts(&Strict, &sample));
    for algorithm in [Algorithm::RS256, Algorithm::ES256, Algorithm::EdDSA] {
        check(50, &genuine().under(algorithm), |sample| accepts(&Strict, &sample));
        check(200, &forged().under(algorithm), |sample| !accepts(&Strict, &sample));
        check(100, &respelled().under(algorithm), |sample| sample.provenance == Provenance::Respelled);
    }
}

#[test]
fn objects_are_objects_and_steps_are_steps() {
    let is_object = |text: String| text.trim().starts_with('{') && text.trim().ends_with('}');
    check(2000, &header(), is_object);
    check(2000, &claims(), is_object);
    check(2000, &steps().under(Algorithm::PS256), |steps| !steps.is_empty());
}

#[test]
fn a_planted_hole_is_found_with_the_fewest_steps() {
    for (hole, most) in [
        (Hole::NoneAccepted, 2),
        (Hole::EmptySignature, 1),
        (Hole::SignatureIgnored, 1),
        (Hole::FalsySignature, 1),
        (Hole::TwoSegments, 3),
    ] {
        let mut runner = runner(5000);
        let failure = runner.run(&forged(), |sample| {
            prop_assert!(!accepts(&Strawman(hole), &sample));
            Ok(())
        });
        let Err(TestError::Fail(_, sample)) = failure else { panic!("{hole:?} is not found: {failure:?}") };
        assert!(sample.recipe.steps.len() <= most, "{hole:?}: {sample:?}");
        assert!(format!("{sample:?}").contains(&sample.token), "a token to paste");
    }
}

#[test]
fn values_get_plainer() {
    let mut runner = runner(2000);
    let failure = runner.run(&claims(), |text| {
        prop_assert!(!text.contains("\"nbf\""));
        Ok(())
    });
    let Err(TestError::Fail(_, text)) = failure else { panic!("{failure:?}") };
    let members = text.matches("\":").count();
    assert!(members <= 6 && text.len() < 180, "{text}");
}
