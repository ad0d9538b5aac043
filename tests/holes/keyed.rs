//! Holes of verifiers whose trusted key is one of an elliptic curve.

use std::sync::Arc;

use data_encoding::BASE64URL_NOPAD;
use jwt_gauntlet::{
    Algorithm, ConfigureError, Fuzzer, Implementation, Outcome, Trust, Verdict,
    keys::{PublicKey, PublicMaterial},
    verifier::strict::Strict,
};
use serde_json::Value;

use super::{mac, parts, signed_by};

/// A verifier with a trusted key of an elliptic curve and a hole that takes forgeries; everything else goes to the reference verifier.
type KeyHole = fn(&Trust, &PublicKey, &str) -> Option<bool>;

/// Races a verifier of ES256.
fn race_keyed(name: &str, hole: KeyHole) {
    for seed in 1..=3 {
        let implementation = move |trust: &Trust| -> Result<Box<dyn Fn(&str) -> Verdict + Send + Sync>, ConfigureError> {
            let (strict, trust) = (Strict.configure(trust)?, trust.clone());
            let jwk = serde_json::from_str(trust.key.jwk.get()).expect("JSON");
            let key = PublicKey::from_jwk(&jwk).expect("a key");
            Ok(Box::new(move |token: &str| match hole(&trust, &key, token) {
                Some(true) => Verdict::Accepted(None),
                _ => strict.verify(token).unwrap_or_else(|e| Verdict::rejected(e.to_string())),
            }))
        };
        let fuzzer = Fuzzer::new(Arc::new(implementation)).algorithms([Algorithm::ES256]).cases(100_000).seed(seed);
        let result = fuzzer.until(Outcome::Forged).run().expect("it can be asked");
        assert!(result.found(Outcome::Forged), "{name}, seed {seed}: nothing");
    }
}

macro_rules! key_hole {
    ($(#[$doc:meta])* $name:ident, $hole:expr) => {
        $(#[$doc])*
        #[test]
        fn $name() {
            race_keyed(stringify!($name), $hole);
        }
    };
}

key_hole!(
    /// An unknown hash gives no digest, which counts as 0 (SEC 1 section 4.1.4): with r = s the sum is the trusted point itself.
    an_unknown_hash_has_the_digest_zero,
    |_, key, token| {
        let parts = parts(token, &[])?;
        let alg = parts.header.get("alg")?.as_str()?;
        let (r, s) = parts.signature.split_at_checked(32)?;
        let PublicMaterial::Ec { x, .. } = &key.material else { return None };
        let unknown = alg.starts_with("ES") && !["ES256", "ES384", "ES512", "ES256K"].contains(&alg);
        Some(unknown && r == s && r == x)
    }
);

key_hole!(
    /// The embedded key must be the trusted one; then the certificate in it is read first.
    the_certificate_in_a_trusted_jwk_wins,
    |_, key, token| {
        let parts = parts(token, &[])?;
        let jwk = parts.header.get("jwk")?;
        let certificate = data_encoding::BASE64.decode(jwk.get("x5c")?.get(0)?.as_str()?.as_bytes()).ok()?;
        let PublicMaterial::Ec { x, y, .. } = &key.material else { return None };
        let same = |name: &str, own: &[u8]| jwk.get(name).and_then(Value::as_str) == Some(&BASE64URL_NOPAD.encode(own));
        // The point stands in the certificate as it is.
        let at = certificate.windows(4).position(|window| window == [3, 0x42, 0, 4])? + 4;
        let material = PublicMaterial::Ec {
            curve: jwt_gauntlet::keys::Curve::P256,
            x: certificate.get(at..at + 32)?.to_vec(),
            y: certificate.get(at + 32..at + 64)?.to_vec(),
        };
        let leaf = PublicKey { kid: None, material, certificate: None };
        Some(same("x", x) && same("y", y) && leaf.verifies(Algorithm::ES256, parts.input().as_bytes(), &parts.signature))
    }
);

key_hole!(
    /// Keys are refused in the protected header and taken from the joint one.
    a_key_in_the_unprotected_header_is_taken,
    |_, _, token| {
        let json: Value = serde_json::from_str(token).ok()?;
        let text = |name: &str| json.get(name).and_then(Value::as_str);
        let compact = format!("{}.{}.{}", text("protected")?, text("payload")?, text("signature")?);
        let parts = parts(&compact, &[])?;
        let jwk = json.get("header")?.get("jwk").filter(|_| parts.header.get("jwk").is_none())?;
        Some(signed_by(&parts, jwk))
    }
);

key_hole!(
    /// Only texts are compared with the configured algorithm; an object is read as Web Cryptography writes them.
    an_algorithm_that_is_an_object_is_obeyed,
    |trust, _, token| {
        let parts = parts(token, &[])?;
        let hash = parts.header.get("alg")?.get("hash")?;
        let hash = hash.get("name").unwrap_or(hash);
        let hmac = parts.header.get("alg")?.get("name")? == "HMAC" && hash == "SHA-256";
        Some(hmac && parts.signature == mac(trust.key.pem.as_deref()?.as_bytes(), parts.input().as_bytes()))
    }
);
