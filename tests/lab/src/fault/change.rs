// SPDX-License-Identifier: Apache-2.0

//! What several faults do to a node or its member.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::error::{LabError, Result};
use crate::etcd::Member;
use crate::lab_type::Lab;
use crate::node::Node;
use crate::wait;

/// The label under which a fault notes a helper process of a node.
pub(crate) fn label(node: &Node, helper: &str) -> String {
    format!("fault-{}-{helper}", node.name)
}

/// The node's database file, on the host.
pub(super) fn db(node: &Node) -> PathBuf {
    node.data_dir().join("member/snap/db")
}

/// Changes a file's bytes while etcd does not run, then starts etcd.
pub(super) fn edit_stopped(
    node: &Node,
    path: &Path,
    edit: impl FnOnce(&mut Vec<u8>) -> Result<()>,
) -> Result<()> {
    node.stop_etcd()?;
    let mut bytes = fs::read(path).map_err(LabError::file("read", path))?;
    edit(&mut bytes)?;
    fs::write(path, bytes).map_err(LabError::file("write", path))?;
    node.start_etcd()
}

/// The members beside this node's.
pub(super) fn others<'a>(lab: &'a Lab, node: &Node) -> Result<Vec<&'a Node>> {
    let others: Vec<&Node> = lab
        .members()
        .iter()
        .filter(|other| other.index != node.index)
        .collect();
    if others.is_empty() {
        return Err(LabError::value(
            "this fault needs a cluster of more than one member",
        ));
    }
    Ok(others)
}

/// The node's member as the others list it.
pub(super) fn member(lab: &Lab, node: &Node) -> Result<Member> {
    let first = others(lab, node)?[0].index;
    let url = node.peer_url();
    lab.member_list(first)?
        .into_iter()
        .find(|member| member.peer_urls.contains(&url))
        .ok_or_else(|| LabError::value(format!("no member has the peer URL \"{url}\"")))
}

/// Gives leadership away if the node has it: what the cluster then does about the node's damage
/// does not depend on who was elected.
pub(super) fn make_follower(lab: &Lab, node: &Node) -> Result<()> {
    let own = member(lab, node)?;
    let text = lab
        .etcdctl_on([node])
        .args(["-w", "json", "endpoint", "status"])
        .ok()?;
    let status: serde_json::Value = serde_json::from_str(&text)
        .map_err(|error| LabError::value(format!("etcdctl endpoint status: {error}")))?;
    let leader = status
        .pointer("/0/Status/leader")
        .and_then(serde_json::Value::as_u64);
    if leader != Some(own.id) {
        return Ok(());
    }
    let successor = member(lab, others(lab, node)?[0]).or_else(|_| {
        lab.member_list(node.index)?
            .into_iter()
            .find(|member| member.id != own.id)
            .ok_or_else(|| LabError::value("no other member"))
    })?;
    lab.etcdctl_on([node])
        .arg("move-leader")
        .arg(successor.hex())
        .ok()?;
    Ok(())
}

/// Takes the node's member out of the cluster, as `etcdctl member remove` does.
pub(super) fn remove_member(lab: &Lab, node: &Node) -> Result<()> {
    let id = member(lab, node)?.hex();
    let others = others(lab, node)?;
    retried("the removal of a member", || {
        lab.etcdctl_on(others.iter().copied())
            .args(["member", "remove", &id])
            .ok()
    })
}

/// Adds a member with the node's name and peer URL.
pub(super) fn add_member(lab: &Lab, node: &Node, learner: bool) -> Result<()> {
    let others = others(lab, node)?;
    // etcd refuses until the members have been connected for five seconds.
    retried("the addition of a member", || {
        lab.etcdctl_on(others.iter().copied())
            .args([
                "member",
                "add",
                &node.member_name(),
                "--peer-urls",
                &node.peer_url(),
            ])
            .args(learner.then_some("--learner"))
            .ok()
    })
}

fn retried(what: &str, mut attempt: impl FnMut() -> Result<String>) -> Result<()> {
    wait::until(what, Duration::from_secs(30), || {
        attempt().map(|_| ()).map_err(|error| error.to_string())
    })
}

/// Ends the node's etcd and empties its data folder.
pub(super) fn wipe(node: &Node) -> Result<()> {
    node.stop_etcd()?;
    let member = node.data_dir().join("member");
    fs::remove_dir_all(&member).map_err(LabError::file("remove", &member))
}

/// Removed, wiped and added again: what a replacement has done before it starts the new member.
pub(super) fn half_replaced(lab: &Lab, node: &Node, learner: bool) -> Result<()> {
    make_follower(lab, node)?;
    remove_member(lab, node)?;
    wipe(node)?;
    add_member(lab, node, learner)
}

/// Packets that netfilter drops in the node's network.
pub(super) fn drop_packets(node: &Node, rules: &[&[&str]]) -> Result<()> {
    for rule in rules {
        node.in_network(["iptables", "-w", "-A"])
            .args(*rule)
            .args(["-j", "DROP"])
            .ok()?;
    }
    Ok(())
}
