// SPDX-License-Identifier: Apache-2.0

//! Volumes and mounts of a Compose service.

use serde_json::{Map, Value, json};

use super::compose::File;
use crate::inspect::Request;
use crate::inspect::json::{at, flag, int, is_empty, list, of, pairs, text, texts};

pub(super) fn add(request: &Request, file: &mut File) {
    let host = |key: &str| of(&request.host_config, key);
    let mut volumes = Vec::new();
    for bind in texts(host("Binds")) {
        let source = bind.split(':').next().unwrap_or_default();
        if !source.starts_with('/') && bind.contains(':') {
            file.volumes.insert(
                source.to_owned(),
                json!({ "name": source, "external": true }),
            );
        }
        volumes.push(json!(bind));
    }
    for (path, _) in pairs(of(&request.config, "Volumes")) {
        // A mount at the same place says it all.
        let mounted = texts(host("Binds"))
            .iter()
            .any(|bind| bind.split(':').nth(1) == Some(path));
        if !mounted {
            volumes.push(json!(path));
        }
    }
    for mount in list(host("Mounts")) {
        volumes.push(long_form(mount, file));
    }
    file.set("volumes", Value::Array(volumes));
    let tmpfs: Vec<String> = pairs(host("Tmpfs"))
        .into_iter()
        .map(|(path, options)| match text(options) {
            "" => path.to_owned(),
            options => format!("{path}:{options}"),
        })
        .collect();
    file.set("tmpfs", json!(tmpfs));
    let from: Vec<String> = texts(host("VolumesFrom"))
        .iter()
        .map(|one| format!("container:{one}"))
        .collect();
    file.set("volumes_from", json!(from));
    if !is_empty(host("VolumeDriver")) {
        file.lose(
            "HostConfig.VolumeDriver",
            "compose sets a driver in each volume of its own",
        );
    }
}

fn long_form(mount: &Value, file: &mut File) -> Value {
    let mut entry = Map::new();
    let mut add = |key: &str, value: Value| {
        if !is_empty(&value) {
            entry.insert(key.to_owned(), value);
        }
    };
    let (kind, source) = (text(at(mount, "Type")), text(at(mount, "Source")));
    add("type", json!(kind));
    add("source", json!(source));
    add("target", at(mount, "Target").clone());
    add("read_only", at(mount, "ReadOnly").clone());
    add("consistency", at(mount, "Consistency").clone());
    let bind = at(mount, "BindOptions");
    let recursive = match (
        flag(at(bind, "NonRecursive")),
        flag(at(bind, "ReadOnlyNonRecursive")),
        flag(at(bind, "ReadOnlyForceRecursive")),
    ) {
        (true, _, _) => "disabled",
        (_, true, _) => "writable",
        (_, _, true) => "readonly",
        _ => "",
    };
    let mut options = Map::new();
    for (key, value) in [
        ("propagation", at(bind, "Propagation").clone()),
        ("create_host_path", at(bind, "CreateMountpoint").clone()),
        ("recursive", json!(recursive)),
    ] {
        if !is_empty(&value) {
            options.insert(key.to_owned(), value);
        }
    }
    add("bind", Value::Object(options));
    let volume = at(mount, "VolumeOptions");
    let mut options = Map::new();
    for (key, field) in [("nocopy", "NoCopy"), ("subpath", "Subpath")] {
        if !is_empty(at(volume, field)) {
            options.insert(key.to_owned(), at(volume, field).clone());
        }
    }
    add("volume", Value::Object(options));
    let tmpfs = at(mount, "TmpfsOptions");
    let mut options = Map::new();
    for (key, field) in [("size", "SizeBytes"), ("mode", "Mode")] {
        if int(at(tmpfs, field)) != 0 {
            options.insert(key.to_owned(), at(tmpfs, field).clone());
        }
    }
    add("tmpfs", Value::Object(options));
    if kind == "volume" && !source.is_empty() {
        let external = json!({ "name": source, "external": true });
        file.volumes.insert(source.to_owned(), external);
    }
    if !is_empty(at(volume, "DriverConfig")) || !is_empty(at(volume, "Labels")) {
        let why = "a volume's driver and labels stand in the volume, which is external here";
        file.lose("HostConfig.Mounts", why);
    }
    Value::Object(entry)
}
