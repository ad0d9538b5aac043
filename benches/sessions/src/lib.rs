//! JWT or session? The same authenticated request, served by stateless verification and by a session looked up in a store.
//!
//! A request is the text of one header. Authenticating it gives back the user and the roles, or a refusal; that is all that is
//! timed, once in this process and once over a real HTTP connection on loopback. Nothing about a contender is timed before it has
//! shown that it takes genuine requests and refuses forged, expired and revoked ones ([`control`]).
//!
//! # The way through
//! [`plan`] (who competes) → [`contender`] (set up, with its requests) → [`trial`]: [`control`], then [`measure`] → [`results`] → [`report`]
//!
//! Deliberately absent: how a user logs in, refreshing tokens, TLS, and sessions that are written on every request.

pub mod contender;
pub mod control;
pub mod gate;
pub mod http;
pub mod jwt;
pub mod machine;
pub mod measure;
pub mod people;
pub mod plan;
pub mod report;
pub mod results;
pub mod session;
pub use jwt_gauntlet::internal::bench::stats;
pub mod store;
pub mod trial;
pub mod wins;
