// SPDX-License-Identifier: Apache-2.0

use super::fault_type::Fault;
use super::settled;
use crate::error::Result;
use crate::lab_type::Lab;
use crate::node::{Node, ip};

pub(super) const FAULT: Fault = Fault {
    name: "node-link-down",
    what: "the node's network cable is out",
    apply,
    settled: settled::does_not_answer,
};

fn apply(_: &Lab, node: &Node) -> Result<()> {
    ip(&["link", "set", &node.cable, "down"])
}
