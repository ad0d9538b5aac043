//! A MAC where a signature is due, or under a secret that is none.

use strum::VariantArray as _;

use super::{add_header, hash, set_claim, set_header, spice, unsigned_alg};
use crate::{
    algorithm::{Algorithm, Family},
    choice::Choice,
    entropy::Entropy,
    keys::KeyText,
    recipe::Base,
    sample::{
        Scene,
        step::{dealt, derivation, mac_key},
    },
    step::{Derivation, Holder, MacHash, MacKey, Place, Shape, Step},
    words,
};

/// Signed with what the verifier may take for the secret.
pub(super) fn confused(steps: &mut Vec<Step>, entropy: &mut Entropy, scene: &Scene) -> Base {
    let own = scene.family() == Family::Hmac && entropy.percent(40);
    let algorithm = if own {
        scene.algorithm
    } else {
        entropy.weighted(&[(5, Algorithm::HS256), (2, Algorithm::HS384), (2, Algorithm::HS512)])
    };
    named(steps, entropy, scene, algorithm);
    let key = known_key(steps, entropy, scene);
    let key = pointed_to(steps, entropy, scene).unwrap_or(key);
    if entropy.percent(6) {
        steps.push(Step::Thumbprint {
            name: (*entropy.draw_without_repeat("x5t", &["x5t", "x5t#S256"])).into(),
            of: (*entropy.draw_without_repeat("x5t of", &[Holder::Attacker, Holder::Trusted])).into(),
        });
    }
    let hash = if entropy.percent(90) { hash(algorithm) } else { *entropy.draw_without_repeat("mac hash", MacHash::VARIANTS) };
    spice(steps, entropy, scene, 8);
    let derived = derivation(&key, entropy, 15);
    let (key, derived) = password_or_tenant(steps, entropy, scene, key, derived);
    steps.push(Step::Mac { key: key.into(), hash: Some(hash.into()), derived });
    if entropy.percent(12) {
        steps.push(match entropy.below(3) {
            0 => Step::TruncateSignature {
                to: (*entropy.draw_without_repeat("cut", &[0_usize, 1, 2, 4, 8, 10, 16, 20, 24, 31])).into(),
            },
            1 => Step::ExtendSignature { hex: "00".into() },
            _ => Step::Shape { to: dealt!(entropy, Shape) },
        });
    }
    Base::Forged
}

/// The `alg` says that it is a MAC, or is spelled so that it passes for something else.
fn named(steps: &mut Vec<Step>, entropy: &mut Entropy, scene: &Scene, algorithm: Algorithm) {
    if entropy.percent(85) {
        steps.push(set_header("alg", crate::text::quoted(algorithm.name())));
    } else if entropy.percent(40) {
        // Past whoever forbids the name as it is written.
        steps.push(set_header("alg", entropy.draw_without_repeat("spelled hmac", &words::spellings(algorithm.name())).clone()));
    } else {
        // The code that follows falls back to some MAC.
        unsigned_alg(steps, entropy, scene);
    }
}

/// A key that an attacker may know, and the `kid` under which a verifier may find it.
fn known_key(steps: &mut Vec<Step>, entropy: &mut Entropy, scene: &Scene) -> MacKey {
    let mut key = mac_key(entropy, scene);
    if scene.family() != Family::Hmac && !scene.key_texts.is_empty() && entropy.percent(30) {
        // A text of the trusted key, most often one of those that verifiers are given most often.
        let usual = [KeyText::SpkiPem, KeyText::SpkiPem, KeyText::SpkiPem, KeyText::Jwk, KeyText::Jwks];
        let text = if entropy.percent(50) {
            entropy.draw_without_repeat("usual text", &usual)
        } else {
            entropy.draw_without_repeat("confused text", &scene.key_texts)
        };
        key = MacKey::PublicKey((*text).into());
    } else if entropy.percent(45) {
        let (kid, keys) = *entropy.draw_without_repeat("kid", words::KEY_IDS);
        if entropy.percent(80) {
            steps.push(set_header("kid", kid));
        } else {
            steps.push(add_header("kid", kid, *entropy.draw_without_repeat("kid at", Place::VARIANTS)));
        }
        key = match entropy.below(10) {
            0..7 => MacKey::Text((*entropy.pick(keys)).into()),
            7 | 8 => MacKey::Text(entropy.pick(&scene.secrets).clone().into()),
            _ => MacKey::Member("kid".into()),
        };
    } else if entropy.percent(25) {
        // Another of the issuer's ids, or none.
        steps.push(match entropy.below(3) {
            0 => Step::DropHeader { name: "kid".into() },
            _ => set_header("kid", entropy.draw_without_repeat("near kid", &scene.near_kids).clone()),
        });
        if entropy.percent(40) {
            key = MacKey::Text("".into());
        }
    }
    key
}

/// A key that a member of the token points to, or is.
fn pointed_to(steps: &mut Vec<Step>, entropy: &mut Entropy, scene: &Scene) -> Option<MacKey> {
    let mut key = None;
    if entropy.percent(6) {
        let (url, content) = *entropy.draw_without_repeat("url secret", words::URL_SECRETS);
        let name: &&str = entropy.draw_without_repeat("url", &["jku", "x5u"]);
        steps.push(set_header(name, url));
        key = Some(MacKey::Text(content.into()));
    }
    if entropy.percent(10) {
        let name = *entropy.draw_without_repeat("chosen", &["kid", "secret", "k", "key", "client_id", "tid", "jku", "x5t"]);
        let text = entropy.pick(&scene.secrets).clone();
        let text = if text.is_empty() { "gauntlet".to_owned() } else { text };
        let in_claims = name.contains("id") && name != "kid";
        steps.push(if in_claims {
            set_claim(name, crate::text::quoted(&text))
        } else {
            set_header(name, crate::text::quoted(&text))
        });
        key = Some(MacKey::Member(name.into()));
    }
    key
}

/// Now and then another key: a stretched password, or what a tenant of the issuer's names.
fn password_or_tenant(
    steps: &mut Vec<Step>,
    entropy: &mut Entropy,
    scene: &Scene,
    key: MacKey,
    derived: Option<Choice<Derivation>>,
) -> (MacKey, Option<Choice<Derivation>>) {
    match entropy.below(20) {
        0 | 1 => {
            // A password where a key should be, stretched.
            let (text, by) = (
                entropy.draw_without_repeat("password", words::PASSWORDS),
                entropy.draw_without_repeat("stretched", words::STRETCHED),
            );
            (MacKey::Text((*text).into()), Some((*by).into()))
        }
        2 => {
            // A tenant of the issuer's, who names the secret too.
            let name = *entropy.draw_without_repeat("tenant", &["iss", "aud"]);
            let own = if name == "iss" { &scene.issuer } else { &scene.audience };
            let (joint, text) = *entropy.draw_without_repeat(
                "tenant name",
                &[
                    ("/", "gauntlet"),
                    ("/", ""),
                    ("#", "gauntlet"),
                    ("?", "gauntlet"),
                    (":", "gauntlet"),
                    (".", "gauntlet"),
                    ("@", "gauntlet"),
                ],
            );
            steps.push(set_claim(name, crate::text::quoted(&format!("{own}{joint}{text}"))));
            (MacKey::Text(text.into()), derived)
        }
        _ => (key, derived),
    }
}
