//! Encoded messages with one element of the `DigestInfo` altered, after Wycheproof's modified paddings, signed with the trusted key.
//!
//! The lengths around the altered element fit it. The hash itself is never touched, so that verifiers fall which read BER loosely,
//! skip what they do not know, or look for the hash at the end; edits that would lose it are refused. Forged, as in `padding`.

use serde::{Deserialize, Serialize};

use super::{no_room, oid, pkcs1_algorithm, private, sign_raw};
use crate::{
    keys::{der, emsa_pkcs1},
    step::{StepError, Work, signature},
};

/// An element of `SEQUENCE { SEQUENCE { OID, NULL }, OCTET STRING }`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, strum::VariantArray)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum DigestElement {
    /// The outer SEQUENCE.
    DigestInfo,
    /// The inner SEQUENCE, the algorithm.
    Algorithm,
    /// The OBJECT IDENTIFIER of the hash.
    Oid,
    /// The NULL that stands for the parameters.
    Null,
    /// The OCTET STRING with the hash.
    Octets,
}

/// What is done to an element.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, strum::VariantArray)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum DigestEdit {
    /// It is left out.
    Removed,
    /// It has no content.
    Emptied,
    /// It stands there twice.
    Doubled,
    /// A SEQUENCE is put around it.
    Wrapped,
    /// Only its content stands there.
    Unwrapped,
    /// A NULL stands in front of it.
    AfterNull,
    /// Two zero bytes stand in front of it.
    AfterZeros,
    /// Four bytes of garbage stand in front of it.
    AfterGarbage,
    /// A NULL stands behind it.
    BeforeNull,
    /// Two zero bytes stand behind it.
    BeforeZeros,
    /// Four bytes of garbage stand behind it.
    BeforeGarbage,
    /// Its content starts with a NULL.
    ContentAfterNull,
    /// Its content starts with two zero bytes.
    ContentAfterZeros,
    /// Its content starts with four bytes of garbage.
    ContentAfterGarbage,
    /// Its content ends in a NULL.
    ContentBeforeNull,
    /// Its content ends in two zero bytes.
    ContentBeforeZeros,
    /// Its content ends in four bytes of garbage.
    ContentBeforeGarbage,
    /// Its content lacks the first byte.
    ContentFirstCut,
    /// Its content lacks the last byte.
    ContentLastCut,
    /// The first bit of its content is turned around.
    ContentFirstBit,
    /// The last bit of its content is turned around.
    ContentLastBit,
    /// Its length takes the long form in one byte.
    LengthLong,
    /// Its length takes two bytes, the first zero.
    LengthTwoBytes,
    /// Its length takes four bytes, three of them zero.
    LengthFourBytes,
    /// Its length takes eight bytes, seven of them zero.
    LengthEightBytes,
    /// Its length says one more than there is.
    LengthPlusOne,
    /// Its length says one less than there is.
    LengthMinusOne,
    /// Its length says none.
    LengthZero,
    /// Its length says 2^31 - 1.
    #[serde(rename = "length-huge-31")]
    LengthHuge31,
    /// Its length says 2^32 - 1.
    #[serde(rename = "length-huge-32")]
    LengthHuge32,
    /// Its length says 2^64 - 1.
    #[serde(rename = "length-huge-64")]
    LengthHuge64,
    /// Its length is right modulo 2^32 only.
    #[serde(rename = "length-wraps-32")]
    LengthWraps32,
    /// Its length is right modulo 2^64 only.
    #[serde(rename = "length-wraps-64")]
    LengthWraps64,
    /// Its length is indefinite, with the end marked.
    LengthIndefinite,
    /// Its length is indefinite, with no end.
    LengthOpen,
    /// Its length is the reserved FF.
    LengthReserved,
    /// Its tag class is context-specific.
    TagContext,
    /// Its tag class is application.
    TagApplication,
    /// Its tag class is private.
    TagPrivate,
    /// Its tag says constructed for primitive, or the other way round.
    TagConstructed,
    /// Its tag takes the form for high numbers.
    TagHighForm,
    /// Its tag number is one more.
    TagPlusOne,
    /// Its tag is 0.
    TagZero,
    /// Its tag is FF.
    TagFf,
    /// A NULL stands in its place.
    ReplacedByNull,
    /// An empty SEQUENCE stands in its place.
    ReplacedBySequence,
    /// An empty SET stands in its place.
    ReplacedBySet,
    /// An empty OCTET STRING stands in its place.
    ReplacedByOctets,
    /// The BOOLEAN false stands in its place.
    ReplacedByBoolean,
    /// The INTEGER 0 stands in its place.
    ReplacedByInteger,
}

pub(in crate::step) fn digest_info(work: &mut Work<'_>, element: DigestElement, edit: DigestEdit) -> Result<(), StepError> {
    let hash = pkcs1_algorithm(work)?.hash();
    let digest = hash.digest(work.signing_input()?.as_bytes());
    let info = edited(oid(hash), &digest, element, edit);
    if !contains(&info, &digest) {
        return Err(StepError::Unfit("this edit would lose the hash".to_owned()));
    }
    let size = private(work)?.modulus().len();
    let bytes = sign_raw(work, &emsa_pkcs1(&info, size).ok_or_else(no_room)?)?;
    signature::set(work, bytes)?;
    // Made with the private key, as in `rsa-padding`.
    work.issue()
}

fn contains(text: &[u8], part: &[u8]) -> bool {
    text.windows(part.len()).any(|window| window == part)
}

/// A `DigestInfo` with one element edited.
pub(super) fn edited(oid: &[u8], digest: &[u8], element: DigestElement, edit: DigestEdit) -> Vec<u8> {
    let write = |this: DigestElement, tag: u8, content: &[u8]| {
        if this == element { edit.write(tag, content) } else { der::tlv(tag, content) }
    };
    let parameters = write(DigestElement::Null, der::NULL, &[]);
    let oid = write(DigestElement::Oid, der::OID, oid);
    let algorithm = write(DigestElement::Algorithm, der::SEQUENCE, &[oid, parameters].concat());
    let octets = write(DigestElement::Octets, der::OCTET_STRING, digest);
    write(DigestElement::DigestInfo, der::SEQUENCE, &[algorithm, octets].concat())
}

const NULL: &[u8] = &[der::NULL, 0];
const ZEROS: &[u8] = &[0, 0];
const GARBAGE: &[u8] = &[0xca, 0xfe, 0xba, 0xbe];

impl DigestEdit {
    fn write(self, tag: u8, content: &[u8]) -> Vec<u8> {
        let plain = der::tlv(tag, content);
        let first = usize::from(!content.is_empty());
        match self {
            Self::Removed => Vec::new(),
            Self::Emptied => der::tlv(tag, &[]),
            Self::Doubled => plain.repeat(2),
            Self::Wrapped => der::tlv(der::SEQUENCE, &plain),
            Self::Unwrapped => content.to_vec(),
            Self::AfterNull => [NULL, &plain].concat(),
            Self::AfterZeros => [ZEROS, &plain].concat(),
            Self::AfterGarbage => [GARBAGE, &plain].concat(),
            Self::BeforeNull => [&plain, NULL].concat(),
            Self::BeforeZeros => [&plain, ZEROS].concat(),
            Self::BeforeGarbage => [&plain, GARBAGE].concat(),
            Self::ContentAfterNull => der::tlv(tag, &[NULL, content].concat()),
            Self::ContentAfterZeros => der::tlv(tag, &[ZEROS, content].concat()),
            Self::ContentAfterGarbage => der::tlv(tag, &[GARBAGE, content].concat()),
            Self::ContentBeforeNull => der::tlv(tag, &[content, NULL].concat()),
            Self::ContentBeforeZeros => der::tlv(tag, &[content, ZEROS].concat()),
            Self::ContentBeforeGarbage => der::tlv(tag, &[content, GARBAGE].concat()),
            Self::ContentFirstCut => der::tlv(tag, &content[first..]),
            Self::ContentLastCut => der::tlv(tag, &content[..content.len() - first]),
            Self::ContentFirstBit | Self::ContentLastBit => self.flip(tag, content),
            Self::ReplacedByNull => NULL.to_vec(),
            Self::ReplacedBySequence => vec![der::SEQUENCE, 0],
            Self::ReplacedBySet => vec![der::SET, 0],
            Self::ReplacedByOctets => vec![der::OCTET_STRING, 0],
            Self::ReplacedByBoolean => vec![1, 1, 0],
            Self::ReplacedByInteger => vec![der::INTEGER, 1, 0],
            Self::LengthIndefinite => [&[tag, 0x80], content, &[0, 0]].concat(),
            _ if self.tag(tag) != [tag] => [self.tag(tag), plain[1..].to_vec()].concat(),
            _ => [&[tag], &*self.length(content.len()), content].concat(),
        }
    }

    fn flip(self, tag: u8, content: &[u8]) -> Vec<u8> {
        let mut content = content.to_vec();
        let byte = if self == Self::ContentFirstBit { content.first_mut() } else { content.last_mut() };
        if let Some(byte) = byte {
            *byte ^= if self == Self::ContentFirstBit { 0x80 } else { 1 };
        }
        der::tlv(tag, &content)
    }

    /// The tag that it makes of `tag`.
    fn tag(self, tag: u8) -> Vec<u8> {
        match self {
            Self::TagContext => vec![tag | 0x80],
            Self::TagApplication => vec![tag | 0x40],
            Self::TagPrivate => vec![tag | 0xc0],
            Self::TagConstructed => vec![tag ^ 0x20],
            Self::TagHighForm => vec![tag | 0x1f, tag & 0x1f],
            Self::TagPlusOne => vec![tag + 1],
            Self::TagZero => vec![0],
            Self::TagFf => vec![0xff],
            _ => vec![tag],
        }
    }

    /// The length that it writes for a content of that many bytes.
    fn length(self, content: usize) -> Vec<u8> {
        let short = u8::try_from(content).expect("a DigestInfo is short");
        match self {
            Self::LengthTwoBytes => vec![0x82, 0, short],
            Self::LengthFourBytes => vec![0x84, 0, 0, 0, short],
            Self::LengthEightBytes => vec![0x88, 0, 0, 0, 0, 0, 0, 0, short],
            Self::LengthPlusOne => vec![short + 1],
            Self::LengthMinusOne => vec![short.wrapping_sub(1)],
            Self::LengthZero => vec![0],
            Self::LengthHuge31 => vec![0x84, 0x7f, 0xff, 0xff, 0xff],
            Self::LengthHuge32 => vec![0x84, 0xff, 0xff, 0xff, 0xff],
            Self::LengthHuge64 => [&[0x88], &[0xff; 8][..]].concat(),
            Self::LengthWraps32 => vec![0x85, 1, 0, 0, 0, short],
            Self::LengthWraps64 => vec![0x89, 1, 0, 0, 0, 0, 0, 0, 0, short],
            Self::LengthOpen => vec![0x80],
            Self::LengthReserved => vec![0xff],
            _ => vec![0x81, short],
        }
    }
}
