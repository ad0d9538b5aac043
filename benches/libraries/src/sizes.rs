//! What larger claims cost: bytes on the wire, and time to verify and to decode.

use std::{fmt::Write as _, hint::black_box};

use jwt_gauntlet::Algorithm;

use crate::{
    contender::{self, Contender},
    gate::Sound,
    measure::{Effort, Pair, side_by_side},
    table::micros,
    workload::Workload,
};

/// Bytes of claims: few, usual with roles, more than a cookie holds, more than any server takes in a header.
pub const SIZES: [usize; 4] = [200, 1024, 8 * 1024, 64 * 1024];

/// The most used crate, and one on other cryptography that does all four algorithms and decodes.
///
/// # Panics
/// Never: both are in the list.
#[must_use]
pub fn contenders() -> [&'static dyn Contender; 2] {
    ["jsonwebtoken/aws-lc-rs", "jwt-compact"].map(|name| contender::find(name).expect("it is in the list"))
}

/// One algorithm and size, both crates side by side.
pub struct Row {
    /// The algorithm.
    pub algorithm: Algorithm,
    /// Bytes of claims.
    pub claims: usize,
    /// Bytes of token.
    pub token: usize,
    /// Verifying.
    pub verify: Pair,
    /// Decoding alone.
    pub decode: Pair,
}

/// Measures two crates on one workload.
#[must_use]
pub fn measure(pair: &[Sound; 2], workload: &Workload, effort: Effort) -> Row {
    let [first, second] = pair;
    let token = &workload.genuine;
    let verify = |sound: &Sound| drop(black_box(sound.verifier.verify(black_box(token))));
    let decode = |sound: &Sound| drop(black_box(sound.contender.decode(black_box(token))));
    Row {
        algorithm: workload.keys.algorithm,
        claims: workload.claims.json().len(),
        token: token.len(),
        verify: side_by_side(effort, &mut || verify(first), &mut || verify(second)),
        decode: side_by_side(effort, &mut || decode(first), &mut || decode(second)),
    }
}

/// The table, under the labels of the two crates.
#[must_use]
pub fn render(labels: [&str; 2], rows: &[Row]) -> String {
    let mut out = format!(
        "\n{:6}{:>8}{:>8}{:>7}  {:^34}{:^34}\n{:6}{:>8}{:>8}{:>7}  {:>10}{:>10}{:>12}{:>12}{:>10}{:>12}\n",
        "",
        "claims",
        "token",
        "more",
        labels[0],
        labels[1],
        "",
        "B",
        "B",
        "%",
        "verify µs",
        "decode µs",
        "MB/s",
        "verify µs",
        "decode µs",
        "MB/s"
    );
    for row in rows {
        let _ = writeln!(
            out,
            "{:6}{:>8}{:>8}{:>7}  {:>10}{:>10}{:>12}{:>12}{:>10}{:>12}",
            row.algorithm.name(),
            row.claims,
            row.token,
            more(row),
            micros(row.verify.first.mid),
            micros(row.decode.first.mid),
            rate(row.token, row.verify.first.mid),
            micros(row.verify.second.mid),
            micros(row.decode.second.mid),
            rate(row.token, row.verify.second.mid),
        );
    }
    out
}

#[allow(clippy::cast_precision_loss)] // Tokens are short.
fn more(row: &Row) -> String {
    format!("{:.0}", (row.token as f64 / row.claims as f64 - 1.0) * 100.0)
}

#[allow(clippy::cast_precision_loss)] // Tokens are short.
fn rate(bytes: usize, seconds: f64) -> String {
    format!("{:.1}", bytes as f64 / seconds / 1e6)
}
