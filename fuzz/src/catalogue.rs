//! Loading attack files: no text panics, and what loads is written and loads again as the same cases.

use std::path::Path;

use jwt_gauntlet::{Catalogue, catalogue::Case};

pub fn catalogue(input: &[u8]) {
    let Ok(text) = std::str::from_utf8(input) else { return };
    let Some(cases) = load(text) else { return };
    for case in &cases {
        let written = case.attack.to_file(std::slice::from_ref(case));
        let again = load(&written).unwrap_or_else(|| panic!("what was written does not load:\n{written}"));
        let [again] = again.as_slice() else { panic!("one case became {}:\n{written}", again.len()) };
        let same = again.recipe == case.recipe
            && again.configuration == case.configuration
            && again.applies == case.applies
            && again.expect == case.expect
            && again.attack == case.attack;
        assert!(same, "a case changed on its way:\n{case:?}\n{again:?}\n{written}");
    }
}

/// The cases in a text; `None` with an error that can be told.
fn load(text: &str) -> Option<Vec<Case>> {
    let mut catalogue = Catalogue::default();
    match catalogue.add("group/class", text, Path::new("group/class.toml")) {
        Ok(()) => Some(catalogue.cases),
        Err(error) => {
            let _ = error.to_string();
            None
        }
    }
}
