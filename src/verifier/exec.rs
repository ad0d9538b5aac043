//! Any program as a target, over the adapter protocol: JSON Lines over standard input and output.
//!
//! Many questions are in flight at a time, since a round trip costs far more than most answers. A crash or a silence is put down to
//! the token that causes it, the program is started again, and the run goes on; what no token causes is counted ([`Conduct`]). A line
//! that the protocol does not allow ends the questioning ([`AskError::Protocol`]): an answer to the wrong question must never count as
//! a verdict. Each program runs in a process group of its own, which is ended when it is no longer needed, so that nothing it started
//! outlives it (unless it leaves its group).
//!
//! Deliberately absent: a shell (a command is split into words and started as it is), and patience with what is nearly the protocol.

mod breach;
mod lines;
mod process;
mod registry;
mod session;
mod verifier;

use std::{
    fmt,
    path::PathBuf,
    sync::{
        Arc, Mutex, OnceLock, PoisonError,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use self::{
    breach::Breach,
    process::Process,
    registry::Registry,
    session::{Failure, Fault},
    verifier::ExecVerifier,
};
use super::{AskError, Conduct, ConfigureError, Implementation, Verifier};
use crate::{
    protocol::{self, Greeting},
    text::plain,
    trust::Trust,
};

/// Questions in flight, to begin with, as far as the pipes hold them. More gains nothing measurable.
const WINDOW: usize = 512;

/// A program that speaks the adapter protocol. Copies share the processes.
#[derive(Clone, Debug)]
pub struct Exec {
    shared: Arc<Shared>,
}

/// How long a program may take.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// From one answer to the next.
    pub question: Duration,
    /// To start and be set up.
    pub start: Duration,
    /// To be set up anew.
    pub configure: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self { question: Duration::from_secs(5), start: Duration::from_secs(30), configure: Duration::from_secs(30) }
    }
}

/// A text that is not a command.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum CommandError {
    /// There is no word in it.
    #[error("the command is empty; write exec: and then a program with its arguments, as in \"exec:python3 my_adapter.py\"")]
    Empty,
    /// A quote was opened and not closed.
    #[error("a quote is opened and never closed in the command: {0}")]
    Quote(String),
}

impl Exec {
    /// The program that is the first word of `command`, with the other words as its arguments.
    ///
    /// # Panics
    /// If `command` is empty.
    #[must_use]
    pub fn new(command: Vec<String>, limits: Limits) -> Self {
        assert!(!command.is_empty(), "a command has a first word");
        Self { shared: Arc::new(Shared::new(command, limits, Registry::default())) }
    }

    /// The command in a text such as `python3 "my adapter.py" lax`, split into words as a shell would; nothing else that a shell does
    /// is done.
    ///
    /// # Errors
    /// If there is no word, or a quote is not closed.
    pub fn parse(text: &str, limits: Limits) -> Result<Self, CommandError> {
        let words = shell_words::split(text).map_err(|_| CommandError::Quote(text.trim().to_owned()))?;
        if words.first().is_none_or(String::is_empty) {
            return Err(CommandError::Empty);
        }
        Ok(Self::new(words, limits))
    }

    /// Lets `binary guard` end the programs if this process is killed. To be said before the first use.
    #[must_use]
    pub fn guarded_by(self, binary: impl Into<PathBuf>) -> Self {
        let Shared { command, limits, .. } = &*self.shared;
        Self { shared: Arc::new(Shared::new(command.clone(), *limits, Registry::guarded_by(binary.into()))) }
    }

    /// Ends all its programs, for good. May be called from any thread; questions in progress get an [`AskError`].
    pub fn stop(&self) {
        self.shared.registry.stop();
    }
}

impl Implementation for Exec {
    fn configure(&self, trust: &Trust) -> Result<Box<dyn Verifier>, ConfigureError> {
        let line = protocol::configure(trust);
        let process = self.shared.provide(&line)?;
        Ok(Box::new(ExecVerifier::new(Arc::clone(&self.shared), line, process)))
    }

    fn identity(&self) -> Option<(String, String)> {
        self.shared.identity.get().cloned()
    }

    fn conduct(&self) -> Conduct {
        *self.shared.conduct.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What the verifiers of one command share.
struct Shared {
    command: Vec<String>,
    limits: Limits,
    idle: Mutex<Vec<Process>>,
    registry: Arc<Registry>,
    identity: OnceLock<(String, String)>,
    window: AtomicUsize,
    conduct: Mutex<Conduct>,
}

impl Shared {
    fn new(command: Vec<String>, limits: Limits, registry: Registry) -> Self {
        Self {
            command,
            limits,
            idle: Mutex::default(),
            registry: Arc::new(registry),
            identity: OnceLock::new(),
            window: AtomicUsize::new(WINDOW),
            conduct: Mutex::default(),
        }
    }

    /// A program set up by `line`: an idle one if there is one. One that is gone, or does not answer, is replaced: it may have been so
    /// for long.
    fn provide(&self, line: &[u8]) -> Result<Process, ConfigureError> {
        let mut gone = 0;
        while let Some(mut process) = self.idle_process() {
            let greeting = session::idle(&mut process).and_then(|()| session::greet(&mut process, line, self.limits.configure));
            match greeting {
                Ok(greeting) => return self.welcome(process, greeting),
                Err(Fault::Failed(_)) => process.kill(),
                Err(Fault::Broke(breach)) => {
                    process.kill();
                    return Err(self.broke(&breach).into());
                }
            }
            gone += 1;
        }
        let process = self.start(line);
        if !matches!(process, Err(ConfigureError::Unreachable(_))) {
            self.note(Conduct { restarts: gone, ..Conduct::default() });
        }
        process
    }

    fn idle_process(&self) -> Option<Process> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner).pop()
    }

    /// A program started now and set up by `line`.
    fn start(&self, line: &[u8]) -> Result<Process, ConfigureError> {
        let mut process = Process::start(&self.command, &self.registry)?;
        match session::greet(&mut process, line, self.limits.start) {
            Ok(greeting) => self.welcome(process, greeting),
            Err(fault) => Err(self.not_ready(process, &fault).into()),
        }
    }

    fn welcome(&self, process: Process, greeting: Greeting) -> Result<Process, ConfigureError> {
        match greeting {
            Greeting::Ready { name, version } => {
                self.identity.get_or_init(|| (name, version));
                Ok(process)
            }
            Greeting::Unsupported(reason) => {
                self.give_back(process);
                Err(ConfigureError::Unsupported(reason))
            }
        }
    }

    /// Why a program did not become ready, in words for the one who wrote or installed it.
    fn not_ready(&self, mut process: Process, fault: &Fault) -> AskError {
        let what = match fault {
            Fault::Failed(Failure::Ended(_)) => format!("ended before it was configured ({})", process.exit()),
            Fault::Failed(Failure::Silent(limit)) => format!("did not answer `configure` within {limit:?}"),
            Fault::Broke(breach) => broke(breach),
        };
        let (whose, last_lines) = match fault {
            Fault::Failed(_) => process.last_lines(8),
            Fault::Broke(_) => ("error", process.last_words.lines(8)),
        };
        process.kill();
        if self.registry.stopped() {
            return AskError::Stopped;
        }
        let mut text = format!("`{}` {what}", self.command_line());
        if !last_lines.is_empty() {
            text += &format!("; its standard {whose} ends with:");
        }
        for line in last_lines {
            text += "\n  ";
            text += &plain(&line);
        }
        match fault {
            Fault::Failed(_) => AskError::Unreachable(text),
            Fault::Broke(_) => AskError::Protocol(text),
        }
    }

    fn no_restart(&self, error: ConfigureError) -> AskError {
        match error {
            _ if self.registry.stopped() => AskError::Stopped,
            ConfigureError::Unreachable(error @ (AskError::Protocol(_) | AskError::Stopped)) => error,
            error => AskError::Unreachable(format!(
                "`{}` was restarted after a failure but could not be configured: {error}",
                self.command_line()
            )),
        }
    }

    fn broke(&self, breach: &Breach) -> AskError {
        if self.registry.stopped() {
            return AskError::Stopped;
        }
        AskError::Protocol(format!("`{}` {}", self.command_line(), broke(breach)))
    }

    /// Adds to what went wrong.
    fn note(&self, more: Conduct) {
        let mut conduct = self.conduct.lock().unwrap_or_else(PoisonError::into_inner);
        conduct.restarts += more.restarts;
        conduct.asked_again += more.asked_again;
        conduct.unanswered += more.unanswered;
    }

    /// Whether a failure is the program's, and not our own doing.
    fn still_wanted(&self) -> Result<(), AskError> {
        if self.registry.stopped() { Err(AskError::Stopped) } else { Ok(()) }
    }

    /// The program failed with many questions in flight, and with none of them alone: it was too much for it.
    fn slow_down(&self) {
        let most = self.window.load(Ordering::Relaxed);
        self.window.store((most / 4).max(1), Ordering::Relaxed);
    }

    fn give_back(&self, process: Process) {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner).push(process);
    }

    fn command_line(&self) -> String {
        shell_words::join(&self.command)
    }
}

impl fmt::Debug for Shared {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Shared").field("command", &self.command).field("limits", &self.limits).finish_non_exhaustive()
    }
}

impl Drop for Shared {
    /// All get the end of their input first, so that the patience with each is one patience with all.
    fn drop(&mut self) {
        let idle = self.idle.get_mut().unwrap_or_else(PoisonError::into_inner);
        idle.iter_mut().for_each(Process::dismiss);
    }
}

fn broke(Breach(how): &Breach) -> String {
    format!("broke the adapter protocol: {how}")
}
