// SPDX-License-Identifier: Apache-2.0

use crate::model::{Finding, Severity};
use crate::rules::{Family, MemberView, Rule, RuleInput, parse_initial_cluster, rank};

use super::process;

/// Flags that were meant for one start and bite at the next.
pub const FAMILY: Family = Family {
    name: "left-over flags",
    rules: &[FORCE_NEW, DISCOVERY],
    check,
};

const FORCE_NEW: Rule = Rule {
    id: "force-new-cluster-left",
    title: "force-new-cluster is still set",
    severity: Severity::Critical,
    rank: rank::OWN,
    condition: "the flag or environment of a member's process has force-new-cluster in a cluster \
                of more than one; degraded where that member is not healthy anyway",
    authority: "seen live on 3.4.23",
    meaning: "At its next restart this member throws all others out and becomes a one-member \
              cluster with the same cluster id; the healthy others then exit as permanently \
              removed.",
    remedy: "Do not restart this member. Re-create its container (or change its unit or \
             manifest) without the flag; replacing the member takes it away, too.",
    reference: "https://etcd.io/docs/latest/op-guide/recovery/",
};
const DISCOVERY: Rule = Rule {
    id: "discovery-left",
    title: "a discovery flag is still set",
    severity: Severity::Info,
    rank: rank::OWN,
    condition: "the flag or environment of a listed member's process has discovery, \
                discovery-srv or discovery-token",
    authority: "etcd clustering guide",
    meaning: "etcd ignores it while the data directory holds a member; with an empty one it \
              would look for a cluster by discovery instead of joining this one.",
    remedy: "Take the flag away when the member's start is changed next.",
    reference: "https://etcd.io/docs/latest/op-guide/clustering/",
};

const DISCOVERY_FLAGS: &[&str] = &["discovery", "discovery-srv", "discovery-token"];

fn check(input: &RuleInput<'_>, findings: &mut Vec<Finding>) {
    for (_, member) in input.listed() {
        let Some(seen) = &member.seen.process else {
            continue;
        };
        let source = format!("flags of {}", process::source(seen));
        if seen.config.is_true("force-new-cluster") {
            let finding = FORCE_NEW
                .finding(
                    member.subject(),
                    "its process carries the flag, so its next restart makes it a cluster of one \
                     and the other members leave",
                )
                .shown_by(&source, "force-new-cluster is true");
            let severity = if input.quorum.voters <= 1 {
                findings.extend(has_bitten(input, member, &source));
                Severity::Warning
            } else if member.health.is_healthy() {
                Severity::Critical
            } else {
                Severity::Degraded
            };
            let already = findings
                .iter()
                .any(|f| f.id == FORCE_NEW.id && f.subject == finding.subject);
            if !already {
                findings.push(
                    finding
                        .rated(severity)
                        .with_commands(input.replace_command(member)),
                );
            }
        }
        for flag in DISCOVERY_FLAGS {
            if seen.config.get(flag).is_some_and(|v| !v.is_empty()) {
                findings.push(
                    DISCOVERY
                        .finding(
                            member.subject(),
                            "its process carries a flag that only an empty data directory obeys",
                        )
                        .shown_by(&source, format!("--{flag} is set")),
                );
            }
        }
    }
}

/// A list of one although the flags or other processes tell of more: the flag has done its work.
fn has_bitten(input: &RuleInput<'_>, member: &MemberView<'_>, source: &str) -> Option<Finding> {
    let process = member.seen.process.as_ref()?;
    let meant = process
        .config
        .get("initial-cluster")
        .map_or(0, |list| parse_initial_cluster(list).len());
    let thrown_out: Vec<_> = input
        .members
        .iter()
        .filter(|m| m.listed().is_none() && m.seen.process.is_some())
        .map(|m| m.label())
        .collect();
    if meant <= 1 && thrown_out.is_empty() {
        return None;
    }
    let mut finding = FORCE_NEW
        .finding(
            member.subject(),
            "it restarted with the flag, so it is a cluster of one now and the others were thrown \
             out",
        )
        .titled("force-new-cluster has made a cluster of one member")
        .remedied(
            "Keep every data directory as it is. Take the flag away from this member, restart it, \
             then join the others again one by one, each with its old data set aside.",
        )
        .shown_by(source, "force-new-cluster is true")
        .shown_by("member list", "1 voting member");
    if meant > 1 {
        finding = finding.shown_by(source, format!("--initial-cluster names {meant} members"));
    }
    if !thrown_out.is_empty() {
        finding = finding.shown_by("processes that no list names", thrown_out.join(", "));
    }
    Some(finding)
}
