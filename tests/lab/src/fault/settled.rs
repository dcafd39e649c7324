// SPDX-License-Identifier: Apache-2.0

//! How faults show: what to wait for after applying one.

use std::time::Duration;

use crate::error::Result;
use crate::lab_type::Lab;
use crate::node::Node;
use crate::wait;

const WITHIN: Duration = Duration::from_secs(60);

/// The engine has started the container again at least once, and it has failed again.
pub(super) fn crash_loops(_: &Lab, node: &Node) -> Result<()> {
    wait::until(
        &format!("a crash loop of etcd on {}", node.name),
        WITHIN,
        || {
            let state = node.container("etcd").map_err(|error| error.to_string())?;
            // An engine says "restarting"; the kubelet lets the container lie until its next turn.
            let waits = matches!(state.status.as_str(), "restarting" | "exited");
            if state.restart_count >= 1 && waits {
                Ok(())
            } else {
                Err(format!("{state:?}"))
            }
        },
    )
}

/// The member does not answer a linearizable read.
pub(super) fn does_not_answer(lab: &Lab, node: &Node) -> Result<()> {
    wait::until(&format!("silence of etcd on {}", node.name), WITHIN, || {
        if answers(lab, node) {
            Err("it answers".to_owned())
        } else {
            Ok(())
        }
    })
}

/// The member answers a linearizable read.
pub(super) fn does_answer(lab: &Lab, node: &Node) -> Result<()> {
    wait::until(
        &format!("an answer of etcd on {}", node.name),
        WITHIN,
        || {
            if answers(lab, node) {
                Ok(())
            } else {
                Err("no answer".to_owned())
            }
        },
    )
}

fn answers(lab: &Lab, node: &Node) -> bool {
    lab.etcdctl_on([node])
        .args(["--command-timeout=2s", "--dial-timeout=1s", "get", "health"])
        .try_it()
}

/// The container's log has one of these texts (they differ between releases).
pub(super) fn log_says(node: &Node, texts: &[&str]) -> Result<()> {
    log_says_often(node, texts, 1)
}

/// Waits until so many lines of etcd's log hold one of the texts.
pub(super) fn log_says_often(node: &Node, texts: &[&str], often: usize) -> Result<()> {
    wait::until(
        &format!("a line of etcd's log on {}", node.name),
        WITHIN,
        || {
            let log = node.etcd_log(4000).map_err(|error| error.to_string())?;
            let says = |line: &&str| texts.iter().any(|text| line.contains(text));
            if log.lines().filter(says).count() >= often {
                Ok(())
            } else {
                Err(log.lines().last().unwrap_or_default().to_owned())
            }
        },
    )
}

/// Writes so many keys through the other members, several at once; failures are part of the fault.
pub(super) fn write_keys(lab: &Lab, node: &Node, count: usize) -> Result<()> {
    const AT_ONCE: usize = 8;
    let others = super::change::others(lab, node)?;
    let lanes: Vec<usize> = (0..AT_ONCE).collect();
    wait::at_once(&lanes, |lane| {
        for number in (*lane..count).step_by(AT_ONCE) {
            lab.etcdctl_on(others.iter().copied())
                .args([
                    "--command-timeout=5s",
                    "put",
                    &format!("lab-write-{number}"),
                    "x",
                ])
                .try_it();
        }
        Ok(())
    })
    .map(|_| ())
}
