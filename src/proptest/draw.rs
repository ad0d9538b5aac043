//! Drawing recipes that are likely to give what a strategy promises; [`super::sample`] keeps the promise.

use crate::{
    entropy::Entropy,
    recipe::{Base, Recipe},
    sample::Scene,
    step::{Holder, SegmentName, Step},
};

pub(super) fn forged(entropy: &mut Entropy, scene: &Scene) -> Recipe {
    Recipe::sample(entropy, scene)
}

pub(super) fn steps(entropy: &mut Entropy, scene: &Scene) -> Recipe {
    let count = entropy.few(8);
    Recipe { from: Base::Forged, steps: (0..count).map(|_| Step::sample(entropy, scene)).collect() }
}

/// Claims that no verifier has an opinion on, then the issuer's signature.
pub(super) fn genuine(entropy: &mut Entropy, scene: &Scene) -> Recipe {
    const NAMES: [&str; 9] = ["sub", "jti", "name", "email", "nonce", "scope", "roles", "preferences", "locale"];
    let mut steps = Vec::new();
    for _ in 0..entropy.below(6) {
        let to = match entropy.below(6) {
            0 => entropy.below(1 << 20).to_string(),
            1 => format!("[{},true,null]", entropy.below(100)),
            2 => format!("{{\"a\":{{\"b\":[{}]}}}}", entropy.below(100)),
            3 => crate::text::quoted(&"añ ".repeat(entropy.below(100))),
            _ => crate::text::quoted(&format!("{:x}", entropy.bits())),
        };
        let name = *entropy.pick(&NAMES);
        // RFC 7519 section 4.1: these two are texts.
        let to = if matches!(name, "sub" | "jti") { crate::text::quoted(&to) } else { to };
        steps.push(Step::SetClaim { name: name.into(), to: to.into() });
    }
    if entropy.percent(20) {
        steps.push(Step::SpaceClaims {});
    }
    if !steps.is_empty() {
        steps.push(Step::Sign { with: Holder::Trusted.into(), algorithm: Some(scene.algorithm().into()) });
    }
    Recipe { from: Base::Genuine, steps }
}

/// One or two other spellings of the genuine token.
pub(super) fn respelled(entropy: &mut Entropy, scene: &Scene) -> Recipe {
    let spells = |step: &Step| {
        use Step::{
            Append, Decorate, ExtendSignature, Prepend, RespellBase64, RespellEcdsa, RespellEddsa, RsaInteger, Shape, SpliceSegment,
        };
        matches!(
            step,
            RespellBase64 { .. }
                | Shape { .. }
                | Decorate { .. }
                | Append { .. }
                | Prepend { .. }
                | ExtendSignature { .. }
                | RespellEcdsa { .. }
                | RespellEddsa { .. }
                | RsaInteger { .. }
                | SpliceSegment { .. }
        )
    };
    Recipe { from: Base::Genuine, steps: those(spells, entropy.few(2), entropy, scene) }
}

pub(super) fn header(entropy: &mut Entropy, scene: &Scene) -> Recipe {
    let edits = |step: &Step| {
        use Step::{AddHeader, CopyClaimToHeader, DropHeader, HeaderText, Kid, MoveHeader, RenameHeader, SetHeader, SpaceHeader};
        matches!(
            step,
            SetHeader { .. }
                | AddHeader { .. }
                | DropHeader { .. }
                | RenameHeader { .. }
                | MoveHeader { .. }
                | HeaderText { .. }
                | SpaceHeader {}
                | Kid { .. }
                | CopyClaimToHeader { .. }
        )
    };
    Recipe { from: Base::Genuine, steps: those(edits, entropy.few(6), entropy, scene) }
}

pub(super) fn claims(entropy: &mut Entropy, scene: &Scene) -> Recipe {
    let edits = |step: &Step| {
        use Step::{AddClaim, ClaimsText, DropClaim, RenameClaim, SetClaim, SpaceClaims, SpliceSegment};
        matches!(
            step,
            SetClaim { .. } | AddClaim { .. } | DropClaim { .. } | RenameClaim { .. } | ClaimsText { .. } | SpaceClaims {}
        ) || matches!(step, SpliceSegment { of, .. } if **of == SegmentName::Claims)
    };
    Recipe { from: Base::Genuine, steps: those(edits, entropy.few(6), entropy, scene) }
}

/// Random steps of a kind.
fn those(kind: impl Fn(&Step) -> bool, count: usize, entropy: &mut Entropy, scene: &Scene) -> Vec<Step> {
    std::iter::repeat_with(|| Step::sample(entropy, scene)).filter(kind).take(count).collect()
}
