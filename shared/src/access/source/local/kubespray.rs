// SPDX-License-Identifier: Apache-2.0

use std::path::Path;

use super::LocalEtcd;
use super::found::under;
use crate::model::EtcdConfig;

/// kubespray: `/etc/etcd.env` holds `ETCD_*` for the server and `ETCDCTL_*` for clients
/// (kubespray roles/etcd/templates/etcd.env.j2).
pub fn find(root: &Path) -> Option<LocalEtcd> {
    let file = under(root, "/etc/etcd.env");
    let text = std::fs::read_to_string(&file).ok()?;
    let pairs: Vec<String> = parse(&text);
    let config = EtcdConfig::from_command([], pairs.iter().map(String::as_str));
    let value = |names: &[&str]| {
        names.iter().find_map(|name| {
            let value = pairs
                .iter()
                .find_map(|pair| pair.strip_prefix(name)?.strip_prefix('='))?;
            Some(under(root, value))
        })
    };
    Some(LocalEtcd {
        distribution: "kubespray",
        cacert: value(&["ETCDCTL_CACERT", "ETCDCTL_CA_FILE", "ETCD_TRUSTED_CA_FILE"])?,
        cert: value(&["ETCDCTL_CERT", "ETCDCTL_CERT_FILE", "ETCD_PEER_CERT_FILE"])?,
        key: value(&["ETCDCTL_KEY", "ETCDCTL_KEY_FILE", "ETCD_PEER_KEY_FILE"])?,
        file,
        config,
    })
}

/// systemd's EnvironmentFile: `NAME=value`, comments, optional quotes.
fn parse(text: &str) -> Vec<String> {
    text.lines()
        .map(str::trim)
        .filter(|line| !line.starts_with(['#', ';']) && line.contains('='))
        .filter_map(|line| {
            let (name, value) = line.split_once('=')?;
            Some(format!(
                "{}={}",
                name.trim(),
                value.trim().trim_matches(['"', '\''])
            ))
        })
        .collect()
}
