//! Private JWKs (RFC 7517) in texts: as JSON, or as the literal of some language.

use data_encoding::BASE64URL_NOPAD;
use rsa::{BigUint, RsaPrivateKey, pkcs8::EncodePrivateKey as _};

use super::{Curve, ED25519};
use crate::keys::der;

/// A JWK with a private key is hardly longer.
const LONGEST: usize = 10_000;

/// The private JWKs of a text, as PKCS#8 in PEM.
pub(super) fn pems(text: &str) -> impl Iterator<Item = String> {
    let ends = text.match_indices("kty").filter_map(|(at, _)| {
        let start = text[..at].rfind('{')?;
        let end = at + text[at..].find('}')?;
        (end - start < LONGEST).then(|| text[start..=end].replace('\\', ""))
    });
    ends.filter_map(|object| Some(der::pem("PRIVATE KEY", &pkcs8(&object)?)))
}

fn pkcs8(object: &str) -> Option<Vec<u8>> {
    let private = bytes(object, "d")?;
    match member(object, "kty")? {
        "RSA" => {
            let number = |name| Some(BigUint::from_bytes_be(&bytes(object, name)?));
            let (modulus, exponent) = (number("n")?, number("e")?);
            let primes = [number("p")?, number("q")?];
            let private = BigUint::from_bytes_be(&private);
            // The crate computes with what it is given before it looks at it.
            let fits = primes.iter().all(|prime| prime.bits() > 100) && &primes[0] * &primes[1] == modulus;
            if !fits || private >= modulus || exponent >= modulus {
                return None;
            }
            let key = RsaPrivateKey::from_components(modulus, exponent, private, primes.into()).ok()?;
            Some(key.to_pkcs8_der().ok()?.as_bytes().to_vec())
        }
        "EC" => {
            let crv = member(object, "crv")?;
            Curve::ALL.into_iter().find(|curve| curve.name() == crv)?.pkcs8(&private)
        }
        "OKP" if member(object, "crv")? == "Ed25519" && private.len() == 32 => Some([&ED25519[..], &private].concat()),
        _ => None,
    }
}

fn bytes(object: &str, name: &str) -> Option<Vec<u8>> {
    BASE64URL_NOPAD.decode(member(object, name)?.trim_end_matches('=').as_bytes()).ok()
}

/// The text behind a name and a colon or what other languages have there.
fn member<'a>(object: &'a str, name: &str) -> Option<&'a str> {
    object.match_indices(name).find_map(|(at, _)| {
        let before = object[..at].chars().next_back()?;
        if before.is_alphanumeric() || before == '_' || before == '-' {
            return None;
        }
        let rest = object[at + name.len()..].trim_start_matches(['"', '\'', '`']).trim_start();
        let rest = rest.strip_prefix("=>").or_else(|| rest.strip_prefix([':', '=', ',']))?.trim_start();
        let quote = rest.chars().next().filter(|c| matches!(c, '"' | '\'' | '`'))?;
        rest[1..].split_once(quote).map(|(text, _)| text)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        algorithm::Algorithm,
        keys::{Key, Role},
    };

    #[test]
    fn a_private_jwk_is_found_in_any_notation_and_signs_like_its_key() {
        for algorithm in [Algorithm::RS256, Algorithm::ES256, Algorithm::ES512, Algorithm::ES256K, Algorithm::EdDSA] {
            let key = Key::of(Role::Attacker, algorithm).expect("a key");
            let public = key.public().jwk(algorithm);
            let members: Vec<String> =
                key.private_members().into_iter().map(|(name, value)| format!("\"{name}\":\"{value}\"")).collect();
            let jwk = format!("{},{}}}", &public[..public.len() - 1], members.join(","));
            let notations = [
                jwk.clone(),
                format!("{{\"keys\": [{jwk}]}}"),
                jwk.replace('"', "'").replace(':', " : "),
                jwk.replace('"', "\\\""),
                jwk.replace("\":", "\" => "),
            ];
            for text in notations {
                let found: Vec<String> = pems(&text).collect();
                let [pem] = &found[..] else { panic!("{algorithm}: {} in {text}", found.len()) };
                let read = Key::from_private_pem(pem).expect("a key");
                assert_eq!(read.public().material, key.public().material, "{text}");
            }
            assert_eq!(pems(&public).count(), 0, "a public key is none");
        }
    }

    #[test]
    fn broken_ones_are_none() {
        for text in [
            "{\"kty\"",
            "kty}",
            "{kty:\"EC\",d:\"AA\"}",
            r#"{"kty":"RSA","n":"AA","e":"AQAB","d":"AA"}"#,
            "}kty{",
            "é{kty:'OKP',crv:'Ed25519',d:'é'}",
        ] {
            assert_eq!(pems(text).count(), 0, "{text}");
        }
    }
}
