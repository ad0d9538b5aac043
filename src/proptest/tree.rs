//! The strategy that all of them are: draw a recipe until something can be made of it, and shrink the recipe, not the value.

use std::{fmt, sync::Arc, vec};

use ::proptest::{
    prelude::any,
    strategy::{NewTree, Strategy, ValueTree},
    test_runner::TestRunner,
};

use crate::{
    algorithm::Algorithm, configuration::Configuration, entropy::Entropy, issuer::Issuer, recipe::Recipe, sample::Scene,
    words::Words,
};

/// A strategy for values that recipes make; see [the module](super).
#[derive(Clone)]
pub struct Recipes<T> {
    world: Arc<World>,
    draw: fn(&mut Entropy, &Scene) -> Recipe,
    make: fn(&World, &Recipe) -> Option<T>,
}

/// Whose tokens they are.
pub(super) struct World {
    pub(super) issuer: Issuer,
    scene: Scene,
}

/// A value on its way to a smaller one.
pub struct Tree<T> {
    strategy: Recipes<T>,
    /// The smallest that is known to fail.
    best: (Recipe, T),
    /// The one in question.
    trial: Option<(Recipe, T)>,
    /// Those to be tried after it.
    smaller: vec::IntoIter<Recipe>,
}

/// Draws before a strategy gives up.
const DRAWS: usize = 1000;

impl<T> Recipes<T> {
    pub(super) fn new(draw: fn(&mut Entropy, &Scene) -> Recipe, make: fn(&World, &Recipe) -> Option<T>) -> Self {
        Self { world: World::of(Algorithm::HS256), draw, make }
    }

    /// The same for verifiers that are set up for `algorithm`.
    #[must_use]
    pub fn under(self, algorithm: Algorithm) -> Self {
        Self { world: World::of(algorithm), ..self }
    }
}

impl World {
    fn of(algorithm: Algorithm) -> Arc<Self> {
        let issuer = Configuration::default().issuer(algorithm).expect("every algorithm has a usual configuration");
        let scene = Scene::new(&issuer, &Words::default());
        Arc::new(Self { issuer, scene })
    }
}

impl<T> fmt::Debug for Recipes<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Recipes({})", self.world.issuer.trust.algorithm)
    }
}

impl<T: Clone + fmt::Debug> Strategy for Recipes<T> {
    type Tree = Tree<T>;
    type Value = T;

    fn new_tree(&self, runner: &mut TestRunner) -> NewTree<Self> {
        let mut entropy = Entropy::seeded(any::<u64>().new_tree(runner)?.current());
        for _ in 0..DRAWS {
            let recipe = (self.draw)(&mut entropy, &self.world.scene);
            if let Some(value) = (self.make)(&self.world, &recipe) {
                let smaller = recipe.smaller().into_iter();
                return Ok(Tree { strategy: self.clone(), best: (recipe, value), trial: None, smaller });
            }
        }
        Err(format!("none of {DRAWS} recipes could be forged").into())
    }
}

impl<T: Clone> Tree<T> {
    /// Tries the next smaller recipe that something can be made of.
    fn advance(&mut self) -> bool {
        let Recipes { world, make, .. } = &self.strategy;
        self.trial = self.smaller.find_map(|recipe| make(world, &recipe).map(|value| (recipe, value)));
        self.trial.is_some()
    }
}

impl<T: Clone + fmt::Debug> ValueTree for Tree<T> {
    type Value = T;

    fn current(&self) -> T {
        self.trial.as_ref().unwrap_or(&self.best).1.clone()
    }

    fn simplify(&mut self) -> bool {
        if let Some(smaller) = self.trial.take() {
            self.smaller = smaller.0.smaller().into_iter();
            self.best = smaller;
        }
        self.advance()
    }

    fn complicate(&mut self) -> bool {
        // What does not fail says nothing about the others.
        self.advance()
    }
}
