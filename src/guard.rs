//! A guardian for the case that nothing here can handle: this process being killed with SIGKILL, which runs no `Drop`.
//!
//! The guardian is a child of the same binary in a process group of its own. It is told which process groups are alive, over a pipe
//! that the kernel closes when this process ends, however it ends; then it ends whatever is left. The price is one more process
//! beside each run that starts programs.

use std::{
    io::{self, BufRead, Write},
    os::unix::process::CommandExt,
    path::Path,
    process::{Child, ChildStdin, Command, Stdio},
    sync::{Mutex, PoisonError},
    thread,
    time::Duration,
};

use rustix::process::{Pid, Signal, kill_process_group};

/// Between asking the left-over groups to end and ending them.
const GRACE: Duration = Duration::from_millis(100);

/// The guardian's own program, to be run as `jwt-gauntlet guard`: reads `+GROUP` and `-GROUP` lines from standard input and, at its
/// end, kills all process groups that are still listed.
pub fn main() {
    watch(io::stdin().lock());
}

fn watch(orders: impl BufRead) {
    let left = groups_left(orders);
    for (signal, pause) in [(Signal::TERM, GRACE), (Signal::KILL, Duration::ZERO)] {
        for group in &left {
            // It may have ended by itself.
            let _ = kill_process_group(*group, signal);
        }
        if !left.is_empty() {
            thread::sleep(pause);
        }
    }
}

/// The groups that were added and not taken away by the end of the orders.
fn groups_left(orders: impl BufRead) -> Vec<Pid> {
    let mut groups = Vec::new();
    for order in orders.split(b'\n').map_while(Result::ok) {
        let (sign, number) = order.split_at(order.len().min(1));
        let number = str::from_utf8(number).ok().and_then(|n| n.parse().ok());
        // Group 0 would be our own, and 1 all processes there are.
        let Some(group) = number.filter(|n| *n > 1).and_then(Pid::from_raw) else { continue };
        groups.retain(|known| *known != group);
        if sign == b"+" {
            groups.push(group);
        }
    }
    groups
}

/// The near side: a running guardian.
#[derive(Debug)]
pub struct Guard {
    child: Child,
    orders: Mutex<Option<ChildStdin>>,
}

impl Guard {
    /// Starts `binary guard`.
    ///
    /// # Errors
    /// If it does not start.
    pub fn start(binary: &Path) -> io::Result<Self> {
        let mut command = Command::new(binary);
        command.arg("guard").process_group(0).stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null());
        let mut child = command.spawn()?;
        let orders = Mutex::new(child.stdin.take());
        Ok(Self { child, orders })
    }

    /// From now on `group` ends when this process does.
    pub fn add(&self, group: Pid) {
        self.order(format!("+{}\n", group.as_raw_pid()));
    }

    /// `group` has ended.
    pub fn remove(&self, group: Pid) {
        self.order(format!("-{}\n", group.as_raw_pid()));
    }

    /// A guardian that is gone guards nothing, but breaks nothing either.
    fn order(&self, line: String) {
        if let Some(pipe) = &mut *self.orders.lock().unwrap_or_else(PoisonError::into_inner) {
            let _ = pipe.write_all(line.as_bytes());
        }
    }
}

impl Drop for Guard {
    fn drop(&mut self) {
        *self.orders.lock().unwrap_or_else(PoisonError::into_inner) = None;
        let _ = self.child.wait();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_groups_that_were_not_taken_away_are_left() {
        let left = groups_left(&b"+17\n+18\n-17\n+0\n+1\n+-5\n+x\n\n+19\n+19"[..]);
        assert_eq!(left.iter().map(|g| g.as_raw_pid()).collect::<Vec<_>>(), [18, 19]);
    }

    #[test]
    fn what_is_left_is_killed_even_if_it_ignores_being_asked() {
        let script = "trap '' TERM; while :; do sleep 1; done";
        let mut stubborn = Command::new("sh").args(["-c", script]).process_group(0).spawn().expect("sh is there");
        watch(format!("+{}\n", stubborn.id()).as_bytes());
        assert!(!stubborn.wait().expect("our child").success());
    }
}
