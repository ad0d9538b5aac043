//! What JWT crates cost at the level of whole tokens: set up once, and set up for every call; beside the raw primitive.
//!
//! Nothing about a crate is timed before it has shown that it takes genuine tokens and refuses forged, expired and misdirected ones
//! ([`gate`]). All do the same work: the algorithm is pinned, `iss`, `aud` and `exp` are checked, and the claims come back as one
//! type of ours; where a crate leaves a check to the application, the contender makes it.
//!
//! # The way through
//! [`contender`] (who competes), [`workload`] (keys, claims, tokens) → [`gate`] → [`measure`] → [`table`], [`sizes`]
//!
//! Deliberately absent: encryption, key sets and key ids, and the primitives by themselves beyond what a ratio needs.

pub mod contender;
pub mod gate;
pub mod keys;
pub mod measure;
pub mod raw;
pub mod run;
pub mod sizes;
pub mod table;
pub mod versions;
pub mod workload;
