// SPDX-License-Identifier: Apache-2.0

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// What the Kubernetes API says around etcd.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct KubernetesObservation {
    /// The API server's address.
    pub server: String,
    /// The kubeconfig context in use.
    pub context: Option<String>,
    /// Version of the API server, such as "v1.20.2".
    pub version: Option<String>,
    /// Whether the API server answers; the reason if not.
    pub reachable: Option<Result<(), String>>,
    /// Where etcd is, by the API's objects.
    #[serde(default)]
    pub etcd: Option<EtcdPlace>,
    /// Control-plane and etcd nodes.
    pub nodes: Vec<NodeObservation>,
    /// Things seen that deserve a word, such as "no etcd pods: the control plane is managed".
    pub notes: Vec<String>,
}

/// Where a cluster keeps its etcd, as one source of the discovery told it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct EtcdPlace {
    /// The source's name, such as "kubeadm", "rke2", "external".
    pub source: String,
    /// In words, such as "static pods made by kubeadm".
    pub what: String,
    /// Whether etcd runs in static pods of the nodes.
    pub static_pods: bool,
}

/// One Node object.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct NodeObservation {
    /// Its name.
    pub name: String,
    /// Its addresses (InternalIP, ExternalIP, Hostname).
    pub addresses: Vec<String>,
    /// Roles from `node-role.kubernetes.io/…` labels.
    pub roles: Vec<String>,
    /// Whether it is ready; `None` where the condition is missing or Unknown.
    pub ready: Option<bool>,
    /// Conditions other than Ready that are true, such as DiskPressure.
    pub pressures: Vec<NodeCondition>,
    /// Whether it is cordoned.
    pub unschedulable: bool,
}

/// One condition of a node.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct NodeCondition {
    /// Its type, such as "DiskPressure".
    pub kind: String,
    /// Its message.
    pub message: String,
    /// Since when.
    pub since: Option<Timestamp>,
}
