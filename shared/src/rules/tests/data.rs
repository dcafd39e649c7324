// SPDX-License-Identifier: Apache-2.0

//! Alarms, divergence, space.

use super::build::*;
use crate::model::{Alarm, AlarmKind, MemberId, Observation, Probe, Severity, Status, Subject};
use crate::rules::assess;

fn with_hashes(size: usize, hashes: &[(usize, u32)]) -> Observation {
    let mut observation = cluster(size);
    for (index, hash) in hashes {
        if let Probe::Answered { value, .. } = &mut at(&mut observation, *index).hash_kv {
            value.hash = *hash;
        }
    }
    observation
}

#[test]
fn the_minority_of_differing_hashes_is_named() {
    let finding = &findings(with_hashes(3, &[(3, 7)]))[0];
    assert_eq!(finding.id, "hash-mismatch");
    assert_eq!(finding.severity, Severity::Critical);
    assert_eq!(
        finding.subject,
        Subject::Member {
            id: Some(id(3)),
            name: "etcd-n3".to_owned()
        }
    );
    assert!(
        finding
            .cause
            .contains("etcd-n3 holds other data than the majority (etcd-n1, etcd-n2)")
    );
    assert!(finding.remedy.commands[0].ends_with("snapshot save etcd-n1.snapshot"));
}

#[test]
fn without_a_majority_nobody_is_blamed() {
    let finding = &findings(with_hashes(3, &[(2, 6), (3, 7)]))[0];
    assert_eq!(finding.subject, Subject::Cluster);
    assert!(finding.cause.contains("no majority"));
    assert!(
        !finding
            .remedy
            .commands
            .iter()
            .any(|c| c.contains("etcd-replace"))
    );
    // Two of five against one of five: two do not answer, so three of five are not known.
    let mut observation = with_hashes(5, &[(3, 7)]);
    for index in [4, 5] {
        silence(
            at(&mut observation, index),
            crate::model::ProbeErrorKind::DialTimeout,
        );
    }
    let findings = findings(observation);
    let finding = findings.iter().find(|f| f.id == "hash-mismatch").unwrap();
    assert!(finding.cause.contains("no majority"));
}

#[test]
fn hashes_of_other_compactions_or_revisions_are_not_compared() {
    let mut observation = with_hashes(3, &[(3, 7)]);
    if let Probe::Answered { value, .. } = &mut at(&mut observation, 3).hash_kv {
        value.compact_revision = 700;
    }
    assert_eq!(findings(observation), []);
    let mut observation = with_hashes(3, &[(3, 7)]);
    if let Probe::Answered { value, .. } = &mut at(&mut observation, 3).hash_kv {
        value.revision = 991;
    }
    assert_eq!(findings(observation), []);
}

fn with_alarm(member_id: MemberId, kind: AlarmKind) -> Observation {
    let mut observation = cluster(3);
    for index in 1..=3 {
        at(&mut observation, index).alarms = answered(vec![Alarm { member_id, kind }]);
    }
    observation
}

#[test]
fn nospace_says_how_to_win_space_with_the_leader_last() {
    let finding = &findings(with_alarm(id(2), AlarmKind::NoSpace))[0];
    assert_eq!(finding.id, "alarm-nospace");
    assert_eq!(finding.severity, Severity::Critical);
    let commands = &finding.remedy.commands;
    assert_eq!(
        commands,
        &[
            "docker -H ssh://root@10.0.0.2 exec etcd etcdctl compact 1000",
            "docker -H ssh://root@10.0.0.2 exec etcd etcdctl defrag",
            "docker -H ssh://root@10.0.0.3 exec etcd etcdctl defrag",
            "docker -H ssh://root@10.0.0.1 exec etcd etcdctl defrag",
            "docker -H ssh://root@10.0.0.2 exec etcd etcdctl alarm disarm",
        ]
    );
}

#[test]
fn the_quota_and_the_health_page_are_echoes_of_the_alarm() {
    let mut observation = with_alarm(id(2), AlarmKind::NoSpace);
    set_size(&mut observation, 2, 2040, 2030, 0);
    if let Probe::Answered { value, .. } = &mut at(&mut observation, 1).http_health {
        value.healthy = false;
        value.status_code = 503;
        value.reason = "ALARM NOSPACE".to_owned();
    }
    let assessment = assess(observation);
    assert_eq!(ids(&assessment), ["alarm-nospace"]);
    assert_eq!(
        assessment.findings[0].echoes,
        ["db-near-quota", "health-page"]
    );
}

#[test]
fn an_alarm_of_a_removed_member_may_be_disarmed_only_where_hashes_agree() {
    let observation = with_alarm(MemberId(0xdead), AlarmKind::Corrupt);
    let finding = &findings(observation.clone())[0];
    assert_eq!(finding.id, "alarm-of-removed-member");
    assert_eq!(
        finding.remedy.commands,
        ["docker -H ssh://root@10.0.0.1 exec etcd etcdctl alarm disarm"]
    );
    let mut unknown = observation;
    at(&mut unknown, 2).hash_kv = Probe::NotTried;
    assert!(findings(unknown)[0].remedy.commands.is_empty());
}

#[test]
fn corrupt_is_an_echo_of_the_hashes_that_show_it() {
    let mut observation = with_alarm(id(3), AlarmKind::Corrupt);
    assert_eq!(top(observation.clone()), "alarm-corrupt");
    if let Probe::Answered { value, .. } = &mut at(&mut observation, 3).hash_kv {
        value.hash = 7;
    }
    let assessment = assess(observation);
    assert_eq!(ids(&assessment), ["hash-mismatch"]);
}

fn set_size(observation: &mut Observation, index: usize, mib: i64, in_use: i64, quota: i64) {
    set_status(observation, index, |status| {
        status.db_size_bytes = mib << 20;
        status.db_size_in_use_bytes = in_use << 20;
        status.db_size_quota_bytes = quota << 20;
    });
}

fn set_status(observation: &mut Observation, index: usize, change: impl Fn(&mut Status)) {
    if let Probe::Answered { value, .. } = &mut at(observation, index).status {
        change(value);
    }
}

#[test]
fn the_quota_in_steps() {
    for (mib, quota, expected) in [
        (1600, 0, None),
        (1640, 0, Some(Severity::Warning)),
        (1940, 0, Some(Severity::Warning)),
        (1950, 0, Some(Severity::Critical)),
        // 3.6 tells its quota.
        (1950, 8192, None),
        (6600, 8192, Some(Severity::Warning)),
    ] {
        let mut observation = cluster(3);
        set_size(&mut observation, 2, mib, mib, quota);
        let findings = findings(observation);
        let finding = findings.iter().find(|f| f.id == "db-near-quota");
        assert_eq!(
            finding.map(|f| f.severity),
            expected,
            "{mib} of {quota} MiB"
        );
    }
}

#[test]
fn the_quota_of_the_flags_counts_where_nothing_else_tells() {
    let mut observation = cluster(3);
    set_size(&mut observation, 2, 1950, 1950, 0);
    let flags = &mut at(&mut observation, 2)
        .process
        .as_mut()
        .unwrap()
        .config
        .flags;
    flags.insert("quota-backend-bytes".to_owned(), (8i64 << 30).to_string());
    assert_eq!(findings(observation), []);
}

#[test]
fn fragmentation_needs_both_a_share_and_a_size() {
    for (mib, in_use, expected) in [
        (90, 10, false), // small files do not matter
        (100, 50, true), // more than 45 % free of over 100 MB
        (100, 60, false),
        (1000, 560, false),
        (1000, 540, true),
    ] {
        let mut observation = cluster(3);
        set_size(&mut observation, 2, mib, in_use, 0);
        let found = findings(observation)
            .iter()
            .any(|f| f.id == "db-fragmented");
        assert_eq!(found, expected, "{in_use} of {mib} MiB");
    }
}

#[test]
fn lag_leader_and_term() {
    type Change = fn(&mut Status);
    let cases: &[(Change, Option<&str>)] = &[
        (|s| s.raft_index = 45_000, None),
        (
            |s| {
                s.raft_index = 44_000;
                s.raft_applied_index = 44_000;
            },
            Some("raft-lag"),
        ),
        (|s| s.raft_applied_index = 45_000, None),
        (|s| s.raft_applied_index = 44_999, Some("applied-lag")),
        // 3.3 does not tell it.
        (|s| s.raft_applied_index = 0, None),
        (|s| s.leader = MemberId(0), Some("no-leader")),
        (|s| s.leader = id(2), Some("leaders-differ")),
        (|s| s.raft_term = 4, Some("terms-differ")),
    ];
    for (number, (change, expected)) in cases.iter().enumerate() {
        let mut observation = cluster(3);
        set_status(&mut observation, 2, change);
        let found = findings(observation);
        assert_eq!(
            found.first().map(|f| f.id.as_str()),
            *expected,
            "case {number}"
        );
    }
}
