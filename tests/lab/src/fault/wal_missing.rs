// SPDX-License-Identifier: Apache-2.0

use std::fs;

use super::fault_type::Fault;
use super::settled;
use crate::error::{LabError, Result};
use crate::lab_type::Lab;
use crate::node::Node;

pub(super) const FAULT: Fault = Fault {
    name: "wal-missing",
    what: "the write-ahead log is gone, the database is there",
    apply,
    settled: settled::crash_loops,
};

fn apply(_: &Lab, node: &Node) -> Result<()> {
    node.stop_etcd()?;
    let wal = node.data_dir().join("member/wal");
    fs::remove_dir_all(&wal).map_err(LabError::file("remove", &wal))?;
    node.start_etcd()
}
