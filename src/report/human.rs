//! The report for people: the verdict, the target and its controls, each weakness once, the next steps.
//!
//! Cases of one class and outcome are shown as one finding, because they share cause and remedy; the JSON report has them all.

mod fuzz;
mod groups;
mod replay;

pub use fuzz::Fuzzing;

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
    report::{Control, Finding, Proof, Report, replay::Replayed},
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
        for outcome in groups::BY_GRAVITY {
            let section: Vec<&Group<'_>> = groups.iter().filter(|g| g.outcome == outcome).collect();
            if !section.is_empty() {
                self::section(out, outcome, &section, view)?;
            }
        }
    }
    skipped(out, report, view)?;
    next_steps(out, report, view)?;
    writeln!(out, "\n{}", last_line(report, view))
}

/// The verdict in plain words, one paragraph.
#[must_use]
pub fn headline(report: &Report, view: &View<'_>) -> String {
    let conclusion = Conclusion::of(report, view.fail_on, view.baseline);
    let (ink, word, text) = match (conclusion, view.front) {
        (Conclusion::Found | Conclusion::Held, Front::Replay(replayed)) => replay::verdict(conclusion, replayed),
        (conclusion, _) => verdict(conclusion, report, view),
    };
    let wrapped = view.style.wrap(&format!("{word}: {text}"), 0);
    let mut painted = wrapped.replacen(word, &view.style.paint(ink, word), 1);
    painted.push('\n');
    painted
}

fn verdict(conclusion: Conclusion, report: &Report, view: &View<'_>) -> (Ink, &'static str, String) {
    match conclusion {
        Conclusion::Found => found(report, view),
        Conclusion::Held => (Ink::Good, "HELD", held(report, view)),
        Conclusion::Interrupted => (Ink::Warn, "PROVED NOTHING", interrupted(report, view)),
        Conclusion::Lost => (Ink::Warn, "PROVED NOTHING", lost(report, view)),
        Conclusion::ControlsFailed => (Ink::Warn, "PROVED NOTHING", controls_failed(report)),
        Conclusion::NothingAsked => {
            (Ink::Warn, "PROVED NOTHING", "every case was skipped, so nothing is known about the target.".to_owned())
        }
    }
}

fn found(report: &Report, view: &View<'_>) -> (Ink, &'static str, String) {
    let mut counts: BTreeMap<Outcome, usize> = BTreeMap::new();
    for finding in failing(report, view.fail_on, view.baseline) {
        *counts.entry(finding.outcome).or_default() += 1;
    }
    let sent = count(report.summary.asked, "attack token", "attack tokens");
    let partial = if report.summary.interrupted { " before the run was stopped" } else { "" };
    let all: Vec<&Finding> = failing(report, view.fail_on, view.baseline).collect();
    if all.iter().all(|finding| finding.proof == Some(Proof::Doubtful)) {
        let verb = if all.len() == 1 { "was" } else { "were" };
        let text = format!(
            "{} of {sent} {verb} accepted, while genuine tokens were refused{partial}: what the answers are about is not known.",
            grouped(all.len())
        );
        return (Ink::Warn, "DOUBTFUL", text);
    }
    if let Some(forged) = counts.remove(&Outcome::Forged) {
        if matches!(view.front, Front::Fuzz(_)) {
            return (Ink::Bad, "FORGED", fuzz::forged(forged, &sent, partial));
        }
        let verb = if forged == 1 { "was" } else { "were" };
        let text = format!("{} of {sent} {verb} accepted, though no trusted key signed them{partial}.", grouped(forged));
        return (Ink::Bad, "FORGED", if forged == 1 { text.replace("signed them", "signed it") } else { text });
    }
    let kinds: Vec<String> = counts.iter().rev().map(|(outcome, n)| format!("{} {}", grouped(*n), heading(*outcome).0)).collect();
    (Ink::Bad, "FOUND", format!("no forgery was accepted, but {sent} revealed other weaknesses{partial}: {}.", kinds.join(", ")))
}

fn held(report: &Report, view: &View<'_>) -> String {
    if report.summary.asked == 0 {
        return "the target refused every key that the selected attacks need, which is the secure answer.".to_owned();
    }
    let text = match report.findings.iter().filter(|f| f.outcome == Outcome::Forged).count() {
        0 => format!("none of {} was accepted as a forgery.", count(report.summary.asked, "attack token", "attack tokens")),
        _ => format!("nothing new among {}.", count(report.summary.asked, "attack token", "attack tokens")),
    };
    let restarts = match report.conduct.restarts {
        0 => String::new(),
        n => format!(" The target ended on its own {}.", count(n, "time", "times")),
    };
    text + &spared(report, view) + &restarts
}

/// The findings that do not fail a run, as sentences.
fn spared(report: &Report, view: &View<'_>) -> String {
    let known = report.findings.iter().filter(|f| view.baseline.knows(f)).count();
    let minor = report.findings.len() - known;
    let mut text = String::new();
    if minor > 0 {
        text.push_str(&format!(" {} below `--fail-on {}`.", count(minor, "finding", "findings"), severity_name(view.fail_on)));
    }
    if known > 0 {
        text.push_str(&format!(" {} in the baseline.", count(known, "known finding", "known findings")));
    }
    text
}

fn interrupted(report: &Report, view: &View<'_>) -> String {
    let so_far = if report.findings.is_empty() { "no finding" } else { "nothing that fails it" };
    format!("the run was stopped after {}, with {so_far} so far.{}", progress(report), spared(report, view))
}

fn lost(report: &Report, view: &View<'_>) -> String {
    format!("the target stopped responding after {}.{}", progress(report), spared(report, view))
}

fn progress(report: &Report) -> String {
    if report.summary.asked == report.summary.cases {
        return count(report.summary.cases, "token", "tokens");
    }
    format!("{} of {}", grouped(report.summary.asked), count(report.summary.cases, "case", "cases"))
}

fn controls_failed(report: &Report) -> String {
    let failed: Vec<&Control> = failed_controls(report).collect();
    let names: Vec<String> = failed.iter().map(|c| c.algorithm.to_string()).collect();
    let names = names.join(", ");
    if failed.iter().all(|c| c.passed()) {
        return format!("the controls failed. The target accepted tokens with a broken signature ({names}).");
    }
    format!("the controls failed. The target refused genuine tokens ({names}), so its refusals say nothing about forged ones.")
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

fn section(out: &mut dyn Write, outcome: Outcome, groups: &[&Group<'_>], view: &View<'_>) -> io::Result<()> {
    let (name, meaning) = heading(outcome);
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

fn skipped(out: &mut dyn Write, report: &Report, view: &View<'_>) -> io::Result<()> {
    if report.skipped.is_empty() {
        return Ok(());
    }
    let odd = report.controls.iter().filter(|c| !c.usual && c.unsupported.is_some());
    let refused: Vec<String> = odd.map(|c| format!("{}: ", c.configuration)).collect();
    let mut reasons: BTreeMap<&str, usize> = BTreeMap::new();
    for skipped in &report.skipped {
        let odd = refused.iter().any(|label| skipped.reason.starts_with(label));
        let reason = if odd { "the target refused the unusual key configuration that they need" } else { &skipped.reason };
        *reasons.entry(reason).or_default() += 1;
    }
    let mut reasons: Vec<(&str, usize)> = reasons.into_iter().collect();
    reasons.sort_by_key(|(_, n)| std::cmp::Reverse(*n));
    let title = view.style.paint(Ink::Bold, "SKIPPED");
    writeln!(out, "\n{title}  {}, not sent or not judged", count(report.skipped.len(), "case", "cases"))?;
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
    let text = format!(
        "{}{stopped}: {} held, {}, {} skipped{took}; seed {}; exit {}: {meaning}",
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
