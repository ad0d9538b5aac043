//! Reading tokens and signatures as leniently as the laxest library: the oracle must recognise a genuine token under any disguise.

use std::{borrow::Cow, sync::OnceLock};

use data_encoding::{BASE64URL_NOPAD, Encoding, HEXLOWER_PERMISSIVE, Specification};
use rsa::BigUint;

use crate::keys::Curve;

/// A header, a payload and a signature, decoded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reading {
    /// Bytes of the protected header.
    pub header: Vec<u8>,
    /// Bytes of the payload.
    pub payload: Vec<u8>,
    /// Bytes of the signature.
    pub signature: Vec<u8>,
}

/// A reading with its first two segments as they were spelled: what a signature may have been made over.
pub(crate) struct Spelled {
    /// Header and payload, still encoded.
    pub(crate) texts: [String; 2],
    /// What they say.
    pub(crate) reading: Reading,
}

/// Every way in which `token` can be read as a JWS: three segments, whatever follows them, or each signature of a JSON serialisation.
pub(super) fn readings(token: &str) -> Vec<Reading> {
    spelled(token).into_iter().map(|spelled| spelled.reading).collect()
}

/// The same with the texts that were read.
pub(crate) fn spelled(token: &str) -> Vec<Spelled> {
    let text = token.trim_matches(|c: char| c.is_whitespace() || c.is_control() || c == '\u{feff}' || c == '"');
    // What begins like JSON and is none may have its header written out.
    let json = if text.starts_with('{') { json_readings(text.as_bytes()) } else { Vec::new() };
    if !json.is_empty() {
        return json;
    }
    let word = |prefix: &str| {
        text.get(..prefix.len()).filter(|t| t.eq_ignore_ascii_case(prefix)).map(|_| text[prefix.len()..].trim_start())
    };
    let text = word("Bearer ").or_else(|| word("JWT ")).unwrap_or(text);
    match text.split('.').collect::<Vec<_>>()[..] {
        // Segments in front are another matter: who skips them may skip them for the signature only, and read the claims of the second.
        [header, payload, signature, ..] => read(header, payload, signature),
        _ => Vec::new(),
    }
}

fn read(header: &str, payload: &str, signature: &str) -> Vec<Spelled> {
    let [headers, payloads, signatures] = [header, payload, signature].map(decode);
    let mut readings = Vec::new();
    for header_bytes in &headers {
        for payload_bytes in &payloads {
            readings.extend(signatures.iter().map(|signature| Spelled {
                texts: [header.to_owned(), payload.to_owned()],
                reading: Reading { header: header_bytes.clone(), payload: payload_bytes.clone(), signature: signature.clone() },
            }));
        }
    }
    readings
}

/// Flattened and general JSON serialisation (RFC 7515 section 7.2), members in any order.
fn json_readings(bytes: &[u8]) -> Vec<Spelled> {
    let Ok(value) = serde_json::from_slice::<serde_json::Value>(bytes) else { return Vec::new() };
    let text = |value: &serde_json::Value, name: &str| value.get(name).and_then(|v| v.as_str()).unwrap_or_default().to_owned();
    let payload = text(&value, "payload");
    let flattened = std::iter::once(&value);
    let general = value.get("signatures").and_then(|s| s.as_array()).into_iter().flatten();
    flattened.chain(general).flat_map(|s| read(&text(s, "protected"), &payload, &text(s, "signature"))).collect()
}

/// What a decoder makes of padding before the end.
#[derive(Clone, Copy)]
enum Padding {
    /// It is the end.
    Ends,
    /// It is skipped.
    Skipped,
    /// It is the end where it completes four symbols, else skipped: `binascii` of `CPython`.
    EndsFour,
}

/// Below that many bytes, hex and base64 of base64 are read into a text by chance.
const SPELLED_OUT: usize = 16;

/// Everything that a segment may say: base64, once or twice, hex, or plain JSON; percent-encoded or not.
fn decode(text: &str) -> Vec<Vec<u8>> {
    let text = unescaped(text);
    let mut readings = base64(&text);
    if text.starts_with('{') {
        readings.push(text.as_bytes().to_vec());
    }
    if let Ok(bytes) = HEXLOWER_PERMISSIVE.decode(text.as_bytes())
        && bytes.len() >= SPELLED_OUT
    {
        readings.push(bytes);
    }
    let again = readings.first().and_then(|bytes| std::str::from_utf8(bytes).ok());
    if let Some(Ok(bytes)) = again.map(|text| BASE64URL_NOPAD.decode(text.as_bytes()))
        && bytes.len() >= SPELLED_OUT
    {
        readings.push(bytes);
    }
    readings
}

/// The text without percent-encoding (RFC 3986 section 2.1); as it is where that gives no text.
fn unescaped(text: &str) -> Cow<'_, str> {
    if !text.contains('%') {
        return Cow::Borrowed(text);
    }
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((&byte, after)) = rest.split_first() {
        let octet = after.get(..2).filter(|_| byte == b'%').and_then(|two| HEXLOWER_PERMISSIVE.decode(two).ok());
        bytes.push(octet.as_ref().map_or(byte, |octet| octet[0]));
        rest = if octet.is_some() { &after[2..] } else { after };
    }
    String::from_utf8(bytes).map_or(Cow::Borrowed(text), Cow::Owned)
}

/// Base64 of either alphabet, skipping what belongs to neither, under each reading of padding; unused bits do not matter.
fn base64(text: &str) -> Vec<Vec<u8>> {
    if let Ok(bytes) = BASE64URL_NOPAD.decode(text.as_bytes()) {
        return vec![bytes];
    }
    let inside = text.trim_end_matches('=').contains('=');
    let paddings: &[Padding] = if inside { &[Padding::Ends, Padding::Skipped, Padding::EndsFour] } else { &[Padding::Ends] };
    let mut readings: Vec<Vec<u8>> = paddings.iter().filter_map(|padding| decode_with(text, *padding)).collect();
    readings.dedup();
    readings
}

fn decode_with(text: &str, padding: Padding) -> Option<Vec<u8>> {
    static LENIENT: OnceLock<Encoding> = OnceLock::new();
    let encoding = LENIENT.get_or_init(|| {
        let mut spec = Specification::new();
        spec.symbols.push_str("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_");
        spec.check_trailing_bits = false;
        spec.encoding().expect("a valid specification")
    });
    let (mut symbols, mut pads): (Vec<u8>, usize) = (Vec::with_capacity(text.len()), 0);
    for byte in text.bytes() {
        let symbol = match byte {
            b'+' => b'-',
            b'/' => b'_',
            b'-' | b'_' => byte,
            b'=' => {
                let started = symbols.len() % 4;
                pads += 1;
                match padding {
                    Padding::Ends => break,
                    Padding::EndsFour if started >= 2 && started + pads >= 4 => break,
                    _ => continue,
                }
            }
            _ if byte.is_ascii_alphanumeric() => byte,
            _ => continue,
        };
        pads = 0;
        symbols.push(symbol);
    }
    // One symbol over a multiple of four carries no whole byte.
    if symbols.len() % 4 == 1 {
        symbols.pop();
    }
    encoding.decode(&symbols).ok()
}

/// Whether `given` is `recorded` in another spelling that truly verifies, or verifies for a reader that is careless about form.
pub(crate) fn same_signature(recorded: &[u8], given: &[u8], modulus: Option<&[u8]>) -> bool {
    if recorded.is_empty() || given.is_empty() {
        return false;
    }
    // Bytes behind a whole signature, or zeros in front of it: the maker still needed the signature.
    // Shorter at the end, it is a truncated one, even if only zeros are missing: that took no knowledge of the rest.
    let whole = given.len() >= recorded.len() && without_zeros(given) == without_zeros(recorded);
    if given.starts_with(recorded) || whole || without_leading_zeros(given) == without_leading_zeros(recorded) {
        return true;
    }
    if let Some(n) = modulus {
        let n = BigUint::from_bytes_be(n);
        return BigUint::from_bytes_be(given) % &n == BigUint::from_bytes_be(recorded) % &n;
    }
    same_ecdsa(recorded, given) || same_eddsa(recorded, given)
}

/// Equal r, and equal s up to sign, on the curve whose signatures are that long; DER or raw, padded or stripped or swapped.
fn same_ecdsa(recorded: &[u8], given: &[u8]) -> bool {
    let curves = Curve::ALL.into_iter().filter(|c| 2 * c.width() == recorded.len());
    let (r, s) = recorded.split_at(recorded.len() / 2);
    let number = BigUint::from_bytes_be;
    curves.into_iter().any(|curve| {
        let order = number(&curve.order());
        let same = |a: &[u8], b: &[u8]| number(a) == number(r) && (number(b) == number(s) || number(b) + number(s) == order);
        ecdsa_halves(given, curve.width()).iter().any(|(a, b)| same(a, b) || same(b, a))
    })
}

/// Every pair of numbers that a careless reader could take a signature for.
pub(crate) fn ecdsa_halves(given: &[u8], width: usize) -> Vec<(Vec<u8>, Vec<u8>)> {
    let mut pairs: Vec<(Vec<u8>, Vec<u8>)> = Vec::new();
    if let Some(pair) = der_pair(given) {
        pairs.push(pair);
    }
    for cut in [given.len() / 2, given.len().div_ceil(2), width, width + 1, given.len().saturating_sub(width)] {
        if cut <= given.len() {
            let (a, b) = given.split_at(cut);
            pairs.push((a.to_vec(), b.to_vec()));
            pairs.push((a.to_vec(), b[..b.len().min(width)].to_vec()));
            pairs.push((a.iter().rev().copied().collect(), b.iter().rev().copied().collect()));
        }
    }
    pairs
}

/// The two integers of a BER-ish SEQUENCE, however long its lengths are and whatever follows.
fn der_pair(bytes: &[u8]) -> Option<(Vec<u8>, Vec<u8>)> {
    let (tag, body, _) = element(bytes)?;
    let (first, r, rest) = element(body)?;
    let (second, s, _) = element(rest)?;
    (tag == crate::keys::der::SEQUENCE && first == crate::keys::der::INTEGER && second == crate::keys::der::INTEGER)
        .then(|| (r.to_vec(), s.to_vec()))
}

fn element(bytes: &[u8]) -> Option<(u8, &[u8], &[u8])> {
    let (&tag, rest) = bytes.split_first()?;
    let (&first, rest) = rest.split_first()?;
    if first == 0x80 {
        return Some((tag, rest, &[]));
    }
    let count = if first > 0x80 { usize::from(first & 0x7f) } else { 0 };
    let length = rest.get(..count)?.iter().try_fold(0_usize, |n, b| n.checked_mul(256)?.checked_add(usize::from(*b)))?;
    let length = if count == 0 { usize::from(first) } else { length };
    let rest = &rest[count..];
    let end = length.min(rest.len());
    Some((tag, &rest[..end], &rest[end..]))
}

/// Equal R, and S equal modulo the group order L (RFC 8032 section 5.1.7).
fn same_eddsa(recorded: &[u8], given: &[u8]) -> bool {
    if recorded.len() != 64 || given.len() != 64 || recorded[..32] != given[..32] {
        return false;
    }
    let order = BigUint::parse_bytes(b"1000000000000000000000000000000014def9dea2f79cd65812631a5cf5d3ed", 16).expect("a constant");
    BigUint::from_bytes_le(&recorded[32..]) % &order == BigUint::from_bytes_le(&given[32..]) % &order
}

fn without_leading_zeros(bytes: &[u8]) -> &[u8] {
    let start = bytes.iter().position(|b| *b != 0).unwrap_or(bytes.len());
    &bytes[start..]
}

fn without_zeros(bytes: &[u8]) -> &[u8] {
    let bytes = without_leading_zeros(bytes);
    let end = bytes.iter().rposition(|b| *b != 0).map_or(0, |i| i + 1);
    &bytes[..end]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_truncated_signature_is_another_even_if_only_zeros_are_missing() {
        let recorded = [&[7; 31], &[0][..]].concat();
        assert!(!same_signature(&recorded, &recorded[..31], None));
        assert!(same_signature(&recorded, &[&recorded, &[0][..]].concat(), None));
        assert!(same_signature(&[&[0], &[7; 31][..]].concat(), &[7; 31], None));
    }
}
