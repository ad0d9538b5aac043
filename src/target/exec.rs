//! Any program as a target, over the adapter protocol: JSON Lines over standard input and output.
//!
//! Many questions are in flight at a time, since a round trip costs far more than most answers. A crash, a silence or a babble is put
//! down to the token that causes it, the program is started again, and the run goes on. Each program runs in a process group of its
//! own, which is ended when it is no longer needed, so that nothing it started outlives it (unless it leaves its group).
//!
//! Deliberately absent: a shell. A command is split into words and started as it is.

mod lines;
mod process;
mod registry;
mod session;
mod verifier;
mod wire;

use std::{
    fmt,
    path::PathBuf,
    sync::{
        Arc, Mutex, OnceLock, PoisonError,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use self::{process::Process, registry::Registry, session::Failure, verifier::ExecVerifier, wire::Greeting};
use super::{AskError, ConfigureError, Implementation, Trust, Verifier};

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

/// What a line of an adapter's says, as far as it says anything: the door for fuzz targets to what reads hostile programs.
#[doc(hidden)]
#[must_use]
pub fn read_line(line: &[u8]) -> Option<Line> {
    let answer = wire::Answer::read(line).map(|wire::Answer { id, verdict }| Line::Verdict(id, verdict));
    answer.or_else(|| {
        Greeting::read(line).map(|greeting| match greeting {
            Greeting::Ready { name, version } => Line::Ready(name, version),
            Greeting::Unsupported(reason) => Line::Unsupported(reason),
        })
    })
}

/// The line that asks about `token`.
#[doc(hidden)]
#[must_use]
pub fn question(id: u64, token: &str) -> Vec<u8> {
    let mut line = Vec::new();
    wire::question(&mut line, id, token);
    line
}

/// The line that sets an adapter up.
#[doc(hidden)]
#[must_use]
pub fn configuration(trust: &Trust) -> Vec<u8> {
    wire::configure(trust)
}

/// A line of an adapter's.
#[doc(hidden)]
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Line {
    /// An answer with its id.
    Verdict(u64, crate::verdict::Verdict),
    /// Set up: name and version.
    Ready(String, String),
    /// Not set up, for this reason.
    Unsupported(String),
}

/// A text that is not a command.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
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

    /// Lets `binary guard` (see [`crate::guard`]) end the programs if this process is killed. To be said before the first use.
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
        let line = wire::configure(trust);
        let process = match self.shared.reuse(&line) {
            Some(done) => done?,
            None => self.shared.start(&line)?,
        };
        Ok(Box::new(ExecVerifier::new(Arc::clone(&self.shared), line, process)))
    }

    fn identity(&self) -> Option<(String, String)> {
        self.shared.identity.get().cloned()
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
        }
    }

    /// An idle program, set up by `line`. One that fails is forgotten: it may have been so for long.
    fn reuse(&self, line: &[u8]) -> Option<Result<Process, ConfigureError>> {
        loop {
            let mut process = self.idle.lock().unwrap_or_else(PoisonError::into_inner).pop()?;
            match session::greet(&mut process, line, self.limits.configure) {
                Ok(greeting) => return Some(self.welcome(process, greeting)),
                Err(_) => process.kill(),
            }
        }
    }

    /// A program started now and set up by `line`.
    fn start(&self, line: &[u8]) -> Result<Process, ConfigureError> {
        let mut process = Process::start(&self.command, &self.registry)?;
        match session::greet(&mut process, line, self.limits.start) {
            Ok(greeting) => self.welcome(process, greeting),
            Err(failure) => Err(self.not_ready(process, &failure).into()),
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
    fn not_ready(&self, mut process: Process, failure: &Failure) -> AskError {
        let what = match failure {
            Failure::Ended(_) => format!("ended before it was configured ({})", process.exit()),
            Failure::Silent(limit) => format!("did not answer `configure` within {limit:?}"),
            Failure::Garbage(line) => format!(
                "answered `configure` with something that is not the adapter protocol: {line}\n\
                 (only answers belong on standard output; logs belong on standard error)"
            ),
        };
        let last_words = process.last_words.lines(8);
        process.kill();
        if self.registry.stopped() {
            return stopped();
        }
        let mut text = format!("`{}` {what}", self.command_line());
        if !last_words.is_empty() {
            text += "; its standard error ends with:";
        }
        for line in last_words {
            text += "\n  ";
            text += &line;
        }
        AskError(text)
    }

    fn no_restart(&self, error: &ConfigureError) -> AskError {
        if self.registry.stopped() {
            return stopped();
        }
        AskError(format!("`{}` was restarted after a failure but could not be configured: {error}", self.command_line()))
    }

    /// Whether a failure is the program's, and not our own doing.
    fn still_wanted(&self) -> Result<(), AskError> {
        if self.registry.stopped() { Err(stopped()) } else { Ok(()) }
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

fn stopped() -> AskError {
    AskError("stopped".to_owned())
}
