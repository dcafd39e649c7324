// SPDX-License-Identifier: Apache-2.0

use super::fault_type::Fault;
use super::settled;
use crate::error::Result;
use crate::lab_type::Lab;
use crate::node::Node;

pub(super) const FAULT: Fault = Fault {
    name: "datadir-not-writable",
    what: "etcd runs as a user who may not write to the data folder",
    apply,
    settled: settled::crash_loops,
};

fn apply(lab: &Lab, node: &Node) -> Result<()> {
    // RKE can run etcd under a user (`--user uid:gid`); here the folder stayed root's.
    // The key stays readable for that user, so that the data folder is what fails.
    node.run(["chmod", "-R", "a+rX", "/etc/kubernetes"])?.ok()?;
    node.run(["chmod", "0755", "/var/lib/etcd"])?.ok()?;
    lab.container_for(node).user("52034:52034").run(node)
}
