// SPDX-License-Identifier: Apache-2.0

use crate::model::{Finding, NodeObservation, Severity, Subject};
use crate::rules::{Family, Rule, RuleInput, rank};

/// What Kubernetes says around etcd.
pub const FAMILY: Family = Family {
    name: "kubernetes",
    rules: &[NOT_READY, PRESSURE, API_DOWN],
    check,
};

const NOT_READY: Rule = Rule {
    id: "node-not-ready",
    title: "a control-plane node is not ready",
    severity: Severity::Warning,
    rank: rank::OWN,
    condition: "condition Ready of an etcd or control-plane node is not True",
    authority: "Kubernetes",
    meaning: "Its kubelet reports trouble, or has stopped reporting: the node may be off.",
    remedy: "Look at the node and its kubelet.",
    reference: "https://kubernetes.io/docs/reference/node/node-status/",
};
const PRESSURE: Rule = Rule {
    id: "node-pressure",
    title: "a control-plane node is short of something",
    severity: Severity::Warning,
    rank: rank::OWN,
    condition: "a condition such as DiskPressure, MemoryPressure or PIDPressure is True",
    authority: "Kubernetes",
    meaning: "The kubelet runs out of disk, memory or process ids; etcd on it suffers next.",
    remedy: "Free what is short on the node.",
    reference: "https://kubernetes.io/docs/concepts/scheduling-eviction/node-pressure-eviction/",
};
const API_DOWN: Rule = Rule {
    id: "api-server-down",
    title: "the Kubernetes API does not answer",
    severity: Severity::Degraded,
    rank: rank::OWN,
    condition: "the API server was asked and did not answer",
    authority: "kubectl-etcd",
    meaning: "kubectl does not work now. When etcd has no quorum that follows from it; else the \
              API server itself is down.",
    remedy: "Mend etcd first if it is broken; else look at the kube-apiserver on a control-plane \
             node.",
    reference: "https://kubernetes.io/docs/tasks/debug/debug-cluster/",
};

fn check(input: &RuleInput<'_>, findings: &mut Vec<Finding>) {
    let Some(kubernetes) = &input.observation.kubernetes else {
        return;
    };
    if let Some(Err(reason)) = &kubernetes.reachable {
        findings.push(
            API_DOWN
                .finding(
                    Subject::Cluster,
                    "the API server was asked and did not answer",
                )
                .shown_by(format!("API server {}", kubernetes.server), reason),
        );
    }
    for node in &kubernetes.nodes {
        findings.extend(not_ready(node));
        findings.extend(pressure(node));
    }
}

fn not_ready(node: &NodeObservation) -> Option<Finding> {
    let (text, cause) = match node.ready {
        Some(true) => return None,
        Some(false) => ("Ready is False", "its kubelet reports trouble"),
        None => ("Ready is Unknown", "its kubelet has stopped reporting"),
    };
    Some(
        NOT_READY
            .finding(subject(node), cause)
            .shown_by(format!("node {}", node.name), text)
            .with_command(format!("kubectl describe node {}", node.name)),
    )
}

fn pressure(node: &NodeObservation) -> Option<Finding> {
    if node.pressures.is_empty() {
        return None;
    }
    let mut finding = PRESSURE.finding(subject(node), "its kubelet runs out of a resource");
    for condition in &node.pressures {
        finding = finding.shown_by(
            format!("node {}", node.name),
            format!("{}: {}", condition.kind, condition.message),
        );
    }
    Some(finding.with_command(format!("kubectl describe node {}", node.name)))
}

fn subject(node: &NodeObservation) -> Subject {
    Subject::Node {
        name: node.name.clone(),
    }
}
