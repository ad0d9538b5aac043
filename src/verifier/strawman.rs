//! Deliberately vulnerable verifiers (CLI name `strawman`): each has exactly one planted hole and is strict in everything else.
//!
//! They test the attacks. An attack that breaks none of them proves nothing when a real verifier withstands it, and a
//! vulnerable verifier that no attack breaks shows a gap in the catalogue. Each hole is what lax code really does, with the
//! advisory that it is modelled on where there is one; none recognises the gauntlet's tokens as such.
//!
//! Some holes await groups of the catalogue that are not there yet: those in cutting a text into segments (`split-twice`,
//! `extra-segments`, `leading-segments`), in serialisations and JSON (`json-accepted`, `any-json`), and in the rules on `exp`, `aud`,
//! `iss`, `crit` and `typ` (`times-ignored` and its like). Until then an attack on one of these holds, which says that none of the
//! catalogue's tokens was accepted, not that there is no hole. `tests/strawmen.rs` lists them, and demands that each falls as soon
//! as its group has a case.

mod confusion;
mod ecdsa;
mod eddsa;
mod embedded;
mod hmac;
mod key_id;
mod malformed;
mod policy;
mod rsa;
mod rules;
mod unsigned;
mod url;
mod wire;

use std::{fmt, str::FromStr};

use self::rules::{Rules, Setup};
use super::{AskError, ConfigureError, Implementation, Trust, Verifier, strict::key};
use crate::verdict::{Claims, Verdict};

macro_rules! holes {
    ($($(#[doc = $doc:literal])+ $variant:ident = $name:literal => $rules:expr,)+) => {
        /// The one thing that a vulnerable verifier gets wrong.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        pub enum Hole {
            $($(#[doc = $doc])+ $variant,)+
        }

        impl Hole {
            /// All holes.
            pub const ALL: &[Self] = &[$(Self::$variant),+];

            /// The name behind `strawman/`.
            #[must_use]
            pub fn name(self) -> &'static str {
                match self { $(Self::$variant => $name,)+ }
            }

            /// What is wrong, in a sentence.
            #[must_use]
            pub fn about(self) -> &'static str {
                match self { $(Self::$variant => concat!($($doc),+).trim_ascii_start(),)+ }
            }

            fn rules(self) -> Rules {
                match self { $(Self::$variant => $rules,)+ }
            }
        }
    };
}

holes! {
    /// The token is decoded and never verified (CVE-2023-23928, CVE-2020-15240).
    SignatureIgnored = "signature-ignored" => Rules {
        header: policy::ignored,
        claims: policy::ignored,
        ..Rules::reading(wire::two_or_three, policy::ignored)
    },
    /// An empty signature is a good one (CVE-2020-28042).
    EmptySignature = "empty-signature" => Rules::reading(wire::loose, |s, j| j.is_unsigned() || s.exact(j)),
    /// A token of two segments is an unsecured one, whatever its `alg`.
    TwoSegments = "two-segments" => Rules::reading(wire::two_or_three, |s, j| (j.is_unsigned() && s.names_own(j)) || s.exact(j)),
    /// Anything but three filled segments gives null instead of an error, and only an error is treated as a refusal.
    MalformedIsNull = "malformed-is-null" => Rules {
        read: wire::null_if_malformed,
        authentic: |s, j| wire::is_null(j) || s.exact(j),
        claims: |s, j| wire::is_null(j) || (Rules::STRICT.claims)(s, j),
        ..Rules::STRICT
    },
    /// Words for nothing count as no signature, and no signature as nothing to check.
    FalsySignature = "falsy-signature" => Rules::reading(wire::loose, |s, j| wire::is_falsy(&j.signature_text) || s.exact(j)),
    /// The error of the base64 decoder is lost among others (CVE-2024-51744).
    DecodeErrorLost = "decode-error-lost" => Rules::reading(wire::loose, |s, j| j.signature.is_none() || s.exact(j)),
    /// "Malformed" is a negative answer, and only zero means bad (CVE-2008-5077).
    ErrorIsSuccess = "error-is-success" => Rules { key: key::given, ..Rules::reading(wire::loose, malformed::error_is_success) },
    /// The token ends at the first NUL, and an unsigned one is fine.
    CutAtNul = "cut-at-nul" => Rules::reading(wire::cut_at_nul, |s, j| j.is_unsigned() || s.exact(j)),
    /// Any word of the text may be the token that verifies; the first word gives the claims.
    AnyPiece = "any-piece" => Rules::reading(wire::any_piece, wire::any_piece_is_signed),
    /// The signature is checked over the last three segments, the claims are read from the second.
    SplitTwice = "split-twice" => Rules::reading(wire::split_twice, Setup::exact),
    /// Segments after the third are ignored.
    ExtraSegments = "extra-segments" => Rules::reading(wire::first_three, Setup::exact),
    /// Segments before the last three are ignored.
    LeadingSegments = "leading-segments" => Rules::reading(wire::last_three, Setup::exact),
    /// In a JSON serialisation all signatures must be good, and none is all of them.
    NoSignatureIsBad = "no-signature-is-bad" => wire::json_rules(wire::no_signature_is_bad),
    /// A JSON serialisation is accepted where a compact token is expected.
    JsonAccepted = "json-accepted" => wire::json_rules(|s, j| wire::json_entries(j).iter().any(|entry| s.exact(entry))),
    /// In a JSON serialisation a signature that is not a string leaves nothing to compare.
    JsonSignatureUntyped = "json-signature-untyped" => wire::json_rules(wire::no_text_no_signature),
    /// In a JSON serialisation any header may name the algorithm, and no list is asked (GHSA-jc38-x7x8-2xc8).
    JsonAlg = "json-alg" => wire::json_rules(confusion::json_alg),

    /// `none` is accepted (CVE-2015-9235).
    NoneAccepted = "none" => Rules::reading(wire::two_or_three, unsigned::none_exact),
    /// `none` is refused as it is written, and accepted in another letter case (CVE-2022-23540 and many since).
    NoneAnyCase = "none-any-case" => Rules::reading(wire::two_or_three, unsigned::none_any_case),
    /// `none` is accepted when there is any signature at all.
    NoneWithSignature = "none-with-signature" => Rules::reading(wire::loose, unsigned::none_with_signature),
    /// `alg` is trimmed before the comparison that matters.
    NoneTrimmed = "none-trimmed" => Rules::authentic(unsigned::none_trimmed),
    /// `alg` is compared as a C string.
    NoneAtNul = "none-at-nul" => Rules::authentic(unsigned::none_at_nul),
    /// `alg` is normalised before the comparison that matters.
    NoneNormalised = "none-normalised" => Rules::authentic(unsigned::none_normalised),
    /// A missing, null, empty, false or zero `alg` means unsigned (api7/lua-resty-jwt#5).
    AlgFalsy = "alg-falsy" => Rules { read: unsigned::any_header, header: policy::ignored, ..Rules::authentic(unsigned::alg_falsy) },
    /// An `alg` that is not a string means unsigned.
    AlgNotText = "alg-not-text" => Rules::authentic(unsigned::alg_not_text),
    /// An unknown `alg` falls through the switch and is accepted.
    AlgUnknown = "alg-unknown" => Rules::reading(wire::loose, unsigned::alg_unknown),
    /// An unknown `kid` yields no key, and no key needs no signature (CVE-2022-23540).
    NoKeyUnsigned = "no-key-unsigned" => Rules { header: policy::ignored, ..Rules::reading(unsigned::any_header, unsigned::no_key_unsigned) },
    /// Two parsers read two different `alg` members.
    AlgTwice = "alg-twice" => Rules { read: unsigned::with_duplicates, header: policy::ignored, ..Rules::authentic(unsigned::two_parsers) },
    /// A missing or meaningless `alg` means HS256, under whatever bytes the key has (CVE-2026-22817, CVE-2026-22818).
    AlgDefault = "alg-default-hs256" => Rules { key: confusion::text_or_jwk, ..Rules::authentic(confusion::default_hs256) },
    /// An empty secret counts as none, and without a secret nothing needs a signature (GHSA-8wpc-h4q6-8fxv).
    KeylessUnsigned = "keyless-unsigned" => Rules { key: key::given, ..Rules::reading(wire::two_or_three, hmac::keyless_unsigned) },
    /// An empty secret counts as none, and none becomes a text.
    KeylessCoerced = "keyless-coerced" => Rules { key: key::given, ..Rules::authentic(hmac::keyless_coerced) },
    /// `alg` is looked up in the claims too.
    AlgInClaims = "alg-in-claims" => Rules::authentic(unsigned::alg_in_claims),

    /// HS* is accepted under the text of the public key (CVE-2016-10555, CVE-2022-29217, CVE-2024-33663).
    PublicKeyAsSecret = "public-key-as-secret" => Rules { key: confusion::text_or_jwk, ..Rules::authentic(confusion::text_as_secret) },
    /// HS* is accepted under the public key in any encoding that the library has a code path for.
    AnyEncodingAsSecret = "any-encoding-as-secret" => Rules { key: confusion::text_or_jwk, ..Rules::authentic(confusion::any_encoding_as_secret) },
    /// HS* is accepted under the JSON text of the key (CVE-2026-48526).
    JwkAsSecret = "jwk-as-secret" => Rules { key: confusion::text_or_jwk, ..Rules::authentic(confusion::jwk_as_secret) },
    /// A key text that does not begin like a PEM is a secret (CVE-2026-34950, CVE-2024-37568).
    OddTextAsSecret = "odd-text-as-secret" => Rules { key: confusion::text_or_jwk, ..Rules::authentic(confusion::unrecognised_text_as_secret) },
    /// HS* is accepted under a text that everyone knows: a client secret (CVE-2026-33322), the path of the key (CVE-2021-41106).
    KnownTextAsSecret = "known-text-as-secret" => Rules::authentic(confusion::known_text_as_secret),
    /// Any algorithm of the key's family is accepted (GHSA-jq35-7prp-9v3f).
    AnyOfFamily = "any-of-family" => Rules::authentic(confusion::family),
    /// The header's `alg` is never compared with the configured one.
    AlgNotCompared = "alg-not-compared" => Rules::authentic(confusion::alg_not_compared),
    /// The hash follows the header, the curve the key.
    HashFromHeader = "hash-from-header" => Rules::authentic(confusion::hash_from_header),
    /// Any ES* name is accepted for the configured key.
    CurveNotCompared = "curve-not-compared" => Rules::authentic(confusion::curve_from_header),
    /// `alg` is compared without case and punctuation.
    AlgSpelling = "alg-spelling" => Rules::authentic(confusion::spelling),
    /// A header that asks for another key type brings the process down.
    CastPanics = "cast-panics" => Rules::authentic(confusion::cast_panics),

    /// The type of the configured key decides how a signature is checked, not the algorithm (CVE-2022-23539).
    KeyTypeDecides = "key-type-decides" => Rules { key: confusion::of_any_type, ..Rules::authentic(confusion::key_type_decides) },
    /// A configured key of another type than the algorithm's is found out by casting it, for each token.
    KeyTypeCast = "key-type-cast" => Rules { key: confusion::of_any_type, ..Rules::authentic(confusion::key_type_cast) },

    /// The key in `jwk` is trusted (CVE-2018-0114, CVE-2026-27962).
    JwkTrusted = "jwk" => Rules::authentic(embedded::jwk),
    /// A key, key set or PEM under some other name is trusted.
    KeyMembersTrusted = "key-members" => Rules { header: policy::ignored, ..Rules::authentic(embedded::relatives) },
    /// The key in `jwk` is trusted if it has the trusted key's id or thumbprint.
    JwkOfKnownKid = "jwk-of-known-kid" => Rules::authentic(embedded::jwk_of_known_kid),
    /// The key in `jwk` is trusted if one of its numbers is that of the trusted key (CVE-2025-24976).
    JwkOfKnownNumber = "jwk-of-known-number" => Rules::authentic(embedded::jwk_of_known_number),
    /// The `jwk` that is compared and the `jwk` that verifies come from two parsers.
    JwkReadTwice = "jwk-read-twice" => Rules { read: unsigned::with_duplicates, header: policy::ignored, ..Rules::authentic(embedded::jwk_read_twice) },
    /// The key or certificate in a `data:` URL of `jku` or `x5u` is trusted.
    UrlKey = "url-key" => Rules::authentic(url::key),
    /// What a `file:` or `data:` URL of `jku` or `x5u` gives is the secret.
    UrlSecret = "url-secret" => Rules::authentic(url::secret),
    /// The first certificate of `x5c` is trusted, whoever issued it.
    X5cLeaf = "x5c-leaf" => Rules { header: policy::ignored, ..Rules::authentic(embedded::x5c_leaf) },
    /// A chain is trusted if the trusted certificate stands in it.
    X5cInclusion = "x5c-inclusion" => Rules::authentic(embedded::x5c_inclusion),
    /// The last certificate of `x5c` is trusted.
    X5cLast = "x5c-last" => Rules::authentic(embedded::x5c_last),
    /// The thumbprint finds the certificate, the chain gives the key.
    X5tThenX5c = "x5t-then-x5c" => Rules::authentic(embedded::x5t_then_x5c),

    /// A thumbprint that finds no certificate leaves nothing to verify with, and nothing is verified.
    X5tMiss = "x5t-miss" => Rules::authentic(embedded::x5t_miss),

    /// A `kid` that finds nothing gives a secret that everyone knows (CVE-2026-44351, CVE-2026-45363, CVE-2019-20933).
    KidMiss = "kid-miss" => Rules::authentic(key_id::miss_as_secret),
    /// Two parsers read two different `kid` members, and the one that finds nothing gives the empty secret.
    KidTwice = "kid-twice" => Rules { read: unsigned::with_duplicates, header: policy::ignored, ..Rules::authentic(key_id::twice) },
    /// `kid` finds what every object inherits.
    KidPrototype = "kid-prototype" => Rules::authentic(key_id::prototype),
    /// `kid` is a file name (CWE-22).
    KidFile = "kid-file" => Rules::authentic(key_id::file),
    /// `kid` is pasted into SQL (CWE-89).
    KidSql = "kid-sql" => Rules::authentic(key_id::sql),
    /// `kid` is a filter (CWE-90, CWE-943).
    KidFilter = "kid-filter" => Rules::authentic(key_id::filter),
    /// `kid` reaches a shell or a template (CWE-78, CWE-1336).
    KidCommand = "kid-command" => Rules::authentic(key_id::command),
    /// The secret is a text of the token itself (CVE-2025-65945).
    MemberAsSecret = "member-as-secret" => Rules::authentic(key_id::member_as_secret),

    /// A MAC is compared as far as the token's goes.
    MacPrefix = "mac-prefix" => Rules::reading(wire::loose, hmac::prefix_compared),
    /// A MAC is compared as far as the right one goes.
    MacTail = "mac-tail" => Rules::authentic(hmac::tail_ignored),
    /// A MAC is compared with type juggling (CWE-697).
    MacLoose = "mac-loose" => Rules::reading(wire::loose, hmac::loosely_compared),
    /// A MAC that failed leaves zeros, and zeros match them.
    MacZero = "mac-zero" => Rules::authentic(hmac::zero_tag),
    /// A secret that is not set is the empty one (CVE-2019-20933, CVE-2020-28637).
    SecretEmpty = "secret-empty" => Rules::authentic(hmac::empty_secret),
    /// The secret ends at its first NUL.
    SecretToNul = "secret-to-nul" => Rules::authentic(hmac::secret_to_nul),
    /// The secret ends at its first line break.
    SecretToNewline = "secret-to-newline" => Rules::authentic(hmac::secret_to_newline),
    /// The secret is cut to a buffer's length.
    SecretToLength = "secret-to-length" => Rules::authentic(hmac::secret_to_length),
    /// The secret is tried in every encoding.
    SecretGuessed = "secret-guessed" => Rules::authentic(hmac::secret_guessed),
    /// The hash of a MAC is guessed from its length.
    MacHashGuessed = "mac-hash-guessed" => Rules::authentic(hmac::hash_from_length),
    /// A key is loaded however weak or malformed it is.
    WeakKeys = "weak-keys" => Rules { key: key::given, ..Rules::reading(wire::loose, rsa::weak_key) },

    /// ECDSA without a range check: r = s = 0 is good for every message (CVE-2022-21449).
    Psychic = "ecdsa-psychic" => Rules::authentic(ecdsa::psychic),
    /// ECDSA that compares without asking for the point at infinity: s = 0 is good.
    EcdsaInfinity = "ecdsa-infinity-compared" => Rules::authentic(ecdsa::infinity_compared),
    /// ECDSA whose point addition lets infinity win: r = 0 is good.
    EcdsaAbsorbed = "ecdsa-infinity-absorbs" => Rules::authentic(ecdsa::infinity_absorbs),
    /// ECDSA whose inversion gives 0 for 1 and -1.
    EcdsaInverse = "ecdsa-inverse-of-one" => Rules::authentic(ecdsa::inverse_of_one),
    /// ECDSA signatures are read in whatever encoding they come.
    EcdsaEncoding = "ecdsa-any-encoding" => Rules::authentic(ecdsa::any_encoding),
    /// ECDSA without checks on any configured point (Wycheproof `invalid_point`).
    EcdsaUnchecked = "ecdsa-unchecked-point" => Rules { key: key::given, ..Rules::authentic(ecdsa::unchecked) },

    /// ECDSA under a key that could not be read: the point stays what it was, infinity.
    EcdsaUnread = "ecdsa-unread-point" => Rules { key: key::given, ..Rules::authentic(ecdsa::unread) },

    /// Ed25519 accepts S and S + L (RFC 8032 section 5.1.7).
    EddsaUnbounded = "eddsa-unbounded" => Rules::authentic(eddsa::unbounded),
    /// Ed25519 ignores bytes behind the signature.
    EddsaTail = "eddsa-tail" => Rules::authentic(eddsa::tail_ignored),
    /// Ed25519 with the cofactor and without a look at the key.
    EddsaCofactor = "eddsa-cofactor" => Rules { key: key::given, ..Rules::authentic(eddsa::cofactored) },
    /// An embedded Ed25519 key of small order is trusted.
    EddsaEmbedded = "eddsa-embedded-small-order" => Rules::authentic(eddsa::embedded),
    /// Ed25519ph and Ed25519ctx are accepted as Ed25519.
    EddsaVariants = "eddsa-variants" => Rules::authentic(eddsa::variants),

    /// RSA padding: only the digest at the end counts.
    RsaDigestAtEnd = "rsa-digest-at-end" => Rules::authentic(rsa::digest_at_end),
    /// RSA padding: the digest may stand anywhere (CVE-2022-24771).
    RsaDigestAnywhere = "rsa-digest-anywhere" => Rules::authentic(rsa::digest_anywhere),
    /// RSA padding: what follows the digest is ignored (CVE-2006-4339, CVE-2016-1494).
    RsaTrailing = "rsa-trailing" => Rules::authentic(rsa::trailing_ignored),
    /// RSA padding: its bytes are skipped unread.
    RsaPadding = "rsa-padding-skipped" => Rules::authentic(rsa::padding_skipped),
    /// RSA padding: the `DigestInfo` is read as lax BER (CVE-2022-24771).
    RsaDigestInfo = "rsa-digest-info" => Rules::authentic(rsa::lax_digest_info),
    /// RSA padding: the signature chooses its hash.
    RsaHash = "rsa-hash-chosen" => Rules::authentic(rsa::hash_from_digest_info),
    /// RSA signatures are numbers of any length and size.
    RsaUnbounded = "rsa-unbounded" => Rules::authentic(rsa::number_unbounded),
    /// RSA signatures are copied into a buffer of the right size.
    RsaCut = "rsa-cut" => Rules::authentic(rsa::signature_cut),
    /// RSA arithmetic that maps a number to itself counts as a match.
    RsaFixedPoints = "rsa-fixed-points" => Rules { key: key::given, ..Rules::authentic(rsa::fixed_points) },
    /// RSASSA-PSS with any salt length.
    PssSalt = "pss-salt" => Rules::authentic(rsa::pss_salt_free),
    /// RSASSA-PSS with any mask hash.
    PssMask = "pss-mask" => Rules::authentic(rsa::pss_mask_free),
    /// RSASSA-PSS with any trailer and top bits.
    PssEnds = "pss-ends" => Rules::authentic(rsa::pss_ends_free),
    /// RSASSA-PSS or PKCS#1 v1.5: the padding is guessed.
    PssOrPkcs1 = "pss-or-pkcs1" => Rules::authentic(rsa::pkcs1_for_pss),
    /// RSASSA-PSS with any hash.
    PssHash = "pss-hash" => Rules::authentic(rsa::pss_hash_free),

    /// Expiry is not checked.
    TimesIgnored = "times-ignored" => policy::claims(policy::times_ignored),
    /// The audience is not checked.
    AudienceIgnored = "audience-ignored" => policy::claims(policy::audience_ignored),
    /// The issuer is not checked.
    IssuerIgnored = "issuer-ignored" => policy::claims(policy::issuer_ignored),
    /// Claims of an unexpected type are skipped (CVE-2026-25537).
    OddTypesSkipped = "odd-types-skipped" => policy::claims(policy::odd_types_skipped),
    /// Issuer and audience are compared in part (GHSA-75c5-xw7c-p5pm).
    TextsOverlap = "texts-overlap" => policy::claims(policy::texts_overlap),
    /// Claims that are not an object are not checked (fast-jwt#639).
    AnyJson = "any-json" => policy::claims(policy::any_json),
    /// `crit` is ignored (CVE-2025-59420, CVE-2026-32597).
    CritIgnored = "crit-ignored" => policy::header(policy::crit_ignored),
    /// `typ` is ignored.
    TypIgnored = "typ-ignored" => policy::header(policy::typ_ignored),
}

/// A verifier with one hole.
#[derive(Clone, Copy, Debug)]
pub struct Strawman(pub Hole);

/// A name of no deliberately vulnerable verifier.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("there is no deliberately vulnerable verifier `{0}`")]
pub struct UnknownHole(String);

impl fmt::Display for Hole {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

impl FromStr for Hole {
    type Err = UnknownHole;

    fn from_str(text: &str) -> Result<Self, UnknownHole> {
        Self::ALL.iter().copied().find(|hole| hole.name() == text).ok_or_else(|| UnknownHole(text.to_owned()))
    }
}

impl Implementation for Strawman {
    fn configure(&self, trust: &Trust) -> Result<Box<dyn Verifier>, ConfigureError> {
        let rules = self.0.rules();
        let key = (rules.key)(trust).map_err(ConfigureError::Unsupported)?;
        Ok(Box::new(Configured { rules, setup: Setup::new(trust, key) }))
    }

    fn identity(&self) -> Option<(String, String)> {
        Some((format!("strawman/{}", self.0), env!("CARGO_PKG_VERSION").to_owned()))
    }
}

struct Configured {
    rules: Rules,
    setup: Setup,
}

impl Verifier for Configured {
    fn verify(&self, token: &str) -> Result<Verdict, AskError> {
        let Rules { read, header, authentic, claims, .. } = self.rules;
        let Some(jws) = read(token) else { return Ok(Verdict::Rejected("not a token".to_owned())) };
        let reason = match () {
            () if !header(&self.setup, &jws) => "the header",
            () if !authentic(&self.setup, &jws) => "the signature",
            () if !claims(&self.setup, &jws) => "the claims",
            () => return Ok(Verdict::Accepted(Some(Claims(String::from_utf8_lossy(&jws.payload).into_owned())))),
        };
        Ok(Verdict::Rejected(reason.to_owned()))
    }
}
