//! What a replay says: for each case whether it still happens.

use std::io::{self, Write};

use super::{View, groups::heading};
use crate::{
    report::{
        Conclusion, Finding, Report,
        replay::Replayed,
        style::{Ink, count, grouped},
    },
    text::plain,
    verdict::Outcome,
};

/// Columns before the text of a case.
const TITLE: usize = 12;

/// Ink, word and text of the headline.
pub(super) fn verdict(conclusion: Conclusion, replayed: &[Replayed]) -> (Ink, &'static str, String) {
    let (still, skipped) = (happening(replayed), replayed.iter().filter(|r| r.outcome == Outcome::Skipped).count());
    let cases = count(replayed.len(), "case", "cases");
    let mut spared = if skipped > 0 { format!(" {} could not be sent.", count(skipped, "case", "cases")) } else { String::new() };
    let vacuous = replayed.iter().filter(|r| r.outcome == Outcome::Vacuous).count();
    if vacuous > 0 {
        let cases = count(vacuous, "case", "cases");
        spared.push_str(&format!(" {cases} cannot be told, since the token is refused without its forged part too."));
    }
    match conclusion {
        Conclusion::Found => (Ink::Bad, "STILL HAPPENS", format!("{} of {cases} replayed.{spared}", grouped(still))),
        _ => (Ink::Good, "HELD", format!("none of {cases} replayed still happens.{spared}")),
    }
}

fn happening(replayed: &[Replayed]) -> usize {
    replayed.iter().filter(|r| !matches!(r.outcome, Outcome::Held | Outcome::Vacuous | Outcome::Skipped)).count()
}

/// One case after the other.
pub(super) fn table(out: &mut dyn Write, report: &Report, replayed: &[Replayed], view: &View<'_>) -> io::Result<()> {
    writeln!(out)?;
    for one in replayed {
        let finding = report.findings.iter().find(|f| f.case == one.case && f.algorithm == one.algorithm);
        let (ink, text) = match one.outcome {
            Outcome::Held => (Ink::Good, "does not happen".to_owned()),
            Outcome::Vacuous => (Ink::Warn, "proves nothing".to_owned()),
            Outcome::Skipped => (Ink::Warn, "not sent".to_owned()),
            outcome => (Ink::Bad, format!("still happens: {}", heading(outcome).1)),
        };
        let name = view.style.paint(ink, &format!("{:<8}", heading(one.outcome).0));
        writeln!(out, "  {name}  {}  {}", view.style.paint(Ink::Bold, &plain(&one.case)), one.algorithm)?;
        let mut line = |text: &str| writeln!(out, "{:TITLE$}{}", "", view.style.wrap(&plain(text), TITLE));
        line(&text)?;
        if let Some(reason) = &one.reason {
            line(reason)?;
        }
        if let Some(Finding { title, why, .. }) = finding {
            line(&format!("{title}. {why}"))?;
        }
    }
    Ok(())
}
