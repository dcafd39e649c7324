// SPDX-License-Identifier: Apache-2.0

use serde_json::{Map, Value, json};

use super::json::{at, of, text};

/// Fields that name another container as `container:ID`.
const MODES: [&str; 3] = ["NetworkMode", "PidMode", "IpcMode"];

/// The containers whose network, pid or ipc namespace a container uses, as the engine stores them.
pub fn referred_ids(container: &Value) -> Vec<String> {
    let host = at(container, "HostConfig");
    let mut ids: Vec<String> = MODES
        .iter()
        .filter_map(|key| text(at(host, key)).strip_prefix("container:"))
        .map(str::to_owned)
        .collect();
    ids.dedup();
    ids
}

/// Puts names in place of the IDs.
pub fn resolve_references(host_config: &mut Map<String, Value>, names: &Map<String, Value>) {
    for key in MODES {
        let id = text(of(host_config, key))
            .strip_prefix("container:")
            .map(str::to_owned);
        if let Some(name) = id.and_then(|id| names.get(&id)).and_then(Value::as_str) {
            let name = name.trim_start_matches('/');
            host_config.insert(key.to_owned(), json!(format!("container:{name}")));
        }
    }
}
