//! The stateless gates that are timed hold against the whole catalogue of attacks.

use std::sync::Mutex;

use jwt_gauntlet::{ConfigureError, Gauntlet, Outcome, Trust, Verdict};
use jwt_gauntlet_sessions::{gate::Gate, jwt::Stateless, plan::ALGORITHMS};

#[test]
fn no_attack_of_the_catalogue_passes_a_gate_that_is_timed() {
    let implementation = |trust: &Trust| {
        // As operators do: an empty secret is an unset variable.
        if trust.configured_bytes().is_empty() {
            return Err(ConfigureError::Unsupported("no key".to_owned()));
        }
        let gate = Stateless::new(trust, None).map_err(|error| ConfigureError::Unsupported(error.to_string()))?;
        let gate = Mutex::new(gate);
        Ok(move |token: &str| match gate.lock().expect("nobody panics").authenticate(&format!("Bearer {token}")) {
            Ok(user) => Verdict::accepted(serde_json::to_string(&*user).expect("a user is JSON")),
            Err(error) => Verdict::rejected(error.to_string()),
        })
    };
    let report = Gauntlet::new(implementation).algorithms(ALGORITHMS).run().expect("it can be asked");
    let usual: Vec<_> = report.controls.iter().filter(|control| control.usual).collect();
    assert_eq!(usual.len(), ALGORITHMS.len());
    for control in usual {
        assert!(control.genuine_accepted > 0 && control.broken_accepted == 0, "{control:?}");
    }
    let forged: Vec<_> = report.findings.iter().filter(|finding| finding.outcome == Outcome::Forged).map(|f| &f.case).collect();
    assert!(forged.is_empty(), "{forged:?}");
}
