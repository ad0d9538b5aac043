//! Taking any text apart: nothing panics, nothing is lost, nothing grows without measure.

use std::sync::OnceLock;

use jwt_gauntlet::{
    Algorithm,
    configuration::Configuration,
    internal::{
        inspect::{SEEN, inspect, pretty},
        libfuzzer::mutator::Mutator,
        oracle::policy,
    },
    issuer::Issuer,
    token::{Draft, Segment},
};

/// 15 January 2027.
const NOW: i64 = 1_800_000_000;

pub fn parse(input: &[u8]) {
    let inspection = serde_json::to_string(&inspect(input, NOW)).expect("an inspection is JSON");
    // A byte may be shown as `\u0001`, and be remarked on a few times.
    assert!(
        inspection.len() <= 64 * input.len().min(8 * SEEN) + (16 << 10),
        "{} bytes are inspected in {}",
        input.len(),
        inspection.len()
    );
    let _ = pretty(input, 2, 4096);
    let Ok(text) = std::str::from_utf8(input) else { return };
    let draft = Draft::parse(text);
    assert_eq!(draft.to_string(), text, "a token that is taken apart prints back");
    for segment in &draft.segments {
        assert_eq!(Segment::parse(&segment.to_string()), *segment);
        if let Some(bytes) = segment.bytes() {
            assert_eq!(Segment::from_bytes(bytes.clone()).bytes(), Some(bytes));
        }
    }
    for issuer in issuers() {
        let _ = policy::judge(&issuer.trust, text, 1.8e9);
        let _ = issuer.provenance_alone(text);
    }
    let half = text.char_indices().nth(text.chars().count() / 2).map_or(0, |(at, _)| at);
    let _ = Mutator::cross(&text[..half], &text[half..], input.len() as u64);
}

/// One that is cheap to recognise, and one with the most spellings.
fn issuers() -> &'static [Issuer] {
    static ISSUERS: OnceLock<Vec<Issuer>> = OnceLock::new();
    ISSUERS.get_or_init(|| {
        [Algorithm::HS256, Algorithm::EdDSA].into_iter().filter_map(|a| Configuration::default().issuer(a)).collect()
    })
}
