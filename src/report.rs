//! What a run gave ([`Report`]) and what that amounts to ([`Conclusion`]); one format, one file, each a pure function over a report and a
//! [`Write`](std::io::Write). The same findings give the same bytes.
//!
//! Deliberately absent: any asking, and deciding what an answer means.

pub mod baseline;
mod conclusion;
mod data;
mod finding;
pub(crate) mod human;
pub mod json;
pub mod replay;
pub(crate) mod style;

pub(crate) use self::conclusion::{failed_controls, failing};
pub use self::{
    baseline::Baseline,
    conclusion::Conclusion,
    data::{Control, Report, Skipped, Summary, Target},
    finding::{Finding, Proof},
};
