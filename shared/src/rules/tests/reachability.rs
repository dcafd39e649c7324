// SPDX-License-Identifier: Apache-2.0

use super::build::*;
use crate::model::{Probe, ProbeErrorKind, ProcessState, Severity};
use crate::rules::assess;

#[test]
fn each_kind_of_silence_has_its_finding() {
    for (kind, expected) in [
        (ProbeErrorKind::DialTimeout, "member-unreachable"),
        (ProbeErrorKind::NoRoute, "member-unreachable"),
        (ProbeErrorKind::Refused, "member-refused"),
        (ProbeErrorKind::NoAnswer, "member-no-answer"),
        (ProbeErrorKind::Dns, "member-name-unresolved"),
        (ProbeErrorKind::Server, "member-error"),
    ] {
        let mut observation = cluster(3);
        let member = at(&mut observation, 2);
        silence(member, kind);
        member.process = None;
        let findings = findings(observation);
        assert_eq!(findings.len(), 1, "{kind:?}: {findings:?}");
        assert_eq!(findings[0].id, expected);
        assert_eq!(findings[0].severity, Severity::Degraded);
    }
}

#[test]
fn unreachable_is_not_dead_so_no_replacement_is_advised() {
    let mut observation = cluster(3);
    let member = at(&mut observation, 2);
    silence(member, ProbeErrorKind::DialTimeout);
    member.process = None;
    let assessment = assess(observation);
    assert!(assessment.members[1].health.is_unknown());
    let commands = &assessment.findings[0].remedy.commands;
    assert!(!commands.iter().any(|c| c.contains("etcd-replace")));
    assert!(assessment.summary.contains("does not mean dead"));
}

#[test]
fn a_living_member_without_a_quorum_read_is_told_apart() {
    let mut observation = cluster(3);
    let member = at(&mut observation, 3);
    member.linearizable_read = Probe::failed(ProbeErrorKind::NoAnswer, "no answer within 5 s");
    assert_eq!(top(observation), "no-quorum-read");
}

#[test]
fn the_process_explains_the_silence() {
    for (state, kind, expected) in [
        (
            ProcessState::Paused,
            ProbeErrorKind::NoAnswer,
            "process-paused",
        ),
        (
            ProcessState::Restarting,
            ProbeErrorKind::Refused,
            "process-restarting",
        ),
        (
            ProcessState::Exited,
            ProbeErrorKind::Refused,
            "process-exited",
        ),
        (
            ProcessState::Created,
            ProbeErrorKind::Refused,
            "process-created",
        ),
    ] {
        let mut observation = cluster(3);
        let member = at(&mut observation, 2);
        silence(member, kind);
        member.process.as_mut().unwrap().state = state;
        let findings = findings(observation);
        assert_eq!(findings.len(), 1, "{state:?}: {findings:?}");
        assert_eq!(findings[0].id, expected);
        assert_eq!(findings[0].echoes.len(), 1);
    }
}

#[test]
fn a_paused_member_is_to_be_unpaused() {
    let mut observation = cluster(3);
    let member = at(&mut observation, 2);
    silence(member, ProbeErrorKind::NoAnswer);
    member.process.as_mut().unwrap().state = ProcessState::Paused;
    let findings = findings(observation);
    assert!(
        findings[0]
            .remedy
            .commands
            .contains(&"docker -H ssh://root@10.0.0.2 unpause etcd".to_owned())
    );
}
