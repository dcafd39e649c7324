// SPDX-License-Identifier: Apache-2.0

use std::time::Duration;

use crate::model::{
    Alarm, AlarmKind, HashKv, ListSource, ListedMember, MemberObservation, Probe, Version,
};
use crate::replace::refusals::{ALL, check};
use crate::replace::world::{LockHolder, Obstacle, RuntimeState, World};

use super::made::{dead, header, healthy, id, incident, listed, options, world};

fn ids(world: &World) -> Vec<String> {
    check(world, &options())
        .into_iter()
        .map(|refusal| refusal.id)
        .collect()
}

fn with_hash(number: u64, hash: u32) -> MemberObservation {
    let mut member = healthy(number);
    member.hash_kv = Probe::answered(
        HashKv {
            header: header(number),
            revision: 100,
            hash,
            compact_revision: 1,
        },
        Duration::ZERO,
    );
    member
}

#[test]
fn ids_and_flags_are_unique_and_said_in_words() {
    let all: Vec<_> = ALL.iter().flat_map(|family| family.iter()).collect();
    for (at, kind) in all.iter().enumerate() {
        assert!(!kind.title.is_empty() && !kind.why.is_empty());
        for other in all.iter().skip(at + 1) {
            assert_ne!(kind.id, other.id);
            assert!(kind.override_flag.is_none() || kind.override_flag != other.override_flag);
        }
    }
}

#[test]
fn the_incident_is_refused_by_nothing() {
    assert_eq!(ids(&incident()), Vec::<String>::new());
}

#[test]
fn each_world_is_refused_for_its_own_reason() {
    let with = |change: &dyn Fn(&mut World)| {
        let mut world = incident();
        change(&mut world);
        ids(&world)
    };
    let cases: Vec<(&str, Vec<String>)> = vec![
        (
            "single-member",
            ids(&{
                let mut alone = world(vec![dead(2)]);
                alone.observation.list_source = ListSource::Linearizable {
                    member: "etcd-n2".to_owned(),
                };
                alone
            }),
        ),
        ("quorum-lost", ids(&world(vec![dead(1), dead(2), dead(3)]))),
        (
            "list-not-current",
            with(&|w| {
                w.observation.list_source = ListSource::Serializable {
                    member: "etcd-n1".to_owned(),
                }
            }),
        ),
        (
            "quorum-would-be-lost",
            ids(&world(vec![healthy(1), dead(2), dead(3)])),
        ),
        (
            "unstarted-member",
            with(&|w| {
                let mut stranger = dead(4);
                stranger.listed = Some(ListedMember {
                    name: String::new(),
                    client_urls: Vec::new(),
                    is_learner: true,
                    ..listed(4)
                });
                w.observation.members.push(stranger);
            }),
        ),
        (
            "another-learner",
            with(&|w| {
                let mut learner = healthy(4);
                if let Some(listed) = &mut learner.listed {
                    listed.is_learner = true;
                }
                w.observation.members.push(learner);
            }),
        ),
        (
            "duplicate-names",
            with(&|w| {
                if let Some(listed) = &mut w.observation.members[2].listed {
                    listed.name = "etcd-n1".to_owned();
                }
            }),
        ),
        (
            "nospace",
            with(&|w| {
                let alarm = Alarm {
                    member_id: id(1),
                    kind: AlarmKind::NoSpace,
                };
                w.observation.members[0].alarms = Probe::answered(vec![alarm], Duration::ZERO);
            }),
        ),
        (
            "corrupt-survivor",
            with(&|w| {
                let alarm = Alarm {
                    member_id: id(3),
                    kind: AlarmKind::Corrupt,
                };
                w.observation.members[0].alarms = Probe::answered(vec![alarm], Duration::ZERO);
            }),
        ),
        (
            "hash-unequal",
            ids(&world(vec![with_hash(1, 7), dead(2), with_hash(3, 8)])),
        ),
        (
            "image-too-old",
            with(&|w| w.node.etcd_version = Some(Version::new(3, 3, 27))),
        ),
        (
            "image-too-new",
            with(&|w| w.node.etcd_version = Some(Version::new(3, 6, 1))),
        ),
        (
            "image-version-unknown",
            with(&|w| w.node.etcd_version = None),
        ),
        ("no-room", with(&|w| w.node.data.free_bytes = 1_000_000)),
        (
            "another-replace",
            with(&|w| {
                w.foreign_lock = Some(LockHolder {
                    run: "theirs".to_owned(),
                    ..LockHolder::default()
                })
            }),
        ),
        (
            "not-the-member",
            with(&|w| w.target.name = "etcd-n7".to_owned()),
        ),
        (
            "data-symlink",
            with(&|w| {
                w.node.obstacles.push(Obstacle {
                    refusal: "data-symlink".to_owned(),
                    sentence: "it is a link".to_owned(),
                    remedy: "mount the folder".to_owned(),
                })
            }),
        ),
        (
            "process-absent",
            with(&|w| {
                w.node.runtime = RuntimeState::Absent;
                w.node.has_current = false;
            }),
        ),
    ];
    for (want, got) in cases {
        assert!(got.iter().any(|id| id == want), "{want}: {got:?}");
    }
}

#[test]
fn three_five_zero_is_refused_and_three_five_one_is_not() {
    let of = |version: &str| {
        let mut world = incident();
        for member in &mut world.observation.members {
            if let Some(mut status) = member.status.value().cloned() {
                status.version = version.to_owned();
                member.status = Probe::answered(status, Duration::ZERO);
            }
        }
        world.node.etcd_version = version.parse().ok();
        ids(&world)
    };
    assert_eq!(of("3.5.0"), ["etcd-3.5.0"]);
    assert_eq!(of("3.5.1"), Vec::<String>::new());
}

#[test]
fn a_healthy_target_is_refused_unless_its_data_differs_or_it_is_overridden() {
    let mut healthy_world = world(vec![healthy(1), healthy(2), healthy(3)]);
    healthy_world.node.runtime = RuntimeState::Running;
    assert_eq!(ids(&healthy_world), ["target-healthy"]);

    let mut diverged = world(vec![with_hash(1, 7), with_hash(2, 8), with_hash(3, 7)]);
    diverged.node.runtime = RuntimeState::Running;
    assert_eq!(ids(&diverged), Vec::<String>::new());

    let mut options = options();
    options.overridden = vec!["target-healthy".to_owned()];
    let refusals = check(&healthy_world, &options);
    assert!(refusals.iter().all(|refusal| refusal.overridden));
}

#[test]
fn a_second_dead_member_of_five_blocks_the_add_on_old_versions_only() {
    let five = |version: &str| {
        let mut world = world(vec![healthy(1), dead(2), healthy(3), healthy(4), dead(5)]);
        for member in &mut world.observation.members {
            if let Some(mut status) = member.status.value().cloned() {
                status.version = version.to_owned();
                member.status = Probe::answered(status, Duration::ZERO);
            }
        }
        world.node.etcd_version = version.parse().ok();
        check(&world, &options())
    };
    let old = five("3.4.23");
    assert_eq!(old.len(), 1, "{old:?}");
    assert_eq!(old[0].id, "change-would-be-refused");
    assert!(old[0].sentence.contains("etcd-n5"), "it is named: {old:?}");
    assert_eq!(five("3.5.30"), []);
}
