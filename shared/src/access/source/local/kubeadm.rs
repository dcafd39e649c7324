// SPDX-License-Identifier: Apache-2.0

use std::path::Path;

use super::LocalEtcd;
use super::found::under;
use super::manifest;

/// kubeadm (and kind): a static pod; the `healthcheck-client` pair is the one for clients
/// (kubernetes cmd/kubeadm/app/phases/etcd/local.go).
pub fn find(root: &Path) -> Option<LocalEtcd> {
    let file = under(root, "/etc/kubernetes/manifests/etcd.yaml");
    let config = manifest::load(&file)?;
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
