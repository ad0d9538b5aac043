//! The report for a page or a pull request.

use super::{
    figures::{short, times},
    words,
};
use crate::bench::{compare::Comparison, contender::Operation, results::Results};

/// Renders it.
#[must_use]
pub fn render(results: &Results, comparison: Option<&Comparison>) -> String {
    let mut out = "# Sign and verify\n\n".to_owned();
    if let Some(comparison) = comparison {
        out.push_str(&format!("**{}**\n\n", words::verdict(comparison)));
        if !comparison.changes.is_empty() {
            table(&mut out, &["scheme", "by", "operation", "time"], comparison.changes.iter().map(words::changed));
        }
        for note in &comparison.notes {
            out.push_str(&format!("- {}\n", escaped(note)));
        }
    }
    for (name, text) in words::machine(results) {
        out.push_str(&format!("- {name}: {}\n", escaped(&text)));
    }
    for broken in &results.broken {
        let why = escaped(&crate::text::plain(&broken.why));
        out.push_str(&format!("- **broken, not timed**: {} by {}: {why}\n", broken.scheme, escaped(&broken.backend)));
    }
    let heads = if words::is_piped(results) { words::PIPED } else { words::COLUMNS };
    for operation in Operation::ALL {
        let rows: Vec<_> = results.of(operation).map(words::cells).collect();
        if !rows.is_empty() {
            out.push_str(&format!("\n## {}\n\n", words::title(operation)));
            table(&mut out, &heads, rows.into_iter());
        }
    }
    out.push_str("\n## Bytes on the wire\n\n");
    let sizes = words::sizes(results).into_iter();
    table(&mut out, &["scheme", "signature", "token"], sizes.map(|(s, a, b)| [s.name().to_owned(), a.to_string(), b.to_string()]));
    scaling(&mut out, results);
    out.push('\n');
    for note in words::notes(results) {
        out.push_str(&format!("{}\n", escaped(&note)));
    }
    out
}

fn scaling(out: &mut String, results: &Results) {
    if results.scaling.is_empty() {
        return;
    }
    out.push_str("\n## Several threads\n\n");
    let rows = results.scaling.iter().flat_map(|row| {
        let one = row.steps.iter().find(|step| step.threads == 1).map(|step| step.ops_per_second.mid);
        row.steps.iter().map(move |step| {
            let rate = step.ops_per_second.mid;
            let name = format!("{} {} {}", row.scheme, row.operation, row.backend);
            [name, step.threads.to_string(), short(rate), times(one.map(|one| rate / one))]
        })
    });
    table(out, &["what", "threads", "ops/s", "times one"], rows);
}

fn table<const N: usize>(out: &mut String, heads: &[&str; N], rows: impl Iterator<Item = [String; N]>) {
    out.push_str(&format!("| {} |\n|{}\n", heads.join(" | "), " --- |".repeat(N)));
    for row in rows {
        out.push_str(&format!("| {} |\n", row.map(|cell| escaped(&cell)).join(" | ")));
    }
}

/// Foreign text as text.
fn escaped(text: &str) -> String {
    text.replace('\\', "\\\\").replace('|', "\\|").replace('<', "&lt;").replace('`', "\\`").replace('*', "\\*")
}
