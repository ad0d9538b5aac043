//! Everything that a run found out: what the table shows and the JSON holds.

use serde::Serialize;

use crate::{
    contender::Contender,
    control::Broken,
    machine::Machine,
    measure::Figures,
    plan::{Kind, Plan},
    stats::Estimate,
    wins::Win,
};

/// A whole run. Times are in seconds, sizes in bytes.
#[derive(Clone, Debug, Serialize)]
pub struct Results {
    /// `jwt-gauntlet/sessions/1`; a later version only adds members.
    pub schema: &'static str,
    /// Where it was measured.
    pub machine: Machine,
    /// What it was measured with.
    pub settings: Settings,
    /// The contenders that were timed.
    pub timed: Vec<Timed>,
    /// The contenders that failed a control.
    pub broken: Vec<Failed>,
    /// What was left out, and why.
    pub skipped: Vec<String>,
    /// Whether the contenders that need Redis let nobody in once it was gone; `None` if there was none to end.
    pub fails_closed: Option<bool>,
    /// From how many roles on a header passes a limit that is usual.
    pub limits: Vec<Limit>,
    /// Who is fastest or smallest at what.
    pub wins: Vec<Win>,
    /// Whether it was broken off before its time.
    pub interrupted: bool,
}

/// What a run was told.
#[derive(Clone, Debug, Serialize)]
pub struct Settings {
    /// Seconds of measuring that were planned.
    pub time: f64,
    /// Batches of each contender.
    pub rounds: usize,
    /// Sessions in each store.
    pub sessions: usize,
    /// Token ids on each denylist.
    pub denied: usize,
    /// Roles of each user, where they do not grow.
    pub roles: usize,
    /// Roles of each user, where they grow.
    pub growth: Vec<usize>,
    /// Different requests that each contender was asked.
    pub requests: usize,
}

/// A contender that was timed.
#[derive(Clone, Debug, Serialize)]
pub struct Timed {
    /// What the measurement shows.
    pub kind: Kind,
    /// Its name in tables.
    pub name: String,
    /// What it is.
    #[serde(flatten)]
    pub plan: Plan,
    /// The median time of a request.
    pub wall: Estimate,
    /// The same in processor time, this process and the Redis server.
    pub processor: Estimate,
    /// Ninety-nine of a hundred requests took at most this long.
    pub p99: Estimate,
    /// Times the first contender of its kind.
    pub ratio: Estimate,
    /// Bytes of the credential's header in HTTP/1.1.
    pub header_bytes: usize,
    /// Bytes that the server keeps for a user who is logged in.
    pub kept_bytes: Option<u64>,
}

impl Timed {
    /// Joins what a contender is and what it costs.
    #[must_use]
    pub fn new(kind: Kind, contender: &Contender, figures: Figures) -> Self {
        Self {
            kind,
            name: contender.plan.name(),
            plan: contender.plan,
            wall: figures.wall,
            processor: figures.processor,
            p99: figures.p99,
            ratio: figures.ratio,
            header_bytes: contender.header_bytes(),
            kept_bytes: contender.kept,
        }
    }
}

/// A contender that was not timed.
#[derive(Clone, Debug, Serialize)]
pub struct Failed {
    /// What the measurement would have shown.
    pub kind: Kind,
    /// Its name in tables.
    pub name: String,
    /// What it is.
    #[serde(flatten)]
    pub plan: Plan,
    /// What it did.
    #[serde(flatten)]
    pub failure: Broken,
}

/// A limit on headers, and how many roles fit below it.
#[derive(Clone, Debug, Serialize)]
pub struct Limit {
    /// Whose limit.
    pub whose: &'static str,
    /// The limit itself.
    pub bytes: usize,
    /// The most roles of this bench that fit, for each scheme.
    pub roles: Vec<(String, usize)>,
}

impl Results {
    /// What was timed of one kind.
    pub fn of(&self, kind: Kind) -> impl Iterator<Item = &Timed> {
        self.timed.iter().filter(move |timed| timed.kind == kind)
    }
}
