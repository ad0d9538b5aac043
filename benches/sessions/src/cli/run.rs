//! A run: the server, the groups of contenders, the report.

use std::{
    env, fs,
    io::{self, IsTerminal as _, Write as _},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};

use anyhow::{Context as _, ensure};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use jwt_gauntlet_sessions::{
    contender::{Contender, REQUESTS, Setup},
    machine::Machine,
    measure::Budget,
    plan::{Group, Kind, groups},
    report::table,
    results::{Results, Settings},
    store::server::Server,
    trial::{trial, without_redis},
    wins::{limits, wins},
};

use super::{Args, BROKEN, NO_REDIS, NOTHING, tell};

/// Growing contenders have stores of this many sessions at the most: hundreds of roles take up room.
const GROWING_SESSIONS: usize = 1_000;
/// Timing requests one by one, beside the batches, and warming up: what a batch takes beyond itself.
const OVERHEAD: f64 = 1.25;

/// Measures, prints, and gives the exit code.
pub(super) fn run(args: &Args) -> anyhow::Result<u8> {
    let growth: Vec<usize> = args.growth.iter().map(|&n| n.into()).collect();
    ensure!(growth.len() <= 4, "--growth takes at most four numbers: more do not fit the table");
    let stop = watch_signals()?;
    let folder = tempfile::tempdir().context("cannot make a temporary folder")?;
    let own = env::current_exe().ok();
    let mut skipped = Vec::new();
    let mut server = match Server::start(folder.path(), own.as_deref()) {
        Ok(server) => Some(server),
        Err(error) if args.require_redis => {
            tell(&format!("error: {error}\n"));
            return Ok(NO_REDIS);
        }
        Err(error) => {
            skipped.push(format!("Redis: {error}"));
            None
        }
    };
    let mut groups = groups(args.roles.into(), &growth);
    for group in &mut groups {
        group.plans.retain(|plan| server.is_some() || !plan.needs_redis());
    }
    let mut results = Results {
        schema: "jwt-gauntlet/sessions/1",
        machine: Machine::here(server.as_ref().map(|server| server.version.as_str())),
        settings: settings(args, growth),
        timed: Vec::new(),
        broken: Vec::new(),
        skipped,
        fails_closed: None,
        limits: limits(),
        wins: Vec::new(),
        interrupted: false,
    };
    let bench = Bench { args, plans: groups.iter().map(|group| group.plans.len()).sum(), progress: progress(), stop: &stop };
    bench.progress.set_length((bench.plans * usize::from(args.rounds)) as u64);
    let mut survivors = Vec::new();
    for group in &groups {
        let setup = bench.setup(folder.path(), server.as_ref(), group.kind);
        survivors.push((group.kind, bench.group(group, &setup, &mut results)?));
    }
    bench.progress.finish_and_clear();
    if let Some(server) = &mut server {
        server.end();
        let asked = survivors.iter().flat_map(|(_, group)| group).any(|contender| contender.plan.needs_redis());
        let wrong: Vec<_> = survivors.iter_mut().flat_map(|(kind, group)| without_redis(*kind, group)).collect();
        results.fails_closed = asked.then_some(wrong.is_empty());
        results.broken.extend(wrong);
    }
    results.interrupted = stop.load(Ordering::Relaxed);
    results.wins = wins(&results.timed, Kind::Request);
    hand_over(args, &results)
}

/// What stays the same over all groups.
struct Bench<'a> {
    args: &'a Args,
    plans: usize,
    progress: ProgressBar,
    stop: &'a AtomicBool,
}

impl Bench<'_> {
    fn setup<'a>(&self, folder: &'a std::path::Path, server: Option<&'a Server>, kind: Kind) -> Setup<'a> {
        let sessions = usize::try_from(self.args.sessions).unwrap_or(usize::MAX);
        let sessions = if kind == Kind::Growth { sessions.min(GROWING_SESSIONS) } else { sessions };
        Setup { label: kind.label(), folder, server, sessions, denied: usize::try_from(self.args.denied).unwrap_or(usize::MAX) }
    }

    /// Sets up, controls and times a group; gives the contenders that were timed.
    fn group(&self, group: &Group, setup: &Setup<'_>, results: &mut Results) -> anyhow::Result<Vec<Contender>> {
        let mut contenders = Vec::new();
        for plan in &group.plans {
            if self.stop.load(Ordering::Relaxed) {
                return Ok(Vec::new());
            }
            self.progress.set_message(format!("setting up {}", plan.name()));
            contenders.push(Contender::set_up(*plan, setup).with_context(|| format!("cannot set up {}", plan.name()))?);
        }
        self.progress.set_message("measuring");
        let rounds = usize::from(self.args.rounds);
        #[allow(clippy::cast_precision_loss)] // Neither is large.
        let batch = self.args.time.div_f64((self.plans * rounds) as f64 * OVERHEAD);
        let outcome = trial(group.kind, contenders, setup.server, Budget { batch, rounds }, self.stop, &|| self.progress.inc(1));
        results.timed.extend(outcome.timed);
        results.broken.extend(outcome.broken);
        Ok(outcome.survivors)
    }
}

fn hand_over(args: &Args, results: &Results) -> anyhow::Result<u8> {
    if results.timed.is_empty() && results.broken.is_empty() {
        tell("nothing was measured\n");
        return Ok(NOTHING);
    }
    io::stdout().lock().write_all(table(results).as_bytes()).context("cannot write to stdout")?;
    if let Some(file) = &args.json {
        let json = serde_json::to_string_pretty(results).context("the results are not JSON")? + "\n";
        fs::write(file, json).with_context(|| format!("cannot write {}", file.display()))?;
    }
    Ok(if results.broken.is_empty() { 0 } else { BROKEN })
}

fn settings(args: &Args, growth: Vec<usize>) -> Settings {
    Settings {
        time: args.time.as_secs_f64(),
        rounds: args.rounds.into(),
        sessions: usize::try_from(args.sessions).unwrap_or(usize::MAX),
        denied: usize::try_from(args.denied).unwrap_or(usize::MAX),
        roles: args.roles.into(),
        growth,
        requests: REQUESTS,
    }
}

/// Ctrl-C: the first ends measuring and prints what there is, the second ends the program.
fn watch_signals() -> anyhow::Result<Arc<AtomicBool>> {
    let stop = Arc::new(AtomicBool::new(false));
    let shared = Arc::clone(&stop);
    ctrlc::set_handler(move || {
        if shared.swap(true, Ordering::SeqCst) {
            // The guardian ends the server.
            std::process::exit(NOTHING.into());
        }
        tell("\nstopping; what was measured so far follows, once more Ctrl-C ends at once\n");
    })
    .context("cannot watch for Ctrl-C")?;
    Ok(stop)
}

/// A bar on stderr, if a person watches.
fn progress() -> ProgressBar {
    let target = if io::stderr().is_terminal() { ProgressDrawTarget::stderr() } else { ProgressDrawTarget::hidden() };
    let bar = ProgressBar::with_draw_target(None, target);
    if let Ok(style) = ProgressStyle::with_template("{bar:32} {human_pos} of {human_len} batches  {elapsed}  {msg}") {
        bar.set_style(style.progress_chars("━╸ "));
    }
    bar
}
