//! What a run gave ([`Report`]) and what that amounts to ([`Conclusion`]); one format, one file, each a pure function over a report and a
//! [`Write`](std::io::Write). The same findings give the same bytes.
//!
//! Deliberately absent: any asking ([`crate::ask`]), and deciding what an answer means ([`crate::oracle`]).

pub mod baseline;
mod conclusion;
mod data;
mod finding;
pub mod human;
pub mod json;
pub mod replay;
pub mod style;

pub use self::{
    baseline::Baseline,
    conclusion::{Conclusion, failed_controls, failing},
    data::{Control, Report, Skipped, Summary, Target},
    finding::{Finding, Proof},
    style::Style,
};
