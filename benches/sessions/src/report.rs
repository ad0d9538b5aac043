//! The table on the terminal: a pure function over the results, at most 100 columns wide.

use jwt_gauntlet::internal::bench::report::figures::short;

use crate::{
    plan::{Kind, Way},
    results::{Results, Timed},
    stats::{Estimate, median},
    wins::Win,
};

/// Above this, times by the clock on the wall tell of the neighbours.
const QUIET: f64 = 1.1;

/// Writes everything down.
#[must_use]
pub fn table(results: &Results) -> String {
    let mut out = String::new();
    head(&mut out, results);
    broken(&mut out, results);
    costs(&mut out, results, Kind::Request, &format!("A request in process, {} roles", results.settings.roles));
    growth(&mut out, results);
    costs(&mut out, results, Kind::Http, &format!("The same over HTTP on loopback, {} roles", results.settings.roles));
    limits(&mut out, results);
    wins(&mut out, &results.wins);
    foot(&mut out, results);
    out
}

fn head(out: &mut String, results: &Results) {
    let machine = &results.machine;
    out.push_str(&format!("machine   {}, {} cores, {}\n", machine.processor, machine.cores, machine.system));
    let versions: Vec<String> = machine.versions.iter().map(|(name, version)| format!("{name} {version}")).collect();
    out.push_str(&format!("built     {}\n", machine.compiler));
    out.push_str(&folded("with     ", &versions.join(", ")));
    let set = &results.settings;
    out.push_str(&format!(
        "stores    {} sessions, {} denied tokens; {} different requests in turn\n",
        set.sessions, set.denied, set.requests
    ));
    for skipped in &results.skipped {
        out.push_str(&folded("skipped  ", skipped));
    }
    let (timed, failed) = (results.timed.len(), results.broken.len());
    let verdict = if failed == 0 { "all passed" } else { "the broken ones were not timed" };
    out.push_str(&format!("controls  {} of {} contenders passed: {verdict}\n", timed, timed + failed));
}

fn broken(out: &mut String, results: &Results) {
    if !results.broken.is_empty() {
        out.push_str("\nBROKEN, not timed\n");
    }
    for failed in &results.broken {
        out.push_str(&format!("  {}, {} roles\n    {}\n", failed.name, failed.plan.roles, failed.failure));
    }
}

fn costs(out: &mut String, results: &Results, kind: Kind, title: &str) {
    let Some(first) = results.of(kind).next() else { return };
    out.push_str(&format!("\n{title}\n"));
    let reference = format!("x {}", first.name.trim_start_matches("JWT "));
    out.push_str(&format!("{:<35}{:>22}{reference:>10}{:>10}{:>12}{:>10}\n", "", "µs [95 %]", "p99 µs", "processor", "header"));
    for timed in results.of(kind) {
        out.push_str(&format!(
            "{:<35}{:>22}{:>10.2}{:>10}{:>9} µs{:>8} B\n",
            timed.name,
            interval(&timed.wall),
            timed.ratio.mid,
            micros(timed.p99.mid),
            micros(timed.processor.mid),
            timed.header_bytes,
        ));
    }
}

fn growth(out: &mut String, results: &Results) {
    let mut names: Vec<&str> = Vec::new();
    for timed in results.of(Kind::Growth) {
        if !names.contains(&timed.name.as_str()) {
            names.push(&timed.name);
        }
    }
    let time = |timed: &Timed| interval(&timed.wall);
    let header = |timed: &Timed| timed.header_bytes.to_string();
    let kept = |timed: &Timed| timed.kept_bytes.map_or_else(|| "-".to_owned(), |bytes| bytes.to_string());
    let parts: [(&str, &dyn Fn(&Timed) -> String); 3] = [
        ("As roles grow: time of a request, µs [95 %]", &time),
        ("As roles grow: bytes of its header, on every request", &header),
        ("As roles grow: bytes that the server keeps for each session", &kept),
    ];
    for (title, cell) in parts.iter().filter(|_| !names.is_empty()) {
        out.push_str(&format!("\n{title}\n{:<24}", ""));
        for roles in &results.settings.growth {
            out.push_str(&format!("{:>19}", format!("{roles} {}", if *roles == 1 { "role" } else { "roles" })));
        }
        out.push('\n');
        for name in &names {
            let cells = results.settings.growth.iter().map(|&roles| {
                results.of(Kind::Growth).find(|t| t.name == *name && t.plan.roles == roles).map_or_else(|| "-".to_owned(), cell)
            });
            let cells: Vec<String> = cells.collect();
            // A scheme that keeps nothing has no line among those that do.
            if cells.iter().any(|cell| cell != "-") {
                out.push_str(&format!("{name:<24}{}\n", cells.iter().map(|cell| format!("{cell:>19}")).collect::<String>()));
            }
        }
    }
}

fn limits(out: &mut String, results: &Results) {
    if results.limits.is_empty() {
        return;
    }
    out.push_str(&format!("\n{:<46}", "The most roles that fit into a token's header"));
    for (name, _) in results.limits.iter().take(1).flat_map(|limit| &limit.roles) {
        out.push_str(&format!("{name:>13}"));
    }
    out.push('\n');
    for limit in &results.limits {
        let roles: String = limit.roles.iter().map(|(_, roles)| format!("{roles:>13}")).collect();
        out.push_str(&format!(
            "{:<46}{roles}\n",
            format!("{}: {} B", limit.whose, limit.bytes).replace(" (RFC 6265 section 6.1)", "")
        ));
    }
}

fn wins(out: &mut String, wins: &[Win]) {
    if !wins.is_empty() {
        out.push_str("\nWhere each wins, in process\n");
    }
    for win in wins {
        let over = match (&win.next, win.times) {
            (Some(next), Some(times)) => format!("; next {next}, {times:.1} times as long"),
            _ if win.winners.len() > 1 => "; this run cannot tell them apart".to_owned(),
            _ => String::new(),
        };
        out.push_str(&format!("  {}\n{}", win.need, folded("   ", &format!("{}{over}", win.winners.join(" = ")))));
    }
}

/// Text in lines of at most 100 columns; the first begins with `first`, the others are indented as far.
fn folded(first: &str, text: &str) -> String {
    let mut lines = vec![first.to_owned()];
    for word in text.split(' ') {
        if lines.last().is_some_and(|line| line.chars().count() + 1 + word.chars().count() > 100) {
            lines.push(" ".repeat(first.len()));
        }
        let line = lines.last_mut().expect("there is one");
        line.push(' ');
        line.push_str(word);
    }
    lines.join("\n") + "\n"
}

fn foot(out: &mut String, results: &Results) {
    out.push('\n');
    match results.fails_closed {
        Some(true) => out.push_str("With Redis gone, every contender that asks it let nobody in, and every other one went on.\n"),
        Some(false) => out.push_str("With Redis gone, a contender answered wrongly: see BROKEN.\n"),
        None => {}
    }
    out.push_str(
        "µs: median of batches run in turn, with its 95 % interval: of this run, not of another machine.\n\
         processor: processor time a request, of this process and of the Redis server together.\n\
         JWT without a denylist cannot be revoked: the controls saw it taken after logging out.\n",
    );
    if let Some(times) = busy(results) {
        out.push_str(&format!(
            "BUSY: µs are {times:.1} times the processor's time where nothing is waited for: other programs had the cores. Read the\n\
             processor column, or measure again on a quiet machine.\n"
        ));
    }
    if results.interrupted {
        out.push_str("Broken off: fewer rounds than planned, or none, for what is missing.\n");
    }
}

/// How many times as long as its processor time a request took, if others kept the processor from contenders that wait for nothing.
fn busy(results: &Results) -> Option<f64> {
    let alone = results.timed.iter().filter(|timed| timed.plan.way == Way::InProcess && !timed.plan.needs_redis());
    let times = median(&alone.map(|timed| timed.wall.mid / timed.processor.mid).collect::<Vec<_>>())?.mid;
    (times > QUIET).then_some(times)
}

fn interval(of: &Estimate) -> String {
    format!("{} [{}, {}]", micros(of.mid), micros(of.low), micros(of.high))
}

/// Seconds as microseconds.
fn micros(seconds: f64) -> String {
    short(seconds * 1e6)
}
