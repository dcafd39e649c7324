// SPDX-License-Identifier: Apache-2.0

use crate::model::{Finding, ProcessState, Severity, Subject};
use crate::rules::assess::quorum_is_lost;
use crate::rules::{Family, MemberView, Rule, RuleInput, advice, rank};

use super::logs;

/// Quorum.
pub const FAMILY: Family = Family {
    name: "quorum",
    rules: &[LOST],
    check,
};

const LOST: Rule = Rule {
    id: "quorum-lost",
    title: "the cluster has no quorum",
    severity: Severity::Critical,
    rank: rank::ROOT,
    condition: "no voter answers a linearizable read with the list's ids, and fewer voters than \
                ⌊n/2⌋+1 can still be alive, or a living voter says that it has no leader",
    authority: "raft; etcd FAQ",
    meaning: "Fewer than a majority of the voting members work together: etcd takes no writes and \
              answers no consistent reads, and the Kubernetes API is down with it. Nothing is \
              lost by that alone.",
    remedy: "Bring back stopped members, with their data as it is, until a majority runs. Never \
             remove or replace a member, wipe data or use force-new-cluster while members can \
             still be brought back.",
    reference: "https://etcd.io/docs/latest/op-guide/recovery/",
};

fn check(input: &RuleInput<'_>, findings: &mut Vec<Finding>) {
    if !quorum_is_lost(input) {
        return;
    }
    let quorum = input.quorum;
    let alive = voters(input).filter(|m| m.seen.answered()).count();
    let missing = quorum.quorum.saturating_sub(alive);
    let mut finding = LOST.finding(
        Subject::Cluster,
        format!(
            "{alive} of {} voting members answer and none of them can confirm a read; {} must \
             agree",
            quorum.voters, quorum.quorum
        ),
    );
    for member in voters(input) {
        let reason = member.health.reason().unwrap_or("healthy");
        finding = finding.shown_by(member.label(), reason);
    }
    findings.push(runbook(input, finding, missing));
}

/// Who to bring back first, and how; never a replacement.
fn runbook(input: &RuleInput<'_>, finding: Finding, missing: usize) -> Finding {
    let mut down: Vec<_> = voters(input).filter(|m| !m.seen.answered()).collect();
    down.sort_by_key(|m| ease_of_return(m));
    let mut text = String::new();
    if let Some((leader, index)) = most_advanced(input) {
        text.push_str(&format!(
            "{leader} has the highest raft index seen ({index}): keep it and its data as they \
             are. "
        ));
    }
    match down.first() {
        Some(first) if missing > 0 => {
            text.push_str(&format!(
                "Bring back {missing} more of {}, with the data as it is; {} first. ",
                names(&down),
                first.label()
            ));
        }
        _ => text.push_str(
            "The members live but do not form a quorum: check that their peer ports (2380) reach \
             each other. ",
        ),
    }
    text.push_str(
        "Remove, replace or wipe nothing until a majority runs. Only if that is impossible for \
         good: restore from a snapshot, or follow etcd's disaster recovery on the most advanced \
         member.",
    );
    let commands: Vec<_> = down.iter().filter_map(|m| return_command(m)).collect();
    let check = input.health_command();
    finding
        .remedied(text)
        .with_commands(commands)
        .with_command(check)
}

fn voters<'a, 'b>(input: &'b RuleInput<'a>) -> impl Iterator<Item = &'b MemberView<'a>> {
    input.members.iter().filter(|m| m.is_voter())
}

/// The living member with the highest raft index.
fn most_advanced<'a>(input: &'a RuleInput<'_>) -> Option<(&'a str, u64)> {
    input
        .own()
        .filter(|m| m.is_voter())
        .filter_map(|m| m.seen.status.value().map(|s| (m.label(), s.raft_index)))
        .filter(|(_, index)| *index > 0)
        .max_by_key(|(_, index)| *index)
}

/// Frozen ones come back as they were; then stopped ones; damaged data comes last.
fn ease_of_return(member: &MemberView<'_>) -> u8 {
    if logs::data_is_damaged(member) {
        return 9;
    }
    match member.seen.process.as_ref().map(|p| p.state) {
        Some(ProcessState::Paused) => 0,
        Some(ProcessState::Running) => 1,
        Some(ProcessState::Exited) => 2,
        Some(ProcessState::Restarting) => 4,
        Some(ProcessState::Created | ProcessState::Unknown) => 5,
        None => 3,
    }
}

fn return_command(member: &MemberView<'_>) -> Option<String> {
    if logs::data_is_damaged(member) {
        return None;
    }
    let process = member.seen.process.as_ref()?;
    match process.state {
        ProcessState::Paused => advice::unpause_command(process),
        ProcessState::Exited => advice::start_command(process),
        _ => None,
    }
}

fn names(members: &[&MemberView<'_>]) -> String {
    members
        .iter()
        .map(|m| m.label())
        .collect::<Vec<_>>()
        .join(", ")
}
