// SPDX-License-Identifier: Apache-2.0

use std::net::Ipv4Addr;

use serde_json::{Map, Value, json};

use super::balancer::PORT;
use super::images::PAUSE;
use crate::node::Node;

/// Kubernetes' version, as kubeadm wants it.
pub(super) const VERSION: &str = "v1.20.2";

/// What `kubeadm init` is told on a node. The members that it finds already there are given as
/// `kubeadm join` would write them: `--initial-cluster` with the list of that moment.
pub(super) fn init(node: &Node, endpoint: Ipv4Addr, members: &[Node]) -> String {
    let mut extra = Map::new();
    if members.len() > 1 {
        let list: Vec<String> = members
            .iter()
            .map(|member| format!("{}={}", member.member_name(), member.peer_url()))
            .collect();
        extra.insert("initial-cluster".to_owned(), json!(list.join(",")));
        extra.insert("initial-cluster-state".to_owned(), json!("existing"));
    }
    let cluster = json!({
        "apiVersion": "kubeadm.k8s.io/v1beta2",
        "kind": "ClusterConfiguration",
        "kubernetesVersion": VERSION,
        "controlPlaneEndpoint": format!("{endpoint}:{PORT}"),
        "etcd": {"local": {"dataDir": "/var/lib/etcd", "extraArgs": extra}},
    });
    let init = json!({
        "apiVersion": "kubeadm.k8s.io/v1beta2",
        "kind": "InitConfiguration",
        "localAPIEndpoint": local_endpoint(node),
        "nodeRegistration": registration(node),
    });
    documents(&[init, cluster, kubelet()])
}

/// What `kubeadm join phase …` is told on a node.
pub(super) fn join(node: &Node) -> String {
    documents(&[json!({
        "apiVersion": "kubeadm.k8s.io/v1beta2",
        "kind": "JoinConfiguration",
        "discovery": {"file": {"kubeConfigPath": "/etc/kubernetes/admin.conf"}},
        "controlPlane": {"localAPIEndpoint": local_endpoint(node)},
        "nodeRegistration": registration(node),
    })])
}

fn local_endpoint(node: &Node) -> Value {
    json!({"advertiseAddress": node.address, "bindPort": PORT})
}

fn registration(node: &Node) -> Value {
    json!({
        "name": node.name,
        "criSocket": "/var/run/dockershim.sock",
        "kubeletExtraArgs": {
            "node-ip": node.address,
            // No pod network: every pod of the lab uses its node's.
            "network-plugin": "",
            // An empty list is a default to kubeadm's own file; only the flag says "none".
            "enforce-node-allocatable": "",
            "pod-infra-container-image": PAUSE,
        },
    })
}

fn kubelet() -> Value {
    json!({
        "apiVersion": "kubelet.config.k8s.io/v1beta1",
        "kind": "KubeletConfiguration",
        "cgroupDriver": "cgroupfs",
        // The node's pods are in the cgroup of its engine, like all its containers.
        "cgroupsPerQOS": false,
        "failSwapOn": false,
        // The disk is the whole machine's: its fill is no pressure on the node,
        // and a local image that was collected cannot be pulled again.
        "evictionHard": {
            "memory.available": "0%",
            "nodefs.available": "0%",
            "nodefs.inodesFree": "0%",
            "imagefs.available": "0%",
        },
        "imageGCHighThresholdPercent": 100,
        "imageGCLowThresholdPercent": 99,
    })
}

/// JSON is YAML.
fn documents(documents: &[Value]) -> String {
    documents
        .iter()
        .map(|document| format!("---\n{document:#}\n"))
        .collect()
}
