// SPDX-License-Identifier: Apache-2.0

use proptest::prelude::*;

use super::build::*;
use crate::model::{MemberHealth, ProbeErrorKind, ProcessState, Severity, Verdict, Version};
use crate::rules::{
    Refusal, Voter, assess, quorum_size, removal_keeps_quorum, tolerance, would_add_be_accepted,
    would_promote_be_accepted, would_remove_be_accepted,
};

#[test]
fn the_arithmetic_is_the_faqs_table() {
    // etcd FAQ: cluster size, majority, failure tolerance.
    for (size, majority, failures) in [
        (1, 1, 0),
        (2, 2, 0),
        (3, 2, 1),
        (4, 3, 1),
        (5, 3, 2),
        (6, 4, 2),
        (7, 4, 3),
        (8, 5, 3),
        (9, 5, 4),
    ] {
        assert_eq!(quorum_size(size), majority, "size {size}");
        assert_eq!(tolerance(size, size), failures, "size {size}");
    }
    assert_eq!(tolerance(1, 3), -1);
}

#[test]
fn a_healthy_cluster_yields_no_finding() {
    for size in [3, 5, 7] {
        let assessment = assess(cluster(size));
        assert_eq!(assessment.findings, Vec::new(), "{size} members");
        assert_eq!(assessment.verdict, Verdict::Healthy);
        assert_eq!(assessment.healthy_members.len(), size);
    }
    let assessment = assess(cluster(3));
    assert_eq!(
        assessment.summary,
        "all 3 voting members are healthy; the cluster survives one more failure"
    );
}

#[test]
fn one_member_is_down() {
    let mut observation = cluster(3);
    crash_loop(at(&mut observation, 2), &[]);
    let assessment = assess(observation);
    assert_eq!(assessment.verdict, Verdict::Degraded);
    assert_eq!(assessment.quorum.tolerance, 0);
    assert_eq!(
        assessment.summary,
        "1 of 3 members is down (etcd-n2); the cluster still has quorum and survives no further \
         failure"
    );
}

#[test]
fn two_members_stopped_is_quorum_lost_and_no_replacement_is_advised() {
    let mut observation = cluster(3);
    isolate(at(&mut observation, 1));
    for index in [2, 3] {
        let member = at(&mut observation, index);
        silence(member, ProbeErrorKind::Refused);
        member.process.as_mut().unwrap().state = ProcessState::Exited;
    }
    let assessment = assess(observation);
    assert_eq!(assessment.verdict, Verdict::QuorumLost);
    let top = &assessment.findings[0];
    assert_eq!(
        (top.id.as_str(), top.severity),
        ("quorum-lost", Severity::Critical)
    );
    assert!(
        top.remedy
            .text
            .contains("etcd-n1 has the highest raft index seen (50000)")
    );
    assert_eq!(
        top.remedy.commands.first().map(String::as_str),
        Some("docker -H ssh://root@10.0.0.2 start etcd")
    );
    let replaces = assessment
        .findings
        .iter()
        .flat_map(|f| &f.remedy.commands)
        .any(|c| c.contains("etcd-replace"));
    assert!(!replaces);
}

#[test]
fn all_three_stopped_is_quorum_lost() {
    let mut observation = cluster(3);
    for index in 1..=3 {
        let member = at(&mut observation, index);
        silence(member, ProbeErrorKind::Refused);
        member.process.as_mut().unwrap().state = ProcessState::Exited;
    }
    assert_eq!(assess(observation).verdict, Verdict::QuorumLost);
}

#[test]
fn nothing_answering_and_no_process_seen_is_unknown_not_lost() {
    let mut observation = cluster(3);
    for member in &mut observation.members {
        silence(member, ProbeErrorKind::DialTimeout);
        member.process = None;
    }
    let assessment = assess(observation);
    assert_eq!(assessment.verdict, Verdict::Unknown);
    assert_eq!(ids(&assessment)[0], "access-nothing-answers");
    assert!(assessment.members.iter().all(|m| m.health.is_unknown()));
}

#[test]
fn a_read_with_a_quorum_proves_one_that_cannot_all_be_seen() {
    let mut observation = cluster(5);
    for index in [3, 4, 5] {
        let member = at(&mut observation, index);
        silence(member, ProbeErrorKind::DialTimeout);
        member.process = None;
    }
    let assessment = assess(observation);
    assert_eq!(assessment.verdict, Verdict::Degraded);
    assert_eq!(assessment.quorum.tolerance, 0);
}

#[test]
fn one_survivor_without_a_leader_means_quorum_lost_from_here() {
    let mut observation = cluster(3);
    isolate(at(&mut observation, 1));
    for index in [2, 3] {
        let member = at(&mut observation, index);
        silence(member, ProbeErrorKind::DialTimeout);
        member.process = None;
    }
    let assessment = assess(observation);
    assert_eq!(assessment.verdict, Verdict::QuorumLost);
    assert!(
        assessment
            .summary
            .contains("2 cannot be reached from here and may live")
    );
}

#[test]
fn healthy_needs_the_lists_ids() {
    let mut observation = cluster(3);
    let assessment = assess(observation.clone());
    assert!(
        assessment
            .members
            .iter()
            .all(|m| m.health == MemberHealth::Healthy)
    );
    if let crate::model::Probe::Answered { value, .. } =
        &mut at(&mut observation, 3).linearizable_read
    {
        value.header.member_id = id(2);
    }
    let assessment = assess(observation);
    assert!(!assessment.members[2].health.is_healthy());
    assert_eq!(assessment.quorum.healthy_voters, 2);
}

fn voters(connected: &[bool]) -> Vec<Voter> {
    connected
        .iter()
        .enumerate()
        .map(|(index, connected)| Voter {
            id: id(index + 1),
            started: true,
            connected: *connected,
        })
        .collect()
}

#[test]
fn what_the_strict_check_says_to_an_add() {
    let v3_4 = Version::new(3, 4, 23);
    let v3_5_29 = Version::new(3, 5, 29);
    let v3_5_30 = Version::new(3, 5, 30);
    let v3_6_10 = Version::new(3, 6, 10);
    let v3_6_11 = Version::new(3, 6, 11);
    let v3_7 = Version::new(3, 7, 0);
    let cases: &[(&str, Version, &[bool], bool, bool)] = &[
        // what, version, connected, learner, accepted
        ("all up", v3_4, &[true, true, true], false, true),
        (
            "one of three down",
            v3_4,
            &[true, true, false],
            false,
            false,
        ),
        (
            "one of three down, learner",
            v3_4,
            &[true, true, false],
            true,
            false,
        ),
        (
            "one of three down",
            v3_5_29,
            &[true, true, false],
            true,
            false,
        ),
        // 2 of 3 are no quorum of the 4 there would be.
        (
            "one of three down",
            v3_5_30,
            &[true, true, false],
            true,
            false,
        ),
        (
            "one of five down",
            v3_5_29,
            &[true, true, true, true, false],
            false,
            false,
        ),
        (
            "one of five down",
            v3_5_30,
            &[true, true, true, true, false],
            false,
            true,
        ),
        (
            "one of five down",
            v3_6_10,
            &[true, true, true, true, false],
            false,
            false,
        ),
        (
            "one of five down",
            v3_6_11,
            &[true, true, true, true, false],
            false,
            true,
        ),
        (
            "one of five down",
            v3_7,
            &[true, true, true, true, false],
            false,
            true,
        ),
        (
            "two of five down",
            v3_5_30,
            &[true, true, true, false, false],
            false,
            false,
        ),
        (
            "after a removal: two of two",
            v3_4,
            &[true, true],
            false,
            true,
        ),
        ("one to two", v3_4, &[true], false, true),
        ("one to two", v3_7, &[true], true, true),
    ];
    for (what, version, connected, learner, accepted) in cases {
        assert_eq!(
            would_add_be_accepted(*version, &voters(connected), *learner).is_ok(),
            *accepted,
            "{what}, {version}, learner {learner}"
        );
    }
    // An entry that never started counts against the started ones.
    let mut two = voters(&[true, true]);
    two[1].started = false;
    assert_eq!(
        would_add_be_accepted(v3_4, &two, false),
        Err(Refusal::NotEnoughStarted {
            started: 1,
            needed: 2
        })
    );
}

#[test]
fn what_the_strict_check_says_to_a_removal() {
    let cases: &[(&str, &[bool], usize, bool)] = &[
        ("dead one of three", &[true, true, false], 3, true),
        ("living one of three, all up", &[true, true, true], 3, true),
        (
            "living one of three, one down",
            &[true, true, false],
            2,
            false,
        ),
        ("living one of two", &[true, true], 2, true),
        ("the last one", &[true], 1, false),
        (
            "dead one of five, two down",
            &[true, true, true, false, false],
            5,
            true,
        ),
    ];
    for (what, connected, target, accepted) in cases {
        assert_eq!(
            would_remove_be_accepted(&voters(connected), id(*target)).is_ok(),
            *accepted,
            "{what}"
        );
    }
    assert_eq!(
        would_remove_be_accepted(&voters(&[true]), id(9)),
        Err(Refusal::NoSuchMember { id: id(9) })
    );
}

#[test]
fn a_promotion_counts_the_learner_as_started() {
    assert!(would_promote_be_accepted(&voters(&[true, true])).is_ok());
    let mut three = voters(&[true, true, true]);
    three[1].started = false;
    three[2].started = false;
    assert_eq!(
        would_promote_be_accepted(&three),
        Err(Refusal::NotEnoughStarted {
            started: 2,
            needed: 3
        })
    );
}

/// What a member may be found like.
#[derive(Clone, Copy, Debug)]
enum Shape {
    Well,
    CrashLoop,
    Stopped,
    Paused,
    Refused,
    Unreachable,
    Hangs,
}

fn shape() -> impl Strategy<Value = Shape> {
    prop_oneof![
        4 => Just(Shape::Well),
        1 => Just(Shape::CrashLoop),
        1 => Just(Shape::Stopped),
        1 => Just(Shape::Paused),
        1 => Just(Shape::Refused),
        1 => Just(Shape::Unreachable),
        1 => Just(Shape::Hangs),
    ]
}

/// A cluster of these; without a quorum nobody can confirm a read.
fn shaped(shapes: &[Shape]) -> crate::model::Observation {
    let mut observation = cluster(shapes.len());
    let well = shapes.iter().filter(|s| matches!(s, Shape::Well)).count();
    let quorum = well >= quorum_size(shapes.len());
    for (index, shape) in shapes.iter().enumerate() {
        let member = at(&mut observation, index + 1);
        match shape {
            Shape::Well if quorum => {}
            Shape::Well => isolate(member),
            Shape::CrashLoop => crash_loop(
                member,
                &[
                    "panic: freepages: failed to get all reachable pages (page 5: multiple references)",
                ],
            ),
            Shape::Stopped => {
                silence(member, ProbeErrorKind::Refused);
                member.process.as_mut().unwrap().state = ProcessState::Exited;
            }
            Shape::Paused => {
                silence(member, ProbeErrorKind::NoAnswer);
                member.process.as_mut().unwrap().state = ProcessState::Paused;
            }
            Shape::Refused => {
                silence(member, ProbeErrorKind::Refused);
                member.process = None;
            }
            Shape::Unreachable => {
                silence(member, ProbeErrorKind::DialTimeout);
                member.process = None;
            }
            Shape::Hangs => silence(member, ProbeErrorKind::NoAnswer),
        }
    }
    observation
}

proptest! {
    #[test]
    fn tolerance_is_what_can_fail(voters in 1usize..12, healthy in 0usize..12) {
        let healthy = healthy.min(voters);
        let tolerance = tolerance(healthy, voters);
        // With that many fewer there still is a majority, with one more there is none.
        if tolerance >= 0 {
            let left = healthy - usize::try_from(tolerance).unwrap();
            prop_assert!(left * 2 > voters);
            prop_assert!((left - 1) * 2 <= voters);
        } else {
            prop_assert!(healthy * 2 <= voters);
        }
    }

    #[test]
    fn a_replacement_is_advised_only_where_removing_keeps_a_quorum(
        shapes in prop::collection::vec(shape(), 1..8),
    ) {
        let assessment = assess(shaped(&shapes));
        let healths: Vec<_> = assessment
            .members
            .iter()
            .filter_map(|m| m.id.map(|id| (id, m.health.clone())))
            .collect();
        for finding in &assessment.findings {
            for command in &finding.remedy.commands {
                let Some(rest) = command.strip_prefix("kubectl etcd-replace node ") else {
                    continue;
                };
                let name = rest.split(' ').next().unwrap();
                let target = assessment.members.iter().find(|m| m.label == name).unwrap();
                prop_assert!(!target.health.is_healthy());
                prop_assert!(!target.health.is_unknown());
                prop_assert!(removal_keeps_quorum(&healths, target.id.unwrap()));
            }
        }
    }

    #[test]
    fn a_majority_is_never_called_lost_and_a_minority_never_healthy(
        shapes in prop::collection::vec(shape(), 1..8),
    ) {
        let well = shapes.iter().filter(|s| matches!(s, Shape::Well)).count();
        let verdict = assess(shaped(&shapes)).verdict;
        if well >= quorum_size(shapes.len()) {
            prop_assert!(verdict != Verdict::QuorumLost && verdict != Verdict::Unknown);
        } else {
            prop_assert!(verdict == Verdict::QuorumLost || verdict == Verdict::Unknown);
        }
    }

    #[test]
    fn the_order_of_the_members_changes_nothing(
        shapes in prop::collection::vec(shape(), 2..7),
        turn in 0usize..7,
    ) {
        let observation = shaped(&shapes);
        let mut turned = observation.clone();
        let by = turn % turned.members.len();
        turned.members.rotate_left(by);
        let (one, other) = (assess(observation), assess(turned));
        prop_assert_eq!(one.findings, other.findings);
        prop_assert_eq!(one.summary, other.summary);
    }
}
