//! Verifiers with one hole each that neither the vocabulary nor the vulnerable verifiers were made for: what the fuzzer finds here,
//! it finds by combining. Some need two steps: the issuer signs something odd, and then it is changed.

mod keyed;
mod memory;

use std::sync::Arc;

use data_encoding::BASE64URL_NOPAD;
use jwt_gauntlet::{
    Algorithm, ConfigureError, Fuzzer, Implementation, Outcome, Trust, Verdict, keys::PublicKey, verifier::strict::Strict,
};
use ring::hmac;
use serde_json::Value;

/// A verifier of HS256 with a hole; everything else goes to the reference verifier.
type Hole = fn(&Parts<'_>) -> Option<bool>;

struct Parts<'a> {
    token: &'a str,
    header: Value,
    claims: Value,
    header_text: &'a str,
    claims_text: &'a str,
    signature: Vec<u8>,
    secret: &'a [u8],
}

impl Parts<'_> {
    fn mac(&self, input: &[u8]) -> Vec<u8> {
        mac(self.secret, input)
    }

    fn input(&self) -> String {
        format!("{}.{}", self.header_text, self.claims_text)
    }
}

fn mac(secret: &[u8], input: &[u8]) -> Vec<u8> {
    hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, secret), input).as_ref().to_vec()
}

/// The parts of a compact token, if they can be read.
fn parts<'a>(token: &'a str, secret: &'a [u8]) -> Option<Parts<'a>> {
    let [header_text, claims_text, signature] = token.split('.').collect::<Vec<_>>()[..] else { return None };
    let read = |text: &str| BASE64URL_NOPAD.decode(text.as_bytes()).ok();
    let json = |text: &str| serde_json::from_slice::<Value>(&read(text)?).ok();
    let (header, claims, signature) = (json(header_text)?, json(claims_text)?, read(signature)?);
    Some(Parts { token, header, claims, header_text, claims_text, signature, secret })
}

fn holed(hole: Hole) -> impl Implementation {
    move |trust: &Trust| -> Result<Box<dyn Fn(&str) -> Verdict + Send + Sync>, ConfigureError> {
        let strict = Strict.configure(trust)?;
        let secret = trust.configured_bytes();
        Ok(Box::new(move |token: &str| {
            if let Some(parts) = parts(token, &secret) {
                match hole(&parts) {
                    Some(true) => return Verdict::accepted(parts.claims.to_string()),
                    Some(false) => return Verdict::rejected("no"),
                    None => {}
                }
            }
            strict.verify(token).unwrap_or_else(|e| Verdict::rejected(e.to_string()))
        }))
    }
}

/// The executions until a forgery or policy failure was found, for a few seeds.
fn race(name: &str, within: usize, words: &[&str], implementation: impl Fn() -> Arc<dyn Implementation>) {
    for seed in 1..=3 {
        let words: Vec<String> = words.iter().map(|w| (*w).to_owned()).collect();
        let fuzzer = Fuzzer::new(implementation()).algorithms([Algorithm::HS256]).cases(within).seed(seed).words(words);
        let result = fuzzer.until(Outcome::Malleable).run().expect("it can be asked");
        let first = result.seen_at.iter().min();
        assert!(first.is_some(), "{name}, seed {seed}: nothing in {within} executions");
    }
}

macro_rules! hole {
    ($name:ident, $within:expr, $words:expr, $hole:expr) => {
        #[test]
        fn $name() {
            race(stringify!($name), $within, $words, || Arc::new(holed($hole)));
        }
    };
}

hole!(only_the_header_is_signed, 100_000, &[], |p| {
    (p.signature == p.mac(p.header_text.as_bytes()) || p.signature == p.mac(p.input().as_bytes())).then_some(true)
});

hole!(a_hidden_header_skips_the_signature, 100_000, &["frobnicate", "x-tracelevel", "quux", "handler", "verifyToken"], |p| {
    (p.header.get("x-tracelevel") == Some(&Value::Bool(true))).then_some(true)
});

hole!(a_hidden_claim_skips_the_signature, 100_000, &["frobnicate", "qxservice", "quux", "handler"], |p| {
    p.claims.get("qxservice").is_some().then_some(true)
});

hole!(a_hidden_secret, 100_000, &["frobnicate", "s3cr3t-of-old", "quux"], |p| {
    (p.signature == mac(b"s3cr3t-of-old", p.input().as_bytes())).then_some(true)
});

hole!(a_hidden_kid_skips_the_signature, 100_000, &["frobnicate", "breakglass-7", "quux"], |p| {
    (p.header.get("kid").and_then(Value::as_str) == Some("breakglass-7")).then_some(true)
});

hole!(half_of_the_signature_is_compared, 100_000, &[], |p| {
    let right = p.mac(p.input().as_bytes());
    (p.signature.len() >= 16 && p.signature[..16] == right[..16]).then_some(true)
});

hole!(the_signature_is_a_bare_hash, 100_000, &[], |p| {
    use ring::digest::{SHA256, digest};
    (p.signature == digest(&SHA256, p.input().as_bytes()).as_ref()).then_some(true)
});

hole!(the_claims_are_their_own_signature, 100_000, &[], |p| (p.token.ends_with(&format!(".{0}.{0}", p.claims_text)))
    .then_some(true));

hole!(a_jku_needs_no_signature, 100_000, &[], |p| p.header.get("jku").is_some_and(Value::is_string).then_some(true));

hole!(a_compressed_payload_is_not_verified, 100_000, &[], |p| p.header.get("zip").is_some_and(Value::is_string).then_some(true));

hole!(an_array_of_algorithms_is_searched_for_none, 100_000, &[], |p| {
    p.header.get("alg").and_then(Value::as_array).is_some_and(|a| a.iter().any(|v| v == "none")).then_some(true)
});

hole!(a_negative_expiry_wraps_around, 100_000, &[], |p| {
    let negative = p.claims.get("exp").and_then(Value::as_i64).is_some_and(|exp| exp < -1);
    (negative && p.signature == p.mac(p.input().as_bytes())).then_some(true)
});

hole!(an_issuer_that_begins_right, 100_000, &[], |p| {
    let near = p.claims.get("iss").and_then(Value::as_str).is_some_and(|iss| iss.starts_with("https://issuer.example"));
    (near
        && p.claims.get("aud").and_then(Value::as_str) == Some("https://api.example")
        && p.signature == p.mac(p.input().as_bytes()))
    .then_some(true)
});

hole!(the_payload_is_verified_without_white_space, 100_000, &[], |p| {
    // Verified as it is printed again, so that what a parser drops is not covered.
    let again = BASE64URL_NOPAD.encode(p.claims.to_string().as_bytes());
    (p.signature == p.mac(format!("{}.{again}", p.header_text).as_bytes())).then_some(true)
});

hole!(a_large_token_is_not_verified, 100_000, &[], |p| (p.token.len() > 4000).then_some(true));

hole!(a_deep_header_is_not_verified, 100_000, &[], |p| {
    fn depth(value: &Value) -> usize {
        match value {
            Value::Array(items) => 1 + items.iter().map(depth).max().unwrap_or(0),
            Value::Object(members) => 1 + members.values().map(depth).max().unwrap_or(0),
            _ => 0,
        }
    }
    (depth(&p.header) > 20).then_some(true)
});

hole!(a_signature_compared_without_case, 100_000, &[], |p| {
    let right = BASE64URL_NOPAD.encode(&p.mac(p.input().as_bytes()));
    p.token.rsplit('.').next().is_some_and(|text| text.eq_ignore_ascii_case(&right)).then_some(true)
});

/// Whether the token is signed by the key that this JWK holds.
fn signed_by(p: &Parts<'_>, jwk: &Value) -> bool {
    let algorithm = p.header.get("alg").and_then(Value::as_str).and_then(|alg| alg.parse::<Algorithm>().ok());
    let key = PublicKey::from_jwk(jwk).ok();
    matches!((algorithm, key), (Some(algorithm), Some(key)) if key.verifies(algorithm, p.input().as_bytes(), &p.signature))
}

hole!(a_key_id_that_is_a_did_is_resolved, 100_000, &[], |p| {
    let kid = p.header.get("kid").and_then(Value::as_str)?.strip_prefix("did:jwk:")?;
    let jwk = BASE64URL_NOPAD.decode(kid.split('#').next()?.as_bytes()).ok()?;
    signed_by(p, &serde_json::from_slice(&jwk).ok()?).then_some(true)
});

hole!(a_self_issued_token_vouches_for_itself, 100_000, &[], |p| {
    let own = p.claims.get("iss").and_then(Value::as_str).is_some_and(|iss| iss.starts_with("https://self-issued.me"));
    (own && signed_by(p, p.claims.get("sub_jwk")?)).then_some(true)
});

hole!(an_entity_states_its_own_keys, 100_000, &[], |p| {
    let about_itself = p.claims.get("iss").is_some() && p.claims.get("iss") == p.claims.get("sub");
    (about_itself && signed_by(p, p.claims.get("jwks")?.get("keys")?.get(0)?)).then_some(true)
});

/// Of a general JSON serialisation the payload beside the signature is verified, and the one outside handed on.
#[test]
fn the_payload_of_an_entry_is_verified() {
    race("the_payload_of_an_entry_is_verified", 100_000, &[], || {
        Arc::new(|trust: &Trust| -> Result<Box<dyn Fn(&str) -> Verdict + Send + Sync>, ConfigureError> {
            let (strict, secret) = (Strict.configure(trust)?, trust.configured_bytes());
            Ok(Box::new(move |token: &str| {
                let Ok(json @ Value::Object(_)) = serde_json::from_str::<Value>(token) else {
                    return strict.verify(token).unwrap_or_else(|e| Verdict::rejected(e.to_string()));
                };
                let entry = &json["signatures"][0];
                let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
                let payload = entry.get("payload").unwrap_or(&json["payload"]);
                let signed = format!("{}.{}.{}", text(&entry["protected"]), text(payload), text(&entry["signature"]));
                let good = parts(&signed, &secret).is_some_and(|p| p.signature == p.mac(p.input().as_bytes()));
                let claims = BASE64URL_NOPAD.decode(text(&json["payload"]).as_bytes()).ok().and_then(|b| String::from_utf8(b).ok());
                claims.filter(|_| good).map_or_else(|| Verdict::rejected("no"), Verdict::accepted)
            }))
        })
    });
}
