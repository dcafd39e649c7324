// SPDX-License-Identifier: Apache-2.0

use std::path::Path;

use super::LocalEtcd;
use super::found::under;
use super::manifest;

/// k3s: etcd's config file lies in its data folder, the client pair in the server's TLS folder.
pub fn find(root: &Path) -> Option<LocalEtcd> {
    let file = under(root, "/var/lib/rancher/k3s/server/db/etcd/config");
    let config = manifest::load_config_file(&file)?;
    let folder = under(root, "/var/lib/rancher/k3s/server/tls/etcd");
    Some(LocalEtcd {
        distribution: "k3s",
        file,
        config,
        cacert: folder.join("server-ca.crt"),
        cert: folder.join("client.crt"),
        key: folder.join("client.key"),
    })
}
