use rsa::BigUint;

use super::*;
use crate::{
    configuration::Configuration,
    keys::{Curve, digest_info, emsa_pkcs1},
    recipe::{Base, Recipe},
    step::{Step, ecdsa::fixed},
    token::Draft,
};

fn embedded(configured: Algorithm, step: Step) -> (serde_json::Value, Vec<u8>, String) {
    let issuer = Configuration::default().issuer(configured).expect("a key");
    let recipe = Recipe { from: Base::Forged, steps: vec![step] };
    let forged = recipe.forge(&issuer, 1, "a test").expect("the step fits");
    let draft = Draft::parse(forged.token.as_str());
    let header = serde_json::from_slice(&draft.segments[0].bytes().expect("base64url")).expect("JSON");
    (header, draft.segments[2].bytes().expect("base64url"), draft.signing_input())
}

fn key_step(key: Option<Algorithm>, member: KeyMember) -> Step {
    Step::EmbedKey { key: key.map(Into::into), r#as: member.into() }
}

#[test]
fn an_embedded_key_verifies_its_token_under_the_kid_of_the_header() {
    for algorithm in Algorithm::ALL {
        let (header, signature, input) = embedded(Algorithm::PS384, key_step(Some(algorithm), KeyMember::Jwk));
        let key = PublicKey::from_jwk(&header["jwk"]).expect("a key");
        assert_eq!(header["alg"], algorithm.name());
        assert_eq!(header["jwk"]["kid"], header["kid"]);
        assert!(key.verifies(algorithm, input.as_bytes(), &signature), "{algorithm}");
    }
}

#[test]
fn the_header_names_the_algorithm_where_the_step_does_not() {
    let (header, signature, input) = embedded(Algorithm::ES512, key_step(None, KeyMember::Keys));
    let key = PublicKey::from_jwk(&header["keys"][0]).expect("a key");
    assert!(key.verifies(Algorithm::ES512, input.as_bytes(), &signature));
}

#[test]
fn a_secret_as_text_is_the_mac_key() {
    let (header, signature, input) = embedded(Algorithm::RS256, key_step(Some(Algorithm::HS256), KeyMember::Secret));
    let secret = header["secret"].as_str().expect("text");
    assert_eq!(signature, Algorithm::HS256.hash().hmac(secret.as_bytes(), input.as_bytes()));
}

#[test]
fn with_exponent_one_the_signature_is_the_encoded_message() {
    let (header, signature, input) = embedded(Algorithm::RS256, key_step(None, KeyMember::ExponentOne));
    let trusted = Key::of(Role::Trusted, Algorithm::RS256).expect("a key");
    assert_eq!(header["jwk"]["n"], trusted.public().jwk_members().1[0].1.as_str());
    assert_eq!(header["jwk"]["e"], "AQ");
    let info = digest_info(Algorithm::RS256.hash(), &Algorithm::RS256.hash().digest(input.as_bytes()));
    assert_eq!(Some(signature), emsa_pkcs1(&info, 256));
}

#[test]
fn for_a_point_of_order_two_the_public_key_drops_out_of_the_equation() {
    for algorithm in [Algorithm::ES256, Algorithm::ES384, Algorithm::ES512, Algorithm::ES256K] {
        let (header, signature, input) = embedded(algorithm, key_step(None, KeyMember::OrderTwo));
        let curve = Curve::of(algorithm).expect("a curve");
        let order = BigUint::from_bytes_be(&curve.order());
        let (r, s) = signature.split_at(curve.width());
        let (r, s) = (BigUint::from_bytes_be(r), BigUint::from_bytes_be(s));
        let inverse = s.modpow(&(&order - 2_u8), &order);
        let message = BigUint::from_bytes_be(&algorithm.hash().digest(input.as_bytes()));
        // u2 is even, so u2 Q is the point at infinity, and R = u1 G must have r as its x.
        assert_eq!(&r * &inverse % &order % 2_u8, BigUint::from(0_u8), "{algorithm}");
        let (x, _) = curve.public(&fixed(&(message * &inverse % &order), curve.width()));
        assert_eq!(BigUint::from_bytes_be(&x) % &order, r, "{algorithm}");
        let trusted = Key::of(Role::Trusted, algorithm).expect("a key");
        assert_eq!(header["jwk"]["x"], trusted.public().jwk_members().1[1].1.as_str());
    }
}

#[test]
fn every_chain_starts_or_ends_with_a_certificate_for_the_signing_key() {
    let chains = [Chain::SelfSigned, Chain::AttackerCa, Chain::TrustedFirst, Chain::Reversed, Chain::TrustedName];
    for algorithm in [Algorithm::RS256, Algorithm::PS384, Algorithm::ES512, Algorithm::EdDSA] {
        for chain in chains {
            let (header, signature, input) = embedded(algorithm, Step::EmbedChain { chain: chain.into() });
            let list = header["x5c"].as_array().expect("a list").iter().map(|c| c.as_str().expect("text"));
            let list: Vec<_> = list.map(|c| data_encoding::BASE64.decode(c.as_bytes()).expect("base64")).collect();
            let attacker = Key::of(Role::Attacker, algorithm).expect("a key");
            let spki = attacker.public().spki_der().expect("an asymmetric key");
            let holds = |der: &Vec<u8>| der.windows(spki.len()).any(|window| window == spki);
            assert!(list.first().is_some_and(holds) || list.last().is_some_and(holds), "{algorithm} {chain:?}");
            assert!(attacker.public().verifies(algorithm, input.as_bytes(), &signature), "{algorithm} {chain:?}");
        }
    }
}

#[test]
fn a_thumbprint_is_that_of_the_certificate() {
    let issuer = Configuration::default().issuer(Algorithm::RS256).expect("a key");
    let certificate = issuer.public.certificate.clone().expect("an RSA key has one");
    let of = super::super::Holder::Trusted;
    let (header, ..) = embedded(Algorithm::RS256, Step::Thumbprint { name: "x5t#S256".into(), of: of.into() });
    let expected = data_encoding::BASE64URL_NOPAD.encode(&crate::algorithm::Sha2::Sha256.digest(&certificate));
    assert_eq!(header["x5t#S256"], expected);
}
