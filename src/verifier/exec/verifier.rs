//! Asking without losing an answer: what to do when the program dies or hangs in the middle of many questions.
//!
//! The tokens that were in flight are asked again one at a time, to a program started anew. One is blamed only if it does the same
//! when nothing else can have caused it: alone, and for a crash also in a fresh process, since a program may die of one token
//! while the next is on its way. A token after which the program dies over one that it had answered before is blamed as well. The
//! price: a crash costs two or three starts. What happened and was no token's doing is counted, once it is known to be so.
//!
//! Deliberately absent: a second chance for a program that breaks the protocol.

use std::{
    collections::VecDeque,
    mem,
    ops::ControlFlow,
    sync::{Arc, Mutex, PoisonError, atomic::Ordering},
};

use super::{
    Shared,
    breach::Breach,
    process::Process,
    session::{self, Failure, Pace, Trouble},
};
use crate::{
    verdict::Verdict,
    verifier::{AskError, Conduct, OnAnswer, Verifier},
};

/// After so many failures without one answer, a target must show that it still answers at all.
const FAILURES_IN_A_ROW: usize = 20;

/// A program that was set up.
pub(super) struct ExecVerifier {
    shared: Arc<Shared>,
    configure: Vec<u8>,
    state: Mutex<State>,
}

struct State {
    /// `None` after a failure, until it is needed again.
    process: Option<Process>,
    /// Since the last answer.
    failures: usize,
    /// What the last failure looked like, to quote when it becomes one too many.
    last_failure: String,
    /// The first token that was answered, to ask when nothing else is.
    known: Option<String>,
    /// The questions of this call that were answered last.
    recent: VecDeque<usize>,
}

/// Answered questions that are asked again when a program has died and no question in flight is to blame.
const RECENT: usize = 256;

impl ExecVerifier {
    pub(super) fn new(shared: Arc<Shared>, configure: Vec<u8>, process: Process) -> Self {
        let state =
            State { process: Some(process), failures: 0, last_failure: String::new(), known: None, recent: VecDeque::new() };
        Self { shared, configure, state: Mutex::new(state) }
    }
}

impl Verifier for ExecVerifier {
    fn verify(&self, token: &str) -> Result<Verdict, AskError> {
        let mut verdict = None;
        self.verify_all(&[token], &mut |_, answer| {
            verdict = Some(answer);
            ControlFlow::Continue(())
        })?;
        Ok(verdict.expect("every token gets an answer, or there is an error"))
    }

    fn verify_all(&self, tokens: &[&str], answer: OnAnswer<'_>) -> Result<(), AskError> {
        // A caller may have panicked over an answer; then there is no process.
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let mut queue: VecDeque<usize> = (0..tokens.len()).collect();
        let mut receiver = Receiver { answer, enough: false };
        state.recent.clear();
        while !queue.is_empty() {
            let most = self.shared.window.load(Ordering::Relaxed);
            let asked = self.ask(&mut state, tokens, &mut queue, most, &mut |index, verdict| receiver.give(index, verdict))?;
            if let Err(trouble) = asked {
                self.investigate(&mut state, trouble, tokens, &mut queue, &mut receiver)?;
            }
            if receiver.enough {
                return Ok(());
            }
        }
        // One question more tells whether the last answers were outlived.
        if let Some(failure) = self.outlived(&mut state)? {
            let before = mem::take(&mut state.recent);
            if !self.late(&mut state, before.into(), tokens, &mut receiver)? {
                let unanswered = usize::from(matches!(failure, Failure::Silent(_)));
                self.shared.note(Conduct { restarts: 1, unanswered, ..Conduct::default() });
            }
        }
        Ok(())
    }
}

/// Where the answers go, and whether it has enough of them.
struct Receiver<'a> {
    answer: OnAnswer<'a>,
    enough: bool,
}

impl Receiver<'_> {
    fn give(&mut self, index: usize, verdict: Verdict) -> ControlFlow<()> {
        let wish = (self.answer)(index, verdict);
        self.enough |= wish.is_break();
        wish
    }
}

impl ExecVerifier {
    /// Asks, with a program started if there is none. The inner error is the program's failure.
    fn ask(
        &self,
        state: &mut State,
        tokens: &[&str],
        queue: &mut VecDeque<usize>,
        most: usize,
        answer: OnAnswer<'_>,
    ) -> Result<Result<(), Trouble>, AskError> {
        if state.failures >= FAILURES_IN_A_ROW {
            self.must_be_alive(state)?;
        }
        self.start(state)?;
        let State { process, failures, known, last_failure, recent } = state;
        let pace = Pace { most, limit: self.shared.limits.question };
        let asked = session::ask(process, tokens, queue, pace, &mut |index, verdict| {
            *failures = 0;
            known.get_or_insert_with(|| tokens[index].to_owned());
            recent.push_back(index);
            if recent.len() > RECENT {
                recent.pop_front();
            }
            answer(index, verdict)
        });
        let asked = self.in_order(asked)?;
        if let Err(trouble) = &asked {
            *failures += 1;
            *last_failure = trouble.failure.to_string();
        }
        Ok(asked)
    }

    /// What came of asking, unless everything is being stopped or the program broke the protocol.
    fn in_order(&self, asked: Result<Result<(), Trouble>, Breach>) -> Result<Result<(), Trouble>, AskError> {
        let asked = asked.map_err(|breach| self.shared.broke(&breach))?;
        if asked.is_err() {
            self.shared.still_wanted()?;
        }
        Ok(asked)
    }

    fn start(&self, state: &mut State) -> Result<(), AskError> {
        if state.process.is_none() {
            let started = self.shared.start(&self.configure);
            state.process = Some(started.map_err(|error| self.shared.no_restart(error))?);
        }
        Ok(())
    }

    /// Finds the one to blame among the suspects. The others get their answers, or go back to the queue. If there is none, the failure
    /// is the program's own and counted as such.
    fn investigate(
        &self,
        state: &mut State,
        trouble: Trouble,
        tokens: &[&str],
        queue: &mut VecDeque<usize>,
        receiver: &mut Receiver<'_>,
    ) -> Result<(), AskError> {
        let before = mem::take(&mut state.recent);
        let ended = matches!(trouble.failure, Failure::Ended(_));
        let mut own = Conduct { restarts: 1, ..Conduct::default() };
        if receiver.enough {
            // Nobody asks who did it. Silence was cut short by us.
            if ended {
                self.shared.note(own);
            }
            return Ok(());
        }
        if let Some(guilty) = trouble.proven() {
            let _ = receiver.give(guilty, trouble.failure.verdict());
            return Ok(());
        }
        let several = trouble.suspects.len() > 1;
        let mut suspects = trouble.suspects;
        let mut guilty = self.one_by_one(state, &mut suspects, tokens, receiver, &mut own)?;
        if guilty {
            suspects.append(queue);
            *queue = suspects;
            return Ok(());
        }
        if several && !receiver.enough {
            self.shared.slow_down();
        }
        if ended && !receiver.enough {
            guilty = self.late(state, before.into(), tokens, receiver)?;
        }
        if !ended && own.asked_again > 0 {
            // The oldest is the one whose answer was due.
            own.asked_again -= 1;
            own.unanswered = 1;
        }
        if !guilty {
            self.shared.note(own);
        }
        Ok(())
    }

    /// Asks the suspects alone, the oldest first, and hands over their answers, until one is found guilty; whether one was. Counts what
    /// else goes wrong.
    fn one_by_one(
        &self,
        state: &mut State,
        suspects: &mut VecDeque<usize>,
        tokens: &[&str],
        receiver: &mut Receiver<'_>,
        own: &mut Conduct,
    ) -> Result<bool, AskError> {
        while let Some(suspect) = suspects.pop_front() {
            let fresh = state.process.as_ref().is_none_or(|process| process.fresh);
            let mut given = None;
            let asked = self.ask(state, tokens, &mut VecDeque::from([suspect]), 1, &mut |_, verdict| {
                given = Some(verdict);
                ControlFlow::Continue(())
            })?;
            let guilty = match (asked, given) {
                (Err(again), _) => again.proven().map(|_| again.failure.verdict()),
                (Ok(()), Some(verdict)) => match self.outlived(state)? {
                    None => {
                        own.asked_again += 1;
                        if receiver.give(suspect, verdict).is_break() {
                            return Ok(false);
                        }
                        continue;
                    }
                    // It may have been the one before.
                    Some(_) if !fresh => None,
                    Some(failure) => Some(Verdict::Crashed(format!("after its answer: {failure}"))),
                },
                (Ok(()), None) => None,
            };
            if let Some(verdict) = guilty {
                let _ = receiver.give(suspect, verdict);
                return Ok(true);
            }
            own.restarts += 1;
            suspects.push_front(suspect);
        }
        Ok(false)
    }

    /// Nobody in flight did it: perhaps one of those that were answered just before. They are asked in halves, as often as it takes.
    /// Whether it was one of them.
    fn late(
        &self,
        state: &mut State,
        mut suspects: Vec<usize>,
        tokens: &[&str],
        receiver: &mut Receiver<'_>,
    ) -> Result<bool, AskError> {
        let mut failure = self.fatal(state, &suspects, tokens)?;
        while suspects.len() > 1 && failure.is_some() {
            let half = suspects.split_off(suspects.len() / 2);
            failure = self.fatal(state, &half, tokens)?;
            if failure.is_some() {
                suspects = half;
            } else {
                failure = self.fatal(state, &suspects, tokens)?;
            }
        }
        if let (Some(failure), [guilty]) = (failure, &suspects[..]) {
            let _ = receiver.give(*guilty, Verdict::Crashed(format!("after its answer: {failure}")));
            return Ok(true);
        }
        Ok(false)
    }

    /// How a fresh program ends that is asked these questions and, once it has answered, one more; `None` if it does not.
    fn fatal(&self, state: &mut State, questions: &[usize], tokens: &[&str]) -> Result<Option<Failure>, AskError> {
        if questions.is_empty() {
            return Ok(None);
        }
        state.process = None;
        let most = self.shared.window.load(Ordering::Relaxed);
        match self.ask(state, tokens, &mut questions.iter().copied().collect(), most, &mut |_, _| ControlFlow::Continue(()))? {
            Ok(()) => self.outlived(state),
            Err(trouble) => Ok(Some(trouble.failure).filter(|failure| matches!(failure, Failure::Ended(_)))),
        }
    }

    /// How the program has failed since its last answer, if it has: some die of a question only once they have answered it.
    fn outlived(&self, state: &mut State) -> Result<Option<Failure>, AskError> {
        if state.process.is_none() {
            return Ok(None);
        }
        let known = state.known.clone().unwrap_or_default();
        let pace = Pace { most: 1, limit: self.shared.limits.question };
        let nobody: OnAnswer<'_> = &mut |_, _| ControlFlow::Continue(());
        let asked = session::ask(&mut state.process, &[&known], &mut VecDeque::from([0]), pace, nobody);
        Ok(self.in_order(asked)?.err().map(|trouble| trouble.failure))
    }

    /// Asks about a token that was answered before. Many bad tokens in a row may each end a program that is in order.
    fn must_be_alive(&self, state: &mut State) -> Result<(), AskError> {
        self.start(state)?;
        let State { process, failures, known, last_failure, .. } = state;
        let known: Vec<&str> = known.iter().map(String::as_str).collect();
        let pace = Pace { most: 1, limit: self.shared.limits.question };
        let mut answered = false;
        let asked = session::ask(process, &known, &mut (0..known.len()).collect(), pace, &mut |_, _| {
            answered = true;
            ControlFlow::Continue(())
        });
        let asked = self.in_order(asked)?;
        if answered {
            *failures = 0;
            return Ok(());
        }
        let last = asked.err().map_or_else(|| last_failure.clone(), |trouble| trouble.failure.to_string());
        Err(AskError::Unreachable(format!(
            "`{}` failed {FAILURES_IN_A_ROW} times in a row without one answer; last: {last}",
            self.shared.command_line()
        )))
    }
}

impl Trouble {
    /// The token that is to blame for certain.
    fn proven(&self) -> Option<usize> {
        let alone = if self.suspects.len() == 1 { self.suspects.front().copied() } else { None };
        // Silence is not handed on from one token to the next, and waiting for it again is expensive.
        alone.filter(|_| self.fresh || matches!(self.failure, Failure::Silent(_)))
    }
}

impl Drop for ExecVerifier {
    fn drop(&mut self) {
        let state = self.state.get_mut().unwrap_or_else(PoisonError::into_inner);
        if let Some(process) = state.process.take() {
            self.shared.give_back(process);
        }
    }
}
