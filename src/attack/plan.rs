//! Everything that a run asks: the cases by algorithm and configuration, cut into units, forged when first needed.

use std::sync::OnceLock;

use crate::{
    algorithm::Algorithm,
    ask::Setup,
    catalogue::{Case, Catalogue},
    configuration::Configuration,
    recipe::Forged,
    report::Control,
    step::StepError,
};

/// Cases in a unit: enough to keep a program over pipes busy, few enough that controls stand close together and work spreads over cores.
const UNIT: usize = 256;

/// The cases of a run and their tokens. Forging happens on the worker that first needs a unit; the same plan can be run against
/// many targets.
pub struct Plan {
    stages: Vec<Stage>,
}

/// The cases of one algorithm and configuration.
pub(super) struct Stage {
    pub(super) setup: Setup,
    units: Vec<Batch>,
}

/// A few dozen cases, and their tokens once forged.
struct Batch {
    cases: Vec<Case>,
    seed: u64,
    prepared: OnceLock<Vec<Prepared>>,
}

/// One case: its token, or why there is none.
pub(super) struct Prepared {
    pub(super) case: Case,
    pub(super) forged: Result<Forged, StepError>,
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
        Self { stages }
    }

    /// How many cases there are.
    #[must_use]
    pub fn cases(&self) -> usize {
        self.stages.iter().flat_map(|stage| &stage.units).map(|batch| batch.cases.len()).sum()
    }

    /// All tokens, forged now where they were not yet.
    #[must_use]
    pub fn tokens(&self) -> Vec<&str> {
        let prepared = self.units().into_iter().flat_map(|unit| unit.prepared());
        prepared.filter_map(|prepared| prepared.forged.as_ref().ok()).map(|forged| forged.token.as_str()).collect()
    }

    /// Every token that a run sends when nothing is odd: those of [`Self::tokens`] in the same order, controls between them.
    #[must_use]
    pub fn stream(&self) -> Vec<&str> {
        let units = self.units().into_iter();
        units
            .flat_map(|unit| unit.stage.stream(unit.prepared().iter().filter_map(|prepared| prepared.forged.as_ref().ok())))
            .collect()
    }

    /// Where the set-up of `control` stands.
    pub(super) fn position(&self, control: &Control) -> Option<usize> {
        let of = |stage: &Stage| control.is_of(&Control::of(stage.setup.algorithm, &stage.setup.configuration));
        self.stages.iter().position(of)
    }

    pub(super) fn units(&self) -> Vec<Unit<'_>> {
        let stages = self.stages.iter().enumerate();
        stages.flat_map(|(number, stage)| stage.units.iter().map(move |batch| Unit { number, stage, batch })).collect()
    }
}

impl Stage {
    /// Both controls, the cases, and another genuine token.
    pub(super) fn stream<'a>(&'a self, forged: impl Iterator<Item = &'a Forged>) -> Vec<&'a str> {
        let Setup { genuine, broken, other, .. } = &self.setup;
        let before = [genuine.as_str(), broken.as_str()].into_iter();
        before.chain(forged.map(|forged| forged.token.as_str())).chain([other.as_str()]).collect()
    }

    /// `None` where the configuration makes no sense for the algorithm.
    fn new(algorithm: Algorithm, configuration: &Configuration, cases: &[&Case], seed: u64) -> Option<Self> {
        let setup = Setup::new(algorithm, configuration.clone())?;
        let batch = |cases: &[&Case]| Batch { cases: cases.iter().copied().cloned().collect(), seed, prepared: OnceLock::new() };
        let units = cases.chunks(UNIT).map(batch).collect();
        Some(Self { setup, units })
    }
}

impl<'a> Unit<'a> {
    /// The forged cases.
    pub(super) fn prepared(&self) -> &'a [Prepared] {
        self.batch.prepared.get_or_init(|| {
            let forge = |case: &Case| Prepared {
                case: case.clone(),
                forged: case.recipe.forge(&self.stage.setup.issuer, self.batch.seed, &case.id),
            };
            self.batch.cases.iter().map(forge).collect()
        })
    }
}
