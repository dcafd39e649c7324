// SPDX-License-Identifier: Apache-2.0

use super::bolt::Bolt;
use super::change::{db, edit_stopped};
use super::fault_type::Fault;
use super::settled;
use crate::error::{LabError, Result};
use crate::lab_type::Lab;
use crate::node::Node;

pub(super) const FAULT: Fault = Fault {
    name: "diverged-data",
    what: "one value differs from the other members' (HashKV differs)",
    apply,
    settled: settled::does_answer,
};

/// The specification of a key that is written once; its revision is the live one.
const VALUE: &[u8] = b"\"spec\":\"0001-0-0001-0-";

fn apply(_: &Lab, node: &Node) -> Result<()> {
    edit_stopped(node, &db(node), |bytes| {
        let mut bolt = Bolt::open(bytes)?;
        let values = bolt.values(bolt.bucket(b"key")?)?;
        let bytes = bolt.bytes();
        let place = values
            .into_iter()
            .find_map(|value| {
                let inside = bytes.get(value.clone())?;
                let at = inside
                    .windows(VALUE.len())
                    .position(|window| window == VALUE)?;
                Some(value.start + at + VALUE.len() - 3)
            })
            .ok_or_else(|| LabError::value("the lab's own key is not in the database"))?;
        // Pages have no checksums: bbolt cannot tell.
        bytes[place] = b'7';
        Ok(())
    })
}
