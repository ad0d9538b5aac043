use std::collections::HashSet;

use data_encoding::BASE64URL_NOPAD;
use proptest::prelude::*;

use super::*;
use crate::{algorithm::Algorithm, step::fixture::issuer};

/// Some day in 2027.
const NOW: f64 = 1_800_000_000.0;
const HEADER: &str = r#""alg":"HS256","typ":"JWT","kid":"key-1""#;
const CLAIMS: &str = r#""iss":"https://issuer.example","aud":"https://api.example","exp":4102444800"#;

fn trust() -> Trust {
    issuer(Algorithm::HS256).trust
}

fn token(header: &str, claims: &str) -> String {
    let segment = |text: &str| BASE64URL_NOPAD.encode(text.as_bytes());
    format!("{}.{}.AAAA", segment(header), segment(claims))
}

fn ruling(header: &str, claims: &str) -> Ruling {
    judge(&trust(), &token(header, claims), NOW)
}

fn with_header(members: &str) -> Ruling {
    ruling(&format!("{{{members}}}"), &format!("{{{CLAIMS}}}"))
}

fn with_claims(members: &str) -> Ruling {
    ruling(&format!("{{{HEADER}}}"), &format!("{{{members}}}"))
}

/// The id of the rule, `free` or `good`.
fn word(ruling: Ruling) -> &'static str {
    match ruling {
        Ruling::Good => "good",
        Ruling::Free(_) => "free",
        Ruling::MustRefuse(rule) => rule.id(),
    }
}

#[test]
fn genuine_tokens_of_every_algorithm_are_good() {
    for algorithm in Algorithm::ALL {
        let issuer = issuer(algorithm);
        for draft in [issuer.genuine(), issuer.other().expect("a second token")] {
            assert_eq!(judge(&issuer.trust, &draft.to_string(), NOW), Ruling::Good, "{algorithm}");
        }
        assert_eq!(word(judge(&issuer.trust, &issuer.genuine().to_string(), 4_102_448_400.0)), "expired", "{algorithm}");
    }
}

#[test]
fn the_header_is_ruled_on_as_the_table_says() {
    let alg = r#""alg":"HS256""#;
    let table = [
        (HEADER, "good"),
        (r#""alg":"HS256","typ":"JWT","kid":"key-1","unknown":[1]"#, "good"),
        (r#""\u0061lg":"HS\u003256","typ":"JWT","kid":"k\u0065y-1""#, "good"),
        (r#""alg":"HS256","kid":"key-1""#, "free"),
        (r#""alg":"HS256","kid":"key-1","typ":"jwt""#, "free"),
        (r#""alg":"HS256","kid":"key-1","typ":"application/jwt""#, "free"),
        (alg, "free"),
        (r#""alg":"HS256","kid":7"#, "free"),
        (r#""typ":"JWT""#, "algorithm"),
        (r#""alg":"hs256""#, "algorithm"),
        (r#""alg":"HS512""#, "algorithm"),
        (r#""alg":"none""#, "algorithm"),
        (r#""alg":["HS256"]"#, "algorithm"),
        (r#""alg":"HS256","crit":["exp"]"#, "crit-unknown"),
        (r#""alg":"HS256","crit":["alg","x"],"x":1"#, "crit-unknown"),
        (r#""alg":"HS256","crit":"exp""#, "crit-malformed"),
        (r#""alg":"HS256","crit":{}"#, "crit-malformed"),
        (r#""alg":"HS256","crit":[1]"#, "crit-malformed"),
        (r#""alg":"HS256","crit":[]"#, "free"),
        (r#""alg":"HS256","crit":null"#, "free"),
        (r#""alg":"HS256","crit":["alg"]"#, "free"),
        (r#""alg":"HS256","crit":["b64"],"b64":false"#, "b64"),
        (r#""alg":"HS256","crit":["b64"],"b64":"no""#, "b64"),
        (r#""alg":"HS256","crit":["b64"],"b64":true"#, "free"),
        (r#""alg":"HS256","b64":false"#, "free"),
        (r#""alg":"HS256","typ":"AT+JWT""#, "typ"),
        (r#""alg":"HS256","typ":"application/dpop+jwt""#, "typ"),
        (r#""alg":"HS256","typ":"JOSE+JSON""#, "typ"),
        (r#""alg":"HS256","typ":"jwt2""#, "free"),
        (r#""alg":"HS256","typ":1"#, "free"),
        (r#""alg":"HS256","jwk":{}"#, "free"),
        (r#""alg":"HS256","enc":"A128GCM""#, "free"),
        (r#""alg":"HS256","crit":["x"],"typ":"at+jwt""#, "crit-unknown"),
    ];
    for (members, expected) in table {
        assert_eq!(word(with_header(members)), expected, "{members}");
    }
    for (header, expected) in
        [("[]", "header-not-an-object"), ("", "header-not-an-object"), ("\"{}\"", "header-not-an-object"), ("{'alg':1}", "free")]
    {
        // A text with a brace in it is a whole JSON value all the same.
        assert_eq!(word(ruling(header, &format!("{{{CLAIMS}}}"))), expected, "{header}");
    }
}

#[test]
fn times_are_ruled_on_as_the_table_says() {
    let parties = r#""iss":"https://issuer.example","aud":"https://api.example""#;
    for (exp, expected) in [
        (r#""exp":4102444800"#, "good"),
        (r#""exp":4102444800,"nbf":0,"iat":-1"#, "good"),
        (r#""sub":"x""#, "free"),
        (r#""exp":1799999000"#, "expired"),
        (r#""exp":0"#, "expired"),
        (r#""exp":-1"#, "expired"),
        (r#""exp":1.5e9"#, "expired"),
        (r#""exp":1799999800"#, "free"),
        (r#""exp":1800000200"#, "free"),
        (r#""exp":4102444800.5"#, "free"),
        (r#""exp":1e400"#, "free"),
        (r#""exp":9007199254740993"#, "free"),
        (r#""exp":null"#, "free"),
        (r#""exp":"4102444800""#, "time-not-a-number"),
        (r#""exp":[4102444800]"#, "time-not-a-number"),
        (r#""exp":true"#, "time-not-a-number"),
        (r#""exp":4102444800,"nbf":"0""#, "time-not-a-number"),
        (r#""exp":4102444800,"iat":{}"#, "issued-at-not-a-number"),
        (r#""exp":4102444800,"nbf":1800001000"#, "not-yet-valid"),
        (r#""exp":4102444800,"nbf":1800000100"#, "free"),
        (r#""exp":4102444800,"iat":1800001000"#, "free"),
        (r#""exp":4102444800,"sub":1"#, "free"),
        (r#""exp":0,"nbf":"0""#, "expired"),
        (r#""exp":NaN"#, "time-not-a-number"),
        (r#""exp":Infinity"#, "time-not-a-number"),
        (r#""exp":4102444800,"nbf":-Infinity"#, "time-not-a-number"),
        (r#""exp":4102444800,"sub":NaN"#, "free"),
    ] {
        assert_eq!(word(with_claims(&format!("{parties},{exp}"))), expected, "{exp}");
    }
}

#[test]
fn issuer_and_audience_are_ruled_on_as_the_table_says() {
    for (parties, expected) in [
        (r#""iss":"https://issuer.example","aud":["https://other.example","https://api.example"]"#, "good"),
        (r#""iss":"https:\/\/issuer.example","aud":"https://api.example""#, "good"),
        (r#""aud":"https://api.example""#, "issuer"),
        (r#""iss":"https://issuer.example/","aud":"https://api.example""#, "issuer"),
        (r#""iss":"HTTPS://issuer.example","aud":"https://api.example""#, "issuer"),
        (r#""iss":["https://issuer.example"],"aud":"https://api.example""#, "issuer-not-text"),
        (r#""iss":"https://issuer.example""#, "audience"),
        (r#""iss":"https://issuer.example","aud":[]"#, "audience"),
        (r#""iss":"https://issuer.example","aud":"https://api.example.org""#, "audience"),
        (r#""iss":"https://issuer.example","aud":["other"]"#, "audience"),
        (r#""iss":"https://issuer.example","aud":{"https://api.example":1}"#, "audience-malformed"),
        (r#""iss":"https://issuer.example","aud":[["https://api.example"]]"#, "audience-malformed"),
        (r#""iss":"https://issuer.example","aud":["https://api.example",1]"#, "free"),
        (r#""iss":["x"],"aud":1"#, "issuer-not-text"),
    ] {
        assert_eq!(word(with_claims(&format!(r#"{parties},"exp":4102444800"#))), expected, "{parties}");
    }
}

#[test]
fn claims_that_are_no_object_are_ruled_on_as_the_table_says() {
    for (claims, expected) in [
        ("[1]", "claims-not-an-object"),
        ("null", "claims-not-an-object"),
        ("", "claims-not-an-object"),
        ("hello", "claims-not-an-object"),
        ("[{}]", "claims-not-an-object"),
        ("{\"exp\":4102444800,}", "free"),
        ("{} {}", "free"),
    ] {
        assert_eq!(word(ruling(&format!("{{{HEADER}}}"), claims)), expected, "{claims}");
    }
}

#[test]
fn of_duplicates_the_last_one_counts() {
    assert_eq!(word(with_claims(&format!(r#""exp":0,"exp":1,{}"#, &CLAIMS[..CLAIMS.len() - 17]))), "expired");
    assert_eq!(word(with_claims(&format!(r#"{CLAIMS},"exp":0"#))), "duplicate-member");
    assert_eq!(word(with_claims(&format!(r#""exp":0,{CLAIMS}"#))), "free");
    assert_eq!(word(with_claims(&format!(r#""exp":4102444801,{CLAIMS}"#))), "free");
    assert_eq!(word(with_claims(&format!(r#"{CLAIMS},"x":{{"a":1,"a":2}}"#))), "free");
    assert_eq!(word(with_header(&format!(r#"{HEADER},"\u0061lg":"none""#))), "duplicate-member");
}

#[test]
fn other_spellings_are_free_and_break_rules_all_the_same() {
    let good = token(&format!("{{{HEADER}}}"), &format!("{{{CLAIMS}}}"));
    let stale = token(&format!("{{{HEADER}}}"), &format!("{{{}}}", CLAIMS.replace("4102444800", "1")));
    let shapes: [fn(&str) -> String; 4] = [
        |token| format!("{token}="),
        |token| format!(" {token}\n"),
        |token| format!("Bearer {token}"),
        |token| {
            let parts: Vec<&str> = token.split('.').collect();
            let [header, payload, signature] = parts[..] else { panic!("three segments") };
            format!(r#"{{"payload":"{payload}","signatures":[{{"protected":"{header}","signature":"{signature}"}}]}}"#)
        },
    ];
    for shape in shapes {
        assert_eq!(word(judge(&trust(), &shape(&good), NOW)), "free", "{}", shape("H.P.S"));
        assert_eq!(word(judge(&trust(), &shape(&stale), NOW)), "expired", "{}", shape("H.P.S"));
    }
    assert_eq!(word(judge(&trust(), &format!("{good}.x"), NOW)), "free");
    assert_eq!(word(with_claims(&format!("{CLAIMS} , \"sub\" :\n\"x\""))), "good", "white space in JSON means nothing");
    assert_eq!(word(with_claims(&format!("{CLAIMS},\"x\":\"{}\"", "x".repeat(9000)))), "free");
}

#[test]
fn only_what_was_configured_is_asked_for() {
    let open = Trust { issuer: None, audience: None, kid: None, ..trust() };
    let token = token(r#"{"alg":"HS256","typ":"JWT"}"#, r#"{"exp":4102444800,"aud":"someone"}"#);
    assert_eq!(judge(&open, &token, NOW), Ruling::Good);
    assert_eq!(word(judge(&trust(), &token, NOW)), "issuer");
    let mixed = Trust { algorithms: Some(vec![Algorithm::HS256, Algorithm::RS256]), ..issuer(Algorithm::RS256).trust };
    let claims = format!("{{{CLAIMS}}}");
    for (algorithm, expected) in [("RS256", "good"), ("HS256", "algorithm"), ("RS512", "algorithm")] {
        let token = self::token(&format!(r#"{{"alg":"{algorithm}","typ":"JWT","kid":"key-1"}}"#), &claims);
        assert_eq!(word(judge(&mixed, &token, NOW)), expected, "the RSA key is for no MAC, whatever the list says: {algorithm}");
    }
}

#[test]
fn every_rule_has_an_id_of_its_own_and_says_what_to_do() {
    let ids: HashSet<_> = Rule::ALL.iter().map(|rule| rule.id()).collect();
    assert_eq!(ids.len(), Rule::ALL.len());
    for rule in Rule::ALL {
        assert!(rule.id().bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-'), "{rule:?}");
        assert!(rule.cwe().starts_with("CWE-") && !rule.title().is_empty() && rule.remedy().ends_with('.'), "{rule:?}");
        assert!(rule.references().iter().all(|text| text.starts_with("RFC ")), "{rule:?}");
    }
}

proptest! {
    #[test]
    fn no_text_panics(text in "(\\PC|[.{}\":\\x00-\\x20]){0,80}", now: f64) {
        let _ = judge(&trust(), &text, now);
        let _ = judge(&trust(), &token(&text, &text), now);
    }

    #[test]
    fn json_like_text_is_read_as_another_parser_reads_it(text in "[{}\\[\\]\",:a\\\\u1e.0+ -]{0,24}") {
        let text = format!("{{{text}}}");
        let ours = matches!(json::read(text.as_bytes()), Read::Object(..));
        prop_assert_eq!(ours, serde_json::from_str::<serde::de::IgnoredAny>(&text).is_ok(), "{}", text);
    }

    #[test]
    fn what_the_reference_verifier_takes_is_never_to_be_refused(
        claims in prop::collection::vec((
            prop::sample::select(vec!["iss", "aud", "exp", "nbf", "iat", "sub"]),
            prop::sample::select(vec![
                "1", "0", "4102444800", "\"https://issuer.example\"", "\"https://api.example\"", "[\"https://api.example\"]", "null", "\"x\"",
            ]),
        ), 0..7),
    ) {
        use crate::verifier::{Implementation, strict::Strict};
        let members: Vec<String> = claims.iter().map(|(name, value)| format!("\"{name}\":{value}")).collect();
        let issuer = issuer(Algorithm::HS256);
        let unsigned = token(&format!("{{{HEADER}}}"), &format!("{{{}}}", members.join(",")));
        let (input, _) = unsigned.rsplit_once('.').expect("three segments");
        let signature = issuer.key.as_ref().expect("a key").sign(Algorithm::HS256, input.as_bytes()).expect("it fits");
        let token = format!("{input}.{}", BASE64URL_NOPAD.encode(&signature));
        let verifier = Strict.configure(&issuer.trust).expect("the usual key");
        let taken = matches!(crate::verifier::Verifier::verify(&*verifier, &token), Ok(crate::verdict::Verdict::Accepted(_)));
        let ruling = judge(&issuer.trust, &token, NOW);
        prop_assert!(!(taken && matches!(ruling, Ruling::MustRefuse(_))), "{} {:?}", members.join(","), ruling);
        prop_assert!(taken || ruling != Ruling::Good, "{}", members.join(","));
    }
}
