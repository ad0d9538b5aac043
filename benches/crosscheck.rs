//! Whether the figures of `bench` can be trusted: the same operations in loops that share nothing with the harness, side by side.
//!
//! Two questions. Does the harness measure what a plain loop over the library's own API measures? The same code in both, so the
//! ratio should be 1; what differs is the harness alone. And are the figures in the range of `openssl speed`, another program with
//! other code? That ratio tells about the code as much as about the harness. Each ratio is the median of pairs that ran in turn.

#![allow(clippy::print_stdout)] // A bench is read on the terminal.

use std::{
    hint::black_box,
    process::Command,
    time::{Duration, Instant},
};

use jwt_gauntlet::{
    Algorithm,
    internal::bench::{
        Backend, Bench, Operation, Scheme,
        backend::{AwsLc, Ring},
        contender::Choice,
        keys::Encoded,
        measure::processor_time,
        workload::Workload,
    },
};

/// Pairs that a ratio is the median of.
const PAIRS: usize = 9;
/// One measurement of one operation.
const WINDOW: Duration = Duration::from_millis(250);

fn main() {
    println!("ops/s and core: bench / plain loop over the same crate, median of {PAIRS} pairs in turn (goal 0.90 to 1.10)");
    for (algorithm, operation) in [
        (Algorithm::HS256, Operation::Sign),
        (Algorithm::HS256, Operation::Verify),
        (Algorithm::RS256, Operation::Sign),
        (Algorithm::RS256, Operation::Verify),
        (Algorithm::ES256, Operation::Sign),
        (Algorithm::ES256, Operation::Verify),
        (Algorithm::EdDSA, Operation::Sign),
        (Algorithm::EdDSA, Operation::Verify),
    ] {
        let (aws, ring) = (plain_aws(algorithm, operation), plain_ring(algorithm, operation));
        compare(algorithm, operation, Box::new(AwsLc), &*aws);
        compare(algorithm, operation, Box::new(Ring), &*ring);
    }
    openssl();
}

fn compare(algorithm: Algorithm, operation: Operation, backend: Box<dyn Backend>, plain: &dyn Fn()) {
    let name = backend.name();
    let bench = Bench {
        choice: Choice { schemes: vec![Scheme::Jws(algorithm)], operations: vec![operation] },
        backends: vec![backend],
        libraries: Vec::new(),
        time: WINDOW,
        threads: vec![1],
    };
    let ours = || bench.run(&|_| {}, &std::sync::atomic::AtomicBool::new(false)).rows[0].ops_per_second.mid;
    let (mut ratios, mut rates) = (Vec::new(), Vec::new());
    for _ in 0..PAIRS {
        let (ours, theirs) = (ours(), rate(plain));
        ratios.push(ours / theirs);
        rates.push((ours, theirs));
    }
    ratios.sort_by(f64::total_cmp);
    let (ours, theirs) = rates[PAIRS / 2];
    println!("{:>6.3}  {algorithm} {operation} {name} ({ours:.0} / {theirs:.0})", ratios[PAIRS / 2]);
}

/// Operations a second of processor time, in the plainest loop there is.
#[allow(clippy::cast_precision_loss)] // Calls of a quarter of a second.
fn rate(plain: &dyn Fn()) -> f64 {
    let (start, before) = (Instant::now(), processor_time());
    let mut calls = 0_u64;
    while start.elapsed() < WINDOW {
        for _ in 0..16 {
            plain();
        }
        calls += 16;
    }
    calls as f64 / (processor_time() - before)
}

fn input(algorithm: Algorithm) -> (Vec<u8>, Vec<u8>) {
    let work = Workload::of(Scheme::Jws(algorithm)).expect("the engine signs it");
    (work.inputs[0].clone().into_bytes(), work.signatures[0].clone())
}

/// The plainest calls of one crate. Both have the same names for them; what they do not share is handed in.
macro_rules! plain {
    ($name:ident, $library:ident, $ecdsa:ident, $public:ident, $verify:ident) => {
        fn $name(algorithm: Algorithm, operation: Operation) -> Box<dyn Fn()> {
            use $library::{hmac, rand::SystemRandom, signature};
            let (input, tag) = input(algorithm);
            let key = Encoded::of(algorithm);
            let random = SystemRandom::new();
            match (algorithm, operation) {
                (Algorithm::HS256, Operation::Sign) => {
                    let key = hmac::Key::new(hmac::HMAC_SHA256, &key.private);
                    Box::new(move || {
                        let _ = black_box(hmac::sign(&key, black_box(&input)).as_ref()[0]);
                    })
                }
                (Algorithm::HS256, _) => {
                    let key = hmac::Key::new(hmac::HMAC_SHA256, &key.private);
                    Box::new(move || hmac::verify(&key, black_box(&input), black_box(&tag)).expect("genuine"))
                }
                (Algorithm::RS256, Operation::Sign) => {
                    let key = signature::RsaKeyPair::from_pkcs8(&key.private).expect("our own key");
                    let out = std::cell::RefCell::new(vec![0; 256]);
                    Box::new(move || {
                        let padding = &signature::RSA_PKCS1_SHA256;
                        key.sign(padding, &random, black_box(&input), &mut out.borrow_mut()).expect("it fits");
                    })
                }
                (Algorithm::ES256, Operation::Sign) => {
                    let key = $ecdsa(&key.private, &random);
                    Box::new(move || {
                        let _ = black_box(key.sign(&random, black_box(&input)));
                    })
                }
                (_, Operation::Sign) => {
                    let key = signature::Ed25519KeyPair::from_pkcs8(&key.private).expect("our own key");
                    Box::new(move || {
                        let _ = black_box(key.sign(black_box(&input)));
                    })
                }
                (algorithm, _) => {
                    let key = $public(
                        match algorithm {
                            Algorithm::RS256 => &signature::RSA_PKCS1_2048_8192_SHA256,
                            Algorithm::ES256 => &signature::ECDSA_P256_SHA256_FIXED,
                            _ => &signature::ED25519,
                        },
                        key,
                    );
                    Box::new(move || key.$verify(black_box(&input), black_box(&tag)).expect("genuine"))
                }
            }
        }
    };
}

plain!(plain_aws, aws_lc_rs, aws_ecdsa, aws_public, verify_sig);
plain!(plain_ring, ring, ring_ecdsa, ring_public, verify);

fn aws_ecdsa(pkcs8: &[u8], _: &aws_lc_rs::rand::SystemRandom) -> aws_lc_rs::signature::EcdsaKeyPair {
    use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair};
    EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, pkcs8).expect("our own key")
}

fn ring_ecdsa(pkcs8: &[u8], random: &ring::rand::SystemRandom) -> ring::signature::EcdsaKeyPair {
    use ring::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair};
    EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, pkcs8, random).expect("our own key")
}

fn aws_public(
    how: &'static dyn aws_lc_rs::signature::VerificationAlgorithm,
    key: Encoded,
) -> aws_lc_rs::signature::ParsedPublicKey {
    aws_lc_rs::signature::ParsedPublicKey::new(how, key.public).expect("our own key")
}

fn ring_public(
    how: &'static dyn ring::signature::VerificationAlgorithm,
    key: Encoded,
) -> ring::signature::UnparsedPublicKey<Vec<u8>> {
    ring::signature::UnparsedPublicKey::new(how, key.bare)
}

/// What `openssl speed` says on this machine, to be read beside ours: it is other code.
fn openssl() {
    let Ok(version) = Command::new("openssl").arg("version").output() else {
        println!("skipped: there is no openssl to compare with");
        return;
    };
    println!("\nour aws-lc-rs and ring / openssl speed ({}), ops/s", String::from_utf8_lossy(&version.stdout).trim());
    for (algorithm, name) in [(Algorithm::RS256, "rsa2048"), (Algorithm::ES256, "ecdsap256"), (Algorithm::EdDSA, "ed25519")] {
        let mut ratios = vec![Vec::new(); 4];
        for _ in 0..3 {
            let Some((sign, verify)) = speed(name) else {
                println!("skipped: openssl speed {name} gave nothing that can be read");
                return;
            };
            let ours = |plain: Box<dyn Fn()>| rate(&*plain);
            ratios[0].push(ours(plain_aws(algorithm, Operation::Sign)) / sign);
            ratios[1].push(ours(plain_aws(algorithm, Operation::Verify)) / verify);
            ratios[2].push(ours(plain_ring(algorithm, Operation::Sign)) / sign);
            ratios[3].push(ours(plain_ring(algorithm, Operation::Verify)) / verify);
        }
        for (label, mut ratios) in ["aws-lc-rs sign", "aws-lc-rs verify", "ring sign", "ring verify"].into_iter().zip(ratios) {
            ratios.sort_by(f64::total_cmp);
            println!("{:>6.3}  {algorithm} {label}", ratios[1]);
        }
    }
}

/// Signatures and verifications a second of processor time.
fn speed(name: &str) -> Option<(f64, f64)> {
    let output = Command::new("openssl").args(["speed", "-mr", "-seconds", "1", name]).output().ok()?;
    let text = String::from_utf8(output.stdout).ok()?;
    let line = text.lines().find(|line| ["+F2:", "+F4:", "+F6:"].iter().any(|start| line.starts_with(start)))?;
    // The last two figures are seconds an operation.
    let mut fields = line.rsplit(':').map(|field| field.trim().parse::<f64>().ok());
    let (verify, sign) = (fields.next()??, fields.next()??);
    Some(if verify < 1.0 { (1.0 / sign, 1.0 / verify) } else { (sign, verify) })
}
