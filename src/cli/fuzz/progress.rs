//! How far the run is, on stderr, if a person watches.

use std::{
    collections::HashSet,
    sync::Mutex,
    time::{Duration, Instant},
};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use jwt_gauntlet::{Finding, fuzz, internal::report::style::grouped};

use crate::cli::watched;

/// A line with numbers, or nothing.
pub(super) struct Progress {
    line: ProgressBar,
    started: Instant,
    until: String,
    /// Classes found; several algorithms may show one.
    found: Mutex<HashSet<String>>,
}

impl Progress {
    pub(super) fn new(time: Option<Duration>, cases: Option<u64>) -> Self {
        let target = if watched() { ProgressDrawTarget::stderr() } else { ProgressDrawTarget::hidden() };
        let line = ProgressBar::with_draw_target(None, target);
        if let Ok(style) = ProgressStyle::with_template("{spinner} {elapsed} {msg}") {
            line.set_style(style);
        }
        line.enable_steady_tick(Duration::from_millis(200));
        let until = match (cases, time) {
            (Some(cases), _) => format!("of {} tokens", grouped(usize::try_from(cases).unwrap_or(usize::MAX))),
            (None, Some(time)) => format!("of {}", humantime::format_duration(time)),
            (None, None) => String::new(),
        };
        Self { line, started: Instant::now(), until, found: Mutex::default() }
    }

    pub(super) fn found(&self, finding: &Finding) {
        let class = finding.case.split('#').next().unwrap_or_default();
        self.found.lock().expect("no thread panics here").insert(class.to_owned());
    }

    pub(super) fn show(&self, so_far: fuzz::Progress) {
        let findings = self.found.lock().expect("no thread panics here").len();
        let millis = usize::try_from(self.started.elapsed().as_millis()).unwrap_or(usize::MAX).max(1);
        self.line.set_message(format!(
            "{}   {} tokens, {} a second   {findings} findings   {} kinds of answers   corpus {}",
            self.until,
            grouped(so_far.executions),
            grouped(so_far.executions.saturating_mul(1000) / millis),
            grouped(so_far.kinds),
            grouped(so_far.corpus),
        ));
    }

    pub(super) fn finish(&self) {
        self.line.finish_and_clear();
    }
}
