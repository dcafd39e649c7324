// SPDX-License-Identifier: Apache-2.0

use crate::model::{Finding, Severity};
use crate::rules::{Family, MemberView, Rule, RuleInput, rank};

/// Learners.
pub const FAMILY: Family = Family {
    name: "learners",
    rules: &[PRESENT, STALLED],
    check,
};

/// Share of the leader's index from which the leader lets a learner be promoted (etcd
/// server/etcdserver/server.go, readyPercentThreshold).
const READY_SHARE: f64 = 0.9;
/// How long a learner may take; k3s evicts one that makes no progress for this long.
const STALLED_SECONDS: i64 = 300;

const PRESENT: Rule = Rule {
    id: "learner-present",
    title: "a member is still a learner",
    severity: Severity::Info,
    rank: rank::OWN,
    condition: "an entry of the list is a learner, in sync or started less than 5 minutes ago",
    authority: "etcd (learner design)",
    meaning: "A learner receives the data but does not vote; it adds nothing to the quorum until \
              it is promoted.",
    remedy: "Promote it once it is in sync, or wait for whatever added it to do so.",
    reference: "https://etcd.io/docs/latest/learning/design-learner/",
};
const STALLED: Rule = Rule {
    id: "learner-stalled",
    title: "a learner does not get in sync",
    severity: Severity::Degraded,
    rank: rank::CAUSE + 1,
    condition: "a started learner does not answer, has no contact with the leader, or is below 90 % while nothing gets through to it; or has less than 90 % of the leader's index \
                5 minutes after its start, or is in sync and not promoted for 5 minutes",
    authority: "etcd (90 %), k3s (5 minutes)",
    meaning: "A learner that is not promoted blocks the next one (one at a time), and whoever \
              added it waits.",
    remedy: "Look at its log and at the network between the leader and it. Promote it if it is \
             in sync; if it never gets there, remove it: a learner has no vote.",
    reference: "https://etcd.io/docs/latest/learning/design-learner/",
};

fn check(input: &RuleInput<'_>, findings: &mut Vec<Finding>) {
    for (listed, member) in input.listed() {
        if listed.is_learner && listed.is_started() {
            findings.push(learner(input, member));
        }
    }
}

fn learner(input: &RuleInput<'_>, member: &MemberView<'_>) -> Finding {
    let Some(id) = member.seen.id() else {
        return PRESENT.finding(member.subject(), "it is a learner by the member list");
    };
    let promote = other_voter(input)
        .map(|voter| input.etcdctl_command(voter, &format!("member promote {id}")));
    if !member.health.is_healthy() {
        let reason = member.health.reason().unwrap_or_default();
        return STALLED
            .finding(member.subject(), format!("the learner {reason}"))
            .shown_by("member list", format!("member {id} is a learner"))
            .shown_by(member.label(), reason);
    }
    let status = member.seen.status.value();
    if status.is_some_and(|s| s.leader.0 == 0 || s.errors.iter().any(|e| e.contains("no leader"))) {
        return STALLED
            .finding(
                member.subject(),
                "the learner has no contact with the leader, so it receives nothing",
            )
            .shown_by(format!("status of {}", member.label()), "no leader")
            .shown_by("status", index_text(input, member));
    }
    let share = share_of_leader(input, member);
    let old = started_long_ago(input, member);
    let index = index_text(input, member);
    if let Some(cut) = cut_off(input, member)
        && share.is_some_and(|s| s < READY_SHARE)
    {
        return STALLED
            .finding(
                member.subject(),
                "it is far behind and the leader cannot send it anything",
            )
            .shown_by("status", index)
            .shown_by(cut.0, cut.1);
    }
    if old && share.is_some_and(|s| s < READY_SHARE) {
        return STALLED
            .finding(
                member.subject(),
                "it has been up for more than 5 minutes and is still far behind the leader",
            )
            .shown_by("status", index);
    }
    if old {
        return STALLED
            .finding(
                member.subject(),
                "it is in sync for long and nobody has promoted it",
            )
            .rated(Severity::Warning)
            .titled("a learner is in sync and not promoted")
            .shown_by("status", index)
            .with_commands(promote);
    }
    PRESENT
        .finding(
            member.subject(),
            "it was added as a learner and not promoted yet",
        )
        .shown_by("status", index)
        .with_commands(promote)
}

/// What shows that nothing gets from the leader to the learner: source and text.
fn cut_off(input: &RuleInput<'_>, member: &MemberView<'_>) -> Option<(String, String)> {
    if let Some(error) = member.seen.peer_tls.error() {
        return Some((
            format!("peer port of {}", member.label()),
            error.message.clone(),
        ));
    }
    // 0 streams to it, by the leader's own metrics (from 3.4).
    let id = member.seen.id()?;
    let leader = input.own().find(|m| {
        m.seen
            .status
            .value()
            .is_some_and(|s| s.header.member_id == s.leader)
    })?;
    let metrics = leader.seen.metrics.value()?;
    let remote = format!("Remote=\"{id}\"");
    let (name, streams) = metrics.now.values.iter().find(|(name, _)| {
        name.starts_with("etcd_network_active_peers") && name.contains(&remote)
    })?;
    (*streams < 1.0).then(|| {
        (
            format!("metrics of {}", leader.label()),
            format!("{name} 0"),
        )
    })
}

fn started_long_ago(input: &RuleInput<'_>, member: &MemberView<'_>) -> bool {
    let by_process = member.seen.process.as_ref().and_then(|p| p.started_at);
    let started = by_process.map(|t| t.as_second()).or_else(|| {
        let metrics = member.seen.metrics.value()?;
        // Whole seconds are plenty here.
        #[allow(clippy::cast_possible_truncation)]
        let second = metrics.now.process_start_seconds as i64;
        (second > 0).then_some(second)
    });
    started.is_some_and(|s| input.now().as_second().saturating_sub(s) > STALLED_SECONDS)
}

fn share_of_leader(input: &RuleInput<'_>, member: &MemberView<'_>) -> Option<f64> {
    let own = member.seen.status.value()?.raft_index;
    let leader = leader_index(input)?;
    #[allow(clippy::cast_precision_loss)]
    (leader > 0).then(|| own as f64 / leader as f64)
}

fn leader_index(input: &RuleInput<'_>) -> Option<u64> {
    input
        .own()
        .filter_map(|m| m.seen.status.value())
        .filter(|s| s.header.member_id == s.leader)
        .map(|s| s.raft_index)
        .max()
}

fn index_text(input: &RuleInput<'_>, member: &MemberView<'_>) -> String {
    let own = member.seen.status.value().map(|s| s.raft_index);
    match (own, leader_index(input)) {
        (Some(own), Some(leader)) => format!("raft index {own}, the leader's is {leader}"),
        (Some(own), None) => format!("raft index {own}"),
        _ => "no status".to_owned(),
    }
}

fn other_voter<'a, 'b>(input: &'b RuleInput<'a>) -> Option<&'b MemberView<'a>> {
    input
        .members
        .iter()
        .find(|m| m.is_voter() && m.health.is_healthy())
}
