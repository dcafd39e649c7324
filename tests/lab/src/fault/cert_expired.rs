// SPDX-License-Identifier: Apache-2.0

use super::certificate::replace;
use super::fault_type::Fault;
use super::settled;
use crate::error::Result;
use crate::lab_type::Lab;
use crate::node::Node;

pub(super) const FAULT: Fault = Fault {
    name: "cert-expired",
    what: "the member's certificate ended three days ago",
    apply,
    settled: settled::does_not_answer,
};

fn apply(lab: &Lab, node: &Node) -> Result<()> {
    replace(lab, node, &lab.pki(), Some(time::Duration::days(3)))
}
