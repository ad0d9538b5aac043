//! The report for people at a terminal, within 100 columns: the comparison first if there is one, then a table for each operation.

use super::{
    figures::{short, times},
    words,
};
use crate::{
    bench::{compare::Comparison, contender::Operation, results::Results},
    report::style::{Ink, Style},
};

/// Renders it.
#[must_use]
pub fn render(results: &Results, comparison: Option<&Comparison>, style: &Style) -> String {
    let mut out = String::new();
    for (name, text) in words::machine(results) {
        out.push_str(&format!("{name:<9} {}\n", style.wrap(&text, 10)));
    }
    broken(&mut out, results, style);
    for operation in Operation::ALL {
        table(&mut out, results, operation, style);
    }
    sizes(&mut out, results, style);
    scaling(&mut out, results, style);
    out.push('\n');
    for note in words::notes(results) {
        out.push_str(&format!("{}\n", style.wrap(&note, 0)));
    }
    if let Some(comparison) = comparison {
        changes(&mut out, comparison, style);
    }
    out
}

fn broken(out: &mut String, results: &Results, style: &Style) {
    if !results.broken.is_empty() {
        out.push_str(&format!("\n{}\n", style.paint(Ink::Bad, "BROKEN, not timed")));
    }
    for broken in &results.broken {
        let text = format!("{} by {}: {}", broken.scheme, broken.backend, crate::text::plain(&broken.why));
        out.push_str(&format!("  {}\n", style.wrap(&text, 4)));
    }
}

/// Columns: the first two to the left, the others to the right.
fn line(cells: &[String; 7], piped: bool) -> String {
    let [scheme, by, ops, median, p99, hs256, raw] = cells;
    let by = crate::text::cut(by, if piped { 15 } else { 24 });
    if piped {
        return format!("{scheme:<7}{by:<16}{ops:>12}{median:>20}{p99:>20}{hs256:>6}{raw:>19}").trim_end().to_owned();
    }
    format!("{scheme:<10}{by:<25}{ops:>12}{median:>20}{p99:>20}{hs256:>6}{raw:>7}").trim_end().to_owned()
}

fn table(out: &mut String, results: &Results, operation: Operation, style: &Style) {
    let mut rows = results.of(operation).peekable();
    if rows.peek().is_none() {
        return;
    }
    let piped = words::is_piped(results);
    out.push_str(&format!("\n{}\n", style.paint(Ink::Bold, words::title(operation))));
    let heads = if piped {
        ["", "", "answers/s", "single µs (95 %)", "p99 µs (95 %)", "pipes", "net µs (95 %)"]
    } else {
        ["", "", "ops/s·core", "median µs (95 %)", "p99 µs (95 %)", "HS256", "raw"]
    };
    out.push_str(&format!("{}\n", style.paint(Ink::Faint, &line(&heads.map(str::to_owned), piped))));
    let mut last = None;
    for row in rows {
        let mut cells = words::cells(row);
        if last == Some(row.scheme) {
            cells[0].clear();
        }
        last = Some(row.scheme);
        out.push_str(&format!("{}\n", line(&cells, piped)));
    }
}

fn sizes(out: &mut String, results: &Results, style: &Style) {
    let sizes = words::sizes(results);
    if sizes.is_empty() {
        return;
    }
    out.push_str(&format!("\n{}\n", style.paint(Ink::Bold, "Bytes on the wire")));
    out.push_str(&format!("{}\n", style.paint(Ink::Faint, &format!("{:<10}{:>12}{:>12}", "", "signature", "token"))));
    for (scheme, signature, token) in sizes {
        out.push_str(&format!("{:<10}{signature:>12}{token:>12}\n", scheme.name()));
    }
}

fn scaling(out: &mut String, results: &Results, style: &Style) {
    if results.scaling.is_empty() {
        return;
    }
    out.push_str(&format!("\n{}\n", style.paint(Ink::Bold, "Several threads, ops/s together and times one thread")));
    for row in &results.scaling {
        let one = row.steps.iter().find(|step| step.threads == 1).map(|step| step.ops_per_second.mid);
        let name = format!("{} {} {}", row.scheme, row.operation, row.backend);
        // Four to a line: a machine of many cores has many steps.
        for (place, steps) in row.steps.chunks(4).enumerate() {
            let cells: String = steps
                .iter()
                .map(|step| {
                    let rate = step.ops_per_second.mid;
                    format!("{:>16}", format!("{}: {} {}", step.threads, short(rate), times(one.map(|one| rate / one))))
                })
                .collect();
            out.push_str(&format!("{:<32}{cells}\n", if place == 0 { name.as_str() } else { "" }));
        }
    }
}

fn changes(out: &mut String, comparison: &Comparison, style: &Style) {
    let ink = if comparison.failed() { Ink::Bad } else { Ink::Good };
    out.push_str(&format!("\n{}\n", style.paint(ink, &style.wrap(&words::verdict(comparison), 0))));
    for change in &comparison.changes {
        let [scheme, by, operation, percent] = words::changed(change);
        let ink = if change.times > 1.0 { Ink::Bad } else { Ink::Good };
        out.push_str(&format!("  {scheme:<10}{by:<25}{operation:<14}{}\n", style.paint(ink, &format!("{percent:>10}"))));
    }
    for (scheme, backend) in &comparison.broken {
        out.push_str(&format!("  {:<10}{backend:<25}broken now\n", scheme.name()));
    }
    for note in &comparison.notes {
        out.push_str(&format!("  {}\n", style.wrap(&format!("note: {note}"), 4)));
    }
}
