// SPDX-License-Identifier: Apache-2.0

use crate::kubernetes::discovery::objects::{kubelet, node_label};
use crate::kubernetes::discovery::source::node_service::{control_plane, endpoints_on};
use crate::kubernetes::discovery::{ApiObjects, Discovered, Runs};

/// Marks of those who keep the control plane, and etcd with it, to themselves.
const MANAGED: &[(Mark, &str)] = &[
    (Mark::Version("-eks-"), "Amazon EKS"),
    (Mark::Version("-gke."), "Google GKE"),
    (Mark::Label("kubernetes.azure.com/cluster"), "Azure AKS"),
    (Mark::Label("doks.digitalocean.com/node-id"), "DigitalOcean"),
    (
        Mark::Label("ibm-cloud.kubernetes.io/worker-id"),
        "IBM Cloud",
    ),
    (Mark::Label("k8s.scaleway.com/pool"), "Scaleway Kapsule"),
    (
        Mark::Label("oci.oraclecloud.com/fault-domain"),
        "Oracle OKE",
    ),
    (Mark::Label("lke.linode.com/pool-id"), "Linode LKE"),
];

#[derive(Clone, Copy)]
enum Mark {
    Version(&'static str),
    Label(&'static str),
}

/// What is left: why there is none to see, as far as the objects tell it; else the control plane's
/// nodes on etcd's usual port.
pub(crate) fn find(objects: &ApiObjects) -> Option<Discovered> {
    let has_label = |label: &str| objects.nodes.iter().any(|n| node_label(n, label).is_some());
    let nowhere = |what: String, note: String| {
        let mut found = Discovered::without_pods(what, Runs::Nowhere);
        found.notes.push(note);
        Some(found)
    };
    for (mark, provider) in MANAGED {
        let found = match mark {
            Mark::Version(part) => objects.any_kubelet(part),
            Mark::Label(label) => has_label(label),
        };
        if found && control_plane(objects).is_empty() {
            return nowhere(
                format!("kept by {provider}"),
                format!(
                    "this cluster is managed by {provider}, which keeps etcd out of sight: there \
                     is nothing to check or to replace from here"
                ),
            );
        }
    }
    if has_label("microk8s.io/cluster") {
        return nowhere(
            "dqlite of MicroK8s".to_owned(),
            "this is MicroK8s, whose datastore is dqlite, not etcd".to_owned(),
        );
    }
    if objects.any_kubelet("+k3s") {
        // Embedded etcd labels its nodes; without the label it is sqlite or an external store.
        return nowhere(
            "no etcd of k3s".to_owned(),
            "this is k3s without the etcd role on any node: its datastore is sqlite, or an \
             external one that its --datastore-endpoint names"
                .to_owned(),
        );
    }
    if objects.any_kubelet("+k0s") && control_plane(objects).is_empty() {
        return nowhere(
            "on k0s controllers".to_owned(),
            "this is k0s, whose controllers run etcd and are no nodes: run this tool on a \
             controller, or name the members with `--endpoints`"
                .to_owned(),
        );
    }
    let nodes = control_plane(objects);
    if nodes.is_empty() {
        let kubelets: Vec<&str> = objects.nodes.iter().map(kubelet).collect();
        let note = if kubelets.is_empty() {
            "the cluster has no nodes that could carry etcd".to_owned()
        } else {
            "no node of this cluster carries etcd or a control plane: it is managed (its provider \
             keeps etcd out of sight), or its datastore is not etcd (k3s with sqlite, MicroK8s \
             with dqlite)"
                .to_owned()
        };
        return nowhere("nowhere to be seen".to_owned(), note);
    }
    let mut found = Discovered::without_pods(
        "perhaps services of the control-plane nodes: no object says so",
        Runs::Nodes,
    );
    found.endpoints = endpoints_on(&nodes);
    Some(found)
}
