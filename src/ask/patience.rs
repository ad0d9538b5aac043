//! How long a target that hangs may keep a run waiting.
//!
//! A hang costs the time limit several times: in the stream, alone, and next to a control. One class of attack tends to hang a target
//! with most of its cases, and says nothing new after the first few.

use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
    time::Duration,
};

use crate::verifier::Conduct;

/// Hangs of one class after which the rest of it is not asked.
const A_FEW: usize = 3;
/// All waiting for answers that did not come, after which nothing more is asked.
const IN_ALL: Duration = Duration::from_secs(300);

/// What is left of the patience with one target; shared by all that ask it.
#[derive(Debug, Default)]
pub(crate) struct Patience(Mutex<Spent>);

#[derive(Debug, Default)]
struct Spent {
    hangs: usize,
    waited: Duration,
    classes: HashMap<String, usize>,
}

impl Patience {
    /// A question of that class got no answer for so long.
    pub(crate) fn hung(&self, class: &str, waited: Duration) {
        let mut spent = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        spent.hangs += 1;
        spent.waited += waited;
        *spent.classes.entry(class.to_owned()).or_default() += 1;
    }

    /// Whether anything hung at all, so that it is worth asking about classes.
    pub(crate) fn is_touched(&self) -> bool {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).hangs > 0
    }

    /// Why a question of that class is no longer asked.
    pub(crate) fn exhausted(&self, class: &str) -> Option<String> {
        let spent = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if spent.waited >= IN_ALL {
            return Some(format!("the target has hung {} times, for {} seconds in all", spent.hangs, spent.waited.as_secs()));
        }
        let hangs = spent.classes.get(class).copied().unwrap_or_default();
        (hangs >= A_FEW).then(|| format!("the target hung over {hangs} cases of `{class}` before it"))
    }

    /// Whether nothing more is asked.
    pub(crate) fn is_over(&self) -> bool {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).waited >= IN_ALL
    }

    /// `conduct` with the hangs in it.
    pub(crate) fn told(&self, conduct: Conduct) -> Conduct {
        let spent = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        Conduct { hangs: spent.hangs, seconds_hung: spent.waited.as_secs(), ..conduct }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_few_hangs_end_a_class_and_many_end_the_run() {
        let patience = Patience::default();
        let second = Duration::from_secs(1);
        (0..3).for_each(|_| patience.hung("a", second));
        assert!(patience.exhausted("a").is_some_and(|why| why.contains("3 cases of `a`")));
        assert_eq!(patience.exhausted("b"), None);
        patience.hung("c", second * 297);
        assert!(patience.exhausted("b").is_some_and(|why| why.contains("4 times, for 300 seconds")));
        assert!(patience.is_over());
        assert_eq!(patience.told(Conduct::default()).hangs, 4);
    }
}
