// SPDX-License-Identifier: Apache-2.0

//! The member list.

use std::collections::BTreeMap;

use super::kind::{Refusal, RefusalKind};
use crate::model::ProcessKind;
use crate::replace::options::Options;
use crate::replace::world::World;

pub(super) const KINDS: &[RefusalKind] = &[
    RefusalKind {
        id: "unstarted-member",
        title: "another member was added and never started",
        why: "one change at a time: an unstarted member counts against the quorum, and another add would make the initial cluster ambiguous",
        override_flag: None,
        check: Some(unstarted),
    },
    RefusalKind {
        id: "another-learner",
        title: "another member is a learner",
        why: "etcd allows one learner, and a change is under way",
        override_flag: None,
        check: Some(learner),
    },
    RefusalKind {
        id: "duplicate-names",
        title: "two members have one name",
        why: "`--initial-cluster` is keyed by name: etcd would count the members wrongly (etcd#13757)",
        override_flag: None,
        check: Some(names),
    },
    RefusalKind {
        id: "duplicate-peer-urls",
        title: "two members have one peer URL",
        why: "an entry could not be told from the other",
        override_flag: None,
        check: Some(urls),
    },
    RefusalKind {
        id: "lists-differ",
        title: "the survivors' member lists differ",
        why: "a change is under way, or a member holds an entry that the others removed (etcd#20967)",
        override_flag: None,
        check: Some(lists),
    },
    RefusalKind {
        id: "survivor-force-new-cluster",
        title: "a survivor runs with force-new-cluster",
        why: "at its next restart it makes itself a cluster of one and the others leave for good",
        override_flag: None,
        check: Some(force_new_cluster),
    },
    RefusalKind {
        id: "another-replace",
        title: "another replacement is in progress",
        why: "two of them would remove two members",
        override_flag: None,
        check: Some(another),
    },
];

fn unstarted(world: &World, _: &Options) -> Option<Refusal> {
    let others = world.others();
    let other = others.iter().find(|peer| !peer.listed.is_started())?;
    Some(
        Refusal::new(
            format!(
                "a member at {} was added and never started ({})",
                other.listed.peer_urls.join(","),
                other.listed.id
            ),
            "start it, or remove its entry, and then replace this one",
        )
        .with([format!("etcdctl member remove {}", other.listed.id)]),
    )
}

fn learner(world: &World, _: &Options) -> Option<Refusal> {
    let others = world.others();
    let other = others
        .iter()
        .find(|peer| peer.listed.is_learner && peer.listed.is_started())?;
    Some(
        Refusal::new(
            format!(
                "member \"{}\" ({}) is a learner",
                other.listed.name, other.listed.id
            ),
            "promote it or remove it first",
        )
        .with([format!("etcdctl member promote {}", other.listed.id)]),
    )
}

fn names(world: &World, _: &Options) -> Option<Refusal> {
    let mut seen: BTreeMap<&str, String> = BTreeMap::new();
    let entry = world.entry().map(|entry| entry.id);
    for (listed, _) in world.observation.listed() {
        let name = if Some(listed.id) == entry {
            world.target.name.as_str()
        } else {
            listed.name.as_str()
        };
        if name.is_empty() {
            continue;
        }
        if let Some(first) = seen.insert(name, listed.id.to_string()) {
            return Some(Refusal::new(
                format!(
                    "members {first} and {} are both named \"{name}\"",
                    listed.id
                ),
                "restart one of them under another `--name`; the name is published at its start",
            ));
        }
    }
    None
}

fn urls(world: &World, _: &Options) -> Option<Refusal> {
    let mut seen: BTreeMap<&str, String> = BTreeMap::new();
    for (listed, _) in world.observation.listed() {
        for url in &listed.peer_urls {
            if let Some(first) = seen.insert(url, listed.id.to_string()) {
                return Some(
                    Refusal::new(
                        format!(
                            "members {first} and {} both have the peer URL {url}",
                            listed.id
                        ),
                        "correct one of them",
                    )
                    .with([format!(
                        "etcdctl member update {} --peer-urls=URL",
                        listed.id
                    )]),
                );
            }
        }
    }
    None
}

fn lists(world: &World, _: &Options) -> Option<Refusal> {
    let survivors = world.survivors();
    let mut first: Option<(String, Vec<String>)> = None;
    for peer in &survivors {
        let Some(list) = peer.seen.member_list.value() else {
            continue;
        };
        let mut shape: Vec<String> = list
            .iter()
            .map(|m| format!("{} {} {}", m.id, m.is_learner, m.peer_urls.join(",")))
            .collect();
        shape.sort();
        match &first {
            None => first = Some((peer.listed.label(), shape)),
            Some((label, other)) if *other != shape => {
                return Some(Refusal::new(
                    format!(
                        "the member lists of \"{label}\" and \"{}\" differ",
                        peer.listed.label()
                    ),
                    "look again in a moment; where it stays so, see `etcdctl member list` on each endpoint",
                ));
            }
            Some(_) => {}
        }
    }
    None
}

fn force_new_cluster(world: &World, _: &Options) -> Option<Refusal> {
    let others = world.others();
    let bad = others.iter().find(|peer| {
        peer.seen
            .process
            .as_ref()
            .is_some_and(|process| process.config.is_true("force-new-cluster"))
    })?;
    let how = match &bad.seen.process {
        Some(process) if process.kind == ProcessKind::DockerContainer => format!(
            "docker-inspect-run --host {} --recreate {} --unset-arg force-new-cluster",
            process.seen_on, process.name
        ),
        _ => "take it out of its manifest, unit or config file".to_owned(),
    };
    Some(Refusal::new(
        format!(
            "member \"{}\" runs with `--force-new-cluster`",
            bad.listed.label()
        ),
        format!("start it again without that setting first, while the others still run: `{how}`"),
    ))
}

fn another(world: &World, options: &Options) -> Option<Refusal> {
    let ours = world.earlier.as_ref().map(|earlier| earlier.run.as_str());
    let holder = [world.foreign_lock.as_ref(), world.node.lock.as_ref()]
        .into_iter()
        .flatten()
        .find(|holder| Some(holder.run.as_str()) != ours)?;
    Some(
        Refusal::new(
            format!(
                "a replacement begun by {} at {} is in progress (run {})",
                holder.who, holder.since, holder.run
            ),
            "let it finish, or resume it where it was begun",
        )
        .with([options.command("status")]),
    )
}
