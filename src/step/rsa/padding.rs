//! Encoded messages whose padding is altered (RFC 8017 section 9.2), signed with the trusted key. The right hash stands in every
//! one of them, to break a verifier that searches for it, compares only the tail, or skips padding loosely.
//!
//! They count as forged: the issuer signs no such thing, and a verifier that accepts one also accepts an attacker's for some keys.

use serde::{Deserialize, Serialize};

use super::{info, no_room, nonzero, oid, pkcs1_algorithm, private, sign_raw};
use crate::step::{StepError, Work, signature};

/// What is wrong with `00 01 FF … FF 00 DigestInfo`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, strum::VariantArray)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum PaddingEdit {
    /// Block type 0.
    BlockTypeZero,
    /// Block type 2, FF for padding.
    BlockTypeTwo,
    /// Block type 2, random padding, as in encryption.
    BlockTypeTwoRandom,
    /// FF where the block type belongs.
    BlockTypeMissing,
    /// The first byte is 1.
    FirstByteOne,
    /// FF in the place of the zero byte in front of the `DigestInfo`.
    NoSeparator,
    /// 1 in the place of that zero byte.
    SeparatorOne,
    /// Two such zero bytes.
    TwoSeparators,
    /// The first FF is 0.
    FirstZero,
    /// An FF in the middle is 0.
    MiddleZero,
    /// The first FF is FE.
    FirstFe,
    /// An FF in the middle is FE.
    MiddleFe,
    /// The last FF is FE.
    LastFe,
    /// Zeros in the place of all FF.
    AllZero,
    /// Random bytes in the place of all FF, none of them zero.
    AllRandom,
    /// Eight FF, then such random bytes.
    RandomAfterEight,
    /// No FF; zeros behind the `DigestInfo` make up for it.
    NoFfThenZeros,
    /// One FF; zeros behind.
    OneFfThenZeros,
    /// Seven FF; zeros behind.
    SevenFfThenZeros,
    /// Eight FF; zeros behind.
    EightFfThenZeros,
    /// No FF; random bytes behind.
    NoFfThenRandom,
    /// One FF; random bytes behind.
    OneFfThenRandom,
    /// Seven FF; random bytes behind.
    SevenFfThenRandom,
    /// Eight FF; random bytes behind.
    EightFfThenRandom,
    /// One FF less and a zero byte behind.
    TrailingZero,
    /// One FF less and a zero byte in front.
    ExtraLeadingZero,
    /// Zeros in front of the `DigestInfo` and nothing else.
    NoPadding,
    /// The `DigestInfo` in front, FF behind.
    InfoFirst,
    /// A `DigestInfo` of another message in front of the right one.
    OtherInfoBefore,
    /// A `DigestInfo` of another message, the right hash bare behind it.
    OtherInfoThenHash,
    /// The padding of ANSI X9.31 around the bare hash.
    X931,
}

pub(in crate::step) fn padding(work: &mut Work<'_>, edit: PaddingEdit) -> Result<(), StepError> {
    let hash = pkcs1_algorithm(work)?.hash();
    let digest = hash.digest(work.signing_input()?.as_bytes());
    let other = info(oid(hash), &hash.digest(b"another message"));
    let size = private(work)?.modulus().len();
    let random = nonzero(work, size);
    let layout = Layout { info: info(oid(hash), &digest), digest, other, size, random };
    let block = layout.block(edit).filter(|block| block.len() == size).ok_or_else(no_room)?;
    let bytes = sign_raw(work, &block)?;
    signature::set(work, bytes)?;
    // Made with the private key: taking it shows a lax parser. What a forger makes of that is `rsa-cube-root`.
    work.issue()
}

/// What a block is made of.
pub(super) struct Layout {
    pub(super) info: Vec<u8>,
    pub(super) digest: Vec<u8>,
    pub(super) other: Vec<u8>,
    pub(super) size: usize,
    /// Random bytes without zeros, as many as the block has.
    pub(super) random: Vec<u8>,
}

impl Layout {
    /// The block; `None` if the modulus is too small for it.
    pub(super) fn block(&self, edit: PaddingEdit) -> Option<Vec<u8>> {
        use PaddingEdit as E;
        Some(match edit {
            E::NoFfThenZeros => self.short(0, &[0])?,
            E::OneFfThenZeros => self.short(1, &[0])?,
            E::SevenFfThenZeros => self.short(7, &[0])?,
            E::EightFfThenZeros => self.short(8, &[0])?,
            E::NoFfThenRandom => self.short(0, &self.random)?,
            E::OneFfThenRandom => self.short(1, &self.random)?,
            E::SevenFfThenRandom => self.short(7, &self.random)?,
            E::EightFfThenRandom => self.short(8, &self.random)?,
            E::TrailingZero => self.usual(&[], &[&self.info, &[0][..]])?,
            E::ExtraLeadingZero => self.usual(&[0], &[&self.info])?,
            E::NoPadding => [vec![0; self.size.checked_sub(self.info.len())?], self.info.clone()].concat(),
            E::InfoFirst => [&*self.info, &vec![0xff; self.size.checked_sub(self.info.len())?]].concat(),
            E::OtherInfoBefore => self.usual(&[], &[&self.other, &self.info])?,
            E::OtherInfoThenHash => self.usual(&[], &[&self.other, &self.digest])?,
            E::X931 => self.x931()?,
            _ => self.altered(edit)?,
        })
    }

    /// `front 00 01 FF … FF 00 parts`.
    fn usual(&self, front: &[u8], parts: &[&[u8]]) -> Option<Vec<u8>> {
        let tail = parts.concat();
        let ff = self.size.checked_sub(front.len() + tail.len() + 3).filter(|n| *n >= 8)?;
        Some([front, &[0, 1], &vec![0xff; ff], &[0], &tail].concat())
    }

    /// `00 01`, so many FF, `00 DigestInfo`, then `filler` over and over to the end.
    fn short(&self, ff: usize, filler: &[u8]) -> Option<Vec<u8>> {
        let start = [&[0, 1], &*vec![0xff; ff], &[0], &self.info].concat();
        let room = self.size.checked_sub(start.len() + 1)?;
        Some(start.into_iter().chain(filler.iter().copied().cycle().take(room + 1)).collect())
    }

    /// `6B BB … BB BA hash id CC` (ANSI X9.31; the id names the hash).
    fn x931(&self) -> Option<Vec<u8>> {
        let id = match self.digest.len() {
            32 => 0x34,
            48 => 0x36,
            _ => 0x35,
        };
        let bb = self.size.checked_sub(self.digest.len() + 4)?;
        Some([&[0x6b], &*vec![0xbb; bb], &[0xba], &self.digest, &[id, 0xcc]].concat())
    }

    /// The usual block with some bytes changed in their places.
    fn altered(&self, edit: PaddingEdit) -> Option<Vec<u8>> {
        use PaddingEdit as E;
        let mut block = self.usual(&[], &[&self.info])?;
        let separator = block.len() - self.info.len() - 1;
        let middle = usize::midpoint(2, separator);
        match edit {
            E::BlockTypeZero => block[1] = 0,
            E::BlockTypeTwo => block[1] = 2,
            E::BlockTypeMissing => block[1] = 0xff,
            E::FirstByteOne => block[0] = 1,
            E::NoSeparator => block[separator] = 0xff,
            E::SeparatorOne => block[separator] = 1,
            E::TwoSeparators => block[separator - 1] = 0,
            E::FirstZero => block[2] = 0,
            E::MiddleZero => block[middle] = 0,
            E::FirstFe => block[2] = 0xfe,
            E::MiddleFe => block[middle] = 0xfe,
            E::LastFe => block[separator - 1] = 0xfe,
            E::AllZero => block[2..separator].fill(0),
            E::AllRandom => block[2..separator].copy_from_slice(&self.random[2..separator]),
            E::RandomAfterEight => block[10..separator].copy_from_slice(&self.random[10..separator]),
            _ => {
                block[1] = 2;
                block[2..separator].copy_from_slice(&self.random[2..separator]);
            }
        }
        Some(block)
    }
}
