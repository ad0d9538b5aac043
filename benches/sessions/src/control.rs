//! What a contender must show before it is timed: a gate that lets everyone through would be the fastest.

use std::{thread, time::Duration};

use serde::Serialize;

use crate::{
    contender::Contender,
    gate::{Refusal, User},
};

/// Longer than the life of the session that must have expired, on a slow machine.
const NAP: Duration = Duration::from_millis(20);

/// What is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Control {
    /// Every genuine request is authenticated, as the right user with the right roles.
    Genuine,
    /// What nobody issued is refused.
    Forged,
    /// What was genuine once is refused after its time.
    Expired,
    /// What was logged out is refused, if the scheme can; if not, it is still taken, and the report may say so.
    Revoked,
    /// A store that is gone lets nobody in.
    StoreGone,
}

/// A contender that failed, and why.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, thiserror::Error)]
#[error("{control:?}: {why}")]
pub struct Broken {
    /// The control that failed.
    pub control: Control,
    /// What happened instead.
    pub why: String,
}

/// Runs all controls but [`Control::StoreGone`].
///
/// # Errors
/// With the first that fails.
pub fn check(contender: &mut Contender) -> Result<(), Broken> {
    genuine(contender)?;
    thread::sleep(NAP);
    let of = |wanted| contender.hostile.iter().filter(move |(control, _)| *control == wanted);
    for (control, value) in of(Control::Forged).chain(of(Control::Expired)) {
        match contender.gate.authenticate(value) {
            Err(Refusal::Refused) => {}
            Ok(user) => return Err(broken(*control, format!("`{}` was taken as {}", short(value), user.sub))),
            Err(error) => return Err(broken(*control, format!("`{}`: {error}", short(value)))),
        }
    }
    revoked(contender)?;
    // Nothing that was sent in between, and no one who left, changes anything for the others.
    genuine(contender)
}

fn genuine(contender: &mut Contender) -> Result<(), Broken> {
    for (value, person) in &contender.genuine {
        match contender.gate.authenticate(value) {
            Ok(user) if *user == *person.user => {}
            Ok(user) => return Err(broken(Control::Genuine, format!("{} was taken for {}", told(&person.user), told(&user)))),
            Err(error) => return Err(broken(Control::Genuine, format!("{}: {error}", told(&person.user)))),
        }
    }
    Ok(())
}

fn revoked(contender: &mut Contender) -> Result<(), Broken> {
    let fails = |why: String| broken(Control::Revoked, why);
    let gate = &mut contender.gate;
    gate.authenticate(&contender.leaver).map_err(|e| fails(format!("before logging out: {e}")))?;
    gate.log_out(&contender.leaver).map_err(|e| fails(format!("logging out: {e}")))?;
    match (contender.plan.revokes(), gate.authenticate(&contender.leaver)) {
        (true, Err(Refusal::Refused)) | (false, Ok(_)) => Ok(()),
        (true, Ok(_)) => Err(fails("taken after logging out".to_owned())),
        (false, Err(Refusal::Refused)) => Err(fails("refused after logging out, without anything to know it by".to_owned())),
        (_, Err(error)) => Err(fails(format!("after logging out: {error}"))),
    }
}

/// With its store gone, a contender that needs it says so, and one that does not goes on.
///
/// # Errors
/// If it answers anything else.
pub fn without_store(contender: &mut Contender) -> Result<(), Broken> {
    let (value, person) = &contender.genuine[0];
    match (contender.plan.needs_redis(), contender.gate.authenticate(value)) {
        (true, Err(Refusal::Unavailable(_))) => Ok(()),
        (false, Ok(user)) if *user == *person.user => Ok(()),
        (_, answer) => {
            let said = answer.map_or_else(|e| e.to_string(), |user| format!("taken as {}", user.sub));
            Err(broken(Control::StoreGone, said))
        }
    }
}

fn broken(control: Control, why: String) -> Broken {
    Broken { control, why }
}

fn told(user: &User) -> String {
    format!("{} with {} roles", user.sub, user.roles.len())
}

fn short(value: &str) -> String {
    if value.chars().count() <= 40 { value.to_owned() } else { format!("{}…", value.chars().take(40).collect::<String>()) }
}
