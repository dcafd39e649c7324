// SPDX-License-Identifier: Apache-2.0
use std::path::Path;

use super::local_hands::LocalHands;
use super::local_watch::LocalPod;
use super::names;
use super::node::StaticPodNode;
use crate::access::local_config;
use crate::error::ShownError;
use crate::model::{ProcessKind, Via};
use crate::replace::node::Opening;
use crate::replace::target::urls;

/// Whether the work is to be done on this machine, and the target is its own static pod.
pub fn is_meant(opening: &Opening<'_>) -> bool {
    let is_static_pod = Path::new(names::FOLDER).is_dir()
        && [
            names::of_kubelet(names::FILE),
            names::stopped(),
            names::staged(),
        ]
        .iter()
        .any(|path| Path::new(path).is_file());
    let is_a_kubelets = opening.process.is_none_or(|process| {
        process.kind != ProcessKind::DockerContainer || process.name.starts_with("k8s_")
    });
    opening.observation.access.via == Via::Local
        && is_static_pod
        && is_a_kubelets
        && is_this_machines(opening)
}

/// Its name and peer URL are those of the files here; where the entry and the process are both
/// gone, the name that was given led here by these very files.
fn is_this_machines(opening: &Opening<'_>) -> bool {
    let Some(config) = local_config() else {
        return false;
    };
    let target = opening.target;
    if target.peer_urls.is_empty() {
        return target.name.is_empty();
    }
    let own = urls(&config, "initial-advertise-peer-urls");
    target.peer_urls.iter().any(|url| own.contains(url))
}

/// Opens it.
///
/// # Errors
/// There is no helper program for this machine, or no memory for it.
pub fn open(opening: &Opening<'_>) -> Result<StaticPodNode, ShownError> {
    let program = opening
        .helper
        .program(std::env::consts::ARCH)
        .map_err(ShownError::failed)?;
    let config = local_config().unwrap_or_default();
    let member = config.get("name").unwrap_or_default().to_owned();
    let node = format!("{member} (this machine)");
    let hands = LocalHands::new(format!("static pod \"etcd\" on node {node}"), &program)
        .map_err(|error| ShownError::failed("the helper cannot be run").caused_by(error))?;
    let watch = LocalPod { member };
    Ok(StaticPodNode::new(&node, Box::new(hands), Box::new(watch)))
}
