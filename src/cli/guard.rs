//! `jwt-gauntlet guard`: outlives the gauntlet for a moment, to end the programs that it started.

use jwt_gauntlet::internal::guard;

/// End the programs of a gauntlet that died
#[derive(clap::Args)]
#[command(hide = true)]
pub(super) struct Args {}

pub(super) fn run(_: &Args) -> anyhow::Result<u8> {
    guard::main();
    Ok(0)
}
