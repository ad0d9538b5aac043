//! A gate that is too generous, or not what it says, is reported and not timed.

use std::{
    path::PathBuf,
    sync::{Arc, atomic::AtomicBool},
    time::Duration,
};

use jwt_gauntlet::Algorithm;
use jwt_gauntlet_sessions::{
    contender::{Contender, Setup},
    control::{self, Control},
    gate::{Gate, Refusal, User},
    measure::Budget,
    plan::{Kind, Plan, Scheme, Way, groups},
    store::{Place, server::Server},
    trial::trial,
};
use tempfile::TempDir;

/// Wraps a sound gate and does one thing wrong.
struct Planted<F>(Box<dyn Gate>, F);

impl<F> Gate for Planted<F>
where
    F: FnMut(&str, Result<Arc<User>, Refusal>) -> Result<Arc<User>, Refusal> + Send,
{
    fn authenticate(&mut self, value: &str) -> Result<Arc<User>, Refusal> {
        let answer = self.0.authenticate(value);
        (self.1)(value, answer)
    }

    fn log_out(&mut self, value: &str) -> Result<(), Refusal> {
        self.0.log_out(value)
    }
}

fn contender(folder: &TempDir, scheme: Scheme, store: Option<Place>) -> Contender {
    let plan = Plan { scheme, store, way: Way::InProcess, roles: 3 };
    Contender::set_up(plan, &Setup { label: "test", folder: folder.path(), server: None, sessions: 20, denied: 5 })
        .expect("it can be set up")
}

/// A session contender whose gate is changed by `wrong`.
fn planted<F>(folder: &TempDir, scheme: Scheme, store: Option<Place>, wrong: F) -> Contender
where
    F: FnMut(&str, Result<Arc<User>, Refusal>) -> Result<Arc<User>, Refusal> + Send + 'static,
{
    let mut contender = contender(folder, scheme, store);
    let sound = std::mem::replace(&mut contender.gate, Box::new(Nobody));
    contender.gate = Box::new(Planted(sound, wrong));
    contender
}

struct Nobody;

impl Gate for Nobody {
    fn authenticate(&mut self, _: &str) -> Result<Arc<User>, Refusal> {
        Err(Refusal::Refused)
    }

    fn log_out(&mut self, _: &str) -> Result<(), Refusal> {
        Ok(())
    }
}

fn folder() -> TempDir {
    tempfile::tempdir().expect("a temporary folder")
}

fn anyone() -> Arc<User> {
    Arc::new(User { sub: "anyone".to_owned(), roles: Vec::new() })
}

const MEMORY: Option<Place> = Some(Place::Memory);

#[test]
fn each_planted_fault_fails_its_own_control() {
    let folder = folder();
    let expired =
        |c: &Contender| c.hostile.iter().find(|(control, _)| *control == Control::Expired).expect("there is one").1.clone();
    let sound = contender(&folder, Scheme::Session, MEMORY);
    let (old, leaver) = (expired(&sound), sound.leaver.clone());
    let faults: [(Control, Contender); 5] = [
        (Control::Genuine, planted(&folder, Scheme::Session, MEMORY, |_, _| Err(Refusal::Refused))),
        (Control::Genuine, planted(&folder, Scheme::Session, MEMORY, |_, answer| answer.map(|_| anyone()))),
        (Control::Forged, planted(&folder, Scheme::Session, MEMORY, |_, answer| answer.or_else(|_| Ok(anyone())))),
        (
            Control::Expired,
            planted(&folder, Scheme::Session, MEMORY, move |value, answer| if value == old { Ok(anyone()) } else { answer }),
        ),
        (
            Control::Revoked,
            planted(&folder, Scheme::Session, MEMORY, move |value, answer| if value == leaver { Ok(anyone()) } else { answer }),
        ),
    ];
    for (control, mut contender) in faults {
        assert_eq!(control::check(&mut contender).expect_err("it is broken").control, control);
    }
}

#[test]
fn a_token_that_is_refused_after_logging_out_although_nothing_can_know_it_is_odd() {
    let folder = folder();
    let mut asked = 0;
    let leaver = contender(&folder, Scheme::Jwt(Algorithm::HS256), None).leaver;
    let mut odd = planted(&folder, Scheme::Jwt(Algorithm::HS256), None, move |value, answer| {
        asked += usize::from(value == leaver);
        if asked > 1 { Err(Refusal::Refused) } else { answer }
    });
    assert_eq!(control::check(&mut odd).expect_err("it is odd").control, Control::Revoked);
}

#[test]
fn what_is_broken_is_not_timed_and_the_rest_is() {
    let folder = folder();
    let open = planted(&folder, Scheme::Session, MEMORY, |_, answer| answer.or_else(|_| Ok(anyone())));
    let mut left = 400;
    let dying = planted(&folder, Scheme::Session, MEMORY, move |_, answer| {
        left -= 1;
        if left > 0 { answer } else { Err(Refusal::Unavailable("gone".to_owned())) }
    });
    let sound = contender(&folder, Scheme::Session, MEMORY);
    let budget = Budget { batch: Duration::from_millis(2), rounds: 5 };
    let outcome = trial(Kind::Request, vec![open, dying, sound], None, budget, &AtomicBool::new(false), &|| {});
    assert_eq!(outcome.timed.len(), 1);
    assert!(outcome.timed[0].wall.mid > 0.0);
    let failed: Vec<_> = outcome.broken.iter().map(|failed| failed.failure.control).collect();
    assert_eq!(failed, [Control::Forged, Control::Genuine]);
    assert!(outcome.broken[1].failure.why.contains("gone"), "{}", outcome.broken[1].failure.why);
}

#[test]
fn every_contender_that_needs_no_redis_is_sound() {
    let folder = folder();
    let setup = Setup { label: "test", folder: folder.path(), server: None, sessions: 300, denied: 20 };
    for plan in groups(10, &[0, 1, 200]).into_iter().flat_map(|group| group.plans).filter(|plan| !plan.needs_redis()) {
        let mut contender = Contender::set_up(plan, &setup).expect("it can be set up");
        control::check(&mut contender).unwrap_or_else(|broken| panic!("{plan:?}: {broken}"));
    }
}

#[test]
fn with_redis_every_contender_is_sound_and_fails_closed_once_it_is_gone() {
    let folder = folder();
    let Some(mut server) = server(&folder) else { return };
    let setup = Setup { label: "test", folder: folder.path(), server: Some(&server), sessions: 300, denied: 20 };
    let plans = groups(10, &[200]).into_iter().flat_map(|group| group.plans).filter(Plan::needs_redis);
    let mut contenders: Vec<Contender> = plans.map(|plan| Contender::set_up(plan, &setup).expect("it can be set up")).collect();
    assert!(!contenders.is_empty());
    for contender in &mut contenders {
        control::check(contender).unwrap_or_else(|broken| panic!("{:?}: {broken}", contender.plan));
        control::without_store(contender).expect_err("Redis is still there");
    }
    server.end();
    for contender in &mut contenders {
        control::without_store(contender).unwrap_or_else(|broken| panic!("{:?}: {broken}", contender.plan));
    }
}

#[test]
fn the_server_ends_with_a_panic() {
    let folder = folder();
    let Some(server) = server(&folder) else { return };
    let address = server.tcp();
    let port: u16 = address.trim_end_matches('/').rsplit(':').next().and_then(|port| port.parse().ok()).expect("a port");
    let reach = || std::net::TcpStream::connect(("127.0.0.1", port));
    assert!(reach().is_ok());
    let panicked = std::panic::catch_unwind(std::panic::AssertUnwindSafe(move || {
        let _server = server;
        panic!("on purpose");
    }));
    assert!(panicked.is_err());
    assert!(reach().is_err(), "it still serves");
}

/// A server, or a note that the test had none.
#[allow(clippy::print_stderr)] // A skip has to be seen.
fn server(folder: &TempDir) -> Option<Server> {
    let path: PathBuf = folder.path().into();
    Server::start(&path, None).inspect_err(|error| eprintln!("skipped: {error}")).ok()
}
