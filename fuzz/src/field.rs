//! Every vulnerable verifier at once, for the race: each input is given to all that still stand, and who falls is told on stderr.
//!
//! The one body that remembers, and the one that never fails: what it tells is how many executions bytes alone need, which a
//! process for every vulnerable verifier would take a hundred times as long to find out. Executions count as if each stood alone;
//! CPU seconds are those of all together.

use std::sync::{Mutex, OnceLock, PoisonError};

use jwt_gauntlet::{
    Fuzzer, Outcome,
    internal::{
        libfuzzer::driver::Driver,
        verifier::strawman::{Hole, Strawman},
    },
};

use crate::known::is_other_ecdsa_signature;

struct Field {
    standing: Vec<(&'static str, Driver)>,
    executions: usize,
}

/// Gives `input` to all that stand.
pub fn field(input: &[u8]) {
    static FIELD: OnceLock<Mutex<Field>> = OnceLock::new();
    let mut field = FIELD.get_or_init(|| Mutex::new(Field::new())).lock().unwrap_or_else(PoisonError::into_inner);
    field.executions += 1;
    let executions = field.executions;
    field.standing.retain(|(name, driver)| {
        let fell = driver.execute(input).is_some();
        if fell {
            tell(name, executions);
        }
        !fell
    });
}

impl Field {
    fn new() -> Self {
        let driver = |hole: &Hole| match Driver::new(&Strawman(*hole), &Fuzzer::ALGORITHMS) {
            Ok(driver) => {
                let driver = driver.failing_from(Outcome::Malleable);
                Some((hole.name(), driver.excusing(|algorithm, _, token| is_other_ecdsa_signature(algorithm, token))))
            }
            // It takes a broken token: the controls find that.
            Err(_) => {
                tell(hole.name(), 0);
                None
            }
        };
        Self { standing: Hole::ALL.iter().filter_map(driver).collect(), executions: 0 }
    }
}

fn tell(name: &str, executions: usize) {
    eprintln!("felled {name} {executions} {:.2}", cpu());
}

/// CPU seconds of this process; 0 where there is no `/proc`.
fn cpu() -> f64 {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let fields = stat.rsplit(')').next().unwrap_or_default().split_whitespace();
    // utime and stime in hundredths (proc(5), counted behind the name).
    fields.skip(11).take(2).filter_map(|n| n.parse::<f64>().ok()).sum::<f64>() / 100.0
}
