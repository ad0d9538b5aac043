//! OpenSSL through the crate `openssl`. It speaks DER where JOSE has `r || s`, so that verifying includes the way from one to the other.

use jwt_gauntlet::{
    algorithm::Family,
    internal::bench::{Signer as RawSigner, Verifier as RawVerifier},
};
use openssl::{
    bn::BigNum,
    ecdsa::EcdsaSig,
    hash::MessageDigest,
    memcmp,
    pkey::PKey,
    sign::{Signer, Verifier},
};

use super::{signing, verifying};
use crate::keys::KeyTexts;

/// Signing with the private key.
pub fn signer(keys: &KeyTexts) -> Box<dyn RawSigner> {
    let family = keys.algorithm.family();
    let key = match family {
        Family::Hmac => PKey::hmac(&keys.private),
        _ => PKey::private_key_from_pem(&keys.private),
    };
    let key = key.expect("a sound key");
    signing(move |input| {
        let signer =
            if family == Family::Okp { Signer::new_without_digest(&key) } else { Signer::new(MessageDigest::sha256(), &key) };
        signer.and_then(|mut signer| signer.sign_oneshot_to_vec(input)).expect("a sound key signs")
    })
}

/// Verifying with the public key.
pub fn verifier(keys: &KeyTexts) -> Box<dyn RawVerifier> {
    let family = keys.algorithm.family();
    if family == Family::Hmac {
        let sign = signer(keys);
        return verifying(move |input, signature| {
            let mac = sign.sign(input);
            mac.len() == signature.len() && memcmp::eq(&mac, signature)
        });
    }
    let key = PKey::public_key_from_pem(&keys.public).expect("a sound key");
    verifying(move |input, signature| {
        let verifier =
            if family == Family::Okp { Verifier::new_without_digest(&key) } else { Verifier::new(MessageDigest::sha256(), &key) };
        let der = if family == Family::Ec { to_der(signature) } else { Some(signature.to_vec()) };
        let good = verifier.and_then(|mut verifier| verifier.verify_oneshot(der.as_deref().unwrap_or_default(), input));
        good.unwrap_or(false)
    })
}

fn to_der(signature: &[u8]) -> Option<Vec<u8>> {
    let (r, s) = signature.split_at(signature.len() / 2);
    let numbers = EcdsaSig::from_private_components(BigNum::from_slice(r).ok()?, BigNum::from_slice(s).ok()?);
    numbers.ok()?.to_der().ok()
}
