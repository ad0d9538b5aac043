//! Two chosen numbers in the place of a signature.

use rsa::BigUint;
use serde::{Deserialize, Serialize};

use super::{EcdsaForm, curve, fixed};
use crate::{
    keys::{Curve, PublicMaterial},
    step::{
        StepError, Work,
        profile::{Cost, Kind, Profile},
        signature,
    },
};

/// A number to put into a signature. `n` is the group order, `p` the field prime.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, strum::VariantArray)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum EcdsaScalar {
    /// 0, the psychic signature of CVE-2022-21449.
    Zero,
    /// 1.
    One,
    /// n - 1.
    OrderLessOne,
    /// n, which is 0 to whoever reduces before checking.
    Order,
    /// n + 1.
    OrderPlusOne,
    /// p.
    Prime,
    /// Every bit of the width set.
    AllOnes,
    /// The first coordinate of the generator, modulo n: the right `r` for a public key that counts as the point at infinity.
    GeneratorX,
    /// The hash of the signing input: the `s` to go with [`Self::GeneratorX`].
    Digest,
    /// The first coordinate of the trusted key, modulo n: as both numbers, a signature of every message whose digest counts as 0.
    KeyX,
    /// Random, below n.
    Random,
}

/// Numbers cost nothing, and one weakness takes many pairs of them.
pub(in crate::step) const NUMBERS: Profile<'_> = Profile::new(Cost::Cheap, Kind::Name);

pub(in crate::step) fn scalars(work: &mut Work<'_>, r: EcdsaScalar, s: EcdsaScalar, form: EcdsaForm) -> Result<(), StepError> {
    let curve = curve(work)?;
    let at_infinity = r == EcdsaScalar::GeneratorX && s == EcdsaScalar::Digest;
    let r = r.bytes(work, curve)?;
    let s = s.bytes(work, curve)?;
    signature::set(work, form.write(&r, &s))?;
    if at_infinity { work.issue_by_anyone() } else { Ok(()) }
}

impl EcdsaScalar {
    /// The number, as wide as the curve's order.
    fn bytes(self, work: &mut Work<'_>, curve: Curve) -> Result<Vec<u8>, StepError> {
        let order = BigUint::from_bytes_be(&curve.order());
        let one = BigUint::from(1_u8);
        let number = match self {
            Self::Zero => BigUint::from(0_u8),
            Self::One => one,
            Self::OrderLessOne => order - one,
            Self::Order => order,
            Self::OrderPlusOne => order + one,
            Self::Prime => return Ok(curve.prime()),
            Self::AllOnes => return Ok(vec![0xff; curve.width()]),
            Self::GeneratorX => {
                let mut scalar = vec![0; curve.width()];
                scalar[curve.width() - 1] = 1;
                BigUint::from_bytes_be(&curve.public(&scalar).0) % order
            }
            // No hash of JOSE is longer than the order that it goes with, so nothing is cut off.
            Self::Digest => {
                let digest = curve.algorithm().hash().digest(work.signing_input()?.as_bytes());
                BigUint::from_bytes_be(&digest) % order
            }
            Self::KeyX => match &work.issuer().public.material {
                PublicMaterial::Ec { curve: of, x, .. } if *of == curve => BigUint::from_bytes_be(x) % order,
                _ => return Err(StepError::Unfit("the trusted key is on another curve, or on none".to_owned())),
            },
            Self::Random => BigUint::from_bytes_be(&work.random(curve.width())) % order,
        };
        Ok(fixed(&number, curve.width()))
    }
}
