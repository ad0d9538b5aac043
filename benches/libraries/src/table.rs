//! What each library costs over the raw primitive, and what parsing a key anew costs it: one table for each algorithm.

use std::{fmt::Write as _, hint::black_box};

use jwt_gauntlet::internal::bench::report::figures::short;

use crate::{
    gate::Sound,
    measure::{Effort, Pair, side_by_side},
    raw::Primitive,
    versions::locked,
    workload::Workload,
};

/// One library, measured. All pairs have the reference first.
pub struct Row {
    /// Name and version.
    pub label: String,
    /// What the first two are compared with.
    pub primitive: Primitive,
    /// Raw signing and the library's.
    pub sign: Pair,
    /// Raw verifying and the library's.
    pub verify: Pair,
    /// Raw verifying of a genuine token, and the library's refusal of a forged one.
    pub forged: Pair,
    /// Raw verifying, and the library's decoding without it; `None` if it has no such door.
    pub decode: Option<Pair>,
    /// Signing with a key parsed once, and with one parsed for the call.
    pub sign_cold: Pair,
    /// Verifying with a key parsed once, and with one parsed for the call.
    pub verify_cold: Pair,
}

/// Measures one library.
#[must_use]
pub fn measure(sound: &Sound, workload: &Workload, effort: Effort) -> Row {
    let Sound { contender, signer, verifier } = sound;
    let keys = &workload.keys;
    let primitive = contender.primitive(keys.algorithm);
    let (raw_sign, raw_verify) = (primitive.signer(keys), primitive.verifier(keys));
    let (input, signature) = Workload::parts(&workload.genuine);
    let mut raw_sign = || drop(black_box(raw_sign.sign(black_box(input))));
    let mut raw_verify = || assert!(raw_verify.verify(black_box(input), black_box(&signature)));
    let mut sign = || drop(black_box(signer.sign(black_box(&workload.claims))));
    let mut verify = || drop(black_box(verifier.verify(black_box(&workload.genuine))));
    let mut forged = || drop(black_box(verifier.verify(black_box(&workload.forged))));
    let mut decode = || drop(black_box(contender.decode(black_box(&workload.genuine))));
    let mut sign_cold = || drop(black_box(contender.signer(keys).map(|signer| signer.sign(&workload.claims))));
    let mut verify_cold = || drop(black_box(contender.verifier(keys).map(|verifier| verifier.verify(&workload.genuine))));
    let decodes = contender.decode(&workload.genuine).is_some();
    Row {
        label: label(sound),
        primitive,
        sign: side_by_side(effort, &mut raw_sign, &mut sign),
        verify: side_by_side(effort, &mut raw_verify, &mut verify),
        forged: side_by_side(effort, &mut raw_verify, &mut forged),
        decode: decodes.then(|| side_by_side(effort, &mut raw_verify, &mut decode)),
        sign_cold: side_by_side(effort, &mut sign, &mut sign_cold),
        verify_cold: side_by_side(effort, &mut verify, &mut verify_cold),
    }
}

/// Name and version, as tables show them.
#[must_use]
pub fn label(sound: &Sound) -> String {
    format!("{} {}", sound.contender.name(), locked(sound.contender.package()).unwrap_or("?"))
}

/// The table, and one line for each primitive.
#[must_use]
pub fn render(workload: &Workload, rows: &[Row]) -> String {
    let mut out = format!(
        "\n{}, {} bytes of claims, {} bytes of token\n{:32}{:>8}{:>8}{:>8}{:>8}{:>8}{:>8}   {}\n{:32}{:>8}{:>8}{:>8}{:>8}{:>8}{:>8}{:>9}{:>9}\n",
        workload.keys.algorithm,
        workload.claims.json().len(),
        workload.genuine.len(),
        "",
        "sign",
        "",
        "verify",
        "",
        "forged",
        "decode",
        "key parsed anew",
        "",
        "µs",
        "x raw",
        "µs",
        "x raw",
        "µs",
        "µs",
        "x sign",
        "x verify",
    );
    for row in rows {
        let decode = row.decode.map_or_else(|| "-".to_owned(), |pair| micros(pair.second.mid));
        let _ = writeln!(
            out,
            "{:32}{:>8}{:>8}{:>8}{:>8}{:>8}{decode:>8}{:>9}{:>9}",
            row.label,
            micros(row.sign.second.mid),
            times(row.sign.ratio.mid),
            micros(row.verify.second.mid),
            times(row.verify.ratio.mid),
            micros(row.forged.second.mid),
            times(row.sign_cold.ratio.mid),
            times(row.verify_cold.ratio.mid),
        );
    }
    for primitive in Primitive::ALL {
        let Some(row) = rows.iter().find(|row| row.primitive == *primitive) else { continue };
        let _ = writeln!(
            out,
            "{:32}{:>8}{:>8}{:>8}{:>8}",
            format!("raw {}", primitive.name()),
            micros(row.sign.first.mid),
            "1",
            micros(row.verify.first.mid),
            "1"
        );
    }
    out
}

/// How far the ratios of `rows` waver: the median of half the widths of their intervals, and the worst.
#[must_use]
pub fn wavering(rows: &[Row]) -> Option<(f64, f64)> {
    let pairs = rows.iter().flat_map(|row| [&row.sign, &row.verify, &row.sign_cold, &row.verify_cold]);
    let mut widths: Vec<f64> = pairs.map(|pair| (pair.ratio.high - pair.ratio.low) / 2.0 / pair.ratio.mid).collect();
    widths.sort_by(f64::total_cmp);
    Some((widths[widths.len().checked_sub(1)? / 2], *widths.last()?))
}

/// Microseconds in three figures.
#[must_use]
pub fn micros(seconds: f64) -> String {
    short(seconds * 1e6)
}

/// A ratio in two figures, and never less than one decimal place below ten.
#[must_use]
pub fn times(ratio: f64) -> String {
    if ratio < 10.0 { format!("{ratio:.2}") } else { format!("{ratio:.1}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_are_three() {
        assert_eq!([0.123e-6, 1.5e-6, 23.45e-6, 1234.5e-6].map(micros), ["0.123", "1.50", "23.4", "1234"]);
        assert_eq!([1.0, 8.61, 17.26].map(times), ["1.00", "8.61", "17.3"]);
    }
}
