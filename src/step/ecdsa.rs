//! ECDSA: numbers that no verifier may accept as a signature, and other encodings of valid ones.

mod scalars;
mod spelling;
#[cfg(test)]
mod tests;

use rsa::BigUint;
use serde::{Deserialize, Serialize};

pub use self::{scalars::EcdsaScalar, spelling::EcdsaSpelling};
pub(super) use self::{
    scalars::{NUMBERS, scalars},
    spelling::{RESPELT, respell},
};
use super::{
    StepError,
    profile::{Cost, Kind, Profile},
    signature,
};
use crate::{
    algorithm::{Algorithm, Sha2},
    keys::{Curve, Material, der},
    step::Work,
};

/// How the two numbers are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, strum::VariantArray)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum EcdsaForm {
    /// Both as wide as the curve's order, as JOSE wants it (RFC 7518 section 3.4).
    Raw,
    /// An ASN.1 SEQUENCE of two INTEGERs, as TLS and X.509 want it.
    Der,
}

impl EcdsaForm {
    /// Both numbers are as wide as the curve's order.
    fn write(self, r: &[u8], s: &[u8]) -> Vec<u8> {
        match self {
            Self::Raw => [r, s].concat(),
            Self::Der => der::nest(der::SEQUENCE, &[der::unsigned(r), der::unsigned(s)]),
        }
    }
}

/// By a key of any type.
pub(super) const BY_KEY_TYPE: Profile<'_> = Profile::new(Cost::Signature(None), Kind::AllWords);
/// What OpenSSL signs and verifies when it is given a digest and a key and not told a scheme.
pub(super) fn sign_by_key_type(work: &mut Work<'_>, form: EcdsaForm) -> Result<(), StepError> {
    let algorithm = work.header_algorithm()?;
    // EdDSA names no digest, and then OpenSSL takes its default.
    let hash = if algorithm == Algorithm::EdDSA { Sha2::Sha256 } else { algorithm.hash() };
    let input = work.signing_input()?;
    let key = work.trusted()?;
    let signature = match &key.material {
        Material::Ec(curve, scalar) => {
            let raw = curve.sign(scalar, hash, input.as_bytes());
            let (r, s) = raw.split_at(curve.width());
            form.write(r, s)
        }
        Material::Rsa(_) => {
            let pkcs1 = [Algorithm::RS256, Algorithm::RS384, Algorithm::RS512].into_iter().find(|a| a.hash() == hash);
            key.sign(pkcs1.unwrap_or(Algorithm::RS256), input.as_bytes())?
        }
        Material::Ed25519(_) => key.sign(Algorithm::EdDSA, input.as_bytes())?,
        Material::Secret(_) => return Err(StepError::Unfit("the trusted key is a shared secret".to_owned())),
    };
    signature::set(work, signature)?;
    work.issue()
}

/// The curve of the header's `alg`.
fn curve(work: &Work<'_>) -> Result<Curve, StepError> {
    let algorithm = work.header_algorithm()?;
    Curve::of(algorithm).ok_or_else(|| StepError::Unfit(format!("{algorithm} is not ECDSA")))
}

fn stripped(number: &[u8]) -> &[u8] {
    let zeros = number.iter().take_while(|b| **b == 0).count();
    &number[zeros..]
}

/// A number in that many bytes; in more if it does not fit.
pub(super) fn fixed(number: &BigUint, width: usize) -> Vec<u8> {
    let bytes = number.to_bytes_be();
    let bytes = stripped(&bytes);
    [vec![0; width.saturating_sub(bytes.len())], bytes.to_vec()].concat()
}
