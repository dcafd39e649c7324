// SPDX-License-Identifier: Apache-2.0

use super::change::{make_follower, wipe};
use super::fault_type::Fault;
use super::settled;
use crate::error::Result;
use crate::etcd::initial_cluster;
use crate::lab_type::Lab;
use crate::node::Node;

pub(super) const FAULT: Fault = Fault {
    name: "foreign-single-member",
    what: "a one-member cluster of its own answers at the member's address",
    apply,
    settled: settled::does_answer,
};

fn apply(lab: &Lab, node: &Node) -> Result<()> {
    make_follower(lab, node)?;
    wipe(node)?;
    let alone = initial_cluster(std::slice::from_ref(node));
    lab.container_for(node)
        // A kubeadm node that joined says "existing".
        .flag("initial-cluster-state", "new")
        .flag("initial-cluster", &alone)
        .run(node)
}
