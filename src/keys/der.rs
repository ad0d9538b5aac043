//! Writing DER (ITU-T X.690), just enough for keys, certificates, digest infos and signatures.
//!
//! Only a writer: forgeries need structures that no encoder would agree to print, and genuine ones are few. Reading key files is
//! left to well-kept crates.

/// Tag of INTEGER.
pub(crate) const INTEGER: u8 = 0x02;
/// Tag of BIT STRING.
pub(crate) const BIT_STRING: u8 = 0x03;
/// Tag of OCTET STRING.
pub(crate) const OCTET_STRING: u8 = 0x04;
/// Tag of NULL.
pub(crate) const NULL: u8 = 0x05;
/// Tag of OBJECT IDENTIFIER.
pub(crate) const OID: u8 = 0x06;
/// Tag of SEQUENCE.
pub(crate) const SEQUENCE: u8 = 0x30;
/// Tag of SET.
pub(crate) const SET: u8 = 0x31;

/// One element: tag, shortest definite length, content.
#[must_use]
pub(crate) fn tlv(tag: u8, content: &[u8]) -> Vec<u8> {
    let mut out = vec![tag];
    out.extend(length(content.len()));
    out.extend_from_slice(content);
    out
}

/// The shortest definite length.
#[must_use]
pub(crate) fn length(len: usize) -> Vec<u8> {
    if let Ok(short @ 0..0x80) = u8::try_from(len) {
        return vec![short];
    }
    let bytes: Vec<u8> = len.to_be_bytes().into_iter().skip_while(|b| *b == 0).collect();
    let count = u8::try_from(bytes.len()).expect("a usize has at most eight bytes");
    [vec![0x80 | count], bytes].concat()
}

/// An element around several others.
#[must_use]
pub(crate) fn nest(tag: u8, parts: &[Vec<u8>]) -> Vec<u8> {
    tlv(tag, &parts.concat())
}

/// A non-negative INTEGER from big-endian bytes.
#[must_use]
pub(crate) fn unsigned(big_endian: &[u8]) -> Vec<u8> {
    let mut content: Vec<u8> = big_endian.iter().copied().skip_while(|b| *b == 0).collect();
    if content.first().is_none_or(|b| *b >= 0x80) {
        content.insert(0, 0);
    }
    tlv(INTEGER, &content)
}

/// A BIT STRING without unused bits.
#[must_use]
pub(crate) fn bits(content: &[u8]) -> Vec<u8> {
    tlv(BIT_STRING, &[&[0], content].concat())
}

/// An OBJECT IDENTIFIER from its encoded content.
#[must_use]
pub(crate) fn oid(content: &[u8]) -> Vec<u8> {
    tlv(OID, content)
}

/// PEM armour around `der`, 64 columns, LF line ends, final LF (RFC 7468).
#[must_use]
pub(crate) fn pem(label: &str, der: &[u8]) -> String {
    let body = data_encoding::BASE64.encode(der);
    let mut out = format!("-----BEGIN {label}-----\n");
    for line in body.as_bytes().chunks(64) {
        out.push_str(std::str::from_utf8(line).expect("base64 is ASCII"));
        out.push('\n');
    }
    out.push_str(&format!("-----END {label}-----\n"));
    out
}

/// Whether an OBJECT IDENTIFIER with that content stands somewhere in `der`.
#[must_use]
pub(crate) fn contains_oid(der: &[u8], content: &[u8]) -> bool {
    let element = oid(content);
    der.windows(element.len()).any(|window| window == element)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_take_the_shortest_form() {
        assert_eq!(length(127), [127]);
        assert_eq!(length(128), [0x81, 128]);
        assert_eq!(length(65_536), [0x83, 1, 0, 0]);
    }

    #[test]
    fn integers_stay_positive_and_minimal() {
        assert_eq!(unsigned(&[0, 0, 0x80]), [2, 2, 0, 0x80]);
        assert_eq!(unsigned(&[0, 5]), [2, 1, 5]);
        assert_eq!(unsigned(&[]), [2, 1, 0]);
    }
}
