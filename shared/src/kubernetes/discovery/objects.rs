// SPDX-License-Identifier: Apache-2.0

use k8s_openapi::api::core::v1::{Node, Pod};
use serde::{Deserialize, Serialize};

/// What the API server told, in its own shapes: the input of every source.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct ApiObjects {
    /// The API server's version, such as "v1.28.4+k3s1".
    #[serde(default)]
    pub version: String,
    /// All nodes.
    #[serde(default)]
    pub nodes: Vec<Node>,
    /// The pods that may run etcd or an API server.
    #[serde(default)]
    pub pods: Vec<Pod>,
}

impl ApiObjects {
    /// The pods of a namespace that bear a label.
    pub fn labelled<'a>(
        &'a self,
        namespace: &'a str,
        label: &'a str,
        value: &'a str,
    ) -> impl Iterator<Item = &'a Pod> {
        self.pods.iter().filter(move |pod| {
            pod.metadata.namespace.as_deref() == Some(namespace) && has_label(pod, label, value)
        })
    }

    /// The API servers that are pods (kubeadm and RKE2 label them `component`, kops and Talos
    /// `k8s-app`).
    pub fn api_servers(&self) -> impl Iterator<Item = &Pod> {
        self.pods.iter().filter(|pod| {
            has_label(pod, "component", "kube-apiserver")
                || has_label(pod, "k8s-app", "kube-apiserver")
        })
    }

    /// The node of that name.
    pub fn node(&self, name: &str) -> Option<&Node> {
        self.nodes
            .iter()
            .find(|node| node.metadata.name.as_deref() == Some(name))
    }

    /// Whether any kubelet's version holds this, such as "+k3s".
    pub fn any_kubelet(&self, part: &str) -> bool {
        self.nodes.iter().any(|node| kubelet(node).contains(part)) || self.version.contains(part)
    }
}

/// Whether a pod bears a label.
pub(super) fn has_label(pod: &Pod, label: &str, value: &str) -> bool {
    let labels = pod.metadata.labels.as_ref();
    labels.is_some_and(|labels| labels.get(label).is_some_and(|found| found == value))
}

/// Whether a node bears a label, whatever its value.
pub(super) fn node_label<'a>(node: &'a Node, label: &str) -> Option<&'a str> {
    let labels = node.metadata.labels.as_ref()?;
    labels.get(label).map(String::as_str)
}

/// The version that a node's kubelet says it is.
pub(super) fn kubelet(node: &Node) -> &str {
    let info = node.status.as_ref().and_then(|s| s.node_info.as_ref());
    info.map_or("", |info| info.kubelet_version.as_str())
}

/// The operating system that a node says it runs.
pub(super) fn os_image(node: &Node) -> &str {
    let info = node.status.as_ref().and_then(|s| s.node_info.as_ref());
    info.map_or("", |info| info.os_image.as_str())
}
