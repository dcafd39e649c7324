// SPDX-License-Identifier: Apache-2.0

use super::fault_type::Fault;
use super::settled;
use crate::error::{LabError, Result};
use crate::lab_type::Lab;
use crate::node::Node;
use crate::wait::at_once;

pub(super) const ONE: Fault = Fault {
    name: "one-down",
    what: "the member is stopped",
    apply: |lab, node| stop(lab, node, 1),
    settled: settled::does_not_answer,
};

pub(super) const TWO: Fault = Fault {
    name: "two-down",
    what: "the member and the next are stopped",
    apply: |lab, node| stop(lab, node, 2),
    settled: settled::does_not_answer,
};

pub(super) const THREE: Fault = Fault {
    name: "three-down",
    what: "the member and the next two are stopped",
    apply: |lab, node| stop(lab, node, 3),
    settled: settled::does_not_answer,
};

fn stop(lab: &Lab, node: &Node, count: usize) -> Result<()> {
    let members = lab.members();
    if members.len() < count {
        return Err(LabError::value(format!(
            "{count} members cannot be down in a cluster of {}",
            members.len()
        )));
    }
    let first = members
        .iter()
        .position(|other| other.index == node.index)
        .unwrap_or(0);
    let down: Vec<&Node> = members.iter().cycle().skip(first).take(count).collect();
    at_once(&down, |node| node.stop_etcd()).map(|_| ())
}
