//! One random step: every kind of step there is, with values from the vocabulary.
//!
//! The table has no `_`: a new step does not compile before it says how it is drawn, and a test in `tests/sample.rs` fails as long as no
//! card leads to it.

use data_encoding::HEXLOWER;
use strum::VariantArray as _;

use super::{
    Scene, any_segment, havoc,
    mathematics::mathematics,
    step::{algorithm, claim_time, dealt, derivation, embed_url, join, json_member, length, mac_key},
    value::{affix, alg, claim_name, claim_value, header_name, header_text, header_value, wire_text},
};
use crate::{
    choice::Choice,
    entropy::Entropy,
    step::{
        Base64Spelling, Chain, Decoration, EcdsaForm, Holder, JsonPlace, KeyMember, KidShape, MacHash, Other, Place, SegmentName,
        Shape, Step, StepKind,
    },
    words,
};

/// A card of the deck that [`Step::sample`] draws from.
#[derive(Clone, Copy)]
enum Card {
    /// A step of that kind, or of one that shares its card.
    Any(StepKind),
    /// The header's `alg`, which decides more than all other members.
    Alg,
    /// Another subject, which a good signature must cover.
    Admin,
    /// Random bytes as signature, written down.
    RandomBytes,
    /// The issuer signs under the configured algorithm.
    Issued,
}

/// The deck. What is worth more has more cards in it. Their order is part of what a seed means.
const DECK: [Card; 58] = {
    use Card::{Admin, Alg, Any, Issued, RandomBytes};
    use StepKind as K;
    [
        Alg,
        Any(K::SetHeader),
        Any(K::SetHeader),
        Any(K::AddHeader),
        Any(K::DropHeader),
        Any(K::RenameHeader),
        Any(K::MoveHeader),
        Any(K::HeaderText),
        Any(K::HeaderBytes),
        Any(K::SetClaim),
        Any(K::SetClaim),
        Any(K::AddClaim),
        Any(K::DropClaim),
        Any(K::RenameClaim),
        Any(K::ClaimsText),
        Any(K::ClaimsBytes),
        Any(K::SpaceHeader),
        Any(K::Kid),
        Any(K::CopyClaimToHeader),
        Any(K::EmbedKey),
        Any(K::EmbedChain),
        Any(K::Thumbprint),
        Any(K::DropSignature),
        Any(K::SignatureText),
        Any(K::SignatureBytes),
        Any(K::FillSignature),
        RandomBytes,
        Any(K::FlipBit),
        Any(K::TruncateSignature),
        Any(K::ExtendSignature),
        Any(K::RepeatSignature),
        Any(K::SpliceSignature),
        Any(K::SpliceSegment),
        Any(K::RespellBase64),
        Any(K::Sign),
        Any(K::Mac),
        Any(K::JsonMember),
        Any(K::Shape),
        Any(K::Shape),
        Any(K::Decorate),
        Any(K::WireText),
        Any(K::Prepend),
        Any(K::Append),
        Any(K::Append),
        Admin,
        Issued,
        Any(K::RandomSignature),
        Any(K::CopySegment),
        Any(K::Digest),
        Any(K::EmbedUrl),
        Any(K::JsonSignature),
        Any(K::SignByKeyType),
        Any(K::Nest),
        Any(K::Disclose),
        Any(K::Join),
        Any(K::ClaimTime),
        Any(K::SignWithKey),
        // Whatever fits the configured key.
        Any(K::EcdsaScalars),
    ]
};

impl Step {
    /// A random step, for a verifier as `scene` describes it.
    #[must_use]
    pub fn sample(entropy: &mut Entropy, scene: &Scene) -> Self {
        match *entropy.draw_without_repeat("Step", &DECK) {
            Card::Any(kind) => any(kind, entropy, scene),
            Card::Alg => Self::SetHeader { name: "alg".into(), to: alg(entropy, scene).into() },
            Card::Admin => Self::SetClaim { name: "sub".into(), to: r#""admin""#.into() },
            Card::RandomBytes => Self::SignatureBytes { hex: random(entropy, scene).into() },
            Card::Issued => Self::Sign { with: Holder::Trusted.into(), algorithm: Some(scene.algorithm.into()) },
        }
    }
}

/// A step of that kind. Kinds of which each alone is worth less than a card share one.
#[allow(clippy::too_many_lines)] // A table.
fn any(kind: StepKind, entropy: &mut Entropy, scene: &Scene) -> Step {
    match kind {
        StepKind::SetHeader => {
            let (name, to) = header_member(entropy, scene);
            Step::SetHeader { name, to }
        }
        StepKind::AddHeader => {
            let (name, to) = header_member(entropy, scene);
            Step::AddHeader { name, to, at: dealt!(entropy, Place) }
        }
        StepKind::DropHeader => Step::DropHeader { name: (*entropy.pick(&["alg", "typ", "kid"])).into() },
        StepKind::RenameHeader | StepKind::LowerSignature if entropy.percent(30) => Step::LowerSignature {},
        StepKind::RenameHeader | StepKind::LowerSignature => Step::RenameHeader {
            name: (*entropy.pick(&["alg", "typ", "kid"])).into(),
            to: crate::text::quoted(entropy.pick::<&str>(words::HEADERS)).into(),
        },
        StepKind::MoveHeader => {
            Step::MoveHeader { name: (*entropy.pick(&["alg", "typ", "kid"])).into(), to: dealt!(entropy, Place) }
        }
        StepKind::HeaderText => Step::HeaderText { to: header_text(entropy, scene).into() },
        StepKind::HeaderBytes => Step::HeaderBytes { hex: raw(entropy, scene, 0).into() },
        StepKind::SetClaim => {
            let (name, to) = claim(entropy, scene);
            Step::SetClaim { name, to }
        }
        StepKind::AddClaim => {
            let (name, to) = claim(entropy, scene);
            Step::AddClaim { name, to, at: dealt!(entropy, Place) }
        }
        StepKind::DropClaim => Step::DropClaim { name: (*entropy.pick(&["exp", "iss", "aud", "sub", "iat"])).into() },
        StepKind::RenameClaim => Step::RenameClaim {
            name: (*entropy.pick(&["exp", "iss", "aud", "sub"])).into(),
            to: crate::text::quoted(entropy.pick::<&str>(words::CLAIMS)).into(),
        },
        StepKind::ClaimsText => Step::ClaimsText { to: (*entropy.draw_without_repeat("payload", words::PAYLOADS)).into() },
        StepKind::ClaimsBytes => Step::ClaimsBytes { hex: raw(entropy, scene, 1).into() },
        StepKind::ClaimTime => claim_time(entropy),
        StepKind::SpaceHeader | StepKind::SpaceClaims if entropy.percent(50) => Step::SpaceHeader {},
        StepKind::SpaceHeader | StepKind::SpaceClaims => Step::SpaceClaims {},
        StepKind::Kid => Step::Kid { is: dealt!(entropy, KidShape) },
        StepKind::CopyClaimToHeader => {
            Step::CopyClaimToHeader { claim: "iss".into(), name: (*entropy.pick(words::HEADERS)).into() }
        }
        StepKind::EmbedKey => Step::EmbedKey { key: algorithm(entropy, scene), r#as: dealt!(entropy, KeyMember) },
        StepKind::EmbedUrl => embed_url(entropy, scene),
        StepKind::EmbedChain => Step::EmbedChain { chain: dealt!(entropy, Chain) },
        StepKind::Thumbprint => {
            Step::Thumbprint { name: (*entropy.pick(&["x5t", "x5t#S256"])).into(), of: dealt!(entropy, Holder) }
        }
        StepKind::DropSignature => Step::DropSignature {},
        StepKind::SignatureText => {
            Step::SignatureText { to: (*entropy.draw_without_repeat("signature", words::SIGNATURES)).into() }
        }
        StepKind::SignatureBytes => Step::SignatureBytes { hex: raw(entropy, scene, 2).into() },
        StepKind::FillSignature => {
            Step::FillSignature { byte: (*entropy.pick(&[0_u8, 1, 0xff, 0x30])).into(), count: length(entropy, scene).into() }
        }
        StepKind::RandomSignature => {
            Step::RandomSignature { bytes: if entropy.percent(50) { None } else { Some(length(entropy, scene).into()) } }
        }
        StepKind::FlipBit => flip_bit(entropy, scene),
        StepKind::TruncateSignature => Step::TruncateSignature { to: length(entropy, scene).into() },
        StepKind::ExtendSignature => Step::ExtendSignature { hex: HEXLOWER.encode(&extension(entropy)).into() },
        StepKind::RepeatSignature => Step::RepeatSignature {},
        StepKind::SpliceSignature => Step::SpliceSignature { from: dealt!(entropy, Other) },
        StepKind::SpliceSegment => Step::SpliceSegment { of: dealt!(entropy, SegmentName), from: dealt!(entropy, Other) },
        StepKind::RespellBase64 => Step::RespellBase64 { of: dealt!(entropy, SegmentName), to: dealt!(entropy, Base64Spelling) },
        StepKind::CopySegment => Step::CopySegment {
            from: dealt!(entropy, SegmentName),
            to: (*entropy.draw_without_repeat("copy to", SegmentName::VARIANTS)).into(),
        },
        StepKind::Digest => Step::Digest { hash: dealt!(entropy, MacHash) },
        StepKind::Sign => Step::Sign { with: dealt!(entropy, Holder), algorithm: algorithm(entropy, scene) },
        StepKind::SignByKeyType => Step::SignByKeyType { form: dealt!(entropy, EcdsaForm) },
        StepKind::SignWithKey => {
            let (pem, algorithm) = entropy.pick(&scene.private_keys).clone();
            Step::SignWithKey { pem: pem.into(), algorithm: Some(algorithm.into()) }
        }
        StepKind::Mac => mac(entropy, scene),
        StepKind::EcdsaScalars
        | StepKind::RespellEcdsa
        | StepKind::RespellEddsa
        | StepKind::SignEddsaVariant
        | StepKind::EddsaSmallOrder
        | StepKind::RsaCubeRoot
        | StepKind::RsaExponentOne
        | StepKind::RsaPadding
        | StepKind::RsaDigestInfo
        | StepKind::RsaHash
        | StepKind::RsaPss
        | StepKind::RsaPrimeModulus
        | StepKind::RsaInteger => mathematics(entropy, scene),
        StepKind::Shape => Step::Shape { to: dealt!(entropy, Shape) },
        StepKind::JsonSignature => Step::JsonSignature { at: dealt!(entropy, JsonPlace), to: no_signature(entropy) },
        StepKind::JsonMember => json_member(entropy, scene),
        StepKind::Nest => Step::Nest {},
        StepKind::Join => join(entropy),
        StepKind::Disclose => Step::Disclose {},
        StepKind::Decorate => Step::Decorate { with: dealt!(entropy, Decoration) },
        StepKind::WireText => Step::WireText { to: wire_text(entropy, scene).into() },
        StepKind::Prepend => Step::Prepend { text: affix(entropy, scene).into() },
        StepKind::Append => Step::Append { text: affix(entropy, scene).into() },
    }
}

/// A member of the header and its value, as JSON.
fn header_member(entropy: &mut Entropy, scene: &Scene) -> (Choice<String>, Choice<String>) {
    let name = header_name(entropy, scene);
    let to = header_value(&name, entropy, scene);
    (name.into(), to.into())
}

/// A claim and its value, as JSON.
fn claim(entropy: &mut Entropy, scene: &Scene) -> (Choice<String>, Choice<String>) {
    let name = claim_name(entropy, scene);
    let to = claim_value(&name, entropy, scene);
    (name.into(), to.into())
}

fn flip_bit(entropy: &mut Entropy, scene: &Scene) -> Step {
    let of = any_segment(entropy);
    let bits = scene.segments[of.index()].len() * 8;
    Step::FlipBit { of: of.into(), bit: i64::try_from(entropy.below(bits)).unwrap_or_default().into() }
}

fn mac(entropy: &mut Entropy, scene: &Scene) -> Step {
    let key = mac_key(entropy, scene);
    let derived = derivation(&key, entropy, 30);
    Step::Mac { key: key.into(), hash: Some(dealt!(entropy, MacHash)), derived }
}

/// The bytes of a segment of the genuine token, mutated blindly, in hex.
fn raw(entropy: &mut Entropy, scene: &Scene, segment: usize) -> String {
    HEXLOWER.encode(&havoc::mutate(scene.segments[segment].clone(), entropy))
}

fn random(entropy: &mut Entropy, scene: &Scene) -> String {
    let count = length(entropy, scene);
    HEXLOWER.encode(&entropy.bytes(count.min(1024)))
}

/// What may stand in a JSON serialisation in place of a signature, as JSON.
fn no_signature(entropy: &mut Entropy) -> Option<Choice<String>> {
    const TEXTS: [&str; 10] = ["\"\"", "true", "false", "null", "0", "1", "[]", "{}", "[\"\"]", "[null]"];
    if entropy.percent(20) { None } else { Some((*entropy.draw_without_repeat("json signature", &TEXTS)).into()) }
}

fn extension(entropy: &mut Entropy) -> Vec<u8> {
    match entropy.below(4) {
        0 => vec![0],
        1 => vec![0; 1 << entropy.below(6)],
        2 => b"\n".to_vec(),
        _ => {
            let count = entropy.few(8);
            entropy.bytes(count)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{algorithm::Algorithm, configuration::Configuration, words::Words};

    #[test]
    fn every_step_gets_as_plain_as_it_can_in_a_few_turns() {
        for algorithm in [Algorithm::HS256, Algorithm::RS256, Algorithm::ES256, Algorithm::EdDSA] {
            let issuer = Configuration::default().issuer(algorithm).expect("a key");
            let (scene, mut entropy) = (Scene::new(&issuer, &Words::default()), Entropy::seeded(8));
            for _ in 0..2000 {
                let sampled = Step::sample(&mut entropy, &scene);
                // Which of the plainer forms still fails is up to the verifier.
                let mut turns = std::iter::successors(Some(sampled.clone()), |step| {
                    let plainer = step.plainer();
                    (!plainer.is_empty()).then(|| entropy.pick(&plainer).clone())
                });
                assert!(turns.nth(1_000).is_none(), "{sampled:?}");
                assert!(!sampled.plainer().contains(&sampled), "{sampled:?}");
            }
        }
    }
}
