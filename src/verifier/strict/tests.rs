use super::*;
use crate::{
    algorithm::Algorithm,
    issuer::Issuer,
    keys::{Key, PublicMaterial, Role},
    token::Segment,
};

fn signed(algorithm: Algorithm, header: &str, claims: &str) -> String {
    let key = Key::of(Role::Trusted, algorithm).expect("a key");
    let segment = |text: &str| BASE64URL_NOPAD.encode(text.as_bytes());
    let input = format!("{}.{}", segment(header), segment(claims));
    let signature = key.sign(algorithm, input.as_bytes()).expect("the key fits");
    format!("{input}.{}", BASE64URL_NOPAD.encode(&signature))
}

fn accepts(algorithm: Algorithm, token: &str) -> bool {
    let key = Key::of(Role::Trusted, algorithm).expect("a key");
    let verifier = Strict.configure(&Trust::in_key(&key, algorithm)).expect("a good key");
    matches!(verifier.verify(token).expect("an answer"), Verdict::Accepted(Some(_)))
}

const CLAIMS: &str = r#""iss":"https://issuer.example","aud":"https://api.example""#;

fn with_header(members: &str) -> bool {
    accepts(Algorithm::HS256, &signed(Algorithm::HS256, &format!("{{\"alg\":\"HS256\"{members}}}"), &format!("{{{CLAIMS}}}")))
}

fn with_claims(members: &str) -> bool {
    accepts(Algorithm::HS256, &signed(Algorithm::HS256, r#"{"alg":"HS256"}"#, &format!("{{{CLAIMS}{members}}}")))
}

#[test]
fn genuine_tokens_pass_under_every_algorithm_and_changed_ones_do_not() {
    for algorithm in Algorithm::ALL {
        let key = Key::of(Role::Trusted, algorithm).expect("a key");
        let issuer = Issuer::new(Some(key.clone()), key.public().clone(), Trust::in_key(&key, algorithm));
        let token = issuer.genuine().to_string();
        assert!(accepts(algorithm, &token), "{algorithm}");
        let mut broken = issuer.genuine().clone();
        let mut signature = broken.segments[2].bytes().expect("bytes");
        signature[9] ^= 1;
        broken.segments[2] = Segment::Bytes(signature);
        assert!(!accepts(algorithm, &broken.to_string()), "{algorithm}");
        for other in [format!("{token}="), format!("{token}."), format!(" {token}"), token.replace('.', "..")] {
            assert!(!accepts(algorithm, &other), "{algorithm} {other}");
        }
    }
}

#[test]
fn legal_headers_pass_and_others_do_not() {
    for members in
        ["", r#","typ":"jwt""#, r#","typ":"application/JWT""#, r#","kid":"key-1""#, r#","x":[{"y":null}]"#, ",\n\"z\" : 1 "]
    {
        assert!(with_header(members), "{members}");
    }
    for members in [
        r#","alg":"HS256""#,
        r#","typ":"at+jwt""#,
        r#","typ":null"#,
        r#","kid":"other""#,
        r#","kid":1"#,
        r#","crit":["b64"]"#,
        r#","b64":true"#,
        r#","zip":"DEF""#,
        r#","enc":"A128GCM""#,
        r#","x":{"a":1,"a":2}"#,
        r#","sub":"admin""#,
    ] {
        assert!(!with_header(members), "{members}");
    }
}

#[test]
fn legal_claims_pass_and_others_do_not() {
    for members in [r#","exp":4102444800"#, r#","exp":4.1e9"#, r#","nbf":0,"iat":1.5"#, r#","sub":"x","other":{}"#] {
        assert!(with_claims(members), "{members}");
    }
    for members in [
        r#","exp":1"#,
        r#","exp":"4102444800""#,
        r#","exp":null"#,
        r#","nbf":4102444800"#,
        r#","iat":"x""#,
        r#","sub":1"#,
        r#","jti":[]"#,
        r#","iss":"https://issuer.example""#,
    ] {
        assert!(!with_claims(members), "{members}");
    }
}

#[test]
fn issuer_and_audience_are_compared_whole() {
    let passes = |claims: &str| accepts(Algorithm::HS256, &signed(Algorithm::HS256, r#"{"alg":"HS256"}"#, claims));
    assert!(passes(r#"{"iss":"https:\/\/issuer.example","aud":["x","https://api.example"]}"#));
    for claims in [
        r#"{"aud":"https://api.example"}"#,
        r#"{"iss":"https://issuer.example"}"#,
        r#"{"iss":["https://issuer.example"],"aud":"https://api.example"}"#,
        r#"{"iss":"https://issuer.example","aud":["https://api.example",1]}"#,
        r#"{"iss":"https://issuer.example","aud":[]}"#,
        r#"{"iss":"https://issuer.example/","aud":"https://api.example"}"#,
    ] {
        assert!(!passes(claims), "{claims}");
    }
}

#[test]
fn a_large_legal_token_passes_and_an_endless_one_does_not() {
    assert!(with_claims(&format!(",\"x\":\"{}\"", "a".repeat(64 * 1024))));
    assert!(!with_claims(&format!(",\"x\":\"{}\"", "a".repeat(200 * 1024))));
}

#[test]
fn weak_and_unfit_keys_are_not_loaded() {
    let refuses = |trust: &Trust| matches!(Strict.configure(trust), Err(ConfigureError::Unsupported(_)));
    for role in [Role::Rsa512, Role::Rsa768, Role::Rsa1024, Role::RsaClosePrimes, Role::RsaRoca] {
        assert!(refuses(&Trust::in_key(&Key::of(role, Algorithm::RS256).expect("a key"), Algorithm::RS256)), "{role:?}");
    }
    for length in [0, 16, 31] {
        assert!(refuses(&Trust::in_key(&Key::secret("k", &vec![7; length]), Algorithm::HS256)), "{length}");
    }
    let ec = Key::of(Role::Trusted, Algorithm::ES256).expect("a key");
    assert!(refuses(&Trust::in_key(&ec, Algorithm::ES384)));
    let mut off = ec.public().clone();
    if let PublicMaterial::Ec { y, .. } = &mut off.material {
        y[31] ^= 1;
    }
    assert!(refuses(&Trust::in_public(&off, Algorithm::ES256)));
    let mut text = Trust::in_key(&ec, Algorithm::ES256);
    text.key.text = Some("# a comment\n".to_owned() + &text.key.pem.clone().expect("an EC key has one"));
    assert!(refuses(&text));
}

#[test]
fn all_points_of_small_order_are_known() {
    for hex in ["01", "00", "ec", "ed", "ee"] {
        let first = u8::from_str_radix(hex, 16).expect("hex");
        let fill = if first < 2 { 0 } else { 0xff };
        for sign in [0, 0x80] {
            let mut point = [fill; 32];
            point[0] = first;
            point[31] = (fill & 0x7f) | sign;
            assert!(key::has_small_order(&point), "{hex} {sign}");
        }
    }
    let key = Key::of(Role::Trusted, Algorithm::EdDSA).expect("a key");
    let PublicMaterial::Ed25519 { x } = &key.public().material else { panic!("an Ed25519 key") };
    assert!(!key::has_small_order(x));
}
