// SPDX-License-Identifier: Apache-2.0

use super::change::{edit_stopped, make_follower};
use super::fault_type::Fault;
use super::settled;
use super::wal::{newest_segment, records};
use crate::error::{LabError, Result};
use crate::lab_type::Lab;
use crate::node::Node;

pub(super) const FAULT: Fault = Fault {
    name: "wal-tail",
    what: "the end of the write-ahead log, entries it had acknowledged, is gone",
    apply,
    settled: settled::crash_loops,
};

fn apply(lab: &Lab, node: &Node) -> Result<()> {
    // The leader remembers what a follower acknowledged; a new leader would not.
    make_follower(lab, node)?;
    edit_stopped(node, &newest_segment(node)?, |bytes| {
        let records = records(bytes);
        let cut = records
            .get(records.len() * 2 / 3)
            .ok_or_else(|| LabError::value("the write-ahead log is empty"))?
            .start
            - 8;
        // A segment is preallocated: its unwritten end is zeros.
        bytes[cut..].fill(0);
        Ok(())
    })
}
