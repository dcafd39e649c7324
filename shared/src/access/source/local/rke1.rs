// SPDX-License-Identifier: Apache-2.0

use std::path::Path;

use super::LocalEtcd;
use super::found::under;
use crate::model::EtcdConfig;

/// RKE1: no manifest on disk, only the certificate of this node's etcd, whose name holds the
/// address with dashes (rancher/rke pki/pki.go). The container itself is the Docker source's.
pub fn find(root: &Path) -> Option<LocalEtcd> {
    let folder = under(root, "/etc/kubernetes/ssl");
    let mut names: Vec<String> = std::fs::read_dir(&folder)
        .ok()?
        .filter_map(|entry| entry.ok()?.file_name().into_string().ok())
        .filter(|name| {
            name.starts_with("kube-etcd-") && name.ends_with(".pem") && !name.ends_with("-key.pem")
        })
        .collect();
    // Every node holds every etcd certificate; any of them is a client's.
    names.sort();
    let name = names
        .into_iter()
        .find(|name| folder.join(key_of(name)).exists())?;
    let address = name
        .strip_prefix("kube-etcd-")?
        .strip_suffix(".pem")?
        .replace('-', ".");
    let mut config = EtcdConfig::default();
    config.flags.insert(
        "advertise-client-urls".to_owned(),
        format!("https://{address}:2379"),
    );
    Some(LocalEtcd {
        distribution: "RKE1",
        file: folder.join(&name),
        config,
        cacert: folder.join("kube-ca.pem"),
        cert: folder.join(&name),
        key: folder.join(key_of(&name)),
    })
}

fn key_of(certificate: &str) -> String {
    format!("{}-key.pem", certificate.trim_end_matches(".pem"))
}
