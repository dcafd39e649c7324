// SPDX-License-Identifier: Apache-2.0

use serde_json::{Value, json};

use crate::node::Node;

/// A list of Node objects with RKE's labels, annotations and addresses.
pub(super) fn manifest(nodes: &[Node]) -> Value {
    json!({"apiVersion": "v1", "kind": "List", "items": nodes.iter().map(object).collect::<Vec<_>>()})
}

fn object(node: &Node) -> Value {
    let address = node.address.to_string();
    json!({
        "apiVersion": "v1",
        "kind": "Node",
        "metadata": {
            "name": node.name,
            "labels": {
                "kubernetes.io/hostname": node.name,
                "kubernetes.io/arch": "amd64",
                "kubernetes.io/os": "linux",
                "node-role.kubernetes.io/controlplane": "true",
                "node-role.kubernetes.io/etcd": "true",
                "node-role.kubernetes.io/worker": "true",
            },
            "annotations": {
                "rke.cattle.io/internal-ip": address,
                "rke.cattle.io/external-ip": address,
                "node.alpha.kubernetes.io/ttl": "0",
            },
        },
        "status": {
            "addresses": [
                {"type": "InternalIP", "address": address},
                {"type": "Hostname", "address": node.name},
            ],
            "capacity": {"cpu": "2", "memory": "4Gi", "pods": "110"},
            "conditions": [{
                "type": "Ready", "status": "True", "reason": "KubeletReady",
                "message": "kubelet is posting ready status",
            }],
            "nodeInfo": {
                "architecture": "amd64", "operatingSystem": "linux", "osImage": "lab",
                "kernelVersion": "lab", "machineID": node.name, "systemUUID": node.name,
                "bootID": node.name, "containerRuntimeVersion": "docker://20.10.24",
                "kubeletVersion": "v1.20.2", "kubeProxyVersion": "v1.20.2",
            },
        },
    })
}
