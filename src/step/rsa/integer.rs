//! RSA signatures that are special numbers, and keys for which anyone can sign.

use ::rsa::BigUint;
use serde::{Deserialize, Serialize};

use super::{Public, good_block};
use crate::step::{StepError, Work, signature, vary};

/// A number as signature; `n` is the modulus, `s` a valid signature.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, strum::VariantArray)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum RsaInteger {
    /// 0.
    Zero,
    /// 1.
    One,
    /// n - 1.
    ModulusLessOne,
    /// n.
    Modulus,
    /// s + n, where it is no longer than the modulus (RFC 8017 section 5.2.2 step 1).
    PlusModulus,
    /// s with a zero byte in front.
    LeadingZero,
    /// s with a zero byte behind.
    TrailingZero,
    /// s without its last byte.
    Truncated,
}

pub(in crate::step) fn integer(work: &mut Work<'_>, to: RsaInteger) -> Result<(), StepError> {
    let key = Public::of(work)?;
    let number = match to {
        RsaInteger::Zero => BigUint::from(0_u8),
        RsaInteger::One => BigUint::from(1_u8),
        RsaInteger::ModulusLessOne => &key.n - 1_u8,
        RsaInteger::Modulus => key.n.clone(),
        RsaInteger::PlusModulus => {
            let fits = |s: &BigUint| (s + &key.n).bits() <= 8 * key.size();
            BigUint::from_bytes_be(&vary::signature(work, 64, |s| fits(&BigUint::from_bytes_be(s)))?) + &key.n
        }
        RsaInteger::LeadingZero | RsaInteger::TrailingZero | RsaInteger::Truncated => return respell(work, to),
    };
    signature::set(work, key.fixed(&number))
}

fn respell(work: &mut Work<'_>, to: RsaInteger) -> Result<(), StepError> {
    let mut bytes = signature::bytes(work)?;
    match to {
        RsaInteger::LeadingZero => bytes.insert(0, 0),
        RsaInteger::TrailingZero => bytes.push(0),
        _ => drop(bytes.pop()),
    }
    signature::set(work, bytes)
}

pub(in crate::step) fn exponent_one(work: &mut Work<'_>) -> Result<(), StepError> {
    let key = Public::of(work)?;
    if key.e != BigUint::from(1_u8) {
        return Err(StepError::Unfit("the trusted key's public exponent is not 1".to_owned()));
    }
    let block = good_block(work, key.n.bits())?;
    signature::set(work, key.fixed(&BigUint::from_bytes_be(&block)))?;
    work.issue_by_anyone()
}

pub(in crate::step) fn prime_modulus(work: &mut Work<'_>) -> Result<(), StepError> {
    let key = Public::of(work)?;
    let block = good_block(work, key.n.bits())?;
    let message = BigUint::from_bytes_be(&block);
    let unfit = || StepError::Unfit("the trusted modulus is not a prime".to_owned());
    let exponent = inverse(&key.e, &(&key.n - 1_u8)).ok_or_else(unfit)?;
    let number = message.modpow(&exponent, &key.n);
    if number.modpow(&key.e, &key.n) != message {
        return Err(unfit());
    }
    signature::set(work, key.fixed(&number))?;
    work.issue_by_anyone()
}

/// The inverse of a small `exponent` modulo `order`: the first 1 + k * order that it divides.
fn inverse(exponent: &BigUint, order: &BigUint) -> Option<BigUint> {
    let small = u64::from_str_radix(&exponent.to_str_radix(16), 16).ok().filter(|e| (2..1 << 20).contains(e))?;
    let residue = u64::from_str_radix(&(order % exponent).to_str_radix(16), 16).ok()?;
    let k = (1..small).find(|k| (1 + k * residue) % small == 0)?;
    Some((order * k + 1_u8) / exponent)
}
