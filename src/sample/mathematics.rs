//! Random steps into the signature scheme of the configured key.

use strum::VariantArray as _;

use super::{
    Scene,
    step::{dealt, mac_key},
};
use crate::{
    algorithm::Family,
    choice::Choice,
    entropy::Entropy,
    step::{
        CubeRoot, DigestEdit, DigestElement, EcdsaForm, EcdsaScalar, EcdsaSpelling, EddsaSpelling, EddsaVariant, KeyMember,
        MacHash, PaddingEdit, PssEdit, RsaInteger, SignedHash, Step,
    },
};

/// A step into the signature scheme of the configured key.
pub(super) fn mathematics(entropy: &mut Entropy, scene: &Scene) -> Step {
    match scene.family() {
        Family::Hmac => Step::Mac { key: mac_key(entropy, scene).into(), hash: Some(dealt!(entropy, MacHash)), derived: None },
        Family::Ec => match entropy.below(12) {
            0..4 => Step::RespellEcdsa { to: dealt!(entropy, EcdsaSpelling) },
            4 => embed_near(scene, KeyMember::OrderTwo),
            which => {
                // Numbers that belong together, or any.
                let together = [
                    (EcdsaScalar::Zero, EcdsaScalar::Zero),
                    (EcdsaScalar::GeneratorX, EcdsaScalar::Digest),
                    (EcdsaScalar::KeyX, EcdsaScalar::KeyX),
                    (EcdsaScalar::Order, EcdsaScalar::Order),
                ];
                let (r, s) = if which < 7 {
                    *entropy.draw_without_repeat("r and s", &together)
                } else {
                    (
                        *entropy.draw_without_repeat("r", EcdsaScalar::VARIANTS),
                        *entropy.draw_without_repeat("s", EcdsaScalar::VARIANTS),
                    )
                };
                Step::EcdsaScalars { r: r.into(), s: s.into(), form: dealt!(entropy, EcdsaForm) }
            }
        },
        Family::Okp => match entropy.below(3) {
            0 => Step::RespellEddsa { to: dealt!(entropy, EddsaSpelling) },
            1 => Step::SignEddsaVariant { variant: dealt!(entropy, EddsaVariant) },
            _ => Step::EddsaSmallOrder { embed: if entropy.percent(20) { None } else { Some(entropy.below(14).into()) } },
        },
        Family::Rsa => rsa(entropy, scene),
    }
}

fn rsa(entropy: &mut Entropy, scene: &Scene) -> Step {
    let own: &[u8] = match (scene.algorithm.is_pss(), scene.exponent_3) {
        (true, _) => &[0, 0, 0, 1, 6],
        (false, false) => &[3, 4, 5, 6, 1, 1],
        (false, true) => &[2, 2, 2, 2, 2, 3, 4, 5, 6, 1],
    };
    match entropy.pick(own) {
        0 => Step::RsaPss { edit: dealt!(entropy, PssEdit) },
        // Only the issuer makes an s for which s + n fits, and nothing else shows that nobody compares it with n.
        1 if entropy.percent(45) => Step::RsaInteger { to: RsaInteger::PlusModulus.into() },
        1 => Step::RsaInteger { to: dealt!(entropy, RsaInteger) },
        2 => Step::RsaCubeRoot { layout: dealt!(entropy, CubeRoot) },
        3 => Step::RsaPadding { edit: dealt!(entropy, PaddingEdit) },
        4 => Step::RsaDigestInfo { element: dealt!(entropy, DigestElement), edit: dealt!(entropy, DigestEdit) },
        5 => Step::RsaHash { hash: dealt!(entropy, SignedHash) },
        _ => match entropy.below(4) {
            0 => Step::RsaExponentOne {},
            1 => Step::RsaPrimeModulus {},
            2 => Step::RsaInteger { to: RsaInteger::Zero.into() },
            _ => embed_near(scene, KeyMember::ExponentOne),
        },
    }
}

/// A key that is almost the trusted one, and that anyone signs for.
fn embed_near(scene: &Scene, member: KeyMember) -> Step {
    Step::EmbedKey { key: Some(scene.algorithm.into()), r#as: member.into() }
}
