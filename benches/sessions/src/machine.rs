//! What the figures depend on besides the contenders.

use std::{env::consts, fs, thread};

use serde::Serialize;

/// The machine and what the bench was built from.
#[derive(Clone, Debug, Serialize)]
pub struct Machine {
    /// The processor's name, as far as it tells.
    pub processor: String,
    /// Cores that this process may use.
    pub cores: usize,
    /// Operating system and architecture.
    pub system: String,
    /// The compiler.
    pub compiler: &'static str,
    /// Name and version of everything that does the work.
    pub versions: Vec<(String, String)>,
}

impl Machine {
    /// This one; `redis` is the server's version, if there is a server.
    #[must_use]
    pub fn here(redis: Option<&str>) -> Self {
        let mut versions: Vec<_> = ["jsonwebtoken", "aws-lc-rs", "rusqlite", "redis"].map(locked).into_iter().flatten().collect();
        versions.push(("SQLite".to_owned(), rusqlite::version().to_owned()));
        versions.extend(redis.map(|version| ("redis-server".to_owned(), version.to_owned())));
        let kernel = fs::read_to_string("/proc/sys/kernel/osrelease").unwrap_or_default();
        Self {
            processor: processor(),
            cores: thread::available_parallelism().map_or(1, usize::from),
            system: format!("{} {} {}", consts::OS, kernel.trim(), consts::ARCH).replace("  ", " "),
            compiler: env!("RUSTC_VERSION"),
            versions,
        }
    }
}

fn processor() -> String {
    let cpuinfo = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let model = cpuinfo.lines().find_map(|line| line.strip_prefix("model name")?.split_once(':'));
    model.map_or_else(|| "unknown processor".to_owned(), |(_, name)| name.trim().to_owned())
}

/// The version that `Cargo.lock` names.
fn locked(name: &str) -> Option<(String, String)> {
    let lock = include_str!("../../../Cargo.lock");
    let (_, rest) = lock.split_once(&format!("name = \"{name}\"\nversion = \""))?;
    Some((name.to_owned(), rest.split_once('"')?.0.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_versions_of_all_that_is_measured_are_known() {
        let names: Vec<String> = Machine::here(Some("7")).versions.into_iter().map(|(name, _)| name).collect();
        assert_eq!(names, ["jsonwebtoken", "aws-lc-rs", "rusqlite", "redis", "SQLite", "redis-server"]);
    }
}
