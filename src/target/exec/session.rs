//! Talking to one program: setting it up, and asking it about many tokens with many questions in flight.

use std::{
    collections::VecDeque,
    fmt,
    time::{Duration, Instant},
};

use super::{
    process::{Process, Turn, shortened},
    wire::{self, Answer, Greeting},
};
use crate::verdict::Verdict;

/// More blank lines than this before an answer are a flood.
const BLANK_LINES: usize = 1000;

/// What went wrong with a program.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Failure {
    /// It ended, in this way.
    Ended(String),
    /// It did not answer for so long.
    Silent(Duration),
    /// It said this, which is not an answer to a question in flight.
    Garbage(String),
}

impl Failure {
    /// What that says about the one token that it was asked about.
    pub(super) fn verdict(self) -> Verdict {
        match self {
            Self::Ended(how) => Verdict::Crashed(how),
            Self::Silent(limit) => Verdict::Hung(limit),
            garbage @ Self::Garbage(_) => Verdict::Crashed(garbage.to_string()),
        }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Ended(how) => f.write_str(how),
            Self::Silent(limit) => write!(f, "no answer within {limit:?}"),
            Self::Garbage(line) => write!(f, "answered with something that is not the protocol: {line}"),
        }
    }
}

/// A failure, and the tokens that were being asked about.
#[derive(Debug)]
pub(super) struct Trouble {
    pub(super) failure: Failure,
    pub(super) suspects: VecDeque<usize>,
    /// The program had answered nothing else before, so that nothing else can be to blame.
    pub(super) fresh: bool,
}

/// Sends the `configure` line and waits for the answer to it.
pub(super) fn greet(process: &mut Process, line: &[u8], limit: Duration) -> Result<Greeting, Failure> {
    process.outbox().extend_from_slice(line);
    let until = Instant::now() + limit;
    let mut blank = 0;
    loop {
        while let Some(line) = process.lines.next_line() {
            if !line.trim_ascii().is_empty() {
                return Greeting::read(line).ok_or_else(|| garbage(line));
            }
            blank += 1;
            if blank > BLANK_LINES {
                return Err(flood());
            }
        }
        match process.turn(until) {
            _ if process.lines.flooded() => return Err(flood()),
            Turn::Read | Turn::Quiet => {}
            Turn::Late => return Err(Failure::Silent(limit)),
            Turn::Ended => return Err(Failure::Ended(String::new())),
        }
    }
}

/// Asks about the tokens whose indices are in `queue`, with at most `most` questions in flight, until the queue is empty or the program
/// fails. Then what was in flight is neither in the queue nor answered. `process` is taken when it fails.
pub(super) fn ask(
    slot: &mut Option<Process>,
    tokens: &[&str],
    queue: &mut VecDeque<usize>,
    pace: Pace,
    answer: &mut dyn FnMut(usize, Verdict),
) -> Result<(), Trouble> {
    let process = slot.as_mut().expect("a program was started before it is asked");
    let mut flight = Flight::default();
    let Err(failure) = flight.run(process, tokens, queue, pace, answer) else { return Ok(()) };
    let process = slot.take().expect("it was just asked");
    let fresh = process.fresh;
    let failure = match failure {
        Failure::Ended(_) => Failure::Ended(process.obituary()),
        other => {
            process.kill();
            other
        }
    };
    Err(Trouble { failure, suspects: flight.questions.into_iter().map(|q| q.index).collect(), fresh })
}

/// How hard to ask.
#[derive(Clone, Copy, Debug)]
pub(super) struct Pace {
    /// Questions in flight.
    pub(super) most: usize,
    /// The longest time without an answer.
    pub(super) limit: Duration,
}

/// The questions under way.
#[derive(Debug, Default)]
struct Flight {
    questions: VecDeque<Question>,
    bytes: usize,
    blank: usize,
}

#[derive(Debug)]
struct Question {
    id: u64,
    index: usize,
    bytes: usize,
}

impl Flight {
    fn run(
        &mut self,
        process: &mut Process,
        tokens: &[&str],
        queue: &mut VecDeque<usize>,
        pace: Pace,
        answer: &mut dyn FnMut(usize, Verdict),
    ) -> Result<(), Failure> {
        idle(process)?;
        let mut until = Instant::now() + pace.limit;
        loop {
            self.launch(process, tokens, queue, pace.most);
            if self.questions.is_empty() {
                return Ok(());
            }
            match process.turn(until) {
                Turn::Read => {
                    if self.land(process, answer)? {
                        until = Instant::now() + pace.limit;
                    }
                }
                Turn::Quiet => {}
                Turn::Late => return Err(Failure::Silent(pace.limit)),
                Turn::Ended => return Err(Failure::Ended(String::new())),
            }
        }
    }

    /// Sends questions once a quarter of those under way are answered: many in one write, and never none to work on.
    fn launch(&mut self, process: &mut Process, tokens: &[&str], queue: &mut VecDeque<usize>, most: usize) {
        let room = process.room();
        if self.questions.len() > most / 4 * 3 || self.bytes > room / 4 * 3 {
            return;
        }
        while self.questions.is_empty() || (self.questions.len() < most && self.bytes < room) {
            let Some(index) = queue.pop_front() else { return };
            let id = process.next_id();
            let outbox = process.outbox();
            let before = outbox.len();
            wire::question(outbox, id, tokens[index]);
            let bytes = outbox.len() - before;
            self.bytes += bytes;
            self.questions.push_back(Question { id, index, bytes });
        }
    }

    /// Takes the answers that have come; whether there were any.
    fn land(&mut self, process: &mut Process, answer: &mut dyn FnMut(usize, Verdict)) -> Result<bool, Failure> {
        let mut any = false;
        while let Some(line) = process.lines.next_line() {
            if line.trim_ascii().is_empty() {
                self.blank += 1;
                if self.blank > BLANK_LINES {
                    return Err(flood());
                }
                continue;
            }
            let Some(Answer { id, verdict }) = Answer::read(line) else { return Err(garbage(line)) };
            let Some(question) = self.take(id) else { return Err(garbage(line)) };
            self.bytes -= question.bytes;
            self.blank = 0;
            process.fresh = false;
            any = true;
            answer(question.index, verdict);
        }
        if process.lines.flooded() { Err(flood()) } else { Ok(any) }
    }

    /// The question that an answer is to. In order is the rule, and ids rise along the queue.
    fn take(&mut self, id: u64) -> Option<Question> {
        match self.questions.front() {
            Some(first) if first.id == id => self.questions.pop_front(),
            _ => self.questions.binary_search_by_key(&id, |q| q.id).ok().and_then(|i| self.questions.remove(i)),
        }
    }
}

/// Makes sure that a program that is not being asked anything is there, and silent: else the next token would be blamed.
fn idle(process: &mut Process) -> Result<(), Failure> {
    match process.turn(Instant::now()) {
        Turn::Read => match process.lines.next_line() {
            Some(line) => Err(garbage(line)),
            None => Ok(()),
        },
        Turn::Ended => Err(Failure::Ended(String::new())),
        Turn::Quiet | Turn::Late => Ok(()),
    }
}

fn garbage(line: &[u8]) -> Failure {
    Failure::Garbage(shortened(&String::from_utf8_lossy(&line[..line.len().min(4 << 10)])))
}

fn flood() -> Failure {
    Failure::Garbage("a flood of output".to_owned())
}
