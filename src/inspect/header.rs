//! What a header says about how the token wants to be verified.

use super::{Kind, Part, Remarks, json::readable};
use crate::{algorithm::Algorithm, token::Member, verdict::Severity};

/// Remarks on the header.
pub(super) fn remark(part: &Part, members: &[Member], kind: Kind, remarks: &mut Remarks) {
    if part.cut || (members.is_empty() && part.bytes().is_empty()) {
        return;
    }
    match text_of(members, "alg") {
        Some(name) => algorithm(&name, kind, remarks),
        None if has(members, "alg") => remarks.add(Severity::High, "alg", "alg is not a string."),
        None => remarks.add(Severity::High, "alg", "There is no alg; RFC 7515 section 4.1.1 requires it."),
    }
    for (name, what) in EMBEDDED {
        if has(members, name) {
            remarks.add(
                Severity::Medium,
                name,
                format!("The token {what}; a verifier that uses it trusts anyone who makes a token."),
            );
        }
    }
    if has(members, "crit") {
        remarks.add(Severity::Info, "crit", "A verifier that does not understand every name listed in crit must refuse the token.");
    }
    if members.iter().any(|m| m.is("b64") && m.value.trim_ascii() == b"false") {
        remarks.add(Severity::Medium, "b64", "The payload is not base64url (RFC 7797), which RFC 7519 forbids for a JWT.");
    }
    if kind == Kind::Jws && (has(members, "zip") || has(members, "enc")) {
        remarks.add(Severity::Low, "zip", "zip and enc have no meaning in a signed token.");
    }
    if let Some(kid) = text_of(members, "kid") {
        key_id(&kid, remarks);
    } else if has(members, "kid") {
        remarks.add(Severity::Medium, "kid", "kid is not a string.");
    }
}

/// Headers that bring or point to a key.
const EMBEDDED: [(&str, &str); 4] = [
    ("jwk", "contains its own verification key (jwk)"),
    ("jku", "gives the URL of its key (jku)"),
    ("x5u", "gives the URL of its certificate (x5u)"),
    ("x5c", "contains its own certificate chain (x5c)"),
];

fn algorithm(name: &str, kind: Kind, remarks: &mut Remarks) {
    let known = name.parse::<Algorithm>();
    match known {
        _ if name.trim().eq_ignore_ascii_case("none") => {
            remarks.add(
                Severity::Critical,
                "alg",
                format!("alg is `{}`: the token is unsigned, so anyone can make it.", cut(name)),
            );
        }
        _ if kind == Kind::Jwe => encryption(name, remarks),
        Ok(Algorithm::HS256 | Algorithm::HS384 | Algorithm::HS512) => {
            let text =
                format!("{name} is symmetric: everyone who can verify can also sign, and a weak secret can be guessed offline.");
            remarks.add(Severity::Low, "alg", text);
        }
        Ok(Algorithm::RS256 | Algorithm::RS384 | Algorithm::RS512) => {
            remarks.add(
                Severity::Info,
                "alg",
                format!("{name} uses PKCS#1 v1.5 padding; newer systems prefer ES256, EdDSA or PS256."),
            );
        }
        Ok(_) => {}
        Err(_) if matches!(name, "Ed25519" | "Ed448" | "ML-DSA-44" | "ML-DSA-65" | "ML-DSA-87") => {}
        Err(_) if Algorithm::ALL.iter().any(|a| a.name().eq_ignore_ascii_case(name.trim())) => {
            remarks.add(Severity::High, "alg", format!("alg is spelled `{}`; names are case-sensitive.", cut(name)));
        }
        Err(_) => {
            remarks.add(Severity::High, "alg", format!("`{}` is not a registered signature algorithm, or is weak.", cut(name)));
        }
    }
}

fn encryption(name: &str, remarks: &mut Remarks) {
    match name {
        "RSA1_5" => remarks.add(Severity::High, "alg", "RSA1_5 invites padding oracles; use RSA-OAEP-256 or ECDH-ES."),
        "dir" | "A128KW" | "A192KW" | "A256KW" | "A128GCMKW" | "A192GCMKW" | "A256GCMKW" => {
            remarks.add(Severity::Info, "alg", format!("{name} is symmetric: everyone who can decrypt can also make such tokens."));
        }
        _ if name.starts_with("PBES2") => {
            remarks.add(
                Severity::Medium,
                "alg",
                "PBES2 derives the key from a password; a large p2c makes a verifier work for minutes.",
            );
        }
        _ => {}
    }
}

fn key_id(kid: &str, remarks: &mut Remarks) {
    let suspicious = [
        ("..", "a path"),
        ("/", "a path"),
        ("\\", "a path"),
        ("\0", "a NUL byte"),
        ("'", "a quote, as in SQL injection"),
        ("\"", "a quote, as in SQL injection"),
        (";", "a semicolon, as in SQL or shell injection"),
        ("--", "an SQL comment"),
        ("$(", "a shell substitution"),
        ("`", "a shell substitution"),
        ("|", "a pipe, as in shell injection"),
        ("${", "a template"),
        ("{{", "a template"),
        ("://", "a URL"),
    ];
    // The longest mark says most: `://` rather than `/`.
    let found = suspicious.iter().filter(|(mark, _)| kid.contains(mark)).max_by_key(|(mark, _)| mark.len());
    if let Some((_, what)) = found {
        remarks.add(
            Severity::Medium,
            "kid",
            format!("kid contains {what}; this can mislead a verifier that looks up keys by kid."),
        );
    }
    if kid.len() > 256 {
        remarks.add(Severity::Low, "kid", format!("kid is {} bytes long.", kid.len()));
    }
}

/// Remarks on the signature, given the header's `alg`.
pub(super) fn remark_signature(part: &Part, header: Option<&Part>, remarks: &mut Remarks) {
    let name = header.and_then(|h| text_of(&h.members(), "alg")).unwrap_or_default();
    let length = part.bytes().len();
    let unsigned = name.trim().eq_ignore_ascii_case("none");
    if length == 0 && !unsigned {
        remarks.add(Severity::Critical, "signature", "The signature is empty.");
    } else if unsigned && length > 0 {
        remarks.add(Severity::Medium, "signature", "There is a signature, although alg is none.");
    }
    let expected = match name.parse::<Algorithm>() {
        Ok(a @ (Algorithm::HS256 | Algorithm::HS384 | Algorithm::HS512)) => a.hash().len(),
        Ok(Algorithm::ES256 | Algorithm::ES256K | Algorithm::EdDSA) => 64,
        Ok(Algorithm::ES384) => 96,
        Ok(Algorithm::ES512) => 132,
        Ok(_) if length > 0 && length < 256 => {
            remarks.add(Severity::Medium, "signature", format!("The signature has {length} bytes; {name} makes 256 or more."));
            return;
        }
        _ => return,
    };
    if length != expected && length > 0 {
        let text = format!("The signature has {length} bytes; {name} makes {expected}.");
        remarks.add(Severity::Medium, "signature", text);
    }
}

pub(super) fn has(members: &[Member], name: &str) -> bool {
    members.iter().any(|m| m.is(name))
}

/// The last member of that name as a string, since that is what most readers take.
pub(super) fn text_of(members: &[Member], name: &str) -> Option<String> {
    serde_json::from_slice(members.iter().rfind(|m| m.is(name))?.value.trim_ascii()).ok()
}

fn cut(text: &str) -> String {
    crate::text::cut(&readable(text.as_bytes()), 40)
}
