//! `jwt-gauntlet-adapter-rust NAME [pinned]`: one of the crates over the adapter protocol, on stdin and stdout.

use std::{
    io::{self, Write as _},
    process::ExitCode,
};

use jwt_gauntlet::adapter::serve;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let names = || jwt_gauntlet_adapters::all().into_iter().map(|(name, _)| name).collect::<Vec<_>>().join(" | ");
    let done = match arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        // The algorithm is the application's word in all of these crates; there is no other common way to set one up.
        [name] | [name, "pinned"] => match jwt_gauntlet_adapters::find(name) {
            Some(implementation) => {
                serve(&*implementation, io::stdin().lock(), io::stdout().lock()).map_err(|error| error.to_string())
            }
            None => Err(format!("unknown library {name:?}: {}", names())),
        },
        [_, setup] => Err(format!("unknown set-up {setup:?}: there is only \"pinned\"")),
        _ => Err(format!("usage: jwt-gauntlet-adapter-rust {} [pinned]", names())),
    };
    let Err(error) = done else { return ExitCode::SUCCESS };
    // Nobody may be there to read it.
    let _ = writeln!(io::stderr(), "{error}");
    ExitCode::from(2)
}
