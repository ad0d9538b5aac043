//! Writing attack files: what a fuzzer found becomes a case like any other.

use super::{Applies, Attack, Case, File, FileCase};

impl Attack {
    /// The text of an attack file with these cases of this class; loading it gives them back.
    ///
    /// # Panics
    /// Never: every step can be written.
    #[must_use]
    pub fn to_file(&self, cases: &[Case]) -> String {
        let case = |case: &Case| FileCase {
            name: case.id.split_once('#').map(|(_, name)| name.to_owned()),
            applies: case.applies.iter().copied().map(Applies::One).collect(),
            configure: case.configuration.clone(),
            from: case.recipe.from,
            steps: case.recipe.steps.clone(),
            expect: case.expect.clone(),
        };
        let file = File {
            title: self.title.clone(),
            severity: self.severity,
            cwe: self.cwe.clone(),
            references: self.references.clone(),
            remedy: self.remedy.clone(),
            cases: cases.iter().map(case).collect(),
        };
        toml::to_string(&file).expect("a case is made of what attack files hold")
    }
}
