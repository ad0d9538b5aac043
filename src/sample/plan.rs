//! Plans: the few ways in which a forged or borderline token ends up with something in the place of a signature.

mod confused;
mod embedded;
mod issued;
mod worded;

use data_encoding::HEXLOWER;
use strum::VariantArray as _;

use self::{
    confused::confused,
    embedded::embedded,
    issued::issued,
    worded::{leaked, neighbours, vouched, worded},
};
use super::{
    Scene, havoc,
    mathematics::mathematics,
    step::{dealt, join, json_member, length, mac_key},
    value::{affix, alg, header_name, header_text, header_value},
};
use crate::{
    algorithm::{Algorithm, Family},
    choice::Choice,
    entropy::Entropy,
    recipe::{Base, Recipe},
    step::{Base64Spelling, Decoration, Holder, KidShape, MacHash, Other, Place, SegmentName, Shape, Step},
    words,
};

/// What replaces a valid signature, and why it might be accepted.
#[derive(Clone, Copy)]
enum Plan {
    /// Nothing does: the token claims that there is no need.
    Unsigned,
    /// A MAC under a key that an attacker knows.
    Confused,
    /// A signature under a key that the token brings along.
    Embedded,
    /// A signature that exploits the scheme's mathematics.
    Mathematics,
    /// A good signature, under a token that policy must refuse; perhaps changed afterwards.
    Issued,
    /// A good signature; the token is spelled otherwise.
    Respelled,
    /// The genuine one, while bytes of some segment change blindly.
    Raw,
    /// Whatever: some word opens a back door.
    Worded,
    /// Whatever: words of the target's that belong together do.
    Neighbours,
    /// A signature by a private key found in the target's files, or published as an example.
    Leaked,
    /// Whatever comes of a few random steps.
    Wild,
}

pub(super) fn sample(entropy: &mut Entropy, scene: &Scene, expensive: bool) -> Recipe {
    let hmac = scene.family() == Family::Hmac;
    let private = |weight: usize| if expensive && scene.issues { weight } else { 0 };
    let plans = [
        (17, Plan::Unsigned),
        (21, Plan::Confused),
        (if expensive { 15 } else { 0 }, Plan::Embedded),
        (mathematics_weight(scene, expensive), Plan::Mathematics),
        (if hmac { 18 } else { private(28) }, Plan::Issued),
        (9, Plan::Respelled),
        (5, Plan::Raw),
        (if scene.harvested.is_empty() { 5 } else { 20 }, Plan::Worded),
        (if scene.neighbours.is_empty() { 0 } else { 12 }, Plan::Neighbours),
        (
            if !expensive {
                0
            } else if scene.leaked > 0 {
                15
            } else {
                3
            },
            Plan::Leaked,
        ),
        (5, Plan::Wild),
    ];
    let plan = entropy.weighted(&plans);
    let mut recipe = draw(plan, entropy, scene);
    if entropy.percent(8) {
        recipe.steps.push(wire(entropy, scene));
    }
    let json = |step: &Step| matches!(step, Step::JsonSignature { .. }) || matches!(step, Step::Shape { to } if to.is_json());
    if recipe.steps.last().is_some_and(json) && entropy.percent(30) {
        for _ in 0..=entropy.below(8) {
            recipe.steps.push(json_member(entropy, scene));
        }
    }
    if !expensive && recipe.is_expensive(scene.algorithm) {
        recipe.steps.retain(|step| !step.is_expensive(scene.algorithm));
    }
    recipe
}

/// Most of the mathematics of RSA and Ed25519 is dear; that of ECDSA is half of it numbers that cost nothing.
fn mathematics_weight(scene: &Scene, expensive: bool) -> usize {
    match scene.family() {
        Family::Hmac => 10,
        _ if expensive && scene.odd_key => 80,
        Family::Rsa if expensive => 30,
        _ if expensive => 20,
        Family::Ec => 6,
        Family::Rsa | Family::Okp => 0,
    }
}

fn draw(plan: Plan, entropy: &mut Entropy, scene: &Scene) -> Recipe {
    let mut steps = Vec::new();
    let from = match plan {
        Plan::Unsigned => unsigned(&mut steps, entropy, scene),
        Plan::Confused => confused(&mut steps, entropy, scene),
        Plan::Embedded => embedded(&mut steps, entropy, scene),
        Plan::Mathematics => exploited(&mut steps, entropy, scene),
        Plan::Issued => issued(&mut steps, entropy, scene),
        Plan::Respelled => respelled(&mut steps, entropy, scene),
        Plan::Raw => raw(&mut steps, entropy, scene),
        Plan::Worded => worded(&mut steps, entropy, scene),
        Plan::Neighbours => neighbours(&mut steps, entropy, scene),
        Plan::Leaked => leaked(&mut steps, entropy, scene),
        Plan::Wild => wild(&mut steps, entropy, scene),
    };
    Recipe { from, steps }
}

fn set_header(name: &str, to: impl Into<String>) -> Step {
    Step::SetHeader { name: name.into(), to: to.into().into() }
}

fn set_claim(name: &str, to: impl Into<String>) -> Step {
    Step::SetClaim { name: name.into(), to: to.into().into() }
}

fn add_header(name: &str, to: impl Into<String>, at: Place) -> Step {
    Step::AddHeader { name: name.into(), to: to.into().into(), at: at.into() }
}

/// The issuer signs what stands there.
fn sign(algorithm: Algorithm) -> Step {
    Step::Sign { with: Holder::Trusted.into(), algorithm: Some(algorithm.into()) }
}

fn hash(algorithm: Algorithm) -> MacHash {
    match algorithm {
        Algorithm::HS384 => MacHash::Sha384,
        Algorithm::HS512 => MacHash::Sha512,
        _ => MacHash::Sha256,
    }
}

/// An `alg` that stands for no signature, somewhere.
fn unsigned_alg(steps: &mut Vec<Step>, entropy: &mut Entropy, scene: &Scene) {
    let to = match entropy.below(9) {
        8 => r#""none""#.to_owned(),
        0..5 => (*entropy.draw_without_repeat("unsigned", words::UNSIGNED)).to_owned(),
        5 => crate::text::quoted(entropy.draw_without_repeat::<&str>("algorithms", words::ALGORITHMS)),
        _ => alg(entropy, scene),
    };
    match entropy.below(16) {
        0..2 => {}
        14 => {
            // As if it were encrypted: somebody else will have checked it.
            steps.push(set_header(
                "alg",
                crate::text::quoted(entropy.draw_without_repeat::<&str>("key management", words::KEY_MANAGEMENT)),
            ));
            steps
                .push(set_header("enc", crate::text::quoted(entropy.draw_without_repeat::<&str>("encryption", words::ENCRYPTION))));
        }
        2 => steps.push(add_header("alg", to, *entropy.draw_without_repeat("alg at", Place::VARIANTS))),
        3 => steps.push(Step::DropHeader { name: "alg".into() }),
        4 | 15 => {
            // What the header lacks is looked for elsewhere.
            let to = if entropy.percent(60) { r#""none""#.to_owned() } else { to };
            steps.push(Step::DropHeader { name: "alg".into() });
            steps.push(set_claim("alg", to));
        }
        5 => {
            // Another spelling of the name, beside the first or in its place.
            let name = *entropy.draw_without_repeat(
                "alg name",
                &[r#""Alg""#, r#""ALG""#, r#""\u0061lg""#, r#""alg ""#, r#"" alg""#, r#""alg\u0000""#],
            );
            steps.push(add_header("x-alg", to, *entropy.draw_without_repeat("alg at", Place::VARIANTS)));
            steps.push(Step::RenameHeader { name: "x-alg".into(), to: name.into() });
        }
        _ => steps.push(set_header("alg", to)),
    }
}

/// Now and then the key cannot be found.
fn key_id(steps: &mut Vec<Step>, entropy: &mut Entropy, percent: usize) {
    if !entropy.percent(percent) {
        return;
    }
    match entropy.below(4) {
        0 => steps.push(Step::Kid { is: dealt!(entropy, KidShape) }),
        1 => steps.push(add_header(
            "kid",
            entropy.draw_without_repeat("kid", words::KEY_IDS).0,
            *entropy.draw_without_repeat("kid at", Place::VARIANTS),
        )),
        _ => steps.push(set_header("kid", entropy.draw_without_repeat("kid", words::KEY_IDS).0)),
    }
}

/// Something in the place of the signature that nobody signed with.
fn no_signature(steps: &mut Vec<Step>, entropy: &mut Entropy, scene: &Scene) {
    match entropy.below(12) {
        0..5 => steps.push(Step::DropSignature {}),
        5 => steps.push(Step::SignatureText { to: (*entropy.draw_without_repeat("signature", words::SIGNATURES)).into() }),
        6 => {
            let count = length(entropy, scene).min(1024);
            steps.push(Step::SignatureBytes { hex: HEXLOWER.encode(&entropy.bytes(count)).into() });
        }
        7 => steps.push(Step::FillSignature {
            byte: (*entropy.draw_without_repeat("fill", &[0_u8, 1, 0x30, 0xff])).into(),
            count: length(entropy, scene).into(),
        }),
        8 => {
            steps
                .push(Step::TruncateSignature { to: length(entropy, scene).min(scene.segments[2].len().saturating_sub(1)).into() });
        }
        9 => steps.push(match entropy.below(4) {
            0 | 1 => Step::SpliceSignature { from: Other::Subject.into() },
            2 => Step::CopySegment { from: dealt!(entropy, SegmentName), to: SegmentName::Signature.into() },
            _ => Step::Digest { hash: Choice::one(*entropy.draw_without_repeat("bare hash", MacHash::VARIANTS)) },
        }),
        _ => {}
    }
}

/// Now and then a member that changes how the rest is read.
fn spice(steps: &mut Vec<Step>, entropy: &mut Entropy, scene: &Scene, percent: usize) {
    if !entropy.percent(percent) {
        return;
    }
    let name = match entropy.below(8) {
        0..3 => "typ".to_owned(),
        3 | 4 => "crit".to_owned(),
        5 => (*entropy.draw_without_repeat("spice", &["cty", "zip", "b64", "enc", "jwk", "x5t", "x5c", "ver"])).to_owned(),
        _ => header_name(entropy, scene),
    };
    if name != "alg" && name != "kid" {
        steps.push(set_header(&name, header_value(&name, entropy, scene)));
    }
}

/// A token that looks like a JWE, whose parameters alone may cost the verifier much time before it refuses (RFC 7518 section 4.8).
fn encrypted(steps: &mut Vec<Step>, entropy: &mut Entropy) -> Base {
    // What a password protects costs as much as the token says.
    let password = entropy.percent(40);
    let management =
        if password { "PBES2-HS256+A128KW" } else { *entropy.draw_without_repeat("key management", words::KEY_MANAGEMENT) };
    steps.push(set_header("alg", crate::text::quoted(management)));
    steps.push(set_header("enc", crate::text::quoted(entropy.draw_without_repeat::<&str>("encryption", words::ENCRYPTION))));
    if management.starts_with("PBES2") {
        steps.push(set_header("p2s", r#""c2FsdCBvZiAxNiBieXRlcw""#));
        steps.push(set_header("p2c", *entropy.draw_without_repeat("p2c", words::PASSWORD_COUNTS)));
    } else if entropy.percent(50) {
        steps.push(set_header("zip", r#""DEF""#));
    }
    // An A128GCM key that was wrapped, an A256GCM one, or none.
    let count = *entropy.draw_without_repeat("wrapped", &[24_usize, 40, 0]);
    steps.push(Step::SignatureBytes { hex: HEXLOWER.encode(&entropy.bytes(count)).into() });
    steps.push(Step::Shape { to: Shape::FiveParts.into() });
    Base::Forged
}

fn unsigned(steps: &mut Vec<Step>, entropy: &mut Entropy, scene: &Scene) -> Base {
    match entropy.below(32) {
        0 | 1 => return vouched(steps, entropy, scene),
        2 => return encrypted(steps, entropy),
        3 => steps.push(Step::HeaderText { to: header_text(entropy, scene).into() }),
        _ => {}
    }
    unsigned_alg(steps, entropy, scene);
    key_id(steps, entropy, 20);
    spice(steps, entropy, scene, 15);
    no_signature(steps, entropy, scene);
    if entropy.percent(25) {
        steps.push(Step::Shape { to: dealt!(entropy, Shape) });
    }
    Base::Forged
}

fn exploited(steps: &mut Vec<Step>, entropy: &mut Entropy, scene: &Scene) -> Base {
    let from = if entropy.percent(45) { Base::Genuine } else { Base::Forged };
    // Respellings start from a good signature; the rest makes its own.
    let step = mathematics(entropy, scene);
    let respells = matches!(step, Step::RespellEcdsa { .. } | Step::RespellEddsa { .. });
    if respells && from == Base::Forged {
        steps.push(sign(scene.algorithm));
    }
    steps.push(step);
    if entropy.percent(15) {
        // Another hash, or none, under a name of the family.
        steps.push(set_header("alg", entropy.draw_without_repeat("spellings", &scene.spellings).clone()));
    }
    if entropy.percent(10) {
        steps.push(resized(entropy, scene));
    }
    from
}

/// More than a signature has, or less, for who compares or reads as much as suits.
fn resized(entropy: &mut Entropy, scene: &Scene) -> Step {
    match entropy.below(4) {
        0 => Step::TruncateSignature { to: length(entropy, scene).min(scene.segments[2].len().saturating_sub(1)).into() },
        1 => Step::RepeatSignature {},
        _ => Step::ExtendSignature { hex: (*entropy.draw_without_repeat("tail", &["00", "0a", "ff", "0000000000000000"])).into() },
    }
}

fn wire(entropy: &mut Entropy, scene: &Scene) -> Step {
    match entropy.below(13) {
        10 | 11 => join(entropy),
        12 => Step::Disclose {},
        0..3 => Step::Append { text: affix(entropy, scene).into() },
        3 | 4 => Step::Prepend { text: affix(entropy, scene).into() },
        5 => Step::Decorate { with: dealt!(entropy, Decoration) },
        _ => Step::Shape { to: dealt!(entropy, Shape) },
    }
}

fn respelled(steps: &mut Vec<Step>, entropy: &mut Entropy, scene: &Scene) -> Base {
    match entropy.below(7) {
        6 => {
            steps.push(resized(entropy, scene));
            return Base::Genuine;
        }
        5 => {
            steps.push(Step::Shape { to: dealt!(entropy, Shape) });
            return Base::Forged;
        }
        0 => steps.push(Step::RespellBase64 { of: dealt!(entropy, SegmentName), to: dealt!(entropy, Base64Spelling) }),
        1 => steps.push(Step::Append { text: format!(".{}", affix(entropy, scene)).into() }),
        2 => steps.push(Step::Prepend { text: format!("{}.", affix(entropy, scene)).into() }),
        _ => steps.push(wire(entropy, scene)),
    }
    let joins = steps.iter().any(|step| matches!(step, Step::Join { .. } | Step::Disclose {}));
    if !joins && entropy.percent(85) { Base::Genuine } else { Base::Forged }
}

fn raw(steps: &mut Vec<Step>, entropy: &mut Entropy, scene: &Scene) -> Base {
    let bytes = |i: usize, entropy: &mut Entropy| Choice::one(HEXLOWER.encode(&havoc::mutate(scene.segments[i].clone(), entropy)));
    match entropy.below(9) {
        0 | 1 => steps.push(Step::HeaderBytes { hex: bytes(0, entropy) }),
        2 | 3 => steps.push(Step::ClaimsBytes { hex: bytes(1, entropy) }),
        4 => steps.push(Step::LowerSignature {}),
        _ => steps.push(Step::SignatureBytes { hex: bytes(2, entropy) }),
    }
    match entropy.below(4) {
        0 => steps.push(Step::DropSignature {}),
        1 => steps.push(Step::Mac { key: mac_key(entropy, scene).into(), hash: Some(MacHash::Sha256.into()), derived: None }),
        _ => {}
    }
    if entropy.percent(50) { Base::Genuine } else { Base::Forged }
}

fn wild(steps: &mut Vec<Step>, entropy: &mut Entropy, scene: &Scene) -> Base {
    for _ in 0..entropy.few(6) {
        steps.push(Step::sample(entropy, scene));
    }
    *entropy.pick(&[Base::Genuine, Base::Forged])
}
