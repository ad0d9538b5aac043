//! The gate, by back ends with a fault planted in each.

use super::*;
use crate::{
    Algorithm,
    bench::{Signer, Verifier, backend, backend::Ring, library},
};

/// ring with one fault.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Fault {
    RefusesAll,
    AcceptsAll,
    AcceptsOneBit,
    AcceptsEmpty,
    ColdAcceptsAll,
    SignsAnother,
}

impl Backend for Fault {
    fn name(&self) -> &'static str {
        "planted"
    }

    fn version(&self) -> String {
        "0".to_owned()
    }

    fn signer(&self, scheme: Scheme) -> Option<Box<dyn Signer>> {
        let signer = Ring.signer(scheme)?;
        let another = *self == Self::SignsAnother;
        Some(Box::new(move |input: &[u8]| signer.sign(if another { b"another" } else { input })))
    }

    fn verifier(&self, scheme: Scheme) -> Option<Box<dyn Verifier>> {
        let (fault, verifier) = (*self, Ring.verifier(scheme)?);
        Some(Box::new(move |input: &[u8], signature: &[u8]| match fault {
            Self::RefusesAll => false,
            Self::AcceptsAll => true,
            Self::AcceptsEmpty if signature.is_empty() => true,
            Self::AcceptsOneBit => {
                let mut turned = signature.to_vec();
                if let Some(byte) = turned.len().checked_div(2).and_then(|middle| turned.get_mut(middle)) {
                    *byte ^= 0x40;
                }
                verifier.verify(input, signature) || verifier.verify(input, &turned)
            }
            _ => verifier.verify(input, signature),
        }))
    }

    fn cold_signer(&self, scheme: Scheme) -> Option<Box<dyn Signer>> {
        Ring.cold_signer(scheme)
    }

    fn cold_verifier(&self, scheme: Scheme) -> Option<Box<dyn Verifier>> {
        if *self == Self::ColdAcceptsAll { Some(Box::new(|_: &[u8], _: &[u8]| true)) } else { Ring.cold_verifier(scheme) }
    }
}

fn choice(schemes: Vec<Scheme>) -> Choice {
    Choice { schemes, operations: Operation::ALL.to_vec() }
}

#[test]
fn a_back_end_with_a_fault_is_broken_and_not_timed() {
    for (fault, why) in [
        (Fault::RefusesAll, "verify: refused a genuine signature"),
        (Fault::AcceptsAll, "verify: accepted the signature of another token"),
        (Fault::AcceptsOneBit, "verify: accepted a signature with one bit turned"),
        (Fault::AcceptsEmpty, "verify: accepted an empty signature"),
        (Fault::ColdAcceptsAll, "cold-verify: accepted the signature of another token"),
        (Fault::SignsAnother, "sign: made a signature that does not verify"),
    ] {
        let scheme = Scheme::Jws(Algorithm::ES256);
        let (timed, broken) = contenders(&choice(vec![scheme]), &[Box::new(fault), Box::new(Ring)], &[], Gate::Check);
        assert_eq!(broken, [Broken { scheme, backend: "planted".to_owned(), why: why.to_owned() }]);
        assert!(timed.iter().all(|contender| contender.backend != "planted"));
        assert_eq!(timed.iter().filter(|contender| contender.backend == "ring").count(), 5);
    }
}

/// A library with one fault.
struct Careless {
    accepts: bool,
    forgets: bool,
}

impl Library for Careless {
    fn name(&self) -> &'static str {
        "careless"
    }

    fn version(&self) -> String {
        "0".to_owned()
    }

    fn raw(&self) -> Option<&'static str> {
        None
    }

    fn issue(&self, scheme: Scheme) -> Option<library::Issue> {
        let (key, forgets) = (Encoded::of(scheme.algorithm()?), self.forgets);
        Some(Box::new(move |claims| {
            let claims = if forgets { "{}".to_owned() } else { serde_json::to_string(claims).expect("claims are JSON") };
            let input = format!("{}.{}", BASE64URL_NOPAD.encode(b"{}"), BASE64URL_NOPAD.encode(claims.as_bytes()));
            let signature = key.key.sign(key.algorithm, input.as_bytes()).expect("the key fits");
            format!("{input}.{}", BASE64URL_NOPAD.encode(&signature))
        }))
    }

    fn check(&self, _: Scheme) -> Option<library::Check> {
        let accepts = self.accepts;
        Some(Box::new(move |_| accepts))
    }
}

#[test]
fn so_is_a_library() {
    for (careless, why) in [
        (Careless { accepts: true, forgets: false }, "token-verify: accepted the forged token"),
        (Careless { accepts: false, forgets: false }, "token-verify: refused the genuine token"),
        (Careless { accepts: false, forgets: true }, "token-sign: made a token that does not verify"),
    ] {
        let (timed, broken) = contenders(&choice(vec![Scheme::Jws(Algorithm::HS256)]), &[], &[Box::new(careless)], Gate::Check);
        assert!(broken.len() == 1 && broken[0].why.starts_with(why), "{broken:?}");
        assert!(timed.iter().all(|contender| contender.backend == DECODE_ONLY));
    }
}

#[test]
fn everything_that_is_compiled_in_passes() {
    let (timed, broken) = contenders(&choice(Scheme::all()), &backend::all(), &library::all(), Gate::Check);
    assert_eq!(broken, []);
    let of = |backend: &str| timed.iter().filter(|contender| contender.backend == backend).count();
    assert_eq!(of("ring"), 12 * 5);
    #[cfg(feature = "aws-lc-rs")]
    assert_eq!((of("aws-lc-rs"), of("jsonwebtoken/aws-lc-rs")), (17 * 5, 12 * 3));
    #[cfg(feature = "jsonwebtoken")]
    assert_eq!((of("rust-crypto"), of("jsonwebtoken/rust-crypto")), (14 * 5, 12 * 3));
    for contender in &timed {
        assert!((0..9).all(|turn| (contender.work)(turn)), "{contender:?}");
    }
}
