//! Steps on the wire text: other shapes than three segments, JSON serialisations, decorations.

use serde::{Deserialize, Serialize};
use serde_json::json;

use super::{
    Place, StepError,
    profile::{Cost, Kind, Profile},
};
use crate::{step::Work, token::Draft};

/// A layout of header (H), payload (P) and signature (S) other than `H.P.S`; a small letter is that of the genuine token.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, strum::VariantArray)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Shape {
    /// `H.P`
    HeaderPayload,
    /// `H`
    Header,
    /// `H.`
    HeaderDot,
    /// `.P.`
    DotPayloadDot,
    /// `..S`
    DotDotSignature,
    /// `.P.S`
    DotPayloadSignature,
    /// `H..S`
    HeaderDotDotSignature,
    /// `.`
    Dot,
    /// `..`
    TwoDots,
    /// `...`
    ThreeDots,
    /// `.....`
    FiveDots,
    /// `H.S.i.P.t`, a JWE to the eye: the signature as encrypted key, the payload as ciphertext, an IV and a tag of zeros.
    FiveParts,
    /// `H.P.S.`
    TrailingDot,
    /// `H.P.S.S`
    FourSegments,
    /// `.H.P.S`
    LeadingDot,
    /// `H.P.h.p.s`
    ForgedThenGenuine,
    /// `h.p.s.H.P`
    GenuineThenForged,
    /// `h.P.p.s`
    ForgedPayloadInside,
    /// `h.p.s.P`
    ForgedPayloadLast,
    /// Flattened JSON: `{"protected":H,"payload":P,"signature":S}`
    JsonFlattened,
    /// General JSON with the one signature.
    JsonGeneral,
    /// General JSON, `signatures` an empty array.
    JsonEmptySignatures,
    /// General JSON, `signatures` null.
    JsonNullSignatures,
    /// General JSON without `signatures`.
    JsonNoSignatures,
    /// General JSON, `signatures` holds one empty object.
    JsonEmptySignature,
    /// Flattened JSON with the header as `header`, unprotected, and no `protected`.
    JsonUnprotected,
    /// Flattened JSON, the genuine `protected` beside the edited header as `header`.
    JsonBothHeaders,
    /// General JSON: the genuine signature first, then the edited header with its own, over the edited payload.
    JsonGenuineFirst,
    /// General JSON: the edited header with its own signature first, then the genuine one, over the edited payload.
    JsonForgedFirst,
    /// Flattened JSON of the genuine token, with the edited payload in front as another `payload`.
    JsonPayloadFirst,
    /// The same with the edited payload behind.
    JsonPayloadLast,
    /// General JSON: the edited payload, and an entry that holds the genuine one beside the genuine signature.
    JsonPayloadInEntry,
    /// Flattened JSON of the genuine token, with the edited claims as `header`, unprotected.
    JsonClaimsAsHeader,
    /// Flattened JSON of the genuine token, with the edited claims beside its members and as `claims`.
    JsonClaimsBeside,
    /// Flattened JSON of the genuine token that is `H.P.` as well to whoever splits it at dots (CVE-2022-39227).
    JsonPolyglot,
}

impl Shape {
    /// Whether it is a JSON serialisation.
    #[must_use]
    pub fn is_json(self) -> bool {
        compact(self, [""; 3], [""; 3]).is_none()
    }
}

/// Where in a JSON serialisation something stands that is not a signature.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, strum::VariantArray)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum JsonPlace {
    /// `signature` of the flattened form.
    Flattened,
    /// `signature` of the one entry of the general form.
    General,
    /// `signatures` itself.
    List,
}

/// Text around a token.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, strum::VariantArray)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Decoration {
    /// `Bearer ` in front.
    Bearer,
    /// Double quotes around it.
    Quotes,
    /// A space in front.
    LeadingSpace,
    /// A line feed behind.
    TrailingLf,
    /// A byte order mark in front.
    Bom,
    /// A NUL and junk behind.
    NulTail,
    /// A NUL and the genuine token behind.
    NulGenuine,
}

/// Every shape goes its own way through a verifier.
pub(super) const SHAPED: Profile<'_> = Profile::new(Cost::Cheap, Kind::AllWords);
/// Text of any kind.
pub(super) const TEXT: Profile<'_> = Profile::new(Cost::Cheap, Kind::Name);

/// The first three segments as printed; those that are missing are empty.
fn parts(draft: &Draft) -> [String; 3] {
    std::array::from_fn(|i| draft.segments.get(i).map(ToString::to_string).unwrap_or_default())
}

pub(super) fn shape(work: &mut Work<'_>, to: Shape) -> Result<(), StepError> {
    work.signing_input()?;
    let [header, payload, signature] = parts(work.draft());
    let genuine = parts(work.issuer().genuine());
    let text = compact(to, [&header, &payload, &signature], [&genuine[0], &genuine[1], &genuine[2]]);
    let text = match text {
        Some(text) => text,
        None => json_form(work, to, [&header, &payload, &signature], [&genuine[0], &genuine[1], &genuine[2]])?,
    };
    work.set_wire_text(text);
    Ok(())
}

/// The layouts with dots; `None` for the JSON ones.
fn compact(to: Shape, [h, p, s]: [&str; 3], [gh, gp, gs]: [&str; 3]) -> Option<String> {
    Some(match to {
        Shape::HeaderPayload => format!("{h}.{p}"),
        Shape::Header => h.to_owned(),
        Shape::HeaderDot => format!("{h}."),
        Shape::DotPayloadDot => format!(".{p}."),
        Shape::DotDotSignature => format!("..{s}"),
        Shape::DotPayloadSignature => format!(".{p}.{s}"),
        Shape::HeaderDotDotSignature => format!("{h}..{s}"),
        Shape::Dot => ".".to_owned(),
        Shape::TwoDots => "..".to_owned(),
        Shape::ThreeDots => "...".to_owned(),
        Shape::FiveDots => ".....".to_owned(),
        Shape::FiveParts => format!("{h}.{s}.{}.{p}.{}", "A".repeat(16), "A".repeat(22)),
        Shape::TrailingDot => format!("{h}.{p}.{s}."),
        Shape::FourSegments => format!("{h}.{p}.{s}.{s}"),
        Shape::LeadingDot => format!(".{h}.{p}.{s}"),
        Shape::ForgedThenGenuine => format!("{h}.{p}.{gh}.{gp}.{gs}"),
        Shape::GenuineThenForged => format!("{gh}.{gp}.{gs}.{h}.{p}"),
        Shape::ForgedPayloadInside => format!("{gh}.{p}.{gp}.{gs}"),
        Shape::ForgedPayloadLast => format!("{gh}.{gp}.{gs}.{p}"),
        _ => return None,
    })
}

fn json_form(work: &Work<'_>, to: Shape, [h, p, s]: [&str; 3], [gh, gp, gs]: [&str; 3]) -> Result<String, StepError> {
    // Verbatim: a verifier that signs over the unprotected header re-encodes what it read, so that the order of members counts.
    let object = |index: usize, name| -> Result<String, StepError> {
        let bytes = work.draft().segments.get(index).and_then(crate::token::Segment::bytes).unwrap_or_default();
        let text = String::from_utf8(bytes).ok().filter(|text| serde_json::from_str::<serde::de::IgnoredAny>(text).is_ok());
        text.filter(|text| text.starts_with('{')).ok_or(StepError::NotAnObject(name))
    };
    let header = || object(0, "header");
    let beside =
        |members: &str| format!("{{{members},{}", &json!({"payload": gp, "protected": gh, "signature": gs}).to_string()[1..]);
    let value = match to {
        Shape::JsonGeneral => json!({"payload": p, "signatures": [{"protected": h, "signature": s}]}),
        Shape::JsonEmptySignatures => json!({"payload": p, "signatures": []}),
        Shape::JsonNullSignatures => json!({"payload": p, "signatures": null}),
        Shape::JsonNoSignatures => json!({"payload": p}),
        Shape::JsonEmptySignature => json!({"payload": p, "signatures": [{}]}),
        Shape::JsonUnprotected => {
            return Ok(format!("{{\"header\":{},\"payload\":{},\"signature\":{}}}", header()?, json!(p), json!(s)));
        }
        Shape::JsonClaimsAsHeader => return Ok(beside(&format!("\"header\":{}", object(1, "payload")?))),
        Shape::JsonClaimsBeside => {
            let claims = object(1, "payload")?;
            let members = claims[1..].trim_end().trim_end_matches('}');
            let comma = if members.trim().is_empty() { "" } else { "," };
            return Ok(beside(&format!("{members}{comma}\"claims\":{claims}")));
        }
        Shape::JsonPayloadFirst => return Ok(beside(&format!("\"payload\":{}", json!(p)))),
        Shape::JsonPayloadLast => {
            let genuine = json!({"payload": gp, "protected": gh, "signature": gs}).to_string();
            return Ok(format!("{},\"payload\":{}}}", &genuine[..genuine.len() - 1], json!(p)));
        }
        Shape::JsonPayloadInEntry => {
            json!({"payload": p, "signatures": [{"payload": gp, "protected": gh, "signature": gs}]})
        }
        Shape::JsonPolyglot => return Ok(beside(&format!("\"  {h}.{p}.\":\"\""))),
        Shape::JsonBothHeaders => return Ok(beside_unprotected(&header()?, [gh, p, s])),
        Shape::JsonGenuineFirst => {
            json!({"payload": p, "signatures": [{"protected": gh, "signature": gs}, {"protected": h, "signature": s}]})
        }
        Shape::JsonForgedFirst => {
            json!({"payload": p, "signatures": [{"protected": h, "signature": s}, {"protected": gh, "signature": gs}]})
        }
        _ => json!({"payload": p, "protected": h, "signature": s}),
    };
    Ok(value.to_string())
}

/// The flattened serialisation, with an unprotected header that goes in verbatim.
pub(super) fn with_unprotected(work: &mut Work<'_>, header: &str) -> Result<(), StepError> {
    work.signing_input()?;
    let [protected, payload, signature] = parts(work.draft());
    work.set_wire_text(beside_unprotected(header, [&protected, &payload, &signature]));
    Ok(())
}

fn beside_unprotected(header: &str, [h, p, s]: [&str; 3]) -> String {
    let rest = json!({"payload": p, "protected": h, "signature": s}).to_string();
    format!("{{\"header\":{header},{}", &rest[1..])
}

/// `to` goes in verbatim, for JSON that no library would print.
pub(super) fn json_signature(work: &mut Work<'_>, at: JsonPlace, to: Option<&str>) -> Result<(), StepError> {
    work.signing_input()?;
    let [header, payload, _] = parts(work.draft());
    let member = |name: &str| to.map(|value| format!(",\"{name}\":{value}")).unwrap_or_default();
    let (payload, protected) = (format!("\"payload\":\"{payload}\""), format!("\"protected\":\"{header}\""));
    work.set_wire_text(match at {
        JsonPlace::Flattened => format!("{{{payload},{protected}{}}}", member("signature")),
        JsonPlace::General => format!("{{{payload},\"signatures\":[{{{protected}{}}}]}}", member("signature")),
        JsonPlace::List => format!("{{{payload}{}}}", member("signatures")),
    });
    Ok(())
}

/// Adds a member to the JSON object that the token is; `to` goes in verbatim.
pub(super) fn member(work: &mut Work<'_>, name: &str, to: &str, at: Place) -> Result<(), StepError> {
    let text = work.wire_text();
    let inner = text.strip_prefix('{').and_then(|rest| rest.strip_suffix('}'));
    let inner = inner.ok_or_else(|| StepError::Unfit("the token is not a JSON object".to_owned()))?;
    let (member, comma) = (format!("{}:{to}", json!(name)), if inner.trim().is_empty() { "" } else { "," });
    work.set_wire_text(match at {
        Place::First => format!("{{{member}{comma}{inner}}}"),
        Place::Last => format!("{{{inner}{comma}{member}}}"),
    });
    Ok(())
}

pub(super) fn decorate(work: &mut Work<'_>, with: Decoration) -> Result<(), StepError> {
    let text = work.wire_text();
    let genuine = work.issuer().genuine().to_string();
    work.set_wire_text(match with {
        Decoration::Bearer => format!("Bearer {text}"),
        Decoration::Quotes => format!("\"{text}\""),
        Decoration::LeadingSpace => format!(" {text}"),
        Decoration::TrailingLf => format!("{text}\n"),
        Decoration::Bom => format!("\u{feff}{text}"),
        Decoration::NulTail => format!("{text}\0junk"),
        Decoration::NulGenuine => format!("{text}\0{genuine}"),
    });
    Ok(())
}

pub(super) fn replace(work: &mut Work<'_>, to: &str) -> Result<(), StepError> {
    work.set_wire_text(to.to_owned());
    Ok(())
}

pub(super) fn prepend(work: &mut Work<'_>, text: &str) -> Result<(), StepError> {
    let token = work.wire_text();
    work.set_wire_text(format!("{text}{token}"));
    Ok(())
}

pub(super) fn append(work: &mut Work<'_>, text: &str) -> Result<(), StepError> {
    let token = work.wire_text();
    work.set_wire_text(format!("{token}{text}"));
    Ok(())
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use crate::{
        algorithm::Algorithm,
        recipe::Base,
        step::fixture::{forge, issuer},
        verdict::Provenance,
    };

    #[test]
    fn claims_beside_a_genuine_signature_are_nobodys() {
        let issuer = issuer(Algorithm::RS256);
        for shape in ["json-claims-as-header", "json-claims-beside", "json-polyglot"] {
            let forged = forge(&issuer, Base::Forged, &[&format!("{{ shape = {{ to = '{shape}' }} }}")]);
            let value: Value = serde_json::from_str(forged.token.as_str()).unwrap_or_else(|e| panic!("{shape}: {e}"));
            let genuine = issuer.genuine().to_string();
            let signed = ["protected", "payload", "signature"].map(|name| value[name].as_str().expect("text"));
            assert_eq!(signed.join("."), genuine, "{shape}");
            let claims = crate::verdict::Claims(format!("{{\"canary\":\"{}\"}}", forged.canary));
            let echo = issuer.ledger_with(&[]).echo(forged.token.as_str(), &forged.canary, Some(&claims));
            assert_eq!(echo, crate::verdict::Echo::Canary, "{shape}");
            assert_ne!(forged.provenance, Provenance::Genuine, "{shape}");
        }
        let split = forge(&issuer, Base::Forged, &["{ shape = { to = 'json-polyglot' } }"]);
        let payload = split.token.as_str().split('.').nth(1).expect("three parts").to_owned();
        let claims = data_encoding::BASE64URL_NOPAD.decode(payload.as_bytes()).expect("base64url");
        assert!(String::from_utf8(claims).expect("text").contains("admin"));
    }

    #[test]
    fn two_payloads_stand_side_by_side_and_one_of_them_is_signed() {
        let issuer = issuer(Algorithm::ES256);
        let genuine = issuer.genuine().to_string();
        let payload = genuine.split('.').nth(1).expect("three parts");
        let at = |shape: &str| {
            let text = forge(&issuer, Base::Forged, &[&format!("{{ shape = {{ to = '{shape}' }} }}")]).token;
            assert_eq!(text.as_str().matches("\"payload\"").count(), 2, "{shape}");
            (text.as_str().find("\"payload\"").expect("it is there"), text.as_str().find(payload).expect("it is there"))
        };
        let (first, signed) = at("json-payload-first");
        assert!(signed > first + payload.len());
        let (first, signed) = at("json-payload-last");
        assert!(signed < first + payload.len());
        let (first, signed) = at("json-payload-in-entry");
        assert!(signed > first + payload.len());
    }

    #[test]
    fn a_member_joins_the_object_at_either_end_and_nothing_else() {
        let issuer = issuer(Algorithm::HS256);
        let made = |steps: &[&str]| forge(&issuer, Base::Genuine, steps).token.as_str().to_owned();
        let flattened = "{ shape = { to = 'json-flattened' } }";
        let first = made(&[flattened, "{ json-member = { name = 'threshold', to = '0', at = 'first' } }"]);
        assert!(first.starts_with("{\"threshold\":0,\"payload\""), "{first}");
        let last = made(&[flattened, "{ json-member = { name = 'payload', to = '\"x\"', at = 'last' } }"]);
        assert!(last.ends_with(",\"payload\":\"x\"}"), "{last}");
        let steps = ["{ json-member = { name = 'x', to = '0', at = 'last' } }"];
        let compact = crate::recipe::Recipe { from: Base::Genuine, steps: steps.map(crate::step::fixture::step).to_vec() };
        assert!(compact.forge(&issuer, 1, "a test").is_err());
    }

    #[test]
    fn anything_can_stand_where_the_signature_belongs() {
        let made = |step: &str| {
            // Over the genuine claims: without the signature not even they are the issuer's.
            let forged = forge(&issuer(Algorithm::RS256), Base::Genuine, &[step]);
            assert_eq!(forged.provenance, Provenance::Forged, "{step}");
            serde_json::from_str::<Value>(forged.token.as_str()).expect("JSON")
        };
        let flattened = made("{ json-signature = { at = 'flattened', to = 'true' } }");
        assert_eq!(flattened["signature"], json!(true));
        assert!(flattened["protected"].is_string() && flattened["payload"].is_string());
        let general = made("{ json-signature = { at = 'general', to = '[]' } }");
        assert_eq!(general["signatures"][0]["signature"], json!([]));
        assert!(general["signatures"][0]["protected"].is_string());
        assert!(made("{ json-signature = { at = 'general' } }")["signatures"][0].get("signature").is_none());
        assert_eq!(made("{ json-signature = { at = 'list', to = '0' } }")["signatures"], json!(0));
    }
}
