//! Which keys a careful verifier loads at all, and checking a signature with one.

use ring::{hmac, signature};
use rsa::BigUint;

use crate::{
    algorithm::Algorithm,
    keys::{Curve, PublicKey, PublicMaterial, rsa_parameters},
    trust::Trust,
};

/// Loads the operator's key for the operator's algorithm.
///
/// # Errors
/// With the reason why it must not be used.
pub(crate) fn load(trust: &Trust) -> Result<PublicKey, String> {
    let key = given(trust)?;
    if !key.fits(trust.algorithm) {
        // RFC 8725 section 3.1: each key is used with one algorithm.
        return Err(format!("the key is not for {}", trust.algorithm));
    }
    check(&key, trust.algorithm).map_err(str::to_owned)?;
    Ok(key)
}

/// The key as the operator holds it: their own text where there is one, else the JWK.
///
/// # Errors
/// If that text is neither a PEM public key nor a JWK: guessing what it might be is how key texts became HMAC secrets.
pub(crate) fn given(trust: &Trust) -> Result<PublicKey, String> {
    match &trust.key.text {
        Some(text) => PublicKey::from_text(text),
        None => trust.public_key(),
    }
    .map_err(|e| e.to_string())
}

fn check(key: &PublicKey, algorithm: Algorithm) -> Result<(), &'static str> {
    let refused = match &key.material {
        // RFC 7518 section 3.2: a key of the same size as the hash output or larger.
        PublicMaterial::Secret(secret) => (secret.len() < algorithm.hash().len()).then_some("the secret is shorter than the hash"),
        PublicMaterial::Rsa { n, e } => return check_rsa(&BigUint::from_bytes_be(n), &BigUint::from_bytes_be(e)),
        // RFC 8725 section 3.4: validate what goes into the cryptography, above all points.
        PublicMaterial::Ec { curve, x, y } if x.len() != curve.width() || y.len() != curve.width() => {
            Some("a coordinate has the wrong width")
        }
        PublicMaterial::Ec { curve, x, y } => (!curve.contains(x, y)).then_some("the point is not on the curve"),
        PublicMaterial::Ed25519 { x } if x.len() != 32 => Some("an Ed25519 key has 32 bytes"),
        PublicMaterial::Ed25519 { x } => has_small_order(x).then_some("the point has small order"),
    };
    refused.map_or(Ok(()), Err)
}

/// RFC 7518 section 3.3 asks for 2048 bits or more, RFC 8017 section 3.1 for a product of odd primes and an odd exponent from 3.
fn check_rsa(n: &BigUint, e: &BigUint) -> Result<(), &'static str> {
    let (one, two, three) = (BigUint::from(1_u8), BigUint::from(2_u8), BigUint::from(3_u8));
    let odd = |number: &BigUint| number % &two == one;
    match n.bits() {
        0..2048 => return Err("the modulus is shorter than 2048 bits"),
        2048..=8192 => {}
        _ => return Err("the modulus is longer than 8192 bits"),
    }
    if !odd(n) {
        return Err("the modulus is even");
    }
    if *e < three || !odd(e) || e.bits() > 33 {
        return Err("the exponent is not an odd number from 3 to 2^33");
    }
    // Fermat's test: a product of two large primes fails it, a prime modulus, whose private exponent anyone computes, never does.
    if two.modpow(&(n - &one), n) == one {
        return Err("the modulus is a prime");
    }
    if has_close_primes(n) {
        return Err("the primes of the modulus are too close to each other");
    }
    if has_roca_form(n) {
        return Err("the modulus has the form of CVE-2017-15361");
    }
    Ok(())
}

/// The first steps of Fermat's method, which finds factors near the square root (CVE-2022-26320, FIPS 186-5 appendix A.1.3).
fn has_close_primes(n: &BigUint) -> bool {
    let mut middle = n.sqrt();
    (0..16).any(|_| {
        middle += 1_u8;
        let square = &middle * &middle - n;
        let root = square.sqrt();
        &root * &root == square
    })
}

/// Whether the modulus is a power of 65537 modulo each of a few small primes, as are all that Infineon's library made, and of others
/// about one in 2^28 (Nemec and others, "The Return of Coppersmith's Attack", 2017).
fn has_roca_form(n: &BigUint) -> bool {
    const PRIMES: [u32; 17] = [11, 13, 17, 19, 37, 53, 61, 71, 73, 79, 97, 103, 107, 109, 127, 151, 157];
    PRIMES.into_iter().all(|prime| {
        let residue = n % BigUint::from(prime);
        let powers = std::iter::successors(Some(1), |power| Some(power * 65_537 % prime).filter(|next| *next != 1));
        powers.into_iter().any(|power| residue == BigUint::from(power))
    })
}

/// Whether the encoding, canonical or not, is that of a point whose order divides 8: signatures under it verify for any message.
pub(crate) fn has_small_order(x: &[u8]) -> bool {
    // y = 0, 1, p-1, p, p+1, and the two y of order 8, little-endian; the last bit is the sign of x.
    const LAST: usize = 31;
    let eight = [
        "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
        "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
    ];
    let mut y = x.to_vec();
    y[LAST] &= 0x7f;
    let near_zero = y[1..] == [0; LAST] && y[0] <= 1;
    let near_p = y[1..LAST] == [0xff; 30] && y[LAST] == 0x7f && (0xec..=0xee).contains(&y[0]);
    near_zero || near_p || eight.contains(&data_encoding::HEXLOWER.encode(&y).as_str())
}

/// A key made ready for one algorithm, so that verifying repeats as little as possible.
pub(crate) enum Prepared {
    /// An HMAC key with its inner and outer state.
    Hmac(hmac::Key),
    /// ECDSA on P-256 and P-384, and Ed25519.
    Point(signature::UnparsedPublicKey<Vec<u8>>),
    /// RSA.
    Rsa(signature::RsaPublicKeyComponents<Vec<u8>>, &'static signature::RsaParameters),
    /// What ring lacks: P-521 and secp256k1.
    Other(PublicKey, Algorithm),
}

impl Prepared {
    /// Makes a loaded key ready.
    pub(crate) fn new(key: PublicKey, algorithm: Algorithm) -> Self {
        let point = |with: &'static dyn signature::VerificationAlgorithm, bytes| {
            Self::Point(signature::UnparsedPublicKey::new(with, bytes))
        };
        match key.material {
            PublicMaterial::Secret(secret) => Self::Hmac(hmac::Key::new(algorithm.hash().for_hmac(), &secret)),
            PublicMaterial::Rsa { n, e } => Self::Rsa(signature::RsaPublicKeyComponents { n, e }, rsa_parameters(algorithm)),
            PublicMaterial::Ec { curve: Curve::P256, x, y } => {
                point(&signature::ECDSA_P256_SHA256_FIXED, [&[4], x.as_slice(), &y].concat())
            }
            PublicMaterial::Ec { curve: Curve::P384, x, y } => {
                point(&signature::ECDSA_P384_SHA384_FIXED, [&[4], x.as_slice(), &y].concat())
            }
            PublicMaterial::Ed25519 { x } => point(&signature::ED25519, x),
            PublicMaterial::Ec { .. } => Self::Other(key, algorithm),
        }
    }

    /// Whether the signature is good; in constant time for a MAC.
    pub(crate) fn verifies(&self, input: &[u8], signature: &[u8]) -> bool {
        match self {
            Self::Hmac(key) => hmac::verify(key, input, signature).is_ok(),
            Self::Point(key) => key.verify(input, signature).is_ok(),
            Self::Rsa(key, parameters) => key.verify(parameters, input, signature).is_ok(),
            Self::Other(key, algorithm) => key.verifies(*algorithm, input, signature),
        }
    }
}
