// SPDX-License-Identifier: Apache-2.0

//! Network, ports, names.

use serde_json::Value;

use super::families::Family;
use super::network_csv;
use super::view::View;
use crate::inspect::endpoints::is_user_defined;
use crate::inspect::json::{at, flag, list, pairs, text, texts};
use crate::inspect::spec::RunSpec;

pub(super) const FAMILY: Family = Family {
    fields: &[
        "HostConfig.NetworkMode",
        "Config.MacAddress",
        "HostConfig.Links",
        "HostConfig.PortBindings",
        "HostConfig.PublishAllPorts",
        "Config.ExposedPorts",
        "HostConfig.Dns",
        "HostConfig.DnsSearch",
        "HostConfig.DnsOptions",
        "HostConfig.ExtraHosts",
    ],
    emit,
};

fn emit(view: &View<'_>, spec: &mut RunSpec) {
    let mode = text(view.host("NetworkMode"));
    mode_option(view, mode, spec);
    network_csv::emit(view, mode, spec);
    for link in texts(view.host("Links")) {
        spec.option("--link", link_value(link), "HostConfig.Links");
    }
    publish(view, spec);
    let bindings = view.host("PortBindings");
    for (port, _) in pairs(view.config("ExposedPorts")) {
        if bindings.get(port).is_none() {
            spec.option("--expose", port_word(port), "Config.ExposedPorts");
        }
    }
    for (option, field) in [
        ("--dns", "HostConfig.Dns"),
        ("--dns-search", "HostConfig.DnsSearch"),
        ("--dns-option", "HostConfig.DnsOptions"),
        ("--add-host", "HostConfig.ExtraHosts"),
    ] {
        for value in texts(view.field(field)) {
            spec.option(option, value, field);
        }
    }
}

fn mode_option(view: &View<'_>, mode: &str, spec: &mut RunSpec) {
    // Engines from API 1.45 on write "bridge" for what was "default" before.
    let omitted = mode.is_empty()
        || mode == "default"
        || (mode == "bridge" && (view.facts.speaks(1, 45) || view.facts.podman));
    if omitted || is_user_defined(mode) {
        return;
    }
    spec.option("--network", mode, "HostConfig.NetworkMode");
}

/// `/source:/container/alias`, as the engine stores it, or what another client sent.
fn link_value(stored: &str) -> String {
    match stored.split_once(':') {
        Some((source, target)) if source.starts_with('/') => {
            let alias = target.rsplit('/').next().unwrap_or(target);
            format!("{}:{alias}", source.trim_start_matches('/'))
        }
        _ => stored.to_owned(),
    }
}

fn publish(view: &View<'_>, spec: &mut RunSpec) {
    let field = "HostConfig.PortBindings";
    for (port, bindings) in pairs(view.host("PortBindings")) {
        let bindings: &[Value] = list(bindings);
        if bindings.is_empty() {
            spec.note(
                field,
                format!("{port} is named without a binding, which publishes nothing"),
            );
            spec.option("--expose", port_word(port), field);
        }
        for binding in bindings {
            let (ip, host) = (text(at(binding, "HostIp")), text(at(binding, "HostPort")));
            let ip = if ip.contains(':') {
                format!("[{ip}]")
            } else {
                ip.to_owned()
            };
            let port = port_word(port);
            let value = match (ip.as_str(), host) {
                ("", "") => port.to_owned(),
                ("", host) => format!("{host}:{port}"),
                (ip, host) => format!("{ip}:{host}:{port}"),
            };
            spec.option("--publish", value, field);
        }
    }
    if flag(view.host("PublishAllPorts")) {
        spec.switch("--publish-all", "HostConfig.PublishAllPorts");
    }
}

/// `80/tcp` is said as `80`.
fn port_word(port: &str) -> &str {
    port.strip_suffix("/tcp").unwrap_or(port)
}
