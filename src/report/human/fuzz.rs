//! What a fuzzing run adds to the report: how many tokens were sent, the steps of each finding, where it was saved, and how to
//! replay it.

use std::{
    collections::BTreeMap,
    io::{self, Write},
};

use super::View;
use crate::{
    catalogue::Case,
    configuration::Configuration,
    recipe::Base,
    report::{
        Finding, Report,
        style::{count, grouped},
    },
    step::Step,
    text::plain,
};

/// What a report does not hold about a fuzzing run.
#[derive(Clone, Copy, Debug)]
pub struct Fuzzing<'a> {
    /// The cases of the findings.
    pub cases: &'a [Case],
    /// Where each finding was saved, by the id of its case.
    pub files: &'a BTreeMap<String, String>,
    /// Kinds of answers.
    pub kinds: usize,
    /// Recipes in the corpus, and its folder if there is one.
    pub corpus: (usize, Option<&'a str>),
}

impl Fuzzing<'_> {
    /// How many tokens were sent at which rate, and how many kinds of answers came back.
    pub(super) fn asked(&self, out: &mut dyn Write, report: &Report, view: &View<'_>) -> io::Result<()> {
        let rate = view.took.map(|took| {
            #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, clippy::cast_precision_loss)] // For people.
            let rate = (report.summary.asked as f64 / took.as_secs_f64().max(0.001)) as usize;
            format!(", {} a second", grouped(rate))
        });
        let kinds = count(self.kinds, "kind of answer", "kinds of answers");
        let text = format!("{}{}; {kinds}", count(report.summary.asked, "random token", "random tokens"), rate.unwrap_or_default());
        writeln!(out, "sent      {}", view.style.wrap(&text, 10))?;
        if let (recipes, Some(folder)) = self.corpus {
            let text = format!("{} in {}", count(recipes, "recipe", "recipes"), plain(folder));
            writeln!(out, "corpus    {}", view.style.wrap(&text, 10))?;
        }
        Ok(())
    }

    /// How the token of a finding is made, a line each.
    pub(super) fn steps(&self, finding: &Finding) -> Vec<String> {
        let Some(case) = self.cases.iter().find(|case| case.id == finding.case) else { return Vec::new() };
        let base = match case.recipe.from {
            Base::Genuine => "the issuer's token",
            Base::Forged => "the issuer's token with the attacker's claims",
        };
        let set_up = if case.configuration == Configuration::default() { "" } else { ", with the configuration below" };
        [format!("{base}{set_up}")].into_iter().chain(case.recipe.steps.iter().map(step)).collect()
    }

    /// The attack file of a finding.
    pub(super) fn file(&self, finding: &Finding) -> Option<&str> {
        self.files.get(&finding.case).map(String::as_str)
    }
}

/// A step as attack files spell it, without the brackets: `set-header name = "alg", to = '"none"'`.
fn step(step: &Step) -> String {
    let Ok(toml::Value::Table(table)) = toml::Value::try_from(step) else { return String::new() };
    let words = table.iter().map(|(name, options)| match options {
        toml::Value::Table(options) => {
            let options: Vec<String> = options.iter().map(|(option, value)| format!("{option} = {value}")).collect();
            format!("{name} {}", options.join(", "))
        }
        other => format!("{name} {other}"),
    });
    words.collect::<Vec<_>>().join(" ").trim().to_owned()
}

/// The headline's text where forgeries were accepted.
pub(super) fn forged(ways: usize, sent: &str, partial: &str) -> String {
    match ways {
        1 => format!("one forgery among {sent} was accepted{partial}."),
        _ => format!("forgeries among {sent} were accepted{partial}: {} distinct vulnerabilities.", grouped(ways)),
    }
}

/// Commands that lead on from a finding.
pub(super) fn next_steps(finding: &Finding, view: &View<'_>) -> Vec<(String, &'static str)> {
    let super::Front::Fuzz(fuzzing) = view.front else { return Vec::new() };
    let Some(file) = fuzzing.file(finding) else { return Vec::new() };
    let file = plain(file);
    vec![
        (format!("jwt-gauntlet replay {} {}", shell_words::quote(&file), view.target), "after the fix:"),
        (format!("jwt-gauntlet attack {}{}", view.target, view.options), "with all attacks:"),
    ]
}
