//! `jwt-gauntlet show ID`: one class of attack or one case, explained.

use std::{
    fmt::Write as _,
    time::{SystemTime, UNIX_EPOCH},
};

use jwt_gauntlet::{
    Algorithm, Catalogue,
    catalogue::{Attack, Case},
    configuration::Configuration,
    internal::{
        inspect::inspect,
        report::style::{Ink, Style, count, grouped, severity_ink, severity_name},
        text::plain,
    },
    verdict::Expectation,
};

use super::{
    catalogue::{Folders, algorithm},
    decoded, forge, list, output,
};

/// Explain a class of attack or one case: weakness, remedy, steps, token
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  jwt-gauntlet show alg-none/case-variants                a class, with its cases
  jwt-gauntlet show 'alg-none/case-variants#nOnE-kept'    a case, with its token taken apart
  jwt-gauntlet show alg-none                              the classes of a group")]
pub(super) struct Args {
    /// A class, a case, or a glob
    id: String,
    /// The algorithm that the verifier expects, for the token of a case [default: RS256, or the first that it applies to]
    #[arg(long, value_parser = algorithm)]
    alg: Option<Algorithm>,
    /// Seed of canaries and random bytes
    #[arg(long, default_value_t = 1)]
    seed: u64,
    #[command(flatten)]
    folders: Folders,
}

/// Cases of a class that are listed.
const CASES: usize = 24;

pub(super) fn run(args: &Args) -> anyhow::Result<u8> {
    let catalogue = args.folders.select(std::slice::from_ref(&args.id))?;
    let style = output::stdout_style();
    let text = match (catalogue.cases.as_slice(), catalogue.attacks().as_slice()) {
        ([case], _) => show_case(case, args, style),
        (_, [attack]) => show_class(attack, &catalogue, style),
        _ => list::table(&catalogue),
    };
    output::answer(&text)?;
    Ok(0)
}

fn head(attack: &Attack, id: &str, style: Style) -> String {
    let severity = style.paint(severity_ink(attack.severity), severity_name(attack.severity));
    let mut out = format!("{}  {severity}\n{}\n\n", style.paint(Ink::Bold, &plain(id)), style.wrap(&plain(&attack.title), 0));
    let see: Vec<&str> = attack.references.iter().chain(&attack.cwe).map(String::as_str).collect();
    entry(&mut out, "remedy", &style.wrap(&plain(&attack.remedy), 12));
    if !see.is_empty() {
        entry(&mut out, "see", &style.wrap(&plain(&see.join(", ")), 12));
    }
    out
}

fn entry(out: &mut String, label: &str, text: &str) {
    let _ = writeln!(out, "{label:<10}  {text}");
}

fn applies(case: &Case) -> String {
    if case.applies.len() == Algorithm::ALL.len() {
        return "every algorithm".to_owned();
    }
    case.applies.iter().map(|a| a.name()).collect::<Vec<_>>().join(" ")
}

fn show_class(attack: &Attack, catalogue: &Catalogue, style: Style) -> String {
    let mut out = head(attack, &attack.id, style);
    let mut algorithms: Vec<String> = catalogue.cases.iter().map(applies).collect();
    algorithms.dedup();
    entry(&mut out, "for", &style.wrap(&if algorithms.len() == 1 { algorithms.remove(0) } else { "see its cases".to_owned() }, 12));
    let _ = writeln!(out, "\n{}", style.paint(Ink::Bold, &count(catalogue.cases.len(), "case", "cases")));
    for case in catalogue.cases.iter().take(CASES) {
        let _ = writeln!(out, "  {}", style.cut(&plain(&case.id), 2));
    }
    if catalogue.cases.len() > CASES {
        let more = grouped(catalogue.cases.len() - CASES);
        let _ = writeln!(out, "  and {more} more: jwt-gauntlet list --cases {}", attack.id);
    }
    if let Some(first) = catalogue.cases.first() {
        let _ = writeln!(out, "\n{}", style.paint(Ink::Bold, &format!("steps of the first ({})", plain(&first.id))));
        out.push_str(&recipe(first));
    }
    out
}

fn show_case(case: &Case, args: &Args, style: Style) -> String {
    let mut out = head(&case.attack, &case.id, style);
    entry(&mut out, "for", &style.wrap(&applies(case), 12));
    entry(&mut out, "config", &plain(&case.configuration.label()));
    let expected = match &case.expect {
        Expectation::Accept => "accept".to_owned(),
        Expectation::Reject => "reject".to_owned(),
        Expectation::Either { because } => format!("accept or reject: {because}"),
    };
    entry(&mut out, "expected", &style.wrap(&plain(&expected), 12));
    let _ = write!(out, "\n{}\n{}", style.paint(Ink::Bold, "steps"), recipe(case));
    let Some(algorithm) = args.alg.or_else(|| forge::usual_algorithm(case)) else { return out };
    let _ = writeln!(out, "\n{}", style.paint(Ink::Bold, &format!("token for a verifier of {algorithm}, seed {}", args.seed)));
    match forge::test_token(case, algorithm, args.seed) {
        Err(reason) => out.push_str(&format!("none: {}\n", plain(&reason))),
        Ok(forged) => {
            let now = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |d| i64::try_from(d.as_secs()).unwrap_or(i64::MAX));
            let _ = writeln!(out, "{}\n", plain(forged.token.as_str()));
            out.push_str(&decoded::parts(&inspect(forged.token.as_str().as_bytes(), now), style));
        }
    }
    out
}

/// The case as an attack file says it.
fn recipe(case: &Case) -> String {
    let toml = |value: Result<toml::Value, toml::ser::Error>| value.map(|v| v.to_string()).unwrap_or_default();
    let mut out = String::new();
    if case.configuration != Configuration::default() {
        let _ = writeln!(out, "  configure = {}", toml(toml::Value::try_from(&case.configuration)));
    }
    let _ = writeln!(out, "  from  = {}\n  steps = [", toml(toml::Value::try_from(case.recipe.from)));
    for step in &case.recipe.steps {
        let _ = writeln!(out, "    {},", plain(&toml(toml::Value::try_from(step))));
    }
    out + "  ]\n"
}
