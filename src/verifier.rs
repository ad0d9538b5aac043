//! What is attacked: anything that can be set up to trust a key and then decides on tokens.
//!
//! Setting up ([`Implementation`]) is apart from deciding ([`Verifier`]) because several real advisories depend on how the operator's
//! key text looks or which algorithms are allowed, not on the token alone. Closures qualify for both.

pub mod builtin;
#[cfg(unix)]
pub mod exec;
#[cfg(feature = "jsonwebtoken")]
pub mod jsonwebtoken;
pub(crate) mod strawman;
pub mod strict;

use std::{
    any::Any,
    ops::ControlFlow,
    panic::{self, AssertUnwindSafe},
    sync::Arc,
};

use serde::Serialize;

use crate::{trust::Trust, verdict::Verdict};

/// Decides whether one token is good. The only trait a user has to implement, and a closure `Fn(&str) -> Verdict` does.
pub trait Verifier: Send + Sync {
    /// Judges `token` exactly as production code would. It is any Unicode text, not only a well-formed JWT.
    ///
    /// # Errors
    /// Only when no answer could be had (dead process, refused connection). A refusal is [`Verdict::Rejected`].
    fn verify(&self, token: &str) -> Result<Verdict, AskError>;

    /// Asks about many tokens and hands over each answer with its index, as it comes. A panic is [`Verdict::Crashed`]. Targets with a
    /// price a round trip overrule this. An index may come again with [`Verdict::Crashed`], where a program turned out to have died of a
    /// question only after it had answered it: the last answer counts. After [`ControlFlow::Break`] nothing more is asked; answers that
    /// are on their way may still be handed over.
    ///
    /// # Errors
    /// When the target can no longer be asked; answers that were had before have been handed over.
    fn verify_all(&self, tokens: &[&str], answer: OnAnswer<'_>) -> Result<(), AskError> {
        for (i, token) in tokens.iter().enumerate() {
            let verdict = panic::catch_unwind(AssertUnwindSafe(|| self.verify(token)));
            let verdict = verdict.unwrap_or_else(|panic| Ok(Verdict::Crashed(panic_text(&*panic))))?;
            if answer(i, verdict).is_break() {
                break;
            }
        }
        Ok(())
    }
}

/// What is done with the answer to the token of an index; and whether to go on asking.
pub type OnAnswer<'a> = &'a mut dyn FnMut(usize, Verdict) -> ControlFlow<()>;

/// Something that can be set up to verify tokens. A function or a closure is, one that returns a [`Verifier`]:
///
/// ```
/// # use jwt_gauntlet::{ConfigureError, Implementation, Trust, Verdict, Verifier};
/// fn my_verifier(trust: &Trust) -> Result<impl Verifier + use<>, ConfigureError> {
///     let secret = trust.configured_bytes();
///     Ok(move |token: &str| if secret.is_empty() { Verdict::accepted(token) } else { Verdict::rejected("no") })
/// }
/// # fn is_one(_: impl Implementation) {}
/// # is_one(my_verifier);
/// ```
///
/// `+ use<>` says that the verifier borrows nothing of the trust: verifiers live on in other threads, and without it edition 2024 takes
/// `impl Verifier` to borrow from every argument. `Box<dyn Verifier>` needs no such word.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be set up as a verifier",
    note = "an implementation is a function or closure `Fn(&Trust) -> Result<V, ConfigureError>` with `V: Verifier + 'static`; one that \
            returns `impl Verifier` has to say `impl Verifier + use<>` in edition 2024"
)]
pub trait Implementation: Send + Sync {
    /// Sets the implementation up to trust `trust`'s key under its policy, exactly as an operator would.
    ///
    /// # Errors
    /// If it does not support the algorithm or refuses the key, or cannot be reached at all.
    fn configure(&self, trust: &Trust) -> Result<Box<dyn Verifier>, ConfigureError>;

    /// Name and version, where the implementation tells them; a program does in its first answer.
    fn identity(&self) -> Option<(String, String)> {
        None
    }

    /// What went wrong so far besides the answers, over all verifiers that were set up.
    fn conduct(&self) -> Conduct {
        Conduct::default()
    }
}

/// What a target did besides answering: nothing, if it is in order.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Conduct {
    /// How often it was started again after it had ended or was given up, and no token was found to be the reason.
    pub restarts: usize,
    /// Questions that were asked again, since the program ended before their answers came.
    pub asked_again: usize,
    /// Questions that got no answer in time, the program running on.
    pub unanswered: usize,
    /// How often it hung.
    pub hangs: usize,
    /// How long all hangs took, in whole seconds.
    pub seconds_hung: u64,
}

/// No answer could be had.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum AskError {
    /// The target is not there, or is there no longer.
    #[error("{0}")]
    Unreachable(String),
    /// What it answered is not the protocol, so that nothing it says can be trusted.
    #[error("{0}")]
    Protocol(String),
    /// The run was stopped.
    #[error("stopped")]
    Stopped,
}

/// Why a target was not set up.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ConfigureError {
    /// The target does not do this algorithm, or refuses this key. Not a failure: for a weak key it is the secure answer.
    #[error("unsupported: {0}")]
    Unsupported(String),
    /// The target could not be asked.
    #[error(transparent)]
    Unreachable(#[from] AskError),
}

impl<I: Implementation + ?Sized> Implementation for Arc<I> {
    fn configure(&self, trust: &Trust) -> Result<Box<dyn Verifier>, ConfigureError> {
        (**self).configure(trust)
    }

    fn identity(&self) -> Option<(String, String)> {
        (**self).identity()
    }

    fn conduct(&self) -> Conduct {
        (**self).conduct()
    }
}

impl<F: Fn(&str) -> Verdict + Send + Sync> Verifier for F {
    fn verify(&self, token: &str) -> Result<Verdict, AskError> {
        Ok(self(token))
    }
}

/// So that a function may return `Result<Box<dyn Verifier>, ConfigureError>`.
impl Verifier for Box<dyn Verifier> {
    fn verify(&self, token: &str) -> Result<Verdict, AskError> {
        (**self).verify(token)
    }

    fn verify_all(&self, tokens: &[&str], answer: OnAnswer<'_>) -> Result<(), AskError> {
        (**self).verify_all(tokens, answer)
    }
}

impl<F, V> Implementation for F
where
    F: Fn(&Trust) -> Result<V, ConfigureError> + Send + Sync,
    V: Verifier + 'static,
{
    fn configure(&self, trust: &Trust) -> Result<Box<dyn Verifier>, ConfigureError> {
        self(trust).map(|verifier| Box::new(verifier) as Box<dyn Verifier>)
    }
}

/// What a panic said.
pub(crate) fn panic_text(panic: &(dyn Any + Send)) -> String {
    let text = panic.downcast_ref::<&str>().map(|t| (*t).to_owned()).or_else(|| panic.downcast_ref::<String>().cloned());
    format!("panicked: {}", text.unwrap_or_else(|| "no message".to_owned()))
}
