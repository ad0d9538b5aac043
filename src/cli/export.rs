//! `jwt-gauntlet export`: seed corpora and dictionaries for other fuzzers.

use std::{fs, path::PathBuf};

use anyhow::{Context, bail};
use jwt_gauntlet::{
    Algorithm, Fuzzer,
    internal::{
        fuzz::corpus::{self, Seed},
        report::style::count,
    },
};

use super::{
    catalogue::{Folders, algorithm},
    output,
};

/// Write a seed corpus and a dictionary for a coverage-guided fuzzer
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  jwt-gauntlet export --corpus fuzz/corpus/verifier --dictionary fuzz/jwt.dict
  jwt-gauntlet export --corpus seeds --alg HS256 alg-none kid   attacks of two groups on one algorithm

Each file of the corpus holds one token: a genuine one for each algorithm, and one of every class of attack.")]
pub(super) struct Args {
    /// Only attacks that match: a glob, or the name of a group, class or case
    #[arg(value_name = "GLOB", requires = "corpus")]
    patterns: Vec<String>,
    /// Write one file per token into this folder
    #[arg(long, value_name = "DIR")]
    corpus: Option<PathBuf>,
    /// Write a dictionary for libFuzzer and AFL++
    #[arg(long, value_name = "FILE")]
    dictionary: Option<PathBuf>,
    /// Tokens for this algorithm; may be given several times [default: one of each signature scheme]
    #[arg(long = "alg", value_name = "ALG", value_parser = algorithm, requires = "corpus")]
    algorithms: Vec<Algorithm>,
    #[command(flatten)]
    folders: Folders,
}

pub(super) fn run(args: &Args) -> anyhow::Result<u8> {
    if args.corpus.is_none() && args.dictionary.is_none() {
        bail!("nothing to write: name a folder with --corpus, or a file with --dictionary");
    }
    if let Some(folder) = &args.corpus {
        let algorithms = if args.algorithms.is_empty() { &Fuzzer::ALGORITHMS[..] } else { &args.algorithms };
        let seeds = corpus::tokens(algorithms, &args.folders.select(&args.patterns)?);
        fs::create_dir_all(folder).with_context(|| format!("cannot make the folder {}", folder.display()))?;
        for Seed { name, token } in &seeds {
            output::write_file(&folder.join(name), token.as_bytes())?;
        }
        output::tell(&format!("{} in {}\n", count(seeds.len(), "token", "tokens"), folder.display()));
    }
    if let Some(file) = &args.dictionary {
        let text = corpus::dictionary();
        output::write_file(file, text.as_bytes())?;
        output::tell(&format!("{} in {}\n", count(text.lines().count(), "word", "words"), file.display()));
    }
    Ok(0)
}
