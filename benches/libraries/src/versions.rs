//! What the figures depend on: versions, the machine, and how much of it there was.

use std::{env::consts, fs, thread};

pub use jwt_gauntlet_adapters::locked;

/// The machine and the compiler, in one line.
#[must_use]
pub fn machine() -> String {
    let cpuinfo = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let model = cpuinfo.lines().find_map(|line| line.strip_prefix("model name")?.split_once(':'));
    let model = model.map_or("unknown processor", |(_, name)| name.trim());
    let cores = thread::available_parallelism().map_or(1, usize::from);
    format!("{model}, {cores} cores, {} {}, {}", consts::OS, consts::ARCH, env!("RUSTC_VERSION"))
}

/// A remark if this process was given less than nearly a whole core.
#[must_use]
pub fn busy(share: f64) -> Option<String> {
    (share < 0.95).then(|| {
        format!(
            "BUSY: this process was given {:.0} per cent of a core. Times are up to twice those of a quiet machine; ratios hold for\n\
             signatures, and waver by up to a half from run to run for HMAC, where memory counts for more than arithmetic.",
            share * 100.0
        )
    })
}

/// A remark if errors capture backtraces, which `anyhow` does at the wish of the environment.
#[must_use]
pub fn backtraces(setting: Option<&str>) -> Option<&'static str> {
    setting.is_some_and(|setting| setting != "0").then_some(
        "RUST_BACKTRACE is set: libraries whose errors are anyhow's (jwt-simple, josekit) capture a backtrace at every refusal,\n\
         which makes their column \"forged\" several times dearer than without.",
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::contender;

    #[test]
    fn every_contender_has_a_version() {
        for contender in contender::all() {
            let version = locked(contender.package()).expect("it is in the lock file");
            assert!(version.split('.').count() >= 3, "{version}");
        }
    }

    #[test]
    fn half_a_core_is_remarked_on_and_a_whole_one_is_not() {
        assert!(busy(0.5).is_some_and(|text| text.contains("50 per cent")));
        assert_eq!(busy(0.99), None);
    }

    #[test]
    fn backtraces_are_remarked_on_unless_they_are_off() {
        assert!(backtraces(Some("1")).is_some() && backtraces(Some("full")).is_some());
        assert!(backtraces(Some("0")).is_none() && backtraces(None).is_none());
    }
}
