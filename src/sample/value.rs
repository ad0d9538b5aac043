//! Names and values for the places of a token: from the vocabulary, from the target's own words, and of sizes that hurt.

use super::Scene;
use crate::{entropy::Entropy, words};

/// Some `alg` as JSON.
pub(super) fn alg(entropy: &mut Entropy, scene: &Scene) -> String {
    match entropy.below(8) {
        0..3 => (*entropy.draw_without_repeat("unsigned", words::UNSIGNED)).to_owned(),
        3..5 => crate::text::quoted(entropy.draw_without_repeat::<&str>("algorithms", words::ALGORITHMS)),
        5 | 6 => entropy.draw_without_repeat("spellings", &scene.spellings).clone(),
        _ => match scene.harvested.len() {
            0 => scene.own.clone(),
            _ => crate::text::quoted(entropy.pick(&scene.harvested).as_str()),
        },
    }
}

pub(super) fn header_name(entropy: &mut Entropy, scene: &Scene) -> String {
    match entropy.below(10) {
        0 if !scene.harvested.is_empty() => entropy.draw_without_repeat("harvested header", &scene.harvested).clone(),
        1 => entropy.draw_without_repeat("back door header", &scene.back_doors).clone(),
        _ => (*entropy.draw_without_repeat("header", words::HEADERS)).to_owned(),
    }
}

pub(super) fn header_value(name: &str, entropy: &mut Entropy, scene: &Scene) -> String {
    let odd = entropy.percent(25);
    match name {
        _ if odd => value(entropy, scene),
        "alg" => alg(entropy, scene),
        "kid" => entropy.draw_without_repeat("kid", words::KEY_IDS).0.to_owned(),
        "crit" => (*entropy.draw_without_repeat("crit", words::CRITICAL)).to_owned(),
        "typ" | "cty" => (*entropy.draw_without_repeat("typ", words::TYPES)).to_owned(),
        "x5c" => (*entropy.draw_without_repeat("x5c", words::ODD_CHAINS)).to_owned(),
        "jwk" if entropy.percent(30) => {
            // As large as a limit on length allows: an exponentiation takes the cube of that.
            let number = "_".repeat(1 << size(entropy, 12));
            format!(r#"{{"kty":"RSA","n":"{number}","e":"{number}"}}"#)
        }
        "jwk" => (*entropy.draw_without_repeat("jwk", words::ODD_KEYS)).to_owned(),
        _ => value(entropy, scene),
    }
}

pub(super) fn claim_name(entropy: &mut Entropy, scene: &Scene) -> String {
    match entropy.below(10) {
        0 if !scene.harvested.is_empty() => entropy.draw_without_repeat("harvested claim", &scene.harvested).clone(),
        1 => entropy.draw_without_repeat("back door claim", &scene.back_doors).clone(),
        2..7 => (*entropy.draw_without_repeat("registered", &["exp", "iss", "aud", "nbf", "sub", "iat", "jti"])).to_owned(),
        _ => (*entropy.draw_without_repeat("claim", words::CLAIMS)).to_owned(),
    }
}

pub(super) fn claim_value(name: &str, entropy: &mut Entropy, scene: &Scene) -> String {
    let odd = entropy.percent(15);
    match name {
        _ if odd => value(entropy, scene),
        "exp" | "nbf" | "iat" => (*entropy.draw_without_repeat("times", words::TIMES)).to_owned(),
        "iss" => entropy.draw_without_repeat("issuers", &scene.issuers).clone(),
        "aud" => entropy.draw_without_repeat("audiences", &scene.audiences).clone(),
        _ => value(entropy, scene),
    }
}

/// Any JSON value, or what is nearly one.
pub(super) fn value(entropy: &mut Entropy, scene: &Scene) -> String {
    match entropy.below(20) {
        0 => format!("\"{}\"", "A".repeat(1 << (4 + entropy.below(9)))),
        1 => nested(entropy),
        2 => "9".repeat(1 << size(entropy, 11)),
        7 if entropy.percent(30) => scene.quoted.clone(),
        7 => {
            let names = ["token", "jwt", "jwk", "key", "alg", "verified", "value", "$ne", "toString"];
            let name = match scene.harvested.len() {
                0 => (*entropy.draw_without_repeat("inner", &names)).to_owned(),
                _ if entropy.percent(40) => (*entropy.draw_without_repeat("inner", &names)).to_owned(),
                _ => entropy.draw_without_repeat("inner word", &scene.harvested).clone(),
            };
            format!("{{{}:{}}}", crate::text::quoted(&name), entropy.draw_without_repeat("values", words::VALUES))
        }
        8 => format!(
            "\"{}\"",
            entropy.draw_without_repeat("bomb", words::BOMBS).0.repeat(1 << size(entropy, 6))
                + entropy.draw_without_repeat("bomb", words::BOMBS).1
        ),
        3 if !scene.harvested.is_empty() => {
            crate::text::quoted(entropy.draw_without_repeat("harvested value", &scene.harvested).as_str())
        }
        4 => (*entropy.draw_without_repeat("openers", words::OPENERS)).to_owned(),
        5 => entropy.below(1 << 33).to_string(),
        6 => crate::text::quoted(entropy.pick(&scene.secrets).as_str()),
        _ => (*entropy.draw_without_repeat("values", words::VALUES)).to_owned(),
    }
}

/// The binary logarithm of a size: below `usual`, and seldom far beyond what a sane limit allows.
fn size(entropy: &mut Entropy, usual: usize) -> usize {
    if entropy.below(40) == 0 { 12 + entropy.below(6) } else { entropy.below(usual) }
}

/// Members of names of their own: what is compared pair by pair takes the square of their number. No more than 16,384, which a sound
/// parser reads in 25 milliseconds: of a hundred thousand they all take long.
fn crowd(entropy: &mut Entropy) -> String {
    let members: Vec<String> = (0..1 << size(entropy, 12).min(14)).map(|i| format!("\"m{i}\":{i}")).collect();
    members.join(",")
}

fn nested(entropy: &mut Entropy) -> String {
    if entropy.percent(25) {
        return format!("{{{}}}", crowd(entropy));
    }
    let depth = 1 << size(entropy, 12);
    let (open, close) = *entropy.pick(&[("[", "]"), (r#"{"a":"#, "}"), ("[{\"a\":", "}]")]);
    format!("{}1{}", open.repeat(depth), close.repeat(depth))
}

pub(super) fn header_text(entropy: &mut Entropy, scene: &Scene) -> String {
    let own = &scene.own;
    match entropy.below(10) {
        9 => format!("{{\"alg\":{own},{}}}", crowd(entropy)),
        0 => (*entropy.draw_without_repeat("payload", words::PAYLOADS)).to_owned(),
        1 => format!("{{\"alg\":{own}}}"),
        2 => format!("{{\"alg\":{}}}", alg(entropy, scene)),
        3 => format!("{{\"alg\":{}}}{{\"alg\":{own}}}", alg(entropy, scene)),
        4 => format!("{{\"alg\":{own}}}{}", entropy.pick(words::AFFIXES)),
        5 => format!("{}{{\"alg\":{own}}}", entropy.pick(words::AFFIXES)),
        6 => format!("[{{\"alg\":{own}}}]"),
        7 => format!("{{\"alg\":{own},\"alg\":{}}}", alg(entropy, scene)),
        _ => format!("{{\"alg\":{},\"alg\":{own}}}", alg(entropy, scene)),
    }
}

pub(super) fn affix(entropy: &mut Entropy, scene: &Scene) -> String {
    if entropy.below(60) == 0 {
        // Patterns that look for the end of a run start anew at each place of it.
        return entropy.draw_without_repeat("blank", &[" ", "\t", "\n", "A", "."]).repeat(1 << (12 + entropy.below(5))) + "x";
    }
    match entropy.below(10) {
        0 if !scene.harvested.is_empty() => entropy.draw_without_repeat("harvested affix", &scene.harvested).clone(),
        1 => entropy.draw_without_repeat("affixes", words::AFFIXES).repeat(1 << size(entropy, 12)),
        _ => (*entropy.draw_without_repeat("affixes", words::AFFIXES)).to_owned(),
    }
}

pub(super) fn wire_text(entropy: &mut Entropy, scene: &Scene) -> String {
    match entropy.below(4) {
        0 if !scene.harvested.is_empty() => entropy.draw_without_repeat("harvested token", &scene.harvested).clone(),
        1 => entropy.pick(&scene.secrets).clone(),
        2 => (*entropy.pick(words::PAYLOADS)).to_owned(),
        _ => (*entropy.draw_without_repeat("signature", words::SIGNATURES)).to_owned(),
    }
}
