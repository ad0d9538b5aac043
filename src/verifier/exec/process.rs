//! One running program in a process group of its own, and its three pipes.
//!
//! All pipes are served by the thread that waits, with `poll`, and none of them blocks: whatever the other side does or fails to do,
//! a [`Process::turn`] ends in time, and a full pipe in one direction never keeps the other from moving. The price: a program that is
//! not being asked may wait for room in its pipes.

use std::{
    io,
    os::{
        fd::AsFd,
        unix::process::{CommandExt, ExitStatusExt},
    },
    process::{Child, ChildStderr, ChildStdin, ChildStdout, Command, ExitStatus, Stdio},
    sync::Arc,
    thread,
    time::{Duration, Instant},
};

use rustix::{
    event::{PollFd, PollFlags, Timespec},
    io::Errno,
    process::{Pid, WaitId, WaitIdOptions},
};

use super::{
    breach::shortened,
    lines::{Got, Lines, Tail},
    registry::Registry,
};
use crate::verifier::AskError;

/// How often to look whether a silent program has ended: a grandchild can keep its pipes open.
const TICK: Duration = Duration::from_millis(50);
/// The size of a pipe to ask for; more gains nothing measurable.
#[cfg(target_os = "linux")]
const WIDE: usize = 256 << 10;
/// Between the end of a program's input, or output, and its own end.
const GRACE: Duration = Duration::from_millis(300);

/// A running program.
#[derive(Debug)]
pub(super) struct Process {
    /// Whether no token was answered yet.
    pub(super) fresh: bool,
    pub(super) lines: Lines,
    pub(super) last_words: Tail,
    /// Lines on standard output that are not answers.
    stray: Tail,
    child: Child,
    group: Pid,
    registry: Arc<Registry>,
    stdin: Option<ChildStdin>,
    stdout: Option<ChildStdout>,
    stderr: Option<ChildStderr>,
    /// To be written: `outbox[sent..]`.
    outbox: Vec<u8>,
    sent: usize,
    asked: u64,
    over: bool,
    /// Bytes that fit into its pipes.
    room: usize,
}

/// What one turn brought.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Turn {
    /// There is more to read in [`Process::lines`].
    Read,
    /// Nothing to read yet.
    Quiet,
    /// Nothing to read, and the time is over.
    Late,
    /// Standard output is closed, or the program has ended.
    Ended,
}

impl Process {
    /// Starts `command`, whose first word is the program.
    pub(super) fn start(command: &[String], registry: &Arc<Registry>) -> Result<Self, AskError> {
        registry.admit()?;
        let (program, arguments) = command.split_first().expect("a command has a first word");
        let mut start = Command::new(program);
        start.args(arguments).process_group(0).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = start.spawn().map_err(|error| does_not_start(program, &error))?;
        let group = Pid::from_child(&child);
        registry.add(group);
        let mut process = Self {
            fresh: true,
            lines: Lines::default(),
            last_words: Tail::default(),
            stray: Tail::default(),
            stdin: child.stdin.take(),
            stdout: child.stdout.take(),
            stderr: child.stderr.take(),
            child,
            group,
            registry: Arc::clone(registry),
            outbox: Vec::new(),
            sent: 0,
            asked: 0,
            over: false,
            room: 64 << 10,
        };
        process.widen();
        process.unblock().map_err(|error| AskError::Unreachable(format!("cannot use the pipes of `{program}`: {error}")))?;
        Ok(process)
    }

    /// Asks for pipes with more room than usual, where the system knows how and allows it: then both sides work longer before one
    /// waits for the other.
    fn widen(&mut self) {
        #[cfg(target_os = "linux")]
        {
            let wide = |pipe: Option<std::os::fd::BorrowedFd<'_>>| {
                pipe.is_some_and(|pipe| rustix::pipe::fcntl_setpipe_size(pipe, WIDE).is_ok_and(|size| size >= WIDE))
            };
            if wide(self.stdin.as_ref().map(AsFd::as_fd)) && wide(self.stdout.as_ref().map(AsFd::as_fd)) {
                self.room = WIDE;
            }
        }
    }

    /// How many bytes of questions may be unanswered. Nothing here depends on it, but a program that reads only after it has written
    /// needs both pipes to hold what is under way.
    pub(super) fn room(&self) -> usize {
        self.room / 4 * 3
    }

    /// Only our ends: the program's are other open files.
    fn unblock(&self) -> Result<(), Errno> {
        let pipes =
            [self.stdin.as_ref().map(AsFd::as_fd), self.stdout.as_ref().map(AsFd::as_fd), self.stderr.as_ref().map(AsFd::as_fd)];
        pipes.into_iter().flatten().try_for_each(|pipe| rustix::io::ioctl_fionbio(pipe, true))
    }

    /// Where to put what [`Self::turn`] shall write.
    pub(super) fn outbox(&mut self) -> &mut Vec<u8> {
        &mut self.outbox
    }

    /// A number for the next question.
    pub(super) fn next_id(&mut self) -> u64 {
        self.asked += 1;
        self.asked
    }

    /// How many questions it was asked.
    pub(super) fn asked(&self) -> u64 {
        self.asked
    }

    /// Whether it ends by itself within `patience`, after it wrote `line`, which is not an answer. What else it writes until then
    /// counts as its last words.
    pub(super) fn dies_over(&mut self, line: &[u8], patience: Duration) -> bool {
        self.stray.push(line);
        self.stray.push(b"\n");
        let until = Instant::now() + patience;
        while Instant::now() < until && !self.lines.flooded() {
            let turn = self.turn(until);
            while let Some(line) = self.lines.next_line() {
                self.stray.push(line);
                self.stray.push(b"\n");
            }
            if turn == Turn::Ended {
                return true;
            }
        }
        false
    }

    /// Writes, then waits for something to read, until `until` at the longest.
    pub(super) fn turn(&mut self, until: Instant) -> Turn {
        self.write();
        if self.stdout.is_none() {
            return Turn::Ended;
        }
        let patience = until.saturating_duration_since(Instant::now()).min(TICK);
        let [reading, complaining, events] = self.poll(patience);
        if complaining {
            self.listen();
        }
        let got = match reading {
            true => self.read(),
            // What it wrote last may have come in between.
            false if !events && self.exited() => {
                if self.read() == Got::Bytes {
                    Got::Bytes
                } else {
                    Got::End
                }
            }
            false => Got::Nothing,
        };
        match got {
            Got::Bytes => Turn::Read,
            Got::End => Turn::Ended,
            Got::Nothing if Instant::now() >= until => Turn::Late,
            Got::Nothing => Turn::Quiet,
        }
    }

    /// Reads standard output once.
    fn read(&mut self) -> Got {
        let got = self.stdout.as_ref().map_or(Got::End, |stdout| self.lines.fill(stdout));
        if got == Got::End {
            self.stdout = None;
        }
        got
    }

    /// Writes as much as there is room for.
    fn write(&mut self) {
        while self.sent < self.outbox.len()
            && let Some(stdin) = &self.stdin
        {
            match rustix::io::write(stdin, &self.outbox[self.sent..]) {
                Ok(n) => self.sent += n,
                Err(Errno::INTR) => {}
                Err(Errno::AGAIN) => return,
                // It reads no more; what it still has to say may be read all the same.
                Err(_) => self.stdin = None,
            }
        }
        self.outbox.clear();
        self.sent = 0;
    }

    /// Waits. Whether there is something on standard output, on standard error, anything at all.
    fn poll(&self, patience: Duration) -> [bool; 3] {
        let pipes = [
            self.stdout.as_ref().map(|p| (p.as_fd(), PollFlags::IN)),
            self.stderr.as_ref().map(|p| (p.as_fd(), PollFlags::IN)),
            self.stdin.as_ref().filter(|_| self.sent < self.outbox.len()).map(|p| (p.as_fd(), PollFlags::OUT)),
        ];
        let mut set: Vec<_> = pipes.iter().flatten().map(|(fd, flags)| PollFd::from_borrowed_fd(*fd, *flags)).collect();
        let timeout = Timespec { tv_sec: 0, tv_nsec: i64::from(patience.min(TICK).subsec_nanos()) };
        // An interrupted wait is one that brought nothing.
        let events = rustix::event::poll(&mut set, Some(&timeout)).unwrap_or(0);
        let mut ready = set.iter().map(|fd| !fd.revents().is_empty());
        let [stdout, stderr] = [&pipes[0], &pipes[1]].map(|pipe| pipe.is_some() && ready.next().unwrap_or(false));
        [stdout, stderr, events > 0]
    }

    /// Reads what is on standard error.
    fn listen(&mut self) {
        if let Some(stderr) = &self.stderr
            && self.last_words.fill(stderr) == Got::End
        {
            self.stderr = None;
        }
    }

    /// Whether the program has ended by itself. It is not waited for, so that its number stays its own until its group is ended.
    fn exited(&self) -> bool {
        let look = WaitIdOptions::EXITED | WaitIdOptions::NOHANG | WaitIdOptions::NOWAIT;
        self.over || !matches!(rustix::process::waitid(WaitId::Pid(self.group), look), Ok(None))
    }

    /// Ends it, if it has not ended, and says how it ended: `exit status 3`.
    pub(super) fn exit(&mut self) -> String {
        self.end_within(GRACE).map_or_else(|| "closed its standard output".to_owned(), exit_text)
    }

    /// What it said last and where: on standard error, or, if nothing, among what is not an answer on standard output.
    pub(super) fn last_lines(&self, most: usize) -> (&'static str, Vec<String>) {
        let lines = self.last_words.lines(most);
        if lines.is_empty() { ("output", self.stray.lines(most)) } else { ("error", lines) }
    }

    /// How it ended, with its last words.
    pub(super) fn exit_report(mut self) -> String {
        let how = self.exit();
        match self.last_words.reason().or_else(|| self.stray.reason()) {
            Some(reason) => format!("{how}: {}", shortened(reason.as_bytes())),
            None => how,
        }
    }

    /// Closes its input, after which it should end.
    pub(super) fn dismiss(&mut self) {
        self.stdin = None;
    }

    /// Ends it and everything it started, at once.
    pub(super) fn kill(mut self) {
        self.end_within(Duration::ZERO);
    }

    /// Ends it: by closing its input, and with force, the whole group, when `patience` is over. The status if it ended by itself.
    fn end_within(&mut self, patience: Duration) -> Option<ExitStatus> {
        if self.over {
            return None;
        }
        self.stdin = None;
        let until = Instant::now() + patience;
        let mut exited = self.exited();
        while !exited && Instant::now() < until {
            self.flush_out();
            exited = self.exited();
        }
        while self.stderr.is_some() && self.poll(Duration::ZERO)[1] {
            self.listen();
            if Instant::now() > until + GRACE {
                break;
            }
        }
        self.registry.end(self.group);
        self.over = true;
        self.child.wait().ok().filter(|_| exited)
    }

    /// Drops what still comes, so that a full pipe does not keep the program from ending.
    fn flush_out(&mut self) {
        if self.stdout.is_none() && self.stderr.is_none() {
            thread::sleep(Duration::from_millis(1));
            return;
        }
        let [reading, complaining, _] = self.poll(Duration::from_millis(5));
        if complaining {
            self.listen();
        }
        if reading {
            self.lines = Lines::default();
            self.read();
        }
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        self.end_within(GRACE);
    }
}

fn does_not_start(program: &str, error: &io::Error) -> AskError {
    let why = match error.kind() {
        io::ErrorKind::NotFound => "program not found".to_owned(),
        io::ErrorKind::PermissionDenied => "it may not be executed".to_owned(),
        _ => error.to_string(),
    };
    AskError::Unreachable(format!(
        "cannot start `{program}`: {why} (write exec: and then a program with its arguments, as in \"exec:python3 my_adapter.py\"; \
         no shell is involved)"
    ))
}

/// `exit status 3`, `killed by signal 6 (SIGABRT)`.
fn exit_text(status: ExitStatus) -> String {
    match (status.code(), status.signal()) {
        (Some(code), _) => format!("exit status {code}"),
        (None, Some(_)) => status.to_string().replacen("signal: ", "killed by signal ", 1),
        _ => status.to_string(),
    }
}
