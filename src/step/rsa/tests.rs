//! Forgeries and odd signatures, checked by other means than those that made them: cubing, ring, the rsa crate, a lax parser.

use std::collections::HashMap;

use ::rsa::{BigUint, Pkcs1v15Sign, Pss, RsaPublicKey, traits::PublicKeyParts};
use sha2::Digest;

use super::{digest_info::edited, padding::Layout, *};
use crate::{
    catalogue::Catalogue,
    issuer::Issuer,
    keys::{Key, Role, mgf1},
    recipe::Base,
    step::{
        Step,
        fixture::{configured, forge, issuer, parts},
    },
    verdict::Provenance,
};

const PKCS1: [Algorithm; 3] = [Algorithm::RS256, Algorithm::RS384, Algorithm::RS512];
const PSS: [Algorithm; 3] = [Algorithm::PS256, Algorithm::PS384, Algorithm::PS512];

/// What the public operation makes of a signature.
fn block(issuer: &Issuer, signature: &[u8]) -> Vec<u8> {
    let PublicMaterial::Rsa { n, e } = &issuer.public.material else { panic!("an RSA key") };
    let key = Public { n: BigUint::from_bytes_be(n), e: BigUint::from_bytes_be(e) };
    key.fixed(&BigUint::from_bytes_be(signature).modpow(&key.e, &key.n))
}

fn rsa_key(issuer: &Issuer) -> RsaPublicKey {
    let PublicMaterial::Rsa { n, e } = &issuer.public.material else { panic!("an RSA key") };
    RsaPublicKey::new(BigUint::from_bytes_be(n), BigUint::from_bytes_be(e)).expect("a sound key")
}

/// Tag, content and rest of an element; lengths in any form, right or too long.
fn element(bytes: &[u8]) -> (u8, &[u8], &[u8]) {
    let (start, length) = match bytes[1] {
        0x81 => (3, usize::from(bytes[2])),
        0x82 => (4, 256 * usize::from(bytes[2]) + usize::from(bytes[3])),
        short => (2, usize::from(short)),
    };
    (bytes[0], &bytes[start..start + length], &bytes[start + length..])
}

/// Takes a block as each lax verifier would whom the layout is made for.
fn fools(layout: &str, block: &[u8], oid: &[u8], digest: &[u8]) -> bool {
    let ff = block[2..].iter().take_while(|b| **b == 0xff).count();
    let first_zero = 2 + block[2..].iter().position(|b| *b == 0).expect("a zero byte");
    let good = info(oid, digest);
    match layout {
        "padding" => block[..2] == [0, 1] && block[first_zero + 1..] == good,
        "padding-after-ff" => block[..2] == [0, 1] && ff >= 8 && block[first_zero + 1..] == good,
        "padding-bare-hash" => block[..2] == [0, 1] && block[first_zero + 1..] == *digest,
        "before-bare-hash" => block[..2] == [0, 1] && ff == 8 && block.ends_with(digest),
        "block-type-two" => block[..2] == [0, 2] && block[first_zero + 1..] == good,
        "tail-only" => block.ends_with(&good),
        _ => {
            let wanted = match layout {
                "trailing-no-ff" => 0,
                "trailing-one-ff" => 1,
                _ => 8,
            };
            let (outer, content, rest) = element(&block[3 + ff..]);
            let (_, algorithm, behind) = element(content);
            let (_, named, parameters) = element(algorithm);
            let (octets, hash, third) = element(behind);
            let padded = block[..2] == [0, 1] && ff == wanted && block[2 + ff] == 0;
            let right = match layout {
                "third-element" => element(third).2.is_empty() && hash == digest,
                "octet-tail" => hash.starts_with(digest),
                "parameters-octets" => parameters[0] == 4 && element(parameters).2.is_empty() && hash == digest,
                "parameters-null" => parameters[0] == 5 && element(parameters).2.is_empty() && hash == digest,
                "algorithm-element" => parameters.starts_with(&[5, 0]) && element(&parameters[2..]).2.is_empty() && hash == digest,
                "trailing-no-null" => parameters.is_empty() && hash == digest,
                _ => parameters[0] == 5 && hash == digest,
            };
            let ends = rest.is_empty() != layout.starts_with("trailing");
            padded && outer == 0x30 && octets == 4 && named == oid && right && ends
        }
    }
}

#[test]
fn every_cube_has_the_layout_that_fools_its_parser() {
    let all = [
        "trailing-garbage",
        "trailing-one-ff",
        "trailing-no-ff",
        "trailing-no-null",
        "trailing-long-form",
        "third-element",
        "octet-tail",
        "parameters-octets",
        "parameters-null",
        "algorithm-element",
        "padding",
        "padding-after-ff",
        "before-bare-hash",
        "padding-bare-hash",
        "block-type-two",
        "tail-only",
    ];
    // Longer hashes leave too little to chance for layouts that fix much else.
    let hopeless_512 = [
        "trailing-garbage",
        "trailing-one-ff",
        "trailing-no-null",
        "trailing-long-form",
        "third-element",
        "octet-tail",
        "parameters-octets",
        "parameters-null",
        "algorithm-element",
        "padding-after-ff",
    ];
    for algorithm in PKCS1 {
        let issuer = configured(algorithm, "key = 'rsa-exponent-3'");
        for layout in all {
            if algorithm == Algorithm::RS512 && hopeless_512.contains(&layout) {
                continue;
            }
            let forged = forge(&issuer, Base::Forged, &[&format!("{{ rsa-cube-root = {{ layout = '{layout}' }} }}")]);
            let (input, signature) = parts(&forged);
            let digest = algorithm.hash().digest(input.as_bytes());
            let number = BigUint::from_bytes_be(&signature);
            let cube = &number * &number * &number;
            let bytes = cube.to_bytes_be();
            let cube = [vec![0; 256 - bytes.len()], bytes].concat();
            assert_eq!(cube, block(&issuer, &signature), "{algorithm} {layout}: nothing wraps around");
            assert!(fools(layout, &cube, oid(algorithm.hash()), &digest), "{algorithm} {layout}");
            assert_eq!(forged.provenance, Provenance::Forged);
            assert!(!issuer.public.verifies(algorithm, input.as_bytes(), &signature), "{algorithm} {layout}");
        }
    }
}

#[test]
fn a_key_that_can_be_used_by_anyone_is_used() {
    for algorithm in [PKCS1, PSS].concat() {
        let issuer = configured(algorithm, "key = 'rsa-exponent-1'");
        let forged = forge(&issuer, Base::Forged, &["{ rsa-exponent-one = {} }"]);
        let (input, signature) = parts(&forged);
        assert_eq!(block(&issuer, &signature), signature);
        let digest = algorithm.hash().digest(input.as_bytes());
        assert!(algorithm.is_pss() || signature.ends_with(&digest), "{algorithm}");

        let issuer = configured(algorithm, "key = 'rsa-modulus-prime'");
        let forged = forge(&issuer, Base::Forged, &["{ rsa-prime-modulus = {} }"]);
        let (input, signature) = parts(&forged);
        assert!(issuer.public.verifies(algorithm, input.as_bytes(), &signature), "{algorithm}: ring takes it");
    }
}

/// The cases of the built-in catalogue with a padding or `DigestInfo` edit, each as a block over the same digest.
fn mutants(algorithm: Algorithm) -> Vec<(String, Option<Vec<u8>>)> {
    let (hash, digest) = (algorithm.hash(), algorithm.hash().digest(b"one message"));
    let other = info(oid(hash), &hash.digest(b"another message"));
    let random = (0..=255_u8).map(|b| b.max(1)).collect();
    let layout = Layout { info: info(oid(hash), &digest), digest: digest.clone(), other, size: 256, random };
    let cases = Catalogue::built_in()
        .cases
        .into_iter()
        .filter(|case| case.attack.id == "rsa/pkcs1-padding-mutants" && case.recipe.from == Base::Forged);
    cases
        .map(|case| {
            let block = match &case.recipe.steps[..] {
                [Step::RsaPadding { edit }] => layout.block(**edit),
                [Step::RsaDigestInfo { element, edit }] => emsa_pkcs1(&edited(oid(hash), &digest, **element, **edit), 256),
                _ => panic!("{} has another step", case.id),
            };
            (case.id, block)
        })
        .collect()
}

#[test]
fn there_are_more_padding_mutants_than_wycheproof_has_and_each_is_another() {
    for algorithm in PKCS1 {
        let digest = algorithm.hash().digest(b"one message");
        let right = emsa_pkcs1(&info(oid(algorithm.hash()), &digest), 256).expect("room");
        let mut seen = HashMap::from([(right, "the right one".to_owned())]);
        let mutants = mutants(algorithm);
        assert!(mutants.len() >= 213, "only {}", mutants.len());
        for (id, block) in mutants {
            let block = block.unwrap_or_else(|| panic!("{id} has no room"));
            assert_eq!(block.len(), 256, "{id}");
            assert!(block.windows(digest.len()).any(|w| w == digest), "{id} lost the hash, so that no one would fall for it");
            assert_eq!(seen.insert(block, id.clone()), None, "{id} is the same");
        }
    }
}

#[test]
fn ring_refuses_every_padding_mutant() {
    let issuer = issuer(Algorithm::RS256);
    for case in Catalogue::built_in().cases.iter().filter(|case| case.attack.id == "rsa/pkcs1-padding-mutants") {
        let forged = case.recipe.forge(&issuer, 1, &case.id).unwrap_or_else(|e| panic!("{}: {e}", case.id));
        let (input, signature) = parts(&forged);
        let expected = if case.recipe.from == Base::Forged { Provenance::Genuine } else { Provenance::Respelled };
        assert_eq!(forged.provenance, expected, "{}: made with the private key", case.id);
        assert!(!issuer.public.verifies(Algorithm::RS256, input.as_bytes(), &signature), "{}", case.id);
        let block = block(&issuer, &signature);
        let digest = Algorithm::RS256.hash().digest(input.as_bytes());
        assert!(block.windows(32).any(|window| window == digest), "{}", case.id);
    }
}

#[test]
fn signatures_over_another_hash_verify_under_that_hash() {
    for algorithm in PKCS1 {
        let issuer = issuer(algorithm);
        let key = rsa_key(&issuer);
        for hash in ["md5", "sha1", "sha224", "sha256", "sha384", "sha512", "no-info"] {
            if hash[3..] == algorithm.name()[2..] {
                continue;
            }
            let forged = forge(&issuer, Base::Forged, &[&format!("{{ rsa-hash = {{ hash = '{hash}' }} }}")]);
            let (input, signature) = parts(&forged);
            let data = input.as_bytes();
            let (scheme, digest) = match hash {
                "md5" => (Pkcs1v15Sign::new::<md5::Md5>(), md5::Md5::digest(data).to_vec()),
                "sha1" => (Pkcs1v15Sign::new::<sha1::Sha1>(), sha1::Sha1::digest(data).to_vec()),
                "sha224" => (Pkcs1v15Sign::new::<sha2::Sha224>(), sha2::Sha224::digest(data).to_vec()),
                "sha256" => (Pkcs1v15Sign::new::<sha2::Sha256>(), sha2::Sha256::digest(data).to_vec()),
                "sha384" => (Pkcs1v15Sign::new::<sha2::Sha384>(), sha2::Sha384::digest(data).to_vec()),
                "sha512" => (Pkcs1v15Sign::new::<sha2::Sha512>(), sha2::Sha512::digest(data).to_vec()),
                _ => (Pkcs1v15Sign::new_unprefixed(), algorithm.hash().digest(data)),
            };
            assert_eq!(forged.provenance, Provenance::Genuine, "{algorithm} {hash}: the issuer signed it");
            key.verify(scheme, &digest, &signature).unwrap_or_else(|e| panic!("{algorithm} {hash}: {e}"));
            assert!(!issuer.public.verifies(algorithm, data, &signature), "{algorithm} {hash}");
        }
        let forged = forge(&issuer, Base::Forged, &["{ rsa-hash = { hash = 'no-null' } }"]);
        let (input, signature) = parts(&forged);
        assert_eq!(forged.provenance, Provenance::Genuine);
        let block = block(&issuer, &signature);
        // DigestInfo, AlgorithmIdentifier and OCTET STRING take two bytes each, the OID eleven.
        let (_, content, rest) = element(&block[256 - algorithm.hash().len() - 17..]);
        assert!(rest.is_empty() && content.ends_with(&algorithm.hash().digest(input.as_bytes())));
    }
}

/// MGF1's hash.
type Mask<'a> = &'a dyn Fn(&[u8]) -> Vec<u8>;

/// The salt, if the block is good EMSA-PSS under this mask, trailer and top bits apart.
fn pss_salt(block: &[u8], digest: &[u8], hash: Sha2, mask: Mask<'_>) -> Option<Vec<u8>> {
    let (masked, rest) = block.split_at(block.len() - hash.len() - 1);
    let h = &rest[..hash.len()];
    let mut db: Vec<u8> = masked.iter().zip(mgf1(mask, h, masked.len())).map(|(a, b)| a ^ b).collect();
    db[0] &= 0x7f;
    let one = db.iter().position(|b| *b != 0).filter(|i| db[*i] == 1)?;
    let salt = db[one + 1..].to_vec();
    (hash.digest(&[&[0; 8], digest, &salt].concat()) == h).then_some(salt)
}

#[test]
fn odd_pss_signatures_are_odd_in_one_way_each() {
    for algorithm in PSS {
        let issuer = issuer(algorithm);
        let (key, hash) = (rsa_key(&issuer), algorithm.hash());
        let own = |data: &[u8]| hash.digest(data);
        let other = |data: &[u8]| if hash == Sha2::Sha256 { Sha2::Sha512 } else { Sha2::Sha256 }.digest(data);
        let sha1 = |data: &[u8]| sha1::Sha1::digest(data).to_vec();
        let most = 256 - hash.len() - 2;
        let edits: [(&str, usize, Mask<'_>); 8] = [
            ("salt-empty", 0, &own),
            ("salt-20", 20, &own),
            ("salt-one-more", hash.len() + 1, &own),
            ("salt-maximum", most, &own),
            ("mgf-sha1", hash.len(), &sha1),
            ("mgf-other", hash.len(), &other),
            ("trailer", hash.len(), &own),
            ("top-bit", hash.len(), &own),
        ];
        for (edit, salt, mask) in edits {
            let forged = forge(&issuer, Base::Forged, &[&format!("{{ rsa-pss = {{ edit = '{edit}' }} }}")]);
            let (input, signature) = parts(&forged);
            let (digest, block) = (hash.digest(input.as_bytes()), block(&issuer, &signature));
            assert_eq!(forged.provenance, Provenance::Genuine, "{algorithm} {edit}: the issuer signed it");
            assert!(!issuer.public.verifies(algorithm, input.as_bytes(), &signature), "{algorithm} {edit}");
            assert_eq!(pss_salt(&block, &digest, hash, mask).map(|s| s.len()), Some(salt), "{algorithm} {edit}");
            assert_eq!(block[255] == 0xbc, edit != "trailer");
            assert_eq!(block[0] >= 0x80, edit == "top-bit");
            if edit.starts_with("salt") {
                let scheme = match hash {
                    Sha2::Sha256 => Pss::new_with_salt::<sha2::Sha256>(salt),
                    Sha2::Sha384 => Pss::new_with_salt::<sha2::Sha384>(salt),
                    Sha2::Sha512 => Pss::new_with_salt::<sha2::Sha512>(salt),
                };
                key.verify(scheme, &digest, &signature).unwrap_or_else(|e| panic!("{algorithm} {edit}: {e}"));
            }
        }
        let forged = forge(&issuer, Base::Forged, &["{ rsa-pss = { edit = 'pkcs1' } }"]);
        let (input, signature) = parts(&forged);
        let pkcs1 = PKCS1.into_iter().find(|a| a.hash() == hash).expect("a twin");
        assert!(issuer.public.verifies(pkcs1, input.as_bytes(), &signature));
    }
}

#[test]
fn numbers_at_the_edges_are_what_they_are_called() {
    for algorithm in [Algorithm::RS256, Algorithm::PS256] {
        let issuer = issuer(algorithm);
        let n = rsa_key(&issuer).n().clone();
        let made = |from, to: &str| {
            let forged = forge(&issuer, from, &[&format!("{{ rsa-integer = {{ to = '{to}' }} }}")]);
            let (input, signature) = parts(&forged);
            assert!(!issuer.public.verifies(algorithm, input.as_bytes(), &signature), "{algorithm} {to}");
            (input, BigUint::from_bytes_be(&signature), signature.len(), forged.provenance)
        };
        for (to, number) in
            [("zero", BigUint::from(0_u8)), ("one", BigUint::from(1_u8)), ("modulus-less-one", &n - 1_u8), ("modulus", n.clone())]
        {
            let (_, found, length, provenance) = made(Base::Forged, to);
            assert_eq!((found, length, provenance), (number, 256, Provenance::Forged), "{to}");
        }
        let (input, number, length, provenance) = made(Base::Genuine, "plus-modulus");
        assert_eq!((length, provenance), (256, Provenance::Respelled));
        assert!(issuer.public.verifies(algorithm, input.as_bytes(), &Public { n: n.clone(), e: n.clone() }.fixed(&(number - &n))));
        assert_eq!(made(Base::Genuine, "leading-zero").3, Provenance::Respelled);
        assert_eq!(made(Base::Genuine, "trailing-zero").3, Provenance::Respelled);
        assert_eq!(made(Base::Genuine, "truncated").3, Provenance::Forged);
    }
}

#[test]
fn small_keys_sign_what_fits_them() {
    for (role, size) in [(Role::Rsa512, 64), (Role::Rsa768, 96), (Role::Rsa1024, 128)] {
        let issuer = configured(Algorithm::RS256, &format!("key = 'rsa-{}'", 8 * size));
        let (input, signature) = parts(&forge(&issuer, Base::Forged, &["{ sign = { with = 'trusted' } }"]));
        assert_eq!(signature.len(), size);
        let public = Key::of(role, Algorithm::RS256).expect("a key").public().clone();
        assert!(public.verifies_weakly(Algorithm::RS256, input.as_bytes(), &signature));
    }
}
