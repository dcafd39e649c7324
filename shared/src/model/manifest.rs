// SPDX-License-Identifier: Apache-2.0

use serde::{Deserialize, Serialize};

use super::EtcdConfig;

/// The folder from which a node's kubelet takes static pods, as it was read on the node.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ManifestFolder {
    /// The node's name, where it is known.
    pub node: Option<String>,
    /// Its path on the node.
    pub path: String,
    /// What the kubelet reads in it and that concerns etcd: files that define an etcd pod, and
    /// files whose name says so and that cannot be read as a pod.
    pub files: Vec<ManifestFile>,
}

/// One file of it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ManifestFile {
    /// File name.
    pub name: String,
    /// etcd's settings by it; nothing where it is no pod.
    pub config: Option<EtcdConfig>,
    /// Why it is no pod.
    pub problem: Option<String>,
}
