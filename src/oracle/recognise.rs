//! Where the bytes of any token come from, with nothing recorded but the issuer's own genuine tokens.
//!
//! Random fronts let the issuer sign what they made up, and a token that they saved has to be judged alone, without the list of
//! what was signed on the way. Only this harness holds the trusted keys, so whatever they made can be recognised by mathematics:
//! a MAC is computed again under every reading of the secret, an RSA block is opened, the equations of ECDSA and Ed25519 are checked
//! for every spelling of a signature. Each goes as far as a step goes that signs as the issuer ([`crate::step::Work::issue`]).
//!
//! Deliberately absent: recognition where the key protects nothing. What anyone can make is not the issuer's: MACs under an empty
//! reading of the secret, lax blocks of an RSA key whose exponent is below 65537, anything under a point of small order. A signature
//! that verifies to the letter is the issuer's all the same unless the key is void; and if the key is void and the issuer says so
//! ([`Oracle::anyone_signs`]), whoever makes a valid signature counts as its holder.
//!
//! The price: a MAC under an empty secret that the operator did configure, and a lax block under exponent 3 that the issuer did sign,
//! look the same from outside whoever made them. The first counts as the issuer's here, the second does not.

mod ecdsa;
mod eddsa;
mod mac;
mod rsa;
#[cfg(test)]
mod tests;

use data_encoding::BASE64URL_NOPAD;

use super::{
    Oracle,
    lenient::{self, Spelled},
};
use crate::{algorithm::Algorithm, keys::PublicMaterial, verdict::Provenance};

impl Oracle<'_> {
    /// Where the bytes of `token` come from. Genuine is a compact token without a second spelling whose signature verifies under some
    /// algorithm of the trusted key, however weak that key is; respelled is anything else that the key made; the rest is forged.
    ///
    /// Costs up to some hundred verifications: ask it about what a verifier accepted.
    #[must_use]
    pub fn provenance_alone(&self, token: &str) -> Provenance {
        let recorded = self.ledger.provenance(token);
        if recorded != Provenance::Forged {
            return recorded;
        }
        if self.public_is_void() && !self.anyone_signs {
            return Provenance::Forged;
        }
        if self.key_made_strictly(token) {
            return Provenance::Genuine;
        }
        let made = lenient::spelled(token).iter().any(|spelled| inputs(spelled).iter().any(|input| self.key_made(input, spelled)));
        if made { Provenance::Respelled } else { Provenance::Forged }
    }

    /// Whether the configured algorithm is specified so that one verifier may take this signature and another refuse it.
    pub(super) fn leaves_open(&self, input: &[u8], signature: &[u8]) -> bool {
        let algorithm = self.trust.algorithm;
        let fits = self.public.fits(algorithm) && !self.public_is_void();
        fits && match &self.public.material {
            PublicMaterial::Rsa { n, e } => !algorithm.is_pss() && rsa::lacks_null(n, e, algorithm.hash(), input, signature),
            PublicMaterial::Ed25519 { x } => {
                eddsa::verifies_cofactored(x, input, signature)
                    && (eddsa::has_small_r(signature) || !self.verifies_weakly(input, signature))
            }
            PublicMaterial::Secret(_) | PublicMaterial::Ec { .. } => false,
        }
    }

    /// Whether anyone can sign for the trusted key, as far as that is told at sight.
    fn public_is_void(&self) -> bool {
        match &self.public.material {
            PublicMaterial::Secret(_) => false,
            PublicMaterial::Rsa { n, e } => rsa::is_void(n, e),
            PublicMaterial::Ec { curve, x, y } => !curve.contains(x, y),
            PublicMaterial::Ed25519 { x } => eddsa::is_void(x),
        }
    }

    /// Canonical compact serialisation (RFC 7515 section 7.1), and a signature to the letter.
    fn key_made_strictly(&self, token: &str) -> bool {
        let segments: Option<Vec<_>> = token.split('.').map(|text| BASE64URL_NOPAD.decode(text.as_bytes()).ok()).collect();
        let (Some([_, _, signature]), Some((input, _))) = (segments.as_deref(), token.rsplit_once('.')) else { return false };
        let input = input.as_bytes();
        let fitting = Algorithm::ALL.into_iter().filter(|algorithm| self.public.fits(*algorithm));
        let verifies = |algorithm| self.public.verifies_weakly(algorithm, input, signature);
        fitting.into_iter().any(verifies)
            || matches!(&self.public.material, PublicMaterial::Rsa { n, e } if rsa::made_strictly(n, e, input, signature))
    }

    /// Whether the trusted key made the signature of a reading, in whatever spelling, over `input`.
    fn key_made(&self, input: &[u8], Spelled { reading, .. }: &Spelled) -> bool {
        let signature = &reading.signature;
        match &self.public.material {
            PublicMaterial::Secret(secret) => mac::made(secret, &reading.header, input, signature),
            PublicMaterial::Rsa { n, e } => rsa::made(n, e, input, signature),
            PublicMaterial::Ec { curve, x, y } if self.anyone_signs => {
                ecdsa::made(*curve, x, y, input, signature) || ecdsa::made_for_infinity(input, signature)
            }
            PublicMaterial::Ec { curve, x, y } => ecdsa::made(*curve, x, y, input, signature),
            PublicMaterial::Ed25519 { x } => eddsa::made(x, input, signature),
        }
    }
}

/// What a signature may cover: the two segments as spelled, or in the one canonical base64url of what they say, or one of each.
fn inputs(Spelled { texts: [header, payload], reading }: &Spelled) -> Vec<Vec<u8>> {
    let canonical = [&reading.header, &reading.payload].map(|bytes| BASE64URL_NOPAD.encode(bytes));
    let mut inputs: Vec<Vec<u8>> = Vec::new();
    for first in [header, &canonical[0]] {
        for second in [payload, &canonical[1]] {
            let input = format!("{first}.{second}").into_bytes();
            if !inputs.contains(&input) {
                inputs.push(input);
            }
        }
    }
    inputs
}

/// Everything of that width that a signature may be with bytes behind it, zeros in front, or leading zeros lost.
fn cuts(given: &[u8], width: usize) -> Vec<Vec<u8>> {
    // A good signature hardly starts with more zeros of its own than that.
    const OWN_ZEROS: usize = 3;
    let zeros = given.iter().take_while(|byte| **byte == 0).count();
    let mut cuts: Vec<Vec<u8>> = Vec::new();
    for start in std::iter::once(0).chain(zeros.saturating_sub(OWN_ZEROS)..=zeros) {
        if let Some(cut) = given.get(start..).and_then(|rest| rest.get(..width)) {
            cuts.push(cut.to_vec());
        }
    }
    let missing = width.saturating_sub(given.len());
    if !given.is_empty() && (1..=OWN_ZEROS).contains(&missing) {
        cuts.push([vec![0; missing], given.to_vec()].concat());
    }
    cuts.dedup();
    cuts
}
