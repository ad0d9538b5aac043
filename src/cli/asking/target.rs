//! TARGET on the command line. Built-in targets run in a child process of this very binary, since in-process code can hang, abort or
//! overflow its stack.

use std::{env, time::Duration};

use anyhow::{Context, bail};
use jwt_gauntlet::{
    ConfigureError, Implementation, Trust, Verifier,
    verifier::{
        Conduct, builtin,
        exec::{Exec, Limits},
    },
};

/// What is attacked.
pub(crate) struct Target {
    /// What it is called if it does not say.
    pub name: String,
    program: Exec,
    /// The words of the command that runs it; none for a built-in target.
    pub command: Vec<String>,
}

impl Target {
    /// Reads `builtin:NAME` or `exec:COMMAND`.
    pub(crate) fn parse(text: &str, timeout: u64) -> anyhow::Result<Self> {
        let limits = Limits { question: Duration::from_millis(timeout), ..Limits::default() };
        let this = env::current_exe().context("cannot find the program file of jwt-gauntlet itself")?;
        let mut words = Vec::new();
        let program = if let Some(name) = text.strip_prefix("builtin:") {
            builtin::find(name)?;
            Exec::new([this.to_string_lossy().as_ref(), "adapter", name].map(str::to_owned).into(), limits)
        } else if let Some(command) = text.strip_prefix("exec:") {
            words = shell_words::split(command).unwrap_or_default();
            Exec::parse(command, limits).with_context(|| format!("cannot read the command of `{text}`"))?
        } else if text.starts_with("http:") || text.starts_with("https:") {
            bail!("attacks on a running service come in a later version; TARGET is builtin:NAME or exec:COMMAND");
        } else {
            bail!(
                "`{text}` is not a valid target; TARGET is builtin:NAME (`jwt-gauntlet list --targets`) or exec:COMMAND{}",
                hint(text)
            );
        };
        Ok(Self { name: text.to_owned(), program: program.guarded_by(this), command: words })
    }

    /// Whether a word of the command line means a target.
    pub(crate) fn is_meant(word: &str) -> bool {
        ["builtin:", "exec:", "http:", "https:"].iter().any(|start| word.starts_with(start))
    }

    /// Ends the program.
    pub(crate) fn stop(&self) {
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

    fn conduct(&self) -> Conduct {
        self.program.conduct()
    }
}
