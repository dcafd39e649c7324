// SPDX-License-Identifier: Apache-2.0

use std::collections::BTreeMap;

use crate::model::{Finding, HashKv, MemberId, Severity, Status, Subject};
use crate::rules::{Family, MemberView, Rule, RuleInput, rank};

/// Whether the members hold the same and follow the same leader.
pub const FAMILY: Family = Family {
    name: "consistency",
    rules: &[HASH, NO_LEADER, LEADERS, TERMS, RAFT_LAG, APPLIED_LAG],
    check,
};

/// etcd refuses requests when it has applied this many entries less than are committed
/// (server/etcdserver/v3_server.go, maxGapBetweenApplyAndCommitIndex).
const MOST_APPLIED_LAG: u64 = 5000;
/// Entries a follower may be behind the leader; etcd's own snapshot catch-up entries
/// (server/etcdserver/server.go, DefaultSnapshotCatchUpEntries). Calls are not made at the same
/// instant, so a busy cluster shows some distance always.
const MOST_RAFT_LAG: u64 = 5000;

pub(super) const HASH: Rule = Rule {
    id: "hash-mismatch",
    title: "the members' data differ",
    severity: Severity::Critical,
    rank: rank::ROOT - 2,
    condition: "HashKV at one revision differs between members of equal compact revision",
    authority: "etcd (server/etcdserver/corrupt.go)",
    meaning: "The same revision holds different data on different members, so what a client reads \
              depends on whom it asks. etcd does not repair this by itself.",
    remedy: "Take a snapshot of each member now. Replace the members of the minority, one at a \
             time; where there is no majority, decide by content which data are right before \
             anything is removed. Disarm a CORRUPT alarm only after that.",
    reference: "https://etcd.io/docs/latest/op-guide/data_corruption/",
};
const NO_LEADER: Rule = Rule {
    id: "no-leader",
    title: "a member knows no leader",
    severity: Severity::Degraded,
    rank: rank::SYMPTOM + 1,
    condition: "leader id 0 in its status",
    authority: "etcd status",
    meaning: "It has not heard of a leader for longer than an election takes: it is cut off, or \
              there is no quorum.",
    remedy: "Check its peer port (2380) to and from the other members.",
    reference: "https://etcd.io/docs/latest/op-guide/failures/",
};
const LEADERS: Rule = Rule {
    id: "leaders-differ",
    title: "members name different leaders",
    severity: Severity::Degraded,
    rank: rank::OWN,
    condition: "two members name two leaders",
    authority: "etcd-diagnosis",
    meaning: "Either an election happened just now, or a part of the cluster is cut off and still \
              believes in the old leader.",
    remedy: "Run the check again; if it lasts, check the peer ports (2380) between the members.",
    reference: "https://etcd.io/docs/latest/op-guide/failures/",
};
const TERMS: Rule = Rule {
    id: "terms-differ",
    title: "members are in different raft terms",
    severity: Severity::Warning,
    rank: rank::OWN,
    condition: "the raft terms of two members differ",
    authority: "etcd-diagnosis",
    meaning: "An election is going on, or a member that is cut off keeps calling for elections.",
    remedy: "Run the check again; if it lasts, check the peer ports (2380) between the members.",
    reference: "https://etcd.io/docs/latest/learning/design-client/",
};
const RAFT_LAG: Rule = Rule {
    id: "raft-lag",
    title: "a member is far behind the leader",
    severity: Severity::Warning,
    rank: rank::SYMPTOM + 1,
    condition: "more than 5000 raft entries behind the leader",
    authority: "etcd (catch-up entries kept for followers)",
    meaning: "It does not keep up: a slow disk or network, or it has just come back and is still \
              catching up. Further behind than this it needs a whole snapshot.",
    remedy: "Run the check again: the distance should shrink. If it grows, look at its disk and \
             its network to the leader.",
    reference: "https://etcd.io/docs/latest/tuning/",
};
const APPLIED_LAG: Rule = Rule {
    id: "applied-lag",
    title: "a member applies changes too slowly",
    severity: Severity::Degraded,
    rank: rank::SYMPTOM + 1,
    condition: "more than 5000 committed entries not applied yet",
    authority: "etcd (maxGapBetweenApplyAndCommitIndex)",
    meaning: "Beyond this distance etcd refuses requests with \"too many requests\".",
    remedy: "Reduce the load; look at its disk (backend commit) and CPU.",
    reference: "https://etcd.io/docs/latest/faq/",
};

impl RuleInput<'_> {
    /// Members by the hash they gave at the common revision: several groups mean different data.
    /// Only hashes at one revision and one compact revision compare.
    pub(in crate::rules) fn hash_groups(&self) -> Vec<(HashKv, Vec<&MemberView<'_>>)> {
        let Some(revision) = self.observation.hash_revision else {
            return Vec::new();
        };
        let mut by_compaction: BTreeMap<i64, BTreeMap<u32, (HashKv, Vec<&MemberView<'_>>)>> =
            BTreeMap::new();
        for member in self.own() {
            let Some(hash) = member.seen.hash_kv.value() else {
                continue;
            };
            if hash.revision == revision {
                by_compaction
                    .entry(hash.compact_revision)
                    .or_default()
                    .entry(hash.hash)
                    .or_insert_with(|| (*hash, Vec::new()))
                    .1
                    .push(member);
            }
        }
        // Members of different compact revisions cannot be compared: take the groups that differ
        // among themselves, else the largest.
        let mut candidates: Vec<_> = by_compaction.into_values().collect();
        candidates.sort_by_key(|groups| {
            let members: usize = groups.values().map(|(_, m)| m.len()).sum();
            (groups.len() > 1, members)
        });
        let mut groups: Vec<_> = candidates
            .pop()
            .map(|groups| groups.into_values().collect())
            .unwrap_or_default();
        groups.sort_by_key(|(hash, members): &(HashKv, Vec<_>)| {
            (std::cmp::Reverse(members.len()), hash.hash)
        });
        groups
    }
}

fn check(input: &RuleInput<'_>, findings: &mut Vec<Finding>) {
    findings.extend(hashes(input));
    leaders(input, findings);
    findings.extend(terms(input));
    for member in input.own() {
        if let Some(status) = member.seen.status.value() {
            findings.extend(raft_lag(input, member, status));
            findings.extend(applied_lag(member, status));
        }
    }
}

fn hashes(input: &RuleInput<'_>) -> Option<Finding> {
    let groups = input.hash_groups();
    if groups.len() < 2 {
        return None;
    }
    let hashed: usize = groups.iter().map(|(_, m)| m.len()).sum();
    let (_, largest) = groups.first()?;
    let majority = largest.len() > input.quorum.voters / 2 && largest.len() * 2 > hashed;
    let minority: Vec<_> = groups
        .iter()
        .skip(1)
        .flat_map(|(_, m)| m.iter().map(|m| m.label()))
        .collect();
    let (subject, cause) = match minority.as_slice() {
        [_] if majority => (
            groups
                .get(1)
                .and_then(|(_, m)| m.first())
                .map_or(Subject::Cluster, |m| m.subject()),
            format!(
                "{} holds other data than the majority ({})",
                minority.join(", "),
                labels(largest)
            ),
        ),
        _ if majority => (
            Subject::Cluster,
            format!(
                "{} hold other data than the majority ({})",
                minority.join(", "),
                labels(largest)
            ),
        ),
        _ => (
            Subject::Cluster,
            "the members' data differ, and no majority tells which are right".to_owned(),
        ),
    };
    let mut finding = HASH.finding(subject, cause);
    for (hash, members) in &groups {
        finding = finding.shown_by(
            format!("HashKV of {}", labels(members)),
            format!(
                "{} at revision {} (compacted to {})",
                hash.hash, hash.revision, hash.compact_revision
            ),
        );
    }
    let plan = match minority.as_slice() {
        [one] if majority => Some(input.plan_command(one)),
        _ => None,
    };
    Some(
        finding
            .with_commands(snapshot_commands(input))
            .with_commands(plan),
    )
}

/// One snapshot of each member before anything else; they are what the content is judged by.
fn snapshot_commands(input: &RuleInput<'_>) -> Vec<String> {
    input
        .own()
        .map(|m| input.etcdctl_command(m, &format!("snapshot save {}.snapshot", m.label())))
        .collect()
}

fn labels(members: &[&MemberView<'_>]) -> String {
    let names: Vec<_> = members.iter().map(|m| m.label()).collect();
    names.join(", ")
}

fn leaders(input: &RuleInput<'_>, findings: &mut Vec<Finding>) {
    let mut named: BTreeMap<MemberId, Vec<&MemberView<'_>>> = BTreeMap::new();
    for member in input.own() {
        if let Some(status) = member.seen.status.value() {
            named.entry(status.leader).or_default().push(member);
        }
    }
    for member in named.remove(&MemberId(0)).unwrap_or_default() {
        findings.push(
            NO_LEADER
                .finding(member.subject(), "it has no contact with a leader")
                .shown_by(format!("status of {}", member.label()), "leader 0"),
        );
    }
    if named.len() > 1 {
        let mut finding = LEADERS.finding(
            Subject::Cluster,
            "an election happened just now, or a part of the cluster is cut off",
        );
        for (leader, members) in &named {
            finding = finding.shown_by(
                format!("status of {}", labels(members)),
                format!("leader {leader}"),
            );
        }
        findings.push(finding);
    }
}

fn terms(input: &RuleInput<'_>) -> Option<Finding> {
    let mut terms: BTreeMap<u64, Vec<&MemberView<'_>>> = BTreeMap::new();
    for member in input.own().filter(|m| m.health.is_healthy()) {
        if let Some(status) = member.seen.status.value() {
            terms.entry(status.raft_term).or_default().push(member);
        }
    }
    if terms.len() < 2 {
        return None;
    }
    let mut finding = TERMS.finding(
        Subject::Cluster,
        "an election is going on, or a member that is cut off keeps calling for one",
    );
    for (term, members) in &terms {
        finding = finding.shown_by(
            format!("status of {}", labels(members)),
            format!("raft term {term}"),
        );
    }
    Some(finding)
}

fn raft_lag(input: &RuleInput<'_>, member: &MemberView<'_>, status: &Status) -> Option<Finding> {
    let leader = input
        .own()
        .filter_map(|m| m.seen.status.value())
        .find(|s| s.header.member_id == status.leader)?;
    let lag = leader.raft_index.saturating_sub(status.raft_index);
    if lag <= MOST_RAFT_LAG {
        return None;
    }
    Some(
        RAFT_LAG
            .finding(member.subject(), "it does not keep up with the leader")
            .shown_by(
                format!("status of {}", member.label()),
                format!(
                    "raft index {}, the leader's is {} ({lag} behind)",
                    status.raft_index, leader.raft_index
                ),
            )
            .with_command(input.health_command()),
    )
}

fn applied_lag(member: &MemberView<'_>, status: &Status) -> Option<Finding> {
    // Before 3.4 there is no applied index: 0 is "not told".
    if status.raft_applied_index == 0 {
        return None;
    }
    let lag = status.raft_index.saturating_sub(status.raft_applied_index);
    if lag <= MOST_APPLIED_LAG {
        return None;
    }
    Some(
        APPLIED_LAG
            .finding(
                member.subject(),
                "it applies changes more slowly than they are committed",
            )
            .shown_by(
                format!("status of {}", member.label()),
                format!(
                    "committed {}, applied {} ({lag} behind)",
                    status.raft_index, status.raft_applied_index
                ),
            ),
    )
}
