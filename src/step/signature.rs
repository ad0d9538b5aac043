//! Steps on the signature that know nothing of its mathematics, and signing itself.

use serde::{Deserialize, Serialize};

use super::{
    Choice, Step, StepError,
    profile::{Cost, Kind, Profile},
};
use crate::{
    algorithm::{Algorithm, Family},
    keys::{Key, Material, Role, SignError},
    step::Work,
    token::Segment,
};

/// A part of a JWS.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, strum::VariantArray)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum SegmentName {
    /// The first segment.
    Header,
    /// The second segment.
    Claims,
    /// The third segment.
    Signature,
}

impl SegmentName {
    /// Its place.
    #[must_use]
    pub fn index(self) -> usize {
        match self {
            Self::Header => 0,
            Self::Claims => 1,
            Self::Signature => 2,
        }
    }

    /// Its name in messages.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Header => "header",
            Self::Claims => "payload",
            Self::Signature => "signature",
        }
    }
}

/// Who signs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, strum::VariantArray, strum::IntoStaticStr)]
#[strum(serialize_all = "kebab-case")]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Holder {
    /// The issuer, with the key that the verifier trusts: what comes of it is a policy case, not a forgery.
    Trusted,
    /// The issuer, with a second key that this verifier was not given.
    OtherTrusted,
    /// The attacker, with a key of their own.
    Attacker,
}

/// A genuine token other than the one at hand.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, strum::VariantArray)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Other {
    /// The same issuer and key, another subject.
    Subject,
}

/// Something that is no signature, or no longer one.
pub(super) const ANY: Profile<'_> = Profile::new(Cost::Cheap, Kind::Name);
/// What belongs somewhere else.
pub(super) const TAKEN: Profile<'_> = Profile::new(Cost::Cheap, Kind::AllWords);
/// Which key it is does not matter, and that it is not the trusted one can only be hoped.
pub(super) const SIGNED_WITH_KEY: Profile<'_> = Profile::new(Cost::Expensive, Kind::Name);

/// Something is done to that segment.
pub(super) fn segment(of: SegmentName) -> Profile<'static> {
    Profile::new(Cost::Cheap, Kind::Word(of.name()))
}

pub(super) fn signed(with: Holder, under: Option<Algorithm>) -> Profile<'static> {
    Profile::new(Cost::Signature(under), Kind::Word(with.into())).issuer_signs(with == Holder::Trusted)
}

/// No signature at all is plainer than any that somebody made.
pub(super) fn dropped_or(others: Vec<Step>) -> Vec<Step> {
    [vec![Step::DropSignature {}], others].concat()
}

/// Fewer of those bytes.
pub(super) fn fewer(byte: &Choice<u8>, count: usize) -> Vec<Step> {
    let counts: &[usize] = if count > 1 { &[1, count / 2] } else { &[] };
    counts.iter().map(|count| Step::FillSignature { byte: byte.clone(), count: (*count).into() }).collect()
}

pub(super) fn set(work: &mut Work<'_>, bytes: Vec<u8>) -> Result<(), StepError> {
    *work.segment_mut(SegmentName::Signature)? = Segment::Bytes(bytes);
    Ok(())
}

pub(super) fn text(work: &mut Work<'_>, to: &str) -> Result<(), StepError> {
    *work.segment_mut(SegmentName::Signature)? = Segment::Text(to.to_owned());
    Ok(())
}

pub(super) fn lower(work: &mut Work<'_>) -> Result<(), StepError> {
    let segment = work.segment_mut(SegmentName::Signature)?;
    *segment = Segment::Text(segment.to_string().to_lowercase());
    Ok(())
}

/// The bytes of the signature as it stands.
pub(super) fn bytes(work: &mut Work<'_>) -> Result<Vec<u8>, StepError> {
    let segment = work.segment(SegmentName::Signature)?;
    segment.map_or(Some(Vec::new()), Segment::bytes).ok_or_else(|| StepError::Unfit("the signature is not base64url".to_owned()))
}

pub(super) fn random(work: &mut Work<'_>, count: Option<usize>) -> Result<(), StepError> {
    let count = match count {
        Some(count) => count,
        None => bytes(work)?.len(),
    };
    let random = work.random(count);
    set(work, random)
}

pub(super) fn flip(work: &mut Work<'_>, of: SegmentName, bit: i64) -> Result<(), StepError> {
    let segment = work.segment_mut(of)?;
    let mut bytes = segment.bytes().ok_or_else(|| StepError::Unfit(format!("the {} is not base64url", of.name())))?;
    let bits = i64::try_from(bytes.len() * 8).expect("a token is short");
    let index = if bit < 0 { bits + bit } else { bit };
    // Before the first bit is not a bit either.
    let index = usize::try_from(index).ok().filter(|index| index / 8 < bytes.len());
    let index = index.ok_or_else(|| StepError::Unfit(format!("the {} has no bit {bit}", of.name())))?;
    bytes[index / 8] ^= 0x80 >> (index % 8);
    *segment = Segment::from_bytes(bytes);
    Ok(())
}

pub(super) fn truncate(work: &mut Work<'_>, to: usize) -> Result<(), StepError> {
    let mut bytes = bytes(work)?;
    if bytes.len() <= to {
        return Err(StepError::Unfit(format!("the signature has only {} bytes", bytes.len())));
    }
    bytes.truncate(to);
    set(work, bytes)
}

pub(super) fn extend(work: &mut Work<'_>, by: &[u8]) -> Result<(), StepError> {
    let bytes = bytes(work)?;
    set(work, [bytes.as_slice(), by].concat())
}

pub(super) fn repeat(work: &mut Work<'_>) -> Result<(), StepError> {
    let bytes = bytes(work)?;
    set(work, bytes.repeat(2))
}

pub(super) fn splice(work: &mut Work<'_>, from: Other) -> Result<(), StepError> {
    splice_segment(work, SegmentName::Signature, from)
}

pub(super) fn copy_segment(work: &mut Work<'_>, from: SegmentName, to: SegmentName) -> Result<(), StepError> {
    let segment = work.segment_mut(from)?.clone();
    *work.segment_mut(to)? = segment;
    Ok(())
}

/// Takes a whole segment of another genuine token.
pub(super) fn splice_segment(work: &mut Work<'_>, of: SegmentName, from: Other) -> Result<(), StepError> {
    let Other::Subject = from;
    let other = work.other_genuine(of)?;
    *work.segment_mut(of)? = other;
    Ok(())
}

pub(super) fn sign(work: &mut Work<'_>, with: Holder, algorithm: Option<Algorithm>) -> Result<(), StepError> {
    let algorithm = match algorithm {
        Some(algorithm) => algorithm,
        None => work.header_algorithm()?,
    };
    let input = work.signing_input()?;
    let signature = match with {
        Holder::Trusted => trusted_signature(work.trusted()?, algorithm, input.as_bytes())?,
        Holder::OtherTrusted => role_key(Role::OtherTrusted, algorithm)?.sign(algorithm, input.as_bytes())?,
        Holder::Attacker => role_key(Role::Attacker, algorithm)?.sign(algorithm, input.as_bytes())?,
    };
    set(work, signature)?;
    if with == Holder::Trusted { work.issue() } else { Ok(()) }
}

pub(super) fn sign_with_key(work: &mut Work<'_>, pem: &str, algorithm: Option<Algorithm>) -> Result<(), StepError> {
    let key =
        Key::from_private_pem(pem).ok_or_else(|| StepError::Value("`pem` is not a private key that JOSE signs with".to_owned()))?;
    if key.public_material() == work.issuer().public.material {
        return sign(work, Holder::Trusted, algorithm);
    }
    let algorithm = match algorithm {
        Some(algorithm) => algorithm,
        None => work.header_algorithm()?,
    };
    let input = work.signing_input()?;
    set(work, key.sign(algorithm, input.as_bytes())?)
}

/// An EC key also signs with the hash of another curve's algorithm: that is what a verifier meets that takes ES384 for any curve.
fn trusted_signature(key: &Key, algorithm: Algorithm, input: &[u8]) -> Result<Vec<u8>, SignError> {
    match &key.material {
        Material::Ec(curve, scalar) if algorithm.family() == Family::Ec => Ok(curve.sign(scalar, algorithm.hash(), input)),
        _ => key.sign(algorithm, input),
    }
}

pub(super) fn role_key(role: Role, algorithm: Algorithm) -> Result<std::sync::Arc<Key>, StepError> {
    Key::of(role, algorithm).ok_or_else(|| StepError::NoKey(format!("no {role:?} key for {algorithm}")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        recipe::{Base, Recipe},
        step::fixture::{issuer, step},
    };

    #[test]
    fn in_lower_case_the_signature_has_other_bytes_and_nothing_else_changes() {
        let issuer = issuer(Algorithm::ES256);
        let genuine = issuer.genuine().to_string();
        let forged = Recipe { from: Base::Genuine, steps: vec![step("{ lower-signature = {} }")] }.forge(&issuer, 1, "test");
        let token = forged.expect("it fits").token;
        assert_ne!(token.as_str(), genuine);
        assert!(token.as_str().eq_ignore_ascii_case(&genuine));
        assert_eq!(token.as_str().rsplit_once('.').map(|(rest, _)| rest), genuine.rsplit_once('.').map(|(rest, _)| rest));
    }

    #[test]
    fn bits_are_counted_from_either_end_and_there_is_none_beyond() {
        let issuer = issuer(Algorithm::HS256);
        let flipped = |bit: i64| {
            let steps = vec![step(&format!("{{ flip-bit = {{ of = 'signature', bit = {bit} }} }}"))];
            let forged = Recipe { from: Base::Genuine, steps }.forge(&issuer, 1, "test").ok()?;
            crate::token::Draft::parse(forged.token.as_str()).segments.pop()?.bytes()
        };
        assert_eq!(flipped(0), flipped(-256));
        assert_eq!(flipped(255), flipped(-1));
        assert_ne!(flipped(0), flipped(1));
        for beyond in [256, -257, -260, -264, i64::MIN, i64::MAX] {
            assert_eq!(flipped(beyond), None, "{beyond}");
        }
    }
}
