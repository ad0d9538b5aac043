//! One algorithm and configuration under fuzzing: issuer, vocabulary, forging from the start, and what an answer means.

use std::sync::Arc;

use crate::{
    algorithm::{Algorithm, Sha2},
    configuration::Configuration,
    issuer::Issuer,
    ledger::Entry,
    policy::{self, Rule, Ruling},
    recipe::{Base, Recipe},
    sample::Scene,
    step::{StepError, Work},
    target::Trust,
    token::{Draft, Member, Segment},
    verdict::{Claims, Echo, Expectation, Outcome, Provenance, Verdict, judge},
    words::Words,
};

/// An algorithm and a configuration, with all that follows from them.
pub struct Stage {
    algorithm: Algorithm,
    configuration: Configuration,
    issuer: Issuer,
    scene: Scene,
    seed: u64,
    canary: String,
    genuine: String,
    broken: String,
}

/// A token to ask about.
#[derive(Clone)]
pub(super) struct Shot {
    pub(super) recipe: Recipe,
    pub(super) token: String,
    pub(super) issued: Vec<Entry>,
}

impl Shot {
    pub(super) fn text(&self) -> &str {
        &self.token
    }

    /// A token that came without a recipe.
    pub(super) fn alone(token: &str) -> Self {
        Self { recipe: Recipe { from: Base::Genuine, steps: Vec::new() }, token: token.to_owned(), issued: Vec::new() }
    }
}

/// What an answer means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Meaning {
    pub(super) outcome: Outcome,
    pub(super) rule: Option<Rule>,
}

/// As it should be.
pub(super) const HELD: Meaning = Meaning { outcome: Outcome::Held, rule: None };

impl Stage {
    /// `None` where the configuration makes no sense for the algorithm.
    pub fn new((algorithm, configuration): (Algorithm, Configuration), seed: u64, words: &Words) -> Option<Self> {
        let issuer = configuration.issuer(algorithm)?;
        let hash = Sha2::Sha256.digest(format!("{seed}/fuzz/{algorithm}/{}", configuration.label()).as_bytes());
        let own = u64::from_be_bytes(hash[..8].try_into().expect("eight bytes"));
        let scene = Scene::new(&issuer, words);
        Some(Self {
            canary: data_encoding::HEXLOWER.encode(&hash[8..24]),
            genuine: issuer.genuine().to_string(),
            broken: issuer.broken(),
            seed: own,
            algorithm,
            configuration,
            issuer,
            scene,
        })
    }

    /// What the verifier is told.
    pub(super) fn trust(&self) -> &Trust {
        &self.issuer.trust
    }

    /// Who signs the genuine tokens.
    pub(super) fn issuer(&self) -> &Issuer {
        &self.issuer
    }

    /// The algorithm that verifiers are set up for.
    pub(super) fn algorithm(&self) -> Algorithm {
        self.algorithm
    }

    /// How verifiers are set up.
    pub(super) fn configuration(&self) -> &Configuration {
        &self.configuration
    }

    /// What the random choices of this stage follow from.
    pub(super) fn seed(&self) -> u64 {
        self.seed
    }

    /// What the claims of forged tokens hold.
    pub(super) fn canary(&self) -> &str {
        &self.canary
    }

    /// The token that must be accepted.
    pub(super) fn genuine(&self) -> &str {
        &self.genuine
    }

    /// The same with a flipped bit in its signature.
    pub(super) fn broken(&self) -> &str {
        &self.broken
    }

    /// What a sampler knows.
    pub(super) fn scene(&self) -> &Scene {
        &self.scene
    }

    /// A bench with any token on it.
    pub(super) fn work(&self, draft: Draft) -> Work<'_> {
        Work::new(draft, &self.issuer, self.seed.to_be_bytes().to_vec())
    }

    /// A bench with the base of a recipe on it.
    pub(super) fn start(&self, from: Base) -> Work<'_> {
        Recipe { from, steps: Vec::new() }.start(&self.issuer, self.seed.to_be_bytes().to_vec(), &self.canary)
    }

    /// Forges from the start.
    pub(super) fn forge(&self, recipe: &Recipe) -> Result<Shot, StepError> {
        let mut work = self.start(recipe.from);
        for step in &recipe.steps {
            step.apply(&mut work)?;
        }
        Ok(Shot { recipe: recipe.clone(), token: work.wire_text(), issued: work.into_issued() })
    }

    /// What an answer to `shot` means. Only called for answers that may matter, since the oracle costs more than forging.
    pub(super) fn judge(&self, shot: &Shot, verdict: &Verdict) -> Meaning {
        match verdict {
            Verdict::Rejected(_) => HELD,
            Verdict::Crashed(_) => Meaning { outcome: Outcome::Crashed, rule: None },
            Verdict::Hung(_) => Meaning { outcome: Outcome::Hung, rule: None },
            Verdict::Accepted(claims) => self.accepted(shot, claims.as_ref()),
        }
    }

    fn accepted(&self, shot: &Shot, claims: Option<&Claims>) -> Meaning {
        // What verifies by the standard is good in every encoding of its signature, such as the other s of ECDSA.
        let ledger = self.issuer.ledger_with(&shot.issued);
        if self.verifies(&shot.token) {
            let ruled = self.ruled(&shot.token);
            // The issuer signed a text, and whoever took it for a token of its own read other claims out of it.
            let inner =
                ruled.rule == Some(Rule::ClaimsNotAnObject) && ledger.echo(&shot.token, &self.canary, claims) == Echo::Canary;
            return if inner { Meaning { outcome: Outcome::Forged, rule: None } } else { ruled };
        }
        let verdict = Verdict::Accepted(claims.cloned());
        let means = |from, echo| Meaning { outcome: judge(&Expectation::Reject, from, &verdict, echo), rule: None };
        let meaning = match (ledger.provenance(&shot.token), self.issuer.provenance_alone(&shot.token)) {
            // Good for some algorithm of the key, but not for the configured one.
            (_, Provenance::Genuine) => match self.ruled(&shot.token) {
                HELD => means(Provenance::Genuine, Echo::Silent),
                meaning => meaning,
            },
            // The issuer made it, but it is non-standard: padding, hash, parameters.
            (Provenance::Genuine, _) if self.issuer.made(&Draft::parse(&shot.token)) => means(Provenance::Respelled, Echo::Silent),
            (Provenance::Genuine, _) => means(Provenance::Genuine, Echo::Silent),
            (Provenance::Forged, Provenance::Respelled) => means(Provenance::Respelled, Echo::Silent),
            (from, _) => means(from, ledger.echo(&shot.token, &self.canary, claims)),
        };
        // Where anyone signs, a second spelling adds nothing.
        if self.issuer.anyone_signs() && meaning.outcome == Outcome::Malleable { HELD } else { meaning }
    }

    /// What the acceptance of a token means that the issuer signed.
    fn ruled(&self, token: &str) -> Meaning {
        match policy::judge(&self.issuer.trust, token, now()) {
            Ruling::MustRefuse(rule) => Meaning { outcome: Outcome::Policy, rule: Some(rule) },
            Ruling::Good | Ruling::Free(_) => HELD,
        }
    }

    /// Whether the token verifies as it stands, by the configured algorithm's mathematics. How header and claims are spelled is the
    /// signer's affair: nobody else can spell them otherwise.
    pub(super) fn verifies(&self, token: &str) -> bool {
        let Some((input, signature)) = token.rsplit_once('.').filter(|(input, _)| input.matches('.').count() == 1) else {
            return false;
        };
        let signature = data_encoding::BASE64URL_NOPAD.decode(signature.as_bytes());
        let good = |signature: Vec<u8>| self.issuer.public.verifies_weakly(self.algorithm, input.as_bytes(), &signature);
        !self.issuer.anyone_signs() && signature.is_ok_and(good)
    }

    /// What the issuer would have signed with the last of several members of one name alone.
    pub(super) fn with_last_members(&self, token: &str) -> Option<String> {
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
        let signature = self.issuer.key.as_ref()?.sign(self.algorithm, draft.signing_input().as_bytes()).ok()?;
        *draft.segment_mut(2) = Segment::from_bytes(signature);
        Some(draft.to_string())
    }
}

/// Seconds since 1970, UTC.
pub(super) fn now() -> f64 {
    let elapsed = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
    elapsed.map_or(0.0, |elapsed| elapsed.as_secs_f64())
}
