//! How far the run is, on stderr, if a person watches.

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use jwt_gauntlet::attack::Event;

use crate::cli::watched;

/// A bar, or nothing.
pub(super) struct Progress(ProgressBar);

impl Progress {
    pub(super) fn new() -> Self {
        let target = if watched() { ProgressDrawTarget::stderr() } else { ProgressDrawTarget::hidden() };
        let bar = ProgressBar::with_draw_target(None, target);
        if let Ok(style) = ProgressStyle::with_template("{bar:32} {human_pos} of {human_len} cases  {elapsed}  {msg}") {
            bar.set_style(style.progress_chars("━╸ "));
        }
        Self(bar)
    }

    pub(super) fn show(&self, event: &Event<'_>) {
        match event {
            Event::Planned { cases } => self.0.set_length(*cases as u64),
            Event::Done { cases } => self.0.inc(*cases as u64),
            Event::Found(finding) => {
                let class = finding.case.split('#').next().unwrap_or_default();
                self.0.set_message(class.to_owned());
            }
            // The bar has nothing else to show.
            _ => {}
        }
    }

    pub(super) fn finish(&self) {
        self.0.finish_and_clear();
    }
}
