// SPDX-License-Identifier: Apache-2.0

use std::time::Duration;

use super::change::label;
use super::fault_type::Fault;
use super::settled;
use crate::error::Result;
use crate::lab_type::Lab;
use crate::node::Node;
use crate::{process, wait};

pub(super) const FAULT: Fault = Fault {
    name: "port-taken",
    what: "another process has the client port",
    apply,
    settled: settled::crash_loops,
};

fn apply(_: &Lab, node: &Node) -> Result<()> {
    node.stop_etcd()?;
    let pid = node
        .in_network(["socat", "TCP-LISTEN:2379,fork,reuseaddr", "PIPE"])
        .detach(&node.folder().join("var-log/port-taken.log"))?;
    process::note(&node.lab, &label(node, "port"), pid)?;
    wait::until(
        "the other process's listening",
        Duration::from_secs(10),
        || {
            let listening = node
                .in_network(["ss", "-Hltn", "sport = :2379"])
                .ok()
                .map_err(|error| error.to_string())?;
            if listening.trim().is_empty() {
                Err("no listener".to_owned())
            } else {
                Ok(())
            }
        },
    )?;
    node.start_etcd()
}
