//! What each target starts from: tiny, made from the fixed test keys, committed in `seeds/`.

use jwt_gauntlet::{
    Algorithm, Catalogue, Fuzzer, Trust,
    configuration::Configuration,
    internal::{
        fuzz::corpus::{self, Seed},
        protocol::{configure, question},
    },
    keys::{Key, KeyText, Role},
};

/// Attack files that show most of what there is.
const ATTACKS: [&str; 3] = ["alg-none/case-variants", "confusion/asym-to-hmac/rsa", "jwk/embedded"];

/// The seeds of a target, with the names of their files.
#[must_use]
pub fn of(target: &str) -> Vec<(String, Vec<u8>)> {
    let tokens = |seeds: Vec<Seed>| seeds.into_iter().map(|Seed { name, token }| (name, token.into_bytes())).collect();
    match target {
        "adapter" => adapter(),
        "catalogue" => attacks(),
        "keys" => keys(),
        "strict" => tokens(corpus::genuine(&Algorithm::ALL)),
        _ => tokens(corpus::genuine(&Fuzzer::ALGORITHMS)),
    }
}

fn adapter() -> Vec<(String, Vec<u8>)> {
    let key = Key::of(Role::Trusted, Algorithm::HS256).expect("a key");
    let mut session = configure(&Trust::in_key(&key, Algorithm::HS256));
    let token = corpus::genuine(&[Algorithm::HS256]).remove(0).token;
    let answers: &[u8] = br#"{"type":"ready","name":"a","version":"1"}
{"type":"verdict","id":1,"accepted":true,"claims":{"sub":"x"}}
{"type":"verdict","id":2,"accepted":false,"error":"Invalid"}
{"type":"unsupported","reason":"no"}
"#;
    question(&mut session, 1, &token);
    question(&mut session, 2, "a.b.c");
    vec![("answers".to_owned(), answers.to_vec()), ("session".to_owned(), session)]
}

/// One case of each of a few classes, as it is written when it is found.
fn attacks() -> Vec<(String, Vec<u8>)> {
    let catalogue = Catalogue::built_in();
    let of = |id: &str| {
        let case = catalogue.cases.iter().find(|case| case.attack.id == id)?;
        Some((id.replace('/', "-"), case.attack.to_file(std::slice::from_ref(case)).into_bytes()))
    };
    ATTACKS.iter().filter_map(|id| of(id)).collect()
}

fn keys() -> Vec<(String, Vec<u8>)> {
    let mut seeds = Vec::new();
    for algorithm in [Algorithm::HS256, Algorithm::RS256, Algorithm::ES256, Algorithm::ES512, Algorithm::EdDSA] {
        let issuer = Configuration::default().issuer(algorithm).expect("the usual configuration");
        seeds.push((format!("{algorithm}-jwk"), issuer.public.jwk(algorithm).into_bytes()));
        for shape in [KeyText::SpkiPem, KeyText::Pkcs1Pem] {
            if let Some(text) = shape.render(&issuer.public, algorithm) {
                seeds.push((format!("{algorithm}-{}", shape.name()), text));
            }
        }
    }
    seeds
}
