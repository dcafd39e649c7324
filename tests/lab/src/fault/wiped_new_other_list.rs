// SPDX-License-Identifier: Apache-2.0

use super::change::half_replaced;
use super::fault_type::Fault;
use super::settled;
use crate::error::Result;
use crate::etcd::initial_cluster;
use crate::lab_type::Lab;
use crate::node::Node;

pub(super) const FAULT: Fault = Fault {
    name: "wiped-new-other-list",
    what: "re-added with empty data, but started as `new` with another list (cluster ID mismatch)",
    apply,
    settled: |_, node| settled::log_says(node, &["cluster ID mismatch"]),
};

fn apply(lab: &Lab, node: &Node) -> Result<()> {
    half_replaced(lab, node, false)?;
    // One survivor is missing from the list: other members, hence another cluster id.
    let mut list: Vec<Node> = lab.members().to_vec();
    if let Some(position) = list.iter().position(|other| other.index != node.index) {
        list.remove(position);
    }
    lab.container_for(node)
        // A kubeadm node that joined says "existing".
        .flag("initial-cluster-state", "new")
        .flag("initial-cluster", &initial_cluster(&list))
        .run(node)
}
