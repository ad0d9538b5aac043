//! The same step with plainer values, which is how a finding shrinks.

use super::{Step, hmac, object, signature};

impl Step {
    /// Plainer steps that may do the same, the plainest first.
    #[allow(clippy::too_many_lines)] // A table.
    pub(crate) fn plainer(&self) -> Vec<Self> {
        match self {
            Self::SetHeader { name, to } => shorter(to, json, |to| Self::SetHeader { name: name.clone(), to: to.into() }),
            Self::AddHeader { name, to, at } => {
                shorter(to, json, |to| Self::AddHeader { name: name.clone(), to: to.into(), at: at.clone() })
            }
            Self::SetClaim { name, to } => shorter(to, json, |to| Self::SetClaim { name: name.clone(), to: to.into() }),
            Self::AddClaim { name, to, at } => {
                shorter(to, json, |to| Self::AddClaim { name: name.clone(), to: to.into(), at: at.clone() })
            }
            Self::RenameHeader { name, .. } => vec![Self::DropHeader { name: name.clone() }],
            Self::HeaderText { to } => object::without_alg(shorter(to, halves, |to| Self::HeaderText { to: to.into() })),
            Self::HeaderBytes { hex } => object::without_alg(shorter(hex, bytes, |hex| Self::HeaderBytes { hex: hex.into() })),
            Self::ClaimsText { to } => shorter(to, halves, |to| Self::ClaimsText { to: to.into() }),
            Self::ClaimsBytes { hex } => shorter(hex, bytes, |hex| Self::ClaimsBytes { hex: hex.into() }),
            Self::SignatureText { to } => shorter(to, halves, |to| Self::SignatureText { to: to.into() }),
            Self::SignatureBytes { hex } => {
                signature::dropped_or(shorter(hex, bytes, |hex| Self::SignatureBytes { hex: hex.into() }))
            }
            Self::ExtendSignature { hex } => shorter(hex, bytes, |hex| Self::ExtendSignature { hex: hex.into() }),
            Self::FillSignature { byte, count } => signature::fewer(byte, **count),
            Self::Mac { key, hash, derived } => hmac::plainer(key, hash.as_ref(), derived.as_ref()),
            Self::WireText { to } => shorter(to, halves, |to| Self::WireText { to: to.into() }),
            Self::Prepend { text } => shorter(text, halves, |text| Self::Prepend { text: text.into() }),
            Self::Append { text } => shorter(text, halves, |text| Self::Append { text: text.into() }),
            // Whatever signature these make, often none is needed.
            Self::RandomSignature { .. }
            | Self::TruncateSignature { .. }
            | Self::RepeatSignature {}
            | Self::SpliceSignature { .. }
            | Self::RespellBase64 { .. }
            | Self::Sign { .. }
            | Self::EmbedKey { .. }
            | Self::EmbedChain { .. }
            | Self::EmbedUrl { .. }
            | Self::EcdsaScalars { .. }
            | Self::RespellEcdsa { .. }
            | Self::RespellEddsa { .. }
            | Self::SignEddsaVariant { .. }
            | Self::EddsaSmallOrder { .. }
            | Self::RsaCubeRoot { .. }
            | Self::RsaPadding { .. }
            | Self::RsaDigestInfo { .. }
            | Self::RsaHash { .. }
            | Self::RsaPss { .. }
            | Self::RsaInteger { .. } => signature::dropped_or(Vec::new()),
            Self::DropHeader { .. }
            | Self::MoveHeader { .. }
            | Self::DropClaim { .. }
            | Self::RenameClaim { .. }
            | Self::ClaimTime { .. }
            | Self::SpaceHeader {}
            | Self::SpaceClaims {}
            | Self::Kid { .. }
            | Self::CopyClaimToHeader { .. }
            | Self::Thumbprint { .. }
            | Self::DropSignature {}
            | Self::LowerSignature {}
            | Self::FlipBit { .. }
            | Self::SpliceSegment { .. }
            | Self::CopySegment { .. }
            | Self::Digest { .. }
            | Self::SignByKeyType { .. }
            | Self::SignWithKey { .. }
            | Self::RsaExponentOne {}
            | Self::RsaPrimeModulus {}
            | Self::Shape { .. }
            | Self::JsonSignature { .. }
            | Self::JsonMember { .. }
            | Self::Nest {}
            | Self::Join { .. }
            | Self::Disclose {}
            | Self::Decorate { .. } => Vec::new(),
        }
    }
}

/// Steps with a shorter text.
fn shorter(text: &str, smaller: fn(&str) -> Vec<String>, step: impl Fn(String) -> Step) -> Vec<Step> {
    smaller(text).into_iter().filter(|candidate| candidate.len() < text.len()).map(step).collect()
}

/// A JSON value made shorter.
fn json(text: &str) -> Vec<String> {
    let plain = ["1", "\"\"", "null", "true", "\"x\""].map(str::to_owned);
    let inner = text.strip_prefix('"').and_then(|t| t.strip_suffix('"'));
    let shorter: Vec<String> =
        inner.map(|inner| halves(inner).into_iter().map(|half| format!("\"{half}\"")).collect()).unwrap_or_default();
    if text.len() > 24 { plain.into_iter().chain(shorter).collect() } else { Vec::new() }
}

/// Either half of a text.
fn halves(text: &str) -> Vec<String> {
    let count = text.chars().count();
    if count < 2 {
        return Vec::new();
    }
    let (first, second): (Vec<_>, Vec<_>) = text.chars().enumerate().partition(|(i, _)| *i < count / 2);
    [first, second].map(|half| half.into_iter().map(|(_, c)| c).collect()).into()
}

/// Hex of either half, or without one byte at an end.
fn bytes(hex: &str) -> Vec<String> {
    let count = hex.len() / 2;
    if count == 0 {
        return Vec::new();
    }
    let half = (count / 2) * 2;
    [&hex[..half], &hex[half..], &hex[..hex.len() - 2], &hex[2..]].map(str::to_owned).into()
}

#[cfg(test)]
mod tests {
    use strum::VariantArray as _;

    use super::*;
    use crate::step::{Derivation, MacKey};

    #[test]
    fn a_value_shrinks_to_what_json_has_at_its_plainest() {
        let long = Step::SetHeader { name: "kid".into(), to: format!("\"{}\"", "a".repeat(40)).into() };
        let plainer = long.plainer();
        assert_eq!(plainer[0], Step::SetHeader { name: "kid".into(), to: "1".into() });
        assert!(plainer.contains(&Step::SetHeader { name: "kid".into(), to: format!("\"{}\"", "a".repeat(20)).into() }));
        assert_eq!(Step::SetHeader { name: "kid".into(), to: "1".into() }.plainer(), []);
    }

    #[test]
    fn less_than_a_signature_is_none() {
        let mac =
            |key: MacKey, derived: Option<Derivation>| Step::Mac { key: key.into(), hash: None, derived: derived.map(Into::into) };
        let none = || mac(MacKey::Text("".into()), None);
        let hex = || MacKey::Hex("00".into());
        let derived = Derivation::VARIANTS[0];
        assert_eq!(mac(hex(), Some(derived)).plainer(), [Step::DropSignature {}, mac(hex(), None), none()]);
        assert_eq!(mac(hex(), None).plainer(), [Step::DropSignature {}, none()]);
        assert_eq!(none().plainer(), [Step::DropSignature {}]);
        assert_eq!(Step::DropSignature {}.plainer(), []);
    }
}
