//! One random step: every variant, with values from the vocabulary.

use data_encoding::HEXLOWER;
use strum::VariantArray as _;

use super::{
    Scene, any_segment, havoc,
    value::{affix, alg, claim_name, claim_value, header_name, header_text, header_value, wire_text},
};
use crate::{
    algorithm::{Algorithm, Family},
    entropy::Entropy,
    keys::Curve,
    step::{
        Base64Spelling, Chain, Choice, CubeRoot, DataUrl, Decoration, Derivation, DigestEdit, DigestElement, Document, EcdsaForm,
        EcdsaScalar, EcdsaSpelling, EddsaSpelling, EddsaVariant, Holder, JsonPlace, KeyMember, KidShape, MacHash, MacKey, Other,
        PaddingEdit, Place, PssEdit, RsaInteger, SecretReading, SegmentName, Shape, SignedHash, Step,
    },
    words,
};

/// One of an enumeration, dealt.
macro_rules! dealt {
    ($entropy:expr, $of:ty) => {
        Choice::one(*$entropy.deal(stringify!($of), <$of>::VARIANTS))
    };
}

pub(super) use dealt;

/// How many kinds of step [`Step::sample`] chooses from.
const KINDS: usize = 58;

impl Step {
    /// A random step, for a verifier as `scene` describes it.
    #[must_use]
    pub fn sample(entropy: &mut Entropy, scene: &Scene) -> Self {
        const NUMBERS: [u8; KINDS] = numbers();
        let kind = *entropy.deal("Step", &NUMBERS);
        match kind {
            0 => Self::SetHeader { name: "alg".into(), to: alg(entropy, scene).into() },
            1 | 2 => {
                let name = header_name(entropy, scene);
                Self::SetHeader { to: header_value(&name, entropy, scene).into(), name: name.into() }
            }
            3 => {
                let name = header_name(entropy, scene);
                Self::AddHeader { to: header_value(&name, entropy, scene).into(), name: name.into(), at: dealt!(entropy, Place) }
            }
            4 => Self::DropHeader { name: (*entropy.pick(&["alg", "typ", "kid"])).into() },
            5 if entropy.percent(30) => Self::LowerSignature {},
            5 => Self::RenameHeader {
                name: (*entropy.pick(&["alg", "typ", "kid"])).into(),
                to: words::quoted(entropy.pick::<&str>(words::HEADERS)).into(),
            },
            6 => Self::MoveHeader { name: (*entropy.pick(&["alg", "typ", "kid"])).into(), to: dealt!(entropy, Place) },
            7 => Self::HeaderText { to: header_text(entropy, scene).into() },
            8 => Self::HeaderBytes { hex: raw(entropy, scene, 0).into() },
            9 | 10 => {
                let name = claim_name(entropy, scene);
                Self::SetClaim { to: claim_value(&name, entropy, scene).into(), name: name.into() }
            }
            11 => {
                let name = claim_name(entropy, scene);
                Self::AddClaim { to: claim_value(&name, entropy, scene).into(), name: name.into(), at: dealt!(entropy, Place) }
            }
            12 => Self::DropClaim { name: (*entropy.pick(&["exp", "iss", "aud", "sub", "iat"])).into() },
            13 => Self::RenameClaim {
                name: (*entropy.pick(&["exp", "iss", "aud", "sub"])).into(),
                to: words::quoted(entropy.pick::<&str>(words::CLAIMS)).into(),
            },
            14 => Self::ClaimsText { to: (*entropy.deal("payload", words::PAYLOADS)).into() },
            15 => Self::ClaimsBytes { hex: raw(entropy, scene, 1).into() },
            16 => {
                if entropy.percent(50) {
                    Self::SpaceHeader {}
                } else {
                    Self::SpaceClaims {}
                }
            }
            17 => Self::Kid { is: dealt!(entropy, KidShape) },
            18 => Self::CopyClaimToHeader { claim: "iss".into(), name: (*entropy.pick(words::HEADERS)).into() },
            19 => Self::EmbedKey { key: algorithm(entropy, scene), r#as: dealt!(entropy, KeyMember) },
            20 => Self::EmbedChain { chain: dealt!(entropy, Chain) },
            21 => Self::Thumbprint { name: (*entropy.pick(&["x5t", "x5t#S256"])).into(), of: dealt!(entropy, Holder) },
            22 => Self::DropSignature {},
            23 => Self::SignatureText { to: (*entropy.deal("signature", words::SIGNATURES)).into() },
            24 => Self::SignatureBytes { hex: raw(entropy, scene, 2).into() },
            25 => {
                Self::FillSignature { byte: (*entropy.pick(&[0_u8, 1, 0xff, 0x30])).into(), count: length(entropy, scene).into() }
            }
            26 => Self::SignatureBytes { hex: random(entropy, scene).into() },
            27 => {
                let of = any_segment(entropy);
                let bits = scene.segments[of.index()].len() * 8;
                Self::FlipBit { of: of.into(), bit: i64::try_from(entropy.below(bits)).unwrap_or_default().into() }
            }
            28 => Self::TruncateSignature { to: length(entropy, scene).into() },
            29 => Self::ExtendSignature { hex: HEXLOWER.encode(&extension(entropy)).into() },
            30 => Self::RepeatSignature {},
            31 => Self::SpliceSignature { from: dealt!(entropy, Other) },
            32 => Self::SpliceSegment { of: dealt!(entropy, SegmentName), from: dealt!(entropy, Other) },
            33 => Self::RespellBase64 { of: dealt!(entropy, SegmentName), to: dealt!(entropy, Base64Spelling) },
            34 => Self::Sign { with: dealt!(entropy, Holder), algorithm: algorithm(entropy, scene) },
            35 => {
                let key = mac_key(entropy, scene);
                let derived = derivation(&key, entropy, 30);
                Self::Mac { key: key.into(), hash: Some(dealt!(entropy, MacHash)), derived }
            }
            37 | 38 => Self::Shape { to: dealt!(entropy, Shape) },
            39 => Self::Decorate { with: dealt!(entropy, Decoration) },
            40 => Self::WireText { to: wire_text(entropy, scene).into() },
            41 => Self::Prepend { text: affix(entropy, scene).into() },
            42 | 43 => Self::Append { text: affix(entropy, scene).into() },
            44 => Self::SetClaim { name: "sub".into(), to: r#""admin""#.into() },
            45 => Self::Sign { with: Holder::Trusted.into(), algorithm: Some(scene.algorithm.into()) },
            46 => Self::RandomSignature { bytes: if entropy.percent(50) { None } else { Some(length(entropy, scene).into()) } },
            47 => Self::CopySegment {
                from: dealt!(entropy, SegmentName),
                to: Choice::one(*entropy.deal("copy to", SegmentName::VARIANTS)),
            },
            48 => Self::Digest { hash: dealt!(entropy, MacHash) },
            49 => embed_url(entropy, scene),
            50 => Self::JsonSignature { at: dealt!(entropy, JsonPlace), to: no_signature(entropy) },
            51 => Self::SignByKeyType { form: dealt!(entropy, EcdsaForm) },
            52 => Self::Nest {},
            53 => Self::Disclose {},
            54 => join(entropy),
            55 => claim_time(entropy),
            36 => json_member(entropy, scene),
            56 => {
                let (pem, algorithm) = entropy.pick(&scene.private_keys).clone();
                Self::SignWithKey { pem: pem.into(), algorithm: Some(algorithm.into()) }
            }
            _ => mathematics(entropy, scene),
        }
    }
}

/// A member of a JSON serialisation that RFC 7515 section 7.2 does not have, or has only once.
pub(super) fn json_member(entropy: &mut Entropy, scene: &Scene) -> Step {
    const OWN: [&str; 9] = ["payload", "protected", "signature", "signatures", "header", "claims", "alg", "kid", "verified"];
    let name = match scene.harvested.len() {
        0 => (*entropy.deal("json member", &OWN)).to_owned(),
        _ if entropy.percent(30) => (*entropy.deal("json member", &OWN)).to_owned(),
        _ => entropy.deal("json word", &scene.harvested).clone(),
    };
    let to = match entropy.below(3) {
        0 => words::quoted(&data_encoding::BASE64URL_NOPAD.encode(&scene.segments[entropy.below(3)])),
        1 => (*entropy.deal("opener", words::OPENERS)).to_owned(),
        _ => (*entropy.deal("values", words::VALUES)).to_owned(),
    };
    Step::JsonMember { name: name.into(), to: to.into(), at: dealt!(entropy, Place) }
}

/// A genuine token beside this one.
pub(super) fn join(entropy: &mut Entropy) -> Step {
    Step::Join { genuine: dealt!(entropy, Place), with: (*entropy.deal("separator", words::SEPARATORS)).into() }
}

/// A time that is past, or not yet come, by more than clocks differ and less than carelessness grants.
pub(super) fn claim_time(entropy: &mut Entropy) -> Step {
    const HOUR: i64 = 3600;
    let (name, seconds) = *entropy.deal(
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

#[allow(clippy::cast_possible_truncation)] // There are few kinds.
const fn numbers() -> [u8; KINDS] {
    let mut numbers = [0; KINDS];
    let mut i = 0;
    while i < KINDS {
        numbers[i] = i as u8;
        i += 1;
    }
    numbers
}

fn algorithm(entropy: &mut Entropy, scene: &Scene) -> Option<Choice<Algorithm>> {
    let of = if entropy.percent(50) { scene.algorithm } else { *entropy.deal("algorithm", &Algorithm::ALL) };
    Some(of.into())
}

/// `jku` or `x5u` that needs no host.
pub(super) fn embed_url(entropy: &mut Entropy, scene: &Scene) -> Step {
    let key = algorithm(entropy, scene);
    let name = (*entropy.deal("url", &["jku", "x5u"])).into();
    Step::EmbedUrl { name, key, document: dealt!(entropy, Document), url: dealt!(entropy, DataUrl) }
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
    if entropy.percent(20) { None } else { Some((*entropy.deal("json signature", &TEXTS)).into()) }
}

/// A number of bytes that matters to signatures.
pub(super) fn length(entropy: &mut Entropy, scene: &Scene) -> usize {
    let full = scene.segments[2].len();
    match entropy.below(6) {
        0 => full,
        1 => (full + 1).saturating_sub(entropy.below(3)),
        2 => entropy.below(full + 1),
        3 => full / 2,
        _ => *entropy.deal("lengths", &[0, 1, 2, 4, 8, 10, 12, 16, 20, 24, 32, 48, 64, 96, 132, 256]),
    }
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

/// A key that an attacker may know.
pub(super) fn mac_key(entropy: &mut Entropy, scene: &Scene) -> MacKey {
    match entropy.below(16) {
        0..4 if !scene.key_texts.is_empty() => MacKey::PublicKey((*entropy.deal("key text", &scene.key_texts)).into()),
        4 => MacKey::Configured {},
        5..10 => MacKey::Text(entropy.deal("secrets", &scene.secrets).clone().into()),
        10 => MacKey::Member((*entropy.deal("member", &["kid", "iss", "sub", "aud", "alg", "exp", "iat", "typ"])).into()),
        11 => MacKey::Hex("00".repeat(*entropy.pick(&[1, 16, 32, 48, 64, 128])).into()),
        12 if !scene.harvested.is_empty() => MacKey::Text(entropy.deal("harvested secret", &scene.harvested).clone().into()),
        13 => MacKey::Secret(dealt!(entropy, SecretReading)),
        14 => MacKey::SecretPrefix((*entropy.deal("prefix", &[0_usize, 1, 4, 8, 10, 16, 24, 32, 64])).into()),
        _ => MacKey::Text("".into()),
    }
}

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
                    *entropy.deal("r and s", &together)
                } else {
                    (*entropy.deal("r", EcdsaScalar::VARIANTS), *entropy.deal("s", EcdsaScalar::VARIANTS))
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
    if kin.is_empty() { scene.algorithm } else { *entropy.deal("sibling", &kin) }
}
