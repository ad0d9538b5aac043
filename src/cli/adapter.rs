//! `jwt-gauntlet adapter NAME`: runs a built-in target as an adapter program.

use std::io;

use anyhow::Context;
use jwt_gauntlet::{adapter, verifier::builtin};

/// Serve a built-in target over the adapter protocol on stdin and stdout
///
/// `attack` uses it to run built-in targets; you can use it to test your own harness against a vulnerable verifier.
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  jwt-gauntlet adapter strict
  jwt-gauntlet attack \"exec:jwt-gauntlet adapter strict\"")]
pub(super) struct Args {
    /// The target, as `jwt-gauntlet list --targets` shows it
    name: String,
}

pub(super) fn run(args: &Args) -> anyhow::Result<u8> {
    let name = args.name.strip_prefix("builtin:").unwrap_or(&args.name);
    let implementation = builtin::find(name)?;
    adapter::serve(&*implementation, io::stdin(), io::stdout())
        .context("cannot continue the adapter protocol over stdin and stdout")?;
    Ok(0)
}
