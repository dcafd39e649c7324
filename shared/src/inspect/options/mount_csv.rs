// SPDX-License-Identifier: Apache-2.0

//! One `--mount` from one element of `HostConfig.Mounts` (docker/cli `opts/mount.go`).

use serde_json::Value;

use crate::inspect::csv;
use crate::inspect::json::{at, flag, int, is_empty, pairs, text};
use crate::inspect::spec::RunSpec;

const FIELD: &str = "HostConfig.Mounts";

/// Keys of a mount that become fields below.
const KNOWN: &[(&str, &[&str])] = &[
    ("", &["Type", "Source", "Target", "ReadOnly", "Consistency"]),
    (
        "BindOptions",
        &[
            "Propagation",
            "NonRecursive",
            "CreateMountpoint",
            "ReadOnlyNonRecursive",
            "ReadOnlyForceRecursive",
        ],
    ),
    (
        "VolumeOptions",
        &["NoCopy", "Labels", "DriverConfig", "Subpath"],
    ),
    ("ImageOptions", &["Subpath"]),
    ("TmpfsOptions", &["SizeBytes", "Mode"]),
];

/// `recursive_key`: client and engine know `bind-recursive` (25 and later).
pub(super) fn emit(mount: &Value, recursive_key: bool, spec: &mut RunSpec) {
    let target = text(at(mount, "Target"));
    for key in unknown_keys(mount) {
        spec.loss(FIELD, format!("--mount has no key for {key} (of {target})"));
    }
    let fields = fields(mount, recursive_key);
    for field in &fields {
        let value = field
            .split_once('=')
            .map(|(_, value)| value)
            .unwrap_or_default();
        if value.trim() != value || (value.is_empty() && field.ends_with('=')) {
            let why =
                format!("--mount takes no empty value and no blanks around one (of {target})");
            spec.loss(FIELD, why);
            return;
        }
    }
    match csv::record(fields.iter().map(String::as_str)) {
        Ok(record) => spec.option("--mount", record, FIELD),
        Err(why) => spec.loss(FIELD, why),
    }
}

fn unknown_keys(mount: &Value) -> Vec<String> {
    let mut unknown = Vec::new();
    for (key, value) in pairs(mount) {
        let section = KNOWN
            .iter()
            .find(|(name, _)| *name == key && !name.is_empty());
        match section {
            Some((_, keys)) => {
                for (inner, value) in pairs(value) {
                    if !keys.contains(&inner) && !is_empty(value) {
                        unknown.push(format!("{key}.{inner}"));
                    }
                }
            }
            None => {
                let known = KNOWN.first().is_some_and(|(_, keys)| keys.contains(&key));
                if !known && !is_empty(value) {
                    unknown.push(key.to_owned());
                }
            }
        }
    }
    unknown
}

fn fields(mount: &Value, recursive_key: bool) -> Vec<String> {
    let mut fields = vec![format!("type={}", text(at(mount, "Type")))];
    let mut add = |key: &str, value: &str| {
        if !value.is_empty() {
            fields.push(format!("{key}={value}"));
        }
    };
    add("source", text(at(mount, "Source")));
    add("target", text(at(mount, "Target")));
    if flag(at(mount, "ReadOnly")) {
        add("readonly", "true");
    }
    add("consistency", text(at(mount, "Consistency")));
    let bind = at(mount, "BindOptions");
    add("bind-propagation", text(at(bind, "Propagation")));
    if flag(at(bind, "CreateMountpoint")) {
        add("bind-create-src", "true");
    }
    if flag(at(bind, "NonRecursive")) {
        // The older word is gone from client 29.
        match recursive_key {
            true => add("bind-recursive", "disabled"),
            false => add("bind-nonrecursive", "true"),
        }
    }
    if flag(at(bind, "ReadOnlyNonRecursive")) {
        add("bind-recursive", "writable");
    }
    if flag(at(bind, "ReadOnlyForceRecursive")) {
        add("bind-recursive", "readonly");
    }
    let volume = at(mount, "VolumeOptions");
    add("volume-subpath", text(at(volume, "Subpath")));
    if flag(at(volume, "NoCopy")) {
        add("volume-nocopy", "true");
    }
    for (key, value) in pairs(at(volume, "Labels")) {
        add("volume-label", &format!("{key}={}", text(value)));
    }
    let driver = at(volume, "DriverConfig");
    add("volume-driver", text(at(driver, "Name")));
    for (key, value) in pairs(at(driver, "Options")) {
        add("volume-opt", &format!("{key}={}", text(value)));
    }
    add(
        "image-subpath",
        text(at(at(mount, "ImageOptions"), "Subpath")),
    );
    let tmpfs = at(mount, "TmpfsOptions");
    let size = int(at(tmpfs, "SizeBytes"));
    if size != 0 {
        add("tmpfs-size", &size.to_string());
    }
    let mode = int(at(tmpfs, "Mode"));
    if mode != 0 {
        add("tmpfs-mode", &format!("{mode:o}"));
    }
    fields
}
