//! Keys that name themselves: a key id that is the key, and statements whose issuer vouches for nobody but itself.
//!
//! Such identifiers are of use where the identifier is what is trusted. A verifier that trusts an issuer, and resolves whatever key id a
//! token names, trusts everybody. Deliberately absent: `did:web` and entity identifiers of other hosts, which would have to answer.

use data_encoding::BASE64URL_NOPAD;
use rsa::BigUint;

use super::{KeyMember, text};
use crate::{
    algorithm::Algorithm,
    keys::{Curve, KeyText, PublicKey, PublicMaterial},
    step::{SegmentName, StepError, Work, object},
};

/// The decentralised identifier of a key, with or without the fragment that names the key within it.
pub(super) fn did(public: &PublicKey, algorithm: Algorithm, member: KeyMember) -> Option<String> {
    Some(match member {
        KeyMember::DidJwk => format!("{}#0", did_jwk(public, algorithm)?),
        KeyMember::DidJwkBare => did_jwk(public, algorithm)?,
        KeyMember::DidKey => {
            let own = multibase(public)?;
            format!("did:key:{own}#{own}")
        }
        KeyMember::DidKeyBare => format!("did:key:{}", multibase(public)?),
        _ => return None,
    })
}

/// <https://github.com/quartzjer/did-jwk>: the JWK in base64url.
fn did_jwk(public: &PublicKey, algorithm: Algorithm) -> Option<String> {
    let jwk = KeyText::JwkMinimal.render(public, algorithm)?;
    (!matches!(public.material, PublicMaterial::Secret(_))).then(|| format!("did:jwk:{}", BASE64URL_NOPAD.encode(&jwk)))
}

/// The digits of base58btc.
const ALPHABET: &[u8; 58] = b"123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";

/// <https://w3c-ccg.github.io/did-key-spec/>: the kind of key as a multicodec varint and the key, in base58btc.
fn multibase(public: &PublicKey) -> Option<String> {
    let compressed = |x: &[u8], y: &[u8]| [&[2 + (y.last().copied().unwrap_or_default() & 1)], x].concat();
    let bytes = match &public.material {
        PublicMaterial::Secret(_) => return None,
        PublicMaterial::Ed25519 { x } => [&[0xed, 0x01], x.as_slice()].concat(),
        PublicMaterial::Ec { curve, x, y } => {
            let codec: [u8; 2] = match curve {
                Curve::P256 => [0x80, 0x24],
                Curve::P384 => [0x81, 0x24],
                Curve::P521 => [0x82, 0x24],
                Curve::Secp256k1 => [0xe7, 0x01],
            };
            [codec.as_slice(), &compressed(x, y)].concat()
        }
        PublicMaterial::Rsa { .. } => [&[0x85, 0x24], KeyText::Pkcs1Der.render(public, Algorithm::RS256)?.as_slice()].concat(),
    };
    // No codec begins with a zero byte, so the number holds all of them.
    let digits = BigUint::from_bytes_be(&bytes).to_radix_be(58);
    Some(format!("z{}", digits.iter().map(|digit| char::from(ALPHABET[usize::from(*digit)])).collect::<String>()))
}

/// The claims of a statement that brings its own key: a self-issued ID token (SIOP v2, `OpenID` Connect Core section 7.4), or an entity's
/// configuration (`OpenID` Federation 1.0 section 3).
pub(super) fn statement(
    work: &mut Work<'_>,
    jwk: &str,
    thumbprint: Result<String, StepError>,
    member: KeyMember,
) -> Result<(), StepError> {
    if member == KeyMember::SelfIssued {
        object::set(work, SegmentName::Claims, "iss", "\"https://self-issued.me/v2\"")?;
        object::set(work, SegmentName::Claims, "sub", &text(&thumbprint?))?;
        return object::set(work, SegmentName::Claims, "sub_jwk", jwk);
    }
    let entity = work.issuer().trust.issuer.clone().unwrap_or_else(|| "https://issuer.example".to_owned());
    object::set(work, SegmentName::Header, "typ", "\"entity-statement+jwt\"")?;
    for name in ["iss", "sub"] {
        object::set(work, SegmentName::Claims, name, &text(&entity))?;
    }
    object::set(work, SegmentName::Claims, "jwks", &format!("{{\"keys\":[{jwk}]}}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::keys::Material;

    /// The example of the did:key specification: the seed of 32 zero bytes.
    #[test]
    fn an_ed25519_key_is_named_as_the_specification_names_it() {
        let x = data_encoding::HEXLOWER.decode(b"3b6a27bcceb6a42d62a3a8d02a6f0d73653215771de243a63ac048a18b59da29").expect("hex");
        let key = PublicKey { kid: None, material: PublicMaterial::Ed25519 { x }, certificate: None };
        let did = did(&key, Algorithm::EdDSA, KeyMember::DidKeyBare).expect("a name");
        assert_eq!(did, "did:key:z6MkiTBz1ymuepAQ4HEHYSF1H8quG5GLVVQR3djdX3mDooWp");
    }

    #[test]
    fn every_public_key_has_names_that_hold_it_and_no_secret_has() {
        for algorithm in Algorithm::ALL {
            let key = crate::keys::Key::of(crate::keys::Role::Attacker, algorithm).expect("a key");
            let names = [KeyMember::DidJwk, KeyMember::DidJwkBare, KeyMember::DidKey, KeyMember::DidKeyBare]
                .map(|member| did(key.public(), algorithm, member));
            if matches!(key.material, Material::Secret(_)) {
                assert_eq!(names, [None, None, None, None], "{algorithm}");
                continue;
            }
            let jwk = names[1].as_deref().and_then(|name| name.strip_prefix("did:jwk:")).expect("a name");
            let jwk = BASE64URL_NOPAD.decode(jwk.as_bytes()).expect("base64url");
            let read = PublicKey::from_jwk(&serde_json::from_slice(&jwk).expect("JSON")).expect("a key");
            assert_eq!(read.material, key.public().material, "{algorithm}");
            assert_eq!(names[0], names[1].as_ref().map(|name| format!("{name}#0")));
            assert!(names[2].as_ref().is_some_and(|name| name.starts_with(names[3].as_deref().expect("a name"))), "{algorithm}");
        }
    }
}
