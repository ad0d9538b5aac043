//! Random recipes: they reach every step, survive an attack file, follow from their seed, and never bring the forge down.

use std::{collections::BTreeSet, path::Path, sync::Arc};

use jwt_gauntlet::{
    Algorithm, Catalogue, Severity,
    catalogue::{Attack, Case},
    configuration::{Configuration, OddKey},
    internal::{entropy::Entropy, harvest::Harvest, keys::private_keys, sample::Scene, words::Words},
    issuer::Issuer,
    recipe::{Base, Recipe},
    step::Step,
    verdict::Expectation,
};
use strum::VariantNames as _;

fn issuer(algorithm: Algorithm) -> Issuer {
    Configuration::default().issuer(algorithm).expect("every algorithm has a usual configuration")
}

fn scene(issuer: &Issuer) -> Scene {
    let words = vec!["x-own".to_owned(), "own \"word\"\n".to_owned()];
    let keys = private_keys(include_str!("../src/keys/private-tests.txt"));
    Scene::new(issuer, &Words::with(Harvest { words, keys, ..Harvest::default() }))
}

/// Writes the recipes as an attack file and loads it.
fn through_a_file(recipes: Vec<Recipe>, algorithm: Algorithm) -> Vec<Recipe> {
    let attack = Arc::new(Attack::new("sampled/recipes", "sampled", Severity::Low, "none"));
    let case = |(i, recipe)| {
        let mut case = Case::new(&format!("sampled/recipes#{i}"), &attack, recipe, Expectation::Reject);
        case.applies = vec![algorithm];
        case
    };
    let text = attack.to_file(&recipes.into_iter().enumerate().map(case).collect::<Vec<_>>());
    let mut catalogue = Catalogue::default();
    catalogue.add("sampled/recipes", &text, Path::new("sampled/recipes.toml")).unwrap_or_else(|e| panic!("{e}"));
    catalogue.cases.into_iter().map(|case| case.recipe).collect()
}

/// Recipes as a fuzzer makes them: sampled, mutated, crossed.
fn recipes(entropy: &mut Entropy, scene: &Scene, sample: fn(&mut Entropy, &Scene) -> Recipe) -> [Recipe; 3] {
    let (one, other) = (sample(entropy, scene), sample(entropy, scene));
    let mutated = one.mutated(entropy, scene);
    let crossed = mutated.crossed(&other, entropy);
    [one, mutated, crossed]
}

#[test]
fn every_step_there_is_can_be_sampled() {
    let mut seen = BTreeSet::new();
    let mut low = Configuration::default();
    low.key = Some(OddKey::RsaExponent3.into());
    let low = low.issuer(Algorithm::RS256);
    for issuer in Algorithm::ALL.map(issuer).into_iter().chain(low) {
        let (scene, mut entropy) = (scene(&issuer), Entropy::seeded(1));
        seen.extend((0..2000).map(|_| <&'static str>::from(&Step::sample(&mut entropy, &scene))));
    }
    let missing: Vec<_> = Step::VARIANTS.iter().filter(|name| !seen.contains(*name)).collect();
    assert!(missing.is_empty(), "never sampled: {missing:?}");
}

#[test]
fn a_recipe_comes_back_from_an_attack_file_as_it_was() {
    for algorithm in [Algorithm::HS256, Algorithm::RS256, Algorithm::PS256, Algorithm::ES256, Algorithm::EdDSA] {
        let (issuer, mut entropy) = (issuer(algorithm), Entropy::seeded(2));
        let scene = scene(&issuer);
        let steps = |entropy: &mut Entropy| Recipe { from: Base::Forged, steps: vec![Step::sample(entropy, &scene)] };
        let mut written: Vec<Recipe> = (0..500).map(|_| steps(&mut entropy)).collect();
        written.extend((0..300).map(|_| Recipe::sample(&mut entropy, &scene)));
        let read = through_a_file(written.clone(), algorithm);
        assert_eq!(read.len(), written.len());
        for (read, written) in read.iter().zip(&written) {
            assert_eq!(read, written);
            assert_eq!(read.forge(&issuer, 1, "id"), written.forge(&issuer, 1, "id"), "{written:?}");
        }
    }
}

#[test]
fn the_same_seed_gives_the_same_recipes() {
    for algorithm in Algorithm::ALL {
        let issuer = issuer(algorithm);
        let scene = scene(&issuer);
        let stream = |seed| {
            let mut entropy = Entropy::seeded(seed);
            (0..500).flat_map(|_| recipes(&mut entropy, &scene, Recipe::sample)).collect::<Vec<_>>()
        };
        assert_eq!(stream(3), stream(3), "{algorithm}");
        assert_ne!(stream(3), stream(4), "{algorithm}");
    }
}

#[test]
fn most_recipes_can_be_forged_and_none_panics() {
    for algorithm in Algorithm::ALL {
        let (issuer, mut entropy) = (issuer(algorithm), Entropy::seeded(5));
        let scene = scene(&issuer);
        let mut forged = 0;
        for _ in 0..SAMPLES {
            let [sampled, mutated, crossed] = recipes(&mut entropy, &scene, Recipe::sample);
            forged += usize::from(applies(&sampled, &issuer));
            for recipe in [mutated, crossed] {
                if entropy.percent(30) || !recipe.is_expensive(algorithm) {
                    applies(&recipe, &issuer);
                }
            }
        }
        assert!(forged * 100 > SAMPLES * 80, "{algorithm}: {forged} of {SAMPLES}");
        for _ in 0..CHEAP {
            for recipe in recipes(&mut entropy, &scene, Recipe::sample_cheap) {
                if !recipe.is_expensive(algorithm) {
                    applies(&recipe, &issuer);
                }
            }
        }
    }
}

#[test]
fn forging_never_panics_under_odd_configurations() {
    for algorithm in Algorithm::ALL {
        for configuration in Configuration::odd(algorithm).into_iter().flatten() {
            let (issuer, mut entropy) = (configuration.issuer(algorithm).expect("it is odd, not void"), Entropy::seeded(6));
            let scene = scene(&issuer);
            for _ in 0..ODD {
                for recipe in recipes(&mut entropy, &scene, Recipe::sample) {
                    applies(&recipe, &issuer);
                }
            }
        }
    }
}

/// Dear recipes cost a private-key operation each.
const SAMPLES: usize = 250;
const CHEAP: usize = 1500;
const ODD: usize = 6;

/// Whether every step applies; provenance, the expensive part of forging, is left out.
fn applies(recipe: &Recipe, issuer: &Issuer) -> bool {
    let mut work = recipe.start(issuer, vec![7; 32], "cafe");
    let applied = recipe.steps.iter().all(|step| step.apply(&mut work).is_ok());
    std::hint::black_box(work.wire_text());
    applied
}
