// SPDX-License-Identifier: Apache-2.0

use serde_json::{Map, Value, json};

use super::Source;
use super::json::{at, int, is_empty, pairs, text, texts};

/// A container's place in a network, as it was asked for.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Endpoint {
    /// The network as the request names it.
    pub network: String,
    /// Its ID, which keeps its case on docker's command line.
    pub network_id: String,
    /// `Aliases`, `IPAMConfig`, `Links`, `DriverOpts`, `MacAddress`, `GwPriority` where given.
    pub settings: Map<String, Value>,
}

/// A network that users made, as opposed to the modes of the engine.
pub(super) fn is_user_defined(mode: &str) -> bool {
    !matches!(
        mode,
        "" | "default" | "bridge" | "host" | "none" | "nat" | "private"
    ) && !mode.starts_with("container:")
        && !mode.starts_with("slirp4netns")
        && !mode.starts_with("ns:")
}

/// The endpoints that were asked for, that of the network mode first. Running state (addresses,
/// generated MAC addresses, IDs) is left out.
pub(super) fn asked_for(source: &Source) -> Vec<Endpoint> {
    let container = &source.container;
    let mode = text(at(at(container, "HostConfig"), "NetworkMode"));
    if mode.starts_with("container:") {
        return Vec::new();
    }
    let networks = pairs(at(at(container, "NetworkSettings"), "Networks"));
    let named = source.names.get(mode).and_then(Value::as_str);
    let is_primary = |name: &str, endpoint: &Value| {
        let id = text(at(endpoint, "NetworkID"));
        name == mode
            || named == Some(name)
            || (mode == "default" && matches!(name, "bridge" | "nat" | "podman"))
            || (mode == "bridge" && name == "podman")
            || (mode.len() >= 12 && !id.is_empty() && id.starts_with(mode))
    };
    let mut endpoints = Vec::new();
    for (name, endpoint) in networks {
        let primary = is_primary(name, endpoint);
        let settings = settings(source, endpoint, primary);
        let id = text(at(endpoint, "NetworkID")).to_owned();
        if primary {
            let network = if mode.is_empty() { name } else { mode };
            let endpoint = Endpoint {
                network: network.to_owned(),
                network_id: id,
                settings,
            };
            endpoints.insert(0, endpoint);
        } else {
            endpoints.push(Endpoint {
                network: name.to_owned(),
                network_id: id,
                settings,
            });
        }
    }
    endpoints
}

fn settings(source: &Source, endpoint: &Value, primary: bool) -> Map<String, Value> {
    let container = &source.container;
    let mut settings = Map::new();
    let aliases = aliases(container, endpoint);
    if !aliases.is_empty() {
        settings.insert("Aliases".to_owned(), json!(aliases));
    }
    for key in ["IPAMConfig", "Links", "DriverOpts"] {
        let value = at(endpoint, key);
        if !is_empty(value) {
            settings.insert(key.to_owned(), value.clone());
        }
    }
    if int(at(endpoint, "GwPriority")) != 0 {
        settings.insert("GwPriority".to_owned(), at(endpoint, "GwPriority").clone());
    }
    let mac = mac_address(source, endpoint, primary);
    if !mac.is_empty() {
        settings.insert("MacAddress".to_owned(), json!(mac));
    }
    settings
}

/// Aliases without those that the engine adds. Engines before API 1.44 add the short ID; later
/// ones asked through an API before 1.45 add ID and host name, through 1.45 nothing.
fn aliases<'a>(container: &'a Value, endpoint: &'a Value) -> Vec<&'a str> {
    let short_id = text(at(container, "Id")).get(..12).unwrap_or_default();
    let mut aliases = texts(at(endpoint, "Aliases"));
    if !aliases.contains(&short_id) {
        return aliases;
    }
    aliases.retain(|alias| *alias != short_id);
    if endpoint.get("DNSNames").is_some() {
        let hostname = text(at(at(container, "Config"), "Hostname"));
        aliases.retain(|alias| *alias != hostname);
    }
    aliases
}

/// A MAC address that was asked for. The engine shows a generated one in the same place: that of
/// the first network also stands in `Config.MacAddress` where it was asked for, and a container
/// that never ran has no generated one. podman has no endpoint IDs and keeps the address of one
/// that ended: there only the state tells.
fn mac_address(source: &Source, endpoint: &Value, primary: bool) -> String {
    let container = &source.container;
    let asked = text(at(at(container, "Config"), "MacAddress"));
    let shown = text(at(endpoint, "MacAddress"));
    let ran = text(at(at(container, "State"), "Status")) != "created";
    let attached = !text(at(endpoint, "EndpointID")).is_empty() || (source.engine.podman && ran);
    match (primary, attached) {
        (true, _) if !asked.is_empty() => asked.to_owned(),
        (_, true) => String::new(),
        (_, false) => shown.to_owned(),
    }
}
