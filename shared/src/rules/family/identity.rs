// SPDX-License-Identifier: Apache-2.0

use crate::logs::Finding as LogFinding;
use crate::model::{ClusterId, Finding, ListedMember, ResponseHeader, Severity, Subject};
use crate::rules::{Family, MemberView, Rule, RuleInput, bootstrap_ids, rank};

use super::process;

/// Who answers at a member's address.
pub const FAMILY: Family = Family {
    name: "identity",
    rules: &[FOREIGN, MISMATCH, WRONG_MEMBER, TWO_CLUSTERS],
    check,
};

const FOREIGN: Rule = Rule {
    id: "foreign-cluster",
    title: "another cluster answers at the member's address",
    severity: Severity::Degraded,
    rank: rank::ROOT,
    condition: "a linearizable read succeeds under a cluster id that is not the list's",
    authority: "etcd response header",
    meaning: "The process at this address formed a cluster of its own, usually a one-member \
              cluster made by an empty data directory and --initial-cluster-state=new. It calls \
              itself healthy, and `etcdctl endpoint health` believes it; it holds none of the \
              cluster's data.",
    remedy: "Replace the member: its data are set aside, and it joins with \
             --initial-cluster-state=existing. Let nobody write to it meanwhile.",
    reference: "https://etcd.io/docs/latest/op-guide/runtime-configuration/",
};
/// Shares its id with the log signature: both say the same, one from outside, one from inside.
pub(super) const MISMATCH: Rule = Rule {
    id: "cluster-id-mismatch",
    title: "the member has another cluster id than the others",
    severity: Severity::Degraded,
    rank: rank::CAUSE + 22,
    condition: "it answers under a cluster id that is not the list's and has no quorum there",
    authority: "etcd response header",
    meaning: "It was started with an empty data directory and --initial-cluster-state=new (or \
              keeps data of another cluster), so it made up ids of its own; the others ignore \
              whatever it sends.",
    remedy: "Replace the member: its data are set aside, and it joins with \
             --initial-cluster-state=existing and the list of the running cluster.",
    reference: "https://etcd.io/docs/latest/op-guide/runtime-configuration/",
};
const WRONG_MEMBER: Rule = Rule {
    id: "wrong-member",
    title: "another member answers at the member's address",
    severity: Severity::Degraded,
    rank: rank::ROOT - 1,
    condition: "the response header's member id is not that of the list's entry",
    authority: "etcd response header",
    meaning: "The cluster is right, but the member is not: an address moved to another node, two \
              entries have the same client URL, or a load balancer stands between.",
    remedy: "Compare the member list's client URLs with the nodes' addresses; correct the URLs \
             with `etcdctl member update` or the flags of the process.",
    reference: "https://etcd.io/docs/latest/op-guide/runtime-configuration/",
};

const TWO_CLUSTERS: Rule = Rule {
    id: "several-clusters",
    title: "the endpoints belong to more than one cluster",
    severity: Severity::Critical,
    rank: rank::ROOT - 3,
    condition: "something answers under another cluster id and stands in no entry of the list",
    authority: "etcd response header",
    meaning: "Members of two clusters answer. If both were meant to be one, a part of it was \
              started anew and the verdict is about the larger part that answers; the other part \
              may be the one with the data.",
    remedy: "Find out which of the two holds the data (revision, number of keys) before anything \
             is changed. Ask one cluster at a time with `--endpoints`.",
    reference: "https://etcd.io/docs/latest/op-guide/runtime-configuration/",
};

fn check(input: &RuleInput<'_>, findings: &mut Vec<Finding>) {
    let Some(cluster) = input.observation.cluster_id else {
        return;
    };
    findings.extend(several_clusters(input, cluster));
    for (listed, member) in input.listed() {
        let Some(header) = header(member) else {
            continue;
        };
        if header.cluster_id != cluster {
            findings.push(other_cluster(input, member, cluster, header));
        } else if header.member_id != listed.id {
            findings.push(wrong_member(member, listed, header));
        }
    }
}

fn several_clusters(input: &RuleInput<'_>, cluster: ClusterId) -> Option<Finding> {
    let strangers: Vec<_> = input
        .members
        .iter()
        .filter(|m| m.listed().is_none())
        .filter_map(|m| header(m).map(|h| (m, h)))
        .filter(|(_, h)| h.cluster_id != cluster)
        .collect();
    let (_, first) = strangers.first()?;
    let finding = TWO_CLUSTERS.finding(
        Subject::Cluster,
        format!(
            "this report is about cluster {cluster}, but cluster {} answers as well",
            first.cluster_id
        ),
    );
    Some(strangers.iter().fold(finding, |finding, (member, header)| {
        let known = member.seen.member_list.value().map_or(0, Vec::len);
        finding.shown_by(
            format!("response header of {}", member.endpoint()),
            format!(
                "cluster id {}, revision {}, {} in its member list",
                header.cluster_id,
                header.revision,
                members(known)
            ),
        )
    }))
}

/// The header of whatever answered.
fn header(member: &MemberView<'_>) -> Option<ResponseHeader> {
    let seen = member.seen;
    let read = seen.linearizable_read.value();
    read.or_else(|| seen.serializable_read.value())
        .map(|r| r.header)
        .or_else(|| seen.status.value().map(|s| s.header))
}

fn other_cluster(
    input: &RuleInput<'_>,
    member: &MemberView<'_>,
    expected: ClusterId,
    header: ResponseHeader,
) -> Finding {
    let works_alone = member.seen.linearizable_read.value().is_some();
    let rule = if works_alone { &FOREIGN } else { &MISMATCH };
    let size = member
        .seen
        .member_list
        .value()
        .map(|list| list.len())
        .filter(|_| works_alone);
    let mut cause = match size {
        Some(1) => "a cluster of one member, made by a start of its own, answers there".to_owned(),
        Some(n) => format!("a cluster of {n} members, not this one, answers there"),
        None => "it was started as a member of another cluster".to_owned(),
    };
    if let Some(why) = explain_cluster_id(member, expected, header.cluster_id) {
        cause.push_str("; ");
        cause.push_str(&why);
    }
    let mut finding = rule.finding(member.subject(), cause).shown_by(
        format!("response header of {}", member.endpoint()),
        format!(
            "cluster id {}, the member list's is {expected}",
            header.cluster_id
        ),
    );
    if let Some(process) = &member.seen.process
        && let Some(flags) = flags_text(member)
    {
        finding = finding.shown_by(format!("flags of {}", process::source(process)), flags);
    }
    finding.with_commands(input.replace_command(member))
}

/// The flags that decide the ids.
fn flags_text(member: &MemberView<'_>) -> Option<String> {
    let config = &member.seen.process.as_ref()?.config;
    let words: Vec<_> = [
        "initial-cluster-state",
        "initial-cluster-token",
        "initial-cluster",
    ]
    .iter()
    .filter_map(|flag| config.get(flag).map(|value| format!("--{flag}={value}")))
    .collect();
    if words.is_empty() {
        None
    } else {
        Some(words.join(" "))
    }
}

/// What the process's own flags would make, against what is seen.
pub(super) fn explain_cluster_id(
    member: &MemberView<'_>,
    expected: ClusterId,
    got: ClusterId,
) -> Option<String> {
    let config = &member.seen.process.as_ref()?.config;
    let ids = bootstrap_ids(config)?;
    let state = config.get("initial-cluster-state").unwrap_or("new");
    if ids.cluster == got {
        return Some(format!(
            "{got} is exactly what its own flags make when it starts with an empty data \
             directory and --initial-cluster-state=new (token {:?}, {} in --initial-cluster)",
            ids.token,
            members(ids.members.len())
        ));
    }
    if ids.cluster == expected {
        return Some(format!(
            "its present flags would make the right id {expected}, so {got} comes from data of \
             an earlier start or another cluster"
        ));
    }
    Some(format!(
        "its present flags (--initial-cluster-state={state}) would make {}, so {got} comes from \
         data of an earlier start",
        ids.cluster
    ))
}

fn members(count: usize) -> String {
    match count {
        1 => "1 member".to_owned(),
        n => format!("{n} members"),
    }
}

fn wrong_member(member: &MemberView<'_>, listed: &ListedMember, header: ResponseHeader) -> Finding {
    WRONG_MEMBER
        .finding(
            member.subject(),
            "its client URL leads to another member of the same cluster",
        )
        .shown_by(
            format!("response header of {}", member.endpoint()),
            format!(
                "member id {}, the member list says {}",
                header.member_id, listed.id
            ),
        )
}

/// The same from a sick member's log: the ids that its lines hold.
pub(super) fn explain_from_log(
    input: &RuleInput<'_>,
    member: &MemberView<'_>,
    found: &LogFinding,
) -> Option<String> {
    let expected = input.observation.cluster_id?;
    let log = member.log.as_ref()?;
    let seen = &log.diagnosis.identity;
    let captured = ["local_cluster", "remote_cluster"]
        .iter()
        .filter_map(|name| found.captured.get(*name));
    let got = seen
        .cluster_id
        .iter()
        .chain(captured)
        .chain(&seen.foreign_cluster_ids)
        .filter_map(|text| text.parse::<ClusterId>().ok())
        .find(|id| *id != expected && id.0 != 0)?;
    explain_cluster_id(member, expected, got)
}
