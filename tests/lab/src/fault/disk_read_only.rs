// SPDX-License-Identifier: Apache-2.0

use super::fault_type::Fault;
use super::settled;
use crate::error::Result;
use crate::lab_type::Lab;
use crate::node::Node;

pub(super) const FAULT: Fault = Fault {
    name: "disk-read-only",
    what: "the file system under the data folder is read-only",
    apply,
    settled: settled::crash_loops,
};

fn apply(_: &Lab, node: &Node) -> Result<()> {
    node.stop_etcd()?;
    node.run(["mount", "--bind", "/var/lib/etcd", "/var/lib/etcd"])?
        .ok()?;
    node.run(["mount", "-o", "remount,bind,ro", "/var/lib/etcd"])?
        .ok()?;
    node.start_etcd()
}
