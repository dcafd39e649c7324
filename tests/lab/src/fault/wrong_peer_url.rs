// SPDX-License-Identifier: Apache-2.0

use super::change::half_replaced;
use super::fault_type::Fault;
use super::settled;
use crate::error::Result;
use crate::etcd::initial_cluster;
use crate::lab_type::Lab;
use crate::node::Node;

pub(super) const FAULT: Fault = Fault {
    name: "wrong-peer-url",
    what: "re-added, but started with a peer URL that the cluster does not know",
    apply,
    settled: settled::crash_loops,
};

fn apply(lab: &Lab, node: &Node) -> Result<()> {
    half_replaced(lab, node, false)?;
    let wrong = format!("https://{}:2390", node.address);
    let list = initial_cluster(lab.members()).replace(&node.peer_url(), &wrong);
    lab.container_for(node)
        .flag("initial-cluster-state", "existing")
        .flag("initial-advertise-peer-urls", &wrong)
        .flag("initial-cluster", &list)
        .run(node)
}
