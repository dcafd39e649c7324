// SPDX-License-Identifier: Apache-2.0

//! What podman's docker API shows differently: its own defaults stand where docker has none.

use serde_json::{Map, Value, json};

use super::json::{at, flag, int, list, of, text, texts};
use super::merge::strings;
use super::{Request, Source};

/// podman's defaults of these (containers.conf(5)).
const SHM_BYTES: i64 = 65_536_000;
const ULIMITS: [(&str, i64); 2] = [("nofile", 1_048_576), ("nproc", 32_768)];
/// What docker allows by default and podman does not: it shows them as dropped.
const NOT_ALLOWED: [&str; 3] = ["AUDIT_WRITE", "MKNOD", "NET_RAW"];

/// Leaves out of `request` what podman adds by itself, and puts its words into docker's.
pub(super) fn subtract(request: &mut Request, source: &Source) {
    environment(request, source);
    defaults(request, source);
    let host = &mut request.host_config;
    for (key, own) in [
        ("UTSMode", "private"),
        ("PidMode", "private"),
        ("IpcMode", "shareable"),
        ("Runtime", "oci"),
        ("UsernsMode", "private"),
    ] {
        if text(of(host, key)) == own {
            host.insert(key.to_owned(), json!(""));
        }
    }
    if int(of(host, "ShmSize")) == SHM_BYTES {
        host.insert("ShmSize".to_owned(), json!(0));
    }
    if int(of(host, "NanoCpus")) != 0 {
        // It shows what follows from --cpus beside it, and refuses both together.
        for key in ["CpuPeriod", "CpuQuota"] {
            host.insert(key.to_owned(), json!(0));
        }
    }
    capabilities(host);
    let ulimits: Vec<Value> = list(of(host, "Ulimits"))
        .iter()
        .filter_map(|one| {
            let name = text(at(one, "Name"))
                .trim_start_matches("RLIMIT_")
                .to_lowercase();
            let (soft, hard) = (int(at(one, "Soft")), int(at(one, "Hard")));
            let own = ULIMITS
                .iter()
                .any(|(known, value)| *known == name && *value == soft && soft == hard);
            (!own).then(|| json!({ "Name": name, "Soft": soft, "Hard": hard }))
        })
        .collect();
    host.insert("Ulimits".to_owned(), json!(ulimits));
    network(request);
    if let Some(health) = request
        .config
        .get_mut("Healthcheck")
        .and_then(Value::as_object_mut)
        && texts(of(health, "Test")) == ["NONE"]
    {
        health.retain(|key, _| key == "Test");
    }
}

/// What it shows of a container that asked for nothing.
fn defaults(request: &mut Request, source: &Source) {
    let image = source.image.as_ref().map(|image| at(image, "Config"));
    let given = |key: &str| image.map_or("", |image| text(at(image, key)));
    for (key, own) in [("WorkingDir", "/"), ("StopSignal", "15")] {
        if given(key).is_empty() && text(of(&request.config, key)) == own {
            request.config.shift_remove(key);
        }
    }
    // Without any limit of memory it shows 0 for what nobody asked for, which would be a value of
    // its own; beside one it shows -1.
    let host = &mut request.host_config;
    let limits = ["Memory", "MemoryReservation", "MemorySwap", "KernelMemory"];
    if limits.iter().all(|key| int(of(host, key)) == 0) && int(of(host, "MemorySwappiness")) == 0 {
        host.insert("MemorySwappiness".to_owned(), Value::Null);
    }
}

/// It calls every network that users made "bridge": the first one is the one that was named.
fn network(request: &mut Request) {
    let mode = text(of(&request.host_config, "NetworkMode"));
    let own = request
        .endpoints
        .iter()
        .any(|endpoint| endpoint.network == mode);
    if mode == "bridge"
        && !own
        && let Some(first) = request.endpoints.first()
    {
        let name = json!(first.network);
        request.host_config.insert("NetworkMode".to_owned(), name);
    }
}

/// docker allows three capabilities by default that podman does not: podman shows them as dropped,
/// and shows nothing where they were asked for.
fn capabilities(host: &mut Map<String, Value>) {
    let bare = |name: &str| name.trim_start_matches("CAP_").to_owned();
    let all: Vec<String> = texts(of(host, "CapDrop")).into_iter().map(bare).collect();
    let mut added: Vec<String> = texts(of(host, "CapAdd"))
        .into_iter()
        .map(str::to_owned)
        .collect();
    if !flag(of(host, "Privileged")) {
        for name in NOT_ALLOWED {
            if !all.iter().chain(&added).any(|one| bare(one) == name) {
                added.push(name.to_owned());
            }
        }
    }
    let dropped: Vec<&str> = texts(of(host, "CapDrop"))
        .into_iter()
        .filter(|name| !NOT_ALLOWED.contains(&bare(name).as_str()))
        .collect();
    let dropped = json!(dropped);
    host.insert("CapDrop".to_owned(), dropped);
    host.insert("CapAdd".to_owned(), json!(added));
}

/// podman puts its own variables among the user's, which it does not keep in order.
fn environment(request: &mut Request, source: &Source) {
    let config = at(&source.container, "Config");
    let image = source
        .image
        .as_ref()
        .map(|image| at(at(image, "Config"), "Env"));
    let image = image.and_then(strings).unwrap_or_default();
    let hostname = format!("HOSTNAME={}", text(at(config, "Hostname")));
    // With --uts host.
    let of_host = source.engine.host_name.as_deref().unwrap_or_default();
    let of_host = format!("HOSTNAME={of_host}");
    let own = [
        "container=podman",
        "container=oci",
        "TERM=xterm",
        "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
        hostname.as_str(),
        of_host.as_str(),
    ];
    let asked: Vec<&str> = texts(at(config, "Env"))
        .into_iter()
        .filter(|entry| !own.contains(entry) && !image.iter().any(|given| given == entry))
        .collect();
    request.config.insert("Env".to_owned(), json!(asked));
}

/// Anonymous volumes stand among the binds, under the names that podman made up: gives them anew.
pub(super) fn fresh_volumes(request: &mut Request, source: &Source) {
    let made_up = |name: &str| name.len() == 64 && name.bytes().all(|b| b.is_ascii_hexdigit());
    let image = source
        .image
        .as_ref()
        .map(|image| at(at(image, "Config"), "Volumes").clone());
    let mut kept = Vec::new();
    for bind in texts(of(&request.host_config, "Binds")) {
        let mut parts = bind.split(':');
        let (name, destination) = (
            parts.next().unwrap_or_default(),
            parts.next().unwrap_or_default(),
        );
        if !made_up(name) {
            kept.push(bind.to_owned());
            continue;
        }
        let given = image
            .as_ref()
            .is_some_and(|volumes| volumes.get(destination).is_some());
        if !given {
            let volumes = request.config.entry("Volumes").or_insert(Value::Null);
            if !volumes.is_object() {
                *volumes = json!({});
            }
            if let Some(volumes) = volumes.as_object_mut() {
                volumes.insert(destination.to_owned(), json!({}));
            }
        }
    }
    request.host_config.insert("Binds".to_owned(), json!(kept));
}
