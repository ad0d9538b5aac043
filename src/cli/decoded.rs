//! A token taken apart, for people.

use std::fmt::Write as _;

use jwt_gauntlet::internal::{
    inspect::{Inspection, Part, SEEN, Shown, utc},
    report::style::{Ink, Style, count},
    text::{cut, plain},
};

/// Claims and header members that hold a time.
const TIMES: [&str; 5] = ["\"exp\"", "\"iat\"", "\"nbf\"", "\"auth_time\"", "\"updated_at\""];

/// The segments, one under the other.
pub(super) fn parts(inspection: &Inspection, style: Style) -> String {
    inspection.parts.iter().map(|p| part(p, style)).collect()
}

fn part(part: &Part, style: Style) -> String {
    let name = style.paint(Ink::Bold, part.name);
    if part.cut {
        let limit = format!("too large to decode completely; the limit is {}", count(SEEN, "byte", "bytes"));
        let start = if let Shown::Text(text) = &part.shown { format!("\n  {}", lines(text)) } else { String::new() };
        return format!("{name}  {}{start}\n", style.paint(Ink::Warn, &limit));
    }
    match &part.shown {
        Shown::Bytes(0) => format!("{name}  empty\n"),
        Shown::Bytes(n) => format!("{name}  {}\n", count(*n, "byte", "bytes")),
        Shown::Text(text) => format!("{name}  {}\n  {}\n", style.paint(Ink::Warn, "not a JSON object"), lines(text)),
        Shown::Members(members) => {
            let mut out = format!("{name}\n");
            for (i, (name, value)) in members.iter().enumerate() {
                let notes = notes(name, value, members[..i].iter().any(|(n, _)| n == name));
                let comment = if notes.is_empty() { notes } else { style.paint(Ink::Faint, &format!("   ← {notes}")) };
                let _ = writeln!(out, "  {}: {}{comment}", lines(name), lines(value));
            }
            out + if members.is_empty() { "  {}\n" } else { "" }
        }
    }
}

fn notes(name: &str, value: &str, again: bool) -> String {
    let number = value.parse::<f64>().ok().filter(|n| TIMES.contains(&name) && n.abs() < 1e15);
    #[allow(clippy::cast_possible_truncation)] // Times beyond 1e15 were left out.
    let date = number.and_then(|n| utc(n as i64));
    let notes: Vec<String> = date.into_iter().chain(again.then(|| "again".to_owned())).collect();
    notes.join(", ")
}

/// Keeps line breaks, which are ours, and defuses everything else; the token's own control characters are cut with their line.
fn lines(text: &str) -> String {
    let all: Vec<String> = text.split('\n').map(|line| cut(&plain(line), 4000)).collect();
    all.join("\n")
}
