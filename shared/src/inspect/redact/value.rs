// SPDX-License-Identifier: Apache-2.0

//! Secrets in the data of containers.

use serde_json::{Map, Value, json};

use super::MASK;
use super::names::is_secret;
use super::text::masked;

/// `NAME=value` with the value masked where it is a secret or holds one.
pub fn mask_entry(entry: &str) -> String {
    match entry.split_once('=') {
        Some((name, value)) if !value.is_empty() && is_secret(name) => format!("{name}={MASK}"),
        Some((name, value)) => format!("{name}={}", masked(value, 0)),
        None => entry.to_owned(),
    }
}

/// Words of a command line: `--name=value` and `--name value`.
pub(super) fn mask_words<'a>(words: impl IntoIterator<Item = &'a str>) -> Vec<String> {
    let mut is_next_secret = false;
    let mask = |word: &str| {
        let new = match word.split_once('=') {
            _ if is_next_secret && !word.starts_with('-') => MASK.to_owned(),
            Some((name, value)) if !value.is_empty() && is_option(name) && is_secret(name) => {
                format!("{name}={MASK}")
            }
            _ => masked(word, 0),
        };
        is_next_secret = word.starts_with('-') && !word.contains('=') && is_secret(word);
        new
    };
    words.into_iter().map(mask).collect()
}

fn is_option(name: &str) -> bool {
    !name.contains(char::is_whitespace)
}

/// A map whose names tell secrets.
pub(super) fn mask_map(map: &Map<String, Value>, depth: usize) -> Map<String, Value> {
    let mask = |(name, value): (&String, &Value)| {
        let masked = match value {
            Value::String(text) if text.is_empty() => value.clone(),
            Value::String(_) | Value::Number(_) if is_secret(name) => json!(MASK),
            _ => mask_json(value, depth),
        };
        (name.clone(), masked)
    };
    map.iter().map(mask).collect()
}

/// Any JSON.
pub(super) fn mask_json(value: &Value, depth: usize) -> Value {
    match value {
        Value::String(text) => json!(masked(text, depth)),
        Value::Array(list) if list.iter().all(Value::is_string) => {
            json!(mask_words(list.iter().filter_map(Value::as_str)))
        }
        Value::Array(list) => list.iter().map(|one| mask_json(one, depth)).collect(),
        Value::Object(map) => Value::Object(mask_map(map, depth)),
        other => other.clone(),
    }
}

/// The value of a field such as `Config.Env[NAME]`, `Config.Cmd` or `HostConfig.LogConfig`.
pub fn mask_field(field: &str, value: &Value) -> Value {
    let name = field
        .strip_suffix(']')
        .and_then(|rest| rest.rsplit_once('['))
        .map(|(_, name)| name);
    match value {
        Value::String(text) if !text.is_empty() && name.is_some_and(is_secret) => json!(MASK),
        Value::Array(list) if field.ends_with("Config.Env") => list
            .iter()
            .map(|entry| json!(mask_entry(entry.as_str().unwrap_or_default())))
            .collect(),
        _ => mask_json(value, 0),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn fields_are_masked_by_what_they_are() {
        for (field, value, masked) in [
            ("Config.Env[DB_TOKEN]", json!("a b"), json!("REDACTED")),
            (
                "Config.Env",
                json!(["A=1", "X_PASS=a b"]),
                json!(["A=1", "X_PASS=REDACTED"]),
            ),
            (
                "Config.Cmd",
                json!(["--token", "x", "y"]),
                json!(["--token", "REDACTED", "y"]),
            ),
            (
                "HostConfig.LogConfig",
                json!({"Config": {"splunk-token": "x"}}),
                json!({"Config": {"splunk-token": "REDACTED"}}),
            ),
            ("HostConfig.Memory", json!(5), json!(5)),
            (
                "Config.Env[A]",
                json!("http://u:p@h"),
                json!("http://u:REDACTED@h"),
            ),
        ] {
            assert_eq!(mask_field(field, &value), masked, "{field}");
        }
    }
}
