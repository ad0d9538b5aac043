//! The command line: one subcommand a file, each from clap structs to plain options to the library.
//!
//! Everything that a person sees passes here: reports go to stdout, everything else to stderr, and an error is printed once.

mod adapter;
mod asking;
mod attack;
mod bench;
mod catalogue;
mod decoded;
mod duration;
mod export;
mod forge;
mod fuzz;
mod guard;
mod inspect;
mod list;
mod output;
mod replay;
mod show;

use std::{
    io::{self, IsTerminal},
    panic::{self, PanicHookInfo, UnwindSafe},
    process::ExitCode,
};

use clap::{Parser, Subcommand};
use jwt_gauntlet::{
    RunError,
    fuzz::Invalid,
    internal::report::style::{Ink, Style},
};

/// Attacks any JWT verifier with forged tokens, and proves which ones it wrongly accepted.
#[derive(Parser)]
#[command(version, about, max_term_width = 100, subcommand_required = true, arg_required_else_help = true, after_help = EXAMPLES)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

const EXAMPLES: &str = "\
Examples:
  jwt-gauntlet attack                                  attack the jsonwebtoken crate
  jwt-gauntlet attack \"exec:python3 my_adapter.py\"     attack your own verifier
  jwt-gauntlet fuzz \"exec:./verify\" --time 10m        random tokens, to find unknown vulnerabilities
  jwt-gauntlet bench                                   how long signing and verifying take
  jwt-gauntlet inspect eyJhbGciOi…                     decode a token, and list its risks
  jwt-gauntlet forge alg-none --token TOKEN            tokens to send to a service by hand

Exit codes:
  0  no findings, or only findings below --fail-on or in the baseline
  1  at least one finding at or above --fail-on, or a replayed one that still happens, or
     something slower than the baseline of `bench`
  2  usage, configuration or attack-file error
  3  no finding, but the controls failed: nothing was proven
  4  the target could not be reached
  70 a bug in jwt-gauntlet";

#[derive(Subcommand)]
enum Command {
    Attack(attack::Args),
    Fuzz(fuzz::Args),
    Bench(bench::Args),
    Replay(replay::Args),
    List(list::Args),
    Show(show::Args),
    Forge(forge::Args),
    Inspect(inspect::Args),
    Export(export::Args),
    Adapter(adapter::Args),
    Guard(guard::Args),
}

/// Usage, configuration and attack-file errors.
const USAGE: u8 = 2;
/// The target could not be reached.
const UNREACHABLE: u8 = 4;
/// A bug in jwt-gauntlet.
const BUG: u8 = 70;

/// Parses the arguments and runs the subcommand.
pub(crate) fn main() -> ExitCode {
    let cli = Cli::parse();
    // A built-in target may panic under attack; there that is an answer, not a bug here.
    if !matches!(cli.command, Command::Adapter(_)) {
        panic::set_hook(Box::new(tell_bug));
    }
    ExitCode::from(code(|| run(cli.command)))
}

/// Does the work, and gives the exit code.
fn code(work: impl FnOnce() -> anyhow::Result<u8> + UnwindSafe) -> u8 {
    match panic::catch_unwind(work) {
        Ok(Ok(code)) => code,
        Ok(Err(error)) => fail(&error),
        Err(_) => BUG,
    }
}

fn run(command: Command) -> anyhow::Result<u8> {
    match command {
        Command::Attack(args) => attack::run(&args),
        Command::Fuzz(args) => fuzz::run(&args),
        Command::Bench(args) => bench::run(&args),
        Command::Replay(args) => replay::run(&args),
        Command::List(args) => list::run(&args),
        Command::Show(args) => show::run(&args),
        Command::Forge(args) => forge::run(&args),
        Command::Inspect(args) => inspect::run(&args),
        Command::Export(args) => export::run(&args),
        Command::Adapter(args) => adapter::run(&args),
        Command::Guard(args) => guard::run(&args),
    }
}

/// Prints an error with its causes, once, and gives its exit code.
fn fail(error: &anyhow::Error) -> u8 {
    let broken_pipe = |e: &(dyn std::error::Error + 'static)| {
        e.downcast_ref::<io::Error>().is_some_and(|e| e.kind() == io::ErrorKind::BrokenPipe)
    };
    // Whoever closed the pipe has seen enough.
    if error.chain().any(broken_pipe) {
        return 0;
    }
    let style = output::stderr_style();
    let mut text = format!("{}: {}\n", style.paint(Ink::Bad, "error"), error.to_string().replace('\n', "\n  "));
    let mut told = error.to_string();
    for cause in error.chain().skip(1).map(ToString::to_string) {
        // Some libraries repeat their cause in their own text.
        if !told.contains(&cause) {
            text.push_str(&format!("  {}\n", cause.trim_end().replace('\n', "\n  ")));
            told = cause;
        }
    }
    output::tell(&text);
    match error {
        error if error.is::<RunError>() => UNREACHABLE,
        error if error.is::<Invalid>() => BUG,
        _ => USAGE,
    }
}

/// The panic hook: a panic is a bug here, whoever caused it.
fn tell_bug(info: &PanicHookInfo<'_>) {
    let place = info.location().map(|l| format!("{}:{}", l.file(), l.line())).unwrap_or_default();
    let payload = info.payload();
    let message = payload.downcast_ref::<&str>().copied().or_else(|| payload.downcast_ref::<String>().map(String::as_str));
    let message = message.unwrap_or("no message");
    // A worker's panic is followed by that of the thread that waits for it.
    if message == "a scoped thread panicked" {
        return;
    }
    output::tell(&format!(
        "{}: this is a bug in jwt-gauntlet {}: {message} ({place})\n  \
         Please report it with this text, the command line and, if you can, the token or attack file.\n",
        Style::paint(&output::stderr_style(), Ink::Bad, "error"),
        env!("CARGO_PKG_VERSION"),
    ));
}

/// Whether a person reads stderr as it is written.
fn watched() -> bool {
    io::stderr().is_terminal()
}

#[cfg(test)]
mod tests {
    use jwt_gauntlet::AskError;

    use super::*;

    #[test]
    fn the_exit_code_tells_a_bug_from_an_error_and_a_target_from_its_user() {
        assert_eq!(code(|| Ok(3)), 3);
        assert_eq!(code(|| panic!("planted")), 70);
        assert_eq!(code(|| Err(anyhow::anyhow!("a typo"))), 2);
        let lost = RunError::Unreachable(AskError::Unreachable("gone".to_owned()));
        assert_eq!(code(move || Err(anyhow::Error::new(lost).context("cannot attack it"))), 4);
        let closed = || io::Error::from(io::ErrorKind::BrokenPipe);
        assert_eq!(code(move || Err(anyhow::Error::new(closed()).context("cannot write"))), 0);
    }
}
