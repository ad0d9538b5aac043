//! The options, and the run from start to end.

mod run;

use std::{
    io::{self, Write as _},
    path::PathBuf,
    process::ExitCode,
    time::Duration,
};

use clap::Parser;

/// A contender is broken.
const BROKEN: u8 = 1;
/// Usage, and whatever else kept it from measuring.
const USAGE: u8 = 2;
/// Broken off before there was anything to say.
const NOTHING: u8 = 3;
/// There is no Redis server, and there had to be one.
const NO_REDIS: u8 = 4;

/// JWT or session? Times the same authenticated request by stateless verification (HS256, ES256, EdDSA, RS256) and by a session in
/// memory, in SQLite and in Redis, with and without a denylist.
#[derive(Debug, Parser)]
#[command(name = "jwt-gauntlet-sessions", after_help = EXAMPLES)]
struct Args {
    /// Seconds of measuring, about; setting up comes on top
    #[arg(long, value_name = "SECONDS", default_value = "60", value_parser = seconds)]
    time: Duration,
    /// Rounds: each contender gets one batch in each
    #[arg(long, value_name = "N", default_value_t = 31, value_parser = clap::value_parser!(u16).range(3..=1000))]
    rounds: u16,
    /// Sessions in each store
    #[arg(long, value_name = "N", default_value_t = 10_000, value_parser = clap::value_parser!(u32).range(1..=1_000_000))]
    sessions: u32,
    /// Token ids on each denylist
    #[arg(long, value_name = "N", default_value_t = 1_000, value_parser = clap::value_parser!(u32).range(0..=1_000_000))]
    denied: u32,
    /// Roles of each user, where they do not grow
    #[arg(long, value_name = "N", default_value_t = 10, value_parser = clap::value_parser!(u16).range(0..=1000))]
    roles: u16,
    /// Roles of each user, where they grow: up to four numbers
    #[arg(long, value_name = "N,…", default_value = "1,10,50,200", value_delimiter = ',', value_parser = clap::value_parser!(u16).range(0..=1000))]
    growth: Vec<u16>,
    /// Writes everything as JSON to FILE too
    #[arg(long, value_name = "FILE")]
    json: Option<PathBuf>,
    /// Ends with 4 if there is no Redis server, instead of going on without
    #[arg(long)]
    require_redis: bool,
}

const EXAMPLES: &str = "\
Examples:
  cargo run --release -- --json sessions.json     a minute, the table on the terminal, everything in the file
  cargo run --release -- --time 5 --rounds 7      a glance
  cargo run --release -- --sessions 1000000       stores that no cache holds

Redis: a server of its own is started on a free port of loopback, from redis-server in PATH (or the program that REDIS_SERVER
names), and ended afterwards. Without one the rest is measured, and the table says so.

Exit codes: 0 measured, 1 a contender failed its controls, 2 usage or set-up, 3 broken off before anything was measured,
4 no Redis server although --require-redis was given.";

fn seconds(text: &str) -> Result<Duration, String> {
    let seconds: f64 = text.trim_end_matches('s').parse().map_err(|_| "not a number of seconds".to_owned())?;
    // Beyond a day, and below what a batch needs, it is a slip.
    if (0.5..=86_400.0).contains(&seconds) { Ok(Duration::from_secs_f64(seconds)) } else { Err("between 0.5 and 86400".to_owned()) }
}

/// Parses the arguments and runs; gives the exit code.
pub(crate) fn main() -> ExitCode {
    let args = Args::parse();
    match run::run(&args) {
        Ok(code) => ExitCode::from(code),
        Err(error) => {
            tell(&format!("error: {error:#}\n"));
            ExitCode::from(USAGE)
        }
    }
}

/// Writes to stderr; if that is closed there is nobody to tell.
fn tell(text: &str) {
    let _ = io::stderr().lock().write_all(text.as_bytes());
}
