//! Steps on the JSON objects: header and claims.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::{
    SegmentName, Step, StepError,
    profile::{Cost, Kind, Profile},
};
use crate::{
    step::Work,
    token::{Member, Segment, object_members},
};

/// Where a member goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, strum::VariantArray)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Place {
    /// In front of all others.
    First,
    /// Behind all others.
    Last,
}

/// What the header's `kid` says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, strum::VariantArray)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum KidShape {
    /// As the issuer wrote it.
    Kept,
    /// An id that no verifier knows: a look-up yields nothing.
    Unknown,
    /// No `kid` at all.
    Absent,
    /// The empty text.
    Empty,
}

/// A value of the `alg` tells by its kind, that of another member does not matter.
pub(super) fn header_value<'a>(name: &'a str, to: &'a str) -> Profile<'a> {
    Profile::new(Cost::Cheap, if name == "alg" { Kind::Algorithm(to) } else { Kind::Word(name) })
}

/// The name of a member tells.
pub(super) fn member(name: &str) -> Profile<'_> {
    Profile::new(Cost::Cheap, Kind::Word(name))
}

pub(super) fn key_id(is: KidShape) -> Profile<'static> {
    Profile::new(Cost::Cheap, if is == KidShape::Kept { Kind::Idle } else { Kind::AllWords })
}

/// A member is elsewhere than it was.
pub(super) const MOVED: Profile<'_> = Profile::new(Cost::Cheap, Kind::AllWords);
/// A whole object is written anew.
pub(super) const WHOLE: Profile<'_> = Profile::new(Cost::Cheap, Kind::Name);
/// An object has white space in it.
pub(super) const SPACED: Profile<'_> = Profile::new(Cost::Cheap, Kind::Name);

/// Plainer than a whole header: the genuine one that lacks what says how to verify.
pub(super) fn without_alg(others: Vec<Step>) -> Vec<Step> {
    [vec![Step::DropHeader { name: "alg".into() }], others].concat()
}

pub(super) fn set(work: &mut Work<'_>, part: SegmentName, name: &str, to: &str) -> Result<(), StepError> {
    let members = members(work, part)?;
    let mut found = false;
    for member in members.iter_mut().filter(|m| m.is(name)) {
        member.value = to.as_bytes().to_vec();
        found = true;
    }
    if !found {
        members.push(Member::new(quoted(name), to));
    }
    Ok(())
}

pub(super) fn add(work: &mut Work<'_>, part: SegmentName, name: &str, to: &str, at: Place) -> Result<(), StepError> {
    let members = members(work, part)?;
    let index = if at == Place::First { 0 } else { members.len() };
    members.insert(index, Member::new(quoted(name), to));
    Ok(())
}

pub(super) fn remove(work: &mut Work<'_>, part: SegmentName, name: &str) -> Result<(), StepError> {
    members(work, part)?.retain(|m| !m.is(name));
    Ok(())
}

pub(super) fn rename(work: &mut Work<'_>, part: SegmentName, name: &str, to: &str) -> Result<(), StepError> {
    let members = members(work, part)?;
    let member = members.iter_mut().find(|m| m.is(name)).ok_or_else(|| StepError::NoMember(name.to_owned()))?;
    member.name = to.as_bytes().to_vec();
    Ok(())
}

pub(super) fn relocate(work: &mut Work<'_>, part: SegmentName, name: &str, to: Place) -> Result<(), StepError> {
    let members = members(work, part)?;
    let index = members.iter().position(|m| m.is(name)).ok_or_else(|| StepError::NoMember(name.to_owned()))?;
    let member = members.remove(index);
    members.insert(if to == Place::First { 0 } else { members.len() }, member);
    Ok(())
}

pub(super) fn replace(work: &mut Work<'_>, part: SegmentName, bytes: Vec<u8>) -> Result<(), StepError> {
    *work.segment_mut(part)? = Segment::from_bytes(bytes);
    Ok(())
}

pub(super) fn space(work: &mut Work<'_>, part: SegmentName) -> Result<(), StepError> {
    for member in members(work, part)? {
        member.name = [b"\n  ", member.name.as_slice(), b" "].concat();
        member.value = [b"\t", member.value.as_slice(), b"\r\n"].concat();
    }
    Ok(())
}

pub(super) fn kid(work: &mut Work<'_>, is: KidShape) -> Result<(), StepError> {
    match is {
        KidShape::Kept => Ok(()),
        KidShape::Unknown => set(work, SegmentName::Header, "kid", "\"no-such-key\""),
        KidShape::Absent => remove(work, SegmentName::Header, "kid"),
        KidShape::Empty => set(work, SegmentName::Header, "kid", "\"\""),
    }
}

pub(super) fn copy_to_header(work: &mut Work<'_>, claim: &str, name: &str) -> Result<(), StepError> {
    let claims = work.segment(SegmentName::Claims)?;
    let value = claims.and_then(|claims| claims.member(claim)).ok_or_else(|| StepError::NoMember(claim.to_owned()))?;
    let value = String::from_utf8_lossy(value).into_owned();
    set(work, SegmentName::Header, name, &value)
}

/// The members of the header or the claims. An object that was fixed as bytes or text is read again; white space around it is lost.
fn members<'a>(work: &'a mut Work<'_>, part: SegmentName) -> Result<&'a mut Vec<Member>, StepError> {
    let segment = work.segment_mut(part)?;
    if let Segment::Bytes(bytes) = segment
        && let Some(read) = object_members(bytes.trim_ascii())
    {
        *segment = Segment::Object(read.into());
    }
    match segment {
        Segment::Object(members) => Ok(Arc::make_mut(members)),
        _ => Err(StepError::NotAnObject(part.name())),
    }
}

fn quoted(name: &str) -> String {
    crate::text::quoted(name)
}
