//! Five JWT crates, each as an [`Implementation`] set up as its own documentation shows: the algorithm pinned, issuer and audience
//! checked. What a crate leaves to its application, the application here does by the book: an empty secret is refused for all of them,
//! issuer and audience are checked for jwt-compact, times too for jwt.
//!
//! The binary serves any of them over the adapter protocol. Those who measure take a room's `Trusting`, whose `claims` gives what the
//! library gives, in a type of theirs.
//!
//! Deliberately absent: signing, and set-ups that no application should have; the crates take the algorithm from their caller.

pub mod biscuit;
mod claims;
pub mod jsonwebtoken;
pub mod jwt;
pub mod jwt_compact;
pub mod jwt_simple;

use std::fmt::Display;

use jwt_gauntlet::{Algorithm, ConfigureError, Implementation, Trust, Verdict};

/// Every crate by name; jsonwebtoken on its back end in Rust.
#[must_use]
pub fn all() -> Vec<(&'static str, Box<dyn Implementation>)> {
    vec![
        ("jsonwebtoken", Box::new(jsonwebtoken::JsonWebToken::default())),
        ("jwt-simple", Box::new(jwt_simple::JwtSimple)),
        ("jwt-compact", Box::new(jwt_compact::JwtCompact)),
        ("biscuit", Box::new(biscuit::Biscuit)),
        ("jwt", Box::new(jwt::Jwt)),
    ]
}

/// The one of that name.
#[must_use]
pub fn find(name: &str) -> Option<Box<dyn Implementation>> {
    all().into_iter().find(|(known, _)| *known == name).map(|(_, implementation)| implementation)
}

/// The version of `package` in `Cargo.lock`, the highest one if there are several.
#[must_use]
pub fn locked(package: &str) -> Option<&'static str> {
    let lock = include_str!("../../../Cargo.lock");
    let (_, rest) = lock.rsplit_once(&format!("name = \"{package}\"\nversion = \""))?;
    Some(rest.split_once('"')?.0)
}

/// What every crate here says of an algorithm that it does not do.
#[must_use]
pub fn not_implemented(algorithm: Algorithm) -> ConfigureError {
    ConfigureError::Unsupported(format!("{algorithm} is not implemented"))
}

fn identity(package: &str) -> Option<(String, String)> {
    Some((package.to_owned(), locked(package)?.to_owned()))
}

fn refused(error: impl Display) -> ConfigureError {
    ConfigureError::Unsupported(format!("the key was refused: {error}"))
}

/// The secret, unless it is empty: to a careful application that is a variable that was not set (RFC 8725 section 3.5).
fn secret(trust: &Trust) -> Result<Vec<u8>, ConfigureError> {
    let secret = trust.configured_bytes();
    if secret.is_empty() {
        return Err(ConfigureError::Unsupported("the application refuses an empty secret".to_owned()));
    }
    Ok(secret)
}

/// The operator's text of a public key, unchanged.
fn text(trust: &Trust) -> Result<String, ConfigureError> {
    String::from_utf8(trust.configured_bytes()).map_err(refused)
}

fn verdict(claims: Result<impl Display, String>) -> Verdict {
    match claims {
        Ok(claims) => Verdict::accepted(claims.to_string()),
        Err(error) => Verdict::rejected(error),
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use jwt_gauntlet::{
        Gauntlet, Outcome,
        issuer::Issuer,
        keys::{Key, Role},
    };

    use super::*;

    #[test]
    fn every_crate_has_a_version() {
        for (name, implementation) in all() {
            let (package, version) = implementation.identity().expect("it is in the lock file");
            assert!(package == name && version.split('.').count() >= 3, "{package} {version}");
        }
        assert_eq!(locked("no-such-package"), None);
    }

    #[test]
    fn an_empty_secret_is_refused_by_all() {
        let key = Key::of(Role::Trusted, Algorithm::HS256).expect("a key");
        let mut trust = Trust::in_key(&key, Algorithm::HS256);
        trust.key.secret_base64url = Some(String::new());
        for (name, implementation) in all() {
            assert!(matches!(implementation.configure(&trust), Err(ConfigureError::Unsupported(_))), "{name}");
        }
    }

    #[test]
    fn no_crate_accepts_a_forgery_of_the_catalogue_and_all_accept_the_genuine_token() {
        let key = Key::of(Role::Trusted, Algorithm::HS256).expect("a key");
        let trust = Trust::in_key(&key, Algorithm::HS256);
        let issuer = Issuer::new(Some(key.clone()), key.public().clone(), trust.clone());
        for (name, implementation) in all() {
            let verdict = implementation.configure(&trust).expect("it is done by all").verify(&issuer.genuine().to_string());
            assert!(matches!(verdict, Ok(Verdict::Accepted(Some(_)))), "{name}: {verdict:?}");
            let implementation: Arc<dyn Implementation> = implementation.into();
            let report = Gauntlet::new(implementation).algorithms([Algorithm::HS256]).run().expect("it can be asked");
            let forged: Vec<_> = report.findings.iter().filter(|finding| finding.outcome == Outcome::Forged).collect();
            assert!(forged.is_empty(), "{name}: {forged:?}");
        }
    }
}
