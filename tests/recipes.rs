//! What the sampler makes up can be written down: as an attack file that forges the same bytes.

use std::{path::Path, sync::Arc};

use jwt_gauntlet::{
    Algorithm, Catalogue, Severity,
    catalogue::{Attack, Case},
    configuration::Configuration,
    internal::{entropy::Entropy, sample::Scene, words::Words},
    recipe::Recipe,
    verdict::Expectation,
};
use proptest::prelude::*;

fn case(algorithm: Algorithm, configuration: Configuration, recipe: Recipe) -> Case {
    let mut attack = Attack::new("fuzz/made-up", "Something \"made\" up\\", Severity::High, "None.");
    attack.cwe = vec!["CWE-347".to_owned()];
    let mut case = Case::new(&format!("fuzz/made-up#{algorithm}"), &Arc::new(attack), recipe, Expectation::Reject);
    (case.applies, case.configuration) = (vec![algorithm], configuration);
    case
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 100, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_sampled_recipe_is_written_and_read_without_loss(seed: u64, algorithm in 0..Algorithm::ALL.len(), odd: usize) {
        let algorithm = Algorithm::ALL[algorithm];
        let mut set_ups = Configuration::odd(algorithm).concat();
        set_ups.push(Configuration::default());
        let configuration = set_ups.swap_remove(odd % set_ups.len());
        let issuer = configuration.issuer(algorithm).expect("it makes sense");
        let scene = Scene::new(&issuer, &Words::default());
        // Cheap to make, dear to forge: both are written the same way.
        let recipe = Recipe::sample_cheap(&mut Entropy::seeded(seed), &scene);
        prop_assert_eq!(&recipe, &Recipe::sample_cheap(&mut Entropy::seeded(seed), &scene));
        let case = case(algorithm, configuration, recipe);
        let text = case.attack.to_file(std::slice::from_ref(&case));
        let mut catalogue = Catalogue::default();
        let added = catalogue.add("fuzz/made-up", &text, Path::new("made-up.toml"));
        prop_assert!(added.is_ok(), "{:?}\n{}", added, text);
        prop_assert_eq!(catalogue.cases.as_slice(), std::slice::from_ref(&case), "{}", text);
        let forge = |case: &Case| case.recipe.forge(&issuer, 1, &case.id).ok();
        prop_assert_eq!(forge(&catalogue.cases[0]), forge(&case));
    }

    #[test]
    fn a_dear_recipe_is_written_and_read_without_loss(seed: u64) {
        let configuration = Configuration::default();
        let issuer = configuration.issuer(Algorithm::ES256).expect("it makes sense");
        let scene = Scene::new(&issuer, &Words::default());
        let case = case(Algorithm::ES256, configuration, Recipe::sample(&mut Entropy::seeded(seed), &scene));
        let text = case.attack.to_file(std::slice::from_ref(&case));
        let mut catalogue = Catalogue::default();
        let added = catalogue.add("fuzz/made-up", &text, Path::new("made-up.toml"));
        prop_assert!(added.is_ok(), "{:?}\n{}", added, text);
        prop_assert_eq!(catalogue.cases.as_slice(), std::slice::from_ref(&case), "{}", text);
    }
}
