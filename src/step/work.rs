//! The bench that steps work on: the token in the making, the issuer whose keys and tokens are at hand, and seeded randomness.

use std::{cell::OnceCell, sync::Arc};

use super::{SegmentName, StepError};
use crate::{
    algorithm::{Algorithm, Sha2},
    issuer::Issuer,
    keys::{Key, KeyText},
    oracle::ledger::Entry,
    token::{Draft, Segment},
};

/// A token in the making, with all that steps may reach for. Copies share what is not changed, texts included.
#[derive(Clone, Debug)]
pub struct Work<'a> {
    draft: Draft,
    /// The first three segments as they print, once that is known.
    printed: [OnceCell<Arc<str>>; 3],
    text: Option<String>,
    issuer: &'a Issuer,
    issued: Vec<Entry>,
    entropy: Arc<[u8]>,
    drawn: u32,
}

impl<'a> Work<'a> {
    /// Starts from a draft of `issuer`'s token; random bytes follow from `entropy`.
    #[must_use]
    pub fn new(draft: Draft, issuer: &'a Issuer, entropy: Vec<u8>) -> Self {
        let printed = Default::default();
        Self { draft, printed, text: None, issuer, issued: Vec::new(), entropy: entropy.into(), drawn: 0 }
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

    /// A segment of the draft, to be changed.
    ///
    /// # Errors
    /// If the token has been serialised already.
    pub fn segment_mut(&mut self, part: SegmentName) -> Result<&mut Segment, StepError> {
        if self.text.is_some() {
            return Err(StepError::Serialised);
        }
        self.printed[part.index()].take();
        Ok(self.draft.segment_mut(part.index()))
    }

    /// A segment of the draft, if there is one.
    ///
    /// # Errors
    /// If the token has been serialised already.
    pub fn segment(&self, part: SegmentName) -> Result<Option<&Segment>, StepError> {
        if self.text.is_some() { Err(StepError::Serialised) } else { Ok(self.draft.segments.get(part.index())) }
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
        if self.text.is_some() {
            return Err(StepError::Serialised);
        }
        let (header, claims) = (self.print(0), self.print(1));
        Ok([header, ".", claims].concat())
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
        self.issuer.key_text(shape).map(<[u8]>::to_vec)
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
        if self.text.is_some() {
            return Err(StepError::Serialised);
        }
        self.issued.push(Entry::of(self.wire_text()));
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
            out.extend(Sha2::Sha512.digest(&[&*self.entropy, &self.drawn.to_be_bytes()].concat()));
        }
        out.truncate(count);
        out
    }

    /// The wire text so far.
    #[must_use]
    pub fn wire_text(&self) -> String {
        if let Some(text) = &self.text {
            return text.clone();
        }
        let mut text = String::with_capacity(512);
        for (i, segment) in self.draft.segments.iter().enumerate() {
            if i > 0 {
                text.push('.');
            }
            match self.printed.get(i).and_then(OnceCell::get) {
                Some(known) => text.push_str(known),
                None => segment.print(&mut text),
            }
        }
        text
    }

    /// Prints each segment, so that copies of this bench need not.
    pub(crate) fn settle(&self) {
        for index in 0..self.printed.len() {
            self.print(index);
        }
    }

    /// The text of one of the first three segments; empty if there is none.
    fn print(&self, index: usize) -> &str {
        self.printed[index].get_or_init(|| self.draft.segments.get(index).map(ToString::to_string).unwrap_or_default().into())
    }

    /// Fixes the wire text; structural steps are over.
    pub fn set_wire_text(&mut self, text: String) {
        self.text = Some(text);
    }

    /// Begins another token with the genuine one; what was issued so far stays issued.
    pub fn restart(&mut self) {
        self.draft = self.issuer.genuine().clone();
        self.printed = Default::default();
        self.text = None;
    }
}
