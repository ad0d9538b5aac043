//! What a run found, as it stands in the JSON report `jwt-gauntlet/bench/2`: the one thing that reports and comparisons read.

use std::{env::consts, fs, thread};

use serde::{Deserialize, Serialize};

use super::{
    contender::{Broken, Operation},
    runner::Measured,
    scaling::Scaling,
    scheme::Scheme,
    stats::{self, Estimate},
};

/// The name of the format.
pub const SCHEMA: &str = "jwt-gauntlet/bench/2";

/// A finished run.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Results {
    /// [`SCHEMA`].
    pub schema: String,
    /// Where it ran, and with what.
    pub machine: Machine,
    /// How it was run.
    pub options: Settings,
    /// Everything that was timed.
    pub rows: Vec<Row>,
    /// What was not, since it is wrong.
    pub broken: Vec<Broken>,
    /// The same work on several threads.
    pub scaling: Vec<Scaling>,
    /// Whether it was broken off.
    pub interrupted: bool,
}

/// What the figures depend on besides the code.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Machine {
    /// The processor's name, as far as it tells.
    pub processor: String,
    /// Cores that this process may use.
    pub cores: usize,
    /// Operating system and architecture.
    pub system: String,
    /// Name and release of everything that was timed.
    pub versions: Vec<(String, String)>,
}

impl Machine {
    /// This one.
    #[must_use]
    pub fn here(versions: Vec<(String, String)>) -> Self {
        let kernel = fs::read_to_string("/proc/sys/kernel/osrelease").unwrap_or_default();
        let cpuinfo = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
        let model = cpuinfo.lines().find_map(|line| line.strip_prefix("model name")?.split_once(':'));
        Self {
            processor: model.map_or_else(|| "unknown processor".to_owned(), |(_, name)| name.trim().to_owned()),
            cores: thread::available_parallelism().map_or(1, usize::from),
            system: [consts::OS, kernel.trim(), consts::ARCH].into_iter().filter(|p| !p.is_empty()).collect::<Vec<_>>().join(" "),
            versions,
        }
    }
}

/// How a run was made.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Settings {
    /// What was asked: back ends in this process, or a program.
    pub target: String,
    /// Milliseconds that were allowed.
    pub time_ms: u64,
    /// Parts, each in a process of its own.
    pub parts: usize,
    /// Batches of each contender in a part.
    pub rounds: usize,
}

/// One operation of one back end with one scheme.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Row {
    /// The scheme.
    pub scheme: Scheme,
    /// The back end, library or program.
    pub backend: String,
    /// What it did.
    pub operation: Operation,
    /// Operations a second and core.
    pub ops_per_second: Estimate,
    /// Nanoseconds of a call, the median of the batches.
    pub median_ns: Estimate,
    /// Nanoseconds that ninety-nine of a hundred calls did not exceed.
    pub p99_ns: Estimate,
    /// Bytes of a signature.
    pub signature_bytes: usize,
    /// Bytes of a token.
    pub token_bytes: usize,
    /// Cost with HS256 as 1: the same back end and operation.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub times_hs256: Option<f64>,
    /// Cost with the bare signature as 1: prepared key, the back end beneath.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub times_raw: Option<f64>,
    /// What the protocol took of it, where a program was asked.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub piped: Option<Piped>,
    /// Processor over wall: how much longer calls took than the processor worked on them.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub waited: Option<f64>,
    /// Calls in all.
    pub calls: u64,
    /// The batches, one list a part: what a comparison needs.
    pub parts: Vec<Vec<Batch>>,
}

/// One batch, in nanoseconds of processor time: three numbers in a list, to keep a report small.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(from = "(f64, f64, f64)", into = "(f64, f64, f64)")]
pub struct Batch {
    /// A call.
    pub call: f64,
    /// The [reference](super::reference) that follows the clock.
    pub clock: f64,
    /// The one that neighbours slow down; 0 where that is not known.
    pub crowd: f64,
}

impl From<(f64, f64, f64)> for Batch {
    fn from((call, clock, crowd): (f64, f64, f64)) -> Self {
        Self { call, clock, crowd }
    }
}

impl From<Batch> for (f64, f64, f64) {
    fn from(batch: Batch) -> Self {
        let rounded = |ns: f64| (ns * 1000.0).round() / 1000.0;
        (rounded(batch.call), rounded(batch.clock), rounded(batch.crowd))
    }
}

/// What asking over pipes adds.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Piped {
    /// Nanoseconds of a question that is refused at sight, many in flight.
    pub protocol_ns: Estimate,
    /// Nanoseconds of a question above that; at or below zero where the pipes cost more than the answer.
    pub net_ns: Estimate,
}

impl Row {
    /// Sums up what the parts measured of one contender; `None` without a batch.
    #[must_use]
    pub fn of(parts: &[&Measured]) -> Option<Self> {
        let Measured { scheme, backend, operation, signature_bytes, token_bytes, .. } = parts.first()?;
        let all = |of: fn(&Measured) -> &Vec<f64>| parts.iter().flat_map(|part| of(part)).copied().collect::<Vec<f64>>();
        let (wall, processor) = (all(|part| &part.samples.wall), all(|part| &part.samples.processor));
        let ratios: Vec<f64> = wall.iter().zip(&processor).map(|(wall, own)| wall / own).collect();
        let batches = |part: &&Measured| {
            let samples = &part.samples;
            let beside = samples.clock.iter().zip(&samples.crowd);
            let batch =
                |(call, (clock, crowd)): (&f64, (&f64, &f64))| Batch { call: call * 1e9, clock: clock * 1e9, crowd: crowd * 1e9 };
            samples.processor.iter().zip(beside).map(batch).collect()
        };
        Some(Self {
            scheme: *scheme,
            backend: backend.clone(),
            operation: *operation,
            ops_per_second: stats::median(&processor)?.inverse(),
            median_ns: stats::median(&wall)?.times(1e9),
            p99_ns: stats::quantile(&all(|part| &part.samples.single), 0.99)?.times(1e9),
            signature_bytes: *signature_bytes,
            token_bytes: *token_bytes,
            times_hs256: None,
            times_raw: None,
            piped: None,
            waited: stats::median(&ratios).map(|ratio| ratio.mid),
            calls: parts.iter().map(|part| part.samples.calls).sum(),
            parts: parts.iter().map(batches).collect(),
        })
    }

    /// What makes it the same row in another run.
    #[must_use]
    pub fn key(&self) -> (Scheme, &str, Operation) {
        (self.scheme, &self.backend, self.operation)
    }
}

/// Fills in what each row costs relative to others. `raw` names the back end beneath each library.
pub fn relate(rows: &mut [Row], raw: &dyn Fn(&str) -> Option<String>) {
    let hs256 = Scheme::Jws(crate::Algorithm::HS256);
    let costs: Vec<_> =
        rows.iter().map(|row| (row.scheme, row.backend.clone(), row.operation, 1.0 / row.ops_per_second.mid)).collect();
    let cost = |scheme, backend: &str, operation| {
        costs.iter().find(|(s, b, o, _)| (*s, b.as_str(), *o) == (scheme, backend, operation)).map(|(.., cost)| *cost)
    };
    for row in rows {
        let own = 1.0 / row.ops_per_second.mid;
        row.times_hs256 = cost(hs256, &row.backend, row.operation).map(|other| own / other);
        let below = raw(&row.backend).unwrap_or_else(|| row.backend.clone());
        row.times_raw = row.operation.raw().and_then(|o| cost(row.scheme, &below, o)).map(|other| own / other);
    }
}

impl Results {
    /// The rows of one operation.
    pub fn of(&self, operation: Operation) -> impl Iterator<Item = &Row> {
        self.rows.iter().filter(move |row| row.operation == operation)
    }

    /// One row.
    #[must_use]
    pub fn find(&self, scheme: Scheme, backend: &str, operation: Operation) -> Option<&Row> {
        self.rows.iter().find(|row| row.key() == (scheme, backend, operation))
    }

    /// How many times as long as its processor time a call took, if others kept the processor from it.
    #[must_use]
    pub fn busy(&self) -> Option<f64> {
        /// Up to here it is the odd interrupt.
        const QUIET: f64 = 1.05;
        let waited: Vec<f64> = self.rows.iter().filter_map(|row| row.waited).collect();
        stats::median(&waited).map(|times| times.mid).filter(|times| *times > QUIET)
    }
}
