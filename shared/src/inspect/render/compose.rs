// SPDX-License-Identifier: Apache-2.0

use serde_json::{Map, Value, json};

use super::{compose_resources, compose_volumes, yaml};
use crate::inspect::endpoints::is_user_defined;
use crate::inspect::json::{at, flag, int, is_empty, list, of, pairs, text, texts};
use crate::inspect::options::go_duration;
use crate::inspect::spec::Loss;
use crate::inspect::{EngineFacts, Request};

/// A Compose file under construction.
#[derive(Default)]
pub(super) struct File {
    pub(super) service: Map<String, Value>,
    pub(super) volumes: Map<String, Value>,
    networks: Map<String, Value>,
    pub(super) losses: Vec<Loss>,
}

impl File {
    /// Sets a key of the service, unless it says nothing.
    pub(super) fn set(&mut self, key: &str, value: Value) {
        let says_nothing = matches!(&value, Value::Null)
            || value.as_str().is_some_and(str::is_empty)
            || value.as_array().is_some_and(Vec::is_empty)
            || value.as_object().is_some_and(Map::is_empty);
        if !says_nothing {
            self.service.insert(key.to_owned(), value);
        }
    }

    pub(super) fn lose(&mut self, field: &str, why: &str) {
        let loss = Loss {
            field: field.to_owned(),
            why: why.to_owned(),
            harmless: false,
        };
        self.losses.push(loss);
    }
}

/// One or more containers as a Compose file (the Compose specification of docker compose v2),
/// and what it cannot say. `$` is doubled, so that Compose puts nothing in its place.
pub fn compose(requests: &[Request], facts: &EngineFacts, redacted: bool) -> (String, Vec<Loss>) {
    let mut services = Map::new();
    let mut file = File::default();
    for request in requests {
        file.service = Map::new();
        file.losses.extend(request.losses.iter().cloned());
        service(request, facts, &mut file);
        let service = doubled(Value::Object(std::mem::take(&mut file.service)));
        services.insert(service_name(&request.name, &services), service);
    }
    let mut root = Map::new();
    root.insert("services".to_owned(), Value::Object(services));
    for (key, map) in [("networks", file.networks), ("volumes", file.volumes)] {
        if !map.is_empty() {
            root.insert(key.to_owned(), doubled(Value::Object(map)));
        }
    }
    let head = if redacted {
        "# REDACTED: values are masked, this does not make the same container\n"
    } else {
        ""
    };
    (
        format!("{head}{}", yaml::write(&Value::Object(root))),
        file.losses,
    )
}

/// Compose allows fewer characters in a service's name than the engine in a container's.
fn service_name(name: &str, taken: &Map<String, Value>) -> String {
    let sound = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.');
    let mut base: String = name.chars().filter(|c| sound(*c)).collect();
    if base.is_empty() {
        base.push_str("app");
    }
    while taken.contains_key(&base) {
        base.push('_');
    }
    base
}

/// Every `$` doubled, in keys' values only: Compose puts nothing in the place of keys.
fn doubled(value: Value) -> Value {
    match value {
        Value::String(text) => Value::String(text.replace('$', "$$")),
        Value::Array(list) => list.into_iter().map(doubled).collect(),
        Value::Object(map) => map
            .into_iter()
            .map(|(key, value)| (key, doubled(value)))
            .collect(),
        other => other,
    }
}

fn service(request: &Request, facts: &EngineFacts, file: &mut File) {
    let config = |key: &str| of(&request.config, key);
    let host = |key: &str| of(&request.host_config, key);
    file.set("image", json!(request.image));
    file.set("container_name", json!(request.name));
    for (key, field) in [
        ("hostname", "Hostname"),
        ("domainname", "Domainname"),
        ("user", "User"),
        ("working_dir", "WorkingDir"),
        ("stop_signal", "StopSignal"),
    ] {
        file.set(key, config(field).clone());
    }
    for (key, field) in [("stdin_open", "OpenStdin"), ("tty", "Tty")] {
        if flag(config(field)) {
            file.set(key, json!(true));
        }
    }
    entry(request, file);
    environment(config("Env"), file);
    let labels: Vec<String> = pairs(config("Labels"))
        .iter()
        .map(|(key, value)| format!("{key}={}", text(value)))
        .collect();
    file.set("labels", json!(labels));
    if let Some(seconds) = config("StopTimeout").as_i64() {
        file.set("stop_grace_period", json!(format!("{seconds}s")));
    }
    health(config("Healthcheck"), file);
    restart(host("RestartPolicy"), file);
    if flag(host("AutoRemove")) {
        file.lose("HostConfig.AutoRemove", "compose has no --rm");
    }
    compose_resources::add(request, facts, file);
    compose_volumes::add(request, file);
    network(request, file);
    let log = host("LogConfig");
    let default = facts.logging_driver.as_deref().unwrap_or("json-file");
    if text(at(log, "Type")) != default || !is_empty(at(log, "Config")) {
        let mut logging = Map::new();
        logging.insert("driver".to_owned(), at(log, "Type").clone());
        if !is_empty(at(log, "Config")) {
            logging.insert("options".to_owned(), at(log, "Config").clone());
        }
        file.set("logging", Value::Object(logging));
    }
}

fn entry(request: &Request, file: &mut File) {
    let entrypoint = of(&request.config, "Entrypoint");
    match list(entrypoint) {
        [Value::String(only)] if only.is_empty() => {
            file.service.insert("entrypoint".to_owned(), json!([]));
        }
        [] => {}
        words => file.set("entrypoint", json!(words)),
    }
    file.set("command", of(&request.config, "Cmd").clone());
}

fn environment(env: &Value, file: &mut File) {
    let env = texts(env);
    if env.iter().any(|entry| !entry.contains('=')) {
        file.lose(
            "Config.Env",
            "compose gives a variable without a value the caller's, if it is set",
        );
    }
    file.set("environment", json!(env));
}

fn health(health: &Value, file: &mut File) {
    let mut check = Map::new();
    match texts(at(health, "Test")).as_slice() {
        [] => {}
        ["NONE", ..] => drop(check.insert("disable".to_owned(), json!(true))),
        _ => drop(check.insert("test".to_owned(), at(health, "Test").clone())),
    }
    for (key, field) in [
        ("interval", "Interval"),
        ("timeout", "Timeout"),
        ("start_period", "StartPeriod"),
        ("start_interval", "StartInterval"),
    ] {
        let nanoseconds = int(at(health, field));
        if nanoseconds != 0 {
            check.insert(key.to_owned(), json!(go_duration(nanoseconds)));
        }
    }
    if int(at(health, "Retries")) != 0 {
        check.insert("retries".to_owned(), at(health, "Retries").clone());
    }
    file.set("healthcheck", Value::Object(check));
}

fn restart(policy: &Value, file: &mut File) {
    let count = int(at(policy, "MaximumRetryCount"));
    match text(at(policy, "Name")) {
        "" | "no" => {}
        "on-failure" if count > 0 => file.set("restart", json!(format!("on-failure:{count}"))),
        name => file.set("restart", json!(name)),
    }
}

fn network(request: &Request, file: &mut File) {
    let config = |key: &str| of(&request.config, key);
    let host = |key: &str| of(&request.host_config, key);
    let mode = text(host("NetworkMode"));
    if is_user_defined(mode) {
        let mut networks = Map::new();
        for endpoint in &request.endpoints {
            let name = &endpoint.network;
            file.networks
                .insert(name.clone(), json!({ "name": name, "external": true }));
            networks.insert(name.clone(), attachment(&endpoint.settings, file));
        }
        file.set("networks", Value::Object(networks));
    } else {
        let mode = if mode.is_empty() || mode == "default" {
            "bridge"
        } else {
            mode
        };
        file.set("network_mode", json!(mode));
        if request.endpoints.len() > 1 {
            let field = "NetworkSettings.Networks";
            file.lose(
                field,
                "compose cannot have further networks beside a network mode",
            );
        }
    }
    file.set("mac_address", config("MacAddress").clone());
    let mut ports = Vec::new();
    for (port, bindings) in pairs(host("PortBindings")) {
        let (target, protocol) = port.split_once('/').unwrap_or((port, "tcp"));
        for binding in list(bindings) {
            let mut entry = Map::new();
            entry.insert(
                "target".to_owned(),
                json!(target.parse::<u32>().unwrap_or_default()),
            );
            entry.insert("protocol".to_owned(), json!(protocol));
            for (key, field) in [("published", "HostPort"), ("host_ip", "HostIp")] {
                if !is_empty(at(binding, field)) {
                    entry.insert(key.to_owned(), at(binding, field).clone());
                }
            }
            ports.push(Value::Object(entry));
        }
    }
    file.set("ports", Value::Array(ports));
    let expose: Vec<&str> = pairs(config("ExposedPorts"))
        .into_iter()
        .filter(|(port, _)| host("PortBindings").get(port).is_none())
        .map(|(port, _)| port)
        .collect();
    file.set("expose", json!(expose));
    if flag(host("PublishAllPorts")) {
        file.lose("HostConfig.PublishAllPorts", "compose has no --publish-all");
    }
    for (key, field) in [
        ("dns", "Dns"),
        ("dns_search", "DnsSearch"),
        ("dns_opt", "DnsOptions"),
        ("extra_hosts", "ExtraHosts"),
    ] {
        file.set(key, host(field).clone());
    }
    let links: Vec<String> = texts(host("Links"))
        .into_iter()
        .map(|link| {
            let (source, target) = link.split_once(':').unwrap_or((link, link));
            let alias = target.rsplit('/').next().unwrap_or(target);
            format!("{}:{alias}", source.trim_start_matches('/'))
        })
        .collect();
    file.set("external_links", json!(links));
}

fn attachment(settings: &Map<String, Value>, file: &mut File) -> Value {
    let mut entry = Map::new();
    let ipam = of(settings, "IPAMConfig");
    for (key, value) in [
        ("aliases", of(settings, "Aliases")),
        ("ipv4_address", at(ipam, "IPv4Address")),
        ("ipv6_address", at(ipam, "IPv6Address")),
        ("link_local_ips", at(ipam, "LinkLocalIPs")),
        ("mac_address", of(settings, "MacAddress")),
        ("driver_opts", of(settings, "DriverOpts")),
        ("gw_priority", of(settings, "GwPriority")),
    ] {
        if !is_empty(value) {
            entry.insert(key.to_owned(), value.clone());
        }
    }
    let links = texts(of(settings, "Links"));
    if !links.is_empty() {
        file.set("external_links", json!(links));
    }
    if entry.is_empty() {
        Value::Null
    } else {
        Value::Object(entry)
    }
}
