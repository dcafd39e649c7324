// SPDX-License-Identifier: Apache-2.0

use serde::{Deserialize, Serialize};

/// How etcd runs on a lab's nodes.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Kind {
    /// A Docker container, as RKE1 runs it; no kubelet.
    #[default]
    Rke1,
    /// A static pod of a real kubelet, as kubeadm writes it, beside an API server on every node.
    Kubeadm,
}
