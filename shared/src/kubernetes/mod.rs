// SPDX-License-Identifier: Apache-2.0

//! The Kubernetes API: the kubeconfig, the client, and what it says around etcd.

mod config;
pub mod discovery;
mod error;
pub mod helper_pod;
mod node_names;
mod observe;
mod pod_text;
pub mod pods;
mod rbac;

pub use config::{KubeTarget, Selection, context_names, current_context};
pub use discovery::{EtcdPod, etcd_pod};
pub use error::KubeError;
pub use node_names::etcd_node_names;
pub use observe::{KubernetesFound, observe};
pub use pod_text::pod_from_yaml;
pub use rbac::cluster_roles;
