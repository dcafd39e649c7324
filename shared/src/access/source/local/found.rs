// SPDX-License-Identifier: Apache-2.0

use std::path::{Path, PathBuf};

use super::DISTRIBUTIONS;
use crate::etcd::Endpoint;
use crate::model::{EtcdConfig, ManifestFolder};

/// etcd as the files of this machine tell it.
#[derive(Clone, Debug, PartialEq)]
pub struct LocalEtcd {
    /// The distribution, such as "kubeadm".
    pub distribution: &'static str,
    /// The file that told it.
    pub file: PathBuf,
    /// etcd's configuration.
    pub config: EtcdConfig,
    /// CA file for a client.
    pub cacert: PathBuf,
    /// Client certificate.
    pub cert: PathBuf,
    /// Client key.
    pub key: PathBuf,
}

impl LocalEtcd {
    /// The first distribution whose files are there.
    pub fn find(root: &Path) -> Option<Self> {
        DISTRIBUTIONS.iter().find_map(|(_, find)| find(root))
    }

    /// The same, else an etcd that runs here without any files that are known. Only for one who asks
    /// for this machine by name: a process may be of any cluster, such as a kind node's.
    pub fn find_any(root: &Path) -> Option<Self> {
        Self::find(root).or_else(|| super::process::find(root))
    }

    /// The static pod folder that the file lies in, where etcd is a static pod.
    pub fn manifest_folder(&self) -> Option<ManifestFolder> {
        let folder = self.file.parent()?;
        if !folder.ends_with("manifests") {
            return None;
        }
        super::manifest_folder::load(folder)
    }

    /// Client endpoints; without an address of its own it is this machine's loopback.
    pub fn endpoints(&self) -> Vec<Endpoint> {
        let found = crate::access::source::docker::endpoints_of(&self.config);
        if found.is_empty() {
            vec![Endpoint {
                tls: true,
                host: "127.0.0.1".to_owned(),
                port: 2379,
            }]
        } else {
            found
        }
    }
}

/// `path` (absolute, as the distribution writes it) below `root`.
pub fn under(root: &Path, path: &str) -> PathBuf {
    root.join(path.trim_start_matches('/'))
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    fn write(root: &Path, path: &str, text: &str) {
        let file = under(root, path);
        fs::create_dir_all(file.parent().unwrap()).unwrap();
        fs::write(file, text).unwrap();
    }

    const MANIFEST: &str = "apiVersion: v1\nkind: Pod\nmetadata:\n  name: etcd\nspec:\n  containers:\n  \
        - name: etcd\n    command:\n    - etcd\n    - --name=cp1\n    \
        - --advertise-client-urls=https://10.0.0.1:2379\n    - --cert-file=/etc/kubernetes/pki/etcd/server.crt\n";

    #[test]
    fn each_distribution_is_known_by_its_files() {
        let cases: [(&str, &str, &str, &str); 5] = [
            (
                "kubeadm",
                "/etc/kubernetes/manifests/etcd.yaml",
                MANIFEST,
                "https://10.0.0.1:2379",
            ),
            (
                "RKE2",
                "/var/lib/rancher/rke2/server/db/etcd/config",
                "name: n1-abcdef01\nadvertise-client-urls: https://10.0.0.2:2379\n",
                "https://10.0.0.2:2379",
            ),
            (
                "k3s",
                "/var/lib/rancher/k3s/server/db/etcd/config",
                "name: n1-abcdef01\nadvertise-client-urls: https://10.0.0.3:2379\n",
                "https://10.0.0.3:2379",
            ),
            (
                "kubespray",
                "/etc/etcd.env",
                "# made by kubespray\nETCD_NAME=etcd1\nETCD_ADVERTISE_CLIENT_URLS=https://10.0.0.4:2379\n\
                 ETCDCTL_CERT=/etc/ssl/etcd/ssl/admin-n1.pem\nETCDCTL_KEY=/etc/ssl/etcd/ssl/admin-n1-key.pem\n\
                 ETCDCTL_CACERT=/etc/ssl/etcd/ssl/ca.pem\n",
                "https://10.0.0.4:2379",
            ),
            (
                "RKE1",
                "/etc/kubernetes/ssl/kube-etcd-10-0-0-5.pem",
                "",
                "https://10.0.0.5:2379",
            ),
        ];
        for (want, path, text, endpoint) in cases {
            let root = tempfile::tempdir().unwrap();
            write(root.path(), path, text);
            if want == "RKE1" {
                write(
                    root.path(),
                    "/etc/kubernetes/ssl/kube-etcd-10-0-0-5-key.pem",
                    "",
                );
                write(root.path(), "/etc/kubernetes/ssl/kube-ca.pem", "");
            }
            let found = LocalEtcd::find(root.path()).unwrap_or_else(|| panic!("{want} not found"));
            assert_eq!(found.distribution, want);
            assert_eq!(found.endpoints()[0].to_string(), endpoint, "{want}");
            assert!(found.cert.starts_with(root.path()), "{want}");
        }
        let empty = tempfile::tempdir().unwrap();
        assert_eq!(LocalEtcd::find(empty.path()), None);
    }
}
