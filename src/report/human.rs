//! The report for people: the verdict, the target and its controls, each weakness once, the next steps.
//!
//! Cases of one class and outcome are shown as one finding, because they share cause and remedy; the JSON report has them all.

mod fuzz;
mod groups;
mod headline;
mod replay;

pub use self::{fuzz::Fuzzing, headline::headline};

use std::{
    collections::BTreeMap,
    io::{self, Write},
    time::Duration,
};

use self::groups::{Group, heading};
use super::{
    Baseline, Conclusion, failed_controls, failing,
    style::{Ink, Style, count, grouped, severity_name},
};
use crate::{
    algorithm::Algorithm,
    report::{Control, Finding, Report, Skipped, replay::Replayed},
    text::plain,
    verdict::{Outcome, Severity},
    verifier::Conduct,
};

/// How to show a report.
#[derive(Clone, Copy, Debug)]
pub struct View<'a> {
    /// Width and colour.
    pub style: Style,
    /// Findings below this do not fail the run.
    pub fail_on: Severity,
    /// Findings that are known already.
    pub baseline: &'a Baseline,
    /// How long the run took.
    pub took: Option<Duration>,
    /// The target as a command needs it, quoted for a shell.
    pub target: &'a str,
    /// Options that a command needs to find the same attacks again, such as `--catalogue DIR`.
    pub options: &'a str,
    /// The command whose report it is.
    pub front: Front<'a>,
}

/// Which command made a report, and what it adds.
#[derive(Clone, Copy, Debug)]
pub enum Front<'a> {
    /// `attack`.
    Attack,
    /// `fuzz`.
    Fuzz(Fuzzing<'a>),
    /// `replay`, with what became of each case.
    Replay(&'a [Replayed]),
}

/// Classes that are shown in full in one section; the rest in a line each.
const IN_FULL: usize = 12;

/// Writes the report.
///
/// # Errors
/// If `out` cannot be written.
pub fn write(out: &mut dyn Write, report: &Report, view: &View<'_>) -> io::Result<()> {
    write!(out, "{}", headline(report, view))?;
    basis(out, report, view)?;
    match view.front {
        Front::Attack => {}
        Front::Fuzz(fuzzing) => fuzzing.asked(out, report, view)?,
        Front::Replay(replayed) => {
            replay::table(out, report, replayed, view)?;
            return writeln!(out, "\n{}", last_line(report, view));
        }
    }
    for known in [false, true] {
        let groups = Group::of(report, view, known);
        let (doubtful, certain): (Vec<&Group<'_>>, Vec<&Group<'_>>) = groups.iter().partition(|group| group.doubtful);
        for outcome in groups::BY_GRAVITY {
            let section: Vec<&Group<'_>> = certain.iter().copied().filter(|group| group.outcome == outcome).collect();
            self::section(out, heading(outcome), &section, view)?;
        }
        section(out, groups::DOUBTFUL, &doubtful, view)?;
    }
    refused_anyway(out, report, view)?;
    skipped(out, report, view)?;
    next_steps(out, report, view)?;
    writeln!(out, "\n{}", last_line(report, view))
}

/// What the verdict rests on: the target and its controls.
fn basis(out: &mut dyn Write, report: &Report, view: &View<'_>) -> io::Result<()> {
    let name = format!("{} {}", plain(&report.target.name), plain(&report.target.version));
    writeln!(out, "\ntarget    {}", view.style.cut(name.trim(), 10))?;
    if let Some(failure) = &report.failure {
        writeln!(out, "lost      {}", view.style.wrap(&plain(failure), 10))?;
    }
    if let Some(text) = conduct_text(report.conduct) {
        writeln!(out, "conduct   {}", view.style.paint(Ink::Warn, &view.style.wrap(&text, 10)))?;
    }
    for (i, control) in report.controls.iter().filter(|c| c.usual).enumerate() {
        let label = if i == 0 { "controls" } else { "" };
        writeln!(out, "{label:<10}{:<7} {}", control.algorithm.name(), control_text(control, view))?;
    }
    let others: Vec<&Control> = report.controls.iter().filter(|c| !c.usual).collect();
    if !others.is_empty() {
        let passed = others.iter().filter(|c| c.passed()).count();
        let refused = others.iter().filter(|c| c.unsupported.is_some()).count();
        let text = format!(
            "{}: {passed} tested, {refused} refused by the target, {} unusable (genuine tokens refused too)",
            count(others.len(), "unusual key configuration", "unusual key configurations"),
            others.len() - passed - refused
        );
        writeln!(out, "{:<10}{}", "", view.style.paint(Ink::Faint, &view.style.wrap(&text, 10)))?;
    }
    Ok(())
}

/// What the target did besides answering; `None` if it was in order.
fn conduct_text(conduct: Conduct) -> Option<String> {
    let Conduct { restarts, asked_again, unanswered, hangs, seconds_hung } = conduct;
    let parts = [
        (restarts, format!("the target had to be restarted {} for no token's doing", count(restarts, "time", "times"))),
        (asked_again, format!("{} lost and asked again", count(asked_again, "answer was", "answers were"))),
        (unanswered, format!("{} no answer at first", count(unanswered, "question got", "questions got"))),
        (
            hangs,
            format!("it hung {}, for {} in all", count(hangs, "time", "times"), count(seconds(seconds_hung), "second", "seconds")),
        ),
    ];
    let told: Vec<String> = parts.into_iter().filter(|(number, _)| *number > 0).map(|(_, text)| text).collect();
    (!told.is_empty()).then(|| told.join("; "))
}

fn seconds(seconds: u64) -> usize {
    usize::try_from(seconds).unwrap_or(usize::MAX)
}

fn control_text(control: &Control, view: &View<'_>) -> String {
    let (style, genuine) = (view.style, control.genuine_accepted + control.genuine_refused);
    if let Some(reason) = &control.unsupported {
        return format!("{}  {}", style.paint(Ink::Faint, "skipped"), style.wrap(&plain(reason), 27));
    }
    if control.genuine_refused > 0 || control.genuine_accepted == 0 {
        let refusal = control.refusal.as_deref().map(plain).unwrap_or_default();
        let text = format!("{} of {genuine} genuine tokens refused. {}", control.genuine_refused, cut_reason(&refusal));
        return format!("{}  {}", style.paint(Ink::Bad, "FAILED "), style.wrap(&text, 27));
    }
    if control.broken_accepted > 0 {
        let text = format!("a token with a broken signature was accepted, {} times", control.broken_accepted);
        return format!("{}  {}", style.paint(Ink::Bad, "FAILED "), style.wrap(&text, 27));
    }
    let text = format!("{genuine} of {genuine} genuine tokens accepted, broken ones refused");
    format!("{}  {}", style.paint(Ink::Good, "passed "), style.wrap(&text, 27))
}

fn cut_reason(text: &str) -> String {
    if text.is_empty() { String::new() } else { format!("Reason: {}", crate::text::cut(text, 300)) }
}

fn section(out: &mut dyn Write, (name, meaning): (&str, &str), groups: &[&Group<'_>], view: &View<'_>) -> io::Result<()> {
    if groups.is_empty() {
        return Ok(());
    }
    let known = if groups[0].known { ", known from the baseline" } else { "" };
    let title = view.style.paint(Ink::Bold, &name.to_uppercase());
    writeln!(out, "\n{title}  {}", view.style.wrap(&format!("{meaning}{known}"), name.len() + 2))?;
    let (full, brief): (Vec<&Group<'_>>, Vec<&Group<'_>>) = groups.iter().partition(|g| !g.known && g.severity >= view.fail_on);
    let spared = full.get(IN_FULL..).unwrap_or_default();
    for group in full.iter().take(IN_FULL) {
        group.write(out, view)?;
    }
    if !spared.is_empty() || !brief.is_empty() {
        writeln!(out)?;
    }
    for group in spared.iter().chain(&brief) {
        group.write_briefly(out, view)?;
    }
    Ok(())
}

fn skipped<'a>(out: &mut dyn Write, report: &'a Report, view: &View<'_>) -> io::Result<()> {
    if report.skipped.is_empty() {
        return Ok(());
    }
    let odd = report.controls.iter().filter(|c| !c.usual && c.unsupported.is_some());
    let refused: Vec<String> = odd.map(|c| format!("{}: ", c.configuration)).collect();
    let reason = |skipped: &'a Skipped| {
        let odd = refused.iter().any(|label| skipped.reason.starts_with(label));
        if odd { "the target refused the unusual key configuration that they need" } else { skipped.reason.as_str() }
    };
    let title = view.style.paint(Ink::Bold, "SKIPPED");
    writeln!(out, "\n{title}  {}, not sent or not judged", count(report.skipped.len(), "case", "cases"))?;
    reasons(out, report.skipped.iter().map(reason), view)
}

fn refused_anyway(out: &mut dyn Write, report: &Report, view: &View<'_>) -> io::Result<()> {
    if report.vacuous.is_empty() {
        return Ok(());
    }
    let title = view.style.paint(Ink::Bold, "VACUOUS");
    let cases = count(report.vacuous.len(), "refusal", "refusals");
    writeln!(out, "\n{title}  {cases} that prove nothing: the tokens are refused without their forged parts too")?;
    reasons(out, report.vacuous.iter().map(|case| case.reason.as_str()), view)
}

/// The commonest reasons, with their numbers.
fn reasons<'a>(out: &mut dyn Write, all: impl Iterator<Item = &'a str>, view: &View<'_>) -> io::Result<()> {
    let mut numbers: BTreeMap<&str, usize> = BTreeMap::new();
    all.for_each(|reason| *numbers.entry(reason).or_default() += 1);
    let mut reasons: Vec<(&str, usize)> = numbers.into_iter().collect();
    reasons.sort_by_key(|(_, n)| std::cmp::Reverse(*n));
    for (reason, n) in reasons.iter().take(8) {
        writeln!(out, "  {:>6}  {}", grouped(*n), view.style.wrap(&plain(reason), 10))?;
    }
    if let Some(rest) = reasons.get(8..).filter(|rest| !rest.is_empty()) {
        let cases: usize = rest.iter().map(|(_, n)| n).sum();
        writeln!(out, "  {:>6}  for {} more; the JSON report lists them", grouped(cases), count(rest.len(), "reason", "reasons"))?;
    }
    Ok(())
}

/// Commands that lead on from here.
fn next_steps(out: &mut dyn Write, report: &Report, view: &View<'_>) -> io::Result<()> {
    let mut findings = failing(report, view.fail_on, view.baseline).peekable();
    let first = findings.peek().copied();
    let worst = findings.find(|f| f.outcome == Outcome::Forged).or(first);
    let (target, options) = (view.target, view.options);
    let again = format!("{}{options}", seed_option(report.seed));
    let steps = match (worst, Conclusion::of(report, view.fail_on, view.baseline)) {
        (Some(finding), _) if matches!(view.front, Front::Fuzz(_)) => fuzz::next_steps(finding, view),
        (Some(finding), _) => {
            let class = class(finding);
            let alike = failing(report, view.fail_on, view.baseline).filter(|f| self::class(f) == class);
            let alg = alg_option(alike.map(|f| f.algorithm));
            let class = plain(class);
            let class = shell_words::quote(&class);
            vec![
                (format!("jwt-gauntlet show {class}{options}"), "how the attack works:"),
                (format!("jwt-gauntlet attack {target} --attacks {class}{alg}{again}"), "after the fix:"),
            ]
        }
        (None, Conclusion::ControlsFailed) => {
            let failed: Vec<Algorithm> = failed_controls(report).map(|c| c.algorithm).collect();
            vec![
                (format!("jwt-gauntlet forge control{}{again}", alg_option(failed.iter().take(1).copied())), "genuine tokens:"),
                (format!("jwt-gauntlet attack {target}{}{again} --report json", alg_option(failed)), "all controls:"),
            ]
        }
        _ => return Ok(()),
    };
    writeln!(out, "\n{}", view.style.paint(Ink::Bold, "NEXT"))?;
    for (command, what) in &steps {
        writeln!(out, "  {}  {command}", view.style.paint(Ink::Faint, &format!("{what:<22}")))?;
    }
    Ok(())
}

/// The class of a finding's case.
fn class(finding: &Finding) -> &str {
    finding.case.split('#').next().unwrap_or_default()
}

/// The option that attacks under these algorithms again.
fn alg_option(algorithms: impl IntoIterator<Item = Algorithm>) -> String {
    let some: Vec<Algorithm> = algorithms.into_iter().collect();
    let names: Vec<&str> = Algorithm::ALL.into_iter().filter(|a| some.contains(a)).map(Algorithm::name).collect();
    if names.len() == Algorithm::ALL.len() { " --alg all".to_owned() } else { format!(" --alg {}", names.join(",")) }
}

/// The option that gives the same tokens again, where it is needed.
fn seed_option(seed: u64) -> String {
    if seed == 1 { String::new() } else { format!(" --seed {seed}") }
}

/// Counts, time, seed and exit code, in one line.
#[must_use]
pub fn last_line(report: &Report, view: &View<'_>) -> String {
    let summary = &report.summary;
    let conclusion = Conclusion::of(report, view.fail_on, view.baseline);
    let meaning = match conclusion {
        Conclusion::Held => "held".to_owned(),
        Conclusion::Found => format!("findings at or above {}", severity_name(view.fail_on)),
        _ => "nothing was proven".to_owned(),
    };
    let took = view.took.map(|t| format!(" in {:.1} s", t.as_secs_f64())).unwrap_or_default();
    let stopped = match summary.interrupted {
        true if summary.asked == summary.cases => ", stopped early".to_owned(),
        true => format!(", stopped after {}", grouped(summary.asked)),
        false => String::new(),
    };
    let vacuous = if summary.vacuous > 0 { format!(" {} vacuous,", grouped(summary.vacuous)) } else { String::new() };
    let text = format!(
        "{}{stopped}: {} held,{vacuous} {}, {} skipped{took}; seed {}; exit {}: {meaning}",
        count(summary.cases, "case", "cases"),
        grouped(summary.held),
        count(summary.findings, "finding", "findings"),
        grouped(summary.skipped),
        report.seed,
        conclusion.exit_code(),
    );
    view.style.wrap(&text, 0)
}

#[cfg(test)]
mod tests;
