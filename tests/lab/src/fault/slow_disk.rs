// SPDX-License-Identifier: Apache-2.0

use super::change::make_follower;
use super::disk::{Limits, limit_writes, put_data_on_loop};
use super::fault_type::Fault;
use super::settled;
use crate::error::Result;
use crate::lab_type::Lab;
use crate::node::Node;

pub(super) const FAULT: Fault = Fault {
    name: "slow-disk",
    what: "the disk under the data folder takes a second for a write",
    apply,
    settled: |lab, node| {
        settled::write_keys(lab, node, 20)?;
        // Once is a hiccup; etcd's word for the disk itself, twice.
        settled::log_says_often(node, &["sync duration of", "slow fdatasync"], 2)
    },
};

fn apply(lab: &Lab, node: &Node) -> Result<()> {
    make_follower(lab, node)?;
    node.stop_etcd()?;
    let device = put_data_on_loop(node, 512)?;
    node.start_etcd()?;
    settled::does_answer(lab, node)?;
    limit_writes(
        node,
        &device,
        Some(&Limits {
            bytes: 40_000,
            operations: 1,
        }),
    )
}
