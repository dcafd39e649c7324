// SPDX-License-Identifier: Apache-2.0

//! From a heap of findings to an explanation: one cause on top, what follows from it beneath.

use std::cmp::Reverse;

use crate::model::{Finding, Subject};

use super::complaints::attach_complaints;
use super::{RuleInput, rank};

/// How much evidence one finding shows; the rest would bury the point.
const MOST_EVIDENCE: usize = 8;

/// Whatever they are about: where the first is found, the second only follows from it.
const FOLLOWS: &[(&str, &str)] = &[
    ("quorum-lost", "no-leader"),
    ("quorum-lost", "leaders-differ"),
    ("quorum-lost", "terms-differ"),
    ("quorum-lost", "health-page"),
    ("quorum-lost", "readyz-page"),
    ("quorum-lost", "no-quorum-read"),
    ("quorum-lost", "api-server-down"),
    ("quorum-lost", "applied-lag"),
    ("no-leader", "leaders-differ"),
    ("no-leader", "health-page"),
    ("no-leader", "readyz-page"),
    ("hash-mismatch", "alarm-corrupt"),
    ("hash-mismatch", "health-page"),
    ("hash-mismatch", "readyz-page"),
    ("alarm-corrupt", "health-page"),
    ("alarm-corrupt", "readyz-page"),
    ("alarm-nospace", "health-page"),
    ("alarm-nospace", "readyz-page"),
    ("alarm-nospace", "db-near-quota"),
    ("member-unstarted", "even-voters"),
    ("member-removed", "even-voters"),
    ("learner-stalled", "even-voters"),
    ("member-removed", "node-without-member"),
    ("force-new-cluster-left", "member-removed"),
    ("disk-slow", "disk-commit-slow"),
    ("disk-slow", "slow-applies"),
    ("disk-slow", "heartbeats-missed"),
    ("disk-slow", "leader-changes"),
    ("disk-slow", "proposals-pending"),
    ("disk-slow", "proposals-failed"),
];

/// Folds, then sorts: worst first, and the same whatever order the members were observed in.
pub(super) fn explain(input: &RuleInput<'_>, findings: Vec<Finding>) -> Vec<Finding> {
    let mut findings = merge_same(findings);
    sort(&mut findings);
    let mut findings = fold_per_member(findings);
    fold_following(&mut findings);
    fold_nodes(input, &mut findings);
    attach_complaints(input, &mut findings);
    for finding in &mut findings {
        tidy(finding);
    }
    sort(&mut findings);
    findings
}

/// One id about one subject is one finding, with all that shows it.
fn merge_same(findings: Vec<Finding>) -> Vec<Finding> {
    let mut merged: Vec<Finding> = Vec::with_capacity(findings.len());
    for finding in findings {
        let same = merged
            .iter_mut()
            .find(|f| f.id == finding.id && f.subject == finding.subject);
        match same {
            Some(first) => {
                first.severity = first.severity.max(finding.severity);
                first.rank = first.rank.max(finding.rank);
                first.evidence.extend(finding.evidence);
                first.echoes.extend(finding.echoes);
            }
            None => merged.push(finding),
        }
    }
    merged
}

/// About each member the best explanation swallows the others that do not stand for themselves.
fn fold_per_member(findings: Vec<Finding>) -> Vec<Finding> {
    let mut kept: Vec<Finding> = Vec::with_capacity(findings.len());
    let (mut folding, standing): (Vec<_>, Vec<_>) = findings
        .into_iter()
        .partition(|f| matches!(f.subject, Subject::Member { .. }) && f.rank >= rank::SYMPTOM);
    folding.sort_by_key(|f| Reverse((f.rank, f.severity)));
    for finding in folding {
        match kept.iter_mut().find(|f| f.subject == finding.subject) {
            Some(cause) => absorb(cause, finding),
            None => kept.push(finding),
        }
    }
    kept.extend(standing);
    kept
}

/// Folds what [`FOLLOWS`] names.
fn fold_following(findings: &mut Vec<Finding>) {
    for (cause, echo) in FOLLOWS {
        let Some(at) = findings.iter().position(|f| f.id == *cause) else {
            continue;
        };
        let mut cause_finding = findings.remove(at);
        let mut rest = Vec::with_capacity(findings.len());
        for finding in findings.drain(..) {
            if finding.id == *echo {
                absorb(&mut cause_finding, finding);
            } else {
                rest.push(finding);
            }
        }
        rest.push(cause_finding);
        *findings = rest;
        sort(findings);
    }
}

/// A node in trouble is part of the explanation of a broken member on it.
fn fold_nodes(input: &RuleInput<'_>, findings: &mut Vec<Finding>) {
    let mut index = 0;
    while let Some(finding) = findings.get(index) {
        let Subject::Node { name } = &finding.subject else {
            index += 1;
            continue;
        };
        let member = input
            .members
            .iter()
            .filter(|m| !m.health.is_healthy())
            .find(|m| m.seen.node.as_ref().is_some_and(|n| n.name == *name))
            .map(|m| m.subject());
        let target = member.and_then(|subject| {
            findings
                .iter()
                .position(|f| f.subject == subject && f.rank >= rank::SYMPTOM)
        });
        match target {
            Some(target) if target != index => {
                let echo = findings.remove(index);
                let target = if target > index { target - 1 } else { target };
                if let Some(cause) = findings.get_mut(target) {
                    absorb(cause, echo);
                }
            }
            _ => index += 1,
        }
    }
}

/// Makes `echo` a part of `cause`.
fn absorb(cause: &mut Finding, echo: Finding) {
    cause.severity = cause.severity.max(echo.severity);
    cause.evidence.extend(echo.evidence);
    cause.echoes.push(echo.id);
    cause.echoes.extend(echo.echoes);
}

/// No doubled evidence, no finding that echoes itself.
fn tidy(finding: &mut Finding) {
    let mut seen = Vec::new();
    finding.evidence.retain(|e| {
        let fresh = !seen.contains(e);
        if fresh {
            seen.push(e.clone());
        }
        fresh
    });
    finding.evidence.truncate(MOST_EVIDENCE);
    finding.echoes.sort();
    finding.echoes.dedup();
    let own = finding.id.clone();
    finding.echoes.retain(|e| *e != own);
}

/// Worst first; among equals the better explanation, then cluster before members before nodes.
fn sort(findings: &mut [Finding]) {
    findings.sort_by_key(key);
}

fn key(
    finding: &Finding,
) -> (
    Reverse<crate::model::Severity>,
    Reverse<u8>,
    u8,
    String,
    String,
) {
    let place = match finding.subject {
        Subject::Cluster => 0,
        Subject::Member { .. } => 1,
        Subject::Node { .. } => 2,
        Subject::Access => 3,
    };
    (
        Reverse(finding.severity),
        Reverse(finding.rank),
        place,
        finding.subject.to_string(),
        finding.id.clone(),
    )
}
