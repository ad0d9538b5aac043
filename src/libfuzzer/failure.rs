//! A failing token, simplified and explained.

use std::{fmt, sync::Arc};

use crate::{
    algorithm::Algorithm,
    fuzz::stage::Stage,
    oracle::Meaning,
    token::{Draft, Segment},
    verdict::Outcome,
};

/// A failing input, explained.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// The algorithm that the verifier was set up for.
    pub algorithm: Algorithm,
    /// What happened.
    pub outcome: Outcome,
    /// The token with every difference that does not matter removed.
    pub token: String,
    /// One line: what differs from the genuine token, and what was wrong about the answer.
    pub why: String,
}

impl fmt::Display for Failure {
    /// Why, and the token on a line of its own to paste anywhere.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let outcome = format!("{:?}", self.outcome).to_lowercase();
        write!(f, "{outcome}, {}: {}\ntoken: {}", self.algorithm, one_line(&self.why), one_line(&self.token))
    }
}

/// Puts members and segments back to those of the genuine token as long as the answer means the same.
pub(crate) fn simplest(stage: &Stage, token: &str, means_the_same: &dyn Fn(&str) -> bool) -> String {
    let genuine = Draft::parse(stage.genuine());
    let mut best = Draft::parse(token);
    let means_the_same = |draft: &Draft| means_the_same(&draft.to_string());
    for index in 0..best.segments.len().min(3) {
        let mut candidate = best.clone();
        candidate.segments[index] = genuine.segments[index].clone();
        if candidate != best && means_the_same(&candidate) {
            best = candidate;
            continue;
        }
        for candidate in nearer(&best, &genuine, index) {
            if candidate != best && means_the_same(&candidate) {
                best = candidate;
            }
        }
    }
    best.to_string()
}

/// The draft with one member less, or one as the genuine token has it.
fn nearer(draft: &Draft, genuine: &Draft, index: usize) -> Vec<Draft> {
    let (Segment::Object(ours), Segment::Object(theirs)) = (&draft.segments[index], &genuine.segments[index]) else {
        return Vec::new();
    };
    let mut out = Vec::new();
    for member in ours.iter() {
        let mut candidate = draft.clone();
        if let Segment::Object(members) = &mut candidate.segments[index] {
            match theirs.iter().find(|known| known.name == member.name) {
                Some(known) => Arc::make_mut(members).iter_mut().filter(|m| m.name == member.name).for_each(|m| *m = known.clone()),
                None => Arc::make_mut(members).retain(|m| m != member),
            }
        }
        out.push(candidate);
    }
    out
}

/// One line about what the token is and why its acceptance is wrong.
pub(crate) fn explain(stage: &Stage, token: &str, meaning: Meaning) -> String {
    let (draft, genuine) = (Draft::parse(token), Draft::parse(stage.genuine()));
    let names = ["header", "claims", "signature"];
    let mut differs: Vec<String> = Vec::new();
    for (index, name) in names.iter().enumerate() {
        match (draft.segments.get(index), genuine.segments.get(index)) {
            (None, _) => differs.push(format!("no {name}")),
            (Some(ours), Some(theirs)) if ours != theirs => differs.push(match ours {
                Segment::Bytes(bytes) if bytes.is_empty() => format!("empty {name}"),
                Segment::Object(members) => {
                    let odd = members.iter().filter(|m| !theirs.members().unwrap_or_default().contains(m));
                    let texts: Vec<String> = odd
                        .take(4)
                        .map(|m| format!("{}: {}", String::from_utf8_lossy(&m.name), clipped(&String::from_utf8_lossy(&m.value))))
                        .collect();
                    if texts.is_empty() { format!("{name} lacks members") } else { format!("{name} {{{}}}", texts.join(", ")) }
                }
                _ => format!("different {name}"),
            }),
            _ => {}
        }
    }
    if draft.segments.len() > 3 {
        differs.push(format!("{} segments", draft.segments.len()));
    }
    let what = match (meaning.outcome, meaning.rule) {
        (Outcome::Forged, _) => "accepted, though no trusted key signed it",
        (_, Some(rule)) => rule.title(),
        (Outcome::Policy, None) => "accepted, though the signature is non-standard",
        (Outcome::Malleable, _) => "accepted in an encoding other than the issuer's",
        (Outcome::Overstrict, _) => "refused, though it breaks no rule",
        (Outcome::Slow | Outcome::Hung, _) => "takes far longer than a genuine token",
        _ => "crashes the verifier",
    };
    let how = if differs.is_empty() { "as the issuer wrote it".to_owned() } else { differs.join("; ") };
    format!("{what} ({how})")
}

/// Text that survives a terminal and a shell's history: as it is, or as a JSON string where it holds anything odd.
fn one_line(text: &str) -> String {
    let odd = |c: char| {
        c.is_control() || matches!(c, '\u{2028}' | '\u{2029}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{feff}')
    };
    if text.contains(odd) { format!("{text:?}") } else { text.to_owned() }
}

fn clipped(text: &str) -> String {
    if text.chars().count() > 40 { format!("{}…", text.chars().take(40).collect::<String>()) } else { text.to_owned() }
}
