// SPDX-License-Identifier: Apache-2.0

//! The networks that users made: plain options for the first, and for the others `--network`'s
//! long form where engine and client take it, else `docker network connect`.

use serde_json::Value;

use super::view::View;
use crate::inspect::endpoints::{Endpoint, is_user_defined};
use crate::inspect::json::{at, int, of, pairs, text, texts};
use crate::inspect::spec::{Connect, RunSpec};

const FIELD: &str = "NetworkSettings.Networks";

pub(super) fn emit(view: &View<'_>, mode: &str, spec: &mut RunSpec) {
    let mut endpoints = view.request.endpoints.iter();
    let has_first = endpoints.len() > 0
        && view
            .request
            .endpoints
            .first()
            .is_some_and(|first| first.network == mode);
    // A network that is gone, or a saved file without networks.
    if !has_first && is_user_defined(mode) {
        spec.option("--network", mode, "HostConfig.NetworkMode");
    }
    // Several networks at once need API 1.44, and all of them made by users.
    let several = view.facts.speaks(1, 44) && is_user_defined(mode);
    let mac = text(view.config("MacAddress"));
    if has_first && let Some(first) = endpoints.next() {
        first_endpoint(first, mode, mac, several, spec);
    } else if !mac.is_empty() {
        spec.option("--mac-address", mac, "Config.MacAddress");
    }
    for endpoint in endpoints {
        let long = if several { long_form(endpoint) } else { None };
        match long {
            Some(value) => spec.option("--network", value, FIELD),
            None => connect(endpoint, false, spec),
        }
    }
}

fn first_endpoint(endpoint: &Endpoint, mode: &str, mac: &str, several: bool, spec: &mut RunSpec) {
    let settings = &endpoint.settings;
    let special =
        !pairs(of(settings, "DriverOpts")).is_empty() || int(of(settings, "GwPriority")) != 0;
    if special && is_user_defined(mode) {
        if let (true, Some(value)) = (several, long_form(endpoint)) {
            spec.option("--network", value, FIELD);
            links(settings, spec);
        } else {
            spec.option("--network", mode, "HostConfig.NetworkMode");
            connect(endpoint, true, spec);
        }
        return;
    }
    if is_user_defined(mode) {
        spec.option("--network", mode, "HostConfig.NetworkMode");
        for alias in texts(of(settings, "Aliases")) {
            spec.option("--network-alias", alias, FIELD);
        }
        links(settings, spec);
    }
    let ipam = of(settings, "IPAMConfig");
    for (option, key) in [("--ip", "IPv4Address"), ("--ip6", "IPv6Address")] {
        let address = text(at(ipam, key));
        if !address.is_empty() {
            spec.option(option, address, FIELD);
        }
    }
    for address in texts(at(ipam, "LinkLocalIPs")) {
        spec.option("--link-local-ip", address, FIELD);
    }
    let mac = if mac.is_empty() {
        text(of(settings, "MacAddress"))
    } else {
        mac
    };
    if !mac.is_empty() {
        spec.option("--mac-address", mac, "Config.MacAddress");
    }
}

fn links(settings: &serde_json::Map<String, Value>, spec: &mut RunSpec) {
    for link in texts(of(settings, "Links")) {
        spec.option("--link", link, FIELD);
    }
}

/// `name=…,alias=…,ip=…`, unless docker's client would change it: it turns all of it to lower
/// case, trims blanks and cuts at commas (docker/cli `opts/network.go`).
fn long_form(endpoint: &Endpoint) -> Option<String> {
    let settings = &endpoint.settings;
    if !texts(of(settings, "Links")).is_empty() {
        return None;
    }
    let mut fields = vec![format!("name={}", endpoint.network)];
    fields.extend(
        texts(of(settings, "Aliases"))
            .iter()
            .map(|alias| format!("alias={alias}")),
    );
    let ipam = of(settings, "IPAMConfig");
    for (key, field) in [("ip", "IPv4Address"), ("ip6", "IPv6Address")] {
        let address = text(at(ipam, field));
        if !address.is_empty() {
            fields.push(format!("{key}={address}"));
        }
    }
    for address in texts(at(ipam, "LinkLocalIPs")) {
        fields.push(format!("link-local-ip={address}"));
    }
    let mac = text(of(settings, "MacAddress"));
    if !mac.is_empty() {
        fields.push(format!("mac-address={mac}"));
    }
    for (key, value) in pairs(of(settings, "DriverOpts")) {
        fields.push(format!("driver-opt={key}={}", text(value)));
    }
    let priority = int(of(settings, "GwPriority"));
    if priority != 0 {
        fields.push(format!("gw-priority={priority}"));
    }
    let plain = |field: &String| {
        let value = field
            .split_once('=')
            .map(|(_, value)| value)
            .unwrap_or_default();
        field.to_lowercase() == *field
            && value.trim() == value
            && !value.is_empty()
            && !field.contains([',', '"', '\n', '\r'])
    };
    if !fields.iter().all(plain) {
        return None;
    }
    // Alone, the short form says the same and is what a person would write. It is not the same
    // for the engine: only the long form sends an empty list of aliases.
    match fields.as_slice() {
        [_] => Some(endpoint.network.clone()),
        fields => Some(fields.join(",")),
    }
}

fn connect(endpoint: &Endpoint, again: bool, spec: &mut RunSpec) {
    let settings = &endpoint.settings;
    let mut options = Vec::new();
    for alias in texts(of(settings, "Aliases")) {
        options.push(("--alias", alias.to_owned()));
    }
    let ipam = of(settings, "IPAMConfig");
    for (option, key) in [("--ip", "IPv4Address"), ("--ip6", "IPv6Address")] {
        let address = text(at(ipam, key));
        if !address.is_empty() {
            options.push((option, address.to_owned()));
        }
    }
    for address in texts(at(ipam, "LinkLocalIPs")) {
        options.push(("--link-local-ip", address.to_owned()));
    }
    for link in texts(of(settings, "Links")) {
        options.push(("--link", link.to_owned()));
    }
    for (key, value) in pairs(of(settings, "DriverOpts")) {
        options.push(("--driver-opt", format!("{key}={}", text(value))));
    }
    let priority = int(of(settings, "GwPriority"));
    if priority != 0 {
        options.push(("--gw-priority", priority.to_string()));
    }
    if !text(of(settings, "MacAddress")).is_empty() {
        let why = format!(
            "`docker network connect` cannot set the MAC address in \"{}\"",
            endpoint.network
        );
        spec.loss(FIELD, why);
    }
    let options = options
        .into_iter()
        .map(|(option, value)| (option, spec.word(value, FIELD)))
        .collect();
    let network = endpoint.network.clone();
    spec.connects.push(Connect {
        network,
        options,
        again,
    });
}
