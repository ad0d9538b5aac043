//! A contender, set up: its gate, genuine requests to time, and the requests that it must refuse.

use std::path::Path;

use anyhow::Context as _;

use crate::{
    control::Control,
    gate::{Gate, Header},
    http::Remote,
    jwt::{Issuer, Stateless},
    people::Person,
    plan::{Plan, Scheme, Way},
    session::{LIFE, Session, cookie, id_of},
    store::{Place, Store, server::Server},
};

/// Different requests that a contender is asked in turn, at the most.
pub const REQUESTS: usize = 256;

/// What contenders are set up with.
pub struct Setup<'a> {
    /// Sets these contenders' stores apart from those of others in the same folder and on the same server.
    pub label: &'a str,
    /// For files.
    pub folder: &'a Path,
    /// The Redis server, if there is one.
    pub server: Option<&'a Server>,
    /// Sessions in a store.
    pub sessions: usize,
    /// Token ids on a denylist.
    pub denied: usize,
}

/// One contender with its requests; credentials are header values.
pub struct Contender {
    /// What it is.
    pub plan: Plan,
    /// What decides.
    pub gate: Box<dyn Gate>,
    /// Genuine credentials, with the user that each must give.
    pub genuine: Vec<(String, Person)>,
    /// What must be refused, and under which control.
    pub hostile: Vec<(Control, String)>,
    /// A genuine credential that a control logs out.
    pub leaver: String,
    /// Bytes that the store keeps for a session, where it tells.
    pub kept: Option<u64>,
}

impl Contender {
    /// Sets it up.
    ///
    /// # Errors
    /// If its store cannot be filled, or the verifier refuses its key.
    pub fn set_up(plan: Plan, setup: &Setup<'_>) -> anyhow::Result<Self> {
        let group = format!("{}/{}/{:?}/{}", plan.name(), plan.roles, plan.way, setup.label);
        let name = group.replace(|c: char| !c.is_ascii_alphanumeric(), "-");
        let open = |place: Place| place.open(setup.folder, &name, setup.server);
        let store = plan.store.map(open).transpose()?;
        let mut contender = match plan.scheme {
            Scheme::Jwt(algorithm) => jwt(plan, &Issuer::new(algorithm), &group, store, setup)?,
            Scheme::Session => session(plan, &group, store.context("a session is kept in a store")?, setup)?,
        };
        if plan.way == Way::Http {
            contender.gate = Box::new(Remote::new(contender.gate, plan.header())?);
        }
        contender.hostile.extend(nonsense(plan.header()).map(|value| (Control::Forged, value)));
        Ok(contender)
    }

    /// What its header weighs, the mean of all requests, in bytes of HTTP/1.1.
    #[must_use]
    pub fn header_bytes(&self) -> usize {
        let header = self.plan.header();
        self.genuine.iter().map(|(value, _)| header.bytes(value)).sum::<usize>() / self.genuine.len().max(1)
    }
}

fn jwt(plan: Plan, issuer: &Issuer, group: &str, store: Option<Box<dyn Store>>, setup: &Setup<'_>) -> anyhow::Result<Contender> {
    let denylist = store.map(|mut store| {
        let mut others = (0..setup.denied).map(|number| Person::new(&format!("{group}/denied"), number, 0));
        others.try_for_each(|person| store.deny(&person.jti, LIFE)).map(|()| store)
    });
    let gate = Stateless::new(&issuer.trust(), denylist.transpose()?)?;
    let person = |number| Person::new(group, number, plan.roles);
    let mut hostile = vec![(Control::Expired, issuer.expired(&person(0)))];
    hostile.extend(issuer.forged(&person(0), &person(1)).into_iter().map(|value| (Control::Forged, value)));
    Ok(Contender {
        plan,
        gate: Box::new(gate),
        genuine: (0..REQUESTS).map(person).map(|person| (issuer.genuine(&person), person)).collect(),
        hostile,
        leaver: issuer.genuine(&person(REQUESTS)),
        kept: None,
    })
}

fn session(plan: Plan, group: &str, mut store: Box<dyn Store>, setup: &Setup<'_>) -> anyhow::Result<Contender> {
    let sessions = setup.sessions.max(1);
    // Spread over the whole store.
    let apart = sessions.div_ceil(REQUESTS);
    let mut genuine = Vec::new();
    for number in 0..sessions {
        let person = Person::new(group, number, plan.roles);
        store.begin_session(&id_of(&person), &person.user, LIFE)?;
        if number % apart == 0 {
            genuine.push((cookie(&person.session_id), person));
        }
    }
    let extra = |number| Person::new(group, sessions + number, plan.roles);
    let [leaver, expired, stranger] = [extra(0), extra(1), extra(2)];
    store.begin_session(&id_of(&leaver), &leaver.user, LIFE)?;
    store.begin_session(&id_of(&expired), &expired.user, 1)?;
    let known = &genuine[0].1.session_id;
    let forged = [&stranger.session_id, &known[1..], &known.to_ascii_lowercase(), "' OR '1'='1"].map(cookie);
    let mut hostile = vec![(Control::Expired, cookie(&expired.session_id))];
    hostile.extend(forged.into_iter().map(|value| (Control::Forged, value)));
    let kept = store.kept(&id_of(&genuine[0].1))?;
    Ok(Contender { plan, gate: Box::new(Session::new(store)), genuine, hostile, leaver: cookie(&leaver.session_id), kept })
}

/// What is not a credential at all.
fn nonsense(header: Header) -> impl Iterator<Item = String> {
    let other = match header {
        Header::Authorization => "Basic dXNlcjpwYXNzd29yZA==",
        Header::Cookie => "theme=dark; session=1",
    };
    ["", other, "Bearer ", "Bearer ..", "__Host-sid=", "__Host-sid"].into_iter().map(str::to_owned)
}
