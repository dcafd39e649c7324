//! The Kubernetes API: the kubeconfig, the client, and what it says around etcd.

mod config;
mod error;
mod node_names;
mod nodes;
mod observe;
mod pods;

pub use config::{KubeTarget, Selection, context_names, current_context};
pub use error::KubeError;
pub use node_names::etcd_node_names;
pub use nodes::{host_addresses, node_facts};
pub use observe::{KubernetesFound, observe};
pub use pods::{EtcdPod, etcd_pod};
