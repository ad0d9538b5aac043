//! The command line of jwt-gauntlet.

mod cli;

use std::process::ExitCode;

fn main() -> ExitCode {
    cli::main()
}
