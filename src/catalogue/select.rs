//! Choosing attacks by glob over their ids.

use wildmatch::WildMatch;

use super::{Attack, Case, Catalogue};

/// A pattern that no attack matches: a typo would otherwise give an empty, green run.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("no attack matches `{pattern}`{}; `jwt-gauntlet list` shows all", closest.as_ref().map(|c| format!(" (did you mean `{c}`?)")).unwrap_or_default())]
#[non_exhaustive]
pub struct UnknownAttack {
    /// The pattern.
    pub pattern: String,
    /// The most alike id or group.
    pub closest: Option<String>,
}

impl Catalogue {
    /// Keeps the cases that match one of `only` (all, if there are none) and none of `skip`. A pattern is a glob over case ids, or
    /// the name of a group, class or case: `alg-none`, `alg-none/exact`, `*/exact*`.
    ///
    /// # Errors
    /// If a pattern matches nothing.
    pub fn select(&mut self, only: &[String], skip: &[String]) -> Result<(), UnknownAttack> {
        for pattern in only.iter().chain(skip) {
            if !self.cases.iter().any(|case| matches(pattern, &case.id)) {
                return Err(UnknownAttack { pattern: pattern.clone(), closest: self.closest(pattern) });
            }
        }
        let any = |patterns: &[String], case: &Case| patterns.iter().any(|p| matches(p, &case.id));
        self.cases.retain(|case| (only.is_empty() || any(only, case)) && !any(skip, case));
        Ok(())
    }

    /// Each class once, in order.
    #[must_use]
    pub fn attacks(&self) -> Vec<&Attack> {
        let mut out: Vec<&Attack> = Vec::new();
        for case in &self.cases {
            if out.last().is_none_or(|last| last.id != case.attack.id) {
                out.push(&case.attack);
            }
        }
        out
    }

    fn closest(&self, pattern: &str) -> Option<String> {
        let names = self.attacks().into_iter().flat_map(|a| [a.id.as_str(), a.id.split('/').next().unwrap_or_default()]);
        let best = names.min_by_key(|name| strsim::levenshtein(name, pattern))?;
        (strsim::levenshtein(best, pattern) <= pattern.len() / 3 + 1).then(|| best.to_owned())
    }
}

/// Whether `pattern` names `id`, one of its ancestors, or is a glob for one of them: `*` stands for any text, `?` for one character.
fn matches(pattern: &str, id: &str) -> bool {
    let ends = id.char_indices().filter(|(_, c)| matches!(c, '/' | '#')).map(|(i, _)| i).chain([id.len()]);
    let pattern = WildMatch::new(pattern.trim_end_matches('/'));
    ends.map(|end| &id[..end]).any(|name| pattern.matches(name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_name_groups_classes_and_cases() {
        let id = "alg-none/case-variants#nOnE";
        for pattern in
            ["alg-none", "alg-none/", "alg-none/*", "alg-none/case-variants", "*#nOnE", id, "alg-*", "alg?none", "*case*n?n*"]
        {
            assert!(matches(pattern, id), "{pattern}");
        }
        for pattern in ["alg", "none", "alg-none/case", "*#none", "alg?-none", ""] {
            assert!(!matches(pattern, id), "{pattern}");
        }
    }
}
