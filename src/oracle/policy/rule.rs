//! The rules by name, and what a report says about each.

use crate::verdict::Severity;

/// A rule that a token of the issuer's can break.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Rule {
    /// The header is no JSON object (RFC 7515 section 5.2 step 3).
    HeaderNotAnObject,
    /// `alg` is missing, no text, or not one that was configured for the key (RFC 7515 section 4.1.1, RFC 8725 section 3.1).
    Algorithm,
    /// `crit` is no list of texts (RFC 7515 section 4.1.11).
    CritMalformed,
    /// `crit` names an extension that no verifier of JWTs knows (RFC 7515 section 4.1.11).
    CritUnknown,
    /// `crit` announces an unencoded payload, which a JWT must not have (RFC 7797 sections 6 and 7).
    B64,
    /// `typ` names another kind of token (RFC 8725 sections 3.11 and 3.12).
    Typ,
    /// The payload is no JSON object (RFC 7519 section 7.2 step 10).
    ClaimsNotAnObject,
    /// `exp` or `nbf` is no number (RFC 7519 sections 4.1.4 and 4.1.5).
    TimeNotANumber,
    /// `iat` is no number (RFC 7519 section 4.1.6).
    IssuedAtNotANumber,
    /// `exp` has passed (RFC 7519 section 4.1.4).
    Expired,
    /// `nbf` has not come (RFC 7519 section 4.1.5).
    NotYetValid,
    /// `iss` is missing or not the configured issuer (RFC 7519 section 4.1.1, RFC 8725 section 3.8).
    Issuer,
    /// `iss` is no text (RFC 7519 section 4.1.1).
    IssuerNotText,
    /// `aud` is missing or does not name the configured audience (RFC 7519 section 4.1.3, RFC 8725 section 3.9).
    Audience,
    /// `aud` is neither a text nor a list of texts (RFC 7519 section 4.1.3).
    AudienceMalformed,
    /// The last of two members with one name breaks a rule that the first one keeps (RFC 7515 section 4, RFC 7519 section 4).
    DuplicateMember,
}

/// What is said about a rule: id, severity, CWE, title, remedy, references.
type Entry = (&'static str, Severity, &'static str, &'static str, &'static str, &'static [&'static str]);

impl Rule {
    /// Every rule, header first.
    pub const ALL: [Self; 16] = [
        Self::HeaderNotAnObject,
        Self::Algorithm,
        Self::CritMalformed,
        Self::CritUnknown,
        Self::B64,
        Self::Typ,
        Self::ClaimsNotAnObject,
        Self::TimeNotANumber,
        Self::IssuedAtNotANumber,
        Self::Expired,
        Self::NotYetValid,
        Self::Issuer,
        Self::IssuerNotText,
        Self::Audience,
        Self::AudienceMalformed,
        Self::DuplicateMember,
    ];

    /// Its name in reports and saved findings.
    #[must_use]
    pub fn id(self) -> &'static str {
        self.entry().0
    }

    /// How bad it is to take a token that breaks it, given that the issuer did sign the token.
    #[must_use]
    pub fn severity(self) -> Severity {
        self.entry().1
    }

    /// The weakness in CWE numbers.
    #[must_use]
    pub fn cwe(self) -> &'static str {
        self.entry().2
    }

    /// What the weakness is, in one sentence.
    #[must_use]
    pub fn title(self) -> &'static str {
        self.entry().3
    }

    /// What to do about it.
    #[must_use]
    pub fn remedy(self) -> &'static str {
        self.entry().4
    }

    /// RFC sections.
    #[must_use]
    pub fn references(self) -> &'static [&'static str] {
        self.entry().5
    }

    fn entry(self) -> Entry {
        match self {
            Self::TimeNotANumber | Self::IssuedAtNotANumber | Self::Expired | Self::NotYetValid => self.time_entry(),
            Self::Issuer | Self::IssuerNotText | Self::Audience | Self::AudienceMalformed => self.party_entry(),
            _ => self.format_entry(),
        }
    }

    fn time_entry(self) -> Entry {
        match self {
            Self::Expired => (
                "expired",
                Severity::High,
                "CWE-613",
                "An expired token is taken",
                "Check exp against the clock, with a leeway of no more than a few minutes; zero and negative numbers are times too.",
                &["RFC 7519 section 4.1.4"],
            ),
            Self::NotYetValid => (
                "not-yet-valid",
                Severity::Medium,
                "CWE-613",
                "A token is taken before its nbf",
                "Check nbf against the clock, with a leeway of no more than a few minutes.",
                &["RFC 7519 section 4.1.5"],
            ),
            Self::IssuedAtNotANumber => (
                "issued-at-not-a-number",
                Severity::Low,
                "CWE-1287",
                "A token is taken whose iat is no number; who goes by the age of a token must not rely on it",
                "Refuse an iat of any other JSON type than number.",
                &["RFC 7519 section 2", "RFC 7519 section 4.1.6"],
            ),
            _ => (
                "time-not-a-number",
                Severity::Medium,
                "CWE-1287",
                "A token is taken whose exp or nbf is no number, so that the check of it is lost or guesses",
                "Refuse a time of any other JSON type than number; do not convert texts and do not skip the check.",
                &["RFC 7519 section 2", "RFC 7519 section 4.1.4", "RFC 7519 section 4.1.5"],
            ),
        }
    }

    fn party_entry(self) -> Entry {
        match self {
            Self::Issuer => (
                "issuer",
                Severity::High,
                "CWE-346",
                "A token is taken whose iss is missing or not the configured issuer",
                "Require iss, and compare it with the configured issuer as a whole, byte by byte.",
                &["RFC 7519 section 4.1.1", "RFC 8725 section 3.8"],
            ),
            Self::IssuerNotText => (
                "issuer-not-text",
                Severity::Low,
                "CWE-1287",
                "A token is taken whose iss is no text",
                "Refuse an iss of any other JSON type than string; a list with the right issuer in it is not the right issuer.",
                &["RFC 7519 section 4.1.1"],
            ),
            Self::Audience => (
                "audience",
                Severity::High,
                "CWE-863",
                "A token is taken whose aud is missing or names others only",
                "Require aud, and look for the configured audience in it as a whole text, never as a part of one.",
                &["RFC 7519 section 4.1.3", "RFC 8725 section 3.9"],
            ),
            _ => (
                "audience-malformed",
                Severity::Low,
                "CWE-1287",
                "A token is taken whose aud is neither a text nor a list of texts",
                "Refuse an aud of any other JSON type; names of members, numbers and nested lists name no audience.",
                &["RFC 7519 section 4.1.3"],
            ),
        }
    }

    fn format_entry(self) -> Entry {
        match self {
            Self::Algorithm => (
                "algorithm",
                Severity::Medium,
                "CWE-347",
                "A token is taken whose alg is not one that was configured for the key",
                "Compare alg with an allow list, as a whole and case-sensitively, before anything else.",
                &["RFC 7515 section 4.1.1", "RFC 8725 section 3.1"],
            ),
            Self::CritMalformed => (
                "crit-malformed",
                Severity::Low,
                "CWE-1287",
                "A token is taken whose crit is no list of texts",
                "Refuse a crit of any other type: what it demands is not known.",
                &["RFC 7515 section 4.1.11"],
            ),
            Self::CritUnknown => (
                "crit-unknown",
                Severity::Medium,
                "CWE-358",
                "A token is taken although its crit names an extension that is not understood",
                "Refuse tokens whose crit names anything that this verifier does not process.",
                &["RFC 7515 section 4.1.11"],
            ),
            Self::B64 => (
                "b64",
                Severity::Low,
                "CWE-358",
                "A token is taken although its crit announces an unencoded payload",
                "Refuse b64 in JWTs.",
                &["RFC 7797 section 6", "RFC 7797 section 7"],
            ),
            Self::Typ => (
                "typ",
                Severity::Low,
                "CWE-843",
                "A token of another kind, such as an access token or a logout token, is taken for a plain JWT",
                "Check typ, and refuse the kinds that are meant for other verifiers.",
                &["RFC 8725 section 3.11", "RFC 8725 section 3.12"],
            ),
            Self::HeaderNotAnObject => (
                "header-not-an-object",
                Severity::Medium,
                "CWE-1287",
                "A token is taken whose header is no JSON object",
                "Refuse any other header: without an object there is no alg.",
                &["RFC 7515 section 5.2"],
            ),
            Self::ClaimsNotAnObject => (
                "claims-not-an-object",
                Severity::Medium,
                "CWE-1287",
                "A token is taken whose payload is no JSON object, so that no claim can have been checked",
                "Refuse any other payload.",
                &["RFC 7519 section 7.2"],
            ),
            _ => (
                "duplicate-member",
                Severity::Medium,
                "CWE-436",
                "Of two members with one name the first counts, and a rule is passed that the last one breaks",
                "Refuse duplicate names, or use a parser that keeps the last.",
                &["RFC 7515 section 4", "RFC 7519 section 4", "RFC 8725 section 2.4"],
            ),
        }
    }
}
