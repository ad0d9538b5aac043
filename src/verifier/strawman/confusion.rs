//! Holes between algorithm and key: the header chooses the algorithm, and a key is used with any algorithm.

use serde_json::Value;

use super::{
    ecdsa::der_pair,
    rules::{Jws, Setup},
    wire,
};
use crate::{
    algorithm::{Algorithm, Family, Sha2},
    keys::{Curve, KeyText, PublicKey, PublicMaterial},
    verifier::strict::key,
};

/// The header's HS* rules, and the text of the public key is the secret.
pub(super) fn text_as_secret(setup: &Setup, jws: &Jws) -> bool {
    (asymmetric(setup) && jws.has_mac(&setup.trust.configured_bytes())) || setup.exact(jws)
}

/// As above in a library that accepts keys in any encoding, and so has a code path for each.
pub(super) fn any_encoding_as_secret(setup: &Setup, jws: &Jws) -> bool {
    // Writing seventy texts takes its time.
    if jws.algorithm().is_none_or(|algorithm| algorithm.family() != Family::Hmac) {
        return setup.exact(jws);
    }
    let public = published(setup);
    let mac = |shape: &KeyText| shape.render(&public, setup.algorithm()).is_some_and(|secret| jws.has_mac(&secret));
    (asymmetric(setup) && KeyText::ALL.iter().any(mac)) || setup.exact(jws)
}

/// Only a JWK object is known to be public: HS* accepts the JSON text of the key set.
pub(super) fn jwk_as_secret(setup: &Setup, jws: &Jws) -> bool {
    if jws.algorithm().is_none_or(|algorithm| algorithm.family() != Family::Hmac) {
        return setup.exact(jws);
    }
    let public = published(setup);
    let mac = |shape: KeyText| shape.render(&public, setup.algorithm()).is_some_and(|secret| jws.has_mac(&secret));
    (asymmetric(setup) && [KeyText::Jwk, KeyText::Jwks, KeyText::JwkArray].into_iter().any(mac)) || setup.exact(jws)
}

/// A public key is told by its first characters; any other text is a secret.
pub(super) fn unrecognised_text_as_secret(setup: &Setup, jws: &Jws) -> bool {
    let bytes = setup.trust.configured_bytes();
    let looks_public = bytes.starts_with(b"-----BEGIN PUBLIC KEY-----") || bytes.starts_with(b"-----BEGIN RSA PUBLIC KEY-----");
    (asymmetric(setup) && !looks_public && jws.has_mac(&bytes)) || setup.exact(jws)
}

/// Loads what it can make sense of, and holds the text for the rest.
pub(super) fn text_or_jwk(trust: &crate::trust::Trust) -> Result<PublicKey, String> {
    key::load(trust).or_else(|_| trust.public_key().map_err(|e| e.to_string()))
}

/// Without a usable `alg`, HS256 under the bytes of the key in any encoding, or under nothing.
pub(super) fn default_hs256(setup: &Setup, jws: &Jws) -> bool {
    if jws.algorithm().is_some_and(|algorithm| algorithm.family() != Family::Hmac) {
        return setup.exact(jws);
    }
    let usable = jws.algorithm().is_some();
    let mut defaulted = jws.clone();
    defaulted.header.insert("alg".to_owned(), Value::from("HS256"));
    let public = published(setup);
    let mut shapes = KeyText::ALL.iter().filter_map(|shape| shape.render(&public, setup.algorithm()));
    let mac = !usable && (defaulted.has_mac(b"") || shapes.any(|secret| defaulted.has_mac(&secret)));
    // A JWK without `alg` is imported under the token's, and a public key has no `k`.
    let bare = setup.trust.key.text.as_ref().is_some_and(|text| text.starts_with('{') && !text.contains("\"alg\""));
    mac || (bare && ["", "undefined"].iter().any(|text| jws.has_mac(text.as_bytes()))) || setup.exact(jws)
}

fn asymmetric(setup: &Setup) -> bool {
    setup.algorithm().family() != Family::Hmac
}

/// The key with the certificate that its owner publishes beside it.
fn published(setup: &Setup) -> PublicKey {
    use crate::keys::{Key, Role};
    let fixed = [Role::Trusted, Role::RsaExponent3].into_iter().filter_map(|role| Key::of(role, setup.algorithm()));
    let same = fixed.map(|k| k.public().clone()).find(|k| k.material == setup.key.material);
    same.unwrap_or_else(|| setup.key.clone())
}

/// Whatever algorithm the header names, as long as the key is of its family.
pub(super) fn family(setup: &Setup, jws: &Jws) -> bool {
    jws.algorithm().is_some_and(|algorithm| jws.verifies(&setup.key, algorithm)) || setup.exact(jws)
}

/// The operator's algorithm is used, and nobody compares the header's with it.
pub(super) fn alg_not_compared(setup: &Setup, jws: &Jws) -> bool {
    setup.signed(jws)
}

/// The hash is that of the header's `alg`, the curve that of the key.
pub(super) fn hash_from_header(setup: &Setup, jws: &Jws) -> bool {
    let (Some(algorithm), PublicMaterial::Ec { curve, x, y }) = (jws.algorithm(), &setup.key.material) else {
        return setup.exact(jws);
    };
    let ecdsa = algorithm.family() == Family::Ec;
    (ecdsa && curve.verifies(x, y, algorithm.hash(), jws.input.as_bytes(), jws.signature_bytes())) || setup.exact(jws)
}

/// `alg` is compared without case, punctuation and the longer names of other standards.
pub(super) fn spelling(setup: &Setup, jws: &Jws) -> bool {
    let fold = |text: &str| -> String {
        let text = text.to_ascii_uppercase().replace("RSASHA", "RS").replace("HMACSHA", "HS").replace("ECDSASHA", "ES");
        text.chars().filter(char::is_ascii_alphanumeric).collect()
    };
    let own = fold(setup.algorithm().name());
    let same = jws.alg().is_some_and(|alg| fold(alg) == own || fold(alg).replace("SHA", "HS") == own);
    (same && setup.signed(jws)) || setup.exact(jws)
}

/// Casts the key to the type that the header's `alg` needs, and does not survive it.
pub(super) fn cast_panics(setup: &Setup, jws: &Jws) -> bool {
    let fits = |algorithm: Algorithm| setup.key.fits(algorithm);
    if jws.algorithm().is_some_and(|algorithm| !fits(algorithm)) {
        // Not `panic!`: the message of a planted crash should not litter the log of whoever runs this.
        std::panic::resume_unwind(Box::new("the key has another type than the algorithm needs"));
    }
    setup.exact(jws)
}

/// Loads a key for the algorithm, and one of another type or curve as well; weak ones it refuses.
pub(super) fn of_any_type(trust: &crate::trust::Trust) -> Result<PublicKey, String> {
    key::load(trust).or_else(|reason| {
        let mut jwk: Value = serde_json::from_str(trust.key.jwk.get()).map_err(|e| e.to_string())?;
        // 32 bytes are 32 bytes.
        let agreement = jwk["crv"] == "X25519";
        if agreement {
            jwk["crv"] = Value::from("Ed25519");
        }
        let key = PublicKey::from_jwk(&jwk).map_err(|e| e.to_string())?;
        if agreement || !key.fits(trust.algorithm) { Ok(key) } else { Err(reason) }
    })
}

/// The algorithm gives the hash, and the key the rest, as in a call of OpenSSL's that is not told a scheme.
pub(super) fn key_type_decides(setup: &Setup, jws: &Jws) -> bool {
    let hash = if setup.algorithm() == Algorithm::EdDSA { Sha2::Sha256 } else { setup.algorithm().hash() };
    let good = match &setup.key.material {
        PublicMaterial::Ec { curve, x, y } => {
            let fixed = |number: &[u8]| {
                let zeros = number.iter().take_while(|b| **b == 0).count();
                [vec![0; curve.width().saturating_sub(number.len() - zeros)], number[zeros..].to_vec()].concat()
            };
            let raw = der_pair(jws.signature_bytes()).map(|(r, s)| [fixed(&r), fixed(&s)].concat());
            let raw = raw.as_deref().unwrap_or(jws.signature_bytes());
            curve.verifies(x, y, hash, jws.input.as_bytes(), raw)
        }
        PublicMaterial::Rsa { .. } => {
            let pkcs1 = [Algorithm::RS256, Algorithm::RS384, Algorithm::RS512].into_iter().find(|a| a.hash() == hash);
            pkcs1.is_some_and(|algorithm| jws.verifies(&setup.key, algorithm))
        }
        PublicMaterial::Ed25519 { .. } => jws.verifies(&setup.key, Algorithm::EdDSA),
        PublicMaterial::Secret(_) => false,
    };
    (!setup.key.fits(setup.algorithm()) && setup.names_own(jws) && good) || setup.exact(jws)
}

/// Casts the configured key to the type that the algorithm needs, and does not survive it.
pub(super) fn key_type_cast(setup: &Setup, jws: &Jws) -> bool {
    if !setup.key.fits(setup.algorithm()) {
        std::panic::resume_unwind(Box::new("the configured key has another type than the algorithm needs"));
    }
    setup.exact(jws)
}

/// Whatever header of a JSON serialisation says `alg` rules: `none`, or HS* over the key text. The list of allowed algorithms is asked
/// for compact tokens only.
pub(super) fn json_alg(setup: &Setup, jws: &Jws) -> bool {
    if jws.json.is_none() {
        return setup.exact(jws);
    }
    // Some sign over the unprotected header where there is no other.
    let mut own = jws.clone();
    own.input = [&jws.header_bytes, &jws.payload].map(|part| data_encoding::BASE64URL_NOPAD.encode(part)).join(".");
    wire::json_entries(jws)
        .iter()
        .chain([&own])
        .any(|entry| entry.alg() == Some("none") || entry.has_mac(b"") || any_encoding_as_secret(setup, entry))
}

/// A secret that was never meant for tokens: OAuth client secrets, defaults, the path or URL where the key lies.
pub(super) fn known_text_as_secret(setup: &Setup, jws: &Jws) -> bool {
    let texts = [
        "JWT_SECRET",
        "$JWT_SECRET",
        "${JWT_SECRET}",
        "process.env.JWT_SECRET",
        "change-me",
        "clientSecret",
        "client_secret",
        "client-secret",
        "clientsecret",
        "secret",
        "password",
        "changeme",
    ];
    let paths = [
        "/etc/jwt/secret",
        "file:///etc/jwt/secret",
        "/run/secrets/jwt_secret",
        "file:///run/secrets/jwt_secret",
        "secret.key",
        "./secret.key",
        "/etc/jwt/public.pem",
        "file:///etc/jwt/public.pem",
        "public.key",
        "config/jwt/public.pem",
        "storage/oauth-public.key",
        "keys/key-1.pem",
        "file:///app/public.pem",
        "public.pem",
        "key.pem",
        "./public.pem",
        "/etc/keys/public.pem",
        "file:///etc/keys/public.pem",
        "file://public.pem",
        "https://issuer.example/.well-known/jwks.json",
        "https://issuer.example/jwks.json",
        "/keys/public.pem",
        "keys/public.pem",
    ];
    texts.iter().chain(&paths).any(|text| jws.has_mac(text.as_bytes())) || setup.exact(jws)
}

/// The curve of the header's `alg` decides how long the halves are, the key's how they are checked.
pub(super) fn curve_from_header(setup: &Setup, jws: &Jws) -> bool {
    let other = jws.algorithm().and_then(Curve::of).is_some();
    (other && setup.signed(jws)) || setup.exact(jws)
}
