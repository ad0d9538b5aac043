//! `--report FORMAT[=FILE]` of `bench`: the same way as for findings, other formats.

use std::path::PathBuf;

use anyhow::bail;
use jwt_gauntlet::internal::{
    bench::{
        Comparison, Results,
        report::{self, html, human, markdown},
    },
    report::style::Style,
};

use crate::cli::{asking::destinations, output};

/// A format that exists.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Format {
    Human,
    Json,
    Markdown,
    Html,
}

/// All reports of a run; no file means stdout.
pub(super) struct Reports(Vec<(Format, Option<PathBuf>)>);

impl Reports {
    /// Reads the options, and refuses early what could not be written later.
    pub(super) fn parse(options: &[String]) -> anyhow::Result<Self> {
        Ok(Self(destinations(options, Format::Human, &format)?))
    }

    /// Writes them all, stdout first.
    pub(super) fn write(&self, results: &Results, comparison: Option<&Comparison>) -> anyhow::Result<()> {
        let (files, stdout): (Vec<_>, Vec<_>) = self.0.iter().partition(|(_, file)| file.is_some());
        let mut written = Vec::new();
        for (format, file) in stdout.into_iter().chain(files) {
            written.push(match file {
                Some(file) => output::write_file(file, rendered(*format, results, comparison, &Style::default()).as_bytes()),
                None => output::answer(rendered(*format, results, comparison, &output::stdout_style())),
            });
        }
        // Where none goes to stdout, the verdict still has a reader.
        if let Some(comparison) = comparison.filter(|_| self.0.iter().all(|(_, file)| file.is_some())) {
            output::tell(&(report::verdict(comparison) + "\n"));
        }
        written.into_iter().collect()
    }
}

fn rendered(format: Format, results: &Results, comparison: Option<&Comparison>, style: &Style) -> String {
    match format {
        Format::Human => human::render(results, comparison, style),
        Format::Json => report::json(results),
        Format::Markdown => markdown::render(results, comparison),
        Format::Html => html::render(results, comparison),
    }
}

fn format(name: &str) -> anyhow::Result<Format> {
    match name {
        "human" => Ok(Format::Human),
        "json" => Ok(Format::Json),
        "markdown" => Ok(Format::Markdown),
        "html" => Ok(Format::Html),
        _ => bail!("`{name}` is not a report format of bench; use human, json, markdown or html"),
    }
}
