// SPDX-License-Identifier: Apache-2.0

//! The survivors' data.

use super::kind::{Refusal, RefusalKind};
use crate::model::AlarmKind;
use crate::replace::hashes::{self, Agreement};
use crate::replace::options::Options;
use crate::replace::world::World;

pub(super) const KINDS: &[RefusalKind] = &[
    RefusalKind {
        id: "hash-unequal",
        title: "the survivors' data differs and no majority agrees",
        why: "the new member would copy one of them, perhaps the wrong one",
        override_flag: None,
        check: Some(unequal),
    },
    RefusalKind {
        id: "nospace",
        title: "a survivor raised NOSPACE",
        why: "no write is accepted until it is cured, the lock of this tool included",
        override_flag: None,
        check: Some(nospace),
    },
    RefusalKind {
        id: "corrupt-survivor",
        title: "a survivor is marked CORRUPT",
        why: "its data is not to be copied, and it may be the one to replace",
        override_flag: None,
        check: Some(corrupt),
    },
    RefusalKind {
        id: "snapshot-failed",
        title: "the snapshot failed",
        why: "nothing is taken away before a verified copy exists",
        override_flag: None,
        check: None,
    },
    RefusalKind {
        id: "snapshot-damaged",
        title: "the snapshot failed its check",
        why: "the survivor that it came from has a broken database, too",
        override_flag: None,
        check: None,
    },
    RefusalKind {
        id: "snapshot-no-room",
        title: "there is no room for the snapshot",
        why: "half a snapshot is none",
        override_flag: None,
        check: None,
    },
];

fn unequal(world: &World, _: &Options) -> Option<Refusal> {
    match hashes::agreement(world) {
        Agreement::NoMajority { groups } => Some(
            Refusal::new(
                format!("the members' data differs (HashKV): {groups}"),
                "decide with `kubectl etcd-health db` on a snapshot of each which one to trust",
            )
            .with(world.survivors().iter().filter_map(|peer| {
                let endpoint = peer.seen.endpoint.as_ref()?;
                Some(format!(
                    "etcdctl --endpoints={endpoint} snapshot save etcd-{}.db",
                    peer.listed.id
                ))
            })),
        ),
        Agreement::Minority { member, groups } if world.entry().is_none_or(|e| e.id != member) => {
            Some(Refusal::new(
                format!(
                    "the data of survivor {member} differs from the majority's (HashKV): {groups}"
                ),
                format!("replace {member} first: it is the one that is wrong"),
            ))
        }
        _ => None,
    }
}

fn nospace(world: &World, _: &Options) -> Option<Refusal> {
    let target = world.entry().map(|entry| entry.id);
    let survivors = world.survivors();
    let raised = survivors
        .iter()
        .filter_map(|peer| peer.seen.alarms.value())
        .flatten()
        .find(|alarm| alarm.kind == AlarmKind::NoSpace && Some(alarm.member_id) != target)?;
    let endpoint = survivors
        .iter()
        .find(|peer| peer.listed.id == raised.member_id)
        .and_then(|peer| peer.seen.endpoint.clone());
    let endpoint = endpoint.map_or_else(String::new, |e| format!(" --endpoints={e}"));
    let revision = world
        .most_advanced()
        .and_then(|peer| Some(peer.seen.status.value()?.header.revision));
    let revision = revision.map_or_else(|| "REVISION".to_owned(), |r| r.to_string());
    Some(
        Refusal::new(
            format!("survivor {} has raised a NOSPACE alarm", raised.member_id),
            "compact, defragment and disarm first",
        )
        .with([
            format!("etcdctl{endpoint} compact {revision}"),
            format!("etcdctl{endpoint} defrag"),
            format!("etcdctl{endpoint} alarm disarm"),
        ]),
    )
}

fn corrupt(world: &World, options: &Options) -> Option<Refusal> {
    let others = world.others();
    let survivors = world.survivors();
    let raised = survivors
        .iter()
        .filter_map(|peer| peer.seen.alarms.value())
        .flatten()
        .find(|alarm| {
            alarm.kind == AlarmKind::Corrupt
                && others.iter().any(|peer| peer.listed.id == alarm.member_id)
        })?;
    let name = others
        .iter()
        .find(|peer| peer.listed.id == raised.member_id)
        .map_or_else(|| raised.member_id.to_string(), |peer| peer.listed.label());
    Some(
        Refusal::new(
            format!("member \"{name}\" is marked CORRUPT, and it is not the target"),
            "replace that one first",
        )
        .with([options.command(&format!("node {name}"))]),
    )
}
