// SPDX-License-Identifier: Apache-2.0

use k8s_openapi::api::core::v1::Node;

use crate::etcd::Endpoint;
use crate::kubernetes::discovery::objects::node_label;
use crate::kubernetes::discovery::{ApiObjects, Discovered, Runs, host_addresses};

/// Nodes that say by label that they carry etcd: RKE1 (a container), k3s with embedded etcd (in its
/// own process).
pub(crate) fn find(objects: &ApiObjects) -> Option<Discovered> {
    let nodes: Vec<&Node> = objects
        .nodes
        .iter()
        .filter(|node| carries_etcd(node))
        .collect();
    if nodes.is_empty() {
        return None;
    }
    let what = if objects.any_kubelet("+k3s") {
        "embedded in k3s on the nodes with the etcd role"
    } else if nodes
        .iter()
        .any(|node| annotation(node, "rke.cattle.io/internal-ip").is_some())
    {
        "containers of RKE1 on the nodes with the etcd role"
    } else {
        "services of the nodes with the etcd role"
    };
    let mut found = Discovered::without_pods(what, Runs::Nodes);
    found.endpoints = endpoints_on(&nodes);
    Some(found)
}

fn annotation<'a>(node: &'a Node, name: &str) -> Option<&'a String> {
    node.metadata.annotations.as_ref()?.get(name)
}

/// Whether a node bears the etcd role.
pub(crate) fn carries_etcd(node: &Node) -> bool {
    node_label(node, "node-role.kubernetes.io/etcd").is_some_and(|value| value != "false")
}

/// The nodes with a control-plane role.
pub(crate) fn control_plane(objects: &ApiObjects) -> Vec<&Node> {
    const ROLES: [&str; 3] = ["control-plane", "master", "controlplane"];
    let has_role = |node: &&Node| {
        ROLES.iter().any(|role| {
            node_label(node, &format!("node-role.kubernetes.io/{role}"))
                .is_some_and(|value| value != "false")
        })
    };
    objects.nodes.iter().filter(has_role).collect()
}

/// etcd's usual client port on each of these nodes.
pub(crate) fn endpoints_on(nodes: &[&Node]) -> Vec<Endpoint> {
    nodes
        .iter()
        .filter_map(|node| host_addresses(node).into_iter().next())
        .map(|host| Endpoint {
            tls: true,
            host,
            port: 2379,
        })
        .collect()
}
