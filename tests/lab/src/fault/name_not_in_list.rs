// SPDX-License-Identifier: Apache-2.0

use super::change::half_replaced;
use super::fault_type::Fault;
use super::settled;
use crate::error::Result;
use crate::lab_type::Lab;
use crate::node::Node;

pub(super) const FAULT: Fault = Fault {
    name: "name-not-in-list",
    what: "re-added, but started under a name that its own list does not have",
    apply,
    settled: settled::crash_loops,
};

fn apply(lab: &Lab, node: &Node) -> Result<()> {
    half_replaced(lab, node, false)?;
    lab.container_for(node)
        .flag("initial-cluster-state", "existing")
        .flag("name", "etcd-renamed")
        .run(node)
}
