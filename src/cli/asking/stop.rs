//! Ctrl-C: the first one ends the run and prints what was done so far, the second one ends the program.

use std::{
    process,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    thread,
    time::Duration,
};

use anyhow::Context;

use super::Target;
use crate::cli::output;

/// Time for the questions that are under way; after that their programs are ended, so that one that hangs cannot delay the report.
const GRACE: Duration = Duration::from_millis(1500);

/// Nothing was proven; the code of an interrupted run.
const UNPROVEN: i32 = 3;

/// Whether the run shall stop.
pub(crate) struct Stop(Arc<AtomicBool>);

impl Stop {
    /// Stops at the first SIGINT, SIGTERM or SIGHUP.
    pub(crate) fn on_signal(target: Arc<Target>) -> anyhow::Result<Self> {
        Self::watch(Some(target))
    }

    /// The same where there is no target to end.
    pub(crate) fn alone() -> anyhow::Result<Self> {
        Self::watch(None)
    }

    /// The same without a word, for a process that another one tells about.
    pub(crate) fn quietly() -> anyhow::Result<Self> {
        let flag = Arc::new(AtomicBool::new(false));
        let shared = Arc::clone(&flag);
        ctrlc::set_handler(move || shared.store(true, Ordering::SeqCst)).context("cannot handle Ctrl-C")?;
        Ok(Self(flag))
    }

    fn watch(target: Option<Arc<Target>>) -> anyhow::Result<Self> {
        let flag = Arc::new(AtomicBool::new(false));
        let shared = Arc::clone(&flag);
        ctrlc::set_handler(move || {
            if shared.swap(true, Ordering::SeqCst) {
                if let Some(target) = &target {
                    target.stop();
                }
                process::exit(UNPROVEN);
            }
            output::tell("\nstopping; the report of the results so far follows. Press Ctrl-C again to end at once\n");
            if let Some(target) = target.clone() {
                thread::spawn(move || {
                    thread::sleep(GRACE);
                    target.stop();
                });
            }
        })
        .context("cannot handle Ctrl-C")?;
        Ok(Self(flag))
    }

    /// The flag that the run watches.
    pub(crate) fn flag(&self) -> &AtomicBool {
        &self.0
    }
}
