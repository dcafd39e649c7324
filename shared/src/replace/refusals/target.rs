// SPDX-License-Identifier: Apache-2.0

//! The target itself.

use super::kind::{Refusal, RefusalKind};
use crate::model::AlarmKind;
use crate::replace::hashes;
use crate::replace::options::Options;
use crate::replace::world::{EntryState, ProcessState, RuntimeState, World};

pub(super) const KINDS: &[RefusalKind] = &[
    RefusalKind {
        id: "target-healthy",
        title: "the target is healthy",
        why: "replacing a healthy member only adds risk; a member whose data differs from the majority's is not healthy",
        override_flag: Some("--even-if-healthy"),
        check: Some(healthy),
    },
    RefusalKind {
        id: "process-absent",
        title: "there is no etcd process to take the settings from",
        why: "the new start repeats the old one with the fewest changes; with the machine or the process gone, the distribution's own join makes it",
        override_flag: None,
        check: Some(absent),
    },
    RefusalKind {
        id: "node-unreachable",
        title: "the target's node, or what runs etcd there, cannot be reached",
        why: "its etcd may still run: unknown is not dead",
        override_flag: None,
        check: None,
    },
    RefusalKind {
        id: "process-paused",
        title: "the target's process is paused",
        why: "it is frozen with all its data and can go on",
        override_flag: Some("--even-if-paused"),
        check: Some(paused),
    },
    RefusalKind {
        id: "not-the-member",
        title: "the process is not the member's",
        why: "name, peer URL or the identity in its write-ahead log belong to another member or cluster",
        override_flag: None,
        check: Some(not_the_member),
    },
    RefusalKind {
        id: "unknown-settings",
        title: "the target's settings do not say who it is",
        why: "without its name and peer URL the new entry cannot be made",
        override_flag: None,
        check: Some(unknown_settings),
    },
];

fn healthy(world: &World, options: &Options) -> Option<Refusal> {
    if world.entry_state() != EntryState::ListedStarted || world.entry_is_ours() {
        return None;
    }
    if world.process_state() != ProcessState::RunningAsMember
        && !world.target_health().is_some_and(|h| h.is_healthy())
    {
        return None;
    }
    let id = world.entry()?.id;
    if hashes::differs_from_majority(world, id) {
        return None;
    }
    let corrupt = world
        .survivors()
        .iter()
        .filter_map(|peer| peer.seen.alarms.value())
        .flatten()
        .any(|alarm| alarm.member_id == id && alarm.kind == AlarmKind::Corrupt);
    if corrupt {
        return None;
    }
    // It answers but is not healthy by a read's word (no leader reached, say): not known to be dead.
    let answers = world.target_health();
    let sentence = match answers.as_ref().and_then(|h| h.reason()) {
        None => format!(
            "member \"{}\" ({id}) is healthy: it answers linearizable reads with the right identity",
            world.target.name
        ),
        Some(reason) => format!(
            "member \"{}\" ({id}) runs with the right identity and is not known to be broken: {reason}",
            world.target.name
        ),
    };
    Some(
        Refusal::new(sentence, "see what is wrong before replacing it")
            .with([options.health_command()]),
    )
}

fn absent(world: &World, _: &Options) -> Option<Refusal> {
    if world.process_state() != ProcessState::Absent {
        return None;
    }
    let mut commands = Vec::new();
    if let Some(entry) = world.entry() {
        commands.push(format!("etcdctl member remove {}", entry.id));
    }
    Some(
        Refusal::new(
            format!(
                "there is no etcd {} for \"{}\" on its node",
                world.node.words.process, world.target.name
            ),
            format!(
                "where the machine or its {} is gone for good, remove the member and let the \
                 distribution join it again ({})",
                world.node.words.process, world.node.words.missing
            ),
        )
        .with(commands),
    )
}

fn paused(world: &World, _: &Options) -> Option<Refusal> {
    (world.node.runtime == RuntimeState::Paused).then(|| {
        Refusal::new(
            format!("{} is paused, not broken", world.node.place),
            format!(
                "let it go on and see whether it becomes healthy (`{}`)",
                world.node.words.unfreeze
            ),
        )
    })
}

fn not_the_member(world: &World, _: &Options) -> Option<Refusal> {
    let remedy = "name the node or member that you mean, and check which node the tool was pointed \
                  at";
    if let Some(entry) = world.entry()
        && entry.is_started()
        && entry.name != world.target.name
    {
        return Some(Refusal::new(
            format!(
                "{} calls itself \"{}\", but the list has \"{}\" at its peer URL",
                world.node.place, world.target.name, entry.name
            ),
            remedy,
        ));
    }
    if let Some(entry) = world.entry()
        && !entry
            .peer_urls
            .iter()
            .any(|url| world.target.peer_urls.contains(url))
    {
        return Some(Refusal::new(
            format!(
                "{} advertises {}, but the list has \"{}\" at {}",
                world.node.place,
                world.target.peer_urls.join(","),
                entry.name,
                entry.peer_urls.join(",")
            ),
            "correct `--initial-advertise-peer-urls` of the process, or update the entry with `etcdctl member update`",
        ));
    }
    let identity = world.node.data.identity?;
    let cluster = world.observation.cluster_id?;
    if identity.cluster != cluster && world.process_state() != ProcessState::RunningForeign {
        // Data of a cluster that the process's own flags would make is what a start with `new`
        // left: that is the case which is cured here. Anything else is another cluster's member.
        if world.node.own_bootstrap_cluster() == Some(identity.cluster) {
            return None;
        }
        return Some(Refusal::new(
            format!(
                "the data of {} belongs to cluster {}, not to {cluster}",
                world.node.place, identity.cluster
            ),
            remedy,
        ));
    }
    if identity.cluster == cluster
        && world
            .others()
            .iter()
            .any(|peer| peer.listed.id == identity.member)
    {
        return Some(Refusal::new(
            format!(
                "the data of {} belongs to another listed member, {}",
                world.node.place, identity.member
            ),
            remedy,
        ));
    }
    None
}

fn unknown_settings(world: &World, _: &Options) -> Option<Refusal> {
    if world.process_state() == ProcessState::Absent {
        return None;
    }
    let missing = if world.target.name.is_empty() {
        "name"
    } else if world.target.peer_urls.is_empty() {
        "initial-advertise-peer-urls"
    } else {
        return None;
    };
    Some(Refusal::new(
        format!("{} does not say its `--{missing}`", world.node.place),
        "set it in its flags, environment or config file first",
    ))
}
