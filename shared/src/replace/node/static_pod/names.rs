// SPDX-License-Identifier: Apache-2.0

//! Where the kubelet's manifests are, and what the tool writes and keeps beside them.

use crate::replace::node::data::names::is_stamp;

/// The kubelet's `staticPodPath` as kubeadm sets it.
pub const FOLDER: &str = "/etc/kubernetes/manifests";

/// The folder above: one mount holds the manifests and what is kept of them, because nothing can be
/// renamed from one mount to another.
pub const ABOVE: &str = "/etc/kubernetes";

/// Where the tool keeps manifests: beside the kubelet's folder, never in it, for the kubelet runs
/// whatever lies there.
pub const KEPT: &str = "/etc/kubernetes/kubectl-etcd";

/// The file that kubeadm writes.
pub const FILE: &str = "etcd.yaml";

/// The manifest in the kubelet's folder.
pub fn of_kubelet(file: &str) -> String {
    format!("{FOLDER}/{file}")
}

/// The manifest while it is kept from running.
pub fn stopped() -> String {
    format!("{KEPT}/{FILE}.stopped")
}

/// The new manifest before it is moved in.
pub fn staged() -> String {
    format!("{KEPT}/{FILE}.new")
}

/// The old manifest, for good.
pub fn kept(stamp: &str) -> String {
    format!("{KEPT}/{FILE}.before-{stamp}")
}

/// Whether `path` is a manifest kept for good.
pub fn is_kept(path: &str) -> bool {
    path.strip_prefix(&format!("{KEPT}/{FILE}.before-"))
        .is_some_and(is_stamp)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_kept_is_told_from_what_merely_looks_alike() {
        assert!(is_kept(&kept("20261122T101530Z")));
        assert!(!is_kept(&stopped()));
        assert!(!is_kept(
            "/etc/kubernetes/kubectl-etcd/etcd.yaml.before-upgrade"
        ));
    }
}
