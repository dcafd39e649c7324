// SPDX-License-Identifier: Apache-2.0

use super::docker::Docker;
use super::static_pod::StaticPod;
use super::{NodeAccess, NodeKind, Opening};
use crate::error::ShownError;
use crate::replace::options::Options;
use crate::replace::refusals::Refusal;

/// Every kind of node, in the order in which they are asked.
pub const KINDS: &[&dyn NodeKind] = &[&Docker, &StaticPod];

/// A node, or why there is none to work on.
pub enum Opened {
    /// Ready to be looked at.
    Ready(Box<dyn NodeAccess>),
    /// Nothing can be done with it.
    Refused(Refusal),
}

/// Opens the target's node by the first kind that it is of.
///
/// # Errors
/// What reaches it cannot be set up.
pub async fn open(opening: &Opening<'_>, options: &Options) -> Result<Opened, ShownError> {
    for kind in KINDS {
        if kind.is_for(opening) {
            return Ok(Opened::Ready(kind.open(opening).await?));
        }
    }
    let missing = KINDS.iter().find_map(|kind| kind.missing(opening));
    Ok(Opened::Refused(
        missing.unwrap_or_else(|| unreachable(opening, options)),
    ))
}

fn unreachable(opening: &Opening<'_>, options: &Options) -> Refusal {
    let (named, access) = (opening.named, &opening.observation.access);
    let id = "node-unreachable".to_owned();
    if let Some(process) = opening.process {
        let known: Vec<_> = KINDS.iter().map(|kind| kind.name()).collect();
        return Refusal {
            id,
            ..Refusal::new(
                format!(
                    "the etcd process of \"{named}\", {} on {}, cannot be worked on from here",
                    process.name, process.seen_on
                ),
                format!("what can be worked on: {}", known.join("; ")),
            )
        };
    }
    let notes = access.notes.join("; ");
    let why = if notes.is_empty() {
        String::new()
    } else {
        format!(": {notes}")
    };
    Refusal {
        id,
        ..Refusal::new(
            format!("nothing shows the etcd process of \"{named}\", which may still run{why}"),
            "name the node's engine with `--docker-host ssh://root@ADDRESS`, point the kubeconfig at \
             another API server where this one does not answer, or work on the node itself with \
             `--via local`; where the machine is gone for good, and only there, remove the member and let the distribution join it again \
             (`rke up` for RKE, the `recover-control-plane.yml` playbook for kubespray, `kubeadm join \
             --control-plane` for kubeadm)",
        )
        .with(std::iter::once(options.health_command()).chain(removal(opening)))
    }
}

/// What takes the target's entry off the list, where it has one.
fn removal(opening: &Opening<'_>) -> Option<String> {
    let is_targets = |url: &String| opening.target.peer_urls.contains(url);
    let mut listed = opening.observation.listed().map(|(listed, _)| listed);
    let entry = listed.find(|listed| listed.peer_urls.iter().any(is_targets))?;
    Some(format!("etcdctl member remove {}", entry.id))
}
