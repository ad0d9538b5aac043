//! Fanning out: a case with lists becomes one case for every combination of their values.
//!
//! Works on the serialised form, so that no step has to be known here: whatever is a list inside `configure` or `steps` is a
//! [`crate::choice::Choice`].

use serde_json::Value;

use super::FileCase;
use crate::algorithm::Sha2;

/// The slug and the case of every combination.
pub(super) fn out(case: &FileCase) -> Vec<(String, FileCase)> {
    let mut whole = serde_json::to_value(case).expect("a case that was just read");
    if whole["configure"].is_null() {
        whole["configure"] = Value::Object(serde_json::Map::new());
    }
    let mut variants = vec![(Vec::from_iter(case.name.clone()), whole)];
    for part in ["configure", "steps"] {
        let count = variants[0].1[part].as_array().map_or(1, Vec::len);
        for index in 0..count {
            variants = variants.into_iter().flat_map(|variant| spread(variant, part, index)).collect();
        }
    }
    let read = |value| serde_json::from_value(value).expect("each value was checked when the list was read");
    variants.into_iter().map(|(labels, value)| (labels.join("-"), read(value))).collect()
}

type Variant = (Vec<String>, Value);

/// Resolves every list of one step (or of the configuration).
fn spread((labels, value): Variant, part: &str, index: usize) -> Vec<Variant> {
    let place = |value: &Value| match &value[part] {
        Value::Array(steps) => steps[index].clone(),
        other => other.clone(),
    };
    let put = |mut value: Value, new: Value| {
        match &mut value[part] {
            Value::Array(steps) => steps[index] = new,
            other => *other = new,
        }
        value
    };
    let mut out = Vec::new();
    for (more, resolved) in resolve(&place(&value)) {
        out.push(([labels.clone(), more].concat(), put(value.clone(), resolved)));
    }
    out
}

/// All values without lists that `value` stands for, each with the labels of its choices.
fn resolve(value: &Value) -> Vec<Variant> {
    match value {
        Value::Array(choices) => choices.iter().map(|choice| (vec![label(choice)], choice.clone())).flat_map(deeper).collect(),
        Value::Object(members) => {
            let mut out = vec![(Vec::new(), Value::Object(serde_json::Map::new()))];
            for (name, member) in members {
                let options = resolve(member);
                out = out
                    .into_iter()
                    .flat_map(|(labels, object)| {
                        options.iter().map(move |(more, value)| {
                            let mut object = object.clone();
                            object[name] = value.clone();
                            ([labels.clone(), more.clone()].concat(), object)
                        })
                    })
                    .collect();
            }
            out
        }
        other => vec![(Vec::new(), other.clone())],
    }
}

/// A choice that is itself an object may hold lists of its own; then those name the case.
fn deeper((labels, choice): Variant) -> Vec<Variant> {
    let inner = resolve(&choice);
    if choice.is_object() {
        inner.into_iter().map(|(more, value)| (if more.is_empty() { labels.clone() } else { more }, value)).collect()
    } else {
        vec![(labels, choice)]
    }
}

/// A value as part of an id: JSON quotes off, odd characters percent-encoded, long texts cut and told apart by a hash.
fn label(value: &Value) -> String {
    let text = match value {
        Value::String(text) => text.strip_prefix('"').and_then(|t| t.strip_suffix('"')).unwrap_or(text).to_owned(),
        Value::Object(members) if members.len() == 1 => {
            let (name, inner) = members.iter().next().expect("one member");
            let scalar = inner.as_str().map(str::to_owned).or_else(|| inner.as_i64().map(|n| n.to_string()));
            scalar.map_or_else(|| name.clone(), |inner| if inner.is_empty() { "empty".to_owned() } else { inner })
        }
        other => other.to_string(),
    };
    let mut out = String::new();
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"._-/:".contains(&byte) {
            out.push(char::from(byte));
        } else {
            out.push_str(&format!("%{byte:02X}"));
        }
    }
    if out.is_empty() {
        return "empty".to_owned();
    }
    if out.len() > 48 {
        let hash = data_encoding::HEXLOWER.encode(&Sha2::Sha256.digest(text.as_bytes())[..3]);
        out.truncate(40);
        out = format!("{out}~{hash}");
    }
    out
}
