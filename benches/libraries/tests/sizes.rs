//! Claims and tokens are of the sizes that tables say, whoever signs them.

use data_encoding::BASE64URL_NOPAD;
use jwt_gauntlet::Algorithm;
use jwt_gauntlet_libraries::{
    contender,
    gate::pass,
    measure::Effort,
    sizes::{self, SIZES},
    workload::{ALGORITHMS, Claims, USUAL, Workload},
};

#[test]
fn claims_have_the_bytes_that_were_asked_for() {
    for bytes in SIZES.into_iter().chain([USUAL]).chain(190..600) {
        let claims = Claims::of_size(bytes);
        assert_eq!(claims.json().len(), bytes);
        assert!(claims.roles.iter().all(|role| role.len() < 40), "{claims:?}");
    }
    assert!(Claims::of_size(8 * 1024).roles.len() > 300);
}

#[test]
fn a_token_is_its_three_parts_in_base64url() {
    let encoded = |bytes: usize| (bytes * 4).div_ceil(3);
    for (algorithm, signature) in ALGORITHMS.into_iter().zip([32, 256, 64, 64]) {
        for size in SIZES {
            let header = format!(r#"{{"alg":"{algorithm}","typ":"JWT"}}"#).len();
            let expected = encoded(header) + 1 + encoded(size) + 1 + encoded(signature);
            assert_eq!(Workload::new(algorithm, size).genuine.len(), expected, "{algorithm} {size}");
        }
    }
}

#[test]
fn every_library_puts_the_same_claims_on_the_wire() {
    let workload = Workload::new(Algorithm::HS256, 1024);
    for contender in contender::all() {
        let Ok(signer) = contender.signer(&workload.keys) else { continue };
        let token = signer.sign(&workload.claims).expect("it signs");
        let payload = token.split('.').nth(1).expect("three parts");
        let json = BASE64URL_NOPAD.decode(payload.as_bytes()).expect("base64url");
        assert_eq!(json.len(), 1024, "{}: {}", contender.name(), String::from_utf8_lossy(&json));
        let claims: Claims = serde_json::from_slice(&json).expect("claims");
        assert_eq!(claims, workload.claims, "{}", contender.name());
    }
}

#[test]
fn the_table_fits_a_terminal_and_larger_tokens_take_longer() {
    let rows: Vec<_> = [200, 64 * 1024]
        .map(|size| {
            let workload = Workload::new(Algorithm::HS256, size);
            let pair = sizes::contenders().map(|contender| pass(contender, &workload).unwrap_or_else(|fault| panic!("{fault}")));
            sizes::measure(&pair, &workload, Effort::QUICK)
        })
        .into();
    assert!(rows[1].verify.first.mid > 10.0 * rows[0].verify.first.mid);
    assert!(rows[1].decode.second.mid > 10.0 * rows[0].decode.second.mid);
    let table = sizes::render(["jsonwebtoken/aws-lc-rs 11.1.0", "jwt-compact 0.9.0-beta.1"], &rows);
    assert!(table.lines().all(|line| line.chars().count() <= 100), "{table}");
    assert!(table.contains("65536"));
}
