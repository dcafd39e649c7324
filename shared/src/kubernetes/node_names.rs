// SPDX-License-Identifier: Apache-2.0

use k8s_openapi::api::core::v1::Node;
use kube::api::{Api, ListParams};

use super::config::{KubeTarget, Selection, asks_nobody};
use super::discovery::host_addresses;

/// Roles of the nodes that etcd runs on.
const ROLES: [&str; 3] = ["etcd", "control-plane", "master"];

/// The nodes that may run etcd, with their address: those with such a role, else all. For
/// completion: `None` at any failure, and where the kubeconfig's user would have to be asked (an
/// exec plugin may open a browser).
pub async fn etcd_node_names(selection: &Selection) -> Option<Vec<(String, String)>> {
    if !asks_nobody(selection) {
        return None;
    }
    let target = KubeTarget::load(selection).await.ok()?;
    let list = Api::<Node>::all(target.client)
        .list(&ListParams::default())
        .await
        .ok()?;
    let named = |node: &Node| {
        let address = host_addresses(node).into_iter().next().unwrap_or_default();
        Some((node.metadata.name.clone()?, address))
    };
    let with_role: Vec<_> = list.items.iter().filter(|node| has_role(node)).collect();
    if with_role.is_empty() {
        return Some(list.items.iter().filter_map(named).collect());
    }
    Some(with_role.into_iter().filter_map(named).collect())
}

fn has_role(node: &Node) -> bool {
    let labels = node.metadata.labels.as_ref();
    labels.is_some_and(|labels| {
        ROLES
            .iter()
            .any(|role| labels.contains_key(&format!("node-role.kubernetes.io/{role}")))
    })
}
