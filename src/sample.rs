//! Random steps and random recipes: what an attacker with a vocabulary and no plan would try, at a few hundred thousand a second.
//!
//! A recipe is sampled as a plan (unsigned, confused, embedded, mathematics, issued, respelled, raw, worded, wild), because what makes a
//! forgery is how the token ends up signed; the rest is spice. Values come from [`crate::words`], enumerations are dealt like cards, so
//! that a thousand tokens visit everything a few times. [`Step::sample`] reaches every step there is.
//!
//! Deliberately absent: the attack files. What the fuzzer finds, it finds without them, which is what makes it a second opinion.

mod deck;
mod havoc;
mod mathematics;
mod plan;
mod step;
mod value;

pub use havoc::mutate as mutate_bytes;

use std::sync::Arc;

use strum::VariantArray as _;

use crate::{
    algorithm::{Algorithm, Family},
    entropy::Entropy,
    issuer::Issuer,
    keys::{Key, KeyText, PublicMaterial, Role},
    recipe::{Base, Recipe},
    step::{SegmentName, Step},
    words::{self, SigningKey, Words, sample_keys},
};

/// What a sampler knows about the verifier that its tokens are for.
#[derive(Debug)]
pub struct Scene {
    algorithm: Algorithm,
    /// The configured `alg`, as JSON.
    own: String,
    spellings: Vec<String>,
    issuers: Vec<String>,
    audiences: Vec<String>,
    issuer: String,
    audience: String,
    secrets: Vec<String>,
    key_texts: Vec<KeyText>,
    back_doors: Arc<[String]>,
    harvested: Arc<[String]>,
    /// Harvested words that are written side by side.
    neighbours: Arc<[Vec<String>]>,
    /// Ids like the configured one, as JSON.
    near_kids: Vec<String>,
    /// Private keys in PEM, each with an algorithm that it signs with: from the target's files, or published as examples.
    private_keys: Vec<(String, Algorithm)>,
    /// How many of these are from the target's files; they come first.
    leaked: usize,
    /// The genuine token, as JSON.
    quoted: String,
    /// The genuine token's segments, decoded.
    segments: [Vec<u8>; 3],
    /// Whether the issuer's private key is at hand.
    issues: bool,
    /// Whether the configured key is none that an operator should have chosen, which invites mathematics.
    odd_key: bool,
    /// Whether the configured key is an RSA key with the public exponent 3, so that cube roots may pass for signatures.
    exponent_3: bool,
}

impl Scene {
    /// What is known about verifiers that trust `issuer`.
    #[must_use]
    pub fn new(issuer: &Issuer, words: &Words) -> Self {
        let trust = &issuer.trust;
        let own = |text: &Option<String>| words::lookalikes(text.as_deref().unwrap_or("x"));
        let bytes = |i: usize| issuer.genuine().segments.get(i).and_then(crate::token::Segment::bytes).unwrap_or_default();
        let known = words::known_texts(trust);
        Self {
            algorithm: trust.algorithm,
            own: crate::text::quoted(trust.algorithm.name()),
            spellings: words::spellings(trust.algorithm.name()),
            issuers: own(&trust.issuer),
            audiences: own(&trust.audience),
            issuer: trust.issuer.clone().unwrap_or_default(),
            audience: trust.audience.clone().unwrap_or_default(),
            secrets: words::SECRETS.iter().map(|s| (*s).to_owned()).chain(known).collect(),
            key_texts: KeyText::ALL.iter().copied().filter(|shape| issuer.key_text(*shape).is_some()).collect(),
            back_doors: Arc::clone(&words.back_doors),
            harvested: Arc::clone(&words.harvested),
            near_kids: words::near_kids(trust.kid.as_deref().unwrap_or("key-1")),
            neighbours: Arc::clone(&words.neighbours),
            private_keys: words.private_keys.iter().chain(sample_keys()).flat_map(|key| uses(key, trust.algorithm)).collect(),
            leaked: words.private_keys.iter().flat_map(|key| uses(key, trust.algorithm)).count(),
            quoted: crate::text::quoted(&issuer.genuine().to_string()),
            segments: [bytes(0), bytes(1), bytes(2)],
            issues: issuer.key.is_some(),
            odd_key: !Key::of(Role::Trusted, trust.algorithm)
                .is_some_and(|usual| usual.public().material == issuer.public.material),
            exponent_3: matches!(&issuer.public.material, PublicMaterial::Rsa { e, .. } if e == &[3]),
        }
    }

    /// The algorithm that the verifier is set up for.
    #[must_use]
    pub fn algorithm(&self) -> Algorithm {
        self.algorithm
    }

    fn family(&self) -> Family {
        self.algorithm.family()
    }
}

/// A private key with the configured algorithm where it fits, else with the first that does.
fn uses((pem, fit): &SigningKey, configured: Algorithm) -> Vec<(String, Algorithm)> {
    let usual: &[Algorithm] = if fit.contains(&configured) { &[configured] } else { &fit[..fit.len().min(1)] };
    usual.iter().map(|algorithm| (pem.clone(), *algorithm)).collect()
}

impl Recipe {
    /// A random recipe. Not every one can be forged: a step may not suit what stands there by then.
    #[must_use]
    pub fn sample(entropy: &mut Entropy, scene: &Scene) -> Self {
        plan::sample(entropy, scene, true)
    }

    /// A random recipe without private-key mathematics, certificates or other expensive steps.
    #[must_use]
    pub fn sample_cheap(entropy: &mut Entropy, scene: &Scene) -> Self {
        plan::sample(entropy, scene, false)
    }

    /// This recipe with a step more, less or changed.
    #[must_use]
    pub fn mutated(&self, entropy: &mut Entropy, scene: &Scene) -> Self {
        let mut steps = self.steps.clone();
        for _ in 0..entropy.few(3) {
            match entropy.below(6) {
                0 if !steps.is_empty() => drop(steps.remove(entropy.below(steps.len()))),
                1 if steps.len() > 1 => {
                    let (a, b) = (entropy.below(steps.len()), entropy.below(steps.len()));
                    steps.swap(a, b);
                }
                2 if !steps.is_empty() => {
                    let at = entropy.below(steps.len());
                    steps[at] = Step::sample(entropy, scene);
                }
                _ => steps.insert(entropy.below(steps.len() + 1), Step::sample(entropy, scene)),
            }
        }
        let from = if entropy.percent(10) { *entropy.pick(&[Base::Genuine, Base::Forged]) } else { self.from };
        Self { from, steps }
    }

    /// The head of this recipe with the tail of another.
    #[must_use]
    pub fn crossed(&self, other: &Self, entropy: &mut Entropy) -> Self {
        let head = &self.steps[..entropy.below(self.steps.len() + 1)];
        let tail = &other.steps[entropy.below(other.steps.len() + 1)..];
        Self { from: self.from, steps: [head, tail].concat() }
    }
}

/// A part of a JWS.
fn any_segment(entropy: &mut Entropy) -> SegmentName {
    *entropy.pick(SegmentName::VARIANTS)
}
