// SPDX-License-Identifier: Apache-2.0

//! The faults of the lab, with the logs that the lab recorded of them: each must have its own
//! cause on top (docs/lab.md has the table), on 3.4.23 and on 3.5.16.

use super::build::*;
use crate::model::{
    Alarm, AlarmKind, ClusterId, MemberId, MemberObservation, Observation, Probe, ProbeErrorKind,
    ProcessState, Verdict,
};
use crate::rules::assess;

const VERSIONS: &[&str] = &["3.4.23", "3.5.16"];

/// The end of a recorded log, as an engine gives it.
fn recorded(version: &str, name: &str) -> Vec<String> {
    let path = format!(
        "{}/../tests/fixtures/logs/{version}/{name}.log",
        env!("CARGO_MANIFEST_DIR")
    );
    let text = std::fs::read(&path).unwrap_or_else(|e| panic!("{path}: {e}"));
    let text = String::from_utf8_lossy(&text).into_owned();
    let lines: Vec<_> = text.lines().map(str::to_owned).collect();
    lines[lines.len().saturating_sub(400)..].to_vec()
}

fn with_log(member: &mut MemberObservation, lines: &[String]) {
    let lines: Vec<&str> = lines.iter().map(String::as_str).collect();
    set_log(member, &lines);
}

/// The lab's cluster with a fault at etcd-n3: its log and a healthy member's are the recorded ones.
fn lab(version: &str, fault: &str, shape: Shape) -> Observation {
    let mut observation = cluster(3);
    for member in &mut observation.members {
        if let Probe::Answered { value, .. } = &mut member.status {
            value.version = version.to_owned();
        }
        let process = member.process.as_mut().unwrap();
        process
            .config
            .flags
            .remove("experimental-initial-corrupt-check");
    }
    // A member without a container has no log.
    if fault != "member-added-never-started" {
        with_log(at(&mut observation, 3), &recorded(version, fault));
    }
    let peer = recorded(version, &format!("{fault}.peer"));
    with_log(at(&mut observation, 1), &peer);
    shape(&mut observation);
    observation
}

type Shape = fn(&mut Observation);

/// The container is started over and over, or has just been started.
fn crash_loops(observation: &mut Observation) {
    let member = at(observation, 3);
    silence(member, ProbeErrorKind::Refused);
    let process = member.process.as_mut().unwrap();
    process.state = ProcessState::Restarting;
    process.state_text = "Restarting (2) 3 seconds ago".to_owned();
    process.exit_code = Some(2);
}

/// etcd-n3 was removed, added again (hence without a name), and its start fails.
fn crash_loops_unstarted(observation: &mut Observation) {
    crash_loops(observation);
    unstarted(observation);
}

fn unstarted(observation: &mut Observation) {
    let member = at(observation, 3);
    let listed = member.listed.as_mut().unwrap();
    listed.name = String::new();
    listed.client_urls = Vec::new();
    let list: Vec<_> = observation
        .members
        .iter()
        .filter_map(|m| m.listed.clone())
        .collect();
    for index in [1, 2] {
        at(observation, index).member_list = answered(list.clone());
    }
}

fn removed(observation: &mut Observation) {
    crash_loops(observation);
    at(observation, 3).listed = None;
    for index in [1, 2] {
        at(observation, index).member_list = answered(vec![listed(1), listed(2)]);
    }
}

fn hangs(observation: &mut Observation) {
    silence(at(observation, 3), ProbeErrorKind::NoAnswer);
}

/// What etcd-n3 answers comes from another cluster.
fn elsewhere(observation: &mut Observation) {
    let member = at(observation, 3);
    let own = MemberId(0xbad3);
    if let Probe::Answered { value, .. } = &mut member.status {
        value.header.cluster_id = ClusterId(0xbad);
        value.header.member_id = own;
        value.leader = own;
    }
    for read in [&mut member.linearizable_read, &mut member.serializable_read] {
        if let Probe::Answered { value, .. } = read {
            value.header.cluster_id = ClusterId(0xbad);
            value.header.member_id = own;
        }
    }
    member.member_list = answered(vec![listed(3)]);
}

fn mismatched(observation: &mut Observation) {
    elsewhere(observation);
    isolate(at(observation, 3));
    unstarted(observation);
}

fn forced(observation: &mut Observation) {
    let process = at(observation, 3).process.as_mut().unwrap();
    process
        .config
        .flags
        .insert("force-new-cluster".to_owned(), "true".to_owned());
}

/// etcd-n3 is a cluster of one, the recorded peer was thrown out.
fn fired(observation: &mut Observation) {
    forced(observation);
    at(observation, 3).member_list = answered(vec![listed(3)]);
    for index in [1, 2] {
        let member = at(observation, index);
        silence(member, ProbeErrorKind::Refused);
        member.listed = None;
        let process = member.process.as_mut().unwrap();
        process.state = ProcessState::Restarting;
        process.state_text = "Restarting (0) 3 seconds ago".to_owned();
    }
    let peer = at(observation, 1).process.as_ref().unwrap().log.clone();
    at(observation, 2).process.as_mut().unwrap().log = peer;
}

fn never_started(observation: &mut Observation) {
    silence(at(observation, 3), ProbeErrorKind::Refused);
    at(observation, 3).process = None;
    unstarted(observation);
}

fn learner_stuck(observation: &mut Observation) {
    let member = at(observation, 3);
    member.listed.as_mut().unwrap().is_learner = true;
    member.linearizable_read = Probe::Skipped {
        reason: "a learner answers no linearizable reads".to_owned(),
    };
    member.process.as_mut().unwrap().started_at = Some(now());
    if let Probe::Answered { value, .. } = &mut member.status {
        value.is_learner = true;
        value.raft_index = 40_000;
        value.raft_applied_index = 40_000;
        value.leader = MemberId(0);
        value.errors = vec!["etcdserver: no leader".to_owned()];
    }
    let list: Vec<_> = observation
        .members
        .iter()
        .filter_map(|m| m.listed.clone())
        .collect();
    for member in &mut observation.members {
        member.member_list = answered(list.clone());
    }
}

fn nospace(observation: &mut Observation) {
    for member in &mut observation.members {
        member.alarms = answered(vec![Alarm {
            member_id: id(3),
            kind: AlarmKind::NoSpace,
        }]);
    }
}

fn diverged(observation: &mut Observation) {
    if let Probe::Answered { value, .. } = &mut at(observation, 3).hash_kv {
        value.hash = 7;
    }
}

fn certificate_of(observation: &mut Observation, kind: ProbeErrorKind) {
    let member = at(observation, 3);
    let (client, peer) = (member.client_tls.clone(), member.peer_tls.clone());
    silence(member, kind);
    member.client_tls = client;
    member.peer_tls = peer;
    for port in [&mut member.client_tls, &mut member.peer_tls] {
        if let Probe::Answered { value, .. } = port {
            let certificate = &mut value.chain[0];
            if kind == ProbeErrorKind::CertificateExpired {
                certificate.not_after = "2026-11-19T08:00:00Z".parse().unwrap();
                value.verified = Err("it has expired".to_owned());
            } else {
                certificate.issuer = "CN=other-ca".to_owned();
                value.verified = Err("it is signed by another CA than the one given".to_owned());
            }
        }
    }
}

fn unreachable(observation: &mut Observation) {
    silence(at(observation, 3), ProbeErrorKind::DialTimeout);
}

fn paused(observation: &mut Observation) {
    hangs(observation);
    at(observation, 3).process.as_mut().unwrap().state = ProcessState::Paused;
}

fn stop(observation: &mut Observation, count: usize) {
    let log = at(observation, 3).process.as_ref().unwrap().log.clone();
    for index in (1..=3).rev().take(count) {
        let member = at(observation, index);
        silence(member, ProbeErrorKind::Refused);
        let process = member.process.as_mut().unwrap();
        process.state = ProcessState::Exited;
        process.log = log.clone();
    }
    if count == 2 {
        isolate(at(observation, 1));
    }
}

/// Fault, its shape, and the top finding on 3.4.23 and on 3.5.16.
const FAULTS: &[(&str, Shape, [&str; 2])] = &[
    ("multiref", crash_loops, ["db-multiref"; 2]),
    ("page-oob", crash_loops, ["db-oob", "db-pageid"]),
    ("page-beyond-end", crash_loops, ["db-sigbus"; 2]),
    ("page-zeroed", crash_loops, ["db-badtype", "db-pageid"]),
    ("meta-both", crash_loops, ["db-open"; 2]),
    ("db-truncated", crash_loops, ["db-sigbus"; 2]),
    ("db-locked", hangs, ["db-locked"; 2]),
    ("wal-record", crash_loops, ["wal-crc"; 2]),
    ("wal-tail", crash_loops, ["raft-tocommit"; 2]),
    ("wal-missing", crash_loops, ["already-bootstrapped"; 2]),
    ("stale-data-after-removal", removed, ["member-removed"; 2]),
    (
        "wiped-new-other-list",
        mismatched,
        ["cluster-id-mismatch"; 2],
    ),
    (
        "wrong-peer-url",
        crash_loops_unstarted,
        ["peerurl-nomatch"; 2],
    ),
    (
        "name-not-in-list",
        crash_loops_unstarted,
        ["name-not-in-list"; 2],
    ),
    ("foreign-single-member", elsewhere, ["foreign-cluster"; 2]),
    (
        "leftover-force-new-cluster",
        forced,
        ["force-new-cluster-left"; 2],
    ),
    (
        "force-new-cluster-fired",
        fired,
        ["force-new-cluster-left"; 2],
    ),
    (
        "member-added-never-started",
        never_started,
        ["member-unstarted"; 2],
    ),
    ("learner-stuck", learner_stuck, ["learner-stalled"; 2]),
    ("port-taken", crash_loops, ["bind"; 2]),
    ("datadir-not-writable", crash_loops, ["perm"; 2]),
    ("disk-read-only", crash_loops, ["disk-ro"; 2]),
    ("disk-full", crash_loops, ["disk-full"; 2]),
    ("slow-disk", |_| (), ["disk-slow"; 2]),
    ("nospace-alarm", nospace, ["alarm-nospace"; 2]),
    ("diverged-data", diverged, ["hash-mismatch"; 2]),
    (
        "cert-expired",
        |o| certificate_of(o, ProbeErrorKind::CertificateExpired),
        ["cert-expired"; 2],
    ),
    (
        "cert-foreign",
        |o| certificate_of(o, ProbeErrorKind::UnknownCa),
        ["cert-foreign"; 2],
    ),
    ("node-link-down", unreachable, ["member-unreachable"; 2]),
    ("node-drop", unreachable, ["member-unreachable"; 2]),
    ("process-paused", paused, ["process-paused"; 2]),
    ("one-down", |o| stop(o, 1), ["process-exited"; 2]),
    ("two-down", |o| stop(o, 2), ["quorum-lost"; 2]),
    ("three-down", |o| stop(o, 3), ["quorum-lost"; 2]),
];

#[test]
fn every_fault_of_the_lab_has_its_cause_on_top() {
    let mut wrong = Vec::new();
    for (fault, shape, tops) in FAULTS {
        for (version, expected) in VERSIONS.iter().zip(tops) {
            let assessment = assess(lab(version, fault, *shape));
            let got = ids(&assessment).first().copied().unwrap_or("nothing");
            if got != *expected {
                wrong.push(format!("{fault} on {version}: {got}, not {expected}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

/// One cause is one finding: beside it only what is information about the whole cluster.
#[test]
fn the_echoes_of_a_fault_are_beneath_it() {
    let mut loud = Vec::new();
    for (fault, shape, _) in FAULTS {
        for version in VERSIONS {
            let assessment = assess(lab(version, fault, *shape));
            let also: Vec<_> = ids(&assessment)
                .into_iter()
                .skip(1)
                .zip(assessment.findings.iter().skip(1))
                .filter(|(_, f)| f.severity > crate::model::Severity::Info)
                .map(|(id, _)| id)
                .collect();
            // Each stopped member is a finding of its own beneath the lost quorum.
            let stopped = also.iter().all(|id| *id == "process-exited");
            if !also.is_empty() && !stopped {
                loud.push(format!("{fault} on {version}: {also:?}"));
            }
        }
    }
    assert!(loud.is_empty(), "{loud:#?}");
}

#[test]
fn verdicts_of_the_faults() {
    for (fault, shape, _) in FAULTS {
        for version in VERSIONS {
            let verdict = assess(lab(version, fault, *shape)).verdict;
            let expected = match *fault {
                "two-down" | "three-down" => Verdict::QuorumLost,
                "slow-disk" => Verdict::Warning,
                _ => Verdict::Degraded,
            };
            assert_eq!(verdict, expected, "{fault} on {version}");
        }
    }
}

#[test]
fn a_healthy_lab_is_healthy() {
    for version in VERSIONS {
        let mut observation = cluster(3);
        for member in &mut observation.members {
            with_log(member, &recorded(version, "healthy"));
            if let Probe::Answered { value, .. } = &mut member.status {
                value.version = (*version).to_owned();
            }
        }
        let assessment = assess(observation);
        assert_eq!(
            assessment.verdict,
            Verdict::Healthy,
            "{version}: {:?}",
            ids(&assessment)
        );
    }
}
