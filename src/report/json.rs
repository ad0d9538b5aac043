//! The JSON report: one document, `jwt-gauntlet/report/1`, pretty-printed.
//!
//! It holds no durations and no dates, so that the same findings give the same bytes; and no trace of a baseline, so that it can
//! always serve as the next one.

use std::io::{self, Write};

use crate::report::Report;

/// Writes the report.
///
/// # Errors
/// If `out` cannot be written.
pub fn write(out: &mut dyn Write, report: &Report) -> io::Result<()> {
    serde_json::to_writer_pretty(&mut *out, report)?;
    out.write_all(b"\n")
}
