//! What the oracle must not put down to a verifier: each of these was once held against a sound library.

use data_encoding::{BASE64, BASE64URL_NOPAD};
use jwt_gauntlet::{
    Algorithm, Fuzzer, Outcome, Trust, Verdict, configuration::Configuration, internal::libfuzzer::judge::Judge, issuer::Issuer,
};
use serde_json::Value;

const HEADER: &str = r#"{"alg":"HS256","typ":"JWT","kid":"key-1"}"#;
/// What an issuer signs that lets its users choose a member.
const CLAIMS: &str =
    r#"{"iss":"https://issuer.example","sub":"user","aud":"https://api.example","iat":1704067200,"exp":4102444800,"x":">>>???"}"#;

fn issuer() -> Issuer {
    Configuration::default().issuer(Algorithm::HS256).expect("the usual configuration")
}

/// A token that the issuer signs as it is spelled.
fn signed(header: &str, claims: &str) -> String {
    let input = format!("{header}.{claims}");
    let signature = issuer().key.expect("a key").sign(Algorithm::HS256, input.as_bytes()).expect("it signs");
    format!("{input}.{}", BASE64URL_NOPAD.encode(&signature))
}

fn token() -> String {
    signed(&BASE64URL_NOPAD.encode(HEADER.as_bytes()), &BASE64URL_NOPAD.encode(CLAIMS.as_bytes()))
}

fn meaning(token: &str) -> Outcome {
    let judge = Judge::new(Algorithm::HS256).expect("an oracle");
    judge.judge(token, &Verdict::accepted(CLAIMS)).outcome
}

#[test]
fn segments_behind_a_signed_token_make_another_spelling_of_it() {
    assert_eq!(meaning(&token()), Outcome::Held);
    for more in [".", ".x", ".e30.e30", "=.x"] {
        assert_eq!(meaning(&format!("{}{more}", token())), Outcome::Malleable, "{more}");
    }
}

#[test]
fn padding_that_a_decoder_skips_makes_another_spelling() {
    for front in ["==", "===="] {
        assert_eq!(meaning(&format!("{front}{}", token())), Outcome::Malleable, "{front}");
    }
}

#[test]
fn what_the_issuer_signed_in_lax_base64_is_nobody_elses_spelling() {
    let header = BASE64URL_NOPAD.encode(HEADER.as_bytes());
    let claims = BASE64.encode(CLAIMS.as_bytes());
    assert_ne!(claims, BASE64URL_NOPAD.encode(CLAIMS.as_bytes()));
    assert_eq!(meaning(&signed(&header, &claims)), Outcome::Held);
    let expired = CLAIMS.replace("4102444800", "1704067201");
    assert_eq!(meaning(&signed(&header, &BASE64.encode(expired.as_bytes()))), Outcome::Policy);
}

#[test]
fn claims_in_front_of_a_signed_token_are_forged() {
    let front = BASE64URL_NOPAD.encode(CLAIMS.replace("user", "admin").as_bytes());
    assert_eq!(meaning(&format!("e30.{front}.{}", token())), Outcome::Forged);
    let (input, _) = token().rsplit_once('.').map(|(input, rest)| (input.to_owned(), rest.to_owned())).expect("segments");
    assert_eq!(meaning(&format!("{input}..")), Outcome::Forged);
}

#[test]
fn who_ignores_iat_is_not_said_to_prefer_the_first_of_two() {
    // Keeps the last of two members, as serde_json does, and never looks at iat.
    let target = |trust: &Trust| {
        let (key, trust) = (trust.public_key().expect("a key"), trust.clone());
        Ok(move |token: &str| match verify(token, &key, &trust) {
            Some(claims) => Verdict::accepted(claims.to_string()),
            None => Verdict::rejected("no"),
        })
    };
    let fuzzed = Fuzzer::new(target).algorithms([Algorithm::HS256]).configurations(false).cases(30_000).run().expect("a run");
    let found: Vec<&str> = fuzzed.report.findings.iter().map(|finding| finding.case.as_str()).collect();
    assert!(found.contains(&"fuzz/policy-issued-at-not-a-number#HS256"), "{found:?}");
    assert!(!found.iter().any(|case| case.contains("duplicate-member")), "{found:?}");
    assert!(fuzzed.report.findings.iter().all(|finding| finding.outcome < Outcome::Forged), "{found:?}");
}

fn verify(token: &str, key: &jwt_gauntlet::keys::PublicKey, trust: &Trust) -> Option<Value> {
    let segments: Vec<&str> = token.split('.').collect();
    let [header, claims, signature] = segments[..] else { return None };
    let bytes = |text: &str| BASE64URL_NOPAD.decode(text.as_bytes()).ok();
    let head: Value = serde_json::from_slice(&bytes(header)?).ok()?;
    let payload: Value = serde_json::from_slice(&bytes(claims)?).ok()?;
    let input = format!("{header}.{claims}");
    let text = |name: &str| payload[name].as_str().map(str::to_owned);
    let good = head["alg"] == "HS256"
        && head.get("crit").is_none()
        && key.verifies_weakly(Algorithm::HS256, input.as_bytes(), &bytes(signature)?)
        && text("iss") == trust.issuer
        && text("aud") == trust.audience
        && payload["exp"].as_f64()? > 2e9
        && payload.get("nbf").is_none();
    good.then_some(payload)
}
