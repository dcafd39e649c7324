// SPDX-License-Identifier: Apache-2.0

use crate::model::{Finding, Metrics, Severity};
use crate::rules::histogram::{Window, p99, window};
use crate::rules::{Family, MemberView, Rule, RuleInput, rank};

/// How fast the disk takes what etcd writes.
pub const FAMILY: Family = Family {
    name: "disk",
    rules: &[SLOW, COMMIT_SLOW],
    check,
};

/// Shares its place with what the log says about the disk.
pub(super) const SLOW: Rule = Rule {
    id: "disk-slow",
    title: "the disk is too slow for etcd",
    severity: Severity::Warning,
    rank: rank::OWN + 5,
    condition: "p99 of the WAL fsync between two samples: over 10 ms info, over 100 ms warning, \
                over 1 s degraded; over the process's lifetime: over 10 ms info, over 0.5 s \
                warning; or log lines of slow fsyncs",
    authority: "etcd FAQ (10 ms), default heartbeat interval (100 ms), etcd mixin (0.5 s, 1 s)",
    meaning: "Every write waits until the disk has it for good. A slow disk delays the whole \
              cluster when it is the leader's, and costs heartbeats, hence elections.",
    remedy: "Give etcd a disk of its own (SSD), and see who else writes to it; \
             `fio --rw=write --ioengine=sync --fdatasync=1 --size=22m --bs=2300` should show a \
             99th percentile below 10 ms.",
    reference: "https://etcd.io/docs/latest/op-guide/hardware/#disks",
};
const COMMIT_SLOW: Rule = Rule {
    id: "disk-commit-slow",
    title: "writing the database to disk is slow",
    severity: Severity::Warning,
    rank: rank::OWN + 4,
    condition: "p99 of the backend commit between two samples: over 25 ms info, over 250 ms \
                warning; over the process's lifetime: over 25 ms info",
    authority: "etcd FAQ (25 ms), etcd mixin (0.25 s)",
    meaning: "etcd writes its database in batches; when that is slow, requests queue up.",
    remedy: "As disk-slow: a disk of its own for etcd, and see who else writes to it.",
    reference: "https://etcd.io/docs/latest/faq/",
};

/// One histogram and the steps from which it is worth a word, in seconds.
struct Steps {
    rule: &'static Rule,
    metric: &'static str,
    what: &'static str,
    sampled: &'static [(f64, Severity)],
    lifetime: &'static [(f64, Severity)],
}

const STEPS: &[Steps] = &[
    Steps {
        rule: &SLOW,
        metric: "etcd_disk_wal_fsync_duration_seconds",
        what: "WAL fsync p99",
        sampled: &[
            (1.0, Severity::Degraded),
            (0.1, Severity::Warning),
            (0.01, Severity::Info),
        ],
        lifetime: &[(0.5, Severity::Warning), (0.01, Severity::Info)],
    },
    Steps {
        rule: &COMMIT_SLOW,
        metric: "etcd_disk_backend_commit_duration_seconds",
        what: "backend commit p99",
        sampled: &[(0.25, Severity::Warning), (0.025, Severity::Info)],
        lifetime: &[(0.025, Severity::Info)],
    },
];

fn check(input: &RuleInput<'_>, findings: &mut Vec<Finding>) {
    for (_, member) in input.listed() {
        let Some(metrics) = member.seen.metrics.value() else {
            continue;
        };
        findings.extend(STEPS.iter().filter_map(|s| slow(member, metrics, s)));
    }
}

fn slow(member: &MemberView<'_>, metrics: &Metrics, steps: &Steps) -> Option<Finding> {
    let window = window(metrics);
    let table = match window {
        Window::Seconds(_) => steps.sampled,
        Window::Lifetime => steps.lifetime,
    };
    let (_, seconds) = p99(metrics, steps.metric).into_iter().next()?;
    let (_, severity) = table.iter().find(|(from, _)| seconds > *from)?;
    let finding = steps
        .rule
        .finding(
            member.subject(),
            "writes wait for the disk longer than etcd is made for",
        )
        .rated(*severity)
        .shown_by(
            format!("metrics of {}", member.label()),
            format!(
                "{} {:.1} ms {}",
                steps.what,
                seconds * 1000.0,
                window.label()
            ),
        );
    // Where the member does not answer as it should, a disk this slow explains that.
    Some(
        if member.health.is_healthy() || *severity < Severity::Warning {
            finding
        } else {
            Finding {
                rank: rank::CAUSE + 5,
                ..finding
            }
        },
    )
}
