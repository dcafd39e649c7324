// SPDX-License-Identifier: Apache-2.0

use serde_json::{Map, Value, json};

/// Where two containers differ, as JSON pointers with both values. Null, empty, 0, false and
/// absent are all different; only what follows from IDs and random names is left out.
pub fn differences(left: &Value, right: &Value) -> Vec<String> {
    let mut found = Vec::new();
    compare("", &kept(left), &kept(right), &mut found);
    found
}

/// What must be the same of a container.
fn kept(container: &Value) -> Value {
    let id = container["Id"].as_str().unwrap();
    let mut config = container["Config"].clone();
    if config["Hostname"] == id[..12] {
        config["Hostname"] = json!("ID");
    }
    // docker's client puts `-e` through a map too (its proxy settings are added there).
    if let Some(env) = config["Env"].as_array_mut() {
        env.sort_by_key(ToString::to_string);
    }
    let mut host = container["HostConfig"].clone();
    // "/source:/OWN NAME/alias".
    let own = container["Name"].as_str().unwrap_or_default();
    for link in host["Links"].as_array_mut().into_iter().flatten() {
        *link = json!(
            link.as_str()
                .unwrap()
                .replace(&format!(":{own}/"), ":/OWN/")
        );
    }
    // podman shows anonymous volumes among the binds, by the names it made up.
    for bind in host["Binds"].as_array_mut().into_iter().flatten() {
        let text = bind.as_str().unwrap();
        let name = text.split(':').next().unwrap();
        if name.len() == 64 && name.chars().all(|c| c.is_ascii_hexdigit()) {
            *bind = json!(text.replace(name, "ANONYMOUS"));
        }
    }
    // docker's client puts both through a map: their order is random.
    for key in ["Binds", "Ulimits"] {
        if let Some(list) = host[key].as_array_mut() {
            list.sort_by_key(ToString::to_string);
        }
    }
    let mut mounts = container["Mounts"].as_array().cloned().unwrap_or_default();
    for mount in &mut mounts {
        let name = mount["Name"].as_str().unwrap_or_default();
        if name.len() == 64 && name.chars().all(|c| c.is_ascii_hexdigit()) {
            mount["Name"] = json!("ANONYMOUS");
            mount["Source"] = json!("ANONYMOUS");
        }
    }
    mounts.sort_by_key(|mount| mount["Destination"].to_string());
    let mut networks = Map::new();
    for (name, endpoint) in container["NetworkSettings"]["Networks"]
        .as_object()
        .unwrap()
    {
        let mut asked = Map::new();
        for key in [
            "IPAMConfig",
            "Links",
            "Aliases",
            "DriverOpts",
            "GwPriority",
            "MacAddress",
        ] {
            asked.insert(
                key.to_owned(),
                endpoint.get(key).cloned().unwrap_or(json!("ABSENT")),
            );
        }
        // Engines before API 1.44 add the ID to the aliases.
        if let Some(aliases) = asked["Aliases"].as_array_mut() {
            aliases.retain(|alias| alias != &id[..12]);
        }
        if container["State"]["Running"] == json!(true) && config.get("MacAddress").is_none() {
            asked.remove("MacAddress");
        }
        networks.insert(name.clone(), Value::Object(asked));
    }
    let same = |key: &str| container.get(key).cloned().unwrap_or(json!("ABSENT"));
    json!({
        "Config": config,
        "HostConfig": host,
        "Mounts": mounts,
        "Networks": networks,
        "Image": same("Image"),
        "Path": same("Path"),
        "Args": same("Args"),
        "Driver": same("Driver"),
        "Platform": same("Platform"),
        "AppArmorProfile": same("AppArmorProfile"),
        "MountLabel": same("MountLabel"),
        "ProcessLabel": same("ProcessLabel"),
    })
}

fn compare(at: &str, left: &Value, right: &Value, found: &mut Vec<String>) {
    match (left, right) {
        (Value::Object(a), Value::Object(b)) => {
            let mut keys: Vec<&String> = a.keys().chain(b.keys()).collect();
            keys.sort();
            keys.dedup();
            let absent = json!("ABSENT");
            for key in keys {
                let (a, b) = (a.get(key).unwrap_or(&absent), b.get(key).unwrap_or(&absent));
                compare(&format!("{at}/{key}"), a, b, found);
            }
        }
        _ if left == right => {}
        _ => found.push(format!("{at}: {left} != {right}")),
    }
}

#[test]
fn it_tells_null_empty_zero_and_false_apart() {
    let container = |value: Value| {
        json!({
            "Id": "0123456789abcdef", "Config": {"X": value}, "HostConfig": {},
            "NetworkSettings": {"Networks": {}},
        })
    };
    let values = [
        json!(null),
        json!([]),
        json!({}),
        json!(""),
        json!(0),
        json!(false),
    ];
    for a in &values {
        for b in &values {
            let found = differences(&container(a.clone()), &container(b.clone()));
            assert_eq!(found.is_empty(), a == b, "{a} {b}");
        }
    }
}
