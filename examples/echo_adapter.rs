//! A whole adapter in Rust: a closure that sets a verifier up, another that is one, and [`serve`]. This verifier checks nothing and
//! hands back whatever claims it is given:
//!
//! ```console
//! $ jwt-gauntlet attack exec:target/debug/examples/echo_adapter
//! ```

use std::io;

use jwt_gauntlet::{
    adapter::{ServeError, named, serve},
    trust::Trust,
    verdict::{Claims, Verdict},
};

fn main() -> Result<(), ServeError> {
    let configure = |_trust: &Trust| {
        Ok(|token: &str| {
            let claims = token.split('.').nth(1).and_then(|part| data_encoding::BASE64URL_NOPAD.decode(part.as_bytes()).ok());
            match claims.map(String::from_utf8) {
                Some(Ok(claims)) => Verdict::Accepted(Some(Claims(claims))),
                _ => Verdict::Rejected("no claims".to_owned()),
            }
        })
    };
    serve(&named(configure, "echo", env!("CARGO_PKG_VERSION")), io::stdin().lock(), io::stdout().lock())
}
