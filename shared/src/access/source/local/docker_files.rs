// SPDX-License-Identifier: Apache-2.0

use std::fs;
use std::path::Path;

use serde_json::{Value, json};

use super::found::under;
use super::log_file::{self, LogFile};
use crate::access::container::{may_be_etcd, process_from_inspect};
use crate::model::ProcessObservation;

/// etcd containers as an engine that does not answer has left them on disk: each with the end of its
/// log. The engine's own words about the state are those of its last moment.
pub fn find(root: &Path) -> Vec<(ProcessObservation, Option<LogFile>)> {
    let folder = under(root, "/var/lib/docker/containers");
    fs::read_dir(&folder)
        .into_iter()
        .flatten()
        .flatten()
        .filter_map(|entry| one(&entry.path()))
        .collect()
}

fn one(folder: &Path) -> Option<(ProcessObservation, Option<LogFile>)> {
    // moby container/container.go and daemon/logger/jsonfilelog.
    let text = fs::read_to_string(folder.join("config.v2.json")).ok()?;
    let kept: Value = serde_json::from_str(&text).ok()?;
    let inspect = as_inspect(&kept);
    let mut words = vec![kept["Path"].as_str().unwrap_or_default()];
    words.extend(kept["Args"].as_array()?.iter().filter_map(Value::as_str));
    let listed = json!({
        "Names": [kept["Name"]],
        "Labels": kept["Config"]["Labels"],
        "Image": kept["Config"]["Image"],
        "Command": words.join(" "),
    });
    if !may_be_etcd(&listed) {
        return None;
    }
    let id = kept["ID"].as_str()?;
    let log = log_file::tail(&folder.join(format!("{id}-json.log")));
    Some((process_from_inspect(&inspect, "this machine"), log))
}

/// The kept form in the shape of the engine's answer.
fn as_inspect(kept: &Value) -> Value {
    let flag = |name: &str| kept["State"][name].as_bool().unwrap_or(false);
    let never = |name: &str| {
        kept["State"][name]
            .as_str()
            .unwrap_or("0001-")
            .starts_with("0001-")
    };
    let status = if flag("Restarting") {
        "restarting"
    } else if flag("Paused") {
        "paused"
    } else if flag("Running") {
        "running"
    } else if never("StartedAt") {
        "created"
    } else {
        "exited"
    };
    let mut state = kept["State"].clone();
    state["Status"] = json!(status);
    json!({
        "Id": kept["ID"],
        "Name": kept["Name"],
        "RestartCount": kept["RestartCount"],
        "State": state,
        "Config": kept["Config"],
        "Args": kept["Args"],
        "HostConfig": Value::Null,
    })
}
