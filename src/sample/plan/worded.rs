//! Words that open a back door, and which of them belong together; and the genuine token in the place of a word.

use super::{hash, key_id, no_signature, set_claim, set_header, sign};
use crate::{
    algorithm::{Algorithm, Family},
    choice::Choice,
    entropy::Entropy,
    recipe::Base,
    sample::{Scene, step::derivation},
    step::{Derivation, MacKey, Step},
    words,
};

/// Harvested words that get half of all tries: a harvest has the most promising first.
const PROMISING: usize = 1000;

/// Words by the dozen, since a back door opens for one of them whatever the others are; what remains is told by shrinking.
pub(super) fn worded(steps: &mut Vec<Step>, entropy: &mut Entropy, scene: &Scene) -> Base {
    let several = 1 + entropy.below(16);
    let opener = (*entropy.draw_without_repeat("opener", words::OPENERS)).to_owned();
    match entropy.below(13) {
        12 => copied(steps, entropy, scene, several, &opener),
        0..4 => {
            for _ in 0..several {
                let word = word(entropy, scene);
                steps.push(set_header(&word, if opener.is_empty() { crate::text::quoted(&word) } else { opener.clone() }));
            }
        }
        4..6 => {
            for _ in 0..several {
                let word = word(entropy, scene);
                steps.push(set_claim(&word, opener.clone()));
            }
        }
        6 => known_members(steps, entropy, scene, several, &opener),
        7 => {
            for name in ["sub", "role", "scope", "jti", "azp", "client_id", "sid", "typ"] {
                let word = word(entropy, scene);
                steps.push(set_claim(name, crate::text::quoted(&word)));
            }
        }
        8 | 9 => {
            let key = MacKey::Text(word(entropy, scene).into());
            key_id(steps, entropy, 30);
            if entropy.percent(20) {
                steps.push(set_header("kid", crate::text::quoted(&word(entropy, scene))));
            } else if entropy.percent(30) {
                steps.push(Step::DropHeader { name: "kid".into() });
            }
            mac(steps, entropy, scene, key);
        }
        10 => {
            let word = word(entropy, scene);
            steps.push(Step::SignatureText { to: word.into() });
        }
        _ => {
            let word = word(entropy, scene);
            let dot = *entropy.pick(&["", ".", " ", ":"]);
            steps.push(if entropy.percent(50) {
                Step::Prepend { text: format!("{word}{dot}").into() }
            } else {
                Step::Append { text: format!("{dot}{word}").into() }
            });
        }
    }
    if !steps.iter().any(|s| matches!(s, Step::Prepend { .. } | Step::Append { .. } | Step::Mac { .. })) {
        match entropy.below(8) {
            0 | 1 => no_signature(steps, entropy, scene),
            // The word opens what the issuer had closed.
            2 if scene.issues => steps.push(sign(scene.algorithm)),
            _ => {}
        }
    }
    Base::Forged
}

/// Members that are copied into an object of the program's own.
fn copied(steps: &mut Vec<Step>, entropy: &mut Entropy, scene: &Scene, several: usize, opener: &str) {
    let members: Vec<String> = (0..several).map(|_| format!("{}:{opener}", crate::text::quoted(&word(entropy, scene)))).collect();
    let object = format!("{{{}}}", members.join(","));
    let name: &&str = entropy.draw_without_repeat("container", &["__proto__", "constructor", "options", "context", "ext", "meta"]);
    let to = if *name == "constructor" { format!("{{\"prototype\":{object}}}") } else { object };
    steps.push(if entropy.percent(60) { set_header(name, to) } else { set_claim(name, to) });
}

/// Words as values of members that are read anyway: otherwise no one would look further than `alg` and `kid`.
fn known_members(steps: &mut Vec<Step>, entropy: &mut Entropy, scene: &Scene, several: usize, opener: &str) {
    let names = ["typ", "cty", "x5t", "jku", "nonce", "ver", "crit", "kid", "alg"];
    for _ in 0..entropy.few(4) {
        let known = names.len() - if entropy.percent(70) { 2 } else { 0 };
        let name = names[entropy.below(known)];
        let word = crate::text::quoted(&word(entropy, scene));
        steps.push(set_header(name, if name == "crit" { format!("[{word}]") } else { word }));
    }
    if entropy.percent(30) {
        // Extensions are named and there: one, or so many that one of them may be known.
        let count = if entropy.percent(50) { 1 } else { 1 + several };
        let mut names: Vec<String> = (0..count).map(|_| word(entropy, scene)).collect();
        names.sort_unstable();
        names.dedup();
        let quoted: Vec<String> = names.iter().map(|name| crate::text::quoted(name)).collect();
        steps.push(set_header("crit", format!("[{}]", quoted.join(","))));
        steps.extend(names.iter().map(|name| set_header(name, opener)));
    }
}

pub(super) fn word(entropy: &mut Entropy, scene: &Scene) -> String {
    let own = !scene.harvested.is_empty() && entropy.percent(80);
    let all = &*scene.harvested;
    match own {
        true if entropy.percent(50) => entropy.draw_without_repeat("promising word", &all[..all.len().min(PROMISING)]).clone(),
        true if entropy.percent(10) => {
            // Of a pattern or a prefix, a text that fits it.
            let word = entropy.draw_without_repeat("prefix", all);
            let end = word.find(['(', '[', '\\', '*', '{', '%', '$', '<', '+', '?']).unwrap_or(word.len());
            format!("{}{}", word[..end].trim_start_matches('^'), entropy.draw_without_repeat("suffix", &["a", "1", "x1", "admin"]))
        }
        true => entropy.draw_without_repeat("word", all).clone(),
        false => entropy.draw_without_repeat("back door", &scene.back_doors).clone(),
    }
}

/// A MAC under an HMAC algorithm, the scene's own where it has one.
fn mac(steps: &mut Vec<Step>, entropy: &mut Entropy, scene: &Scene, key: MacKey) {
    let algorithm = if scene.family() == Family::Hmac { scene.algorithm } else { Algorithm::HS256 };
    steps.push(set_header("alg", crate::text::quoted(algorithm.name())));
    // A secret that stands in a source is often the text of its bytes.
    let derived = if entropy.percent(15) { Some(Choice::one(Derivation::FromBase64)) } else { derivation(&key, entropy, 10) };
    steps.push(Step::Mac { key: key.into(), hash: Some(hash(algorithm).into()), derived });
}

/// A name and its value, an id and its secret, an issuer and what it uses: written side by side, and dealt into the places where they
/// may be looked for.
pub(super) fn neighbours(steps: &mut Vec<Step>, entropy: &mut Entropy, scene: &Scene) -> Base {
    let drawn = |entropy: &mut Entropy| {
        let mut words = entropy.draw_without_repeat("neighbours", &scene.neighbours).clone();
        words.truncate(3);
        for i in (1..words.len()).rev() {
            words.swap(i, entropy.below(i + 1));
        }
        words
    };
    let words = drawn(entropy);
    let third = words.get(2).map(|word| crate::text::quoted(word));
    match entropy.below(10) {
        0..5 => {
            // Pairs by the handful, in header or claims.
            let header = entropy.percent(60);
            for _ in 0..6 {
                let words = drawn(entropy);
                let to = crate::text::quoted(&words[1]);
                steps.push(if header { set_header(&words[0], to) } else { set_claim(&words[0], to) });
            }
        }
        5 | 6 => {
            steps.push(set_header("kid", crate::text::quoted(&words[0])));
            mac(steps, entropy, scene, MacKey::Text(words[1].clone().into()));
            return Base::Forged;
        }
        7 => {
            let name = *entropy.draw_without_repeat("with kid", &["iss", "aud", "sub", "azp"]);
            steps.push(set_header("kid", crate::text::quoted(&words[0])));
            steps.extend(third.map(|word| set_claim(name, word)));
            mac(steps, entropy, scene, MacKey::Text(words[1].clone().into()));
            return Base::Forged;
        }
        8 => {
            let name = *entropy.draw_without_repeat("with value", &["typ", "kid", "cty", "crit"]);
            let word = crate::text::quoted(&words[0]);
            steps.push(set_header(name, if name == "crit" { format!("[{word}]") } else { word }));
            steps.push(set_header(&words[1], third.unwrap_or_else(|| "true".to_owned())));
        }
        _ => {
            let object = format!("{{{}:{}}}", crate::text::quoted(&words[1]), third.unwrap_or_else(|| "true".to_owned()));
            steps.push(if entropy.percent(50) { set_header(&words[0], object) } else { set_claim(&words[0], object) });
        }
    }
    if entropy.percent(25) {
        no_signature(steps, entropy, scene);
    }
    Base::Forged
}

/// Signed by a key that is not a secret, under a key id that may stand for it.
pub(super) fn leaked(steps: &mut Vec<Step>, entropy: &mut Entropy, scene: &Scene) -> Base {
    let known = if scene.leaked > 0 && entropy.percent(80) { scene.leaked } else { scene.private_keys.len() };
    let (pem, algorithm) = entropy.pick(&scene.private_keys[..known]).clone();
    steps.push(set_header("alg", crate::text::quoted(algorithm.name())));
    match entropy.below(4) {
        0 => {}
        1 => key_id(steps, entropy, 100),
        2 => steps.push(Step::DropHeader { name: "kid".into() }),
        _ => {
            // Revoked ids are compared as they are, and keys looked up in another case.
            let word = word(entropy, scene);
            let word = if entropy.percent(25) { word.to_uppercase() } else { word };
            steps.push(set_header("kid", crate::text::quoted(&word)));
        }
    }
    if entropy.percent(15) {
        let name = *entropy.draw_without_repeat("leaked with", &["iss", "aud", "sub", "azp"]);
        steps.push(set_claim(name, crate::text::quoted(&word(entropy, scene))));
    }
    steps.push(Step::SignWithKey { pem: pem.into(), algorithm: Some(algorithm.into()) });
    Base::Forged
}

/// The genuine token in the token, by the dozen: what vouches for itself may vouch for what is around it.
pub(super) fn vouched(steps: &mut Vec<Step>, entropy: &mut Entropy, scene: &Scene) -> Base {
    let header = entropy.percent(30);
    let inner = *entropy.draw_without_repeat("inner", &["token", "jwt", "access_token", "id_token", "assertion", "sub", "value"]);
    let to = match entropy.below(3) {
        0 => scene.quoted.clone(),
        1 => format!("[{}]", scene.quoted),
        _ => format!("{{\"{inner}\":{}}}", scene.quoted),
    };
    for _ in 0..4 + entropy.below(12) {
        let name = if scene.harvested.is_empty() || entropy.percent(50) {
            (*entropy.draw_without_repeat("vouched", words::CLAIMS)).to_owned()
        } else {
            word(entropy, scene)
        };
        let kept = ["iss", "aud", "exp", "nbf", "alg", "kid", "typ"].contains(&name.as_str());
        if !kept {
            steps.push(if header { set_header(&name, to.clone()) } else { set_claim(&name, to.clone()) });
        }
    }
    if entropy.percent(40) {
        no_signature(steps, entropy, scene);
    }
    Base::Forged
}
