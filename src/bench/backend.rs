//! Whose code does the mathematics: one file a back end, all behind one trait.
//!
//! A prepared key is read once and used often, as a server does; a cold one is read from its usual encoding (the secret, PKCS#8, SPKI)
//! for every operation, as careless code and some libraries do. Both are offered, and timed apart.

#[cfg(feature = "aws-lc-rs")]
mod aws_lc;
mod ring;
mod rust_crypto;

#[cfg(feature = "aws-lc-rs")]
pub use self::aws_lc::AwsLc;
pub use self::{ring::Ring, rust_crypto::RustCrypto};
use super::scheme::Scheme;

/// Signs with one key. Closures qualify.
pub trait Signer: Send + Sync {
    /// The signature over `input`, as it stands in a JWS: `r || s` for ECDSA.
    fn sign(&self, input: &[u8]) -> Vec<u8>;
}

/// Verifies with one key. Closures qualify.
pub trait Verifier: Send + Sync {
    /// Whether `signature` is good.
    fn verify(&self, input: &[u8], signature: &[u8]) -> bool;
}

/// An implementation of signature schemes. `None` for a scheme that it lacks. All use the trusted keys of this crate.
pub trait Backend: Send + Sync {
    /// Its name in reports.
    fn name(&self) -> &'static str;

    /// The release that is compiled in, or those of its parts.
    fn version(&self) -> String;

    /// Signs with a key that is ready.
    fn signer(&self, scheme: Scheme) -> Option<Box<dyn Signer>>;

    /// Verifies with a key that is ready.
    fn verifier(&self, scheme: Scheme) -> Option<Box<dyn Verifier>>;

    /// Reads the key each time it signs.
    fn cold_signer(&self, scheme: Scheme) -> Option<Box<dyn Signer>>;

    /// Reads the key each time it verifies.
    fn cold_verifier(&self, scheme: Scheme) -> Option<Box<dyn Verifier>>;
}

/// All that are compiled in.
#[must_use]
pub fn all() -> Vec<Box<dyn Backend>> {
    vec![
        Box::new(Ring),
        #[cfg(feature = "aws-lc-rs")]
        Box::new(AwsLc),
        Box::new(RustCrypto),
    ]
}

impl<F: Fn(&[u8]) -> Vec<u8> + Send + Sync> Signer for F {
    fn sign(&self, input: &[u8]) -> Vec<u8> {
        self(input)
    }
}

impl<F: Fn(&[u8], &[u8]) -> bool + Send + Sync> Verifier for F {
    fn verify(&self, input: &[u8], signature: &[u8]) -> bool {
        self(input, signature)
    }
}

/// Boxes a closure; its argument types are written once, here.
fn signing(sign: impl Fn(&[u8]) -> Vec<u8> + Send + Sync + 'static) -> Option<Box<dyn Signer>> {
    Some(Box::new(sign))
}

/// The same for a verifier.
fn verifying(verify: impl Fn(&[u8], &[u8]) -> bool + Send + Sync + 'static) -> Option<Box<dyn Verifier>> {
    Some(Box::new(verify))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_those_of_the_lock_file() {
        let lock = include_str!("../../Cargo.lock");
        for backend in all() {
            for part in backend.version().split(", ") {
                let (name, version) = part.split_once(' ').unwrap_or((backend.name(), part));
                let entry = format!("name = \"{name}\"\nversion = \"{version}\"");
                assert!(lock.contains(&entry), "{name} {version}: set it to that of Cargo.lock");
            }
        }
    }
}
