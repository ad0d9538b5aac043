//! Which process groups are alive, so that all of them can be ended from another thread, or by the guardian.

use std::{
    path::PathBuf,
    sync::{
        Mutex, MutexGuard, OnceLock, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
};

use rustix::process::{Pid, Signal, kill_process_group};

use crate::{guard::Guard, verifier::AskError};

/// The live process groups of one target.
#[derive(Debug, Default)]
pub(super) struct Registry {
    stopped: AtomicBool,
    groups: Mutex<Vec<Pid>>,
    guardian: Option<PathBuf>,
    guard: OnceLock<Result<Guard, String>>,
}

impl Registry {
    /// With `binary guard` as the guardian.
    pub(super) fn guarded_by(binary: PathBuf) -> Self {
        Self { guardian: Some(binary), ..Self::default() }
    }

    /// To be asked before a process is started: whether one may be.
    pub(super) fn admit(&self) -> Result<(), AskError> {
        if self.stopped() {
            return Err(AskError::Stopped);
        }
        match (&self.guardian, self.guard()) {
            (Some(binary), Some(Err(error))) => {
                Err(AskError::Unreachable(format!("the guardian process `{} guard` does not start: {error}", binary.display())))
            }
            _ => Ok(()),
        }
    }

    /// Lists a new group. If everything was stopped while it was started, it is ended.
    pub(super) fn add(&self, group: Pid) {
        let mut groups = self.groups();
        groups.push(group);
        if let Some(Ok(guard)) = self.guard() {
            guard.add(group);
        }
        if self.stopped() {
            kill(group);
        }
    }

    /// Ends a group. Its leader must not have been waited for, or the number might already be another's.
    pub(super) fn end(&self, group: Pid) {
        let mut groups = self.groups();
        kill(group);
        groups.retain(|known| *known != group);
        if let Some(Ok(guard)) = self.guard() {
            guard.remove(group);
        }
    }

    /// Ends all groups, now and in future.
    pub(super) fn stop(&self) {
        let groups = self.groups();
        self.stopped.store(true, Ordering::Relaxed);
        groups.iter().copied().for_each(kill);
    }

    pub(super) fn stopped(&self) -> bool {
        self.stopped.load(Ordering::Relaxed)
    }

    fn guard(&self) -> Option<&Result<Guard, String>> {
        let binary = self.guardian.as_ref()?;
        Some(self.guard.get_or_init(|| Guard::start(binary).map_err(|error| error.to_string())))
    }

    fn groups(&self) -> MutexGuard<'_, Vec<Pid>> {
        self.groups.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn kill(group: Pid) {
    // A group that is gone is what we want.
    let _ = kill_process_group(group, Signal::KILL);
}
