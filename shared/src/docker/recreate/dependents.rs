// SPDX-License-Identifier: Apache-2.0

use serde_json::Value;

use crate::docker::{Engine, EngineError, ListFilter};
use crate::inspect::Source;

/// The containers that refer to this one by its network, its pid or ipc namespace, its volumes or
/// a link, each with how: `web (network)`.
pub async fn dependents(engine: &Engine, source: &Source) -> Result<Vec<String>, EngineError> {
    let filter = ListFilter {
        all: true,
        ..ListFilter::default()
    };
    let list = engine.list_containers(&filter).await?;
    let own_id = text(&source.container, "/Id");
    let own_name = text(&source.container, "/Name").trim_start_matches('/');
    let mut found = Vec::new();
    for other in &list {
        let id = text(other, "/Id");
        if id == own_id {
            continue;
        }
        let other = match engine.inspect_container(id).await {
            Ok(other) => other,
            // It went away meanwhile.
            Err(EngineError::NotFound { .. }) => continue,
            Err(error) => return Err(error),
        };
        if let Some(how) = refers(&other, own_id, own_name) {
            found.push(format!(
                "{} ({how})",
                text(&other, "/Name").trim_start_matches('/')
            ));
        }
    }
    Ok(found)
}

fn text<'a>(value: &'a Value, pointer: &str) -> &'a str {
    value
        .pointer(pointer)
        .and_then(Value::as_str)
        .unwrap_or_default()
}

/// How `other` refers to a container, if it does.
fn refers(other: &Value, id: &str, name: &str) -> Option<&'static str> {
    let is_own = |word: &str| {
        let word = word.trim_start_matches('/');
        word == name || (word.len() >= 12 && id.starts_with(word))
    };
    for (pointer, how) in [
        ("/HostConfig/NetworkMode", "network"),
        ("/HostConfig/PidMode", "pid namespace"),
        ("/HostConfig/IpcMode", "ipc namespace"),
    ] {
        if text(other, pointer)
            .strip_prefix("container:")
            .is_some_and(is_own)
        {
            return Some(how);
        }
    }
    let words = |value: Option<&Value>| -> Vec<String> {
        let list = value.and_then(Value::as_array).into_iter().flatten();
        list.filter_map(Value::as_str).map(str::to_owned).collect()
    };
    let first = |word: &String| word.split(':').next().is_some_and(is_own);
    if words(other.pointer("/HostConfig/VolumesFrom"))
        .iter()
        .any(first)
    {
        return Some("volumes");
    }
    let networks = other
        .pointer("/NetworkSettings/Networks")
        .and_then(Value::as_object);
    let links = networks
        .into_iter()
        .flatten()
        .flat_map(|(_, endpoint)| words(endpoint.get("Links")))
        .chain(words(other.pointer("/HostConfig/Links")));
    links
        .collect::<Vec<_>>()
        .iter()
        .any(first)
        .then_some("link")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::refers;

    #[test]
    fn every_way_to_refer_is_seen() {
        let id = "0123456789abcdef";
        let host = |host| json!({ "HostConfig": host });
        for (other, how) in [
            (
                host(json!({"NetworkMode": "container:0123456789abcdef"})),
                Some("network"),
            ),
            (
                host(json!({"PidMode": "container:web"})),
                Some("pid namespace"),
            ),
            (
                host(json!({"IpcMode": "container:0123456789ab"})),
                Some("ipc namespace"),
            ),
            (host(json!({"VolumesFrom": ["web:ro"]})), Some("volumes")),
            (host(json!({"Links": ["/web:/other/alias"]})), Some("link")),
            (
                json!({"NetworkSettings": {"Networks": {"n": {"Links": ["web:a"]}}}}),
                Some("link"),
            ),
            (
                host(json!({"NetworkMode": "container:webb", "Links": null})),
                None,
            ),
        ] {
            assert_eq!(refers(&other, id, "web"), how, "{other}");
        }
    }
}
