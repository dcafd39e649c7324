// SPDX-License-Identifier: Apache-2.0

use serde_json::Value;

use super::names;
use crate::docker::{Engine, EngineError, ListFilter};

/// The containers of an engine that matter for one member.
#[derive(Clone, Debug, Default)]
pub struct Containers {
    /// The inspect of the container that has the member's name now.
    pub current: Option<Value>,
    /// The inspect of the newest one that an earlier run set aside.
    pub kept: Option<Value>,
    /// Name of that one.
    pub kept_name: Option<String>,
    /// Names of all that earlier runs set aside.
    pub all_kept: Vec<String>,
    /// Id of the container of ours that holds the database's lock, where it runs.
    pub holder: Option<String>,
    /// The same, not running any more.
    pub holder_ended: Option<String>,
    /// Names of other containers that refer to the current one, and how.
    pub referring: Vec<String>,
}

impl Containers {
    /// The definition to work from: the present one, else the one set aside.
    pub fn template(&self) -> Option<&Value> {
        self.current.as_ref().or(self.kept.as_ref())
    }
}

/// Looks at the containers of the engine; at every other one's references to this one only
/// `with_references`.
pub async fn look(
    engine: &Engine,
    name: &str,
    with_references: bool,
) -> Result<Containers, EngineError> {
    let all = engine
        .list_containers(&ListFilter {
            all: true,
            filters: Vec::new(),
        })
        .await?;
    let mut found = Containers::default();
    let mut kept: Option<String> = None;
    let mut others = Vec::new();
    for listed in &all {
        let id = listed["Id"].as_str().unwrap_or_default().to_owned();
        let own_names: Vec<&str> = listed["Names"]
            .as_array()
            .into_iter()
            .flatten()
            .filter_map(Value::as_str)
            .map(|name| name.trim_start_matches('/'))
            // `/other/alias` is a link's name, not a container's.
            .filter(|name| !name.contains('/'))
            .collect();
        for own in own_names {
            if own == name {
                found.current = inspect(engine, &id).await?;
            } else if own == names::holder(name) {
                if listed["State"].as_str() == Some("running") {
                    found.holder = Some(id.clone());
                } else {
                    found.holder_ended = Some(id.clone());
                }
            } else if names::is_kept(own, name) {
                found.all_kept.push(own.to_owned());
                if kept.as_deref().is_none_or(|newest| newest < own) {
                    kept = Some(own.to_owned());
                }
            } else {
                others.push((own.to_owned(), id.clone()));
            }
        }
    }
    if let Some(kept) = kept {
        found.kept = inspect(engine, &kept).await?;
        found.kept_name = Some(kept);
    }
    if let Some(current) = found.current.as_ref().filter(|_| with_references) {
        let id = current["Id"].as_str().unwrap_or_default().to_owned();
        for (other, other_id) in others {
            if let Some(other_inspect) = inspect(engine, &other_id).await?
                && let Some(how) = refers(&other_inspect, name, &id)
            {
                found.referring.push(format!("\"{other}\" ({how})"));
            }
        }
    }
    Ok(found)
}

/// A container that vanished between list and inspect is no error.
async fn inspect(engine: &Engine, id: &str) -> Result<Option<Value>, EngineError> {
    match engine.inspect_container(id).await {
        Ok(value) => Ok(Some(value)),
        Err(EngineError::NotFound { .. }) => Ok(None),
        Err(error) => Err(error),
    }
}

/// How `other` refers to the container `name`/`id`; by id only where it is the present one's.
fn refers(other: &Value, name: &str, id: &str) -> Option<&'static str> {
    let host = &other["HostConfig"];
    let is_it = |value: &str| {
        let value = value
            .split(':')
            .next()
            .unwrap_or_default()
            .trim_start_matches('/');
        value == name || (value.len() >= 12 && id.starts_with(value))
    };
    for (key, how) in [
        ("NetworkMode", "its network"),
        ("PidMode", "its processes"),
        ("IpcMode", "its shared memory"),
    ] {
        if let Some(of) = host[key]
            .as_str()
            .and_then(|mode| mode.strip_prefix("container:"))
            && is_it(of)
        {
            return Some(how);
        }
    }
    for (key, how) in [("VolumesFrom", "its volumes"), ("Links", "a link")] {
        let mut list = host[key]
            .as_array()
            .into_iter()
            .flatten()
            .filter_map(Value::as_str);
        if list.any(is_it) {
            return Some(how);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn references_by_name_and_id_are_seen() {
        let id = "0123456789abcdef0123";
        let cases = [
            (
                json!({ "NetworkMode": format!("container:{id}") }),
                Some("its network"),
            ),
            (
                json!({ "PidMode": "container:etcd" }),
                Some("its processes"),
            ),
            (json!({ "VolumesFrom": ["etcd:ro"] }), Some("its volumes")),
            (json!({ "Links": ["/etcd:/web/db"] }), Some("a link")),
            (
                json!({ "NetworkMode": "host", "VolumesFrom": ["service-sidekick"] }),
                None,
            ),
        ];
        for (host, want) in cases {
            let other = json!({ "HostConfig": host });
            assert_eq!(refers(&other, "etcd", id), want, "{other}");
        }
    }
}
