//! Talking to one program: setting it up, and asking it about many tokens with many questions in flight.
//!
//! Answers come in the order of the questions, one for each, and nothing else comes. The first line that is anything else is a
//! [`Breach`]; deliberately absent: any attempt to make sense of what follows it.

use std::{
    collections::VecDeque,
    fmt,
    ops::ControlFlow,
    time::{Duration, Instant},
};

use super::{
    breach::{Breach, Due},
    process::{Process, Turn},
};
use crate::{
    protocol::{self, Answer, Flaw, Greeting},
    verdict::Verdict,
    verifier::OnAnswer,
};

/// More blank lines than this before an answer are a flood.
const BLANK_LINES: usize = 1000;
/// A program that writes a line that is not an answer and ends within this time was writing about its end: a stack trace.
const DYING: Duration = Duration::from_millis(500);

/// What can happen to any program because of one token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Failure {
    /// It ended, in this way.
    Ended(String),
    /// It did not answer for so long.
    Silent(Duration),
}

/// Why there is no answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Fault {
    Failed(Failure),
    Broke(Breach),
}

impl Failure {
    /// What that says about the one token that it was asked about.
    pub(super) fn verdict(self) -> Verdict {
        match self {
            Self::Ended(how) => Verdict::Crashed(how),
            Self::Silent(limit) => Verdict::Hung(limit),
        }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Ended(how) => f.write_str(how),
            Self::Silent(limit) => write!(f, "no answer within {limit:?}"),
        }
    }
}

impl From<Breach> for Fault {
    fn from(breach: Breach) -> Self {
        Self::Broke(breach)
    }
}

impl From<Failure> for Fault {
    fn from(failure: Failure) -> Self {
        Self::Failed(failure)
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
pub(super) fn greet(process: &mut Process, line: &[u8], limit: Duration) -> Result<Greeting, Fault> {
    process.outbox().extend_from_slice(line);
    let until = Instant::now() + limit;
    let mut blank = 0;
    loop {
        while let Some(line) = process.lines.next_line() {
            match Greeting::read(line) {
                Ok(greeting) => return Ok(greeting),
                Err(_) if line.trim_ascii().is_empty() => count_blank(&mut blank, Due::Greeting)?,
                Err(flaw) => {
                    let line = line.to_vec();
                    return Err(flawed(process, flaw, Due::Greeting, &line));
                }
            }
        }
        match process.turn(until) {
            _ if process.lines.flooded() => return Err(flood(Due::Greeting).into()),
            Turn::Read | Turn::Quiet => {}
            Turn::Late => return Err(Failure::Silent(limit).into()),
            Turn::Ended => return Err(ended()),
        }
    }
}

/// Asks about the tokens whose indices are in `queue`, with at most `most` questions in flight, until the queue is empty or the program
/// fails. Then what was in flight is neither in the queue nor answered. `slot` is empty when it fails, and when `answer` panics. Once
/// `answer` wants no more, the queue is emptied, and what is in flight gets the time of one question.
pub(super) fn ask(
    slot: &mut Option<Process>,
    tokens: &[&str],
    queue: &mut VecDeque<usize>,
    pace: Pace,
    answer: OnAnswer<'_>,
) -> Result<Result<(), Trouble>, Breach> {
    let mut process = slot.take().expect("a program was started before it is asked");
    let mut flight = Flight::default();
    let Err(fault) = flight.run(&mut process, tokens, queue, pace, answer) else {
        *slot = Some(process);
        return Ok(Ok(()));
    };
    let fresh = process.fresh;
    let failure = match fault {
        Fault::Failed(Failure::Ended(_)) => Failure::Ended(process.exit_report()),
        Fault::Failed(silent) => {
            process.kill();
            silent
        }
        Fault::Broke(breach) => {
            process.kill();
            return Err(breach);
        }
    };
    Ok(Err(Trouble { failure, suspects: flight.questions.into_iter().map(|q| q.index).collect(), fresh }))
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
    /// No more answers are wanted.
    enough: bool,
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
        answer: OnAnswer<'_>,
    ) -> Result<(), Fault> {
        idle(process)?;
        let mut until = Instant::now() + pace.limit;
        loop {
            if self.enough {
                queue.clear();
            }
            self.send(process, tokens, queue, pace.most);
            if self.questions.is_empty() {
                return Ok(());
            }
            match process.turn(until) {
                Turn::Read => {
                    let drained = self.enough;
                    if self.receive(process, answer)? && !drained {
                        until = Instant::now() + pace.limit;
                    }
                }
                Turn::Quiet => {}
                Turn::Late => return Err(Failure::Silent(pace.limit).into()),
                Turn::Ended => return Err(ended()),
            }
            if self.enough && Instant::now() >= until {
                return Err(Failure::Silent(pace.limit).into());
            }
        }
    }

    /// Sends questions once a quarter of those under way are answered: many in one write, and never none to work on.
    fn send(&mut self, process: &mut Process, tokens: &[&str], queue: &mut VecDeque<usize>, most: usize) {
        let room = process.room();
        if self.questions.len() > most / 4 * 3 || self.bytes > room / 4 * 3 {
            return;
        }
        while self.questions.is_empty() || (self.questions.len() < most && self.bytes < room) {
            let Some(index) = queue.pop_front() else { return };
            let id = process.next_id();
            let outbox = process.outbox();
            let before = outbox.len();
            protocol::question(outbox, id, tokens[index]);
            let bytes = outbox.len() - before;
            self.bytes += bytes;
            self.questions.push_back(Question { id, index, bytes });
        }
    }

    /// Takes the answers that have come; whether there were any.
    fn receive(&mut self, process: &mut Process, answer: OnAnswer<'_>) -> Result<bool, Fault> {
        let mut any = false;
        while let Some(line) = process.lines.next_line() {
            let due = self.due();
            let (id, verdict) = match Answer::read(line) {
                Ok(Answer { id, verdict }) => (id, verdict),
                Err(_) if line.trim_ascii().is_empty() => {
                    count_blank(&mut self.blank, due)?;
                    continue;
                }
                Err(flaw) => {
                    let line = line.to_vec();
                    return Err(flawed(process, flaw, due, &line));
                }
            };
            if due != Due::Verdict(id) {
                let line = line.to_vec();
                return Err(Breach::of_id(id, due, process.asked(), &line).into());
            }
            let Some(question) = self.questions.pop_front() else { break };
            self.bytes -= question.bytes;
            self.blank = 0;
            process.fresh = false;
            any = true;
            self.enough |= answer(question.index, verdict) == ControlFlow::Break(());
        }
        if process.lines.flooded() { Err(flood(self.due()).into()) } else { Ok(any) }
    }

    fn due(&self) -> Due {
        self.questions.front().map_or(Due::Nothing, |question| Due::Verdict(question.id))
    }
}

/// Makes sure that a program that is not being asked anything is there, and silent: else the next token would be blamed.
pub(super) fn idle(process: &mut Process) -> Result<(), Fault> {
    let mut blank = 0;
    loop {
        while let Some(line) = process.lines.next_line() {
            if line.trim_ascii().is_empty() {
                count_blank(&mut blank, Due::Nothing)?;
                continue;
            }
            let line = line.to_vec();
            return Err(match Answer::read(&line) {
                Ok(Answer { id, .. }) => Breach::of_id(id, Due::Nothing, process.asked(), &line).into(),
                Err(flaw) => flawed(process, flaw, Due::Nothing, &line),
            });
        }
        match process.turn(Instant::now()) {
            _ if process.lines.flooded() => return Err(flood(Due::Nothing).into()),
            Turn::Read => {}
            Turn::Ended => return Err(ended()),
            Turn::Quiet | Turn::Late => return Ok(()),
        }
    }
}

/// What a line is that is not the answer that was due: the end of the program, if that follows at once, else a breach.
fn flawed(process: &mut Process, flaw: Flaw, due: Due, line: &[u8]) -> Fault {
    if flaw.is_foreign() && process.dies_over(line, DYING) {
        return ended();
    }
    Breach::new(&format!("wrote {flaw}"), due, line).into()
}

fn count_blank(blank: &mut usize, due: Due) -> Result<(), Breach> {
    *blank += 1;
    if *blank > BLANK_LINES { Err(Breach::new(&format!("wrote more than {BLANK_LINES} blank lines"), due, b"")) } else { Ok(()) }
}

fn flood(due: Due) -> Breach {
    Breach::new("wrote a flood of output without a line end", due, b"")
}

/// How it ended is told when it has been waited for.
fn ended() -> Fault {
    Failure::Ended(String::new()).into()
}
