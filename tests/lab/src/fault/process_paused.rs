// SPDX-License-Identifier: Apache-2.0

use super::fault_type::Fault;
use super::settled;
use crate::error::Result;
use crate::lab_type::Lab;
use crate::node::Node;

pub(super) const FAULT: Fault = Fault {
    name: "process-paused",
    what: "the etcd container is paused: its ports accept, nothing answers",
    apply,
    settled: settled::does_not_answer,
};

fn apply(_: &Lab, node: &Node) -> Result<()> {
    node.pause_etcd()
}
