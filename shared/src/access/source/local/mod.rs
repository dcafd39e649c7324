//! etcd on the machine that the tool runs on: one file per distribution, one list.

mod found;
mod k3s;
mod kubeadm;
mod kubespray;
mod manifest;
pub mod manifest_folder;
mod rke1;
mod rke2;

use std::path::Path;

pub use found::LocalEtcd;

/// Looks below `root` (normally `/`) for one distribution's files.
type Finder = fn(root: &Path) -> Option<LocalEtcd>;

/// Every distribution, in the order in which they are tried.
pub const DISTRIBUTIONS: &[(&str, Finder)] = &[
    ("kubeadm", kubeadm::find),
    ("RKE2", rke2::find),
    ("k3s", k3s::find),
    ("kubespray", kubespray::find),
    ("RKE1", rke1::find),
];
