//! Who competes: every contender as data.

use jwt_gauntlet::Algorithm;
use serde::{Serialize, Serializer};

use crate::{gate::Header, store::Place};

/// The algorithms that tokens are signed with here, the usual one first.
pub const ALGORITHMS: [Algorithm; 4] = [Algorithm::HS256, Algorithm::ES256, Algorithm::EdDSA, Algorithm::RS256];

/// How a user is recognised.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Scheme {
    /// By a signed token.
    Jwt(Algorithm),
    /// By a session id.
    Session,
}

/// Where the gate stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Way {
    /// Called in this process.
    InProcess,
    /// Behind an HTTP/1.1 connection on loopback that stays open.
    Http,
}

/// One contender.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
pub struct Plan {
    /// How users are recognised.
    pub scheme: Scheme,
    /// Where sessions are, or the denylist; a token without a denylist needs no store.
    pub store: Option<Place>,
    /// How it is asked.
    pub way: Way,
    /// Roles that each user holds.
    pub roles: usize,
}

impl Plan {
    /// Its name in tables, without the number of roles.
    #[must_use]
    pub fn name(&self) -> String {
        match (self.scheme, self.store) {
            (Scheme::Jwt(algorithm), None) => format!("JWT {algorithm}"),
            (Scheme::Jwt(algorithm), Some(place)) => format!("JWT {algorithm} + denylist in {}", place.name()),
            (Scheme::Session, place) => format!("session in {}", place.map_or("no store", Place::name)),
        }
    }

    /// Whether a credential can be revoked before it expires.
    #[must_use]
    pub fn revokes(&self) -> bool {
        self.store.is_some()
    }

    /// Whether it needs a Redis server.
    #[must_use]
    pub fn needs_redis(&self) -> bool {
        self.store.is_some_and(Place::is_redis)
    }

    /// The header that carries its credential.
    #[must_use]
    pub fn header(&self) -> Header {
        match self.scheme {
            Scheme::Jwt(_) => Header::Authorization,
            Scheme::Session => Header::Cookie,
        }
    }
}

impl Serialize for Scheme {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Jwt(algorithm) => to.serialize_str(algorithm.name()),
            Self::Session => to.serialize_str("session"),
        }
    }
}

/// Contenders that are measured in turn, and compared with the first of them.
#[derive(Clone, Debug)]
pub struct Group {
    /// What the group shows.
    pub kind: Kind,
    /// Its contenders.
    pub plans: Vec<Plan>,
}

/// What a group of contenders shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// Every scheme with every store, at one number of roles.
    Request,
    /// The schemes alone, as roles grow.
    Growth,
    /// A choice of them over HTTP.
    Http,
}

impl Kind {
    /// Its name in the names of files.
    #[must_use]
    pub fn label(self) -> &'static str {
        match self {
            Self::Request => "request",
            Self::Growth => "growth",
            Self::Http => "http",
        }
    }
}

/// All contenders. `usual` is the number of roles where it does not grow; `growing` are those where it does.
#[must_use]
pub fn groups(usual: usize, growing: &[usize]) -> Vec<Group> {
    let plan = |scheme, store, way, roles| Plan { scheme, store, way, roles };
    let alone = |way, roles| ALGORITHMS.into_iter().map(move |algorithm| plan(Scheme::Jwt(algorithm), None, way, roles));
    let sessions = |way, roles| Place::ALL.into_iter().map(move |place| plan(Scheme::Session, Some(place), way, roles));
    let listed = |algorithm, way| Place::ALL.into_iter().map(move |place| plan(Scheme::Jwt(algorithm), Some(place), way, usual));
    let request = alone(Way::InProcess, usual)
        .chain(sessions(Way::InProcess, usual))
        .chain(ALGORITHMS.into_iter().flat_map(|algorithm| listed(algorithm, Way::InProcess)));
    let growth = growing.iter().flat_map(|&roles| alone(Way::InProcess, roles).chain(sessions(Way::InProcess, roles)));
    let http = alone(Way::Http, usual).chain(sessions(Way::Http, usual)).chain(listed(Algorithm::ES256, Way::Http));
    vec![
        Group { kind: Kind::Request, plans: request.collect() },
        Group { kind: Kind::Growth, plans: growth.collect() },
        Group { kind: Kind::Http, plans: http.collect() },
    ]
}
