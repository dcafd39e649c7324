// SPDX-License-Identifier: Apache-2.0

use super::change::{make_follower, remove_member};
use super::fault_type::Fault;
use super::settled;
use crate::error::Result;
use crate::lab_type::Lab;
use crate::node::Node;

pub(super) const FAULT: Fault = Fault {
    name: "stale-data-after-removal",
    what: "the member was removed from the cluster, its data and container stayed",
    apply,
    settled: settled::crash_loops,
};

fn apply(lab: &Lab, node: &Node) -> Result<()> {
    make_follower(lab, node)?;
    remove_member(lab, node)
}
