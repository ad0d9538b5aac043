//! `jwt-gauntlet adapter NAME`: a built-in target as a program.

use std::io;

use anyhow::Context;
use jwt_gauntlet::{adapter, verifier::builtin};

/// Serve a built-in target over the adapter protocol on stdin and stdout
///
/// This is how `attack` asks built-in targets; it also lets you test a harness of your own against a verifier with known holes.
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  jwt-gauntlet adapter strict
  jwt-gauntlet attack \"exec:jwt-gauntlet adapter strict\"")]
pub struct Args {
    /// The target, as `jwt-gauntlet list --targets` shows it
    name: String,
}

pub fn run(args: &Args) -> anyhow::Result<u8> {
    let name = args.name.strip_prefix("builtin:").unwrap_or(&args.name);
    let implementation = builtin::find(name)?;
    adapter::serve(&*implementation, io::stdin(), io::stdout()).context("the conversation over stdin and stdout broke off")?;
    Ok(0)
}
