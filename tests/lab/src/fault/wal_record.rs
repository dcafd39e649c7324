// SPDX-License-Identifier: Apache-2.0

use super::change::edit_stopped;
use super::fault_type::Fault;
use super::settled;
use super::wal::{newest_segment, records};
use crate::error::{LabError, Result};
use crate::lab_type::Lab;
use crate::node::Node;

pub(super) const FAULT: Fault = Fault {
    name: "wal-record",
    what: "a record in the middle of the write-ahead log is damaged",
    apply,
    settled: settled::crash_loops,
};

fn apply(_: &Lab, node: &Node) -> Result<()> {
    edit_stopped(node, &newest_segment(node)?, |bytes| {
        // The longest record is an entry with keys in it; a byte of a value keeps its framing whole.
        let longest = records(bytes)
            .into_iter()
            .max_by_key(ExactSizeIterator::len)
            .ok_or_else(|| LabError::value("the write-ahead log is empty"))?;
        let middle = usize::midpoint(longest.start, longest.end);
        if let Some(byte) = bytes.get_mut(middle) {
            *byte ^= 0x01;
        }
        Ok(())
    })
}
