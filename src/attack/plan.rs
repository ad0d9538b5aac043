//! Everything that a run asks: the cases by algorithm and configuration, cut into units, forged when first needed.

use std::{collections::HashMap, sync::OnceLock};

use crate::{
    algorithm::Algorithm,
    ask::{Setup, Twins},
    catalogue::{Case, Catalogue},
    configuration::Configuration,
    recipe::Forged,
    report::Control,
    step::StepError,
    verdict::{Expectation, Provenance},
};

/// Cases in a unit: enough to keep a program over pipes busy, few enough that controls stand close together and work spreads over cores.
const UNIT: usize = 256;

/// The cases of a run and their tokens. Forging happens on the worker that first needs a unit; the same plan can be run against
/// many targets.
pub struct Plan {
    stages: Vec<Stage>,
    algorithms: Vec<Algorithm>,
    /// Where each case stands in the catalogue.
    cases: HashMap<String, usize>,
}

/// The cases of one algorithm and configuration.
pub(super) struct Stage {
    pub(super) setup: Setup,
    /// How its controls went, before any was sent.
    pub(super) control: Control,
    units: Vec<Batch>,
}

/// A few dozen cases, and their tokens once forged.
struct Batch {
    cases: Vec<Case>,
    seed: u64,
    forged: OnceLock<Tokens>,
}

/// What a unit asks.
pub(super) struct Tokens {
    pub(super) cases: Vec<Prepared>,
    /// The near-miss controls.
    pub(super) twins: Vec<String>,
}

/// One case: its token, or why there is none.
pub(super) struct Prepared {
    pub(super) case: Case,
    pub(super) forged: Result<Forged, StepError>,
    /// Which near-miss control says whether its refusal proves anything; `None` where it needs none.
    pub(super) twin: Option<usize>,
}

/// A batch and the stage it belongs to.
pub(super) struct Unit<'a> {
    pub(super) number: usize,
    pub(super) stage: &'a Stage,
    batch: &'a Batch,
}

impl Plan {
    /// The cases of `catalogue` that apply to `algorithms`, the usual configuration first; of these the `k`-th of `n` parts.
    pub(super) fn new(catalogue: &Catalogue, algorithms: &[Algorithm], seed: u64, (k, n): (usize, usize)) -> Self {
        let mut stages = Vec::new();
        for &algorithm in algorithms {
            let applicable = catalogue.cases.iter().filter(|c| c.applies.contains(&algorithm));
            let mine = applicable.enumerate().filter(|(i, _)| i % n == k - 1).map(|(_, case)| case);
            let mut groups: Vec<(&Configuration, Vec<&Case>)> = Vec::new();
            for case in mine {
                match groups.iter_mut().find(|(configuration, _)| **configuration == case.configuration) {
                    Some((_, cases)) => cases.push(case),
                    None => groups.push((&case.configuration, vec![case])),
                }
            }
            groups.sort_by_key(|(configuration, _)| **configuration != Configuration::default());
            stages
                .extend(groups.into_iter().filter_map(|(configuration, cases)| Stage::new(algorithm, configuration, &cases, seed)));
        }
        let cases = catalogue.cases.iter().enumerate().map(|(at, case)| (case.id.clone(), at)).collect();
        Self { stages, algorithms: algorithms.to_vec(), cases }
    }

    /// How many cases there are.
    #[must_use]
    pub fn cases(&self) -> usize {
        self.stages.iter().flat_map(|stage| &stage.units).map(|batch| batch.cases.len()).sum()
    }

    /// All tokens, forged now where they were not yet.
    #[must_use]
    pub fn tokens(&self) -> Vec<&str> {
        self.units().into_iter().flat_map(|unit| unit.tokens().forged()).collect()
    }

    /// Every token that a run sends when nothing is odd: those of [`Self::tokens`] in the same order, controls between them.
    #[must_use]
    pub fn stream(&self) -> Vec<&str> {
        self.units().into_iter().flat_map(|unit| unit.stage.stream(unit.tokens())).collect()
    }

    /// Where a case of an algorithm stands in a report.
    pub(super) fn order(&self, case: &str, algorithm: Algorithm) -> (Option<usize>, Option<usize>) {
        (self.algorithms.iter().position(|one| *one == algorithm), self.cases.get(case).copied())
    }

    /// Where the set-up of `control` stands.
    pub(super) fn position(&self, control: &Control) -> Option<usize> {
        self.stages.iter().position(|stage| stage.control.is_of(control))
    }

    pub(super) fn units(&self) -> Vec<Unit<'_>> {
        let stages = self.stages.iter().enumerate();
        stages.flat_map(|(number, stage)| stage.units.iter().map(move |batch| Unit { number, stage, batch })).collect()
    }
}

impl Stage {
    /// Both controls, the cases, their twins, and another genuine token.
    fn stream<'a>(&'a self, tokens: &'a Tokens) -> Vec<&'a str> {
        let Setup { genuine, broken, other, .. } = &self.setup;
        let before = [genuine.as_str(), broken.as_str()].into_iter();
        before.chain(tokens.forged()).chain(tokens.twins.iter().map(String::as_str)).chain([other.as_str()]).collect()
    }

    /// `None` where the configuration makes no sense for the algorithm.
    fn new(algorithm: Algorithm, configuration: &Configuration, cases: &[&Case], seed: u64) -> Option<Self> {
        let setup = Setup::new(algorithm, configuration.clone())?;
        let batch = |cases: &[&Case]| Batch { cases: cases.iter().copied().cloned().collect(), seed, forged: OnceLock::new() };
        let units = cases.chunks(UNIT).map(batch).collect();
        let control = Control::of(algorithm, configuration);
        Some(Self { setup, control, units })
    }
}

impl Tokens {
    fn forged(&self) -> impl Iterator<Item = &str> {
        self.cases.iter().filter_map(|prepared| prepared.forged.as_ref().ok()).map(|forged| forged.token.as_str())
    }
}

impl<'a> Unit<'a> {
    /// The forged cases and their twins.
    pub(super) fn tokens(&self) -> &'a Tokens {
        self.batch.forged.get_or_init(|| {
            let issuer = &self.stage.setup.issuer;
            let mut twins = Twins::new(issuer, self.batch.seed);
            let forge = |case: &Case| {
                let forged = case.recipe.forge(issuer, self.batch.seed, &case.id);
                let unsigned = forged.as_ref().ok().filter(|forged| forged.provenance == Provenance::Forged);
                let twin = unsigned
                    .filter(|_| case.expect == Expectation::Reject)
                    .and_then(|forged| twins.of(forged.token.as_str(), &forged.canary));
                Prepared { case: case.clone(), forged, twin }
            };
            let cases = self.batch.cases.iter().map(forge).collect();
            Tokens { cases, twins: twins.into_tokens() }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn near_miss_controls_are_less_than_a_tenth_of_the_questions() {
        for algorithm in [Algorithm::HS256, Algorithm::RS256, Algorithm::EdDSA] {
            let plan = Plan::new(&Catalogue::built_in(), &[algorithm], 1, (1, 1));
            let twins: usize = plan.units().iter().map(|unit| unit.tokens().twins.len()).sum();
            let covered = plan.units().iter().flat_map(|unit| &unit.tokens().cases).filter(|one| one.twin.is_some()).count();
            let cases = plan.cases();
            assert!(
                twins > 0 && twins * 10 < cases && covered * 2 > cases,
                "{algorithm}: {twins} twins of {covered} for {cases} cases"
            );
        }
    }
}
