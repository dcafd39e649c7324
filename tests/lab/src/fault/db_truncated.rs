// SPDX-License-Identifier: Apache-2.0

use super::bolt::Bolt;
use super::change::{db, edit_stopped};
use super::fault_type::Fault;
use super::settled;
use crate::error::Result;
use crate::lab_type::Lab;
use crate::node::Node;

pub(super) const FAULT: Fault = Fault {
    name: "db-truncated",
    what: "the database file is cut off in its middle",
    apply,
    settled: settled::crash_loops,
};

fn apply(_: &Lab, node: &Node) -> Result<()> {
    edit_stopped(node, &db(node), |bytes| {
        let bolt = Bolt::open(bytes)?;
        // The file is longer than what is used of it: cut into what is used.
        let half = bolt.page(bolt.high_water() / 2).start;
        bytes.truncate(half);
        Ok(())
    })
}
