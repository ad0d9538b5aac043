//! One algorithm and configuration under fuzzing: issuer, vocabulary, forging from the start, and what an answer means.

use std::sync::Arc;

use super::Fingerprint;
use crate::{
    algorithm::{Algorithm, Sha2},
    ask::{Question, Setup},
    configuration::Configuration,
    issuer::Issuer,
    oracle::{Meaning, ledger::Entry, policy::Rule},
    recipe::{Base, Recipe},
    sample::Scene,
    step::{StepError, Work},
    token::{Draft, Member, Segment},
    trust::Trust,
    verdict::Verdict,
    words::Words,
};

/// An algorithm and a configuration, with all that follows from them.
pub(crate) struct Stage {
    setup: Setup,
    scene: Scene,
    seed: u64,
    canary: String,
}

/// A token to ask about.
#[derive(Clone)]
pub(crate) struct Prepared {
    pub(crate) recipe: Recipe,
    pub(crate) token: String,
    pub(crate) issued: Vec<Entry>,
}

impl Prepared {
    /// A token that came without a recipe.
    pub(crate) fn alone(token: &str) -> Self {
        Self { recipe: Recipe { from: Base::Genuine, steps: Vec::new() }, token: token.to_owned(), issued: Vec::new() }
    }
}

impl Stage {
    /// `None` where the configuration makes no sense for the algorithm.
    pub(crate) fn new((algorithm, configuration): (Algorithm, Configuration), seed: u64, words: &Words) -> Option<Self> {
        let setup = Setup::new(algorithm, configuration)?;
        let label = setup.configuration.label();
        let hash = Sha2::Sha256.digest(format!("{seed}/fuzz/{algorithm}/{label}").as_bytes());
        let own = u64::from_be_bytes(hash[..8].try_into().expect("eight bytes"));
        let scene = Scene::new(&setup.issuer, words);
        Some(Self { canary: data_encoding::HEXLOWER.encode(&hash[8..24]), seed: own, scene, setup })
    }

    /// The algorithm and configuration, with the controls.
    pub(crate) fn setup(&self) -> &Setup {
        &self.setup
    }

    /// What the verifier is told.
    pub(crate) fn trust(&self) -> &Trust {
        &self.setup.issuer.trust
    }

    /// Who signs the genuine tokens.
    pub(crate) fn issuer(&self) -> &Issuer {
        &self.setup.issuer
    }

    /// The algorithm that verifiers are set up for.
    pub(crate) fn algorithm(&self) -> Algorithm {
        self.setup.algorithm
    }

    /// How verifiers are set up.
    pub(crate) fn configuration(&self) -> &Configuration {
        &self.setup.configuration
    }

    /// What the random choices of this stage follow from.
    pub(crate) fn seed(&self) -> u64 {
        self.seed
    }

    /// What the claims of forged tokens hold.
    pub(crate) fn canary(&self) -> &str {
        &self.canary
    }

    /// The token that must be accepted.
    pub(crate) fn genuine(&self) -> &str {
        &self.setup.genuine
    }

    /// What a sampler knows.
    pub(crate) fn scene(&self) -> &Scene {
        &self.scene
    }

    /// A bench with any token on it.
    pub(crate) fn work(&self, draft: Draft) -> Work<'_> {
        Work::new(draft, &self.setup.issuer, self.seed.to_be_bytes().to_vec())
    }

    /// A bench with the base of a recipe on it.
    pub(crate) fn start(&self, from: Base) -> Work<'_> {
        Recipe { from, steps: Vec::new() }.start(&self.setup.issuer, self.seed.to_be_bytes().to_vec(), &self.canary)
    }

    /// Forges from the start.
    pub(crate) fn forge(&self, recipe: &Recipe) -> Result<Prepared, StepError> {
        let mut work = self.start(recipe.from);
        for step in &recipe.steps {
            step.apply(&mut work)?;
        }
        Ok(Prepared { recipe: recipe.clone(), token: work.wire_text(), issued: work.into_issued() })
    }

    /// What an answer to `prepared` means. Only called for answers that may matter, since the oracle costs more than forging.
    pub(crate) fn judge(&self, prepared: &Prepared, verdict: &Verdict) -> Meaning {
        self.setup.issuer.oracle().meaning(&prepared.token, &prepared.issued, &self.canary, verdict)
    }

    /// Whether the token verifies as it stands, by the configured algorithm's mathematics.
    pub(crate) fn verifies(&self, token: &str) -> bool {
        self.setup.issuer.oracle().verifies(token)
    }

    /// What the issuer would have signed with the last of several members of one name alone.
    pub(crate) fn with_last_members(&self, token: &str) -> Option<String> {
        let mut draft = Draft::parse(token);
        for segment in draft.segments.iter_mut().take(2) {
            if let Segment::Object(members) = segment {
                let name = |member: &Member| serde_json::from_slice::<String>(member.name.trim_ascii()).ok();
                let names: Vec<_> = members.iter().map(name).collect();
                let mut index = 0;
                Arc::make_mut(members).retain(|_| {
                    index += 1;
                    !names[index..].contains(&names[index - 1])
                });
            }
        }
        let signature = self.setup.issuer.key.as_ref()?.sign(self.setup.algorithm, draft.signing_input().as_bytes()).ok()?;
        *draft.segment_mut(2) = Segment::from_bytes(signature);
        Some(draft.to_string())
    }
}

/// A token of a stage as a question.
#[derive(Clone, Copy)]
pub(crate) struct Shown<'a> {
    pub(crate) stage: &'a Stage,
    pub(crate) prepared: &'a Prepared,
}

impl Question for Shown<'_> {
    fn token(&self) -> &str {
        &self.prepared.token
    }

    fn judge(&self, verdict: &Verdict) -> Meaning {
        self.stage.judge(self.prepared, verdict)
    }

    fn class(&self) -> String {
        Fingerprint::of(&self.prepared.recipe).slug()
    }

    /// Whether the rule that the last of two members breaks is none of the target's: then it may well have gone by the last.
    fn excuse(&self, meaning: Meaning) -> Option<String> {
        (meaning.rule == Some(Rule::DuplicateMember)).then(|| self.stage.with_last_members(&self.prepared.token)).flatten()
    }
}
