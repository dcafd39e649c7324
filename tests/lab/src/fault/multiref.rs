// SPDX-License-Identifier: Apache-2.0

use super::bolt::Bolt;
use super::change::{db, edit_stopped};
use super::fault_type::Fault;
use super::settled;
use crate::error::{LabError, Result};
use crate::lab_type::Lab;
use crate::node::Node;

pub(super) const FAULT: Fault = Fault {
    name: "multiref",
    what: "the database refers to one page twice (the incident)",
    apply,
    settled: settled::crash_loops,
};

fn apply(_: &Lab, node: &Node) -> Result<()> {
    edit_stopped(node, &db(node), |bytes| {
        let mut bolt = Bolt::open(bytes)?;
        let places = bolt.branch_ids(bolt.bucket(b"key")?)?;
        let [first, second, ..] = places[..] else {
            return Err(LabError::value(
                "the bucket \"key\" has fewer than two pages",
            ));
        };
        let id = bolt.id_at(first)?;
        bolt.set_id(second, id)
    })
}
