// SPDX-License-Identifier: Apache-2.0

use super::bolt::Bolt;
use super::change::{db, edit_stopped};
use super::fault_type::Fault;
use super::settled;
use crate::error::{LabError, Result};
use crate::lab_type::Lab;
use crate::node::Node;

pub(super) const FAULT: Fault = Fault {
    name: "page-zeroed",
    what: "a page of the database holds nothing but zeros",
    apply,
    settled: settled::crash_loops,
};

fn apply(_: &Lab, node: &Node) -> Result<()> {
    edit_stopped(node, &db(node), |bytes| {
        let mut bolt = Bolt::open(bytes)?;
        let places = bolt.branch_ids(bolt.bucket(b"key")?)?;
        let last = *places
            .last()
            .ok_or_else(|| LabError::value("an empty branch page"))?;
        let page = bolt.page(bolt.id_at(last)?);
        bolt.bytes()
            .get_mut(page)
            .ok_or_else(|| LabError::value("a page lies beyond the file's end"))?
            .fill(0);
        Ok(())
    })
}
