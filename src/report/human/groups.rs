//! Findings of one class and outcome, shown as one.

use std::io::{self, Write};

use super::{Front, View, class, seed_option};
use crate::{
    algorithm::Algorithm,
    report::{
        Finding, Proof, Report,
        style::{Ink, Style, count, grouped, severity_ink},
    },
    text::plain,
    verdict::{Outcome, Severity},
};

/// Outcomes that are findings, the gravest first.
pub(super) const BY_GRAVITY: [Outcome; 7] =
    [Outcome::Forged, Outcome::Policy, Outcome::Crashed, Outcome::Hung, Outcome::Slow, Outcome::Malleable, Outcome::Overstrict];

/// Name and meaning of an outcome.
pub(super) fn heading(outcome: Outcome) -> (&'static str, &'static str) {
    match outcome {
        Outcome::Forged => ("forged", "accepted, though no trusted key signed it: anyone can make such a token"),
        Outcome::Policy => ("policy", "signed by a trusted key and accepted, though it breaks a rule"),
        Outcome::Crashed => ("crashed", "the target crashed on the token"),
        Outcome::Hung => ("hung", "no answer within the time limit"),
        Outcome::Slow => ("slow", "the answer took far longer than for a genuine token"),
        Outcome::Malleable => ("malleable", "the issuer's claims accepted in a changed token, which bypasses denylists and caches"),
        Outcome::Overstrict => ("overstrict", "a valid token was refused"),
        Outcome::Held => ("held", "as expected"),
        Outcome::Vacuous => ("vacuous", "refused, and so is the token without its forged part"),
        Outcome::Skipped => ("skipped", "not sent"),
    }
}

/// What is said about acceptances that may be about nothing.
pub(super) const DOUBTFUL: (&str, &str) = ("doubtful", "accepted, while genuine tokens were refused under the same set-up");

/// Findings of one class, outcome and severity.
pub(super) struct Group<'a> {
    pub(super) outcome: Outcome,
    pub(super) severity: Severity,
    pub(super) known: bool,
    pub(super) doubtful: bool,
    class: &'a str,
    findings: Vec<&'a Finding>,
    seed: u64,
}

impl<'a> Group<'a> {
    /// The groups of a report that the baseline knows, or those that it does not.
    pub(super) fn of(report: &'a Report, view: &View<'_>, known: bool) -> Vec<Self> {
        let mut groups: Vec<Self> = Vec::new();
        for finding in report.findings.iter().filter(|f| view.baseline.knows(f) == known) {
            let class = class(finding);
            let doubtful = finding.proof == Some(Proof::Doubtful);
            let same = |g: &&mut Self| {
                (g.class, g.outcome, g.severity, g.doubtful) == (class, finding.outcome, finding.severity, doubtful)
            };
            match groups.iter_mut().find(same) {
                Some(group) => group.findings.push(finding),
                None => groups.push(Self {
                    outcome: finding.outcome,
                    severity: finding.severity,
                    known,
                    doubtful,
                    class,
                    findings: vec![finding],
                    seed: report.seed,
                }),
            }
        }
        groups
    }

    /// Everything that a reader needs to verify it and to fix it.
    pub(super) fn write(&self, out: &mut dyn Write, view: &View<'_>) -> io::Result<()> {
        let (style, first) = (view.style, self.findings[0]);
        let wrapped = |text: &str| style.wrap(&plain(text), BODY);
        let class = plain(self.class);
        let beside = beside(&algorithms(&self.findings), TITLE + class.chars().count(), style);
        writeln!(out, "\n  {}  {}{beside}", style.severity(self.severity), style.paint(Ink::Bold, &class))?;
        writeln!(out, "{:TITLE$}{}", "", style.paint(severity_ink(self.severity), &style.wrap(&plain(&first.title), TITLE)))?;
        let mut entry =
            |label: &str, text: &str| writeln!(out, "{:TITLE$}{}{text}", "", style.paint(Ink::Faint, &format!("{label:<12}")));
        match view.front {
            Front::Fuzz(fuzzing) => {
                for (i, step) in fuzzing.steps(first).iter().enumerate() {
                    entry(if i == 0 { "steps" } else { "" }, &style.wrap(&plain(step), BODY))?;
                }
            }
            _ => entry("cases", &style.wrap(&self.cases(), BODY))?,
        }
        entry("why", &wrapped(&first.why))?;
        if first.configuration != "usual key" {
            entry("config", &wrapped(&self.configurations()))?;
        }
        entry("token", &token(&first.token, style))?;
        match view.front {
            Front::Fuzz(fuzzing) => fuzzing.file(first).map_or(Ok(()), |file| entry("file", &plain(file)))?,
            _ => entry("full token", &self.forge_command(view))?,
        }
        entry("fix", &wrapped(&first.remedy))?;
        let see: Vec<&str> = first.references.iter().chain(&first.cwe).map(String::as_str).collect();
        if see.is_empty() { Ok(()) } else { entry("see", &wrapped(&see.join(", "))) }
    }

    /// One or two lines.
    pub(super) fn write_briefly(&self, out: &mut dyn Write, view: &View<'_>) -> io::Result<()> {
        let style = view.style;
        let tail = format!("{} · {}", algorithms(&self.findings), count(self.findings.len(), "case", "cases"));
        let class = format!("{:<32}", plain(self.class));
        writeln!(out, "  {}  {class}{}", style.severity(self.severity), beside(&tail, TITLE + class.chars().count(), style))?;
        writeln!(out, "{:TITLE$}{}", "", style.wrap(&plain(&self.findings[0].title), TITLE))
    }

    /// Up to three distinct cases by the part of their ids that sets them apart.
    fn cases(&self) -> String {
        let mut names: Vec<&str> = Vec::new();
        for finding in &self.findings {
            let name = &finding.case[self.class.len()..];
            if !name.is_empty() && !names.contains(&name) {
                names.push(name);
            }
        }
        let shown: Vec<String> = names.iter().take(3).map(|n| crate::text::cut(&plain(n), 60)).collect();
        let more = names.len().saturating_sub(3);
        let list = if shown.is_empty() { "the only one".to_owned() } else { shown.join("  ") };
        let more = if more > 0 { format!("  and {} more", grouped(more)) } else { String::new() };
        format!("{}: {list}{more}", grouped(names.len().max(1)))
    }

    /// Up to four distinct configurations.
    fn configurations(&self) -> String {
        let mut names: Vec<&str> = Vec::new();
        for finding in &self.findings {
            if !names.contains(&finding.configuration.as_str()) {
                names.push(&finding.configuration);
            }
        }
        let more = names.len().saturating_sub(4);
        let shown = names.iter().take(4).copied().collect::<Vec<_>>().join("; ");
        if more > 0 { format!("{shown}; and {more} more") } else { shown }
    }

    /// The command that prints the full token.
    fn forge_command(&self, view: &View<'_>) -> String {
        let first = self.findings[0];
        let (case, seed) = (plain(&first.case), seed_option(self.seed));
        format!("jwt-gauntlet forge {} --alg {}{seed}{}", shell_words::quote(&case), first.algorithm, view.options)
    }
}

/// Columns before a finding's class and title.
const TITLE: usize = 12;
/// Columns before the text of a finding's entries.
const BODY: usize = 24;
/// Columns that a text beside another must have, else it starts a line of its own.
const NARROW: usize = 24;

/// `text` two columns behind a line that ends at `column`, or below it where the line leaves no room.
fn beside(text: &str, column: usize, style: Style) -> String {
    let start = column + 2;
    let fits = start + text.chars().count().min(NARROW) <= style.width;
    let (gap, start) = if fits { ("  ".to_owned(), start) } else { (format!("\n{:TITLE$}", ""), TITLE) };
    gap + &style.paint(Ink::Faint, &style.wrap(text, start))
}

fn token(token: &str, style: Style) -> String {
    let length = format!("  ({} characters)", grouped(token.chars().count()));
    let shown = plain(&token.chars().take(300).collect::<String>());
    if BODY + shown.chars().count() + length.len() <= style.width {
        return shown;
    }
    format!("{}{}", style.cut(&shown, BODY + length.len()), style.paint(Ink::Faint, &length))
}

fn algorithms(findings: &[&Finding]) -> String {
    let used = Algorithm::ALL.into_iter().filter(|a| findings.iter().any(|f| f.algorithm == *a));
    used.map(Algorithm::name).collect::<Vec<_>>().join(" ")
}
