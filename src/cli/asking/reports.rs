//! `--report FORMAT[=FILE]`: which reports go where.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use anyhow::{Context, bail};
use jwt_gauntlet::{
    Report,
    internal::report::{
        human,
        style::{Colour, Style},
    },
    report::{json, replay},
};

use crate::cli::output;

/// A format that exists.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Format {
    Human,
    Json,
}

/// All reports of a run; no file means stdout.
pub(crate) struct Reports(Vec<(Format, Option<PathBuf>)>);

impl Reports {
    /// Reads the options, and refuses early what could not be written later.
    pub(crate) fn parse(options: &[String]) -> anyhow::Result<Self> {
        Ok(Self(destinations(options, Format::Human, &format)?))
    }

    /// Writes them all, stdout first: what one cannot be written to does not keep the others from their reader. Where none goes to
    /// stdout, the verdict goes to stderr in brief.
    pub(crate) fn write(&self, report: &Report, view: &human::View<'_>) -> anyhow::Result<()> {
        let (files, stdout): (Vec<_>, Vec<_>) = self.0.iter().partition(|(_, file)| file.is_some());
        let written: Vec<_> =
            stdout.iter().chain(&files).map(|(format, file)| one(*format, file.as_deref(), report, view)).collect();
        if stdout.is_empty() {
            let view = human::View { style: output::stderr_style(), ..*view };
            output::tell(&format!("{}{}\n", human::headline(report, &view), human::last_line(report, &view)));
        }
        written.into_iter().filter(|result| !closed(result)).collect()
    }
}

/// Reads `--report` options into formats and files, `usual` to stdout if there are none. Refuses early what could not be written later.
pub(crate) fn destinations<F: Copy>(
    options: &[String],
    usual: F,
    format: &dyn Fn(&str) -> anyhow::Result<F>,
) -> anyhow::Result<Vec<(F, Option<PathBuf>)>> {
    let mut reports: Vec<(F, Option<PathBuf>)> = Vec::new();
    for option in options {
        let (name, file) = option.split_once('=').map_or((option.as_str(), None), |(name, file)| (name, Some(file)));
        let file = file.filter(|file| *file != "-").map(PathBuf::from);
        if let Some(file) = &file {
            writable(file)?;
            if reports.iter().any(|(_, other)| other.as_deref().is_some_and(|other| same(file, other))) {
                bail!("two reports cannot go to one file, {}; give each its own", file.display());
            }
        }
        reports.push((format(name)?, file));
    }
    if reports.is_empty() {
        reports.push((usual, None));
    }
    if reports.iter().filter(|(_, file)| file.is_none()).count() > 1 {
        bail!("only one report can go to stdout; give the others a file, as in `--report json=report.json`");
    }
    Ok(reports)
}

fn one(format: Format, file: Option<&Path>, report: &Report, view: &human::View<'_>) -> anyhow::Result<()> {
    let Some(file) = file else { return output::answer(&rendered(format, report, view)?) };
    let plain = human::View { style: Style { width: 100, colour: Colour::Plain }, ..*view };
    output::write_file(file, &rendered(format, report, &plain)?)
}

/// A reader who closes the pipe early has seen enough; the exit code stays the verdict.
fn closed(result: &anyhow::Result<()>) -> bool {
    let error = result.as_ref().err().and_then(|error| error.downcast_ref::<io::Error>());
    error.is_some_and(|error| error.kind() == io::ErrorKind::BrokenPipe)
}

fn format(name: &str) -> anyhow::Result<Format> {
    match name {
        "human" => Ok(Format::Human),
        "json" => Ok(Format::Json),
        "jsonl" | "junit" | "sarif" | "html" | "markdown" => {
            bail!("--report {name} comes in a later version; use human or json")
        }
        _ => bail!("`{name}` is not a report format; use human or json"),
    }
}

fn writable(file: &Path) -> anyhow::Result<()> {
    let folder = folder(file);
    if file.file_name().is_none() || file.is_dir() {
        bail!("cannot write the report to {}: it is a folder", file.display());
    }
    if !folder.is_dir() {
        bail!("cannot write the report to {}: there is no folder {}", file.display(), folder.display());
    }
    Ok(())
}

/// Whether two paths name one file in one folder.
fn same(one: &Path, other: &Path) -> bool {
    let place = |file: &Path| (fs::canonicalize(folder(file)).ok(), file.file_name().map(ToOwned::to_owned));
    place(one) == place(other)
}

fn folder(file: &Path) -> &Path {
    file.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

fn rendered(format: Format, report: &Report, view: &human::View<'_>) -> anyhow::Result<Vec<u8>> {
    let mut out = Vec::new();
    match format {
        Format::Human => human::write(&mut out, report, view),
        Format::Json => match view.front {
            human::Front::Replay(replayed) => replay::write(&mut out, report, replayed),
            _ => json::write(&mut out, report),
        },
    }
    .context("cannot render the report")?;
    Ok(out)
}
