// SPDX-License-Identifier: Apache-2.0

//! Exchanging a member's certificate.

use crate::error::Result;
use crate::etcd::{CertificateFor, Pki};
use crate::lab_type::Lab;
use crate::node::Node;

/// Gives the node a certificate of `authority`, ended `expired` ago or valid, and restarts etcd.
pub(super) fn replace(
    lab: &Lab,
    node: &Node,
    authority: &Pki,
    expired: Option<time::Duration>,
) -> Result<()> {
    let names: Vec<String> = lab.nodes().iter().map(|node| node.name.clone()).collect();
    let mut addresses: Vec<_> = lab.nodes().iter().map(|node| node.address).collect();
    addresses.push(std::net::Ipv4Addr::LOCALHOST);
    let mut wanted = CertificateFor::server("kube-etcd", names, addresses);
    wanted.expired = expired;
    let name = format!("fault-{}", node.name);
    authority.issue(&name, &wanted)?;
    node.stop_etcd()?;
    for (certificate, key) in node.etcd_certificates() {
        authority.install(&name, &node.host_path(&certificate), &node.host_path(&key))?;
    }
    node.start_etcd()
}
