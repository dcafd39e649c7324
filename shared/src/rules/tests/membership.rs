// SPDX-License-Identifier: Apache-2.0

use super::build::*;
use crate::model::{
    KubernetesObservation, ListedMember, MemberObservation, NodeCondition, NodeObservation,
    Observation, Probe, ProbeErrorKind, Severity, Subject,
};
use crate::rules::assess;

/// An entry added and never started.
fn add_unstarted(observation: &mut Observation, learner: bool) {
    observation.members.push(MemberObservation {
        listed: Some(ListedMember {
            name: String::new(),
            client_urls: Vec::new(),
            is_learner: learner,
            ..listed(4)
        }),
        label: "https://10.0.0.4:2380".to_owned(),
        ..MemberObservation::default()
    });
}

#[test]
fn an_added_member_that_never_started_counts_against_the_quorum() {
    let mut observation = cluster(3);
    add_unstarted(&mut observation, false);
    let assessment = assess(observation);
    assert_eq!(ids(&assessment), ["member-unstarted"]);
    assert_eq!(assessment.findings[0].echoes, ["even-voters"]);
    assert_eq!(assessment.quorum.voters, 4);
    assert_eq!(assessment.quorum.tolerance, 0);
}

#[test]
fn an_unstarted_learner_is_a_warning() {
    let mut observation = cluster(3);
    add_unstarted(&mut observation, true);
    let assessment = assess(observation);
    assert_eq!(ids(&assessment), ["member-unstarted"]);
    assert_eq!(assessment.findings[0].severity, Severity::Warning);
    assert_eq!(assessment.quorum.voters, 3);
}

#[test]
fn the_number_of_voters() {
    for (size, expected) in [
        (1, Some("single-voter")),
        (2, Some("even-voters")),
        (3, None),
        (4, Some("even-voters")),
        (5, None),
        (7, None),
        (9, Some("too-many-voters")),
    ] {
        let assessment = assess(cluster(size));
        assert_eq!(ids(&assessment).first().copied(), expected, "{size}");
    }
}

#[test]
fn duplicates_are_found_and_loopback_urls_are_not() {
    let mut observation = cluster(3);
    at(&mut observation, 3).listed.as_mut().unwrap().name = "etcd-n1".to_owned();
    assert_eq!(top(observation), "duplicate-name");

    let mut observation = cluster(3);
    at(&mut observation, 3).listed.as_mut().unwrap().peer_urls =
        vec!["https://10.0.0.1:2380".to_owned()];
    assert!(
        findings(observation)
            .iter()
            .any(|f| f.id == "duplicate-url")
    );

    // k0s advertises a loopback client URL at each member.
    let mut observation = cluster(3);
    for index in 1..=3 {
        at(&mut observation, index)
            .listed
            .as_mut()
            .unwrap()
            .client_urls = vec!["https://127.0.0.1:2379".to_owned()];
    }
    assert_eq!(findings(observation), []);
}

#[test]
fn lists_that_differ_are_found_and_their_order_is_not() {
    let mut observation = cluster(3);
    at(&mut observation, 2).member_list = answered(vec![listed(3), listed(1), listed(2)]);
    assert_eq!(findings(observation), []);

    let mut observation = cluster(3);
    at(&mut observation, 2).member_list = answered(vec![listed(1), listed(2)]);
    let finding = &findings(observation)[0];
    assert_eq!(finding.id, "member-lists-differ");
    assert_eq!(finding.evidence.len(), 2);
}

fn learner(observation: &mut Observation, index: u64, minutes: i64) {
    let member = at(observation, 3);
    member.listed.as_mut().unwrap().is_learner = true;
    member.linearizable_read = Probe::Skipped {
        reason: "a learner".to_owned(),
    };
    member.process.as_mut().unwrap().started_at =
        jiff::Timestamp::from_second(now().as_second() - minutes * 60).ok();
    if let Probe::Answered { value, .. } = &mut member.status {
        value.is_learner = true;
        value.raft_index = index;
        value.raft_applied_index = index;
    }
}

#[test]
fn learners() {
    for (index, minutes, expected, severity) in [
        (50_000, 1, "learner-present", Severity::Info),
        (10_000, 1, "learner-present", Severity::Info),
        (44_000, 10, "learner-stalled", Severity::Degraded),
        (45_000, 10, "learner-stalled", Severity::Warning),
    ] {
        let mut observation = cluster(3);
        learner(&mut observation, index, minutes);
        let findings = findings(observation);
        let finding = findings
            .iter()
            .find(|f| f.id.starts_with("learner"))
            .unwrap();
        assert_eq!(
            (finding.id.as_str(), finding.severity),
            (expected, severity),
            "{index}"
        );
    }
}

#[test]
fn a_learner_without_a_leader_is_stalled_at_once() {
    let mut observation = cluster(3);
    learner(&mut observation, 49_000, 1);
    if let Probe::Answered { value, .. } = &mut at(&mut observation, 3).status {
        value.leader = crate::model::MemberId(0);
    }
    let finding = &findings(observation)[0];
    assert_eq!(finding.id, "learner-stalled");
    assert_eq!(finding.echoes, ["even-voters", "no-leader"]);
}

#[test]
fn a_learner_that_does_not_answer_is_stalled_and_the_network_its_echo() {
    let mut observation = cluster(3);
    learner(&mut observation, 1, 1);
    silence(at(&mut observation, 3), ProbeErrorKind::DialTimeout);
    let finding = &findings(observation)[0];
    assert_eq!(finding.id, "learner-stalled");
    assert_eq!(finding.echoes, ["even-voters", "member-unreachable"]);
}

fn node(index: usize) -> NodeObservation {
    NodeObservation {
        name: format!("n{index}"),
        addresses: vec![format!("10.0.0.{index}")],
        roles: vec!["controlplane".to_owned(), "etcd".to_owned()],
        ready: Some(true),
        ..NodeObservation::default()
    }
}

fn with_nodes(nodes: &[usize]) -> Observation {
    let mut observation = cluster(3);
    for index in 1..=3 {
        at(&mut observation, index).node = nodes.contains(&index).then(|| node(index));
    }
    observation.kubernetes = Some(KubernetesObservation {
        server: "https://10.0.0.1:6443".to_owned(),
        reachable: Some(Ok(())),
        nodes: nodes.iter().map(|n| node(*n)).collect(),
        ..KubernetesObservation::default()
    });
    observation
}

#[test]
fn members_and_nodes_are_matched() {
    assert_eq!(findings(with_nodes(&[1, 2, 3])), []);
    assert_eq!(top(with_nodes(&[1, 2])), "member-without-node");
    assert_eq!(top(with_nodes(&[1, 2, 3, 4])), "node-without-member");
    // Not one match: etcd lives elsewhere, and that is no fault.
    assert_eq!(findings(with_nodes(&[])), []);
}

#[test]
fn a_node_in_trouble_explains_its_broken_member_and_else_stands_alone() {
    let mut observation = with_nodes(&[1, 2, 3]);
    if let Some(kubernetes) = &mut observation.kubernetes {
        kubernetes.nodes[1].ready = None;
        kubernetes.nodes[2].pressures = vec![NodeCondition {
            kind: "DiskPressure".to_owned(),
            message: "kubelet has disk pressure".to_owned(),
            since: None,
        }];
    }
    let healthy = findings(observation.clone());
    assert_eq!(
        healthy.iter().map(|f| f.id.as_str()).collect::<Vec<_>>(),
        ["node-not-ready", "node-pressure"]
    );
    let member = at(&mut observation, 2);
    silence(member, ProbeErrorKind::DialTimeout);
    member.process = None;
    let broken = findings(observation);
    assert_eq!(broken[0].id, "member-unreachable");
    assert_eq!(broken[0].echoes, ["node-not-ready"]);
    assert_eq!(
        broken[1].subject,
        Subject::Node {
            name: "n3".to_owned()
        }
    );
}

#[test]
fn an_api_server_that_is_down_is_an_echo_of_a_lost_quorum() {
    let mut observation = with_nodes(&[1, 2, 3]);
    if let Some(kubernetes) = &mut observation.kubernetes {
        kubernetes.reachable = Some(Err("connection refused".to_owned()));
    }
    assert_eq!(top(observation.clone()), "api-server-down");
    for index in 2..=3 {
        crash_loop(at(&mut observation, index), &[]);
    }
    isolate(at(&mut observation, 1));
    let finding = &findings(observation)[0];
    assert_eq!(finding.id, "quorum-lost");
    assert!(finding.echoes.contains(&"api-server-down".to_owned()));
}
