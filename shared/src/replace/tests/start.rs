// SPDX-License-Identifier: Apache-2.0

use crate::replace::refusals;
use crate::replace::start::{ENTRIES, PROCESSES, Start, start};
use crate::replace::steps::StepId;
use crate::replace::world::{EntryState, ProcessState, RuntimeState, WalIdentity};

use super::made::{CLUSTER, dead, healthy, id, incident, listed, world};

#[test]
fn every_cell_has_a_step_or_a_refusal_that_exists() {
    for entry in ENTRIES {
        for process in PROCESSES {
            if let Start::Refused { refusal, .. } = start(entry, process) {
                assert!(refusals::kind(refusal).is_some(), "{refusal}");
            }
        }
    }
}

#[test]
fn the_incident_starts_with_a_stop() {
    let world = incident();
    assert_eq!(world.entry_state(), EntryState::ListedStarted);
    assert_eq!(world.process_state(), ProcessState::CrashLooping);
    assert!(matches!(
        start(world.entry_state(), world.process_state()),
        Start::At {
            step: StepId::Stop,
            ..
        }
    ));
}

#[test]
fn what_answers_decides_between_member_and_foreign() {
    let mut world = world(vec![healthy(1), healthy(2), healthy(3)]);
    world.node.runtime = RuntimeState::Running;
    assert_eq!(world.process_state(), ProcessState::RunningAsMember);
    if let Some(member) = world.observation.members.get_mut(1) {
        let mut foreign = member.status.value().cloned().unwrap();
        foreign.header.cluster_id = crate::model::ClusterId(0xbad);
        member.status = crate::model::Probe::answered(foreign, std::time::Duration::ZERO);
    }
    assert_eq!(world.process_state(), ProcessState::RunningForeign);
    world.observation.members[1] = dead(2);
    assert_eq!(world.process_state(), ProcessState::RunningSilent);
}

#[test]
fn a_container_that_was_set_aside_counts_as_stopped() {
    let mut world = incident();
    world.node.runtime = RuntimeState::Absent;
    world.node.has_current = false;
    assert_eq!(world.process_state(), ProcessState::Absent);
    world.node.kept = Some("etcd-before-20261122T101530Z".to_owned());
    assert_eq!(world.process_state(), ProcessState::Stopped);
}

#[test]
fn an_entry_without_a_name_at_its_peer_url_is_the_targets() {
    let mut unstarted = dead(2);
    unstarted.listed = Some(crate::model::ListedMember {
        id: id(9),
        name: String::new(),
        client_urls: Vec::new(),
        ..listed(2)
    });
    let mut world = world(vec![healthy(1), unstarted, healthy(3)]);
    assert_eq!(world.entry_state(), EntryState::ListedUnstarted);
    assert_eq!(world.id_to_remove(), None, "the entry is used, not removed");
    assert!(!world.data_is_the_entrys(), "the old data is in its way");
    world.node.data.identity = Some(WalIdentity {
        member: id(9),
        cluster: CLUSTER,
    });
    assert!(world.data_is_the_entrys());
    assert!(
        world
            .initial_cluster()
            .contains("etcd-n2=https://10.0.0.2:2380")
    );
}
