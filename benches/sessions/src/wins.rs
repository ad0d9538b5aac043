//! Where each wins: worked out from what was measured, never written down beforehand.

use jwt_gauntlet::Algorithm;
use serde::Serialize;

use crate::{
    gate::Header,
    jwt::Issuer,
    people::Person,
    plan::{ALGORITHMS, Kind, Plan, Scheme},
    results::{Limit, Timed},
    store::Place,
};

/// Something that a service may need, and who serves it best.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Win {
    /// The need.
    pub need: &'static str,
    /// The best, and all that this run cannot tell from it.
    pub winners: Vec<String>,
    /// The next one that is worse beyond noise.
    pub next: Option<String>,
    /// How many times as much the next one takes.
    pub times: Option<f64>,
}

/// What services need: a sentence, and who meets it.
const NEEDS: &[(&str, fn(&Plan) -> bool)] = &[
    ("least time, logging out may wait until expiry", |plan| plan.store.is_none()),
    ("the same, and verifiers that cannot mint", |plan| plan.store.is_none() && plan.scheme != Scheme::Jwt(Algorithm::HS256)),
    ("logging out at once, one process", |plan| plan.store == Some(Place::Memory)),
    ("logging out at once, one machine, survives a restart", |plan| plan.store == Some(Place::Sqlite)),
    ("logging out at once, many machines", |plan| plan.store == Some(Place::Redis)),
    ("the same, and verifiers that cannot mint", |plan| {
        plan.store == Some(Place::Redis) && plan.scheme != Scheme::Jwt(Algorithm::HS256)
    }),
];

/// Who wins at what, by the times of one kind of measurement.
#[must_use]
pub fn wins(timed: &[Timed], kind: Kind) -> Vec<Win> {
    let fastest = |(need, meets): &(&'static str, fn(&Plan) -> bool)| {
        let mut field: Vec<&Timed> = timed.iter().filter(|t| t.kind == kind && meets(&t.plan)).collect();
        field.sort_by(|a, b| a.wall.mid.total_cmp(&b.wall.mid));
        let best = field.first()?.wall;
        let (winners, rest): (Vec<&Timed>, Vec<&Timed>) = field.into_iter().partition(|t| t.wall.overlaps(&best));
        let next = rest.first();
        Some(Win {
            need,
            winners: winners.iter().map(|t| t.name.clone()).collect(),
            next: next.map(|t| t.name.clone()),
            times: next.map(|t| t.wall.mid / best.mid),
        })
    };
    NEEDS.iter().filter_map(fastest).collect()
}

/// Header sizes that are refused somewhere by default.
const LIMITS: [(&str, usize); 3] = [
    ("a cookie in browsers (RFC 6265 section 6.1)", 4096),
    ("a header line in nginx and Apache", 8192),
    ("all headers in Node", 16384),
];

/// How many roles fit into a header below the usual limits.
#[must_use]
pub fn limits() -> Vec<Limit> {
    let fits = |issuer: &Issuer, bytes: usize| {
        let size = |roles| Header::Authorization.bytes(&issuer.genuine(&Person::new("limit", 0, roles)));
        // The size only grows with the roles: halve until the last that fits is found.
        let (mut most, mut over) = (0, bytes);
        while over - most > 1 {
            let middle = usize::midpoint(most, over);
            if size(middle) <= bytes { most = middle } else { over = middle }
        }
        most
    };
    let issuers: Vec<_> = ALGORITHMS.map(|algorithm| (format!("JWT {algorithm}"), Issuer::new(algorithm))).into();
    let limit = |(whose, bytes)| {
        let roles = issuers.iter().map(|(name, issuer)| (name.clone(), fits(issuer, bytes))).collect();
        Limit { whose, bytes, roles }
    };
    LIMITS.into_iter().map(limit).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{plan::Way, stats::Estimate};

    fn timed(scheme: Scheme, store: Option<Place>, micros: f64) -> Timed {
        let around = |x: f64| Estimate { low: x * 0.99, mid: x, high: x * 1.01 };
        let plan = Plan { scheme, store, way: Way::InProcess, roles: 1 };
        let wall = around(micros);
        let name = plan.name();
        Timed { kind: Kind::Request, name, plan, wall, processor: wall, p99: wall, ratio: wall, header_bytes: 1, kept_bytes: None }
    }

    #[test]
    fn the_fastest_wins_and_what_noise_cannot_tell_apart_wins_with_it() {
        let field = [
            timed(Scheme::Jwt(Algorithm::HS256), None, 2.0),
            timed(Scheme::Jwt(Algorithm::ES256), None, 50.0),
            timed(Scheme::Jwt(Algorithm::EdDSA), None, 50.5),
            timed(Scheme::Jwt(Algorithm::RS256), None, 25.0),
        ];
        let wins = wins(&field, Kind::Request);
        assert_eq!(wins.len(), 2, "needs that nobody meets are left out");
        assert_eq!((wins[0].winners.as_slice(), wins[0].times), (["JWT HS256".to_owned()].as_slice(), Some(12.5)));
        assert_eq!((wins[1].winners.as_slice(), wins[1].times), (["JWT RS256".to_owned()].as_slice(), Some(2.0)));
        let two = super::wins(&field[1..3], Kind::Request);
        assert_eq!((two[0].winners.len(), two[0].next.as_ref()), (2, None));
    }

    #[test]
    fn one_role_more_than_fits_is_too_many() {
        for limit in limits() {
            for ((name, roles), algorithm) in limit.roles.iter().zip(ALGORITHMS) {
                let size = |roles| Header::Authorization.bytes(&Issuer::new(algorithm).genuine(&Person::new("limit", 0, roles)));
                assert!(size(*roles) <= limit.bytes && size(roles + 1) > limit.bytes, "{name}: {roles} roles in {}", limit.bytes);
            }
        }
    }
}
