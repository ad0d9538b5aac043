//! Controls, then timing: the only door to a figure.

use std::sync::atomic::AtomicBool;

use crate::{
    contender::Contender,
    control::{self, Broken},
    measure::{Budget, race},
    plan::Kind,
    results::{Failed, Timed},
    store::server::Server,
};

/// What became of contenders.
#[derive(Default)]
pub struct Outcome {
    /// Those that passed and were timed.
    pub timed: Vec<Timed>,
    /// Those that did not pass, or no longer answered while they were timed.
    pub broken: Vec<Failed>,
    /// Those that still answer, for a last control.
    pub survivors: Vec<Contender>,
}

/// Controls all contenders, then times in turn those that passed; ratios are those over the first of these. Ends early if `stop` is
/// set; `on_batch` is told of each batch.
pub fn trial(
    kind: Kind,
    contenders: Vec<Contender>,
    server: Option<&Server>,
    budget: Budget,
    stop: &AtomicBool,
    on_batch: &dyn Fn(),
) -> Outcome {
    let mut outcome = Outcome::default();
    let mut passed = Vec::new();
    for mut contender in contenders {
        match control::check(&mut contender) {
            Ok(()) => passed.push(contender),
            Err(failure) => outcome.broken.push(failed(kind, &contender, failure)),
        }
    }
    let samples = race(&mut passed, server, budget, stop, on_batch);
    let reference = samples.iter().find_map(|result| result.as_ref().ok()).cloned().unwrap_or_default();
    for (contender, samples) in passed.into_iter().zip(samples) {
        match samples.map(|samples| samples.figures(&reference)) {
            Ok(figures) => {
                outcome.timed.extend(figures.map(|figures| Timed::new(kind, &contender, figures)));
                outcome.survivors.push(contender);
            }
            Err(failure) => outcome.broken.push(failed(kind, &contender, failure)),
        }
    }
    outcome
}

/// Those of `survivors` that answer wrongly now that Redis is gone.
pub fn without_redis(kind: Kind, survivors: &mut [Contender]) -> Vec<Failed> {
    let fails = |contender: &mut Contender| {
        let failure = control::without_store(contender).err()?;
        Some(failed(kind, contender, failure))
    };
    survivors.iter_mut().filter_map(fails).collect()
}

fn failed(kind: Kind, contender: &Contender, failure: Broken) -> Failed {
    Failed { kind, name: contender.plan.name(), plan: contender.plan, failure }
}
