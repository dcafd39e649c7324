// SPDX-License-Identifier: Apache-2.0

//! etcd on the machine that the tool runs on: one file per distribution, one list.

mod docker_files;
mod evidence;
mod found;
mod journal;
mod k3s;
mod kubeadm;
mod kubespray;
mod log_file;
mod manifest;
pub mod manifest_folder;
mod pod_log;
mod process;
mod rke1;
mod rke2;

use std::path::Path;

#[cfg(feature = "replace")]
use crate::model::EtcdConfig;

pub use evidence::processes;
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

/// etcd's settings by the files of this machine.
#[cfg(feature = "replace")]
pub fn local_config() -> Option<EtcdConfig> {
    LocalEtcd::find(Path::new("/")).map(|found| found.config)
}
