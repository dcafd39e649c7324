// SPDX-License-Identifier: Apache-2.0

use super::fault_type::Fault;
use super::leftover_force_new_cluster;
use super::{change, settled};
use crate::error::Result;
use crate::lab_type::Lab;
use crate::node::Node;

pub(super) const FAULT: Fault = Fault {
    name: "force-new-cluster-fired",
    what: "that member was restarted: a cluster of its own now, the others shut out as removed",
    apply,
    settled: |lab, node| {
        for other in change::others(lab, node)? {
            settled::crash_loops(lab, other)?;
        }
        Ok(())
    },
};

fn apply(lab: &Lab, node: &Node) -> Result<()> {
    leftover_force_new_cluster::apply(lab, node)?;
    settled::does_answer(lab, node)?;
    node.restart_etcd()?;
    settled::does_answer(lab, node)
}
