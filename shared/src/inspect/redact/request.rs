// SPDX-License-Identifier: Apache-2.0

use serde_json::{Value, json};

use super::value::{mask_entry, mask_json, mask_map, mask_words};
use crate::inspect::Request;
use crate::inspect::json::{at, list, texts};

/// Fields of `HostConfig` in which secrets were seen: options of log and volume drivers.
const OF_HOST: [&str; 5] = [
    "Annotations",
    "LogConfig",
    "Mounts",
    "StorageOpt",
    "DeviceRequests",
];

/// Masks what looks like a secret in environment, labels, arguments, health check and the options
/// of drivers. Returns how many places.
pub fn redact(request: &mut Request) -> usize {
    let mut count = 0;
    let config = &mut request.config;
    if let Some(env) = config.get_mut("Env") {
        let new: Vec<String> = texts(env).into_iter().map(mask_entry).collect();
        count += replace_words(env, new);
    }
    for key in ["Cmd", "Entrypoint"] {
        if let Some(words) = config.get_mut(key).filter(|words| words.is_array()) {
            let new = mask_words(texts(words));
            count += replace_words(words, new);
        }
    }
    if let Some(test) = config
        .get_mut("Healthcheck")
        .and_then(|health| health.get_mut("Test"))
    {
        let new = mask_words(texts(test));
        count += replace_words(test, new);
    }
    if let Some(Value::Object(labels)) = config.get_mut("Labels") {
        let new = mask_map(labels, 0);
        count += changed(&Value::Object(labels.clone()), &Value::Object(new.clone()));
        *labels = new;
    }
    for key in OF_HOST {
        if let Some(value) = request.host_config.get_mut(key) {
            let new = mask_json(value, 0);
            count += changed(value, &new);
            *value = new;
        }
    }
    for endpoint in &mut request.endpoints {
        if let Some(options) = endpoint.settings.get_mut("DriverOpts") {
            let new = mask_json(options, 0);
            count += changed(options, &new);
            *options = new;
        }
    }
    count
}

/// Puts the masked words in place of the others and counts those that are new.
fn replace_words(slot: &mut Value, new: Vec<String>) -> usize {
    if !slot.is_array() {
        return 0;
    }
    let count = texts(slot)
        .iter()
        .zip(&new)
        .filter(|(old, new)| *old != new)
        .count();
    *slot = json!(new);
    count
}

/// In how many places two values of the same shape differ.
fn changed(old: &Value, new: &Value) -> usize {
    match (old, new) {
        (Value::Object(map), Value::Object(_)) => map
            .iter()
            .map(|(key, value)| changed(value, at(new, key)))
            .sum(),
        (Value::Array(_), Value::Array(_)) => list(old)
            .iter()
            .zip(list(new))
            .map(|(old, new)| changed(old, new))
            .sum(),
        _ => usize::from(old != new),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_are_masked_and_counted() {
        let mut request = Request::default();
        let config = json!({
            "Env": ["DB_PASSWORD=hunter2", "A=1", "URL=postgres://me:hunter2@db/x", "EMPTY_TOKEN="],
            "Cmd": ["--token", "hunter2", "--api-key=hunter2", "--port", "1"],
            "Entrypoint": null,
            "Labels": {"app.secret": "hunter2", "b": "c"},
            "Healthcheck": {"Test": ["CMD-SHELL", "curl http://me:hunter2@localhost"]},
        });
        request.config = config.as_object().cloned().unwrap_or_default();
        let host = json!({
            "LogConfig": {"Type": "splunk", "Config": {"splunk-token": "hunter2"}},
            "Mounts": [{"VolumeOptions": {"DriverConfig": {"Options": {"o": "username=u,password=hunter2"}}}}],
        });
        request.host_config = host.as_object().cloned().unwrap_or_default();
        assert_eq!(redact(&mut request), 8);
        let text = format!("{request:?}");
        assert!(!text.contains("hunter2"), "{text}");
        let text = Value::Object(request.config).to_string();
        assert!(text.contains("postgres://me:REDACTED@db/x") && text.contains("A=1"));
        assert!(text.contains("\"Entrypoint\":null"), "{text}");
    }
}
