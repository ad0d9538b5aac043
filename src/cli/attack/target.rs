//! TARGET on the command line. Built-in targets run in a child process of this very binary, since in-process code can hang, abort or
//! overflow its stack.

use std::{env, time::Duration};

use anyhow::{Context, bail};
use jwt_gauntlet::{
    ConfigureError, Implementation, Trust, Verifier,
    target::{
        builtin,
        exec::{Exec, Limits},
    },
};

/// What is attacked.
pub struct Target {
    /// What it is called if it does not say.
    pub name: String,
    program: Exec,
}

impl Target {
    /// Reads `builtin:NAME` or `exec:COMMAND`.
    pub fn parse(text: &str, timeout: u64) -> anyhow::Result<Self> {
        let limits = Limits { question: Duration::from_millis(timeout), ..Limits::default() };
        let this = env::current_exe().context("cannot find the program file of jwt-gauntlet itself")?;
        let program = if let Some(name) = text.strip_prefix("builtin:") {
            builtin::find(name)?;
            let words = [this.to_string_lossy().as_ref(), "adapter", name].map(str::to_owned);
            Exec::new(words.into(), limits)
        } else if let Some(command) = text.strip_prefix("exec:") {
            Exec::parse(command, limits).with_context(|| format!("cannot read the command of `{text}`"))?
        } else if text.starts_with("http:") || text.starts_with("https:") {
            bail!("attacks on a running service come in a later version; TARGET is builtin:NAME or exec:COMMAND");
        } else {
            bail!("`{text}` is no target; TARGET is builtin:NAME (`jwt-gauntlet list --targets`) or exec:COMMAND{}", hint(text));
        };
        Ok(Self { name: text.to_owned(), program: program.guarded_by(this) })
    }

    /// Ends the program.
    pub fn stop(&self) {
        self.program.stop();
    }
}

fn hint(text: &str) -> String {
    let built_in = builtin::names().iter().any(|name| name == text);
    format!("; did you mean `{}:{text}`?", if built_in { "builtin" } else { "exec" })
}

impl Implementation for Target {
    fn configure(&self, trust: &Trust) -> Result<Box<dyn Verifier>, ConfigureError> {
        self.program.configure(trust)
    }

    fn identity(&self) -> Option<(String, String)> {
        self.program.identity()
    }
}
