// SPDX-License-Identifier: Apache-2.0

use crate::model::{Finding, ProcessKind, ProcessState, Severity, Subject};
use crate::rules::{Family, Rule, RuleInput, rank};

use super::process;

/// What would help on the day something breaks, and is off.
pub const FAMILY: Family = Family {
    name: "safeguards",
    rules: &[CORRUPTION_CHECKS, RESTART_POLICY],
    check,
};

const CORRUPTION_CHECKS: Rule = Rule {
    id: "corruption-checks-off",
    title: "etcd does not compare its data at start",
    severity: Severity::Info,
    rank: rank::OWN,
    condition: "the flags and environment of a running member turn on neither the initial \
                corruption check nor the feature gate InitialCorruptCheck",
    authority: "etcd data corruption guide",
    meaning: "With the check on, a member whose data differ from the others' refuses to start \
              instead of serving them.",
    remedy: "When the member's flags are changed next, add \
             --experimental-initial-corrupt-check=true (3.4, 3.5) or \
             --feature-gates=InitialCorruptCheck=true (3.6).",
    reference: "https://etcd.io/docs/latest/op-guide/data_corruption/",
};
const RESTART_POLICY: Rule = Rule {
    id: "restart-policy",
    title: "etcd does not come back by itself",
    severity: Severity::Info,
    rank: rank::OWN,
    condition: "the container of a running member has another restart policy than always or \
                unless-stopped",
    authority: "Docker; RKE1 uses always",
    meaning: "After the engine or the node restarts, this member stays down until somebody \
              starts it.",
    remedy: "Set the policy: it needs no restart.",
    reference: "https://docs.docker.com/engine/containers/start-containers-automatically/",
};

const CHECKS: &[&str] = &[
    "experimental-initial-corrupt-check",
    "initial-corrupt-check",
];

fn check(input: &RuleInput<'_>, findings: &mut Vec<Finding>) {
    let mut unchecked = Vec::new();
    for (_, member) in input.listed() {
        let Some(seen) = &member.seen.process else {
            continue;
        };
        let config = &seen.config;
        // What a configuration file holds was not read, so nothing is said about it.
        let known = config.config_file.is_none() && !config.flags.is_empty();
        let gate = config
            .get("feature-gates")
            .is_some_and(|gates| gates.contains("InitialCorruptCheck=true"));
        if known && !gate && !CHECKS.iter().any(|flag| config.is_true(flag)) {
            unchecked.push(member.label());
        }
        let policy = seen.restart_policy.as_deref().unwrap_or("always");
        if seen.kind == ProcessKind::DockerContainer
            && seen.state == ProcessState::Running
            && !matches!(policy, "always" | "unless-stopped")
        {
            let policy = if policy.is_empty() { "no" } else { policy };
            findings.push(
                RESTART_POLICY
                    .finding(
                        member.subject(),
                        format!("its container has the restart policy {policy:?}"),
                    )
                    .shown_by(process::source(seen), format!("restart policy {policy}"))
                    .with_command(crate::rules::advice::restart_always_command(seen)),
            );
        }
    }
    if !unchecked.is_empty() {
        findings.push(
            CORRUPTION_CHECKS
                .finding(
                    Subject::Cluster,
                    "a member whose data differ would start and serve them",
                )
                .shown_by("flags of the processes", unchecked.join(", ")),
        );
    }
}
