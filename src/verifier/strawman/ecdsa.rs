//! Holes in ECDSA: ranges, encodings, and the textbook form without any check.
#![expect(clippy::many_single_char_names, reason = "the names of SEC 1 and of every textbook")]

use std::ops::Rem;

use rsa::BigUint;

use super::{
    embedded::element,
    rules::{Jws, Setup},
};
use crate::{
    algorithm::Family,
    keys::{Curve, PublicMaterial, der},
};

type Point<'a> = (Curve, &'a [u8], &'a [u8]);

/// The configured key, if it is one of ECDSA and the header names its algorithm.
fn point<'a>(setup: &'a Setup, jws: &Jws) -> Option<Point<'a>> {
    match &setup.key.material {
        PublicMaterial::Ec { curve, x, y } if jws.alg() == Some(setup.algorithm().name()) => Some((*curve, x, y)),
        _ => None,
    }
}

/// The pair of numbers in a raw signature of whatever even length.
fn halves(signature: &[u8]) -> (BigUint, BigUint) {
    let (r, s) = signature.split_at(signature.len() / 2);
    (BigUint::from_bytes_be(r), BigUint::from_bytes_be(s))
}

fn order(curve: Curve) -> BigUint {
    BigUint::from_bytes_be(&curve.order())
}

fn zero() -> BigUint {
    BigUint::from(0_u8)
}

/// Both numbers, or the DER of them, as a raw signature.
fn numbers(signature: &[u8]) -> (BigUint, BigUint) {
    der_pair(signature).map_or_else(|| halves(signature), |(r, s)| (BigUint::from_bytes_be(&r), BigUint::from_bytes_be(&s)))
}

/// No range check: with r = s = 0 both multiples vanish, and the point at infinity has x = 0 = r. The header picks the curve, and any
/// key will do, since it drops out.
pub(super) fn psychic(setup: &Setup, jws: &Jws) -> bool {
    let zeros = |curve: Curve| {
        let (r, s) = numbers(jws.signature_bytes());
        !jws.is_unsigned() && r.rem(order(curve)) == zero() && s.rem(order(curve)) == zero()
    };
    jws.algorithm().and_then(Curve::of).is_some_and(zeros) || setup.exact(jws)
}

/// The result is compared as r Z^2 = X without asking for infinity, where X and Z are 0: s = 0 passes with any r.
pub(super) fn infinity_compared(setup: &Setup, jws: &Jws) -> bool {
    let s_is_zero = |(curve, ..): Point<'_>| !jws.is_unsigned() && numbers(jws.signature_bytes()).1.rem(order(curve)) == zero();
    point(setup, jws).is_some_and(s_is_zero) || setup.exact(jws)
}

/// The sum of two points is infinity as soon as one of them is: r = 0 passes with any s.
pub(super) fn infinity_absorbs(setup: &Setup, jws: &Jws) -> bool {
    let r_is_zero = |(curve, ..): Point<'_>| !jws.is_unsigned() && numbers(jws.signature_bytes()).0.rem(order(curve)) == zero();
    point(setup, jws).is_some_and(r_is_zero) || setup.exact(jws)
}

/// The inverse of s by a loop that ends before its first turn where s is 1 or -1, and leaves 0.
pub(super) fn inverse_of_one(setup: &Setup, jws: &Jws) -> bool {
    let fooled = |(curve, ..): Point<'_>| {
        let (n, one) = (order(curve), BigUint::from(1_u8));
        let s = numbers(jws.signature_bytes()).1.rem(&n);
        !jws.is_unsigned() && (s == one || s == n - one)
    };
    point(setup, jws).is_some_and(fooled) || setup.exact(jws)
}

/// Any encoding of the two numbers will do: DER of every looseness, halves of any width, trailing bytes.
pub(super) fn any_encoding(setup: &Setup, jws: &Jws) -> bool {
    point(setup, jws).is_some_and(|(curve, x, y)| {
        let width = curve.width();
        pairs(jws.signature_bytes(), width).into_iter().any(|(r, s)| {
            let fit = |bytes: &[u8]| {
                let number = BigUint::from_bytes_be(bytes).to_bytes_be();
                (number.len() <= width).then(|| [vec![0; width - number.len()], number].concat())
            };
            let (Some(r), Some(s)) = (fit(&r), fit(&s)) else { return false };
            let verifies =
                |a: &[u8], b: &[u8]| curve.verifies(x, y, setup.algorithm().hash(), jws.input.as_bytes(), &[a, b].concat());
            verifies(&r, &s) || verifies(&s, &r)
        })
    }) || setup.exact(jws)
}

/// Every pair of numbers that one of the careless readers sees.
fn pairs(signature: &[u8], width: usize) -> Vec<(Vec<u8>, Vec<u8>)> {
    let mut out: Vec<_> = der_pair(signature).into_iter().collect();
    let half = signature.len() / 2;
    for cut in [half, signature.len().div_ceil(2), width, width + 1, width - 1, signature.len().saturating_sub(width)] {
        let Some((r, rest)) = signature.split_at_checked(cut) else { continue };
        let s = &rest[..rest.len().min(width)];
        out.push((r.to_vec(), rest.to_vec()));
        out.push((r.to_vec(), s.to_vec()));
        out.push((r.iter().rev().copied().collect(), s.iter().rev().copied().collect()));
    }
    out
}

/// The two integers of a SEQUENCE in BER: long lengths, indefinite length, bytes behind it, signs ignored.
pub(super) fn der_pair(bytes: &[u8]) -> Option<(Vec<u8>, Vec<u8>)> {
    let (tag, body, _) = lax_element(bytes)?;
    let (first, r, rest) = element(body)?;
    let (second, s, _) = element(rest)?;
    (tag == der::SEQUENCE && first == der::INTEGER && second == der::INTEGER).then(|| (r.to_vec(), s.to_vec()))
}

fn lax_element(bytes: &[u8]) -> Option<(u8, &[u8], &[u8])> {
    match bytes {
        [tag, 0x80, rest @ ..] => Some((*tag, rest, &[])),
        _ => element(bytes).or_else(|| {
            let (tag, length, rest) = (bytes.first()?, bytes.get(1)?, bytes.get(2..)?);
            (*length < 0x80).then_some((*tag, rest, &[][..]))
        }),
    }
}

/// Textbook ECDSA: no range check, and no check that the public point lies on the curve.
pub(super) fn textbook(curve: Curve, x: &[u8], y: &[u8], jws: &Jws) -> bool {
    let signature = jws.signature_bytes();
    let Some(algorithm) = jws.algorithm().filter(|a| a.family() == Family::Ec) else { return false };
    let n = order(curve);
    let (r, s) = halves(signature);
    let digest = algorithm.hash().digest(jws.input.as_bytes());
    let e = BigUint::from_bytes_be(&digest);
    let w = s.modpow(&(&n - 2_u8), &n);
    let (u1, u2) = (&e * &w % &n, &r * &w % &n);
    let field = Field { p: BigUint::from_bytes_be(&curve.prime()), a: if curve == Curve::Secp256k1 { 0 } else { 3 } };
    let mut one = vec![0; curve.width()];
    one[curve.width() - 1] = 1;
    let (gx, gy) = curve.public(&one);
    let number = BigUint::from_bytes_be;
    let sum = field.add(&field.times(&u1, (number(&gx), number(&gy))), &field.times(&u2, (number(x), number(y))));
    !signature.is_empty() && field.x(&sum).rem(&n) == r.rem(&n)
}

/// Arithmetic on y^2 = x^3 - a x + b, which never needs b; that is why points off the curve go unnoticed.
struct Field {
    p: BigUint,
    a: u8,
}

/// X, Y, Z with x = X / Z^2 and y = Y / Z^3; Z = 0 at infinity.
type Jacobian = (BigUint, BigUint, BigUint);

impl Field {
    fn minus(&self, a: &BigUint, b: &BigUint) -> BigUint {
        (a + &self.p - b % &self.p) % &self.p
    }

    fn mul(&self, a: &BigUint, b: &BigUint) -> BigUint {
        a * b % &self.p
    }

    fn double(&self, (x, y, z): &Jacobian) -> Jacobian {
        let (yy, zz) = (self.mul(y, y), self.mul(z, z));
        let s = self.mul(&self.mul(x, &yy), &BigUint::from(4_u8));
        let m = self.minus(&(self.mul(x, x) * 3_u8), &(self.mul(&zz, &zz) * self.a));
        let x3 = self.minus(&self.mul(&m, &m), &(&s + &s));
        let y3 = self.minus(&self.mul(&m, &self.minus(&s, &x3)), &(self.mul(&yy, &yy) * 8_u8));
        (x3, y3, self.mul(&(y + y), z))
    }

    fn add(&self, a: &Jacobian, b: &Jacobian) -> Jacobian {
        if a.2 == zero() {
            return b.clone();
        }
        if b.2 == zero() {
            return a.clone();
        }
        let (za, zb) = (self.mul(&a.2, &a.2), self.mul(&b.2, &b.2));
        let (u1, u2) = (self.mul(&a.0, &zb), self.mul(&b.0, &za));
        let (s1, s2) = (self.mul(&a.1, &self.mul(&zb, &b.2)), self.mul(&b.1, &self.mul(&za, &a.2)));
        let (h, r) = (self.minus(&u2, &u1), self.minus(&s2, &s1));
        if h == zero() && r == zero() {
            return self.double(a);
        }
        let hh = self.mul(&h, &h);
        let (hhh, v) = (self.mul(&hh, &h), self.mul(&u1, &hh));
        let x3 = self.minus(&self.minus(&self.mul(&r, &r), &hhh), &(&v + &v));
        let y3 = self.minus(&self.mul(&r, &self.minus(&v, &x3)), &self.mul(&s1, &hhh));
        (x3, y3, self.mul(&self.mul(&h, &a.2), &b.2))
    }

    fn times(&self, scalar: &BigUint, (x, y): (BigUint, BigUint)) -> Jacobian {
        let point = (x, y, BigUint::from(1_u8));
        let mut sum = (zero(), BigUint::from(1_u8), zero());
        for byte in scalar.to_bytes_be() {
            for bit in (0..8).rev() {
                sum = self.double(&sum);
                if byte >> bit & 1 == 1 {
                    sum = self.add(&sum, &point);
                }
            }
        }
        sum
    }

    /// The x of a point; 0 at infinity, where the inverse of zero is zero by Fermat.
    fn x(&self, (x, _, z): &Jacobian) -> BigUint {
        let inverse = z.modpow(&(&self.p - 2_u8), &self.p);
        self.mul(x, &self.mul(&inverse, &inverse))
    }
}

/// By the book with the configured key: see [`textbook`].
pub(super) fn unchecked(setup: &Setup, jws: &Jws) -> bool {
    point(setup, jws).is_some_and(|(curve, x, y)| !curve.contains(x, y) && textbook(curve, x, y, jws)) || setup.exact(jws)
}

/// A key that is not a point of the curve leaves the point at its initial value, infinity, and then R = u1 G.
pub(super) fn unread(setup: &Setup, jws: &Jws) -> bool {
    let (PublicMaterial::Ec { curve, x, y }, Some(own)) = (&setup.key.material, Curve::of(setup.algorithm())) else {
        return setup.exact(jws);
    };
    if *curve == own && own.contains(x, y) {
        return setup.exact(jws);
    }
    let n = order(own);
    let (r, s) = halves(jws.signature_bytes());
    let e = BigUint::from_bytes_be(&setup.algorithm().hash().digest(jws.input.as_bytes()));
    let u1 = e * s.modpow(&(&n - 2_u8), &n) % &n;
    let scalar = u1.to_bytes_be();
    let named = jws.alg() == Some(setup.algorithm().name()) && s.clone().rem(&n) != zero() && u1 != zero();
    let fixed = [vec![0; own.width().saturating_sub(scalar.len())], scalar].concat();
    named && BigUint::from_bytes_be(&own.public(&fixed).0).rem(&n) == r.rem(&n)
}
