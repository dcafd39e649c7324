// SPDX-License-Identifier: Apache-2.0

//! Quorum lost, or that would be lost.

use super::kind::{Refusal, RefusalKind};
use crate::model::{ListSource, ListedMember};
use crate::replace::options::Options;
use crate::replace::world::{Peer, World};
use crate::rules::{Voter, quorum_size, would_add_be_accepted, would_remove_be_accepted};

pub(super) const KINDS: &[RefusalKind] = &[
    RefusalKind {
        id: "quorum-lost",
        title: "the cluster has no quorum now",
        why: "without quorum no member can be removed or added; a forced new cluster is another procedure with other risks",
        override_flag: None,
        check: Some(quorum_lost),
    },
    RefusalKind {
        id: "list-not-current",
        title: "the member list could not be read through a quorum",
        why: "a member that is cut off answers an old list from its own memory",
        override_flag: None,
        check: Some(list_not_current),
    },
    RefusalKind {
        id: "single-member",
        title: "the cluster has one member",
        why: "removing it would remove the data",
        override_flag: None,
        check: Some(single_member),
    },
    RefusalKind {
        id: "quorum-would-be-lost",
        title: "the healthy voters left would be no quorum",
        why: "removing the target must leave a quorum of healthy voters; an unknown member does not count as healthy",
        override_flag: None,
        check: Some(would_be_lost),
    },
    RefusalKind {
        id: "change-would-be-refused",
        title: "etcd itself would refuse the removal or the add",
        why: "stopping halfway between removal and add leaves the cluster without room for another failure",
        override_flag: None,
        check: Some(change_refused),
    },
];

fn quorum_lost(world: &World, options: &Options) -> Option<Refusal> {
    let peers = world.peers();
    let proven = peers
        .iter()
        .any(|peer| !peer.listed.is_learner && peer.health.is_healthy());
    if proven {
        return None;
    }
    let (voters, quorum) = world.voters_and_quorum();
    let sentence = if voters == 0 {
        "no member list could be read: it is not known whether the cluster has a quorum".to_owned()
    } else {
        format!(
            "quorum is lost: none of {voters} voters answers a linearizable read, {quorum} are needed"
        )
    };
    let mut ranked: Vec<&Peer<'_>> = peers
        .iter()
        .filter(|peer| peer.seen.status.value().is_some())
        .collect();
    ranked.sort_by_key(|peer| {
        std::cmp::Reverse(peer.seen.status.value().map(|status| status.raft_index))
    });
    let mut remedy = "bring a stopped member back first: quorum returns by itself when enough of \
                      them run"
        .to_owned();
    let mut commands = vec![options.health_command()];
    if let Some((best, status)) = ranked
        .first()
        .and_then(|best| Some((best, best.seen.status.value()?)))
    {
        remedy.push_str(&format!(
            "; only where that is impossible, start over from \"{}\", which has the highest raft \
             index ({}): save its data, then start that one alone with --force-new-cluster, and \
             add the others as new members",
            best.listed.label(),
            status.raft_index
        ));
        if let Some(endpoint) = &best.seen.endpoint {
            commands.push(format!(
                "etcdctl --endpoints={endpoint} snapshot save etcd-{}.db",
                best.listed.id
            ));
        }
    }
    Some(Refusal::new(sentence, remedy).with(commands))
}

fn list_not_current(world: &World, options: &Options) -> Option<Refusal> {
    match &world.observation.list_source {
        ListSource::Linearizable { .. } => None,
        _ => Some(
            Refusal::new(
                "the member list is not known to be current: no member answered it after a linearizable read",
                "see which members answer, and make sure that this machine reaches them",
            )
            .with([options.health_command()]),
        ),
    }
}

fn single_member(world: &World, _: &Options) -> Option<Refusal> {
    let others = world
        .others()
        .iter()
        .filter(|peer| !peer.listed.is_learner)
        .count();
    (others == 0 && !world.peers().is_empty()).then(|| {
        Refusal::new(
            "the target is the only voter: removing it would remove the cluster",
            "restore from a snapshot instead (`etcdutl snapshot restore`), or repair the member in place",
        )
    })
}

fn would_be_lost(world: &World, options: &Options) -> Option<Refusal> {
    let others = world.others();
    let voters: Vec<_> = others.iter().filter(|p| !p.listed.is_learner).collect();
    if voters.is_empty() {
        return None;
    }
    let healthy = voters.iter().filter(|p| p.health.is_healthy()).count();
    let needed = quorum_size(voters.len());
    if healthy >= needed {
        return None;
    }
    Some(
        Refusal::new(
            format!(
                "without the target {} voters remain, {needed} of them must be healthy and {healthy} are: {}",
                voters.len(),
                unhealthy(&voters)
            ),
            "bring the other member back first",
        )
        .with([options.health_command()]),
    )
}

/// "etcd-n2 is unhealthy (reason)", for each that is not healthy.
pub(super) fn unhealthy(peers: &[&Peer<'_>]) -> String {
    let words: Vec<_> = peers
        .iter()
        .filter(|peer| !peer.health.is_healthy())
        .map(|peer| {
            let state = if peer.health.is_unknown() {
                "is unknown"
            } else {
                "is unhealthy"
            };
            format!(
                "\"{}\" {state} ({})",
                peer.listed.label(),
                peer.health.reason().unwrap_or_default()
            )
        })
        .collect();
    words.join(", ")
}

fn change_refused(world: &World, options: &Options) -> Option<Refusal> {
    let version = world.cluster_version()?;
    let entry = world.entry();
    let voters: Vec<Voter> = world
        .peers()
        .iter()
        .filter(|peer| !peer.listed.is_learner)
        .map(|peer| Voter {
            id: peer.listed.id,
            started: peer.listed.is_started(),
            connected: peer.health.is_healthy(),
        })
        .collect();
    let removed = world.id_to_remove();
    if let Some(id) = removed.filter(|_| entry.is_some_and(|entry| !entry.is_learner))
        && let Err(refusal) = would_remove_be_accepted(&voters, id)
    {
        return Some(Refusal::new(
            format!("the removal of the target would not be accepted: {refusal}"),
            "bring the other member back first",
        ));
    }
    let adds = removed.is_some() || entry.is_none();
    if !adds {
        return None;
    }
    let left: Vec<Voter> = voters
        .into_iter()
        .filter(|voter| Some(voter.id) != removed)
        .collect();
    let refusal = would_add_be_accepted(version, &left, world.adds_learner(options)).err()?;
    let dead: Vec<&ListedMember> = world
        .others()
        .iter()
        .filter(|peer| !peer.listed.is_learner && !peer.health.is_healthy())
        .map(|peer| peer.listed)
        .collect();
    let names: Vec<_> = dead.iter().map(|m| format!("\"{}\"", m.label())).collect();
    Some(
        Refusal::new(
            format!(
                "after the removal the add would not be accepted by etcd {version}: {refusal}; besides the target not healthy: {}",
                names.join(", ")
            ),
            "bring the other member back, or remove it first where it is gone for good (this version wants every listed voter connected before an add)",
        )
        .with(dead.iter().map(|m| format!("etcdctl member remove {}", m.id))),
    )
}
