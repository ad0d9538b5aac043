//! The bench's command line: parse, run, print, exit.

mod cli;

use std::{env, process::ExitCode};

fn main() -> ExitCode {
    // The guardian that ends the Redis server if this program is killed is another process of this program.
    if env::args_os().nth(1).is_some_and(|first| first == "guard") {
        jwt_gauntlet::internal::guard::main();
        return ExitCode::SUCCESS;
    }
    cli::main()
}
