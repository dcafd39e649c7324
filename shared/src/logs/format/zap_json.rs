// SPDX-License-Identifier: Apache-2.0

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::parse::Parsed;
use super::time::{epoch, rfc3339};
use crate::logs::line::{Format, Level};

/// One JSON object with `level` and `msg`.
pub(super) fn parse(line: &str) -> Option<Parsed> {
    if !line.starts_with('{') {
        return None;
    }
    let mut object: Map<String, Value> = serde_json::from_str(line).ok()?;
    let level = level(object.get("level")?.as_str()?)?;
    let message = text_of(object.get("msg")?);
    let time = match object.get("ts") {
        Some(Value::String(text)) => rfc3339(text),
        Some(Value::Number(number)) => number.as_f64().and_then(epoch),
        _ => None,
    };
    let source = object
        .get("caller")
        .and_then(Value::as_str)
        .map(str::to_owned);
    for known in ["level", "msg", "ts", "caller"] {
        object.remove(known);
    }
    Some(Parsed {
        time,
        level: Some(level),
        source,
        message,
        fields: fields(object),
        format: Format::ZapJson,
    })
}

/// zap's name of a level.
pub(super) fn level(name: &str) -> Option<Level> {
    Some(match name {
        "debug" => Level::Debug,
        "info" => Level::Info,
        "warn" => Level::Warning,
        "error" => Level::Error,
        "panic" | "dpanic" => Level::Panic,
        "fatal" => Level::Fatal,
        _ => return None,
    })
}

/// The fields of an object as text.
pub(super) fn fields(object: Map<String, Value>) -> BTreeMap<String, String> {
    // A stack trace names functions, some of which read like errors.
    object
        .into_iter()
        .filter(|(name, _)| name != "stacktrace")
        .map(|(name, value)| (name, text_of(&value)))
        .collect()
}

fn text_of(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}
