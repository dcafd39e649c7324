// SPDX-License-Identifier: Apache-2.0

use crate::model::{Finding, PodEvent, PodFacts, ProcessObservation, Severity};
use crate::rules::{Family, MemberView, Rule, RuleInput, advice, rank};

use super::process::source;

/// What only pods can suffer from.
pub const FAMILY: Family = Family {
    name: "pods",
    rules: &[REJECTED, IMAGE, PROBES, TERMINATION, NO_POD],
    check,
};

/// An event older than this tells of something that is over.
const FRESH_SECONDS: i64 = 900;
/// One failed probe is a hiccup; the kubelet acts after several.
const FAILED_PROBES: i64 = 3;

const REJECTED: Rule = Rule {
    id: "pod-rejected",
    title: "the kubelet refuses to run the etcd pod",
    severity: Severity::Degraded,
    rank: rank::CAUSE + 12,
    condition: "the pod's phase is Failed with a reason (OutOf…, Evicted, NodeAffinity, …)",
    authority: "Kubernetes (kubelet admission, eviction)",
    meaning: "The kubelet has turned the static pod down, and does not try the same manifest again: \
              often because the node's resources were not known yet when it came.",
    remedy: "Remove what the reason names, then restart the kubelet of that node.",
    reference: "https://kubernetes.io/docs/tasks/configure-pod-container/static-pod/",
};
const IMAGE: Rule = Rule {
    id: "pod-image",
    title: "the image of the etcd pod cannot be had",
    severity: Severity::Degraded,
    rank: rank::CAUSE + 12,
    condition: "the container waits with ErrImagePull, ImagePullBackOff or ErrImageNeverPull",
    authority: "Kubernetes",
    meaning: "The node has not got the image and cannot fetch it: the registry, its name in the \
              manifest, or the image garbage collection of a node without a way out.",
    remedy: "Load the image on the node, or mend the registry or the name.",
    reference: "https://kubernetes.io/docs/concepts/containers/images/",
};
const PROBES: Rule = Rule {
    id: "pod-probes-fail",
    title: "the kubelet's probes of etcd fail",
    severity: Severity::Warning,
    rank: rank::SYMPTOM + 5,
    condition: "3 failed probes or more, the last within 15 minutes",
    authority: "kubeadm's manifest (8 failures of the liveness probe restart etcd)",
    meaning: "etcd's health page does not answer in time or says no: after a row of that the kubelet \
              restarts etcd, which makes a slow member worse.",
    remedy: "Find out why its health page fails; the probes only report it.",
    reference: "https://kubernetes.io/docs/concepts/configuration/liveness-readiness-startup-probes/",
};
const TERMINATION: Rule = Rule {
    id: "pod-termination-message",
    title: "etcd left a word when it ended",
    severity: Severity::Degraded,
    rank: rank::STATE + 11,
    condition: "the container does not run and its last end has a message",
    authority: "Kubernetes (terminationMessagePath)",
    meaning: "What the runtime or etcd itself said of the end, such as a missing mount or command.",
    remedy: "Mend what it names.",
    reference: "https://kubernetes.io/docs/tasks/debug/debug-application/determine-reason-pod-failure/",
};
const NO_POD: Rule = Rule {
    id: "static-pod-missing",
    title: "the node has no etcd pod",
    severity: Severity::Degraded,
    rank: rank::STATE + 9,
    condition: "etcd runs in static pods, the member's node is there, and no mirror pod on it",
    authority: "Kubernetes (kubelet)",
    meaning: "The manifest is not in the kubelet's folder, cannot be read, or the kubelet does not \
              run: without it nothing starts etcd there.",
    remedy: "Look at the manifest folder of that node and at its kubelet.",
    reference: "https://kubernetes.io/docs/tasks/configure-pod-container/static-pod/",
};

fn check(input: &RuleInput<'_>, findings: &mut Vec<Finding>) {
    for member in &input.members {
        match &member.seen.process {
            Some(process) => {
                if let Some(facts) = &process.pod {
                    findings.extend(rejected(member, process, facts));
                    findings.extend(image(member, process));
                    findings.extend(probes(input, member, process, facts));
                    findings.extend(termination(member, process, facts));
                }
            }
            None => findings.extend(no_pod(input, member)),
        }
    }
}

fn rejected(
    member: &MemberView<'_>,
    process: &ProcessObservation,
    facts: &PodFacts,
) -> Option<Finding> {
    let reason = facts.reason.as_deref()?;
    if facts.phase != "Failed" {
        return None;
    }
    let message = facts.message.as_deref().unwrap_or("no message");
    let restart = process
        .node
        .iter()
        .map(|node| format!("ssh {node} sudo systemctl restart kubelet"));
    Some(
        REJECTED
            .finding(
                member.subject(),
                format!("the kubelet says {reason} and does not try again"),
            )
            .shown_by(source(process), format!("{reason}: {message}"))
            .with_commands(restart),
    )
}

fn image(member: &MemberView<'_>, process: &ProcessObservation) -> Option<Finding> {
    let reason = process.state_text.as_str();
    let of_images = [
        "ErrImagePull",
        "ImagePullBackOff",
        "ErrImageNeverPull",
        "InvalidImageName",
    ];
    if !of_images.contains(&reason) {
        return None;
    }
    let image = process.image.as_deref().unwrap_or("its image");
    let finding = IMAGE.finding(
        member.subject(),
        format!("the node has no image {image} and cannot fetch it"),
    );
    let said = process.error.as_deref().unwrap_or_default();
    Some(finding.shown_by(
        source(process),
        format!("{reason} {said}").trim_end().to_owned(),
    ))
}

fn probes(
    input: &RuleInput<'_>,
    member: &MemberView<'_>,
    process: &ProcessObservation,
    facts: &PodFacts,
) -> Option<Finding> {
    let fresh = |event: &&PodEvent| {
        event.reason == "Unhealthy"
            && event.last_at.is_some_and(|at| {
                input.now().as_second().saturating_sub(at.as_second()) < FRESH_SECONDS
            })
            // Those of a life that is over say nothing of this one.
            && event.last_at >= process.started_at
    };
    let failed: Vec<&PodEvent> = facts.events.iter().filter(fresh).collect();
    let count: i64 = failed.iter().map(|event| event.count).sum();
    let last = failed.last()?;
    if count < FAILED_PROBES {
        return None;
    }
    let finding = PROBES
        .finding(
            member.subject(),
            format!("{count} probes failed, and the kubelet restarts etcd after a row of them"),
        )
        .shown_by(source(process), &last.message)
        .with_command(advice::log_command(process));
    // Where the member does its work, this stands for itself.
    Some(if member.health.is_healthy() {
        Finding {
            rank: rank::OWN,
            ..finding
        }
    } else {
        finding
    })
}

fn termination(
    member: &MemberView<'_>,
    process: &ProcessObservation,
    facts: &PodFacts,
) -> Option<Finding> {
    let end = facts.last_termination.as_ref()?;
    let message = end
        .message
        .as_deref()
        .map(str::trim)
        .filter(|m| !m.is_empty())?;
    if member.health.is_healthy() {
        return None;
    }
    let reason = end.reason.as_deref().unwrap_or("ended");
    Some(
        TERMINATION
            .finding(member.subject(), "its last run ended with these words")
            .shown_by(
                source(process),
                format!("{reason}, exit code {}: {message}", end.exit_code),
            ),
    )
}

fn no_pod(input: &RuleInput<'_>, member: &MemberView<'_>) -> Option<Finding> {
    let place = input.observation.kubernetes.as_ref()?.etcd.as_ref()?;
    let node = member.seen.node.as_ref()?;
    if !place.static_pods || member.listed().is_none() || member.health.is_healthy() {
        return None;
    }
    Some(
        NO_POD
            .finding(
                member.subject(),
                format!("nothing on node {} runs etcd", node.name),
            )
            .shown_by(
                format!("node {}", node.name),
                "no mirror pod of etcd, while other nodes have theirs",
            )
            .with_command(format!(
                "kubectl get pods -n kube-system -o wide --field-selector spec.nodeName={}",
                node.name
            )),
    )
}
