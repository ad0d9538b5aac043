//! The rules by name, and what a report says about each.

use crate::verdict::Severity;

/// A rule that a token signed by the issuer can break.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Rule {
    /// The header is not a JSON object (RFC 7515 section 5.2 step 3).
    HeaderNotAnObject,
    /// `alg` is missing, not a string, or not one that was configured for the key (RFC 7515 section 4.1.1, RFC 8725 section 3.1).
    Algorithm,
    /// `crit` is not an array of strings (RFC 7515 section 4.1.11).
    CritMalformed,
    /// `crit` names an extension that no verifier of JWTs knows (RFC 7515 section 4.1.11).
    CritUnknown,
    /// `crit` announces an unencoded payload, which a JWT must not have (RFC 7797 sections 6 and 7).
    B64,
    /// `typ` names another kind of token (RFC 8725 sections 3.11 and 3.12).
    Typ,
    /// The payload is not a JSON object (RFC 7519 section 7.2 step 10).
    ClaimsNotAnObject,
    /// `exp` or `nbf` is not a number (RFC 7519 sections 4.1.4 and 4.1.5).
    TimeNotANumber,
    /// `iat` is not a number (RFC 7519 section 4.1.6).
    IssuedAtNotANumber,
    /// `exp` has passed (RFC 7519 section 4.1.4).
    Expired,
    /// `nbf` is in the future (RFC 7519 section 4.1.5).
    NotYetValid,
    /// `iss` is missing or not the configured issuer (RFC 7519 section 4.1.1, RFC 8725 section 3.8).
    Issuer,
    /// `iss` is not a string (RFC 7519 section 4.1.1).
    IssuerNotText,
    /// `aud` is missing or does not name the configured audience (RFC 7519 section 4.1.3, RFC 8725 section 3.9).
    Audience,
    /// `aud` is neither a string nor an array of strings (RFC 7519 section 4.1.3).
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

    /// How bad it is to accept a token that breaks it, given that the issuer did sign the token.
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
                "An expired token is accepted",
                "Check exp against the clock, with a leeway of no more than a few minutes; zero and negative numbers are valid times.",
                &["RFC 7519 section 4.1.4"],
            ),
            Self::NotYetValid => (
                "not-yet-valid",
                Severity::Medium,
                "CWE-613",
                "A token is accepted before its nbf",
                "Check nbf against the clock, with a leeway of no more than a few minutes.",
                &["RFC 7519 section 4.1.5"],
            ),
            Self::IssuedAtNotANumber => (
                "issued-at-not-a-number",
                Severity::Low,
                "CWE-1287",
                "A token is accepted whose iat is not a number, so that its age cannot be checked",
                "Refuse an iat that is not a JSON number.",
                &["RFC 7519 section 2", "RFC 7519 section 4.1.6"],
            ),
            _ => (
                "time-not-a-number",
                Severity::Medium,
                "CWE-1287",
                "A token is accepted whose exp or nbf is not a number, so that the time check is skipped or wrong",
                "Refuse an exp or nbf that is not a JSON number; do not convert strings, and do not skip the check.",
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
                "A token is accepted whose iss is missing or not the configured issuer",
                "Require iss, and compare all of it with the configured issuer, byte by byte.",
                &["RFC 7519 section 4.1.1", "RFC 8725 section 3.8"],
            ),
            Self::IssuerNotText => (
                "issuer-not-text",
                Severity::Low,
                "CWE-1287",
                "A token is accepted whose iss is not a string",
                "Refuse an iss that is not a JSON string, even an array that contains the configured issuer.",
                &["RFC 7519 section 4.1.1"],
            ),
            Self::Audience => (
                "audience",
                Severity::High,
                "CWE-863",
                "A token is accepted whose aud is missing or does not name the configured audience",
                "Require aud, and compare full strings with the configured audience, never substrings.",
                &["RFC 7519 section 4.1.3", "RFC 8725 section 3.9"],
            ),
            _ => (
                "audience-malformed",
                Severity::Low,
                "CWE-1287",
                "A token is accepted whose aud is neither a string nor an array of strings",
                "Refuse an aud of any other JSON type, such as an object, a number or nested arrays.",
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
                "A token is accepted whose alg is not configured for the key",
                "Compare the full alg case-sensitively with an allow list, before anything else.",
                &["RFC 7515 section 4.1.1", "RFC 8725 section 3.1"],
            ),
            Self::CritMalformed => (
                "crit-malformed",
                Severity::Low,
                "CWE-1287",
                "A token is accepted whose crit is not an array of strings",
                "Refuse a crit of any other type: the extensions that it requires are unknown.",
                &["RFC 7515 section 4.1.11"],
            ),
            Self::CritUnknown => (
                "crit-unknown",
                Severity::Medium,
                "CWE-358",
                "A token is accepted although its crit names an unsupported extension",
                "Refuse tokens whose crit names an extension that the verifier does not process.",
                &["RFC 7515 section 4.1.11"],
            ),
            Self::B64 => (
                "b64",
                Severity::Low,
                "CWE-358",
                "A token is accepted although its crit names b64 (unencoded payload)",
                "Refuse b64 in JWTs.",
                &["RFC 7797 section 6", "RFC 7797 section 7"],
            ),
            Self::Typ => (
                "typ",
                Severity::Low,
                "CWE-843",
                "A token of another type, such as an access token or a logout token, is accepted as a plain JWT",
                "Check typ, and refuse types that are meant for other verifiers.",
                &["RFC 8725 section 3.11", "RFC 8725 section 3.12"],
            ),
            Self::HeaderNotAnObject => (
                "header-not-an-object",
                Severity::Medium,
                "CWE-1287",
                "A token is accepted whose header is not a JSON object",
                "Refuse any other header: without an object there is no alg.",
                &["RFC 7515 section 5.2"],
            ),
            Self::ClaimsNotAnObject => (
                "claims-not-an-object",
                Severity::Medium,
                "CWE-1287",
                "A token is accepted whose payload is not a JSON object, so that no claim was checked",
                "Refuse any other payload.",
                &["RFC 7519 section 7.2"],
            ),
            _ => (
                "duplicate-member",
                Severity::Medium,
                "CWE-436",
                "A token with duplicate member names is accepted because the first one is checked, although the last one breaks a rule",
                "Refuse duplicate names, or use a parser that keeps the last.",
                &["RFC 7515 section 4", "RFC 7519 section 4", "RFC 8725 section 2.4"],
            ),
        }
    }
}
