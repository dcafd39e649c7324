// SPDX-License-Identifier: Apache-2.0

use std::fs;
use std::time::Duration;

use super::{StaticPod, manifest};
use crate::error::{LabError, Result};
use crate::etcd::{EtcdCtl, Member};
use crate::node::Node;
use crate::run::Run;
use crate::{process, wait};

const WITHIN: Duration = Duration::from_secs(60);

/// Grows the cluster from one member to all, as one `kubeadm join` after another does: each runs
/// the command of its own manifest, directly on the node. Their data are there when the kubelets
/// come, as after a reboot of every machine.
pub(super) fn grow(
    ctl: &EtcdCtl,
    nodes: &[Node],
    etcd: &std::path::Path,
    then: impl FnOnce() -> Result<()>,
) -> Result<()> {
    for (index, node) in nodes.iter().enumerate() {
        if index > 0 {
            add(ctl, &nodes[..index], node)?;
        }
        run(node, etcd)?;
        ctl.wait_healthy(&nodes[..=index], WITHIN)?;
    }
    then()?;
    for node in nodes {
        process::end(&node.lab, &label(node));
    }
    Ok(())
}

fn add(ctl: &EtcdCtl, there: &[Node], node: &Node) -> Result<()> {
    // etcd refuses until its members have been connected for five seconds.
    wait::until("the addition of a member", WITHIN, || {
        let known: Vec<Member> = ctl.members(&there[0]).map_err(|error| error.to_string())?;
        if known.len() > there.len() {
            return Ok(());
        }
        ctl.on(there)
            .args(["member", "add", &node.member_name()])
            .arg(format!("--peer-urls={}", node.peer_url()))
            .ok()
            .map(|_| ())
            .map_err(|error| error.to_string())
    })
}

fn run(node: &Node, etcd: &std::path::Path) -> Result<()> {
    let path = StaticPod::of(node, "etcd").manifest();
    let text = fs::read_to_string(&path).map_err(LabError::file("read", &path))?;
    let words = manifest::command(&text);
    // Not in the node's process namespace: nsenter becomes etcd then, and ends with it.
    let pid = Run::new("nsenter")
        .args(["-t", &node.init_pid()?.to_string(), "-m", "-n", "--"])
        .arg(etcd)
        .args(&words[1..])
        .detach(&node.folder().join("var-log/etcd-growth.log"))?;
    process::note(&node.lab, &label(node), pid)
}

fn label(node: &Node) -> String {
    format!("growth-{}", node.name)
}
