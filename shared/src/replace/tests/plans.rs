// SPDX-License-Identifier: Apache-2.0

use crate::replace::run::stamp;
use crate::replace::steps::{self, Facts, StepId};
use crate::replace::world::{DataView, Earlier, RuntimeState, WalIdentity, World};

use super::made::{CLUSTER, dead, healthy, id, incident, options, world};

/// The steps between save and verify that would be done.
fn todo(world: &World, facts: &Facts) -> Vec<StepId> {
    steps::ALL
        .iter()
        .filter(|step| step.id() > StepId::Save && step.id() < StepId::Verify)
        .filter(|step| !step.is_done(world, facts, &options()))
        .map(|step| step.id())
        .collect()
}

#[test]
fn the_incident_needs_every_step() {
    use StepId::{Add, Recreate, Remove, SetAside, Stop, Wait};
    assert_eq!(
        todo(&incident(), &Facts::default()),
        [Stop, Remove, SetAside, Add, Recreate, Wait]
    );
}

/// The world after each step: what is left to do is what comes after it.
#[test]
fn each_step_sees_from_the_world_that_it_was_done() {
    use StepId::{Add, Recreate, Remove, SetAside, Wait};
    let facts = Facts {
        restart_policy: Some("always".to_owned()),
        ..Facts::default()
    };
    let mut world = incident();
    world.earlier = Some(Earlier {
        run: "r".to_owned(),
        old_id: Some(id(2)),
    });
    // stopped, its data held
    world.node.runtime = RuntimeState::Stopped;
    world.node.restarts_by_itself = false;
    world.node.restart_policy = "no".to_owned();
    world.node.data.locked_by_us = true;
    assert_eq!(
        todo(&world, &facts),
        [Remove, SetAside, Add, Recreate, Wait]
    );
    // removed
    world.observation.members.remove(1);
    assert_eq!(todo(&world, &facts), [SetAside, Add, Recreate, Wait]);
    // set aside
    world.node.data = DataView {
        member_present: false,
        identity: None,
        ..world.node.data
    };
    assert_eq!(todo(&world, &facts), [Add, Recreate, Wait]);
    // added, under a new id, not started
    let mut entry = dead(2);
    if let Some(listed) = &mut entry.listed {
        listed.id = id(9);
        listed.name = String::new();
        listed.client_urls = Vec::new();
        listed.is_learner = true;
    }
    world.observation.members.push(entry);
    assert_eq!(todo(&world, &facts), [Recreate, Wait]);
    // re-created and started
    world
        .node
        .settings
        .flags
        .insert("initial-cluster-state".to_owned(), "existing".to_owned());
    world.node.runtime = RuntimeState::Running;
    assert_eq!(
        todo(&world, &facts),
        [Recreate, Wait],
        "its restart policy is not back yet"
    );
    world.node.restart_policy = "always".to_owned();
    world.node.restarts_by_itself = true;
    assert_eq!(todo(&world, &facts), [Wait]);
    // joined and promoted
    let mut joined = healthy(2);
    if let Some(listed) = &mut joined.listed {
        listed.id = id(9);
    }
    let mut read = joined.linearizable_read.value().copied().unwrap();
    read.header.member_id = id(9);
    joined.linearizable_read = crate::model::Probe::answered(read, std::time::Duration::ZERO);
    world.observation.members.pop();
    world.observation.members.push(joined);
    world.node.data.member_present = true;
    world.node.data.identity = Some(WalIdentity {
        member: id(9),
        cluster: CLUSTER,
    });
    assert_eq!(todo(&world, &facts), []);
    assert_eq!(
        world.id_to_remove(),
        None,
        "the new member is not removed again"
    );
}

#[test]
fn a_second_replacement_of_the_same_node_sees_the_old_existing_flags_for_what_they_are() {
    let mut world = incident();
    world
        .node
        .settings
        .flags
        .insert("initial-cluster-state".to_owned(), "existing".to_owned());
    assert!(world.definition_is_new(), "the same list by name and URL");
    assert!(
        todo(&world, &Facts::default()).contains(&StepId::Stop),
        "it runs the old member all the same"
    );
}

#[test]
fn the_initial_cluster_names_the_target_before_during_and_after() {
    let list =
        "etcd-n1=https://10.0.0.1:2380,etcd-n2=https://10.0.0.2:2380,etcd-n3=https://10.0.0.3:2380";
    assert_eq!(incident().initial_cluster(), list);
    let removed = world(vec![healthy(1), healthy(3)]);
    assert_eq!(removed.initial_cluster(), list);
}

#[test]
fn stamps_sort_by_time() {
    let at: jiff::Timestamp = "2026-11-22T10:15:30Z".parse().unwrap();
    assert_eq!(stamp(at), "20261122T101530Z");
}
