//! Near-miss controls. A refusal proves nothing if the token would have been refused anyway: for its claims, or because the verifier does
//! not read its form. The twin of a forged token differs from it in what was forged alone, and the trusted key signed it; where it is
//! refused too, the refusal of the forged one says nothing.
//!
//! A twin is made from the bytes of the forged token. It has the issuer's header, with those members of the forged header that select
//! neither key nor algorithm, the forged claims with a canary of their own, and the form: compact, or a JSON serialisation. Where the
//! policy model does not call it good, the issuer's header or claims stand in. So most tokens share a few twins.
//!
//! Deliberately absent: odd spellings (white space, padding). Whether a verifier takes them is what such cases ask.

use std::collections::HashMap;

use data_encoding::{BASE64URL_NOPAD, HEXLOWER};

use crate::{
    algorithm::Sha2,
    issuer::Issuer,
    oracle::{lenient, now, policy},
    token::{Member, Segment, object_members},
};

/// The twins of the tokens of one set-up, each made once.
pub(crate) struct Twins<'a> {
    issuer: &'a Issuer,
    canary: String,
    /// The issuer's header and the usual forged claims.
    usual: [Segment; 2],
    tokens: Vec<String>,
    /// Where a twin is, by its form and signing input; `None` where it would not be good.
    made: HashMap<(Form, String), Option<usize>>,
}

/// How a token is serialised (RFC 7515 section 7).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Form {
    Compact,
    Flattened,
    General,
}

/// Members that say which key and which algorithm, in JWS and JWE (RFC 7515 section 4.1, RFC 7516 section 4.1, RFC 7518 section 4).
const SELECTING: [&str; 17] =
    ["alg", "kid", "jwk", "jku", "x5c", "x5u", "x5t", "x5t#s256", "enc", "zip", "epk", "apu", "apv", "p2s", "p2c", "iv", "tag"];

impl<'a> Twins<'a> {
    pub(crate) fn new(issuer: &'a Issuer, seed: u64) -> Self {
        let own = Sha2::Sha256.digest(format!("{seed}/near-miss control/{}", issuer.trust.algorithm).as_bytes());
        let canary = HEXLOWER.encode(&own[..16]);
        let mut usual = issuer.with_canary(&canary);
        let usual = [0, 1].map(|at| std::mem::replace(usual.segment_mut(at), Segment::Bytes(Vec::new())));
        Self { issuer, canary, usual, tokens: Vec::new(), made: HashMap::new() }
    }

    /// All that were made.
    pub(crate) fn into_tokens(self) -> Vec<String> {
        self.tokens
    }

    /// Which twin is that of a forged token with that canary; `None` where the issuer's key is not at hand.
    pub(crate) fn of(&mut self, text: &str, canary: &str) -> Option<usize> {
        let form = Form::of(text);
        let reading = lenient::spelled(text).into_iter().next().map(|spelled| spelled.reading);
        let header = reading.as_ref().and_then(|reading| object_members(&reading.header)).map(|members| self.header(&members));
        let claims = reading.map(|reading| Segment::from_bytes(self.own_canary(&reading.payload, canary)));
        let [usual_header, usual_claims] = self.usual.clone();
        for header in header.iter().chain([&usual_header]) {
            for claims in claims.iter().chain([&usual_claims]) {
                if let Some(twin) = self.good(form, header, claims) {
                    return Some(twin);
                }
            }
        }
        None
    }

    /// The issuer's header with what the forged one says besides.
    fn header(&self, forged: &[Member]) -> Segment {
        let mut header = self.usual[0].members().map(<[Member]>::to_vec).unwrap_or_default();
        for member in forged.iter().filter(|member| !is_selecting(member)) {
            match header.iter_mut().find(|known| known.name.trim_ascii() == member.name.trim_ascii()) {
                Some(known) => known.value.clone_from(&member.value),
                None => header.push(member.clone()),
            }
        }
        Segment::Object(header.into())
    }

    fn own_canary(&self, payload: &[u8], canary: &str) -> Vec<u8> {
        let (mut own, canary) = (payload.to_vec(), canary.as_bytes());
        let places: Vec<usize> =
            (0..).zip(payload.windows(canary.len())).filter(|(_, window)| *window == canary).map(|(at, _)| at).collect();
        for at in places {
            own[at..at + canary.len()].copy_from_slice(self.canary.as_bytes());
        }
        own
    }

    /// The twin with that header and those claims, if it is good.
    fn good(&mut self, form: Form, header: &Segment, claims: &Segment) -> Option<usize> {
        let input = format!("{header}.{claims}");
        let Self { issuer, tokens, .. } = self;
        *self.made.entry((form, input)).or_insert_with_key(|(form, input)| {
            // The model does not look at signatures; those of large keys cost a millisecond.
            if policy::judge(&issuer.trust, &format!("{input}.AAAA"), now()) != policy::Ruling::Good {
                return None;
            }
            let signature = issuer.key.as_ref()?.sign(issuer.trust.algorithm, input.as_bytes()).ok()?;
            tokens.push(form.spell(input, &signature));
            Some(tokens.len() - 1)
        })
    }
}

/// Whether a careless reader might choose a key or an algorithm by it; letter case and white space do not save it.
fn is_selecting(member: &Member) -> bool {
    let name = serde_json::from_slice(&member.name).unwrap_or_else(|_| String::from_utf8_lossy(&member.name).into_owned());
    SELECTING.iter().any(|selecting| name.trim().eq_ignore_ascii_case(selecting))
}

impl Form {
    fn of(token: &str) -> Self {
        match token.trim_start().starts_with('{') {
            true if token.contains("\"signatures\"") => Self::General,
            true => Self::Flattened,
            false => Self::Compact,
        }
    }

    fn spell(self, input: &str, signature: &[u8]) -> String {
        let signature = BASE64URL_NOPAD.encode(signature);
        let (header, claims) = input.split_once('.').unwrap_or((input, ""));
        match self {
            Self::Compact => format!("{input}.{signature}"),
            Self::Flattened => format!(r#"{{"payload":"{claims}","protected":"{header}","signature":"{signature}"}}"#),
            Self::General => {
                format!(r#"{{"payload":"{claims}","signatures":[{{"protected":"{header}","signature":"{signature}"}}]}}"#)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{algorithm::Algorithm, configuration::Configuration, token::Draft};

    const CANARY: &str = "00112233445566778899aabbccddeeff";

    fn issuer(algorithm: Algorithm) -> Issuer {
        Configuration::default().issuer(algorithm).expect("a key")
    }

    fn compact(header: &str, claims: &str) -> String {
        let [header, claims] = [header, claims].map(|text| BASE64URL_NOPAD.encode(text.as_bytes()));
        format!("{header}.{claims}.")
    }

    fn text(token: &str, segment: usize) -> String {
        let bytes = Draft::parse(token).segments[segment].bytes().unwrap_or_default();
        String::from_utf8(bytes).expect("JSON")
    }

    #[test]
    fn a_twin_keeps_what_selects_neither_key_nor_algorithm() {
        for algorithm in Algorithm::ALL {
            let issuer = issuer(algorithm);
            let mut twins = Twins::new(&issuer, 1);
            let claims = format!(
                r#"{{"iss":"https://issuer.example","sub":"x","aud":"https://api.example","exp":4102444800,"c":"{CANARY}"}}"#
            );
            let odd = compact(r#"{"alg":"none","typ":"JWT","jwk":{},"ALG":"x","kid":"../x","note":"x"}"#, &claims);
            let at = twins.of(&odd, CANARY).expect("a twin");
            assert_eq!(twins.of(&odd, CANARY), Some(at), "made once");
            let twin = twins.into_tokens().remove(at);
            assert!(issuer.oracle().verifies(&twin), "{algorithm}");
            assert!(text(&twin, 0).ends_with(r#","note":"x"}"#), "{}", text(&twin, 0));
            assert!(["jwk", "ALG", "../x", "none"].iter().all(|part| !text(&twin, 0).contains(part)), "{}", text(&twin, 0));
            assert!(text(&twin, 1).contains(r#""sub":"x""#) && !text(&twin, 1).contains(CANARY), "{}", text(&twin, 1));
        }
    }

    #[test]
    fn what_must_be_refused_is_not_kept() {
        let issuer = issuer(Algorithm::HS256);
        let mut twins = Twins::new(&issuer, 1);
        let critical = twins.of(&compact(r#"{"alg":"none","crit":["x"],"x":1}"#, r#"{"sub":"admin","exp":1}"#), CANARY);
        assert_eq!(critical, twins.of("no token at all", CANARY), "both have the usual twin");
        assert_eq!(twins.into_tokens().len(), 1);
    }

    #[test]
    fn a_twin_has_the_form_of_the_forged_token() {
        let issuer = issuer(Algorithm::ES256);
        let mut twins = Twins::new(&issuer, 1);
        for json in
            [r#"{"payload":"e30","protected":"e30","signature":""}"#, r#"{"payload":"e30","signatures":[{"protected":"e30"}]}"#]
        {
            let at = twins.of(json, CANARY).expect("a twin");
            let value: serde_json::Value = serde_json::from_str(&twins.tokens[at]).expect("JSON");
            let signed = if json.contains("signatures") { &value["signatures"][0] } else { &value };
            let part = |name: &str, of: &serde_json::Value| of[name].as_str().expect("text").to_owned();
            let twin = [part("protected", signed), part("payload", &value), part("signature", signed)].join(".");
            assert!(issuer.oracle().verifies(&twin), "{twin}");
        }
    }
}
