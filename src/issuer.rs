//! The issuer of genuine tokens under one configuration: its key, what the verifier is told to trust, and the tokens themselves.
//!
//! Times are fixed (issued in 2024, expiring in 2100), so that the same seed gives the same bytes in every year.

use std::{
    borrow::Cow,
    collections::HashMap,
    sync::{Arc, OnceLock},
};

use crate::{
    keys::{Key, KeyText, PublicKey, PublicMaterial},
    oracle::{
        Oracle,
        ledger::{Entry, Ledger},
    },
    token::{Draft, Member, Segment},
    trust::Trust,
    verdict::Provenance,
};

/// Who signs, who is trusted, and what genuine tokens look like.
#[derive(Debug)]
pub struct Issuer {
    /// The private key or secret; `None` where only the public half is known, as in `forge`.
    pub key: Option<Arc<Key>>,
    /// The public half (or the secret) that verifiers trust.
    pub public: PublicKey,
    /// What verifiers are told.
    pub trust: Trust,
    genuine: Draft,
    other: Option<Draft>,
    ledger: Ledger,
    anyone_signs: bool,
    key_texts: OnceLock<HashMap<KeyText, Vec<u8>>>,
}

impl Issuer {
    /// An issuer whose key signs for the algorithm of `trust`. Genuine tokens of a key that cannot sign carry an empty signature.
    #[must_use]
    pub fn new(key: Option<Arc<Key>>, public: PublicKey, trust: Trust) -> Self {
        let sign = |claims: Vec<Member>| {
            let mut draft = Draft { segments: vec![Segment::Object(header(&trust).into()), Segment::Object(claims.into())] };
            let input = draft.signing_input();
            let signature = key.as_ref().and_then(|key| key.sign(trust.algorithm, input.as_bytes()).ok());
            *draft.segment_mut(2) = Segment::from_bytes(signature.unwrap_or_default());
            draft
        };
        let (genuine, other) = (sign(claims(&trust, "user")), sign(claims(&trust, "another-user")));
        let ledger = ledger(&public, &[&genuine, &other]);
        Self { key, public, trust, genuine, other: Some(other), ledger, anyone_signs: false, key_texts: OnceLock::new() }
    }

    /// An issuer known by one token of its and by its public key, as an attacker meets it.
    #[must_use]
    pub fn met(token: Draft, public: PublicKey, trust: Trust) -> Self {
        let ledger = ledger(&public, &[&token]);
        Self { key: None, public, trust, genuine: token, other: None, ledger, anyone_signs: false, key_texts: OnceLock::new() }
    }

    /// An issuer whose key is not a secret of anyone's: exponent 1, a prime modulus, a point of small order or off its curve.
    /// Whoever signs with it is as much its holder as the issuer, so that taking its tokens is a failure to refuse the key, not a
    /// forgery.
    #[must_use]
    pub fn with_void_key(public: PublicKey, trust: Trust) -> Self {
        Self { anyone_signs: true, ..Self::new(None, public, trust) }
    }

    /// The trusted public key in some shape; `None` where it has no such shape. Each is written once.
    #[must_use]
    pub fn key_text(&self, shape: KeyText) -> Option<&[u8]> {
        let texts = self.key_texts.get_or_init(|| {
            let written = |&shape: &KeyText| Some((shape, shape.render(&self.public, self.trust.algorithm)?));
            KeyText::ALL.iter().filter_map(written).collect()
        });
        texts.get(&shape).map(Vec::as_slice)
    }

    /// Whether the configured key is void, see [`Self::with_void_key`].
    #[must_use]
    pub fn anyone_signs(&self) -> bool {
        self.anyone_signs
    }

    /// Whether the issuer signed this header and these claims as a genuine token, whatever the signature of `token` is.
    #[must_use]
    pub fn made(&self, token: &Draft) -> bool {
        self.oracle().made(token)
    }

    /// The token that controls send, and that forgeries start from.
    #[must_use]
    pub fn genuine(&self) -> &Draft {
        &self.genuine
    }

    /// The genuine token with one bit of its signature turned around.
    #[must_use]
    pub fn broken(&self) -> String {
        let mut token = self.genuine.clone();
        let signature = token.segment_mut(2);
        let mut bytes = signature.bytes().unwrap_or_default();
        if let Some(byte) = bytes.get_mut(8) {
            *byte ^= 0x40;
        }
        *signature = Segment::Bytes(bytes);
        token.to_string()
    }

    /// A second genuine token, of another subject.
    #[must_use]
    pub fn other(&self) -> Option<&Draft> {
        self.other.as_ref()
    }

    /// What the oracle knows about this issuer.
    #[doc(hidden)]
    #[must_use]
    pub fn oracle(&self) -> Oracle<'_> {
        let Self { public, trust, ledger, anyone_signs, genuine, other, .. } = self;
        Oracle { public, trust, ledger, anyone_signs: *anyone_signs, genuine: [Some(genuine), other.as_ref()] }
    }

    /// Where the bytes of `token` come from, with nothing recorded but the genuine tokens; see [`Oracle::provenance_alone`].
    #[doc(hidden)]
    #[must_use]
    pub fn provenance_alone(&self, token: &str) -> Provenance {
        self.oracle().provenance_alone(token)
    }

    /// The genuine tokens, and those that the issuer signed on the way to a forgery.
    #[doc(hidden)]
    #[must_use]
    pub fn ledger_with(&self, issued: &[Entry]) -> Cow<'_, Ledger> {
        self.ledger.with(issued)
    }

    /// The genuine token with an administrator's subject and a canary in its claims; the signature stays behind, stale.
    #[must_use]
    pub fn with_canary(&self, canary: &str) -> Draft {
        let mut draft = self.genuine.clone();
        let claims = draft.segment_mut(1);
        let mut members = claims.members().map(<[Member]>::to_vec).unwrap_or_default();
        match members.iter_mut().find(|m| m.is("sub")) {
            Some(subject) => subject.value = b"\"admin\"".to_vec(),
            None => members.push(Member::new("\"sub\"", "\"admin\"")),
        }
        members.push(Member::new("\"gauntlet_canary\"", format!("\"{canary}\"")));
        *claims = Segment::Object(members.into());
        draft
    }
}

fn ledger(public: &PublicKey, tokens: &[&Draft]) -> Ledger {
    let modulus = match &public.material {
        PublicMaterial::Rsa { n, .. } => Some(n.clone()),
        _ => None,
    };
    let mut ledger = Ledger::new(modulus);
    for token in tokens {
        ledger.record(Entry::of(token.to_string()));
    }
    ledger
}

fn text(value: &str) -> String {
    serde_json::Value::String(value.to_owned()).to_string()
}

fn header(trust: &Trust) -> Vec<Member> {
    let mut members = vec![Member::new("\"alg\"", text(trust.algorithm.name())), Member::new("\"typ\"", "\"JWT\"")];
    if let Some(kid) = &trust.kid {
        members.push(Member::new("\"kid\"", text(kid)));
    }
    members
}

fn claims(trust: &Trust, subject: &str) -> Vec<Member> {
    let mut members = Vec::new();
    if let Some(issuer) = &trust.issuer {
        members.push(Member::new("\"iss\"", text(issuer)));
    }
    members.push(Member::new("\"sub\"", text(subject)));
    if let Some(audience) = &trust.audience {
        members.push(Member::new("\"aud\"", text(audience)));
    }
    // 1 January 2024 and 1 January 2100, UTC.
    members.push(Member::new("\"iat\"", "1704067200"));
    members.push(Member::new("\"exp\"", "4102444800"));
    members
}
