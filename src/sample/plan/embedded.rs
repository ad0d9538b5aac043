//! A key that the token brings along, and a signature that fits it.

use strum::VariantArray as _;

use super::{add_header, key_id, no_signature, set_header, spice};
use crate::{
    algorithm::Algorithm,
    choice::Choice,
    entropy::Entropy,
    recipe::Base,
    sample::{
        Scene,
        step::{dealt, embed_url},
    },
    step::{Chain, Holder, KeyMember, Place, Step},
    words,
};

/// Signed with a key that stands in the token, or that the token points to.
pub(super) fn embedded(steps: &mut Vec<Step>, entropy: &mut Entropy, scene: &Scene) -> Base {
    key_id(steps, entropy, 25);
    spice(steps, entropy, scene, 20);
    if entropy.percent(15) {
        // Proofs and statements that rightly bring their key.
        steps.push(set_header("typ", *entropy.draw_without_repeat("typ with key", words::TYPES_WITH_KEYS)));
    }
    let key = if entropy.percent(65) { scene.algorithm } else { *entropy.draw_without_repeat("algorithm", &Algorithm::ALL) };
    match entropy.below(10) {
        8 => steps.push(embed_url(entropy, scene)),
        0 | 1 | 9 => {
            if entropy.percent(30) {
                steps.push(Step::Thumbprint {
                    name: (*entropy.draw_without_repeat("x5t", &["x5t", "x5t#S256"])).into(),
                    of: (*entropy.draw_without_repeat("x5t of", &[Holder::Attacker, Holder::Trusted])).into(),
                });
            }
            steps.push(Step::EmbedChain { chain: dealt!(entropy, Chain) });
        }
        2 => {
            // No key at all in sight, or one that only a look-up elsewhere would give.
            steps.push(Step::Thumbprint {
                name: (*entropy.draw_without_repeat("x5t", &["x5t", "x5t#S256"])).into(),
                of: dealt!(entropy, Holder),
            });
            match entropy.below(3) {
                0 => no_signature(steps, entropy, scene),
                1 => steps.push(Step::EmbedChain { chain: dealt!(entropy, Chain) }),
                _ => steps.push(Step::Sign { with: Holder::Attacker.into(), algorithm: Some(scene.algorithm.into()) }),
            }
        }
        3 if scene.algorithm == Algorithm::EdDSA => steps.push(Step::EddsaSmallOrder { embed: Some(entropy.below(14).into()) }),
        3 => {
            let with = *entropy.draw_without_repeat("holder", &[Holder::Attacker, Holder::OtherTrusted]);
            steps.push(Step::Sign { with: with.into(), algorithm: Some(scene.algorithm.into()) });
        }
        _ => {
            let member = if entropy.percent(10) {
                // Few verifiers look for a key among the claims, and then only beside the right issuer.
                *entropy.draw_without_repeat("stated", &[KeyMember::SelfIssued, KeyMember::EntityStatement])
            } else {
                *entropy.draw_without_repeat("KeyMember", KeyMember::VARIANTS)
            };
            let key = if member.is_near_trusted() { scene.algorithm } else { key };
            steps.push(Step::EmbedKey { key: Some(key.into()), r#as: member.into() });
            if entropy.percent(10) {
                // The key that is compared, and the key that is used.
                steps.push(add_header("jwk", "{}", *entropy.draw_without_repeat("jwk at", Place::VARIANTS)));
            }
        }
    }
    Base::Forged
}
