//! The parts of random steps that more than one plan needs.

use strum::VariantArray as _;

use super::Scene;
use crate::{
    algorithm::{Algorithm, Family},
    choice::Choice,
    entropy::Entropy,
    keys::Curve,
    step::{DataUrl, Derivation, Document, MacKey, Place, SecretReading, Step},
    words,
};

/// One of an enumeration, dealt.
macro_rules! dealt {
    ($entropy:expr, $of:ty) => {
        Choice::one(*$entropy.draw_without_repeat(stringify!($of), <$of>::VARIANTS))
    };
}

pub(super) use dealt;

/// A member of a JSON serialisation that RFC 7515 section 7.2 does not have, or has only once.
pub(super) fn json_member(entropy: &mut Entropy, scene: &Scene) -> Step {
    const OWN: [&str; 9] = ["payload", "protected", "signature", "signatures", "header", "claims", "alg", "kid", "verified"];
    let name = match scene.harvested.len() {
        0 => (*entropy.draw_without_repeat("json member", &OWN)).to_owned(),
        _ if entropy.percent(30) => (*entropy.draw_without_repeat("json member", &OWN)).to_owned(),
        _ => entropy.draw_without_repeat("json word", &scene.harvested).clone(),
    };
    let to = match entropy.below(3) {
        0 => crate::text::quoted(&data_encoding::BASE64URL_NOPAD.encode(&scene.segments[entropy.below(3)])),
        1 => (*entropy.draw_without_repeat("opener", words::OPENERS)).to_owned(),
        _ => (*entropy.draw_without_repeat("values", words::VALUES)).to_owned(),
    };
    Step::JsonMember { name: name.into(), to: to.into(), at: dealt!(entropy, Place) }
}

/// A genuine token beside this one.
pub(super) fn join(entropy: &mut Entropy) -> Step {
    Step::Join { genuine: dealt!(entropy, Place), with: (*entropy.draw_without_repeat("separator", words::SEPARATORS)).into() }
}

/// A time that is past, or not yet come, by more than clocks differ and less than carelessness grants.
pub(super) fn claim_time(entropy: &mut Entropy) -> Step {
    const HOUR: i64 = 3600;
    let (name, seconds) = *entropy.draw_without_repeat(
        "claim time",
        &[
            ("exp", -2 * HOUR),
            ("exp", -10 * HOUR),
            ("exp", -23 * HOUR),
            ("exp", -6 * 24 * HOUR),
            ("exp", -29 * 24 * HOUR),
            ("exp", -300 * 24 * HOUR),
            ("nbf", 2 * HOUR),
            ("nbf", 23 * HOUR),
            ("nbf", 29 * 24 * HOUR),
            ("iat", 2 * HOUR),
            ("iat", 300 * 24 * HOUR),
        ],
    );
    Step::ClaimTime { name: name.into(), seconds: seconds.into() }
}

/// What is done to a key that is not a secret of the issuer's, in so many of a hundred cases.
pub(super) fn derivation(key: &MacKey, entropy: &mut Entropy, percent: usize) -> Option<Choice<Derivation>> {
    let public = matches!(key, MacKey::Text(_) | MacKey::PublicKey(_) | MacKey::Member(_));
    (public && entropy.percent(percent)).then(|| dealt!(entropy, Derivation))
}

pub(super) fn algorithm(entropy: &mut Entropy, scene: &Scene) -> Option<Choice<Algorithm>> {
    let of = if entropy.percent(50) { scene.algorithm } else { *entropy.draw_without_repeat("algorithm", &Algorithm::ALL) };
    Some(of.into())
}

/// `jku` or `x5u` that needs no host.
pub(super) fn embed_url(entropy: &mut Entropy, scene: &Scene) -> Step {
    let key = algorithm(entropy, scene);
    let name = (*entropy.draw_without_repeat("url", &["jku", "x5u"])).into();
    Step::EmbedUrl { name, key, document: dealt!(entropy, Document), url: dealt!(entropy, DataUrl) }
}

/// A number of bytes that matters to signatures.
pub(super) fn length(entropy: &mut Entropy, scene: &Scene) -> usize {
    let full = scene.segments[2].len();
    match entropy.below(6) {
        0 => full,
        1 => (full + 1).saturating_sub(entropy.below(3)),
        2 => entropy.below(full + 1),
        3 => full / 2,
        _ => *entropy.draw_without_repeat("lengths", &[0, 1, 2, 4, 8, 10, 12, 16, 20, 24, 32, 48, 64, 96, 132, 256]),
    }
}

/// A key that an attacker may know.
pub(super) fn mac_key(entropy: &mut Entropy, scene: &Scene) -> MacKey {
    match entropy.below(16) {
        0..4 if !scene.key_texts.is_empty() => {
            MacKey::PublicKey((*entropy.draw_without_repeat("key text", &scene.key_texts)).into())
        }
        4 => MacKey::Configured {},
        5..10 => MacKey::Text(entropy.draw_without_repeat("secrets", &scene.secrets).clone().into()),
        10 => MacKey::Member(
            (*entropy.draw_without_repeat("member", &["kid", "iss", "sub", "aud", "alg", "exp", "iat", "typ"])).into(),
        ),
        11 => MacKey::Hex("00".repeat(*entropy.pick(&[1, 16, 32, 48, 64, 128])).into()),
        12 if !scene.harvested.is_empty() => {
            MacKey::Text(entropy.draw_without_repeat("harvested secret", &scene.harvested).clone().into())
        }
        13 => MacKey::Secret(dealt!(entropy, SecretReading)),
        14 => MacKey::SecretPrefix((*entropy.draw_without_repeat("prefix", &[0_usize, 1, 4, 8, 10, 16, 24, 32, 64])).into()),
        _ => MacKey::Text("".into()),
    }
}

/// Another algorithm of the configured key's family, for which the issuer's key can sign.
pub(super) fn sibling(entropy: &mut Entropy, scene: &Scene) -> Algorithm {
    let kin: Vec<Algorithm> =
        Algorithm::ALL.into_iter().filter(|a| a.family() == scene.family() && *a != scene.algorithm).collect();
    let curve_fits = |a: &Algorithm| Curve::of(*a).is_some() == Curve::of(scene.algorithm).is_some();
    let kin: Vec<Algorithm> = kin.into_iter().filter(curve_fits).collect();
    let counterpart = kin.iter().find(|a| scene.family() == Family::Rsa && a.hash() == scene.algorithm.hash());
    if let Some(counterpart) = counterpart.filter(|_| entropy.percent(55)) {
        // The other padding, with all else the same.
        return *counterpart;
    }
    if kin.is_empty() { scene.algorithm } else { *entropy.draw_without_repeat("sibling", &kin) }
}
