// SPDX-License-Identifier: Apache-2.0

use super::change::half_replaced;
use super::fault_type::Fault;
use super::settled;
use crate::error::Result;
use crate::lab_type::Lab;
use crate::node::Node;

pub(super) const FAULT: Fault = Fault {
    name: "leftover-force-new-cluster",
    what: "re-added and healthy, but its container still has --force-new-cluster",
    apply,
    settled: settled::does_answer,
};

/// It joins normally; the flag does its harm at the next start.
pub(super) fn apply(lab: &Lab, node: &Node) -> Result<()> {
    half_replaced(lab, node, false)?;
    lab.container_for(node)
        .flag("initial-cluster-state", "existing")
        .flag("force-new-cluster", "true")
        .run(node)
}
