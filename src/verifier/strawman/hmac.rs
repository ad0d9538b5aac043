//! Holes in keyed hashes: how the tag is compared, what the key is, which hash it goes with.

use data_encoding::{BASE64, BASE64_NOPAD, BASE64URL_NOPAD, HEXLOWER, HEXUPPER};
use hmac::{Hmac, Mac, digest::KeyInit};

use super::rules::{Jws, Setup};
use crate::{algorithm::Sha2, keys::PublicMaterial};

/// The operator's secret, if it is one.
fn secret(setup: &Setup) -> Option<&[u8]> {
    match &setup.key.material {
        PublicMaterial::Secret(secret) => Some(secret),
        _ => None,
    }
}

/// The tag that the signature should be.
fn tag(setup: &Setup, jws: &Jws) -> Option<Vec<u8>> {
    let named = jws.alg() == Some(setup.algorithm().name());
    Some(setup.algorithm().hash().hmac(secret(setup)?, jws.input.as_bytes())).filter(|_| named)
}

/// As many bytes are compared as the token brings.
pub(super) fn prefix_compared(setup: &Setup, jws: &Jws) -> bool {
    tag(setup, jws).is_some_and(|tag| tag.starts_with(jws.signature_bytes())) || setup.exact(jws)
}

/// As many bytes are compared as the tag has.
pub(super) fn tail_ignored(setup: &Setup, jws: &Jws) -> bool {
    tag(setup, jws).is_some_and(|tag| jws.signature_bytes().starts_with(&tag)) || setup.exact(jws)
}

/// A comparison with type juggling: "0e…", "0" and `true` equal what they should not, and an array makes the function return null.
pub(super) fn loosely_compared(setup: &Setup, jws: &Jws) -> bool {
    let texts = [jws.signature_text.clone(), String::from_utf8_lossy(jws.signature_bytes()).into_owned()];
    let juggles = |text: &String| {
        let digits = text.strip_prefix("0e").or_else(|| text.strip_prefix("0E"));
        let zero = digits.is_some_and(|rest| rest.bytes().all(|b| b.is_ascii_digit())) || text.parse::<f64>() == Ok(0.0);
        zero || ["true", "[]", "[\"\"]", "null"].contains(&text.as_str())
    };
    (jws.alg() == Some(setup.algorithm().name()) && texts.iter().any(juggles)) || setup.exact(jws)
}

/// The buffer for the tag is zeroed, and an error in the MAC leaves it so.
pub(super) fn zero_tag(setup: &Setup, jws: &Jws) -> bool {
    let signature = jws.signature_bytes();
    (!signature.is_empty() && signature.iter().all(|b| *b == 0)) || setup.exact(jws)
}

/// A secret that is not set is the empty one.
pub(super) fn empty_secret(setup: &Setup, jws: &Jws) -> bool {
    jws.has_mac(b"") || setup.exact(jws)
}

/// Without a secret, unsigned tokens pass, whatever their `alg`.
pub(super) fn keyless_unsigned(setup: &Setup, jws: &Jws) -> bool {
    if setup_is_keyless(setup) { jws.is_unsigned() } else { setup.exact(jws) }
}

/// Without a secret, the text for nothing is the secret.
pub(super) fn keyless_coerced(setup: &Setup, jws: &Jws) -> bool {
    let coerced = || ["", "undefined", "null", "None"].iter().any(|text| jws.has_mac(text.as_bytes()));
    if setup_is_keyless(setup) { coerced() } else { setup.exact(jws) }
}

fn setup_is_keyless(setup: &Setup) -> bool {
    secret(setup).is_some_and(<[u8]>::is_empty)
}

/// The secret is copied as a C string.
pub(super) fn secret_to_nul(setup: &Setup, jws: &Jws) -> bool {
    cut(setup, jws, |secret| secret.split(|b| *b == 0).next())
}

/// The secret is read as a line of a file.
pub(super) fn secret_to_newline(setup: &Setup, jws: &Jws) -> bool {
    cut(setup, jws, |secret| secret.split(|b| matches!(b, b'\n' | b'\r')).next())
}

/// The secret is copied into a buffer that is too short for it.
pub(super) fn secret_to_length(setup: &Setup, jws: &Jws) -> bool {
    [8, 16, 24, 32, 48, 64, 72].iter().any(|length| cut_to(setup, jws, *length)) || setup.exact(jws)
}

fn cut(setup: &Setup, jws: &Jws, part: fn(&[u8]) -> Option<&[u8]>) -> bool {
    secret(setup).and_then(part).is_some_and(|secret| jws.has_mac(secret)) || setup.exact(jws)
}

fn cut_to(setup: &Setup, jws: &Jws, length: usize) -> bool {
    secret(setup).and_then(|secret| secret.get(..length)).is_some_and(|secret| jws.has_mac(secret))
}

/// The secret is tried as it is and in every encoding that it might have been meant in.
pub(super) fn secret_guessed(setup: &Setup, jws: &Jws) -> bool {
    secret(setup).is_some_and(|secret| readings(secret).iter().any(|secret| jws.has_mac(secret))) || setup.exact(jws)
}

fn readings(secret: &[u8]) -> Vec<Vec<u8>> {
    let trimmed = secret.iter().position(|b| !blank(*b)).map_or(&[][..], |start| {
        let end = secret.iter().rposition(|b| !blank(*b)).map_or(start, |i| i + 1);
        &secret[start..end]
    });
    let mut out = vec![
        BASE64.encode(secret).into_bytes(),
        BASE64_NOPAD.encode(secret).into_bytes(),
        BASE64URL_NOPAD.encode(secret).into_bytes(),
        HEXLOWER.encode(secret).into_bytes(),
        HEXUPPER.encode(secret).into_bytes(),
        [secret, b"\n"].concat(),
        [secret, b"\r\n"].concat(),
        trimmed.to_vec(),
        secret.iter().flat_map(|b| [*b, 0]).collect(),
        Sha2::Sha256.digest(secret),
        Sha2::Sha384.digest(secret),
        Sha2::Sha512.digest(secret),
    ];
    let decoders = [&BASE64, &BASE64_NOPAD, &BASE64URL_NOPAD, &HEXLOWER];
    out.extend(decoders.iter().filter_map(|decoder| decoder.decode(secret).ok()));
    out
}

fn blank(byte: u8) -> bool {
    byte == 0 || byte.is_ascii_whitespace()
}

/// The hash is guessed from the length of the tag, old hashes included, and a long tag may be cut.
pub(super) fn hash_from_length(setup: &Setup, jws: &Jws) -> bool {
    fn with<M: Mac + KeyInit>(key: &[u8], input: &str, signature: &[u8]) -> bool {
        let mut mac = <M as Mac>::new_from_slice(key).expect("HMAC takes a key of any length");
        mac.update(input.as_bytes());
        let tag = mac.finalize().into_bytes();
        signature.len() >= 16 && tag.starts_with(signature)
    }
    let Some(key) = secret(setup) else { return setup.exact(jws) };
    let signature = jws.signature_bytes();
    let any = match signature.len() {
        16 => with::<Hmac<md5::Md5>>(key, &jws.input, signature),
        20 => with::<Hmac<sha1::Sha1>>(key, &jws.input, signature),
        _ => {
            with::<Hmac<sha2::Sha256>>(key, &jws.input, signature)
                || with::<Hmac<sha2::Sha384>>(key, &jws.input, signature)
                || with::<Hmac<sha2::Sha512>>(key, &jws.input, signature)
        }
    };
    (jws.alg() == Some(setup.algorithm().name()) && any) || setup.exact(jws)
}
