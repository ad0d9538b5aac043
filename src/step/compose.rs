//! Steps that make one token out of several texts: a genuine one beside a forged one, one inside another, claims behind a token.

use data_encoding::BASE64URL_NOPAD;

use super::{
    Place, SegmentName, StepError, object,
    profile::{Cost, Kind, Profile},
};
use crate::{step::Work, token::Segment};

/// What stands between two tokens decides who cuts them apart.
pub(super) const JOINED: Profile<'_> = Profile::new(Cost::Cheap, Kind::AllWords);
/// A token that another holds.
pub(super) const COMPOSED: Profile<'_> = Profile::new(Cost::Cheap, Kind::Name);

/// `with` stands between the two.
pub(super) fn join(work: &mut Work<'_>, genuine: Place, with: &str) -> Result<(), StepError> {
    let (own, theirs) = (work.wire_text(), work.issuer().genuine().to_string());
    work.set_wire_text(match genuine {
        Place::First => format!("{theirs}{with}{own}"),
        Place::Last => format!("{own}{with}{theirs}"),
    });
    Ok(())
}

/// RFC 7519 section 5.2: `cty` says that the payload is a token itself.
pub(super) fn nest(work: &mut Work<'_>) -> Result<(), StepError> {
    let inner = work.wire_text();
    work.restart();
    *work.segment_mut(SegmentName::Claims)? = Segment::Bytes(inner.into_bytes());
    object::set(work, SegmentName::Header, "cty", "\"JWT\"")
}

/// RFC 9901 section 4: each disclosure is the base64url of a salt, a name and a value.
pub(super) fn disclose(work: &mut Work<'_>) -> Result<(), StepError> {
    let claims = work.segment(SegmentName::Claims)?.and_then(Segment::members).ok_or(StepError::NotAnObject("payload"))?;
    let disclosure =
        |name: &[u8], value: &[u8]| BASE64URL_NOPAD.encode(&[b"[\"c2FsdA\",".as_slice(), name, b",", value, b"]"].concat());
    let disclosures: Vec<String> = claims.iter().map(|claim| disclosure(&claim.name, &claim.value)).collect();
    let text = format!("{}~{}~", work.issuer().genuine(), disclosures.join("~"));
    work.set_wire_text(text);
    Ok(())
}

/// Sets a claim to a time so many seconds from the beginning of this hour, since "lately" cannot be written down. Tokens of one hour are
/// the same.
pub(super) fn claim_time(work: &mut Work<'_>, name: &str, seconds: i64) -> Result<(), StepError> {
    const HOUR: u64 = 3600;
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
    let now = since.map_or(0, |since| since.as_secs() / HOUR * HOUR);
    let time = i64::try_from(now).unwrap_or(i64::MAX).saturating_add(seconds);
    object::set(work, SegmentName::Claims, name, &time.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        algorithm::Algorithm,
        recipe::Base,
        step::fixture::{forge, issuer},
        token::Draft,
        verdict::Provenance,
    };

    #[test]
    fn two_tokens_stand_side_by_side_in_either_order() {
        let issuer = issuer(Algorithm::HS256);
        let genuine = issuer.genuine().to_string();
        let joined = |at: &str| forge(&issuer, Base::Forged, &[&format!("{{ join = {{ genuine = '{at}', with = ', ' }} }}")]);
        assert!(joined("first").token.as_str().starts_with(&format!("{genuine}, ")));
        assert!(joined("last").token.as_str().ends_with(&format!(", {genuine}")));
    }

    #[test]
    fn the_inner_token_is_the_payload_of_one_that_the_issuer_can_sign() {
        let issuer = issuer(Algorithm::HS256);
        let steps = ["{ drop-signature = {} }", "{ nest = {} }", "{ sign = { with = 'trusted' } }"];
        let nested = forge(&issuer, Base::Forged, &steps);
        assert_eq!(nested.provenance, Provenance::Genuine, "the issuer signed the outer one");
        let payload = Draft::parse(nested.token.as_str()).segments[1].bytes().expect("bytes");
        let inner = String::from_utf8(payload).expect("text");
        assert!(inner.ends_with('.') && inner.matches('.').count() == 2, "{inner}");
        let outer = Draft::parse(nested.token.as_str());
        assert_eq!(outer.segments[0].member("cty"), Some(&b"\"JWT\""[..]));
    }

    #[test]
    fn disclosures_hold_the_claims_and_no_issuer_named_them() {
        let issuer = issuer(Algorithm::HS256);
        let disclosed = forge(&issuer, Base::Forged, &["{ disclose = {} }"]);
        let parts: Vec<&str> = disclosed.token.as_str().split('~').collect();
        assert_eq!(parts[0], issuer.genuine().to_string());
        let texts: Vec<String> = parts[1..parts.len() - 1]
            .iter()
            .map(|part| String::from_utf8(BASE64URL_NOPAD.decode(part.as_bytes()).expect("base64url")).expect("text"))
            .collect();
        assert!(texts.iter().any(|text| text == r#"["c2FsdA","sub","admin"]"#), "{texts:?}");
        assert!(texts.iter().all(|text| serde_json::from_str::<[serde_json::Value; 3]>(text).is_ok()), "{texts:?}");
    }

    #[test]
    fn a_time_is_counted_from_this_hour() {
        let issuer = issuer(Algorithm::HS256);
        let made = forge(&issuer, Base::Genuine, &["{ claim-time = { name = 'exp', seconds = -7200 } }"]);
        let exp = Draft::parse(made.token.as_str()).segments[1].member("exp").map(<[u8]>::to_vec).expect("exp");
        let exp: u64 = String::from_utf8(exp).expect("digits").parse().expect("a number");
        let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).expect("a clock").as_secs();
        assert!((7200..=7200 + 3700).contains(&(now - exp)), "{exp} {now}");
    }
}
