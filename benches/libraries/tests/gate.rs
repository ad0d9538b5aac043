//! Every library passes the gate wherever it claims to work, and planted broken ones do not.

use data_encoding::BASE64URL_NOPAD;
use jwt_gauntlet::Algorithm;
use jwt_gauntlet_libraries::{
    contender::{self, Contender, Refused, SetUpError, Signer, Verifier},
    gate::{Fault, pass},
    keys::KeyTexts,
    raw::Primitive,
    workload::{ALGORITHMS, Claims, USUAL, Workload},
};

/// What a library is known not to do.
fn known(name: &str, algorithm: Algorithm) -> Option<Fault> {
    match (name, algorithm) {
        ("jwt", Algorithm::RS256 | Algorithm::ES256)
        | ("jwt/openssl", Algorithm::HS256)
        | ("biscuit" | "jwt" | "jwt/openssl", Algorithm::EdDSA) => Some(Fault::Unsupported),
        _ => None,
    }
}

#[test]
fn every_library_passes_where_it_claims_to_work() {
    for algorithm in ALGORITHMS {
        let workload = Workload::new(algorithm, USUAL);
        for contender in contender::all() {
            let fault = pass(contender, &workload).err();
            if (contender.name(), algorithm) == ("jwt/openssl", Algorithm::ES256) {
                // It drops leading zeros of r and s.
                assert!(matches!(fault, Some(Fault::Signed(..))), "{fault:?}");
            } else {
                assert_eq!(fault, known(contender.name(), algorithm), "{} {algorithm}", contender.name());
            }
        }
    }
}

#[test]
fn the_primitives_agree_with_the_reference() {
    for algorithm in ALGORITHMS {
        let workload = Workload::new(algorithm, USUAL);
        let (input, signature) = Workload::parts(&workload.genuine);
        let forged = Workload::parts(&workload.forged).1;
        for primitive in Primitive::ALL {
            let verify = primitive.verifier(&workload.keys);
            assert!(
                verify.verify(input, &signature) && !verify.verify(input, &forged) && !verify.verify(b"other", &signature),
                "{primitive:?} {algorithm}"
            );
            let made = primitive.signer(&workload.keys).sign(input);
            // OpenSSL's ECDSA is DER.
            if algorithm != Algorithm::ES256 || primitive.name() != "openssl" {
                assert!(workload.keys.key.public().verifies(algorithm, input, &made), "{primitive:?} {algorithm}");
            }
        }
    }
}

/// A sound library with one hole.
struct Planted(Hole);

#[derive(Clone, Copy, PartialEq)]
enum Hole {
    ChecksNoSignature,
    ChecksNoTimes,
    TakesNone,
    RefusesAll,
    OtherSubject,
    ShortNumbers,
    PanicsOnNoSignature,
    RefusesTheKey,
}

fn sound() -> &'static dyn Contender {
    contender::find("jsonwebtoken/aws-lc-rs").expect("it is in the list")
}

impl Contender for Planted {
    fn name(&self) -> &'static str {
        "planted"
    }

    fn package(&self) -> &'static str {
        "jsonwebtoken"
    }

    fn primitive(&self, algorithm: Algorithm) -> Primitive {
        sound().primitive(algorithm)
    }

    fn signer(&self, keys: &KeyTexts) -> Result<Box<dyn Signer>, SetUpError> {
        Ok(Box::new(Holed(self.0, sound().signer(keys)?)))
    }

    fn verifier(&self, keys: &KeyTexts) -> Result<Box<dyn Verifier>, SetUpError> {
        if self.0 == Hole::RefusesTheKey {
            return Err(SetUpError::Key("not to my taste".to_owned()));
        }
        Ok(Box::new(Holed(self.0, sound().verifier(keys)?)))
    }

    fn decode(&self, token: &str) -> Option<Result<Claims, Refused>> {
        sound().decode(token)
    }
}

struct Holed<T>(Hole, T);

impl Signer for Holed<Box<dyn Signer>> {
    fn sign(&self, claims: &Claims) -> Result<String, Refused> {
        let token = self.1.sign(claims)?;
        if self.0 != Hole::ShortNumbers {
            return Ok(token);
        }
        let (input, mut signature) = Workload::parts(&token);
        // One in sixteen: with true zeros only, one run of the test in fifty would not meet any.
        if signature[0] < 16 {
            signature.remove(0);
        }
        let input = std::str::from_utf8(input).expect("ASCII");
        Ok(format!("{input}.{}", BASE64URL_NOPAD.encode(&signature)))
    }
}

impl Verifier for Holed<Box<dyn Verifier>> {
    fn verify(&self, token: &str) -> Result<Claims, Refused> {
        let verdict = self.1.verify(token);
        let decoded = || sound().decode(token).expect("it decodes");
        match (self.0, &verdict) {
            (Hole::ChecksNoSignature, Err(_)) => decoded()?.checked(),
            (Hole::ChecksNoTimes, Err(Refused(reason))) if reason == "ExpiredSignature" => decoded(),
            (Hole::TakesNone, Err(_)) if token.ends_with('.') => {
                let payload = token.split('.').nth(1).expect("three parts");
                let json = BASE64URL_NOPAD.decode(payload.as_bytes()).map_err(Refused::because)?;
                serde_json::from_slice(&json).map_err(Refused::because)
            }
            (Hole::RefusesAll, Ok(_)) => Err(Refused("not today".to_owned())),
            (Hole::OtherSubject, Ok(claims)) => Ok(Claims { sub: "admin".to_owned(), ..claims.clone() }),
            (Hole::PanicsOnNoSignature, _) if token.ends_with('.') => panic!("index out of bounds"),
            _ => verdict,
        }
    }
}

fn fault(hole: Hole, algorithm: Algorithm) -> Fault {
    let planted: &'static Planted = Box::leak(Box::new(Planted(hole)));
    pass(planted, &Workload::new(algorithm, USUAL)).err().expect("it is broken")
}

#[test]
fn a_planted_hole_is_reported_and_not_timed() {
    assert_eq!(fault(Hole::ChecksNoSignature, Algorithm::RS256), Fault::Took("a flipped bit in the signature"));
    assert_eq!(fault(Hole::ChecksNoTimes, Algorithm::HS256), Fault::Took("an expired token"));
    assert_eq!(fault(Hole::TakesNone, Algorithm::ES256), Fault::Took("no signature"));
    assert_eq!(fault(Hole::RefusesAll, Algorithm::EdDSA), Fault::Refused("a genuine token", "not today".to_owned()));
    assert_eq!(fault(Hole::OtherSubject, Algorithm::HS256), Fault::Claims("a genuine token"));
    assert_eq!(fault(Hole::PanicsOnNoSignature, Algorithm::HS256), Fault::Panicked("no signature"));
    assert!(matches!(fault(Hole::RefusesTheKey, Algorithm::HS256), Fault::Key(reason) if reason.contains("taste")));
    assert!(matches!(fault(Hole::ShortNumbers, Algorithm::ES256), Fault::Signed(_, 1024)));
    assert!(fault(Hole::RefusesAll, Algorithm::HS256).is_broken() && !Fault::Unsupported.is_broken());
}
