//! Other spellings of base64url, which RFC 7515 section 2 fixes to one: no padding, no line breaks, no other characters.

use data_encoding::{BASE64, BASE64URL, HEXLOWER};
use serde::{Deserialize, Serialize};

use super::{
    SegmentName, StepError, Work,
    profile::{Cost, Kind, Profile},
};
use crate::token::Segment;

/// An encoding that some decoders read as the same bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, strum::VariantArray)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Base64Spelling {
    /// Padded with `=`.
    Padded,
    /// One `=` behind it, needed or not.
    OneMorePad,
    /// The alphabet of RFC 4648 section 4, `+` and `/`, with padding.
    Standard,
    /// A line feed behind it.
    TrailingLf,
    /// A line feed in its middle.
    InnerLf,
    /// A space in its middle.
    InnerSpace,
    /// A character of no alphabet in its middle.
    InnerJunk,
    /// A NUL behind it.
    TrailingNul,
    /// A set bit among those of the last character that carry nothing.
    TrailingBits,
    /// A further character behind it, too little for a byte.
    TrailingCharacter,
    /// Its first character percent-encoded.
    PercentEncoded,
    /// The base64url of its base64url.
    Twice,
    /// Hex in its place.
    Hex,
    /// The plain bytes, not encoded at all.
    Plain,
}

const ALPHABET: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

/// The segment tells, and not the spelling.
pub(super) fn respelt(of: SegmentName) -> Profile<'static> {
    Profile::new(Cost::Cheap, Kind::Word(of.name()))
}

pub(super) fn respell(work: &mut Work<'_>, of: SegmentName, to: Base64Spelling) -> Result<(), StepError> {
    let segment = work.segment_mut(of)?;
    let bytes = segment.bytes().ok_or_else(|| StepError::Unfit(format!("the {} is not base64url", of.name())))?;
    let text = segment.to_string();
    let middle = text.len() / 2;
    let with = |inner: &str| format!("{}{inner}{}", &text[..middle], &text[middle..]);
    *segment = Segment::Text(match to {
        Base64Spelling::Padded => BASE64URL.encode(&bytes),
        Base64Spelling::OneMorePad => format!("{text}="),
        Base64Spelling::Standard => BASE64.encode(&bytes),
        Base64Spelling::TrailingLf => format!("{text}\n"),
        Base64Spelling::InnerLf => with("\n"),
        Base64Spelling::InnerSpace => with(" "),
        Base64Spelling::InnerJunk => with("!"),
        Base64Spelling::TrailingNul => format!("{text}\0"),
        Base64Spelling::TrailingBits => trailing_bits(&text)?,
        Base64Spelling::TrailingCharacter => format!("{text}A"),
        Base64Spelling::PercentEncoded => match text.as_bytes().first() {
            Some(first) => format!("%{first:02X}{}", &text[1..]),
            None => return Err(StepError::Unfit(format!("the {} is empty", of.name()))),
        },
        Base64Spelling::Twice => data_encoding::BASE64URL_NOPAD.encode(text.as_bytes()),
        Base64Spelling::Hex => HEXLOWER.encode(&bytes),
        Base64Spelling::Plain => {
            String::from_utf8(bytes).map_err(|_| StepError::Unfit(format!("the {} is not UTF-8", of.name())))?
        }
    });
    Ok(())
}

fn trailing_bits(text: &str) -> Result<String, StepError> {
    let unfit = || StepError::Unfit("its last character has no bit to spare".to_owned());
    let (rest, last) = match text.len() % 4 {
        2 | 3 => text.split_at(text.len() - 1),
        _ => return Err(unfit()),
    };
    let value = ALPHABET.iter().position(|c| last.as_bytes() == [*c]).ok_or_else(unfit)?;
    Ok(format!("{rest}{}", char::from(ALPHABET[value | 1])))
}

#[cfg(test)]
mod tests {
    use strum::VariantArray as _;

    use super::*;
    use crate::{
        algorithm::Algorithm,
        configuration::Configuration,
        recipe::{Base, Recipe},
        step::Step,
        verdict::Provenance,
    };

    #[test]
    fn what_a_lenient_decoder_reads_as_the_same_is_respelled_and_nothing_is_genuine() {
        let issuer = Configuration::default().issuer(Algorithm::RS256).expect("an issuer");
        for &to in Base64Spelling::VARIANTS {
            for of in [SegmentName::Header, SegmentName::Claims, SegmentName::Signature] {
                let steps = vec![Step::RespellBase64 { of: of.into(), to: to.into() }];
                let Ok(forged) = (Recipe { from: Base::Genuine, steps }).forge(&issuer, 1, "test") else {
                    assert!(matches!(to, Base64Spelling::TrailingBits | Base64Spelling::Plain), "{to:?}");
                    continue;
                };
                // Claims that are written out hold dots, and no reader finds their end; a character more may make a byte more.
                let dots = to == Base64Spelling::Plain && of == SegmentName::Claims;
                let whole =
                    to == Base64Spelling::TrailingCharacter && issuer.genuine().segments[of as usize].to_string().len() % 4 == 3;
                let lost = dots || whole;
                assert_eq!(forged.provenance, if lost { Provenance::Forged } else { Provenance::Respelled }, "{of:?} {to:?}");
            }
        }
    }
}
