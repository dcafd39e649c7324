// SPDX-License-Identifier: Apache-2.0

use std::collections::BTreeMap;

use crate::model::{Finding, ListedMember, MemberId, NodeObservation, Severity, Subject};
use crate::rules::urls::host;
use crate::rules::{Family, MemberView, Rule, RuleInput, rank};

/// The member list.
pub const FAMILY: Family = Family {
    name: "membership",
    rules: &[
        UNSTARTED,
        DUPLICATE_NAME,
        DUPLICATE_URL,
        LISTS_DIFFER,
        EVEN,
        MANY,
        SINGLE,
        NO_NODE,
        NO_MEMBER,
    ],
    check,
};

/// More voters than the FAQ advises.
const MOST_VOTERS: usize = 7;

const UNSTARTED: Rule = Rule {
    id: "member-unstarted",
    title: "a member was added and never started",
    severity: Severity::Degraded,
    rank: rank::CAUSE,
    condition: "an entry of the list has no name",
    authority: "etcd (membership IsStarted)",
    meaning: "Somebody ran member add, and no etcd has joined under that entry since. A voter \
              counts towards the quorum all the same, so the cluster survives less than it looks.",
    remedy: "Start the new member with --initial-cluster-state=existing and the full list, or \
             remove the entry again.",
    reference: "https://etcd.io/docs/latest/op-guide/runtime-configuration/",
};
const DUPLICATE_NAME: Rule = Rule {
    id: "duplicate-name",
    title: "two members have the same name",
    severity: Severity::Warning,
    rank: rank::OWN,
    condition: "any name occurs twice in the list",
    authority: "etcd#13757",
    meaning: "etcd takes it, but a later start with --initial-cluster fails with \"member count \
              is unequal\", because names are keys there.",
    remedy: "Find the stale entry and remove it, or restart one member under another name.",
    reference: "https://github.com/etcd-io/etcd/issues/13757",
};
const DUPLICATE_URL: Rule = Rule {
    id: "duplicate-url",
    title: "two members have the same URL",
    severity: Severity::Degraded,
    rank: rank::OWN,
    condition: "any peer or client URL occurs at two members",
    authority: "etcd#5244",
    meaning: "Two entries point to the same place, so one of them cannot be what it says; a \
              stale entry counts towards the quorum.",
    remedy: "Find the stale entry by its id and remove it.",
    reference: "https://github.com/etcd-io/etcd/issues/5244",
};
const LISTS_DIFFER: Rule = Rule {
    id: "member-lists-differ",
    title: "members disagree about who is a member",
    severity: Severity::Degraded,
    rank: rank::OWN,
    condition: "any difference of ids, URLs or roles between the members' own lists",
    authority: "etcd-diagnosis; etcd#20967",
    meaning: "Each member answers from its own store. A difference that lasts means that one lags \
              far behind, or that its stores disagree (promotions lost in 3.5.1 to 3.5.19, \
              zombie members before 3.5.26).",
    remedy: "Run the check again; if it lasts, do not add or remove members, and upgrade to \
             3.5.26 or later first.",
    reference: "https://github.com/etcd-io/etcd/issues/20967",
};
const EVEN: Rule = Rule {
    id: "even-voters",
    title: "the number of voting members is even",
    severity: Severity::Warning,
    rank: rank::OWN,
    condition: "2, 4, 6, … voters",
    authority: "etcd FAQ",
    meaning: "An even number survives no more failures than one less, and has one more member \
              that can fail.",
    remedy: "Go to an odd number of voting members.",
    reference: "https://etcd.io/docs/latest/faq/",
};
const MANY: Rule = Rule {
    id: "too-many-voters",
    title: "there are more than 7 voting members",
    severity: Severity::Warning,
    rank: rank::OWN,
    condition: "more than 7 voters",
    authority: "etcd FAQ",
    meaning: "Every write waits for a majority; beyond 7 members writes slow down for little gain.",
    remedy: "Go down to 5 or 7 voting members.",
    reference: "https://etcd.io/docs/latest/faq/",
};
const SINGLE: Rule = Rule {
    id: "single-voter",
    title: "the cluster has one voting member",
    severity: Severity::Info,
    rank: rank::OWN,
    condition: "1 voter",
    authority: "etcd FAQ",
    meaning: "Nothing stands in when it fails; only a snapshot brings its data back.",
    remedy: "Take snapshots regularly, and keep them elsewhere.",
    reference: "https://etcd.io/docs/latest/faq/",
};
const NO_NODE: Rule = Rule {
    id: "member-without-node",
    title: "a member runs on no known node",
    severity: Severity::Warning,
    rank: rank::OWN,
    condition: "no control-plane or etcd node has an address of its URLs, while another member's has",
    authority: "cluster-api, Talos, k3s",
    meaning: "The node was taken away and the member's entry stayed behind, or the node has other \
              addresses in Kubernetes than in etcd.",
    remedy: "If the node is gone for good, remove the member; else correct the URLs.",
    reference: "https://etcd.io/docs/latest/op-guide/runtime-configuration/",
};
const NO_MEMBER: Rule = Rule {
    id: "node-without-member",
    title: "an etcd node has no member",
    severity: Severity::Warning,
    rank: rank::OWN,
    condition: "a node labelled for etcd has no address in any member's URLs, while others have",
    authority: "cluster-api, Talos, k3s",
    meaning: "The node should run etcd by its role, but is not a member.",
    remedy: "Add it the way the distribution does, or correct the node's role.",
    reference: "https://etcd.io/docs/latest/op-guide/runtime-configuration/",
};

fn check(input: &RuleInput<'_>, findings: &mut Vec<Finding>) {
    unstarted(input, findings);
    duplicates(input, findings);
    findings.extend(lists_differ(input));
    findings.extend(number_of_voters(input));
    nodes(input, findings);
}

fn unstarted(input: &RuleInput<'_>, findings: &mut Vec<Finding>) {
    for (listed, member) in input.listed() {
        if listed.is_started() || member.health.is_healthy() {
            continue;
        }
        let role = if listed.is_learner {
            "learner"
        } else {
            "voter"
        };
        let mut finding = UNSTARTED
            .finding(
                member.subject(),
                "it was added to the list, and no etcd has joined under that entry since",
            )
            .shown_by(
                "member list",
                format!(
                    "member {} ({role}, {}) has no name",
                    listed.id,
                    listed.peer_urls.join(", ")
                ),
            );
        if listed.is_learner {
            finding = finding.rated(Severity::Warning);
        }
        findings.push(finding);
    }
}

fn duplicates(input: &RuleInput<'_>, findings: &mut Vec<Finding>) {
    let mut names: BTreeMap<&str, Vec<MemberId>> = BTreeMap::new();
    let mut urls: BTreeMap<&str, Vec<MemberId>> = BTreeMap::new();
    for (listed, _) in input.listed() {
        if listed.is_started() {
            names.entry(&listed.name).or_default().push(listed.id);
        }
        let mut own: Vec<_> = listed.peer_urls.iter().chain(&listed.client_urls).collect();
        own.sort();
        own.dedup();
        for url in own.into_iter().filter(|u| !is_loopback(u)) {
            urls.entry(url).or_default().push(listed.id);
        }
    }
    let twice = |map: BTreeMap<&str, Vec<MemberId>>, rule: &Rule, what: &str| -> Vec<Finding> {
        map.into_iter()
            .filter(|(_, ids)| ids.len() > 1)
            .map(|(value, ids)| {
                rule.finding(
                    Subject::Cluster,
                    format!("one {what} stands at several entries"),
                )
                .shown_by("member list", format!("{value}: members {}", id_list(&ids)))
            })
            .collect()
    };
    findings.extend(twice(names, &DUPLICATE_NAME, "name"));
    findings.extend(twice(urls, &DUPLICATE_URL, "URL"));
}

/// k0s advertises a loopback client URL at every member; that is no clash.
fn is_loopback(url: &str) -> bool {
    host(url).is_some_and(|h| h == "localhost" || h.starts_with("127.") || h == "::1")
}

fn lists_differ(input: &RuleInput<'_>) -> Option<Finding> {
    let mut groups: BTreeMap<String, Vec<&str>> = BTreeMap::new();
    for member in input.own() {
        if let Some(list) = member.seen.member_list.value() {
            groups
                .entry(list_text(list))
                .or_default()
                .push(member.label());
        }
    }
    if groups.len() < 2 {
        return None;
    }
    let mut finding = LISTS_DIFFER.finding(
        Subject::Cluster,
        "the members' own stores disagree about the list",
    );
    for (list, members) in groups {
        finding = finding.shown_by(format!("member list of {}", members.join(", ")), list);
    }
    Some(finding)
}

/// A list in a form that compares: sorted by id, URLs sorted.
fn list_text(list: &[ListedMember]) -> String {
    let mut list: Vec<_> = list.iter().collect();
    list.sort_by_key(|m| m.id);
    let texts: Vec<_> = list
        .into_iter()
        .map(|m| {
            let mut urls = m.peer_urls.clone();
            urls.sort();
            let role = if m.is_learner { " learner" } else { "" };
            format!("{} {:?}{role} {}", m.id, m.name, urls.join(","))
        })
        .collect();
    texts.join("; ")
}

fn number_of_voters(input: &RuleInput<'_>) -> Option<Finding> {
    let voters = input.quorum.voters;
    let rule = match voters {
        0 => return None,
        1 => &SINGLE,
        n if n > MOST_VOTERS => &MANY,
        n if n % 2 == 0 => &EVEN,
        _ => return None,
    };
    Some(
        rule.finding(
            Subject::Cluster,
            format!("the member list has {voters} voting members"),
        )
        .shown_by("member list", format!("{voters} voters")),
    )
}

/// Members and nodes are matched by address. A cluster of which no member matches keeps its
/// etcd elsewhere, and then nothing can be said.
fn nodes(input: &RuleInput<'_>, findings: &mut Vec<Finding>) {
    let Some(kubernetes) = &input.observation.kubernetes else {
        return;
    };
    let matched: Vec<_> = input
        .listed()
        .map(|(listed, member)| (listed, member, node_of(&kubernetes.nodes, listed, member)))
        .collect();
    if matched.iter().all(|(_, _, node)| node.is_none()) {
        return;
    }
    for (listed, member, node) in &matched {
        if node.is_none() {
            findings.push(
                NO_NODE
                    .finding(
                        member.subject(),
                        "no node has an address of its peer or client URLs",
                    )
                    .shown_by("member list", listed.peer_urls.join(", "))
                    .shown_by("nodes", addresses(&kubernetes.nodes)),
            );
        }
    }
    for node in &kubernetes.nodes {
        let has_member = matched
            .iter()
            .any(|(_, _, n)| n.is_some_and(|n| n.name == node.name));
        if !has_member && node.roles.iter().any(|r| r == "etcd") {
            findings.push(
                NO_MEMBER
                    .finding(
                        Subject::Node {
                            name: node.name.clone(),
                        },
                        "the node has the role etcd, but no member has its address",
                    )
                    .shown_by(
                        format!("node {}", node.name),
                        format!("roles {}", node.roles.join(", ")),
                    ),
            );
        }
    }
}

fn node_of<'a>(
    nodes: &'a [NodeObservation],
    listed: &ListedMember,
    member: &MemberView<'a>,
) -> Option<&'a NodeObservation> {
    if let Some(node) = &member.seen.node {
        return Some(node);
    }
    let hosts: Vec<_> = listed
        .peer_urls
        .iter()
        .chain(&listed.client_urls)
        .filter_map(|u| host(u))
        .collect();
    nodes
        .iter()
        .find(|n| n.addresses.iter().any(|a| hosts.contains(&a.as_str())))
}

fn addresses(nodes: &[NodeObservation]) -> String {
    let texts: Vec<_> = nodes
        .iter()
        .map(|n| format!("{}: {}", n.name, n.addresses.join(", ")))
        .collect();
    texts.join("; ")
}

fn id_list(ids: &[MemberId]) -> String {
    let texts: Vec<_> = ids.iter().map(ToString::to_string).collect();
    texts.join(", ")
}
