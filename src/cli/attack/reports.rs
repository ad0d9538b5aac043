//! `--report FORMAT[=FILE]`: which reports go where.

use std::{
    io,
    path::{Path, PathBuf},
};

use anyhow::{Context, bail};
use jwt_gauntlet::{
    Report,
    report::{Style, human, json, style::Colour},
};

use crate::cli::output;

/// A format that exists.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Format {
    Human,
    Json,
}

/// All reports of a run; no file means stdout.
pub struct Reports(Vec<(Format, Option<PathBuf>)>);

impl Reports {
    /// Reads the options, and refuses early what could not be written later.
    pub fn parse(options: &[String]) -> anyhow::Result<Self> {
        let mut reports = Vec::new();
        for option in options {
            let (name, file) = option.split_once('=').map_or((option.as_str(), None), |(name, file)| (name, Some(file)));
            let file = file.filter(|file| *file != "-").map(PathBuf::from);
            if let Some(file) = &file {
                writable(file)?;
            }
            reports.push((format(name)?, file));
        }
        if reports.is_empty() {
            reports.push((Format::Human, None));
        }
        if reports.iter().filter(|(_, file)| file.is_none()).count() > 1 {
            bail!("only one report can go to stdout; give the others a file, as in `--report json=report.json`");
        }
        Ok(Self(reports))
    }

    /// Writes them all. Where none goes to stdout, the verdict goes to stderr in brief.
    pub fn write(&self, report: &Report, view: &human::View<'_>) -> anyhow::Result<()> {
        for (format, file) in &self.0 {
            match file {
                None => to_stdout(*format, report, view)?,
                Some(file) => {
                    let plain = human::View { style: Style { width: 100, colour: Colour::Plain }, ..*view };
                    output::write_file(file, &rendered(*format, report, &plain)?)?;
                }
            }
        }
        if self.0.iter().all(|(_, file)| file.is_some()) {
            let view = human::View { style: output::stderr_style(), ..*view };
            output::tell(&format!("{}{}\n", human::headline(report, &view), human::last_line(report, &view)));
        }
        Ok(())
    }
}

fn format(name: &str) -> anyhow::Result<Format> {
    match name {
        "human" => Ok(Format::Human),
        "json" => Ok(Format::Json),
        "jsonl" | "junit" | "sarif" | "html" | "markdown" => {
            bail!("--report {name} comes in a later version; there are human and json")
        }
        _ => bail!("`{name}` is no report format; there are human and json"),
    }
}

fn writable(file: &Path) -> anyhow::Result<()> {
    let folder = file.parent().filter(|f| !f.as_os_str().is_empty()).unwrap_or(Path::new("."));
    if file.file_name().is_none() || file.is_dir() {
        bail!("cannot write the report to {}: it is a folder", file.display());
    }
    if !folder.is_dir() {
        bail!("cannot write the report to {}: there is no folder {}", file.display(), folder.display());
    }
    Ok(())
}

fn rendered(format: Format, report: &Report, view: &human::View<'_>) -> anyhow::Result<Vec<u8>> {
    let mut out = Vec::new();
    match format {
        Format::Human => human::write(&mut out, report, view),
        Format::Json => json::write(&mut out, report),
    }
    .context("cannot render the report")?;
    Ok(out)
}

/// A reader who closes the pipe early has seen enough; the exit code stays the verdict.
fn to_stdout(format: Format, report: &Report, view: &human::View<'_>) -> anyhow::Result<()> {
    let bytes = rendered(format, report, view)?;
    match io::Write::write_all(&mut io::stdout().lock(), &bytes) {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => Err(error).context("cannot write the report to stdout"),
        _ => Ok(()),
    }
}
