// SPDX-License-Identifier: Apache-2.0

use super::change::half_replaced;
use super::fault_type::Fault;
use crate::error::Result;
use crate::lab_type::Lab;
use crate::node::Node;

pub(super) const FAULT: Fault = Fault {
    name: "member-added-never-started",
    what: "re-added, but never started: no name, no container",
    apply,
    settled: |_, _| Ok(()),
};

fn apply(lab: &Lab, node: &Node) -> Result<()> {
    half_replaced(lab, node, false)?;
    node.remove_etcd()
}
