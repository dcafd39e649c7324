// SPDX-License-Identifier: Apache-2.0

use k8s_openapi::api::core::v1::Pod;

use crate::etcd::Endpoint;
use crate::kubernetes::discovery::source::node_service::control_plane;
use crate::kubernetes::discovery::{ApiObjects, Discovered, Runs, host_addresses};

/// The API server's own `--etcd-servers`, where they name other machines than its own: kubeadm with
/// an external etcd, kubespray, charts.
pub(crate) fn find(objects: &ApiObjects) -> Option<Discovered> {
    let mut servers: Vec<Endpoint> = Vec::new();
    for server in objects.api_servers().flat_map(etcd_servers) {
        if !servers.contains(&server) {
            servers.push(server);
        }
    }
    servers.retain(|server| !is_loopback(&server.host));
    if servers.is_empty() {
        return None;
    }
    let own: Vec<String> = control_plane(objects)
        .into_iter()
        .flat_map(host_addresses)
        .collect();
    let stacked = servers.iter().all(|server| own.contains(&server.host));
    let (what, runs) = if stacked {
        (
            "services of the control-plane nodes, by the API server's --etcd-servers",
            Runs::Nodes,
        )
    } else {
        (
            "an external etcd, by the API server's --etcd-servers",
            Runs::External,
        )
    };
    let mut found = Discovered::without_pods(what, runs);
    found.endpoints = servers;
    Some(found)
}

/// The servers that an API server's pod names; the value may be one list or the flag repeated.
fn etcd_servers(pod: &Pod) -> Vec<Endpoint> {
    let containers = pod.spec.iter().flat_map(|spec| spec.containers.iter());
    let words: Vec<&String> = containers
        .flat_map(|c| c.command.iter().flatten().chain(c.args.iter().flatten()))
        .collect();
    let mut found = Vec::new();
    for (index, word) in words.iter().enumerate() {
        let value = match word.strip_prefix("--etcd-servers") {
            Some("") => words.get(index + 1).map(|next| next.as_str()),
            Some(rest) => rest.strip_prefix('='),
            None => None,
        };
        let urls = value.unwrap_or_default().split(',');
        found.extend(urls.filter_map(|url| Endpoint::parse(url.trim(), true).ok()));
    }
    found
}

fn is_loopback(host: &str) -> bool {
    host == "localhost"
        || host
            .parse::<std::net::IpAddr>()
            .is_ok_and(|address| address.is_loopback())
}
