//! `jwt-gauntlet list`: lists attacks, cases and built-in targets.

use std::fmt::Write as _;

use jwt_gauntlet::{
    Catalogue,
    internal::{
        report::style::{Ink, count, grouped, severity_name},
        text::plain,
    },
    verifier::builtin,
};

use super::{catalogue::Folders, output};

/// List the attacks, their cases, or the built-in targets
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  jwt-gauntlet list                       every class of attack
  jwt-gauntlet list 'kid/*'               those on the key id
  jwt-gauntlet list --cases alg-none      the id of every case of a group
  jwt-gauntlet list --targets             built-in targets, for `attack`, `fuzz` and `replay`")]
pub(super) struct Args {
    /// Only attacks that match: a glob, or the name of a group, class or case
    #[arg(value_name = "GLOB")]
    patterns: Vec<String>,
    /// List the ids of all cases, one per line
    #[arg(long, conflicts_with = "targets")]
    cases: bool,
    /// List the names of the built-in targets, one per line
    #[arg(long, conflicts_with = "patterns")]
    targets: bool,
    /// Print JSON
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    folders: Folders,
}

pub(super) fn run(args: &Args) -> anyhow::Result<u8> {
    if args.targets {
        let names = builtin::names();
        return answer(args, &serde_json::json!(names), || lines(names.iter().map(String::as_str)));
    }
    let catalogue = args.folders.select(&args.patterns)?;
    if args.cases {
        let ids: Vec<&str> = catalogue.cases.iter().map(|c| c.id.as_str()).collect();
        return answer(args, &serde_json::json!(ids), || lines(ids.iter().copied()));
    }
    answer(args, &json(&catalogue), || table(&catalogue))
}

fn answer(args: &Args, json: &serde_json::Value, text: impl FnOnce() -> String) -> anyhow::Result<u8> {
    output::answer(&if args.json { format!("{json:#}\n") } else { text() })?;
    Ok(0)
}

fn lines<'a>(items: impl Iterator<Item = &'a str>) -> String {
    items.map(|item| format!("{item}\n")).collect()
}

fn cases_of(catalogue: &Catalogue, id: &str) -> usize {
    catalogue.cases.iter().filter(|c| c.attack.id == id).count()
}

/// One class a line, under the name of its group; on a narrow terminal the title goes below.
pub(super) fn table(catalogue: &Catalogue) -> String {
    let style = output::stdout_style();
    let attacks = catalogue.attacks();
    let width = attacks.iter().map(|a| a.id.chars().count()).max().unwrap_or_default();
    let beside = width + 19;
    let indent = if style.width < beside + 40 { 4 } else { beside };
    let gap = if indent == 4 { "\n    " } else { "  " };
    let mut out = String::new();
    let mut group = "";
    for attack in &attacks {
        let this = attack.id.split('/').next().unwrap_or_default();
        if this != group {
            out.push_str(if group.is_empty() { "" } else { "\n" });
            group = this;
        }
        let title = style.wrap(&plain(&attack.title), indent);
        let cases = grouped(cases_of(catalogue, &attack.id));
        let id = style.paint(Ink::Bold, &format!("{:<width$}", attack.id));
        let _ = writeln!(out, "{id}  {cases:>5}  {}{gap}{title}", style.severity(attack.severity));
    }
    let (classes, cases) =
        (count(attacks.len(), "class of attack", "classes of attack"), count(catalogue.cases.len(), "case", "cases"));
    out + &format!("\n{classes}, {cases}. `jwt-gauntlet show ID` explains one.\n")
}

fn json(catalogue: &Catalogue) -> serde_json::Value {
    let attack = |a: &&jwt_gauntlet::catalogue::Attack| {
        serde_json::json!({
            "id": a.id, "cases": cases_of(catalogue, &a.id), "severity": severity_name(a.severity), "title": a.title,
            "cwe": a.cwe, "references": a.references, "remedy": a.remedy,
        })
    };
    catalogue.attacks().iter().map(attack).collect()
}
