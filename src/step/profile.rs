//! What a step tells about itself beside what it does: what it costs, what it is called, and whose key it brings.
//!
//! The table has no `_`: a new step does not compile before its room has told this too. How it shrinks stands in
//! [`plainer`](super::plainer). Deliberately absent: how a random one is drawn, which takes the vocabulary that [`crate::sample`] has.

use serde_json::Value;

use super::{Step, base64, compose, ecdsa, eddsa, embed, hmac, object, rsa, signature, wire};
use crate::algorithm::{Algorithm, Family};

/// What a step tells about itself. It is asked for every random token, so it holds nothing that has to be made.
#[derive(Clone, Copy)]
pub(super) struct Profile<'a> {
    cost: Cost,
    kind: Kind<'a>,
    brings_key: Option<&'a str>,
    issuer_signs: bool,
}

/// What it costs to apply a step.
#[derive(Clone, Copy)]
pub(super) enum Cost {
    /// Far less than to verify the token.
    Cheap,
    /// As much as a signature under that algorithm, or under the one that the verifier is set up for.
    Signature(Option<Algorithm>),
    /// Private-key mathematics, a certificate.
    Expensive,
}

/// What makes two steps one to a fingerprint.
#[derive(Clone, Copy)]
pub(super) enum Kind<'a> {
    /// It does nothing, and no fingerprint shows it.
    Idle,
    /// The same name: one weakness has many of its values.
    Name,
    /// The same name and this word.
    Word(&'a str),
    /// The same name and an `alg`, which is JSON text, of the same kind.
    Algorithm(&'a str),
    /// The same name and the same words in all fields.
    AllWords,
}

impl<'a> Profile<'a> {
    pub(super) const fn new(cost: Cost, kind: Kind<'a>) -> Self {
        Self { cost, kind, brings_key: None, issuer_signs: false }
    }

    /// It brings a key to verify with, in the header member of that name.
    pub(super) const fn bringing_key(self, name: &'a str) -> Self {
        Self { brings_key: Some(name), ..self }
    }

    /// By it the issuer signs what stands there, if `signs`.
    pub(super) const fn issuer_signs(self, signs: bool) -> Self {
        Self { issuer_signs: signs, ..self }
    }
}

impl Step {
    /// Whether it takes far longer than verifying its token, where the verifier is set up for `algorithm`: private-key operations,
    /// certificates, cube roots.
    #[must_use]
    pub fn is_expensive(&self, algorithm: Algorithm) -> bool {
        match self.profile().cost {
            Cost::Cheap => false,
            Cost::Signature(under) => under.unwrap_or(algorithm).family() != Family::Hmac,
            Cost::Expensive => true,
        }
    }

    /// The header member in which it brings a key to verify with.
    pub(crate) fn brings_key(&self) -> Option<&str> {
        self.profile().brings_key
    }

    /// Whether by it the issuer signs what stands there. Odd signatures by the trusted key, such as those in
    /// [`Step::RsaPadding`], do not count: no issuer makes them.
    pub(crate) fn issuer_signs(&self) -> bool {
        self.profile().issuer_signs
    }

    /// Whether it leaves the token as it is: attack files also list leaving the `kid` alone.
    pub(crate) fn is_idle(&self) -> bool {
        matches!(self.profile().kind, Kind::Idle)
    }

    /// What it does, without the values that do not matter: the name of the step and of the member, the variant of an enumeration.
    pub(crate) fn kind(&self) -> String {
        let name: &'static str = self.into();
        let with = match self.profile().kind {
            Kind::Idle | Kind::Name => String::new(),
            Kind::Word(word) => word.to_owned(),
            Kind::Algorithm(json) => format!("alg {}", kind_of_algorithm(json)),
            Kind::AllWords => words(&serde_json::to_value(self).unwrap_or_default()),
        };
        if with.is_empty() { name.to_owned() } else { format!("{name} {with}") }
    }

    fn profile(&self) -> Profile<'_> {
        match self {
            Self::SetHeader { name, to } | Self::AddHeader { name, to, .. } => object::header_value(name, to),
            Self::DropHeader { name }
            | Self::RenameHeader { name, .. }
            | Self::SetClaim { name, .. }
            | Self::AddClaim { name, .. }
            | Self::DropClaim { name }
            | Self::RenameClaim { name, .. }
            | Self::ClaimTime { name, .. } => object::member(name),
            Self::MoveHeader { .. } | Self::CopyClaimToHeader { .. } => object::MOVED,
            Self::HeaderText { .. } | Self::HeaderBytes { .. } | Self::ClaimsText { .. } | Self::ClaimsBytes { .. } => {
                object::WHOLE
            }
            Self::SpaceHeader {} | Self::SpaceClaims {} => object::SPACED,
            Self::Kid { is } => object::key_id(**is),
            Self::EmbedKey { key, r#as } => embed::with_key(key.as_deref().copied(), **r#as),
            Self::EmbedUrl { name, key, .. } => embed::with_url(name, key.as_deref().copied()),
            Self::EmbedChain { .. } => embed::WITH_CHAIN,
            Self::Thumbprint { .. } => embed::THUMBPRINT,
            Self::DropSignature {}
            | Self::SignatureText { .. }
            | Self::LowerSignature {}
            | Self::SignatureBytes { .. }
            | Self::FillSignature { .. }
            | Self::RandomSignature { .. }
            | Self::TruncateSignature { .. }
            | Self::ExtendSignature { .. }
            | Self::RepeatSignature {} => signature::ANY,
            Self::FlipBit { of, .. } | Self::SpliceSegment { of, .. } => signature::segment(**of),
            Self::RespellBase64 { of, .. } => base64::respelt(**of),
            Self::SpliceSignature { .. } | Self::CopySegment { .. } => signature::TAKEN,
            Self::Sign { with, algorithm } => signature::signed(**with, algorithm.as_deref().copied()),
            Self::SignWithKey { .. } => signature::SIGNED_WITH_KEY,
            Self::Digest { .. } => hmac::BARE,
            Self::Mac { key, .. } => hmac::tagged(key),
            Self::SignByKeyType { .. } => ecdsa::BY_KEY_TYPE,
            Self::EcdsaScalars { .. } => ecdsa::NUMBERS,
            Self::RespellEcdsa { .. } => ecdsa::RESPELT,
            Self::RespellEddsa { .. } | Self::SignEddsaVariant { .. } | Self::EddsaSmallOrder { .. } => eddsa::MADE,
            Self::RsaCubeRoot { .. } => rsa::ROOT,
            Self::RsaExponentOne {}
            | Self::RsaPadding { .. }
            | Self::RsaDigestInfo { .. }
            | Self::RsaHash { .. }
            | Self::RsaPss { .. }
            | Self::RsaPrimeModulus {}
            | Self::RsaInteger { .. } => rsa::MADE,
            Self::Shape { .. } | Self::JsonSignature { .. } | Self::JsonMember { .. } | Self::Decorate { .. } => wire::SHAPED,
            Self::WireText { .. } | Self::Prepend { .. } | Self::Append { .. } => wire::TEXT,
            Self::Join { .. } => compose::JOINED,
            Self::Nest {} | Self::Disclose {} => compose::COMPOSED,
        }
    }
}

/// The kind of an `alg`: values of one kind take the same way through a verifier.
fn kind_of_algorithm(json: &str) -> &'static str {
    let Ok(Value::String(text)) = serde_json::from_str::<Value>(json) else { return "of another type" };
    let lower = text.to_lowercase();
    match () {
        () if text == "none" => "none",
        () if lower.contains("none") => "much like none",
        () if lower.trim().is_empty() => "empty",
        () if text.parse::<Algorithm>().is_ok() && text.starts_with("HS") => "hmac",
        () if text.parse::<Algorithm>().is_ok() => "known",
        () => "unknown",
    }
}

/// The words of enumerations in a serialised step.
fn words(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Object(members) => {
            let words = members.values().map(words).filter(|word| !word.is_empty());
            words.collect::<Vec<_>>().join(" ")
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::Array(_) => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use crate::{algorithm::Algorithm, step::fixture::step};

    #[test]
    fn a_kind_names_what_tells_findings_apart_and_nothing_else() {
        for (text, kind) in [
            ("{ set-header = { name = 'alg', to = '\"none\"' } }", "set-header alg none"),
            ("{ set-header = { name = 'alg', to = '\"nOnE\"' } }", "set-header alg much like none"),
            ("{ add-header = { name = 'alg', to = '\"HS512\"', at = 'last' } }", "add-header alg hmac"),
            ("{ set-header = { name = 'kid', to = '\"none\"' } }", "set-header kid"),
            ("{ mac = { key = { hex = '' } } }", "mac empty"),
            ("{ mac = { key = { secret-prefix = 4 } } }", "mac secret-prefix"),
            ("{ sign = { with = 'other-trusted', algorithm = 'RS256' } }", "sign other-trusted"),
            ("{ embed-key = { key = 'RS256', as = 'jwk-bare' } }", "embed-key jwk-bare"),
            ("{ join = { genuine = 'first', with = ',' } }", "join first ,"),
            ("{ rsa-pss = { edit = 'salt-empty' } }", "rsa-pss"),
            ("{ drop-signature = {} }", "drop-signature"),
        ] {
            assert_eq!(step(text).kind(), kind);
        }
    }

    #[test]
    fn a_signature_costs_what_its_algorithm_does() {
        let sign = step("{ sign = { with = 'trusted' } }");
        assert!(sign.is_expensive(Algorithm::ES256) && !sign.is_expensive(Algorithm::HS256));
        assert!(!step("{ sign = { with = 'trusted', algorithm = 'HS256' } }").is_expensive(Algorithm::RS256));
        assert!(step("{ embed-chain = { chain = 'self-signed' } }").is_expensive(Algorithm::HS256));
    }

    #[test]
    fn keys_that_tokens_bring_and_the_issuers_own_signatures_are_told() {
        let url = "{ embed-url = { name = 'x5u', document = 'key', url = 'base64' } }";
        for (text, key, issuer) in [
            ("{ embed-key = { as = 'jwk' } }", Some("jwk"), false),
            (url, Some("x5u"), false),
            ("{ thumbprint = { name = 'x5t', of = 'attacker' } }", None, false),
            ("{ sign = { with = 'trusted' } }", None, true),
            ("{ sign = { with = 'attacker' } }", None, false),
            ("{ mac = { key = { configured = {} } } }", None, true),
            ("{ mac = { key = { text = 'secret' } } }", None, false),
        ] {
            assert_eq!((step(text).brings_key(), step(text).issuer_signs()), (key, issuer), "{text}");
        }
        assert!(step("{ kid = { is = 'kept' } }").is_idle() && !step("{ kid = { is = 'absent' } }").is_idle());
    }
}
