// SPDX-License-Identifier: Apache-2.0

use super::change::drop_packets;
use super::fault_type::Fault;
use super::settled;
use crate::error::Result;
use crate::lab_type::Lab;
use crate::node::Node;

pub(super) const FAULT: Fault = Fault {
    name: "node-drop",
    what: "every packet from and to the node is dropped without a word",
    apply,
    settled: settled::does_not_answer,
};

fn apply(_: &Lab, node: &Node) -> Result<()> {
    drop_packets(node, &[&["INPUT", "-i", "eth0"], &["OUTPUT", "-o", "eth0"]])
}
