use serde_json::{Map, Value, json};

use crate::replace::node::NewStart;

/// Settings that must never come along to a new start: with `force-new-cluster` the member makes
/// itself a cluster of one at its next restart; discovery would bootstrap again.
pub const FORBIDDEN: [&str; 5] = [
    "force-new-cluster",
    "discovery",
    "discovery-fallback",
    "discovery-srv",
    "discovery-srv-name",
];

/// Why a definition cannot be changed safely.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotEditable {
    /// etcd is started through a shell's command line.
    #[error("etcd is started through a shell command, \"{word}\", which cannot be changed safely")]
    ShellCommand {
        /// The beginning of the word.
        word: String,
    },
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

/// Whether the settings already are those of the new start.
pub fn is_new(settings: &std::collections::BTreeMap<String, String>, new: &NewStart) -> bool {
    let parts = |text: &str| {
        let mut parts: Vec<String> = text.split(',').map(|part| part.trim().to_owned()).collect();
        parts.sort();
        parts
    };
    settings.get("initial-cluster-state").map(String::as_str) == Some("existing")
        && settings
            .get("initial-cluster")
            .is_some_and(|list| parts(list) == parts(&new.initial_cluster))
        && !FORBIDDEN.iter().any(|flag| is_set(settings, flag))
}

/// Whether a forbidden setting is there with an effect.
pub fn is_set(settings: &std::collections::BTreeMap<String, String>, flag: &str) -> bool {
    settings.get(flag).is_some_and(|value| match flag {
        "force-new-cluster" => matches!(
            value.as_str(),
            "true" | "1" | "t" | "T" | "TRUE" | "True" | ""
        ),
        // Has a default, `proxy`, and does nothing without the other discovery settings.
        "discovery-fallback" => false,
        _ => !value.is_empty(),
    })
}

fn edit(config: &mut Map<String, Value>, new: &NewStart) -> Result<(), NotEditable> {
    let words = |value: Option<&Value>| -> Vec<String> {
        let list = value.and_then(Value::as_array).into_iter().flatten();
        list.filter_map(Value::as_str).map(str::to_owned).collect()
    };
    let mut entrypoint = words(config.get("Entrypoint"));
    let mut command = words(config.get("Cmd"));
    let mut environment = words(config.get("Env"));
    for word in entrypoint.iter().chain(&command) {
        if word.contains(" --") || word.contains("etcd -") {
            return Err(NotEditable::ShellCommand {
                word: word.chars().take(40).collect(),
            });
        }
    }
    for flag in &new.removed {
        remove(&mut entrypoint, flag);
        remove(&mut command, flag);
        let variable = variable(flag);
        environment.retain(|pair| !pair.starts_with(&format!("{variable}=")));
    }
    for (flag, value) in [
        ("initial-cluster", new.initial_cluster.as_str()),
        ("initial-cluster-state", "existing"),
    ] {
        let mut found = set(&mut entrypoint, flag, value);
        found |= set(&mut command, flag, value);
        let prefix = format!("{}=", variable(flag));
        for pair in &mut environment {
            if pair.starts_with(&prefix) {
                *pair = format!("{prefix}{value}");
                found = true;
            }
        }
        if !found {
            let by_flags = entrypoint.iter().chain(&command).any(|word| is_flag(word));
            if by_flags || environment.iter().all(|pair| !pair.starts_with("ETCD_")) {
                command.push(format!("--{flag}={value}"));
            } else {
                environment.push(format!("{prefix}{value}"));
            }
        }
    }
    if config.get("Entrypoint").is_some_and(Value::is_array) {
        config.insert("Entrypoint".to_owned(), json!(entrypoint));
    }
    config.insert("Cmd".to_owned(), json!(command));
    config.insert("Env".to_owned(), json!(environment));
    Ok(())
}

/// `ETCD_INITIAL_CLUSTER` for `initial-cluster`.
fn variable(flag: &str) -> String {
    format!("ETCD_{}", flag.to_ascii_uppercase().replace('-', "_"))
}

fn is_flag(word: &str) -> bool {
    word.starts_with('-') && word.len() > 1
}

/// The flag's name in a word such as `--name=a`, `-name` (Go's flags take one dash or two).
fn flag_of(word: &str) -> Option<(&str, Option<&str>)> {
    let rest = word.strip_prefix("--").or_else(|| word.strip_prefix('-'))?;
    Some(match rest.split_once('=') {
        Some((name, value)) => (name, Some(value)),
        None => (rest, None),
    })
}

fn set(words: &mut [String], flag: &str, value: &str) -> bool {
    let mut found = false;
    let mut at = 0;
    while at < words.len() {
        let (inline, matches) = match words.get(at).and_then(|word| flag_of(word)) {
            Some((name, inline)) => (inline.is_some(), name == flag),
            None => (false, false),
        };
        if matches && inline {
            if let Some(word) = words.get_mut(at) {
                *word = format!("--{flag}={value}");
            }
            found = true;
        } else if matches && let Some(next) = words.get_mut(at + 1) {
            *next = value.to_owned();
            found = true;
        }
        at += 1;
    }
    found
}

fn remove(words: &mut Vec<String>, flag: &str) {
    let mut kept = Vec::new();
    let mut all = std::mem::take(words).into_iter().peekable();
    while let Some(word) = all.next() {
        match flag_of(&word) {
            Some((name, inline)) if name == flag => {
                // `--discovery URL`: the value is the next word; booleans take none.
                if inline.is_none() && flag != "force-new-cluster" {
                    all.next_if(|next| !is_flag(next));
                }
            }
            _ => kept.push(word),
        }
    }
    *words = kept;
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
        assert!(matches!(error, NotEditable::ShellCommand { .. }));
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

    #[test]
    fn the_same_list_in_another_order_is_the_same_start() {
        let settings = |list: &str, state: &str| {
            std::collections::BTreeMap::from([
                ("initial-cluster".to_owned(), list.to_owned()),
                ("initial-cluster-state".to_owned(), state.to_owned()),
            ])
        };
        let list = "b=https://2:2380,a=https://1:2380";
        assert!(is_new(&settings(list, "existing"), &new()));
        assert!(!is_new(&settings(list, "new"), &new()));
        assert!(!is_new(&settings("a=https://1:2380", "existing"), &new()));
        let mut forced = settings(list, "existing");
        forced.insert("force-new-cluster".to_owned(), "true".to_owned());
        assert!(!is_new(&forced, &new()));
    }
}
