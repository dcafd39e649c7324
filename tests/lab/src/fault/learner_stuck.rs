// SPDX-License-Identifier: Apache-2.0

use super::change::{drop_packets, half_replaced};
use super::fault_type::Fault;
use super::settled;
use crate::error::Result;
use crate::lab_type::Lab;
use crate::node::Node;

pub(super) const FAULT: Fault = Fault {
    name: "learner-stuck",
    what: "re-added as a learner that gets nothing from the leader and falls behind",
    apply,
    settled: |lab, node| {
        // A tenth behind, and etcd does not promote it.
        settled::write_keys(lab, node, 120)
    },
};

fn apply(lab: &Lab, node: &Node) -> Result<()> {
    half_replaced(lab, node, true)?;
    lab.container_for(node)
        .flag("initial-cluster-state", "existing")
        .run(node)?;
    settled::log_says(node, &["published", "ready to serve client requests"])?;
    let peer = ["--dport", "--sport"];
    for chain in ["INPUT", "OUTPUT"] {
        for side in peer {
            drop_packets(node, &[&[chain, "-p", "tcp", side, "2380"]])?;
        }
    }
    Ok(())
}
