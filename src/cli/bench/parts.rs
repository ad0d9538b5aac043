//! The parts of a run, each in a child process of this very binary: it gets the same arguments and `--part`.
//!
//! The child says on stdout how far it is, a line of `.` for each hundredth, and then what it measured, one line of JSON.

use std::{
    cell::Cell,
    env,
    io::{BufRead, BufReader},
    process::{Command, Stdio},
    sync::atomic::{AtomicBool, Ordering},
};

use anyhow::{Context, bail};
use indicatif::ProgressBar;
use jwt_gauntlet::internal::bench::{
    Bench,
    contender::Gate,
    runner::{Event, PARTS, Part},
};

use crate::cli::{asking::Stop, output};

/// Lines that a child writes on its way.
const STEPS: usize = 100;

/// Starts them one after another. Ends with those that there are if `stop` is set; Ctrl-C reaches the child too.
pub(super) fn all(bar: &ProgressBar, stop: &AtomicBool) -> anyhow::Result<Vec<Part>> {
    bar.set_length((PARTS * STEPS) as u64);
    let mut parts = Vec::new();
    while parts.len() < PARTS && !stop.load(Ordering::Relaxed) {
        match one(parts.len(), bar) {
            Ok(part) => parts.push(part),
            // The child was ended by what ends this process.
            Err(_) if stop.load(Ordering::Relaxed) => break,
            Err(error) => return Err(error),
        }
        bar.set_position((parts.len() * STEPS) as u64);
    }
    Ok(parts)
}

fn one(part: usize, bar: &ProgressBar) -> anyhow::Result<Part> {
    let this = env::current_exe().context("cannot find the program file of jwt-gauntlet itself")?;
    let mut child = Command::new(this)
        .args(env::args_os().skip(1))
        .args(["--part", &part.to_string()])
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .spawn()
        .context("cannot start a benchmark process")?;
    let mut measured = None;
    for line in BufReader::new(child.stdout.take().expect("it was piped")).lines() {
        match line.context("cannot read the result of a benchmark process")? {
            line if line == "." => bar.inc(1),
            line => measured = Some(serde_json::from_str(&line).context("a benchmark process returned an invalid result")?),
        }
    }
    let status = child.wait().context("cannot wait for a benchmark process")?;
    match measured {
        Some(part) if status.success() => Ok(part),
        _ => bail!("a benchmark process ended early ({status})"),
    }
}

/// Measures one part and writes it down.
pub(super) fn child(bench: &Bench, part: usize) -> anyhow::Result<u8> {
    let stop = Stop::quietly()?;
    let (planned, done) = (Cell::new(1), Cell::new(0));
    let gate = if part == 0 { Gate::Check } else { Gate::Passed };
    let part = bench.part(
        gate,
        &|event| match event {
            Event::Planned(batches) => planned.set(batches.max(1)),
            Event::Batch => {
                let (before, now) = (done.get() * STEPS / planned.get(), (done.get() + 1) * STEPS / planned.get());
                done.set(done.get() + 1);
                for _ in before..now {
                    // Nobody who reads: the result will say so.
                    let _ = output::answer(".\n");
                }
            }
        },
        stop.flag(),
    );
    output::answer(serde_json::to_string(&part)? + "\n")?;
    Ok(0)
}
