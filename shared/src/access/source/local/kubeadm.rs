// SPDX-License-Identifier: Apache-2.0

use std::path::Path;

use super::LocalEtcd;
use super::found::under;
use super::manifest;

/// The manifest, and where etcd-replace keeps it while the member is stopped.
const MANIFESTS: [&str; 3] = [
    "/etc/kubernetes/manifests/etcd.yaml",
    "/etc/kubernetes/kubectl-etcd/etcd.yaml.new",
    "/etc/kubernetes/kubectl-etcd/etcd.yaml.stopped",
];

/// kubeadm (and kind): a static pod; the `healthcheck-client` pair is the one for clients
/// (kubernetes cmd/kubeadm/app/phases/etcd/local.go).
pub fn find(root: &Path) -> Option<LocalEtcd> {
    let (file, config) = MANIFESTS.iter().find_map(|path| {
        let file = under(root, path);
        let config = manifest::load(&file)?;
        Some((file, config))
    })?;
    let folder = under(root, "/etc/kubernetes/pki/etcd");
    Some(LocalEtcd {
        distribution: "kubeadm",
        file,
        config,
        cacert: folder.join("ca.crt"),
        cert: folder.join("healthcheck-client.crt"),
        key: folder.join("healthcheck-client.key"),
    })
}
