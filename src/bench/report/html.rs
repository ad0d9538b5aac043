//! The report as one file of HTML that needs nothing from elsewhere: charts first, every figure in tables below.
//!
//! Deliberately absent: scripts. It is read, printed and archived.

use super::{
    charts::{Bar, bars, escaped, lines},
    words,
};
use crate::bench::{
    compare::Comparison,
    contender::Operation,
    results::{Results, Row},
};

const STYLE: &str = include_str!("report.css");

/// Renders it.
#[must_use]
pub fn render(results: &Results, comparison: Option<&Comparison>) -> String {
    let mut out = format!(
        "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\"/>\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"/>\n\
         <title>Sign and verify: jwt-gauntlet bench</title>\n<style>\n{STYLE}</style>\n</head>\n<body>\n<main>\n\
         <header><p class=\"over\">jwt-gauntlet bench</p><h1>What signing and verifying tokens costs</h1>\n<dl>\n"
    );
    for (name, text) in words::machine(results) {
        out.push_str(&format!("<dt>{name}</dt><dd>{}</dd>\n", escaped(&text)));
    }
    out.push_str("</dl></header>\n");
    for note in words::notes(results).iter().filter(|note| note.starts_with("BUSY") || note.starts_with("Interrupted")) {
        out.push_str(&format!("<p class=\"mind\">{}</p>\n", escaped(note)));
    }
    if let Some(comparison) = comparison {
        changes(&mut out, comparison);
    }
    broken(&mut out, results);
    charts(&mut out, results);
    if !results.scaling.is_empty() && results.scaling.iter().any(|row| row.steps.len() > 1) {
        out.push_str("<section><h2>Several threads at once</h2>\n<p>Dashed: every thread as fast as one alone.</p>\n");
        out.push_str(&format!("<figure>{}</figure></section>\n", lines(&results.scaling)));
    }
    tables(&mut out, results);
    out.push_str("<footer>\n");
    for note in words::notes(results) {
        out.push_str(&format!("<p>{}</p>\n", escaped(&note)));
    }
    out + "</footer>\n</main>\n</body>\n</html>\n"
}

fn broken(out: &mut String, results: &Results) {
    if results.broken.is_empty() {
        return;
    }
    out.push_str("<section class=\"bad\"><h2>Broken, not timed</h2>\n<ul>\n");
    for broken in &results.broken {
        out.push_str(&format!("<li>{} by {}: {}</li>\n", broken.scheme, escaped(&broken.backend), escaped(&broken.why)));
    }
    out.push_str("</ul></section>\n");
}

fn changes(out: &mut String, comparison: &Comparison) {
    let class = if comparison.failed() { "bad" } else { "good" };
    out.push_str(&format!("<section class=\"{class}\"><h2>Against the baseline</h2>\n<p>{}</p>\n", words::verdict(comparison)));
    if !comparison.changes.is_empty() {
        let rows = comparison.changes.iter().map(words::changed);
        table(out, &["scheme", "by", "operation", "time"], rows);
    }
    for note in &comparison.notes {
        out.push_str(&format!("<p>{}</p>\n", escaped(note)));
    }
    out.push_str("</section>\n");
}

/// The back ends of some rows, in the order in which they come.
fn series<'a>(rows: &[&'a Row]) -> Vec<&'a str> {
    let mut names: Vec<&str> = Vec::new();
    for row in rows {
        if !names.contains(&row.backend.as_str()) {
            names.push(&row.backend);
        }
    }
    names
}

fn charts(out: &mut String, results: &Results) {
    let shown = [Operation::Verify, Operation::Sign, Operation::TokenVerify, Operation::TokenSign];
    for operation in shown {
        let rows: Vec<&Row> = results.of(operation).collect();
        if rows.is_empty() {
            continue;
        }
        let names = series(&rows);
        let unit = if words::is_piped(results) { "answers a second" } else { "operations a second and core" };
        out.push_str(&format!(
            "<section><h2>{}</h2>\n<p>Longer is better. The scale is logarithmic: each line is ten times the one before.</p>\n",
            words::title(operation)
        ));
        legend(out, &names);
        let mut last = None;
        let all: Vec<Bar<'_>> = rows
            .iter()
            .map(|row| {
                let group = if last == Some(row.scheme) { "" } else { row.scheme.name() };
                last = Some(row.scheme);
                let ops = &row.ops_per_second;
                let [_, by, text, median, ..] = words::cells(row);
                let hint = format!("{} by {by}: {text} a second, {median} µs", row.scheme);
                let series = names.iter().position(|name| *name == row.backend).unwrap_or_default();
                Bar { group, series, value: ops.mid, interval: Some((ops.low, ops.high)), hint }
            })
            .collect();
        out.push_str(&format!("<figure>{}</figure></section>\n", bars(&all, unit, words::title(operation))));
    }
    sizes(out, results);
}

fn legend(out: &mut String, names: &[&str]) {
    out.push_str("<ul class=\"legend\">");
    for (place, name) in names.iter().enumerate() {
        out.push_str(&format!("<li><span class=\"b{place}\"></span>{}</li>", escaped(name)));
    }
    out.push_str("</ul>\n");
}

fn sizes(out: &mut String, results: &Results) {
    let sizes = words::sizes(results);
    if sizes.is_empty() {
        return;
    }
    out.push_str("<section><h2>Bytes on the wire</h2>\n<p>Shorter is better. The same claims in every token; the scale is logarithmic.</p>\n");
    legend(out, &["signature", "token"]);
    let bytes = |bytes: usize| f64::from(u32::try_from(bytes).unwrap_or(u32::MAX));
    let both: Vec<Bar<'_>> = sizes
        .iter()
        .flat_map(|(scheme, signature, token)| {
            let hint = |what: &str, bytes| format!("{scheme}: {what} of {bytes} bytes");
            [
                Bar {
                    group: scheme.name(),
                    series: 0,
                    value: bytes(*signature),
                    interval: None,
                    hint: hint("signature", signature),
                },
                Bar { group: "", series: 1, value: bytes(*token), interval: None, hint: hint("token", token) },
            ]
        })
        .collect();
    out.push_str(&format!("<figure>{}</figure></section>\n", bars(&both, "bytes", "Bytes on the wire")));
}

fn tables(out: &mut String, results: &Results) {
    let heads = if words::is_piped(results) { words::PIPED } else { words::COLUMNS };
    out.push_str("<section><h2>Every figure</h2>\n");
    for operation in Operation::ALL {
        let rows: Vec<_> = results.of(operation).map(words::cells).collect();
        if !rows.is_empty() {
            out.push_str(&format!("<h3>{}</h3>\n", words::title(operation)));
            table(out, &heads, rows.into_iter());
        }
    }
    out.push_str("</section>\n");
}

fn table<const N: usize>(out: &mut String, heads: &[&str; N], rows: impl Iterator<Item = [String; N]>) {
    out.push_str("<div class=\"wide\"><table>\n<thead><tr>");
    for head in heads {
        out.push_str(&format!("<th scope=\"col\">{}</th>", escaped(head)));
    }
    out.push_str("</tr></thead>\n<tbody>\n");
    for row in rows {
        out.push_str("<tr>");
        for cell in row {
            out.push_str(&format!("<td>{}</td>", escaped(&cell)));
        }
        out.push_str("</tr>\n");
    }
    out.push_str("</tbody></table></div>\n");
}
