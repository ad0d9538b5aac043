//! What the trusted keys signed, and where any bytes come from.
//!
//! The oracle of the gauntlet is computed here, from bytes alone. A token whose text the ledger holds is genuine. One that decodes,
//! read as leniently as any library does, to a header and claims that the ledger holds, with a signature that is the recorded one in
//! another spelling (high S, DER, S + L, s + n, padding), is respelled. Everything else is forged.
//!
//! Deliberately absent: any verification by key. Signing is deterministic and only this harness holds the trusted keys, so
//! comparison decides, and a mistake in some library's mathematics cannot leak into the oracle.

use std::{
    borrow::Cow,
    collections::{HashMap, HashSet},
};

use crate::{
    token::Segment,
    verdict::{Claims, Echo, Provenance},
};

use super::lenient;
pub use super::lenient::Reading;

/// One token that a trusted key signed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry(String);

impl Entry {
    /// The entry for a compact token.
    #[must_use]
    pub fn of(token: impl Into<String>) -> Self {
        Self(token.into())
    }

    /// The token.
    #[must_use]
    pub fn token(&self) -> &str {
        &self.0
    }

    fn reading(&self) -> Reading {
        let mut segments = self.0.split('.').map(|text| Segment::parse(text).bytes().unwrap_or_default());
        let mut next = || segments.next().unwrap_or_default();
        Reading { header: next(), payload: next(), signature: next() }
    }
}

/// The signed tokens of one issuer.
#[derive(Clone, Debug, Default)]
pub struct Ledger {
    texts: HashSet<String>,
    /// Signatures by (header bytes, payload bytes).
    signed: HashMap<(Vec<u8>, Vec<u8>), Vec<Vec<u8>>>,
    /// Payload and signature segments of every entry, as texts: what a token that quotes it would contain.
    quotable: Vec<(String, String)>,
    modulus: Option<Vec<u8>>,
}

impl Ledger {
    /// An empty ledger; `modulus` is that of the trusted RSA key, if it is one, so that `s + n` is recognised as `s`.
    #[must_use]
    pub fn new(modulus: Option<Vec<u8>>) -> Self {
        Self { modulus, ..Self::default() }
    }

    /// Records a token that a trusted key signed.
    pub fn record(&mut self, entry: Entry) {
        let Reading { header, payload, signature } = entry.reading();
        let Entry(text) = entry;
        let segments: Vec<&str> = text.split('.').collect();
        if let [_, payload, signature] = segments[..] {
            self.quotable.push((payload.to_owned(), signature.to_owned()));
        }
        self.signed.entry((header, payload)).or_default().push(signature);
        self.texts.insert(text);
    }

    /// This ledger and some entries more.
    #[must_use]
    pub fn with(&self, more: &[Entry]) -> Cow<'_, Self> {
        if more.is_empty() {
            return Cow::Borrowed(self);
        }
        let mut ledger = self.clone();
        for entry in more {
            ledger.record(entry.clone());
        }
        Cow::Owned(ledger)
    }

    /// Where these bytes come from.
    #[must_use]
    pub fn provenance(&self, token: &str) -> Provenance {
        if self.texts.contains(token) {
            return Provenance::Genuine;
        }
        let respelled = lenient::readings(token).into_iter().any(|reading| {
            let recorded = self.signed.get(&(reading.header, reading.payload));
            recorded.is_some_and(|signatures| {
                signatures.iter().any(|recorded| lenient::same_signature(recorded, &reading.signature, self.modulus.as_deref()))
            })
        });
        if respelled { Provenance::Respelled } else { Provenance::Forged }
    }

    /// Whose claims came back.
    #[must_use]
    pub fn echo(&self, token: &str, canary: &str, claims: Option<&Claims>) -> Echo {
        let Some(Claims(claims)) = claims else { return Echo::Silent };
        let holds = |payload: &[u8]| payload.windows(canary.len()).any(|window| window == canary.as_bytes());
        if claims.contains(canary) && !self.signed.keys().any(|(_, payload)| holds(payload)) {
            return Echo::Canary;
        }
        let read = |text: &[u8]| serde_json::from_slice::<serde_json::Value>(text).ok();
        let echoed = read(claims.as_bytes());
        let quotes = |(payload, signature): &(String, String)| {
            // Both must stand in the token, or "the issuer's claims" could come from a verifier that ignores the signature.
            let quoted = !signature.is_empty() && token.contains(payload.as_str()) && token.contains(signature.as_str());
            quoted && echoed.is_some() && echoed == Segment::parse(payload).bytes().and_then(|payload| read(&payload))
        };
        if self.quotable.iter().any(quotes) { Echo::Quoted } else { Echo::Silent }
    }
}

#[cfg(test)]
mod tests {
    use data_encoding::BASE64URL_NOPAD;

    use super::*;
    use crate::{
        algorithm::Algorithm,
        issuer::Issuer,
        keys::{Curve, Key, Role},
        token::Draft,
        trust::Trust,
    };

    fn issued(algorithm: Algorithm) -> (Ledger, String) {
        let key = Key::of(Role::Trusted, algorithm).expect("a key");
        let issuer = Issuer::new(Some(key.clone()), key.public().clone(), Trust::in_key(&key, algorithm));
        (issuer.ledger_with(&[]).into_owned(), issuer.genuine().to_string())
    }

    fn with_signature(token: &str, change: impl Fn(Vec<u8>) -> Vec<u8>) -> String {
        let (input, signature) = token.rsplit_once('.').expect("three segments");
        let bytes = BASE64URL_NOPAD.decode(signature.as_bytes()).expect("base64url");
        format!("{input}.{}", BASE64URL_NOPAD.encode(&change(bytes)))
    }

    #[test]
    fn the_same_text_is_genuine_and_a_changed_bit_is_forged() {
        for algorithm in Algorithm::ALL {
            let (ledger, token) = issued(algorithm);
            assert_eq!(ledger.provenance(&token), Provenance::Genuine, "{algorithm}");
            for index in [0, 7, 20] {
                let flipped = with_signature(&token, |mut s| {
                    s[index] ^= 1;
                    s
                });
                assert_eq!(ledger.provenance(&flipped), Provenance::Forged, "{algorithm} byte {index}");
            }
            let (input, _) = token.rsplit_once('.').expect("three segments");
            assert_eq!(ledger.provenance(&format!("{input}.")), Provenance::Forged, "{algorithm} without signature");
            assert_eq!(ledger.provenance(input), Provenance::Forged, "{algorithm} two segments");
        }
    }

    #[test]
    fn other_spellings_of_the_base64_are_respelled() {
        let (ledger, token) = issued(Algorithm::RS256);
        let parts: Vec<&str> = token.split('.').collect();
        let (h, p, s) = (parts[0], parts[1], parts[2]);
        for spelled in [
            format!("{h}.{p}.{s}=="),
            format!("{h}.{p}.{}", s.replace('-', "+").replace('_', "/")),
            format!("{h}.{p}.{}!{}", &s[..9], &s[9..]),
            format!(" {token}\n"),
            format!("{h} .{p}.{s}"),
            format!("{{\"payload\":\"{p}\",\"protected\":\"{h}\",\"signature\":\"{s}\"}}"),
            format!("{{\"payload\":\"{p}\",\"signatures\":[{{\"protected\":\"{h}\",\"signature\":\"{s}\"}}]}}"),
        ] {
            assert_eq!(ledger.provenance(&spelled), Provenance::Respelled, "{spelled}");
        }
    }

    #[test]
    fn high_s_is_respelled_and_another_s_is_forged() {
        let (ledger, token) = issued(Algorithm::ES256);
        let order = rsa::BigUint::from_bytes_be(&Curve::P256.order());
        let high = with_signature(&token, |sig| {
            let s = &order - rsa::BigUint::from_bytes_be(&sig[32..]);
            [&sig[..32], &s.to_bytes_be()].concat()
        });
        assert_eq!(ledger.provenance(&high), Provenance::Respelled);
        let swapped = with_signature(&token, |sig| [&sig[..32], &sig[..32]].concat());
        assert_eq!(ledger.provenance(&swapped), Provenance::Forged);
    }

    #[test]
    fn claims_of_a_quoted_genuine_token_are_told_from_canaries() {
        let (ledger, token) = issued(Algorithm::HS256);
        let genuine = Draft::parse(&token).segments[1].bytes().expect("claims");
        let claims = Claims(String::from_utf8(genuine.clone()).expect("text"));
        let quoting = format!("{token}.e30");
        assert_eq!(ledger.echo(&quoting, "cafe", Some(&claims)), Echo::Quoted);
        assert_eq!(ledger.echo("a.b.c", "cafe", Some(&claims)), Echo::Silent);
        assert_eq!(ledger.echo(&quoting, "cafe", Some(&Claims("{\"x\":\"cafe\"}".into()))), Echo::Canary);
        assert_eq!(ledger.echo(&quoting, "cafe", None), Echo::Silent);
    }

    #[test]
    fn claims_that_the_issuer_signed_on_the_way_are_quoted_too() {
        let (mut ledger, _) = issued(Algorithm::HS256);
        let payload = BASE64URL_NOPAD.encode(b"{\"x\":\"cafe\"}");
        ledger.record(Entry::of(format!("e30.{payload}.c2lnbmVk")));
        let token = format!("e30.{payload}.e30.{payload}.c2lnbmVk");
        assert_eq!(ledger.provenance(&token), Provenance::Forged, "who reads which segment is for the claims to tell");
        assert_eq!(ledger.echo(&token, "cafe", Some(&Claims("{\"x\": \"cafe\"}".into()))), Echo::Quoted);
        assert_eq!(ledger.echo(&token, "cafe", Some(&Claims("{\"x\":\"caff\"}".into()))), Echo::Silent);
    }

    #[test]
    fn what_follows_the_third_segment_takes_nothing_from_the_first_three() {
        let (ledger, token) = issued(Algorithm::HS256);
        for more in [".", ".e30", ".e30.e30", "=.x", &format!("\0{token}")] {
            assert_eq!(ledger.provenance(&format!("{token}{more}")), Provenance::Respelled, "{more}");
        }
        assert_eq!(ledger.provenance(&format!("e30.{token}")), Provenance::Forged);
    }

    #[test]
    fn padding_in_front_and_inside_is_skipped_by_some_decoders() {
        let (ledger, token) = issued(Algorithm::HS256);
        let (start, rest) = token.split_at(4);
        for spelled in
            [format!("=={token}"), format!("===={token}"), format!("{start}={rest}"), format!("{}=={}", &token[..5], &token[5..])]
        {
            assert_eq!(ledger.provenance(&spelled), Provenance::Respelled, "{spelled}");
        }
    }
}
