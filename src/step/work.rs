//! The bench that steps work on: the token in the making, the issuer whose keys and tokens are at hand, and seeded randomness.

use super::{SegmentName, StepError};
use crate::{
    algorithm::{Algorithm, Sha2},
    issuer::Issuer,
    keys::{Key, KeyText},
    ledger::Entry,
    token::{Draft, Segment},
};

/// A token in the making, with all that steps may reach for.
#[derive(Clone, Debug)]
pub struct Work<'a> {
    draft: Draft,
    text: Option<String>,
    issuer: &'a Issuer,
    issued: Vec<Entry>,
    entropy: Vec<u8>,
    drawn: u32,
}

impl<'a> Work<'a> {
    /// Starts from a draft of `issuer`'s token; random bytes follow from `entropy`.
    #[must_use]
    pub fn new(draft: Draft, issuer: &'a Issuer, entropy: Vec<u8>) -> Self {
        Self { draft, text: None, issuer, issued: Vec::new(), entropy, drawn: 0 }
    }

    /// What the issuer signed so far.
    #[must_use]
    pub fn issued(&self) -> &[Entry] {
        &self.issued
    }

    /// What the issuer signed on the way.
    #[must_use]
    pub fn into_issued(self) -> Vec<Entry> {
        self.issued
    }

    /// A segment of the draft.
    ///
    /// # Errors
    /// If the token has been serialised already.
    pub fn segment_mut(&mut self, part: SegmentName) -> Result<&mut Segment, StepError> {
        if self.text.is_some() {
            return Err(StepError::Serialised);
        }
        Ok(self.draft.segment_mut(part.index()))
    }

    /// The draft as it stands.
    #[must_use]
    pub fn draft(&self) -> &Draft {
        &self.draft
    }

    /// What a signature made now would cover.
    ///
    /// # Errors
    /// If the token has been serialised already.
    pub fn signing_input(&self) -> Result<String, StepError> {
        if self.text.is_some() { Err(StepError::Serialised) } else { Ok(self.draft.signing_input()) }
    }

    /// The header's `alg`.
    ///
    /// # Errors
    /// If it names no algorithm that a key can serve.
    pub fn header_algorithm(&self) -> Result<Algorithm, StepError> {
        let name = self.draft.algorithm().ok_or_else(|| StepError::NoMember("alg".to_owned()))?;
        name.parse().map_err(|_| StepError::Value(format!("no key signs with alg `{name}`; name an `algorithm`")))
    }

    /// The trusted private key or secret.
    ///
    /// # Errors
    /// If only the public half is at hand.
    pub fn trusted(&self) -> Result<&Key, StepError> {
        let missing = || StepError::NoKey("this needs the issuer's private key".to_owned());
        self.issuer.key.as_deref().ok_or_else(missing)
    }

    /// The issuer: trusted public key, trust, genuine tokens.
    #[must_use]
    pub fn issuer(&self) -> &Issuer {
        self.issuer
    }

    /// The trusted public key in some shape.
    #[must_use]
    pub fn public_key_as(&self, shape: KeyText) -> Option<Vec<u8>> {
        shape.render(&self.issuer.public, self.issuer.trust.algorithm)
    }

    /// What the operator configured, byte for byte.
    #[must_use]
    pub fn configured_bytes(&self) -> Vec<u8> {
        self.issuer.trust.configured_bytes()
    }

    /// A segment of another genuine token.
    ///
    /// # Errors
    /// If there is none.
    pub fn other_genuine(&self, of: SegmentName) -> Result<Segment, StepError> {
        let missing = || StepError::NoKey("this needs a second genuine token".to_owned());
        self.issuer.other().and_then(|draft| draft.segments.get(of.index()).cloned()).ok_or_else(missing)
    }

    /// Records that the issuer signed the token as it stands.
    ///
    /// # Errors
    /// If the token has been serialised already.
    pub fn issue(&mut self) -> Result<(), StepError> {
        let text = self.signing_input().map(|_| self.draft.to_string())?;
        self.issued.push(Entry::of(&text));
        Ok(())
    }

    /// Records it if the configured key is void: whoever makes a valid signature then holds the key as much as the issuer does.
    ///
    /// # Errors
    /// If the token has been serialised already.
    pub fn issue_by_anyone(&mut self) -> Result<(), StepError> {
        if self.issuer.anyone_signs() { self.issue() } else { Ok(()) }
    }

    /// Random bytes, the same for the same seed and id, fresh at each call.
    pub fn random(&mut self, count: usize) -> Vec<u8> {
        let mut out = Vec::new();
        while out.len() < count {
            self.drawn += 1;
            out.extend(Sha2::Sha512.digest(&[self.entropy.as_slice(), &self.drawn.to_be_bytes()].concat()));
        }
        out.truncate(count);
        out
    }

    /// The wire text so far; serialises the draft.
    #[must_use]
    pub fn wire_text(&self) -> String {
        self.text.clone().unwrap_or_else(|| self.draft.to_string())
    }

    /// Fixes the wire text; structural steps are over.
    pub fn set_wire_text(&mut self, text: String) {
        self.text = Some(text);
    }
}
