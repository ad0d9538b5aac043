//! Where text goes: stdout for answers, stderr for everything else, files for reports.

use std::{
    env, fs,
    io::{self, IsTerminal, Write},
    path::Path,
    process,
};

use anyhow::Context;
use jwt_gauntlet::internal::report::style::{Colour, Style};

/// The style of stdout: its width, and colour on a terminal unless `NO_COLOR` is set.
pub(super) fn stdout_style() -> Style {
    style(io::stdout().is_terminal())
}

/// The same for stderr.
pub(super) fn stderr_style() -> Style {
    style(io::stderr().is_terminal())
}

fn style(terminal: bool) -> Style {
    let set = |name| env::var_os(name).is_some_and(|value| !value.is_empty());
    let dumb = env::var_os("TERM").is_some_and(|term| term == "dumb");
    let colour = if terminal && !set("NO_COLOR") && !dumb { Colour::Ansi } else { Colour::Plain };
    let measured = terminal.then(terminal_size::terminal_size).flatten().map(|(width, _)| usize::from(width.0));
    Style { width: measured.unwrap_or(100).clamp(60, 100), colour }
}

/// Writes an answer to stdout.
pub(super) fn answer(text: impl AsRef<[u8]>) -> anyhow::Result<()> {
    let mut out = io::stdout().lock();
    out.write_all(text.as_ref()).and_then(|()| out.flush()).context("cannot write to stdout")
}

/// Writes to stderr; if that is closed there is nobody to tell.
pub(super) fn tell(text: &str) {
    let _ = io::stderr().lock().write_all(text.as_bytes());
}

/// Writes a file so that nobody sees half of it: beside it first, then renamed. Pipes and devices are written directly.
pub(super) fn write_file(file: &Path, bytes: &[u8]) -> anyhow::Result<()> {
    let special = fs::metadata(file).is_ok_and(|m| !m.is_file());
    let result = if special {
        fs::write(file, bytes)
    } else {
        let mut name = file.file_name().unwrap_or_default().to_owned();
        name.push(format!(".{}.tmp", process::id()));
        let beside = file.with_file_name(name);
        fs::write(&beside, bytes).and_then(|()| fs::rename(&beside, file)).inspect_err(|_| {
            let _ = fs::remove_file(&beside);
        })
    };
    result.with_context(|| format!("cannot write {}", file.display()))
}
