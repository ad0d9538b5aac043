//! The verdict in plain words, in one paragraph.

use std::collections::BTreeMap;

use super::{Front, View, fuzz, groups::heading, replay};
use crate::{
    report::{
        Conclusion, Control, Finding, Proof, Report, failed_controls, failing,
        style::{Ink, count, grouped, severity_name},
    },
    verdict::Outcome,
};

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
        Conclusion::Vacuous => (Ink::Warn, "PROVED NOTHING", vacuous(report)),
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
    let vacuous = match report.summary.vacuous {
        0 => String::new(),
        n => format!(" {} of the refusals prove nothing (see VACUOUS).", grouped(n)),
    };
    text + &vacuous + &spared(report, view) + &restarts
}

fn vacuous(report: &Report) -> String {
    let refusals = count(report.summary.vacuous + report.summary.held, "refusal", "refusals");
    format!(
        "{} of {refusals} say nothing, since the target refuses these tokens without their forged parts too.",
        grouped(report.summary.vacuous)
    )
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
