// SPDX-License-Identifier: Apache-2.0

use crate::model::{Finding, ProcessObservation, ProcessState, Severity};
use crate::rules::{Family, MemberView, Rule, RuleInput, advice, rank};

/// The container, pod or unit that runs etcd.
pub const FAMILY: Family = Family {
    name: "process",
    rules: &[
        PAUSED, RESTARTING, EXITED, CREATED, OOM, RESTARTED, UNLISTED,
    ],
    check,
};

/// Restarts that make a running process suspect; cozystack's etcd-operator replaces from 5 on.
const MANY_RESTARTS: u64 = 5;
/// A process that has been up for longer than this has got over its restarts.
const SETTLED_SECONDS: i64 = 3600;

const PAUSED: Rule = Rule {
    id: "process-paused",
    title: "the etcd process is paused",
    severity: Severity::Degraded,
    rank: rank::CAUSE + 15,
    condition: "the runtime says paused",
    authority: "container runtime",
    meaning: "Somebody froze the container (docker pause): it accepts connections and answers \
              nothing. Its data are untouched.",
    remedy: "Unpause it; it catches up by itself.",
    reference: "https://docs.docker.com/reference/cli/docker/container/unpause/",
};
const RESTARTING: Rule = Rule {
    id: "process-restarting",
    title: "etcd ends at every start",
    severity: Severity::Degraded,
    rank: rank::STATE + 10,
    condition: "the runtime says restarting (crash loop)",
    authority: "container runtime",
    meaning: "The process ends soon after each start and the runtime starts it again. The end of \
              its log says why.",
    remedy: "Read the end of its log.",
    reference: "https://etcd.io/docs/latest/op-guide/failures/",
};
const EXITED: Rule = Rule {
    id: "process-exited",
    title: "the etcd process has ended",
    severity: Severity::Degraded,
    rank: rank::STATE + 8,
    condition: "the runtime says exited",
    authority: "container runtime",
    meaning: "The process was stopped, or ended and is not started again.",
    remedy: "Find out why it ended (its log, who stopped it), then start it.",
    reference: "https://etcd.io/docs/latest/op-guide/failures/",
};
const CREATED: Rule = Rule {
    id: "process-created",
    title: "the etcd container was made but never ran",
    severity: Severity::Degraded,
    rank: rank::STATE + 9,
    condition: "the runtime says created",
    authority: "container runtime",
    meaning: "The runtime could not start it (a mount, a port, the image's command), or nobody did.",
    remedy: "Read the runtime's error and start it.",
    reference: "https://docs.docker.com/reference/cli/docker/container/start/",
};
pub(super) const OOM: Rule = Rule {
    id: "process-oom",
    title: "the kernel ended etcd for lack of memory",
    severity: Severity::Degraded,
    rank: rank::CAUSE + 10,
    condition: "the runtime says OOM-killed and the process does not run, or restarted within the last hour",
    authority: "kernel",
    meaning: "etcd needed more memory than its limit or the machine has: a large database (it is \
              mapped whole), many watchers, or large ranges.",
    remedy: "Raise the memory limit or free memory on the node, then look at the size of the \
             database.",
    reference: "https://etcd.io/docs/latest/op-guide/hardware/",
};
/// Only the log tells it: from outside it is a port that answers nothing.
pub(super) const LOCKED: Rule = Rule {
    id: "db-locked",
    title: "the database file is held by another process",
    severity: Severity::Degraded,
    rank: rank::CAUSE + 10,
    condition: "the log says that the database file is locked or takes more than 10 s to open",
    authority: "etcd (server/storage/backend.go)",
    meaning: "etcd waits for an exclusive lock on member/snap/db: a second etcd, a left-over \
              container, a duplicate static pod or a backup program holds it; or the disk is so \
              slow that opening takes that long. The data are untouched.",
    remedy: "Find who holds the file (`fuser -v …/member/snap/db` on the node) and end that, not \
             this member.",
    reference: "https://github.com/kubernetes/kubeadm/issues/2823",
};
const RESTARTED: Rule = Rule {
    id: "process-restarts",
    title: "etcd was restarted often",
    severity: Severity::Warning,
    rank: rank::OWN,
    condition: "5 restarts or more and up for less than an hour",
    authority: "cozystack etcd-operator (5 restarts)",
    meaning: "It runs now, but the runtime had to start it again several times a short while ago.",
    remedy: "Read its log from before the last start.",
    reference: "https://etcd.io/docs/latest/op-guide/failures/",
};
const UNLISTED: Rule = Rule {
    id: "process-not-a-member",
    title: "an etcd process runs that the member list does not name",
    severity: Severity::Warning,
    rank: rank::OWN,
    condition: "a running etcd process belongs to no entry of the list",
    authority: "kubectl-etcd",
    meaning: "A removed member still runs with its old data, a container set aside came back with \
              its restart policy, or it is another cluster's.",
    remedy: "Find out what it is; stop it if it is a left-over. Keep its data until that is clear.",
    reference: "https://etcd.io/docs/latest/op-guide/runtime-configuration/",
};

fn check(input: &RuleInput<'_>, findings: &mut Vec<Finding>) {
    for member in &input.members {
        let Some(process) = &member.seen.process else {
            continue;
        };
        if member.listed().is_none() {
            findings.extend(unlisted(input, member, process));
            continue;
        }
        findings.extend(state(member, process));
        findings.extend(out_of_memory(input, member, process));
        findings.extend(restarts(input, member, process));
    }
}

fn state(member: &MemberView<'_>, process: &ProcessObservation) -> Option<Finding> {
    let (rule, cause, command) = match process.state {
        ProcessState::Paused => (
            &PAUSED,
            "its container was frozen and holds its connections without answering",
            advice::unpause_command(process),
        ),
        ProcessState::Restarting => (
            &RESTARTING,
            "it ends soon after each start",
            Some(advice::log_command(process)),
        ),
        ProcessState::Exited => (
            &EXITED,
            "it was stopped or ended, and nothing starts it again",
            advice::start_command(process),
        ),
        ProcessState::Created => (
            &CREATED,
            "the runtime could not start it, or nobody did",
            advice::start_command(process),
        ),
        ProcessState::Running | ProcessState::Unknown => return None,
    };
    let mut finding = rule
        .finding(member.subject(), cause)
        .shown_by(source(process), state_text(process));
    if let Some(error) = process.error.as_deref().filter(|e| !e.is_empty()) {
        finding = finding.shown_by(source(process), error);
    }
    if process.state == ProcessState::Exited {
        finding = finding.with_command(advice::log_command(process));
    }
    Some(finding.with_commands(command))
}

/// "Restarting (2), 17 restarts, restart policy always".
fn state_text(process: &ProcessObservation) -> String {
    let mut text = if process.state_text.is_empty() {
        format!("{:?}", process.state).to_lowercase()
    } else {
        process.state_text.clone()
    };
    if let Some(code) = process.exit_code
        && process.state != ProcessState::Paused
    {
        text.push_str(&format!(", last exit code {code}"));
    }
    if let Some(count) = process.restart_count.filter(|count| *count > 0) {
        text.push_str(&format!(", {count} restarts"));
    }
    if let Some(policy) = process.restart_policy.as_deref().filter(|p| !p.is_empty()) {
        text.push_str(&format!(", restart policy {policy}"));
    }
    text
}

fn out_of_memory(
    input: &RuleInput<'_>,
    member: &MemberView<'_>,
    process: &ProcessObservation,
) -> Option<Finding> {
    if !process.oom_killed || (member.health.is_healthy() && !restarted_lately(input, process)) {
        return None;
    }
    let finding = OOM
        .finding(
            member.subject(),
            "it needed more memory than its limit or the machine has",
        )
        .shown_by(
            source(process),
            format!("OOMKilled, {}", state_text(process)),
        )
        .with_command(advice::inspect_command(process));
    Some(if member.health.is_healthy() {
        finding.rated(Severity::Warning)
    } else {
        finding
    })
}

fn restarts(
    input: &RuleInput<'_>,
    member: &MemberView<'_>,
    process: &ProcessObservation,
) -> Option<Finding> {
    let count = process.restart_count?;
    let running = process.state == ProcessState::Running;
    if !running || count < MANY_RESTARTS || !restarted_lately(input, process) {
        return None;
    }
    let finding = RESTARTED
        .finding(
            member.subject(),
            format!("it ended {count} times and has been up for less than an hour"),
        )
        .shown_by(source(process), state_text(process))
        .with_command(advice::log_command(process));
    // Where it does not answer either, the restarts explain that.
    Some(if member.health.is_healthy() {
        finding
    } else {
        Finding {
            rank: rank::STATE,
            ..finding
        }
    })
}

fn restarted_lately(input: &RuleInput<'_>, process: &ProcessObservation) -> bool {
    process.started_at.is_some_and(|started| {
        input.now().as_second().saturating_sub(started.as_second()) < SETTLED_SECONDS
    })
}

fn unlisted(
    input: &RuleInput<'_>,
    member: &MemberView<'_>,
    process: &ProcessObservation,
) -> Option<Finding> {
    // Without a list nothing can be said to be missing from it.
    if input.quorum.voters == 0 || process.state != ProcessState::Running {
        return None;
    }
    Some(
        UNLISTED
            .finding(
                member.subject(),
                "it is a left-over of a removed member, or belongs to another cluster",
            )
            .shown_by(source(process), state_text(process))
            .with_command(advice::inspect_command(process)),
    )
}

/// "docker container etcd on ssh://…".
pub(super) fn source(process: &ProcessObservation) -> String {
    use crate::model::ProcessKind;
    let kind = match process.kind {
        ProcessKind::DockerContainer => "container",
        ProcessKind::Pod => "pod",
        ProcessKind::LocalProcess => "process",
    };
    format!("{kind} {} on {}", process.name, process.seen_on)
}
