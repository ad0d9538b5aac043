//! Personal data and secrets in a payload that anyone on the way can read.
//!
//! Names of claims tell most; values are looked at for what has a shape of its own: e-mail addresses, card numbers, IBANs.

use std::collections::BTreeSet;

use super::{
    Remarks,
    json::{Piece, pieces},
};
use crate::verdict::Severity;

/// Claim names without case and separators, and what they hold.
const NAMES: [(&str, &[&str]); 9] = [
    ("an e-mail address", &["email", "emailaddress", "mail", "upn"]),
    ("a phone number", &["phone", "phonenumber", "mobile", "mobilephone", "msisdn", "tel", "telephone"]),
    (
        "a name",
        &[
            "name",
            "givenname",
            "familyname",
            "middlename",
            "firstname",
            "lastname",
            "surname",
            "fullname",
            "displayname",
            "nickname",
        ],
    ),
    ("a birth date", &["birthdate", "dateofbirth", "dob", "birthday"]),
    ("an address", &["address", "streetaddress", "street", "postalcode", "zipcode", "homeaddress"]),
    (
        "a national id",
        &["ssn", "socialsecuritynumber", "nationalid", "passport", "passportnumber", "taxid", "personalid", "nino", "bsn"],
    ),
    ("a gender", &["gender", "sex"]),
    ("a payment detail", &["iban", "creditcard", "cardnumber", "pan", "accountnumber"]),
    ("an IP address", &["ip", "ipaddr", "ipaddress", "clientip"]),
];

/// Claim names of what must never be readable.
const SECRETS: [&str; 11] = [
    "password",
    "passwd",
    "pwd",
    "passwordhash",
    "secret",
    "clientsecret",
    "apikey",
    "privatekey",
    "accesstoken",
    "refreshtoken",
    "otp",
];

/// Remarks on what a payload gives away. Nested values are looked at too.
pub(super) fn remark(payload: &[u8], remarks: &mut Remarks) {
    let (mut personal, mut secrets) = (BTreeSet::new(), BTreeSet::new());
    let mut last: Option<Piece<'_>> = None;
    for piece in pieces(payload) {
        match (piece, last) {
            (Piece::Colon, Some(Piece::Text(name))) => {
                let name = String::from_utf8_lossy(name).trim_matches('"').to_owned();
                let key: String =
                    name.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_lowercase()).take(40).collect();
                if let Some((what, _)) = NAMES.iter().find(|(_, names)| names.contains(&key.as_str())) {
                    personal.insert(format!("{what} (`{name}`)"));
                }
                if SECRETS.contains(&key.as_str()) {
                    secrets.insert(format!("`{name}`"));
                }
            }
            (Piece::Text(value) | Piece::Word(value), Some(Piece::Colon | Piece::Comma | Piece::Open(b'['))) => {
                personal.extend(shape(value).map(str::to_owned));
            }
            _ => {}
        }
        last = Some(piece);
    }
    if !secrets.is_empty() {
        let text = format!("The payload is readable by everyone and seems to hold a secret: {}.", list(&secrets));
        remarks.add(Severity::High, "secret", text);
    }
    if !personal.is_empty() {
        let text = format!("The payload is readable by everyone and seems to hold personal data: {}.", list(&personal));
        remarks.add(Severity::Medium, "personal", text);
    }
}

fn list(found: &BTreeSet<String>) -> String {
    let shown: Vec<&str> = found.iter().take(8).map(String::as_str).collect();
    let more = found.len().saturating_sub(8);
    shown.join(", ") + &if more > 0 { format!(" and {more} more") } else { String::new() }
}

/// What a value is by its shape alone.
fn shape(value: &[u8]) -> Option<&'static str> {
    let value = value.strip_prefix(b"\"").and_then(|v| v.strip_suffix(b"\"")).unwrap_or(value);
    let text = std::str::from_utf8(value).ok().filter(|t| t.len() <= 254)?;
    if is_email(text) {
        Some("an e-mail address (by its form)")
    } else if is_card(text) {
        Some("a card number (by its check digit)")
    } else if is_iban(text) {
        Some("an IBAN (by its check digits)")
    } else {
        None
    }
}

fn is_email(text: &str) -> bool {
    let Some((local, domain)) = text.split_once('@') else { return false };
    let plain = |c: char| c.is_ascii_alphanumeric() || ".-_+".contains(c);
    !local.is_empty() && local.chars().all(plain) && domain.chars().all(plain) && domain.trim_matches('.').contains('.')
}

/// 13 to 19 digits in groups, a first digit that card networks use, and a Luhn check digit (ISO/IEC 7812-1).
fn is_card(text: &str) -> bool {
    if !text.chars().all(|c| c.is_ascii_digit() || c == ' ' || c == '-') {
        return false;
    }
    let digits: Vec<u32> = text.chars().filter_map(|c| c.to_digit(10)).collect();
    let doubled = |(i, digit): (usize, &u32)| if i % 2 == 1 { digit * 2 / 10 + digit * 2 % 10 } else { *digit };
    (13..=19).contains(&digits.len())
        && (3..=6).contains(&digits[0])
        && digits.iter().rev().enumerate().map(doubled).sum::<u32>() % 10 == 0
}

/// Country, check digits and account with a remainder of 1 by 97 (ISO 13616-1).
fn is_iban(text: &str) -> bool {
    let text: String = text.chars().filter(|c| *c != ' ').collect();
    let bytes = text.as_bytes();
    let fits = (15..=34).contains(&bytes.len())
        && bytes[..2].iter().all(u8::is_ascii_uppercase)
        && bytes[2..4].iter().all(u8::is_ascii_digit)
        && bytes.iter().all(|b| b.is_ascii_digit() || b.is_ascii_uppercase());
    fits && bytes[4..].iter().chain(&bytes[..4]).fold(0_u32, |rest, byte| match byte {
        b'0'..=b'9' => (rest * 10 + u32::from(byte - b'0')) % 97,
        _ => (rest * 100 + u32::from(byte - b'A') + 10) % 97,
    }) == 1
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shapes_are_told_by_their_check_digits() {
        assert!(is_card("4111 1111 1111 1111") && !is_card("4111111111111112") && !is_card("4102444800"));
        assert!(is_iban("DE89 3704 0044 0532 0130 00") && !is_iban("DE89370400440532013001"));
        assert!(is_email("a.b+c@example.org") && !is_email("https://a@b") && !is_email("@example.org"));
    }
}
