// SPDX-License-Identifier: Apache-2.0

use super::bolt::Bolt;
use super::change::{db, edit_stopped};
use super::fault_type::Fault;
use super::settled;
use crate::error::Result;
use crate::lab_type::Lab;
use crate::node::Node;

pub(super) const FAULT: Fault = Fault {
    name: "meta-both",
    what: "both meta pages of the database fail their checksum",
    apply,
    settled: settled::crash_loops,
};

/// The checksum's place in a meta page: header 16, then 56 bytes that it covers.
const CHECKSUM: usize = 16 + 56;

fn apply(_: &Lab, node: &Node) -> Result<()> {
    edit_stopped(node, &db(node), |bytes| {
        let mut bolt = Bolt::open(bytes)?;
        for page in 0..2 {
            let at = bolt.page(page).start + CHECKSUM;
            if let Some(byte) = bolt.bytes().get_mut(at) {
                *byte ^= 0xFF;
            }
        }
        Ok(())
    })
}
