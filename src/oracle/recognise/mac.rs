//! MACs of the trusted secret, read and hashed in every way that the issuer's steps know.

use crate::{
    algorithm::Algorithm,
    keys::{MacHash, SecretReading, read_secret, tag},
    oracle::lenient::same_signature,
    token::Segment,
};

/// Whether the tag is one that needs the secret. A cut tag counts only where it is not the header's own hash that was cut
/// (RFC 2104 section 5): whoever has a whole tag can cut it.
pub(super) fn made(secret: &[u8], header: &[u8], input: &[u8], given: &[u8]) -> bool {
    let named = Segment::from_bytes(header.to_vec());
    let named = named.member("alg").and_then(|alg| serde_json::from_slice::<String>(alg).ok());
    let own = named.as_deref() == Some(Algorithm::HS512.name());
    keys(secret).iter().any(|key| {
        let hashes = MacHash::ALL.into_iter().filter(|hash| *hash != MacHash::Sha512Cut32 || !own);
        hashes.into_iter().any(|hash| same_signature(&tag(hash, key, input), given, None))
    })
}

/// The readings of the secret. One that is nothing but zeros is to HMAC the empty key, which is anyone's, unless the operator
/// configured just that.
fn keys(secret: &[u8]) -> Vec<Vec<u8>> {
    let read = |reading| read_secret(secret, reading).map(|key| (reading, key));
    let anyones = |reading, key: &[u8]| reading != SecretReading::Plain && key.iter().all(|byte| *byte == 0);
    let readings = SecretReading::ALL.into_iter().filter_map(read);
    readings.filter(|(reading, key)| !anyones(*reading, key)).map(|(_, key)| key).collect()
}
