// SPDX-License-Identifier: Apache-2.0

use serde_json::{Map, Value, json};

use crate::replace::node::NewStart;
use crate::replace::node::words::{ShellCommand, Words};

/// Why a definition cannot be changed safely.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotEditable {
    /// etcd is started through a shell's command line.
    #[error(transparent)]
    ShellCommand(#[from] ShellCommand),
    /// Inspect data without what a create request needs.
    #[error("the container's inspect has no \"{key}\"")]
    Incomplete {
        /// The missing key.
        key: &'static str,
    },
}

/// The create request that makes the container again, with the change applied.
///
/// # Errors
/// The definition is not one that can be changed.
pub fn request(inspect: &Value, new: &NewStart) -> Result<Value, NotEditable> {
    make(inspect, Some(new))
}

/// The create request that makes the container again as it is.
///
/// # Errors
/// The inspect is not whole.
pub fn request_unchanged(inspect: &Value) -> Result<Value, NotEditable> {
    make(inspect, None)
}

fn make(inspect: &Value, new: Option<&NewStart>) -> Result<Value, NotEditable> {
    let object = |key: &'static str| {
        inspect[key]
            .as_object()
            .cloned()
            .ok_or(NotEditable::Incomplete { key })
    };
    let mut request: Map<String, Value> = object("Config")?;
    if let Some(new) = new {
        edit(&mut request, new)?;
    }
    let mut host = object("HostConfig")?;
    keep_anonymous_volumes(inspect, &mut request, &mut host);
    // Made up from the id, or from the host's name with the host's network.
    drop_generated_hostname(inspect, &mut request, &host);
    request.insert("HostConfig".to_owned(), Value::Object(host));
    request.insert("NetworkingConfig".to_owned(), networking(inspect));
    Ok(Value::Object(request))
}

fn edit(config: &mut Map<String, Value>, new: &NewStart) -> Result<(), NotEditable> {
    let list = |value: Option<&Value>| -> Vec<String> {
        let list = value.and_then(Value::as_array).into_iter().flatten();
        list.filter_map(Value::as_str).map(str::to_owned).collect()
    };
    let mut words = Words {
        entrypoint: list(config.get("Entrypoint")),
        command: list(config.get("Cmd")),
        environment: list(config.get("Env")),
    };
    words.change(new)?;
    if config.get("Entrypoint").is_some_and(Value::is_array) {
        config.insert("Entrypoint".to_owned(), json!(words.entrypoint));
    }
    config.insert("Cmd".to_owned(), json!(words.command));
    config.insert("Env".to_owned(), json!(words.environment));
    Ok(())
}

/// Anonymous volumes keep their data: named explicitly, they come along.
fn keep_anonymous_volumes(
    inspect: &Value,
    config: &mut Map<String, Value>,
    host: &mut Map<String, Value>,
) {
    let known = |host: &Map<String, Value>, destination: &str| {
        let binds = host
            .get("Binds")
            .and_then(Value::as_array)
            .into_iter()
            .flatten();
        let mounts = host
            .get("Mounts")
            .and_then(Value::as_array)
            .into_iter()
            .flatten();
        binds
            .filter_map(Value::as_str)
            .any(|bind| bind.split(':').nth(1) == Some(destination))
            || mounts.into_iter().any(|mount| {
                mount["Target"].as_str() == Some(destination)
                    && mount["Source"]
                        .as_str()
                        .is_some_and(|source| !source.is_empty())
            })
    };
    for mount in super::mounts::mounts(inspect) {
        if mount.kind != "volume" || known(host, &mount.destination) {
            continue;
        }
        // A `--mount` without a source stands there too, and would make a new volume.
        if let Some(list) = host.get_mut("Mounts").and_then(Value::as_array_mut) {
            list.retain(|entry| entry["Target"].as_str() != Some(&mount.destination));
        }
        let mode = if mount.writable { "" } else { ":ro" };
        let bind = json!(format!("{}:{}{mode}", mount.name, mount.destination));
        match host.get_mut("Binds").and_then(Value::as_array_mut) {
            Some(list) => list.push(bind),
            None => {
                host.insert("Binds".to_owned(), json!([bind]));
            }
        }
        if let Some(volumes) = config.get_mut("Volumes").and_then(Value::as_object_mut) {
            volumes.remove(&mount.destination);
        }
    }
}

fn drop_generated_hostname(
    inspect: &Value,
    config: &mut Map<String, Value>,
    host: &Map<String, Value>,
) {
    let id = inspect["Id"].as_str().unwrap_or_default();
    let hostname = config
        .get("Hostname")
        .and_then(Value::as_str)
        .unwrap_or_default();
    let network = host
        .get("NetworkMode")
        .and_then(Value::as_str)
        .unwrap_or_default();
    if (!hostname.is_empty() && id.starts_with(hostname))
        || network == "host"
        || network.starts_with("container:")
    {
        config.remove("Hostname");
        config.remove("Domainname");
    }
}

/// What was asked for of each network, without what the engine generated.
fn networking(inspect: &Value) -> Value {
    let mut endpoints = Map::new();
    let id: String = inspect["Id"]
        .as_str()
        .unwrap_or_default()
        .chars()
        .take(12)
        .collect();
    for (name, settings) in inspect["NetworkSettings"]["Networks"]
        .as_object()
        .into_iter()
        .flatten()
    {
        if name == "host" || name == "none" {
            continue;
        }
        let mut wanted = Map::new();
        for key in ["IPAMConfig", "Links", "DriverOpts"] {
            if !settings[key].is_null() {
                wanted.insert(key.to_owned(), settings[key].clone());
            }
        }
        let aliases: Vec<&str> = settings["Aliases"]
            .as_array()
            .into_iter()
            .flatten()
            .filter_map(Value::as_str)
            .filter(|alias| *alias != id)
            .collect();
        if !aliases.is_empty() {
            wanted.insert("Aliases".to_owned(), json!(aliases));
        }
        endpoints.insert(name.clone(), Value::Object(wanted));
    }
    json!({ "EndpointsConfig": endpoints })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn new() -> NewStart {
        NewStart {
            initial_cluster: "a=https://1:2380,b=https://2:2380".to_owned(),
            removed: vec!["force-new-cluster".to_owned(), "discovery".to_owned()],
        }
    }

    fn inspect(config: Value) -> Value {
        json!({
            "Id": "0123456789abcdef", "Config": config,
            "HostConfig": { "NetworkMode": "host", "Binds": ["/var/lib/etcd:/d:z"] },
            "NetworkSettings": { "Networks": { "host": { "Aliases": null } } }
        })
    }

    #[test]
    fn all_three_spellings_are_changed_and_nothing_else() {
        let made = request(
            &inspect(json!({
                "Hostname": "node", "Image": "i", "Entrypoint": null,
                "Cmd": ["/usr/local/bin/etcd", "--name=a", "--initial-cluster", "x=y",
                        "--initial-cluster-token=t", "--initial-cluster-state=new",
                        "--force-new-cluster", "--discovery", "http://d", "--debug"],
                "Env": ["ETCD_INITIAL_CLUSTER_STATE=new", "ETCD_FORCE_NEW_CLUSTER=true", "A=b"]
            })),
            &new(),
        )
        .unwrap();
        assert_eq!(
            made["Cmd"],
            json!([
                "/usr/local/bin/etcd",
                "--name=a",
                "--initial-cluster",
                "a=https://1:2380,b=https://2:2380",
                "--initial-cluster-token=t",
                "--initial-cluster-state=existing",
                "--debug"
            ])
        );
        assert_eq!(
            made["Env"],
            json!(["ETCD_INITIAL_CLUSTER_STATE=existing", "A=b"])
        );
        assert_eq!(made["HostConfig"]["Binds"], json!(["/var/lib/etcd:/d:z"]));
        assert_eq!(
            made.get("Hostname"),
            None,
            "the host's own name with its network"
        );
    }

    #[test]
    fn a_state_that_was_never_given_is_added_where_the_settings_stand() {
        let by_env = request(
            &inspect(
                json!({ "Cmd": ["etcd"], "Env": ["ETCD_NAME=a", "ETCD_INITIAL_CLUSTER=x=y"] }),
            ),
            &new(),
        )
        .unwrap();
        assert_eq!(by_env["Cmd"], json!(["etcd"]));
        assert_eq!(
            by_env["Env"],
            json!([
                "ETCD_NAME=a",
                "ETCD_INITIAL_CLUSTER=a=https://1:2380,b=https://2:2380",
                "ETCD_INITIAL_CLUSTER_STATE=existing"
            ])
        );
        let by_flags = request(
            &inspect(json!({ "Cmd": ["etcd", "--name", "a"], "Env": [] })),
            &new(),
        )
        .unwrap();
        assert_eq!(
            by_flags["Cmd"],
            json!([
                "etcd",
                "--name",
                "a",
                "--initial-cluster=a=https://1:2380,b=https://2:2380",
                "--initial-cluster-state=existing"
            ])
        );
    }

    #[test]
    fn a_shell_command_is_not_touched() {
        let error = request(
            &inspect(json!({ "Cmd": ["sh", "-c", "exec etcd --name a"], "Env": [] })),
            &new(),
        )
        .unwrap_err();
        assert!(matches!(error, NotEditable::ShellCommand(_)));
    }

    #[test]
    fn an_anonymous_volume_comes_along_by_its_name() {
        let mut data = inspect(json!({ "Cmd": ["etcd"], "Env": [], "Volumes": { "/d": {} } }));
        data["HostConfig"]["Binds"] = Value::Null;
        data["Mounts"] = json!([{ "Type": "volume", "Name": "abc", "Source": "/x", "Destination": "/d", "RW": true }]);
        let made = request(&data, &new()).unwrap();
        assert_eq!(made["HostConfig"]["Binds"], json!(["abc:/d"]));
        assert_eq!(made["Volumes"], json!({}));
    }
}
