use data_encoding::BASE64URL_NOPAD;

use super::*;

const NOW: i64 = 1_750_000_000;

fn token(header: &[u8], payload: &[u8]) -> Vec<u8> {
    format!("{}.{}.{}", BASE64URL_NOPAD.encode(header), BASE64URL_NOPAD.encode(payload), "A".repeat(86)).into_bytes()
}

/// `severity about` of every remark.
fn remarks(header: &str, payload: &str) -> Vec<String> {
    let inspection = inspect(&token(header.as_bytes(), payload.as_bytes()), NOW);
    inspection.remarks.iter().map(|r| format!("{} {}", crate::report::style::severity_name(r.severity), r.about)).collect()
}

const GOOD: &str = r#"{"iss":"a","aud":"b","sub":"c","iat":1749999000,"exp":1750002600}"#;

#[test]
fn an_ordinary_token_gives_no_remark() {
    assert_eq!(remarks(r#"{"alg":"ES256","kid":"key-1"}"#, GOOD), Vec::<String>::new());
}

#[test]
fn what_is_risky_is_said() {
    let header = |text| remarks(text, GOOD);
    assert_eq!(header(r#"{"alg":"nOnE"}"#), ["critical alg", "medium signature"]);
    assert_eq!(header(r#"{"alg":"es256"}"#), ["high alg"]);
    assert_eq!(header(r#"{"typ":"JWT"}"#), ["high alg"]);
    assert_eq!(header(r#"{"alg":"ES256","\u0061lg":"ES256"}"#), ["high duplicate"]);
    assert_eq!(header(r#"{"alg":"EdDSA","jwk":{},"jku":"https://a"}"#), ["medium jwk", "medium jku"]);
    assert_eq!(header(r#"{"alg":"EdDSA","kid":"../../dev/null"}"#), ["medium kid"]);
    assert_eq!(header(r#"{"alg":"EdDSA","crit":["x"]}"#), ["info crit"]);
    let claims = |text: &str| remarks(r#"{"alg":"EdDSA"}"#, text);
    assert_eq!(claims(r#"{"sub":"a"}"#), ["medium exp", "low iss", "low aud"]);
    assert_eq!(claims(&GOOD.replace("1750002600", "1750002600000")), ["medium exp"]);
    assert_eq!(claims(&GOOD.replace("\"sub\":\"c\"", "\"sub\":\"jane@example.org\"")), ["medium personal"]);
    assert_eq!(
        claims(&GOOD.replace("\"sub\":\"c\"", "\"sub\":{\"given_name\":[],\"password\":1}")),
        ["high secret", "medium personal"]
    );
}

#[test]
fn odd_spellings_are_decoded_and_named() {
    let mut text = token(br#"{"alg":"ES256"}"#, GOOD.as_bytes());
    text.extend(b"==");
    let inspection = inspect(&text, NOW);
    assert!(inspection.remarks.iter().any(|r| r.about == "encoding" && r.text.contains("padding")), "{inspection:?}");
    let wrapped = [b"Authorization: Bearer ".as_slice(), &token(br#"{"alg":"ES256"}"#, GOOD.as_bytes()), b"\r\n"].concat();
    assert_eq!(inspect(&wrapped, NOW).kind, Kind::Jws);
}

#[test]
fn other_kinds_are_recognised() {
    assert_eq!(inspect(b"", NOW).kind, Kind::Unknown);
    assert_eq!(inspect(b"a.b", NOW).kind, Kind::Unknown);
    assert_eq!(inspect(b"e30.a.b.c.d", NOW).kind, Kind::Jwe);
    let flattened = inspect(br#"{"payload":"e30","protected":"e30","signature":"AAAA"}"#, NOW);
    assert_eq!((flattened.kind, flattened.parts.len()), (Kind::Json, 3));
}

#[test]
fn huge_and_deep_tokens_are_cut() {
    let deep = format!("{{\"a\":{}", "[".repeat(1_000_000));
    let inspection = inspect(&token(deep.as_bytes(), deep.as_bytes()), NOW);
    assert!(inspection.remarks.iter().any(|r| r.about == "json"));
    let huge = vec![b'A'; 20_000_000];
    assert!(inspect(&[&huge[..], b".", &huge, b".", &huge].concat(), NOW).parts.iter().all(|p| p.cut));
    let dots = vec![b'.'; 5_000_000];
    assert!(inspect(&dots, NOW).parts.len() <= 5);
    let many = format!("{{{}\"z\":0}}", "\"a\":1,".repeat(100_000));
    assert!(inspect(&token(many.as_bytes(), b"{}"), NOW).remarks.iter().any(|r| r.about == "duplicate"));
}

proptest::proptest! {
    #[test]
    fn no_input_panics(bytes: Vec<u8>, header: Vec<u8>, payload: Vec<u8>) {
        let _ = inspect(&bytes, NOW);
        let _ = inspect(&token(&header, &payload), NOW);
    }

    #[test]
    fn no_json_like_input_panics(text in "[{}\\[\\]\",:a\\\\ 1é\u{202e}]{0,40}") {
        let _ = inspect(&token(text.as_bytes(), text.as_bytes()), NOW);
        let _ = inspect(text.as_bytes(), NOW);
    }
}
