//! A verifier as a set of rules, strict by default; a vulnerable verifier replaces one of them.

use serde_json::{Map, Value};

use crate::{
    algorithm::Algorithm,
    keys::PublicKey,
    trust::Trust,
    verifier::strict::{self, Policy, key},
};

/// What a vulnerable verifier was set up with.
pub(super) struct Setup {
    /// What it was told.
    pub trust: Trust,
    /// The key it loaded.
    pub key: PublicKey,
    policy: Policy,
}

/// A token read as a JWS, under whatever reading the rules allow.
#[derive(Clone, Debug)]
pub(super) struct Jws {
    /// The header, the last of duplicates kept; empty if it was none.
    pub header: Map<String, Value>,
    /// The header before JSON.
    pub header_bytes: Vec<u8>,
    /// The claims before JSON.
    pub payload: Vec<u8>,
    /// The signature; `None` if there is none, or none that can be decoded.
    pub signature: Option<Vec<u8>>,
    /// The signature before base64url.
    pub signature_text: String,
    /// What the signature covers.
    pub input: String,
    /// The whole object of a JSON serialisation.
    pub json: Option<Value>,
}

/// The steps of verification.
#[derive(Clone, Copy)]
pub(super) struct Rules {
    /// Loads the operator's key, or says why not.
    pub key: fn(&Trust) -> Result<PublicKey, String>,
    /// Takes the wire text apart.
    pub read: fn(&str) -> Option<Jws>,
    /// Judges header members other than `alg` and `kid`.
    pub header: fn(&Setup, &Jws) -> bool,
    /// Decides who made the token: algorithm, key, signature.
    pub authentic: fn(&Setup, &Jws) -> bool,
    /// Judges the claims.
    pub claims: fn(&Setup, &Jws) -> bool,
}

impl Rules {
    /// No hole at all.
    pub(super) const STRICT: Self = Self {
        key: key::load,
        read: compact,
        header: |_, jws| strict::object(&jws.header_bytes).is_ok_and(|h| strict::header_members(&h).is_ok()),
        authentic: Setup::exact,
        claims: |setup, jws| {
            let read = |bytes| strict::object(bytes).ok();
            let Some(claims) = read(&jws.payload) else { return false };
            // A header that is not strict JSON has been judged by the rule that let it pass.
            let agree = read(&jws.header_bytes).is_none_or(|header| strict::copies_agree(&header, &claims).is_ok());
            agree && setup.policy.claims(&claims, strict::now()).is_ok()
        },
    };

    /// Strict but for who made the token.
    pub(super) const fn authentic(authentic: fn(&Setup, &Jws) -> bool) -> Self {
        Self { authentic, ..Self::STRICT }
    }

    /// Strict but for the wire text and who made the token.
    pub(super) const fn reading(read: fn(&str) -> Option<Jws>, authentic: fn(&Setup, &Jws) -> bool) -> Self {
        Self { read, authentic, ..Self::STRICT }
    }
}

impl Setup {
    pub(super) fn new(trust: &Trust, key: PublicKey) -> Self {
        Self { trust: trust.clone(), key, policy: Policy::of(trust) }
    }

    /// The configured algorithm.
    pub(super) fn algorithm(&self) -> Algorithm {
        self.trust.algorithm
    }

    /// What the operator asked for.
    pub(super) fn policy(&self) -> &Policy {
        &self.policy
    }

    /// The strict rule: the configured algorithm, the configured key, a good signature.
    pub(super) fn exact(&self, jws: &Jws) -> bool {
        self.names_own(jws) && self.signed(jws)
    }

    /// The header names the configured algorithm and no other key.
    pub(super) fn names_own(&self, jws: &Jws) -> bool {
        strict::object(&jws.header_bytes).is_ok_and(|h| self.policy.algorithm(&h).is_ok() && self.policy.key_id(&h).is_ok())
    }

    /// The signature is good under the configured key and algorithm, whatever the header says.
    pub(super) fn signed(&self, jws: &Jws) -> bool {
        jws.verifies(&self.key, self.algorithm())
    }

    /// Whether `kid` is there and names no key.
    pub(super) fn kid_is_unknown(&self, jws: &Jws) -> bool {
        jws.header.get("kid").is_some_and(|kid| kid.as_str() != self.trust.kid.as_deref())
    }
}

impl Jws {
    /// A token from its three texts; only the header has to be legible.
    pub(super) fn of(header: &str, payload: &str, signature: &str) -> Option<Self> {
        let header_bytes = strict::decode(header).ok()?;
        strict::object(&header_bytes).ok()?;
        Self::lax(header_bytes, strict::decode(payload).ok()?, signature, format!("{header}.{payload}"))
    }

    /// A token whose header may hold duplicates.
    pub(super) fn lax(header_bytes: Vec<u8>, payload: Vec<u8>, signature: &str, input: String) -> Option<Self> {
        Some(Self {
            header: serde_json::from_slice(&header_bytes).ok()?,
            header_bytes,
            payload,
            signature: strict::decode(signature).ok(),
            signature_text: signature.to_owned(),
            input,
            json: None,
        })
    }

    /// The header's `alg`, if it is a text.
    pub(super) fn alg(&self) -> Option<&str> {
        self.text("alg")
    }

    /// The header's `alg` as an algorithm that this crate can verify.
    pub(super) fn algorithm(&self) -> Option<Algorithm> {
        self.alg()?.parse().ok()
    }

    /// A text member of the header.
    pub(super) fn text(&self, name: &str) -> Option<&str> {
        self.header.get(name)?.as_str()
    }

    /// No signature, or an empty one.
    pub(super) fn is_unsigned(&self) -> bool {
        self.signature_text.is_empty()
    }

    /// The bytes of the signature, none if it cannot be decoded.
    pub(super) fn signature_bytes(&self) -> &[u8] {
        self.signature.as_deref().unwrap_or_default()
    }

    /// Whether the signature is good under `key`.
    pub(super) fn verifies(&self, key: &PublicKey, algorithm: Algorithm) -> bool {
        self.signature.as_ref().is_some_and(|s| key.verifies_weakly(algorithm, self.input.as_bytes(), s))
    }

    /// Whether the signature is the MAC under `secret` by the HS* algorithm that the header names.
    pub(super) fn has_mac(&self, secret: &[u8]) -> bool {
        use crate::algorithm::Family;
        let hash = self.algorithm().filter(|a| a.family() == Family::Hmac).map(Algorithm::hash);
        hash.is_some_and(|hash| self.signature.as_deref() == Some(&hash.hmac(secret, self.input.as_bytes())))
    }

    /// The claims.
    pub(super) fn claims(&self) -> Option<Value> {
        serde_json::from_slice(&self.payload).ok()
    }
}

/// Three segments, strictly decoded.
pub(super) fn compact(token: &str) -> Option<Jws> {
    let [header, payload, signature] = strict::split(token).ok()?;
    Jws::of(header, payload, signature).filter(|jws| jws.signature.is_some())
}
