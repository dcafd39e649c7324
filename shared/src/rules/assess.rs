// SPDX-License-Identifier: Apache-2.0

use crate::model::{
    Assessment, Finding, MemberAssessment, MemberObservation, Observation, ProbeErrorKind,
    REPORT_SCHEMA, Severity, Subject, Verdict,
};

use super::explain::explain;
use super::summary::summary;
use super::{FAMILIES, MemberView, RuleInput, member_health};

/// From everything seen to one conclusion.
pub fn assess(observation: Observation) -> Assessment {
    let input = RuleInput::new(&observation);
    let mut findings = Vec::new();
    for family in FAMILIES {
        (family.check)(&input, &mut findings);
    }
    let findings = explain(&input, findings);
    let verdict = verdict_of(&input, &findings);
    let summary = summary(&input, verdict, &findings);
    let quorum = input.quorum;
    let members: Vec<_> = observation
        .members
        .iter()
        .map(|member| MemberAssessment {
            id: member.id(),
            label: member.label.clone(),
            health: member_health(&observation, member),
            top_finding: top_finding(&findings, member),
        })
        .collect();
    Assessment {
        schema: REPORT_SCHEMA.to_owned(),
        verdict,
        summary,
        quorum,
        healthy_members: members
            .iter()
            .filter(|m| m.health.is_healthy())
            .filter_map(|m| m.id)
            .collect(),
        members,
        findings,
        observation,
    }
}

/// The one word for these findings about this input.
pub fn verdict_of(input: &RuleInput<'_>, findings: &[Finding]) -> Verdict {
    if quorum_is_lost(input) {
        return Verdict::QuorumLost;
    }
    if !input.quorum_holds() {
        return Verdict::Unknown;
    }
    let all_voters_healthy = input.quorum.healthy_voters == input.quorum.voters;
    let worst = findings.iter().map(|f| f.severity).max();
    match worst {
        _ if !all_voters_healthy => Verdict::Degraded,
        Some(Severity::Critical | Severity::Degraded) => Verdict::Degraded,
        Some(Severity::Warning) => Verdict::Warning,
        Some(Severity::Info) | None => Verdict::Healthy,
    }
}

/// Whether it is known that no quorum works. Unknown members may: they are not counted as dead,
/// unless a living member itself says that it has no leader.
pub(super) fn quorum_is_lost(input: &RuleInput<'_>) -> bool {
    let quorum = &input.quorum;
    if quorum.voters == 0 || quorum.healthy_voters > 0 {
        return false;
    }
    quorum.unknown_voters < quorum.quorum || input.own().any(says_no_leader)
}

fn says_no_leader(member: &MemberView<'_>) -> bool {
    let no_leader_in_status = member.seen.status.value().is_some_and(|s| s.leader.0 == 0);
    let no_leader_on_read = member
        .seen
        .linearizable_read
        .error()
        .is_some_and(|e| e.kind == ProbeErrorKind::NoLeader);
    member.is_voter() && (no_leader_in_status || no_leader_on_read)
}

/// The first, hence worst, finding about a member.
fn top_finding(findings: &[Finding], member: &MemberObservation) -> Option<String> {
    let subject = Subject::Member {
        id: member.id(),
        name: member.label.clone(),
    };
    findings
        .iter()
        .find(|f| f.subject == subject)
        .map(|f| f.id.clone())
}
