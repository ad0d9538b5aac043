//! What the issuer signs because its users had it write so; then perhaps somebody changes it.

use data_encoding::HEXLOWER;
use strum::VariantArray as _;

use super::{set_claim, set_header, sign, wire, worded::word};
use crate::{
    algorithm::Family,
    choice::Choice,
    entropy::Entropy,
    recipe::Base,
    sample::{
        Scene, havoc,
        step::{claim_time, dealt, sibling},
        value::{alg, claim_name, claim_value, header_value, value},
    },
    step::{Base64Spelling, EcdsaForm, Other, Place, SegmentName, Step},
    words,
};

/// The issuer signs what its users had it write; then perhaps somebody changes it.
pub(super) fn issued(steps: &mut Vec<Step>, entropy: &mut Entropy, scene: &Scene) -> Base {
    // A MAC costs nothing, so there is no need to hurry.
    let other = entropy.percent(if scene.family() == Family::Hmac { 24 } else { 34 });
    let algorithm = if other { sibling(entropy, scene) } else { scene.algorithm };
    // Another algorithm is enough of a change: what else is wrong would hide that it is taken.
    let alone = other && entropy.percent(50);
    let two_steps = !alone && entropy.percent(30);
    if !alone {
        written(steps, entropy, scene);
    }
    if entropy.percent(4) {
        steps.push(Step::SignByKeyType { form: dealt!(entropy, EcdsaForm) });
        return Base::Genuine;
    }
    // Some verifiers go by the name in the header, some by the key: the other algorithm is named, or signed with, or both.
    let (named, signed) = match entropy.draw_without_repeat("sibling's part", &[0_u8, 1, 2]) {
        0 => (algorithm, scene.algorithm),
        1 => (scene.algorithm, algorithm),
        _ => (algorithm, algorithm),
    };
    if named != scene.algorithm {
        steps.push(set_header("alg", crate::text::quoted(named.name())));
    }
    steps.push(sign(signed));
    if two_steps {
        afterwards(steps, entropy, scene);
    }
    if entropy.percent(50) { Base::Genuine } else { Base::Forged }
}

/// What is asked of the issuer, or where it was careless.
fn written(steps: &mut Vec<Step>, entropy: &mut Entropy, scene: &Scene) {
    match entropy.below(24) {
        0 if entropy.percent(60) => expired(steps, entropy, scene),
        0 if entropy.percent(75) => {
            displaced(steps, entropy, scene);
        }
        1 if entropy.percent(40) => {
            // A token in a token: only the outer one is signed.
            if entropy.percent(70) {
                steps.push(set_header("alg", r#""none""#));
                steps.push(Step::DropSignature {});
            }
            steps.push(Step::Nest {});
        }
        0..8 => claimed(steps, entropy, scene),
        8 => steps
            .push(Step::DropClaim { name: (*entropy.draw_without_repeat("dropped", &["exp", "iss", "aud", "sub", "iat"])).into() }),
        9 | 23 => steps.push(Step::ClaimsText { to: (*entropy.draw_without_repeat("payload", words::PAYLOADS)).into() }),
        10 => {
            let name = *entropy.draw_without_repeat("renamed", &["exp", "iss", "aud", "sub"]);
            let to = entropy.pick(&[name.to_uppercase(), format!("{name} "), format!("{name}\0"), format!("x{name}")]).clone();
            steps.push(Step::RenameClaim { name: name.into(), to: crate::text::quoted(&to).into() });
        }
        19..23 if entropy.percent(12) => extended(steps, entropy),
        19..23 => {
            let name = *entropy.draw_without_repeat("critical", &["crit", "typ", "crit", "typ", "typ", "cty", "zip", "b64"]);
            steps.push(set_header(name, header_value(name, entropy, scene)));
        }
        11 | 12 => {
            // What the issuer signs is mostly worth a look if its name still means the same to somebody.
            let close = entropy.percent(60);
            let to = if close { entropy.draw_without_repeat("spellings", &scene.spellings).clone() } else { alg(entropy, scene) };
            steps.push(set_header("alg", to));
        }
        14 => steps.push(Step::HeaderBytes { hex: HEXLOWER.encode(&havoc::mutate(scene.segments[0].clone(), entropy)).into() }),
        15 => steps.push(Step::ClaimsBytes { hex: HEXLOWER.encode(&havoc::mutate(scene.segments[1].clone(), entropy)).into() }),
        16 => {
            let of = *entropy.draw_without_repeat("spelled", &[SegmentName::Header, SegmentName::Claims]);
            steps.push(Step::RespellBase64 { of: of.into(), to: dealt!(entropy, Base64Spelling) });
        }
        17 => {
            let name = (*entropy.pick(words::HEADERS)).to_owned();
            steps.push(set_header(&name, value(entropy, scene)));
        }
        18 => {
            // Longer than some buffer.
            let long = format!(
                "\"{}\"",
                "A".repeat(*entropy.draw_without_repeat("long", &[300, 600, 1100, 2100, 4200, 8300, 17_000, 70_000]))
            );
            steps.push(if entropy.percent(50) { set_header("x", long) } else { set_claim("x", long) });
        }
        _ => steps.push(Step::SpaceClaims {}),
    }
}

/// A token that has run its time, and what might prolong it.
fn expired(steps: &mut Vec<Step>, entropy: &mut Entropy, scene: &Scene) {
    if entropy.percent(15) {
        // A duration, for who counts from now where there is nothing else to count from.
        steps.push(set_claim("exp", *entropy.draw_without_repeat("duration", &["3600", "86400", "60", "1000000"])));
        steps.push(Step::DropClaim { name: "iat".into() });
    } else {
        steps.push(claim_time(entropy));
    }
    if entropy.percent(60) {
        // What might prolong it, by the handful.
        let to = *entropy.draw_without_repeat("prolonged", &["4102444800", "4102444800", "999999999999", "true", "\"P99Y\""]);
        for _ in 0..8 {
            let name = if scene.harvested.is_empty() { claim_name(entropy, scene) } else { word(entropy, scene) };
            if !["exp", "nbf", "iat", "iss", "aud"].contains(&name.as_str()) {
                steps.push(set_claim(&name, to));
            }
        }
    }
}

/// Claims as the issuer's users may write them.
fn claimed(steps: &mut Vec<Step>, entropy: &mut Entropy, scene: &Scene) {
    for _ in 0..entropy.few(3) {
        let name = claim_name(entropy, scene);
        let to = claim_value(&name, entropy, scene);
        let add = entropy.percent(15);
        let at = *entropy.draw_without_repeat("claim at", Place::VARIANTS);
        steps.push(if add { Step::AddClaim { name: name.into(), to: to.into(), at: at.into() } } else { set_claim(&name, to) });
    }
    if entropy.percent(10) {
        // What some rule counts from, or falls back to.
        steps.push(Step::DropClaim { name: (*entropy.draw_without_repeat("without", &["iat", "exp", "nbf"])).into() });
    }
}

/// An extension that is announced, and there.
fn extended(steps: &mut Vec<Step>, entropy: &mut Entropy) {
    let name = *entropy.draw_without_repeat("extension", &["b64", "exp", "nonce", "url", "sigT", "jwk", "http://example.com/x"]);
    steps.push(set_header("crit", format!("[{}]", crate::text::quoted(name))));
    steps.push(set_header(name, *entropy.draw_without_repeat("extended", &["false", "true", "0", "null", "\"x\"", "{}"])));
}

/// Somebody else's token with our name in all the wrong places; or that of a tenant, who names itself.
fn displaced(steps: &mut Vec<Step>, entropy: &mut Entropy, scene: &Scene) {
    let (name, ours, other) = if entropy.percent(60) {
        ("aud", &scene.audience, r#""https://other.example""#)
    } else {
        ("iss", &scene.issuer, r#""https://evil.example""#)
    };
    let said = if entropy.percent(35) {
        let (joint, tenant) = (*entropy.draw_without_repeat("joint", &["/", "/", ":", "#", "?", ".", "@"]), "gauntlet");
        steps.push(set_claim(name, crate::text::quoted(&format!("{ours}{joint}{tenant}"))));
        crate::text::quoted(tenant)
    } else {
        steps.push(if entropy.percent(60) { set_claim(name, other) } else { Step::DropClaim { name: name.into() } });
        crate::text::quoted(ours)
    };
    for _ in 0..8 {
        let elsewhere = match entropy.below(4) {
            0 => (*entropy.draw_without_repeat("identities", words::IDENTITIES)).to_owned(),
            1 | 2 if !scene.harvested.is_empty() => word(entropy, scene),
            _ => (*entropy.draw_without_repeat("displaced", words::CLAIMS)).to_owned(),
        };
        if !["exp", "nbf", "iat", "iss", "aud"].contains(&elsewhere.as_str()) {
            steps.push(set_claim(&elsewhere, said.as_str()));
        }
    }
}

/// A change that the signature does not cover, if all is well.
fn afterwards(steps: &mut Vec<Step>, entropy: &mut Entropy, scene: &Scene) {
    match entropy.below(10) {
        0..3 => steps.push(set_claim("sub", r#""admin""#)),
        3 => steps.push(set_claim(&claim_name(entropy, scene), value(entropy, scene))),
        4 => steps.push(Step::AddClaim {
            name: "sub".into(),
            to: r#""root""#.into(),
            at: (*entropy.draw_without_repeat("after at", Place::VARIANTS)).into(),
        }),
        5 => steps.push(set_header("alg", alg(entropy, scene))),
        6 => steps.push(set_header("kid", entropy.draw_without_repeat("kid", words::KEY_IDS).0)),
        7 => {
            let of = *entropy.draw_without_repeat("splice", SegmentName::VARIANTS);
            steps.push(Step::SpliceSegment { of: of.into(), from: Other::Subject.into() });
        }
        8 => {
            let of = *entropy.draw_without_repeat("bit of", SegmentName::VARIANTS);
            let bits = scene.segments[of.index()].len() * 8;
            steps.push(Step::FlipBit {
                of: of.into(),
                bit: (-1 - i64::try_from(entropy.below(bits.max(1))).unwrap_or_default()).into(),
            });
        }
        _ => steps.push(wire(entropy, scene)),
    }
}
