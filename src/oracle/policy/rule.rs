//! The rules by name, and what a report says about each.

use strum::VariantArray;

use crate::verdict::Severity;

/// A rule that a token signed by the issuer can break.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, VariantArray)]
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

/// What is said about a rule.
struct Entry {
    rule: Rule,
    id: &'static str,
    severity: Severity,
    cwe: &'static str,
    title: &'static str,
    remedy: &'static str,
    references: &'static [&'static str],
}

/// One entry a rule, in the order of [`Rule`].
const ENTRIES: [Entry; Rule::ALL.len()] = [
    Entry {
        rule: Rule::HeaderNotAnObject,
        id: "header-not-an-object",
        severity: Severity::Medium,
        cwe: "CWE-1287",
        title: "A token is accepted whose header is not a JSON object",
        remedy: "Refuse any other header: without an object there is no alg.",
        references: &["RFC 7515 section 5.2"],
    },
    Entry {
        rule: Rule::Algorithm,
        id: "algorithm",
        severity: Severity::Medium,
        cwe: "CWE-347",
        title: "A token is accepted whose alg is not configured for the key",
        remedy: "Compare the full alg case-sensitively with an allow list, before anything else.",
        references: &["RFC 7515 section 4.1.1", "RFC 8725 section 3.1"],
    },
    Entry {
        rule: Rule::CritMalformed,
        id: "crit-malformed",
        severity: Severity::Low,
        cwe: "CWE-1287",
        title: "A token is accepted whose crit is not an array of strings",
        remedy: "Refuse a crit of any other type: the extensions that it requires are unknown.",
        references: &["RFC 7515 section 4.1.11"],
    },
    Entry {
        rule: Rule::CritUnknown,
        id: "crit-unknown",
        severity: Severity::Medium,
        cwe: "CWE-358",
        title: "A token is accepted although its crit names an unsupported extension",
        remedy: "Refuse tokens whose crit names an extension that the verifier does not process.",
        references: &["RFC 7515 section 4.1.11"],
    },
    Entry {
        rule: Rule::B64,
        id: "b64",
        severity: Severity::Low,
        cwe: "CWE-358",
        title: "A token is accepted although its crit names b64 (unencoded payload)",
        remedy: "Refuse b64 in JWTs.",
        references: &["RFC 7797 section 6", "RFC 7797 section 7"],
    },
    Entry {
        rule: Rule::Typ,
        id: "typ",
        severity: Severity::Low,
        cwe: "CWE-843",
        title: "A token of another type, such as an access token or a logout token, is accepted as a plain JWT",
        remedy: "Check typ, and refuse types that are meant for other verifiers.",
        references: &["RFC 8725 section 3.11", "RFC 8725 section 3.12"],
    },
    Entry {
        rule: Rule::ClaimsNotAnObject,
        id: "claims-not-an-object",
        severity: Severity::Medium,
        cwe: "CWE-1287",
        title: "A token is accepted whose payload is not a JSON object, so that no claim was checked",
        remedy: "Refuse any other payload.",
        references: &["RFC 7519 section 7.2"],
    },
    Entry {
        rule: Rule::TimeNotANumber,
        id: "time-not-a-number",
        severity: Severity::Medium,
        cwe: "CWE-1287",
        title: "A token is accepted whose exp or nbf is not a number, so that the time check is skipped or wrong",
        remedy: "Refuse an exp or nbf that is not a JSON number; do not convert strings, and do not skip the check.",
        references: &["RFC 7519 section 2", "RFC 7519 section 4.1.4", "RFC 7519 section 4.1.5"],
    },
    Entry {
        rule: Rule::IssuedAtNotANumber,
        id: "issued-at-not-a-number",
        severity: Severity::Low,
        cwe: "CWE-1287",
        title: "A token is accepted whose iat is not a number, so that its age cannot be checked",
        remedy: "Refuse an iat that is not a JSON number.",
        references: &["RFC 7519 section 2", "RFC 7519 section 4.1.6"],
    },
    Entry {
        rule: Rule::Expired,
        id: "expired",
        severity: Severity::High,
        cwe: "CWE-613",
        title: "An expired token is accepted",
        remedy: "Check exp against the clock, with a leeway of no more than a few minutes; zero and negative numbers are valid times.",
        references: &["RFC 7519 section 4.1.4"],
    },
    Entry {
        rule: Rule::NotYetValid,
        id: "not-yet-valid",
        severity: Severity::Medium,
        cwe: "CWE-613",
        title: "A token is accepted before its nbf",
        remedy: "Check nbf against the clock, with a leeway of no more than a few minutes.",
        references: &["RFC 7519 section 4.1.5"],
    },
    Entry {
        rule: Rule::Issuer,
        id: "issuer",
        severity: Severity::High,
        cwe: "CWE-346",
        title: "A token is accepted whose iss is missing or not the configured issuer",
        remedy: "Require iss, and compare all of it with the configured issuer, byte by byte.",
        references: &["RFC 7519 section 4.1.1", "RFC 8725 section 3.8"],
    },
    Entry {
        rule: Rule::IssuerNotText,
        id: "issuer-not-text",
        severity: Severity::Low,
        cwe: "CWE-1287",
        title: "A token is accepted whose iss is not a string",
        remedy: "Refuse an iss that is not a JSON string, even an array that contains the configured issuer.",
        references: &["RFC 7519 section 4.1.1"],
    },
    Entry {
        rule: Rule::Audience,
        id: "audience",
        severity: Severity::High,
        cwe: "CWE-863",
        title: "A token is accepted whose aud is missing or does not name the configured audience",
        remedy: "Require aud, and compare full strings with the configured audience, never substrings.",
        references: &["RFC 7519 section 4.1.3", "RFC 8725 section 3.9"],
    },
    Entry {
        rule: Rule::AudienceMalformed,
        id: "audience-malformed",
        severity: Severity::Low,
        cwe: "CWE-1287",
        title: "A token is accepted whose aud is neither a string nor an array of strings",
        remedy: "Refuse an aud of any other JSON type, such as an object, a number or nested arrays.",
        references: &["RFC 7519 section 4.1.3"],
    },
    Entry {
        rule: Rule::DuplicateMember,
        id: "duplicate-member",
        severity: Severity::Medium,
        cwe: "CWE-436",
        title: "A token with duplicate member names is accepted because the first one is checked, although the last one breaks a rule",
        remedy: "Refuse duplicate names, or use a parser that keeps the last.",
        references: &["RFC 7515 section 4", "RFC 7519 section 4", "RFC 8725 section 2.4"],
    },
];

impl Rule {
    /// Every rule, header first.
    pub const ALL: &'static [Self] = Self::VARIANTS;

    /// Its name in reports and saved findings.
    #[must_use]
    pub fn id(self) -> &'static str {
        self.entry().id
    }

    /// How bad it is to accept a token that breaks it, given that the issuer did sign the token.
    #[must_use]
    pub fn severity(self) -> Severity {
        self.entry().severity
    }

    /// The weakness in CWE numbers.
    #[must_use]
    pub fn cwe(self) -> &'static str {
        self.entry().cwe
    }

    /// What the weakness is, in one sentence.
    #[must_use]
    pub fn title(self) -> &'static str {
        self.entry().title
    }

    /// What to do about it.
    #[must_use]
    pub fn remedy(self) -> &'static str {
        self.entry().remedy
    }

    /// RFC sections.
    #[must_use]
    pub fn references(self) -> &'static [&'static str] {
        self.entry().references
    }

    fn entry(self) -> &'static Entry {
        &ENTRIES[self as usize]
    }
}

// An entry in the wrong place would speak for another rule.
const _: () = {
    let mut at = 0;
    while at < ENTRIES.len() {
        assert!(ENTRIES[at].rule as usize == at);
        at += 1;
    }
};
