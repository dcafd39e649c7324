// SPDX-License-Identifier: Apache-2.0

//! Limits, devices and privileges in a Compose service.

use serde_json::{Map, Value, json};

use super::compose::File;
use crate::inspect::json::{at, flag, int, is_empty, list, of, pairs, text, texts};
use crate::inspect::{EngineFacts, Request};

/// Numbers and texts that Compose takes as the engine stores them.
const SAME: &[(&str, &str)] = &[
    ("mem_limit", "Memory"),
    ("memswap_limit", "MemorySwap"),
    ("mem_reservation", "MemoryReservation"),
    ("oom_score_adj", "OomScoreAdj"),
    ("cpu_shares", "CpuShares"),
    ("cpu_period", "CpuPeriod"),
    ("cpu_quota", "CpuQuota"),
    ("cpu_rt_period", "CpuRealtimePeriod"),
    ("cpu_rt_runtime", "CpuRealtimeRuntime"),
    ("cpuset", "CpusetCpus"),
    ("cgroup_parent", "CgroupParent"),
    ("cpu_count", "CpuCount"),
    ("cpu_percent", "CpuPercent"),
    ("cap_add", "CapAdd"),
    ("cap_drop", "CapDrop"),
    ("group_add", "GroupAdd"),
    ("userns_mode", "UsernsMode"),
    ("uts", "UTSMode"),
    ("pid", "PidMode"),
    ("isolation", "Isolation"),
    ("sysctls", "Sysctls"),
    ("annotations", "Annotations"),
    ("storage_opt", "StorageOpt"),
    ("device_cgroup_rules", "DeviceCgroupRules"),
];

/// Fields for which Compose has no key.
const NO_KEY: &[&str] = &[
    "CpusetMems",
    "KernelMemory",
    "IOMaximumBandwidth",
    "IOMaximumIOps",
];

pub(super) fn add(request: &Request, facts: &EngineFacts, file: &mut File) {
    let host = |key: &str| of(&request.host_config, key);
    for (key, field) in SAME {
        if !is_empty(host(field)) {
            file.set(key, host(field).clone());
        }
    }
    for field in NO_KEY.iter().filter(|field| !is_empty(host(field))) {
        file.lose(&format!("HostConfig.{field}"), "compose has no key for it");
    }
    for (key, field) in [
        ("privileged", "Privileged"),
        ("read_only", "ReadonlyRootfs"),
        ("oom_kill_disable", "OomKillDisable"),
    ] {
        if flag(host(field)) {
            file.set(key, json!(true));
        }
    }
    if let Value::Bool(init) = host("Init") {
        file.set("init", json!(init));
    }
    if let Some(swappiness) = host("MemorySwappiness")
        .as_i64()
        .filter(|value| *value >= 0)
    {
        file.set("mem_swappiness", json!(swappiness));
    }
    let pids = int(host("PidsLimit"));
    if pids > 0 {
        file.set("pids_limit", json!(pids));
    }
    let nano = int(host("NanoCpus"));
    if nano > 0 {
        let whole = format!("{}.{:09}", nano / 1_000_000_000, nano % 1_000_000_000);
        file.set(
            "cpus",
            json!(whole.trim_end_matches('0').trim_end_matches('.')),
        );
    }
    let shm = int(host("ShmSize"));
    if shm != 0 && shm != 67_108_864 {
        file.set("shm_size", json!(shm));
    }
    let ipc = text(host("IpcMode"));
    if !matches!(ipc, "" | "private") {
        file.set("ipc", json!(ipc));
    }
    let cgroup = text(host("CgroupnsMode"));
    let default = if facts.cgroup_version.as_deref() == Some("1") {
        "host"
    } else {
        "private"
    };
    if !cgroup.is_empty() && cgroup != default {
        file.set("cgroup", json!(cgroup));
    }
    let runtime = text(host("Runtime"));
    if !runtime.is_empty() && runtime != facts.default_runtime.as_deref().unwrap_or("runc") {
        file.set("runtime", json!(runtime));
    }
    security(host("SecurityOpt"), host("MaskedPaths"), file);
    ulimits(host("Ulimits"), file);
    block_devices(request, file);
    devices(request, file);
}

fn security(options: &Value, masked: &Value, file: &mut File) {
    let mut options: Vec<Value> = list(options).to_vec();
    if options
        .iter()
        .any(|option| text(option).starts_with("seccomp={"))
    {
        options.retain(|option| !text(option).starts_with("seccomp={"));
        file.lose(
            "HostConfig.SecurityOpt",
            "compose takes a seccomp profile from a file only",
        );
    }
    if masked.as_array().is_some_and(Vec::is_empty) && !file.service.contains_key("privileged") {
        options.push(json!("systempaths=unconfined"));
    }
    file.set("security_opt", Value::Array(options));
}

fn ulimits(ulimits: &Value, file: &mut File) {
    let map: Map<String, Value> = list(ulimits)
        .iter()
        .map(|one| {
            let limits = json!({ "soft": at(one, "Soft"), "hard": at(one, "Hard") });
            (text(at(one, "Name")).to_owned(), limits)
        })
        .collect();
    file.set("ulimits", Value::Object(map));
}

fn block_devices(request: &Request, file: &mut File) {
    let host = |key: &str| of(&request.host_config, key);
    let mut config = Map::new();
    if int(host("BlkioWeight")) != 0 {
        config.insert("weight".to_owned(), host("BlkioWeight").clone());
    }
    for (key, field, from, to) in [
        ("weight_device", "BlkioWeightDevice", "Weight", "weight"),
        ("device_read_bps", "BlkioDeviceReadBps", "Rate", "rate"),
        ("device_write_bps", "BlkioDeviceWriteBps", "Rate", "rate"),
        ("device_read_iops", "BlkioDeviceReadIOps", "Rate", "rate"),
        ("device_write_iops", "BlkioDeviceWriteIOps", "Rate", "rate"),
    ] {
        let entries: Vec<Value> = list(host(field))
            .iter()
            .map(|one| json!({ "path": at(one, "Path"), to: at(one, from) }))
            .collect();
        if !entries.is_empty() {
            config.insert(key.to_owned(), Value::Array(entries));
        }
    }
    file.set("blkio_config", Value::Object(config));
}

fn devices(request: &Request, file: &mut File) {
    let host = |key: &str| of(&request.host_config, key);
    let devices: Vec<String> = list(host("Devices"))
        .iter()
        .map(|one| {
            let part = |key| text(at(one, key));
            format!(
                "{}:{}:{}",
                part("PathOnHost"),
                part("PathInContainer"),
                part("CgroupPermissions")
            )
        })
        .collect();
    file.set("devices", json!(devices));
    let mut requests = Vec::new();
    for one in list(host("DeviceRequests")) {
        let mut entry = Map::new();
        if !is_empty(at(one, "Driver")) {
            entry.insert("driver".to_owned(), at(one, "Driver").clone());
        }
        match int(at(one, "Count")) {
            0 => {}
            -1 => drop(entry.insert("count".to_owned(), json!("all"))),
            count => drop(entry.insert("count".to_owned(), json!(count))),
        }
        if !is_empty(at(one, "DeviceIDs")) {
            entry.insert("device_ids".to_owned(), at(one, "DeviceIDs").clone());
        }
        let capabilities = list(at(one, "Capabilities"));
        if capabilities.len() > 1 {
            file.lose(
                "HostConfig.DeviceRequests",
                "compose takes one list of capabilities",
            );
        }
        let first = capabilities.first().map(texts).unwrap_or_default();
        entry.insert("capabilities".to_owned(), json!(first));
        if !pairs(at(one, "Options")).is_empty() {
            entry.insert("options".to_owned(), at(one, "Options").clone());
        }
        requests.push(Value::Object(entry));
    }
    if !requests.is_empty() {
        let mut reservations = json!({ "devices": requests });
        let memory = host("MemoryReservation");
        // Compose wants it in both places where there is the second.
        if !is_empty(memory) {
            reservations["memory"] = json!(memory.to_string());
        }
        file.set(
            "deploy",
            json!({ "resources": { "reservations": reservations } }),
        );
    }
}
